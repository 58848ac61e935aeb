"""What is being done to the ledger right now: every page of it shows the run, and is drawn anew once it has ended."""

from collections.abc import Callable, Mapping
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from bursar.domain.roles import Role
from bursar.store.models import Connection, Run
from bursar.usecases.runs import (
    EXPORT_LEDGER,
    POST_LEDGER,
    POST_PAYMENTS,
    PULL_PAYMENTS,
    UNDO_BATCH,
    UPDATE_BATCH,
    VOID_DOCUMENTS,
)
from bursar.web.access import on_connection
from bursar.web.runs.account import Progress, progress_of

M = TypeVar("M", bound=Model)

TITLES = {
    EXPORT_LEDGER: "The export is on its way",
    POST_LEDGER: "Documents are being posted",
    VOID_DOCUMENTS: "Documents are being taken back",
    UPDATE_BATCH: "The batch is being made",
    UNDO_BATCH: "The batch is being undone",
    PULL_PAYMENTS: "Payments are being pulled",
    POST_PAYMENTS: "Payments are being posted",
}
"""The verbs of the ledger, and what stands above their progress."""


class Working:
    """A run that has not ended, as the pages show it."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.title = TITLES[run.verb]

    @property
    def progress(self) -> Progress:
        return progress_of(self.run)


def under_way(connection: Connection) -> Working | None:
    """The run that was asked for first and has not ended."""
    rows = Run.objects.filter(connection=connection, verb__in=TITLES, state__in=Run.ACTIVE)
    run = rows.order_by("started_at").first()
    return Working(run) if run else None


def beside_run(
    around: Callable[[Connection, QuerySet[M]], Mapping[str, object]] | None = None,
) -> Callable[[Connection, QuerySet[M]], Mapping[str, object]]:
    """What stands around a list of the ledger: the run that is under way, and what `around` says."""

    def both(connection: Connection, rows: QuerySet[M]) -> Mapping[str, object]:
        return {"working": under_way(connection), **(around(connection, rows) if around else {})}

    return both


@on_connection(Role.VIEWER)
def working(request: HttpRequest, connection: Connection, run_id: UUID) -> HttpResponse:
    """How far the run is; asked for again and again, and the whole page anew once it has ended."""
    run = get_object_or_404(Run, pk=run_id, connection=connection, verb__in=TITLES)
    context = {
        "connection": connection,
        "working": Working(run),
        "polled": True,
        "seen": request.GET.get("seen", ""),
    }
    answer = render(request, "ledger/parts/working.html", context)
    if not run.active:
        answer["HX-Refresh"] = "true"
    return answer
