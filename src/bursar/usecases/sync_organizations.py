"""Sync organizations: read ConnectWise's companies and products anew, so that people map to what is there.

Rules 28, 35 and 40.
"""

from dataclasses import dataclass

from bursar.domain.lists import ListKind
from bursar.ports import Clock, Psa
from bursar.store.models import ListEntry, Run
from bursar.usecases.lists import refresh_lists
from bursar.usecases.watch import Watch


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

    The catalogue is read after it. An API member who may not see it has synced the organizations all the same.
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
    if not watch.stopped() and not refresh_lists(run.connection, psa, [ListKind.CATALOG_ITEM], clock.now()).refused:
        run.counts["products"] = _present(run, ListKind.CATALOG_ITEM)
    return SyncReport(companies, refreshed.vanished)


def _present(run: Run, kind: ListKind) -> int:
    return ListEntry.objects.filter(connection=run.connection, kind=kind, gone=False).count()
