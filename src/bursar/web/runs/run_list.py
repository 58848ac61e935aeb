"""The list of runs: by state and kind, as a page and as files."""

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Concat
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from bursar.domain.roles import Role
from bursar.store.models import Connection, Run
from bursar.store.queries.run_list import runs_matching
from bursar.usecases.runs import (
    DAILY_SYNC,
    EXPORT_LEDGER,
    LOAD_LINES,
    PLAN_ENDINGS,
    PLAN_LINES,
    POST_LEDGER,
    POST_LINES,
    POST_PAYMENTS,
    PULL_PAYMENTS,
    SYNC_ORGANIZATIONS,
    TAKE_IN_PAYMENTS,
    UNDO_BATCH,
    UPDATE_BATCH,
    VOID_DOCUMENTS,
)
from bursar.web.access import on_connection
from bursar.web.grid.chooser import take_columns
from bursar.web.grid.files import moment_text, view_as_file
from bursar.web.grid.grid import ChoiceFilter, Column, Grid, contains
from bursar.web.grid.listing import listing
from bursar.web.partial import wants_part

VERBS = (
    *(POST_LINES, PLAN_LINES, PLAN_ENDINGS, LOAD_LINES, SYNC_ORGANIZATIONS, DAILY_SYNC),
    *(EXPORT_LEDGER, POST_LEDGER, VOID_DOCUMENTS, UPDATE_BATCH, UNDO_BATCH),
    *(PULL_PAYMENTS, POST_PAYMENTS, TAKE_IN_PAYMENTS),
)
SHORTEST_ID = 8
"""Characters of a run's ID that are enough to search by it; fewer could be a year or a number of a month."""


@on_connection(Role.VIEWER)
def page(request: HttpRequest, connection: Connection) -> HttpResponse:
    """The list; its part when htmx asks."""
    context = {
        "connection": connection,
        "listing": listing(request, RUNS, runs_of(connection)),
        "part": "runs",
        "here": reverse("runs:list", args=[connection.pk]),
        "export": reverse("runs:list-export", args=[connection.pk]),
        "columns_url": reverse("runs:list-columns", args=[connection.pk]),
        "bulk": "",
    }
    return render(request, "runs/parts/list.html" if wants_part(request) else "runs/list.html", context)


@on_connection(Role.VIEWER)
def export(request: HttpRequest, connection: Connection) -> HttpResponseBase:
    """The view that the address describes as CSV or Excel."""
    return view_as_file(request, RUNS, runs_of(connection), "bursar-runs")


@require_POST
@on_connection(Role.VIEWER)
def columns(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Remember which columns this person wants, and go back to the view."""
    return take_columns(request, RUNS, reverse("runs:list", args=[connection.pk]))


def runs_of(connection: Connection) -> QuerySet[Run]:
    """What the list may show; `title` is what a run is called."""
    return runs_matching(connection).alias(title=Concat("verb", Value(" "), "month"))


def searched(text: str) -> Q:
    """Runs by what they are called, how they ended or who asked; by their ID when enough of it is given."""
    wanted = contains("title", "verdict", "requested_by")(text)
    return wanted | Q(pk__istartswith=text) if len(text) >= SHORTEST_ID else wanted


def _title(run: Run) -> str:
    return f"{run.verb.capitalize()} {run.month}".strip()


RUNS: Grid[Run, Run] = Grid(
    name="Runs",
    columns=(
        Column("run", "Run", _title, sort="title", filled=True, always=True, template="runs/parts/title.html"),
        Column("kind", "Kind", lambda run: run.verb.capitalize(), sort="verb", filled=True, at_first=False),
        Column("month", "Month", lambda run: run.month, sort="month", filled=True, at_first=False),
        Column(
            "state", "State", lambda run: run.state, sort="state", filled=True, template="runs/parts/run_state.html"
        ),
        Column(
            "balance",
            "Balance",
            lambda run: run.verdict,
            sort="verdict",
            filled=True,
            template="runs/parts/verdict.html",
        ),
        Column(
            "by",
            "Asked for by",
            lambda run: run.requested_by,
            sort="requested_by",
            filled=True,
            template="runs/parts/asked_by.html",
        ),
        Column("channel", "Channel", lambda run: run.channel, sort="channel", filled=True, at_first=False),
        Column(
            "started",
            "Started",
            lambda run: moment_text(run.started_at),
            sort="started_at",
            filled=True,
            template="runs/parts/started.html",
        ),
        Column(
            "ended",
            "Ended",
            lambda run: moment_text(run.ended_at),
            sort="ended_at",
            template="runs/parts/ended.html",
            at_first=False,
        ),
        Column("done", "Done", lambda run: run.done, sort="done", filled=True, number=True, at_first=False),
        Column(
            "expected",
            "Expected",
            lambda run: "" if run.expected is None else run.expected,
            sort="expected",
            number=True,
            at_first=False,
        ),
        Column("id", "Run ID", lambda run: run.pk, at_first=False),
    ),
    present=lambda found: found,
    search=searched,
    search_hint="Kind, month, outcome, person or ID",
    filters=(
        ChoiceFilter("state", "State", "state", [(state.value, state.value.capitalize()) for state in Run.State]),
        ChoiceFilter("verb", "Kind", "verb", [(verb, verb.capitalize()) for verb in VERBS]),
    ),
    first_sort="-started",
)
