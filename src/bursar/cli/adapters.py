"""The way to other people's systems. Their client libraries are loaded only by commands that go there."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path

from bursar.domain.period import Month
from bursar.ports import BillingSource, Clock, Psa
from bursar.store.models import Connection, Run

WIRING = "bursar.wiring"
QUEUE = "bursar.jobs.queue"
WORKER = "bursar.jobs.worker"


def open_psa(connection: Connection) -> AbstractContextManager[Psa]:
    """The ConnectWise behind a connection; closed after use."""
    psa: AbstractContextManager[Psa] = import_module(WIRING).connectwise(connection)
    return psa


def open_lines(path: Path, profile: str) -> BillingSource:
    """A file or folder of invoice lines. Raises InvalidInput."""
    source: BillingSource = import_module(WIRING).line_source(path, profile)
    return source


def digest_of(source: BillingSource, month: Month | None) -> str:
    """What tells whether the same content was loaded before. Raises SourceUnreadable."""
    digest: str = import_module(WIRING).source_digest(source, month)
    return digest


def real_clock() -> Clock:
    """The time that runs are noted with."""
    clock: Clock = import_module(WIRING).SystemClock()
    return clock


def queue_run(connection: Connection, verb: str, request: Mapping[str, object], month: str = "") -> Run:
    """Have a run carried out by whichever process is there for it. Raises NotConfigured while disconnected."""
    run: Run = import_module(QUEUE).start_run(connection, verb, request, month)
    return run


def run_worker(*, lasting: bool = True) -> AbstractContextManager[object]:
    """This process carries out runs as long as the block lasts; a lasting one keeps the daily schedule, too."""
    worker: AbstractContextManager[object] = import_module(WORKER).RunWorker(lasting=lasting)
    return worker
