"""The way to other people's systems. Their client libraries are loaded only by commands that go there."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from importlib import import_module
from pathlib import Path

from django.db.models import QuerySet

from bursar.domain.period import Month
from bursar.ports import Accounting, BillingSource, Books, Clock, Psa
from bursar.store.models import (
    Book,
    ColumnProfile,
    Connection,
    InvoiceSettlement,
    LedgerBatch,
    LedgerDocument,
    PlanEntry,
    Run,
)
from bursar.usecases.ledger_wish import LedgerWish
from bursar.usecases.run_requests import LoadRequest

WIRING = "bursar.wiring"
QUEUE = "bursar.jobs.queue"
POSTING = "bursar.jobs.posting"
LEDGER = "bursar.jobs.ledger"
PAYMENTS = "bursar.jobs.payments"
WORKER = "bursar.jobs.worker"


def open_psa(connection: Connection) -> AbstractContextManager[Psa]:
    """The ConnectWise behind a connection; closed after use."""
    psa: AbstractContextManager[Psa] = import_module(WIRING).connectwise(connection)
    return psa


@contextmanager
def open_accounting(connection: Connection) -> Iterator[Accounting]:
    """The accounting interface of the ConnectWise behind a connection; closed after use."""
    with import_module(WIRING).connectwise(connection) as psa:
        yield psa.accounting


def open_book(book: Book) -> AbstractContextManager[Books]:
    """The books behind a row; closed after use."""
    books: AbstractContextManager[Books] = closing(import_module(WIRING).books_adapter(book))
    return books


def open_books(connection: Connection) -> AbstractContextManager[Mapping[int, Books]]:
    """All books of a connection, by the id of their rows; closed after use."""
    books: AbstractContextManager[Mapping[int, Books]] = import_module(WIRING).opened_books(connection)
    return books


def open_lines(path: Path, profile: str, connection: Connection | None = None) -> BillingSource:
    """A file or folder of invoice lines, with a profile of the connection or one for all. Raises InvalidInput."""
    source: BillingSource = import_module(WIRING).line_source(path, profile, connection)
    return source


def open_asked(connection: Connection, asked: LoadRequest) -> AbstractContextManager[BillingSource]:
    """What a load was asked to read. Raises InvalidInput."""
    source: AbstractContextManager[BillingSource] = import_module(WIRING).asked_source(connection, asked)
    return source


def open_period(connection: Connection) -> BillingSource | None:
    """Everything that can be loaded by period; None when there is nothing of the kind. Raises InvalidInput."""
    source: BillingSource | None = import_module(WIRING).period_source(connection)
    return source


def keep_profile(connection: Connection, name: str, document: Mapping[str, object]) -> ColumnProfile:
    """Check a column profile and save it under a name. Raises InvalidInput."""
    saved: ColumnProfile = import_module(WIRING).keep_profile(connection, name, document)
    return saved


def shipped_profiles() -> Sequence[str]:
    """The names of the column profiles that come with Bursar."""
    names: Sequence[str] = tuple(import_module(WIRING).SHIPPED_PROFILES)
    return names


def profile_document(connection: Connection, name: str) -> dict[str, object]:
    """A shipped or saved column profile as a profile file has it, without its name. Raises InvalidInput."""
    document: dict[str, object] = import_module(WIRING).profile_document(connection, name)
    return document


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


def queue_agreed(plan: Run, entries: QuerySet[PlanEntry] | None) -> Run:
    """Have these entries of a plan posted, or all that can be. Raises InvalidInput, NotConfigured."""
    run: Run = import_module(POSTING).post_plan(plan, entries)
    return run


def queue_export(connection: Connection, wish: LedgerWish) -> Run:
    """Have what waits for the books read and kept. Raises NotConfigured."""
    run: Run = import_module(LEDGER).start_export(connection, wish)
    return run


def queue_documents(connection: Connection, documents: QuerySet[LedgerDocument] | None) -> Run:
    """Have these documents posted as they are shown, or all that can be. Raises InvalidInput, NotConfigured."""
    run: Run = import_module(LEDGER).post_documents(connection, documents)
    return run


def queue_whatever_is_ready(connection: Connection, wish: LedgerWish) -> Run:
    """Have everything posted that is ready by then. Raises NotConfigured."""
    run: Run = import_module(LEDGER).post_whatever_is_ready(connection, wish)
    return run


def queue_taking_back(connection: Connection, documents: QuerySet[LedgerDocument]) -> Run:
    """Have these documents taken back from the books. Raises InvalidInput, NotConfigured."""
    run: Run = import_module(LEDGER).take_back(connection, documents)
    return run


def queue_batch(connection: Connection, entry_ids: Collection[int], families: Collection[str], identifier: str) -> Run:
    """Have a batch made of these GL entries. Raises InvalidInput, NotConfigured."""
    run: Run = import_module(LEDGER).batch_entries(connection, entry_ids, families, identifier)
    return run


def queue_undoing(batch: LedgerBatch) -> Run:
    """Have a batch deleted in ConnectWise. Raises InvalidInput, NotConfigured."""
    run: Run = import_module(LEDGER).undo_batch(batch)
    return run


def queue_pull(connection: Connection, *, everything: bool) -> Run:
    """Have payments read from the books and compared. Raises NotConfigured."""
    run: Run = import_module(PAYMENTS).pull_payments(connection, everything=everything)
    return run


def queue_payments(
    connection: Connection, settlements: QuerySet[InvoiceSettlement] | None, *, pull: bool = False
) -> Run:
    """Have these payments written as they are shown, or whatever is to be written by then. Raises InvalidInput."""
    run: Run = import_module(PAYMENTS).post_payments(connection, settlements, pull=pull)
    return run


def queue_again(run: Run) -> Run:
    """Have posted what a posting did not post. Raises InvalidInput, NotConfigured."""
    again: Run = import_module(POSTING).retry_run(run)
    return again


def run_worker(*, lasting: bool = True) -> AbstractContextManager[object]:
    """This process carries out runs as long as the block lasts; a lasting one keeps the daily schedule, too."""
    worker: AbstractContextManager[object] = import_module(WORKER).RunWorker(lasting=lasting)
    return worker
