"""One run: live progress, Stop, and once more what failed."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from bursar.domain.errors import BursarError, InvalidInput
from bursar.domain.roles import Role
from bursar.jobs.posting import retry_run
from bursar.store.models import Connection, Run
from bursar.store.queries.run_list import blocked_by_reason, notes_by_weight, worker_of, writes_in_trouble
from bursar.usecases.run_requests import plan_of
from bursar.usecases.runs import (
    DAILY_SYNC,
    EXPORT_LEDGER,
    POST_LEDGER,
    POST_LINES,
    POST_PAYMENTS,
    PULL_PAYMENTS,
    TAKE_IN_PAYMENTS,
    UNDO_BATCH,
    UPDATE_BATCH,
    VOID_DOCUMENTS,
    stop_run,
)
from bursar.web.access import on_connection
from bursar.web.remedies import LEDGER, PAYMENTS, remedy_for
from bursar.web.runs.account import BALANCED, PLANS, READS, counts_of, facts_of, money_of, progress_of, tone_of

NOTES_A_PAGE = 50
RETRIED = (POST_LINES, DAILY_SYNC)
"""Postings that can be tried again as they were; the ledger's are posted anew from their lists."""
WRITING = (*RETRIED, POST_LEDGER, VOID_DOCUMENTS, UPDATE_BATCH, UNDO_BATCH, POST_PAYMENTS)
JOURNEYS = {
    **dict.fromkeys((EXPORT_LEDGER, POST_LEDGER, VOID_DOCUMENTS, UPDATE_BATCH, UNDO_BATCH), LEDGER),
    **dict.fromkeys((PULL_PAYMENTS, POST_PAYMENTS), PAYMENTS),
}


@dataclass(frozen=True, slots=True)
class Lead:
    """The page where a kind of run is gone on with."""

    route: str
    button: str
    found: str = ""
    """Where what it found stands, if it wrote nothing."""


_DOCUMENTS = Lead("ledger:documents", "Open Documents", "What was found stands in Documents.")
_BATCHES = Lead("ledger:batches", "Open Batches")
_PAYMENTS = Lead("payments:list", "Open Payments", "What was found stands in Payments.")
LEADS = {
    EXPORT_LEDGER: _DOCUMENTS,
    POST_LEDGER: _DOCUMENTS,
    VOID_DOCUMENTS: _DOCUMENTS,
    UPDATE_BATCH: _BATCHES,
    UNDO_BATCH: _BATCHES,
    PULL_PAYMENTS: _PAYMENTS,
    POST_PAYMENTS: _PAYMENTS,
    TAKE_IN_PAYMENTS: Lead("payments:files", "Open Payment files"),
}


@on_connection(Role.VIEWER)
def page(request: HttpRequest, connection: Connection, run_id: UUID) -> HttpResponse:
    """What was asked for, how far it is, and what came of it."""
    run = get_object_or_404(Run, pk=run_id, connection=connection)
    context = {
        **_live(run),
        **_findings(request, connection, run),
        "connection": connection,
        "asked": facts_of(_asked(run)),
        "result": facts_of({name: value for name, value in run.result.items() if name != "rows"}),
        "plan": run if run.verb in PLANS else plan_of(run),
    }
    return render(request, "runs/run.html", context)


@on_connection(Role.VIEWER)
def live(request: HttpRequest, connection: Connection, run_id: UUID) -> HttpResponse:
    """The part that is asked for again and again while the run is active; with the findings once it has ended."""
    run = get_object_or_404(Run, pk=run_id, connection=connection)
    context = {**_live(run), "connection": connection, "polled": True, "seen": request.GET.get("seen")}
    if not run.active:
        context |= _findings(request, connection, run)
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


@require_POST
@on_connection(Role.OPERATOR)
def retry(request: HttpRequest, connection: Connection, run_id: UUID) -> HttpResponse:
    """Have posted what this posting did not post."""
    run = get_object_or_404(Run, pk=run_id, connection=connection)
    try:
        again = retry_run(run)
    except BursarError as error:
        messages.warning(request, f"{error.sentence} {error.remedy}".strip())
        return redirect("runs:run", connection.pk, run.pk)
    messages.success(request, "What did not arrive is posted once more.")
    return redirect("runs:run", connection.pk, again.pk)


def _live(run: Run) -> dict[str, object]:
    return {
        "run": run,
        "progress": progress_of(run),
        "worker": worker_of(run),
        "counts": counts_of(run),
        "money": money_of(run),
        "balanced": run.verdict == BALANCED,
        "tone": tone_of(run),
        "posts": run.verb in WRITING,
        "plans": run.verb in READS,
        "lead": LEADS.get(run.verb),
        "may_retry": run.verb in RETRIED and not run.active and _left_something(run),
    }


def _asked(run: Run) -> dict[str, object]:
    """What it was asked for. A plan has a link, and of Additions to end the plan shows more than their number."""
    asked = {name: value for name, value in run.request.items() if name not in {"plan", "digest"}}
    return asked | {"additions": len(asked["additions"])} if "additions" in asked else asked


def _left_something(run: Run) -> bool:
    """By what the run has counted: cheap, and enough to offer the button; the retry looks more closely."""
    return run.state != Run.State.DONE or any(run.counts.get(name) for name in ("failed", "unknown", "blocked"))


def _findings(request: HttpRequest, connection: Connection, run: Run) -> dict[str, object]:
    code, journey = request.GET.get("code", ""), JOURNEYS.get(run.verb, "")
    notes = Paginator(notes_by_weight(run, code), NOTES_A_PAGE).get_page(request.GET.get("notes"))
    return {
        "reasons": [
            (reason, remedy_for(connection, reason.code, reason.remedy, journey)) for reason in blocked_by_reason(run)
        ],
        "code": code,
        "notes": notes,
        "noted": [(note, remedy_for(connection, note.code, note.remedy, journey)) for note in notes],
        "writes": Paginator(writes_in_trouble(run), NOTES_A_PAGE).get_page(request.GET.get("writes")),
    }
