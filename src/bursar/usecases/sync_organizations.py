"""Sync organizations: read ConnectWise's companies and products anew, so that people map to what is there.

Rules 28, 35 and 40.
"""

from dataclasses import dataclass

from bursar.domain.lists import ListKind
from bursar.ports import Clock, Psa
from bursar.store.models import ListEntry, Run, RunNote
from bursar.usecases.lists import refresh_lists
from bursar.usecases.watch import Watch

CATALOGUE = "The product catalogue"
"""Subject of the note that it could not be read."""


@dataclass(frozen=True, slots=True)
class SyncReport:
    """How many companies there are, and how many are gone since the last sync."""

    companies: int
    gone: int
    stopped: bool = False

    @property
    def verdict(self) -> str:
        if self.stopped:
            return "stopped before anything was read"
        gone = f", {self.gone} gone since the last time" if self.gone else ""
        return f"{self.companies} companies{gone}"


def sync_organizations(run: Run, psa: Psa, clock: Clock, watch: Watch) -> SyncReport:
    """Read the list of companies; entries that are gone stay, marked. Raises RemoteError.

    The catalogue is read after it. Where it is refused, the organizations are synced all the same, and the run says so.
    """
    if watch.stopped():
        return SyncReport(0, 0, stopped=True)
    refreshed = refresh_lists(run.connection, psa, [ListKind.COMPANY], clock.now())
    for error in refreshed.refused.values():
        raise error
    companies = _present(run, ListKind.COMPANY)
    watch.lines(companies)
    watch.done(companies)
    run.counts = {"companies": companies, "gone": refreshed.vanished}
    if not watch.stopped():
        _read_catalogue(run, psa, clock)
    return SyncReport(companies, refreshed.vanished)


def _read_catalogue(run: Run, psa: Psa, clock: Clock) -> None:
    refused = refresh_lists(run.connection, psa, [ListKind.CATALOG_ITEM], clock.now()).refused
    if not refused:
        run.counts["products"] = _present(run, ListKind.CATALOG_ITEM)
    run.notes.filter(subject=CATALOGUE).delete()  # of an earlier attempt
    for error in refused.values():
        RunNote.objects.create(
            run=run,
            kind=RunNote.Kind.WARNING,
            code=error.code,
            subject=CATALOGUE,
            sentence=error.sentence,
            remedy=error.remedy,
            answer=error.answer,
        )


def _present(run: Run, kind: ListKind) -> int:
    return ListEntry.objects.filter(connection=run.connection, kind=kind, gone=False).count()
