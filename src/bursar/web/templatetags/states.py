"""States as badges: a colour, and always a word."""

from django import template

from bursar.domain.mapping import MappingState
from bursar.store.models import LogEntry, Posting, Run, RunNote
from bursar.store.queries.mapping_list import RESPONSE_ERROR

register = template.Library()

COLOURS: dict[str, str] = {
    # runs
    Run.State.QUEUED: "info",
    Run.State.RUNNING: "info",
    Run.State.DONE: "success",
    Run.State.FAILED: "danger",
    Run.State.CANCELLED: "secondary",
    Run.State.INTERRUPTED: "warning",
    # log entries
    LogEntry.Level.INFO: "info",
    LogEntry.Level.WARNING: "warning",
    LogEntry.Level.ERROR: "danger",
    # what a run has to say
    RunNote.Kind.BLOCKED: "warning",
    RunNote.Kind.WARNING: "info",
    RunNote.Kind.ERROR: "danger",
    # writes; failed and blocked look like runs and notes
    Posting.State.UNKNOWN: "warning",
    # mappings
    MappingState.MAPPED: "success",
    MappingState.UNMAPPED: "warning",
    MappingState.EXCLUDED: "secondary",
    RESPONSE_ERROR: "danger",
}


@register.filter
def badge(state: str) -> str:
    """The class of the badge that shows a state."""
    return f"badge badge-soft-{COLOURS.get(state, 'secondary')}"


@register.filter
def reason(code: str) -> str:
    """A code as people read it: `company_without_contact` is *Company without contact*."""
    spoken = code.replace("_", " ").capitalize()
    return spoken.replace("connectwise", "ConnectWise").replace(" gl ", " GL ")
