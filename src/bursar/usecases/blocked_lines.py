"""Why lines cannot be posted, noted on the lines themselves, so that their list can say it and be filtered by it."""

from collections.abc import Iterable

from bursar.domain.plan import Blocked, Plan
from bursar.store.models import Connection, Line
from bursar.store.queries.chunks import chunks

SHOWN_ANYWAY = "not_mapped"
"""A line shows what it lacks by itself."""


def note_blocked(connection: Connection, plan: Plan) -> None:
    """Take the newest verdict over onto every line that the plan speaks of; call inside a transaction."""
    forget_blocked(connection, (line_id for change in plan.changes for line_id in change.lines))
    for blocked in plan.blocked:
        if blocked.code != SHOWN_ANYWAY and blocked.lines:
            _note(connection, blocked)


def forget_blocked(connection: Connection, line_ids: Iterable[str]) -> None:
    """These lines can be posted, or somebody changed them: what was said before counts no more."""
    for some in chunks(line_ids):
        rows = Line.objects.filter(connection=connection, line_id__in=some).exclude(blocked_code="")
        rows.update(blocked_code="", blocked_reason="", blocked_remedy="")


def _note(connection: Connection, blocked: Blocked) -> None:
    for some in chunks(blocked.lines):
        Line.objects.filter(connection=connection, line_id__in=some).update(
            blocked_code=blocked.code[:40], blocked_reason=blocked.sentence, blocked_remedy=blocked.remedy
        )
