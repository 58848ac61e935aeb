"""Runs: the list, one run with live progress, and Stop."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from bursar.domain.errors import InvalidInput
from bursar.domain.roles import Role
from bursar.store.models import Connection, Run
from bursar.store.queries.run_list import notes_by_weight, runs_matching, worker_of, writes_in_trouble
from bursar.usecases.runs import stop_run
from bursar.web.access import on_connection
from bursar.web.partial import wants_part
from bursar.web.runs.account import BALANCED, counts_of, facts_of, money_of, progress_of, tone_of
from bursar.web.runs.forms import RunFilter

RUNS_A_PAGE = 25
NOTES_A_PAGE = 50


@on_connection(Role.VIEWER)
def listing(request: HttpRequest, connection: Connection) -> HttpResponse:
    """All runs of a connection, by state and kind."""
    wanted = RunFilter(request.GET)
    chosen = wanted.chosen
    runs = Paginator(runs_matching(connection, **chosen), RUNS_A_PAGE).get_page(request.GET.get("page"))
    context = {"connection": connection, "filter": wanted, "filtered": any(chosen.values()), "runs": runs}
    return render(request, "runs/parts/list.html" if wants_part(request) else "runs/list.html", context)


@on_connection(Role.VIEWER)
def page(request: HttpRequest, connection: Connection, run_id: UUID) -> HttpResponse:
    """What was asked for, how far it is, and what came of it."""
    run = get_object_or_404(Run, pk=run_id, connection=connection)
    context = {
        **_live(run),
        **_findings(request, run),
        "connection": connection,
        "asked": facts_of(run.request),
        "result": facts_of(run.result),
    }
    return render(request, "runs/run.html", context)


@on_connection(Role.VIEWER)
def live(request: HttpRequest, connection: Connection, run_id: UUID) -> HttpResponse:
    """The part that is asked for again and again while the run is active; with the findings once it has ended."""
    run = get_object_or_404(Run, pk=run_id, connection=connection)
    context = {**_live(run), "connection": connection, "polled": True, "seen": request.GET.get("seen")}
    if not run.active:
        context |= _findings(request, run)
    return render(request, "runs/parts/polled.html", context)


@require_POST
@on_connection(Role.OPERATOR)
def stop(request: HttpRequest, connection: Connection, run_id: UUID) -> HttpResponse:
    """Let no further request of the run leave."""
    run = get_object_or_404(Run, pk=run_id, connection=connection)
    try:
        stop_run(run)
    except InvalidInput as error:
        messages.warning(request, f"{error.sentence} {error.remedy}")
    else:
        messages.success(request, "The run stops before its next request.")
    return redirect("runs:run", connection.pk, run.pk)


def _live(run: Run) -> dict[str, object]:
    return {
        "run": run,
        "progress": progress_of(run),
        "worker": worker_of(run),
        "counts": counts_of(run),
        "money": money_of(run),
        "balanced": run.verdict == BALANCED,
        "tone": tone_of(run),
    }


def _findings(request: HttpRequest, run: Run) -> dict[str, object]:
    return {
        "notes": Paginator(notes_by_weight(run), NOTES_A_PAGE).get_page(request.GET.get("notes")),
        "writes": Paginator(writes_in_trouble(run), NOTES_A_PAGE).get_page(request.GET.get("writes")),
    }
