"""A small world for tests of the ledger journey: the believable MSP in process, and a plaintext book in a folder."""

from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from django.db.models import QuerySet

from bursar.connectors.connectwise.client import ConnectWise
from bursar.ports import Books
from bursar.store.models import Book, Connection, LedgerDocument, LedgerException, Run
from bursar.store.writer_lock import sole_writer
from bursar.usecases.agree_documents import agree_documents
from bursar.usecases.batch_by_hand import undo_batch, update_batch
from bursar.usecases.books import NewBook, add_book, books_of
from bursar.usecases.carry_out import carry_out
from bursar.usecases.connections import NewConnection, add_connection
from bursar.usecases.export_ledger import export_ledger
from bursar.usecases.ledger_wish import LedgerWish
from bursar.usecases.post_ledger import post_ledger
from bursar.usecases.runs import (
    EXPORT_LEDGER,
    POST_LEDGER,
    UNDO_BATCH,
    UPDATE_BATCH,
    VOID_DOCUMENTS,
    begin,
    request_run,
)
from bursar.usecases.void_documents import void_documents
from bursar.usecases.watch import Watch
from bursar.wiring import books_adapter, connectwise
from psa_sandbox.control.faults import Fault
from psa_sandbox.seeds import seed
from psa_sandbox.seeds.roles import api_keys
from psa_sandbox.server import Sandbox, create_app
from psa_sandbox.state.ledger.entries import ENTRY
from psa_sandbox.state.store import Store
from tests.sandbox_transport import SandboxTransport
from tests.usecases.world import PatientClock

State = LedgerDocument.State


@dataclass
class LedgerWorld:
    """Everything a test of the ledger touches."""

    sandbox: Sandbox
    connection: Connection
    psa: ConnectWise
    folder: Path
    clock: PatientClock = field(default_factory=PatientClock)
    adapters: dict[int, Books] = field(default_factory=dict)
    """Adapters that stand in for those of the rows: other transports, or books that die."""

    @property
    def store(self) -> Store:
        return self.sandbox.store

    def book(self, name: str = "Main", **policy: str) -> Book:
        """One more plaintext book."""
        place = {"folder": str(self.folder / name.lower())}
        return add_book(self.connection, NewBook(name, Book.Kind.PLAINTEXT, place, policy=policy))

    def export(self, wish: LedgerWish | None = None) -> Run:
        return self.carry(EXPORT_LEDGER, (wish or LedgerWish()).as_json())

    def post(self, wish: LedgerWish | None = None) -> Run:
        """Post whatever is ready."""
        return self.carry(POST_LEDGER, (wish or LedgerWish()).as_json())

    def post_agreed(self, documents: QuerySet[LedgerDocument]) -> Run:
        """Post exactly what these rows show."""
        run = request_run(self.connection, POST_LEDGER, LedgerWish().as_json() | {"agreed": True})
        agree_documents(run, documents)
        return self.carry_on(run)

    def post_agreed_number(self, number: str) -> Run:
        """Export, then post this one document."""
        self.export()
        return self.post_agreed(self.documents().filter(number=number))

    def carry(self, verb: str, request: Mapping[str, object]) -> Run:
        return self.carry_on(request_run(self.connection, verb, request))

    def carry_on(self, run: Run) -> Run:
        """Carry a run out, as a worker would."""
        works = {
            EXPORT_LEDGER: lambda books: export_ledger(run, self.psa.accounting, books, self.clock, Watch()),
            POST_LEDGER: lambda books: post_ledger(run, self.psa, self.psa.accounting, books, self.clock, Watch()),
            VOID_DOCUMENTS: lambda books: void_documents(run, books, self.clock, Watch()),
            UPDATE_BATCH: lambda _books: update_batch(run, self.psa, self.psa.accounting, self.clock, Watch()),
            UNDO_BATCH: lambda _books: undo_batch(run, self.psa, self.clock, Watch()),
        }
        with sole_writer(self.connection):
            assert begin(run, "a worker")
            carry_out(run, self.clock, lambda: self._with_books(works[run.verb]))
        run.refresh_from_db()
        return run

    def _with_books(self, work):  # type: ignore[no-untyped-def]  # each work has an outcome of its own
        opened = {book.pk: books_adapter(book) for book in books_of(self.connection) if book.pk not in self.adapters}
        try:
            return work(opened | self.adapters)
        finally:
            for adapter in opened.values():
                with closing(adapter):
                    pass

    def documents(self, *states: str) -> QuerySet[LedgerDocument]:
        rows = LedgerDocument.objects.filter(connection=self.connection)
        return rows.filter(state__in=states) if states else rows

    def exceptions(self) -> dict[str, list[str]]:
        """Subjects of open exceptions, by code."""
        found: dict[str, list[str]] = {}
        rows = LedgerException.objects.filter(connection=self.connection, closed_at=None).order_by("subject")
        for code, subject in rows.values_list("code", "subject"):
            found.setdefault(code, []).append(subject)
        return found

    def batched_entries(self) -> dict[int, set[int]]:
        """Batch id → GL entry ids in it, as the sandbox has them."""
        found: dict[int, set[int]] = {}
        for entry in self.store.rows(ENTRY):
            if entry["batch"] is not None:
                found.setdefault(int(str(entry["batch"])), set()).add(int(str(entry["id"])))
        return found

    def fault(self, **wish: object) -> None:
        self.sandbox.faults.arm(Fault(**wish))  # type: ignore[arg-type]  # a test names what it needs

    def journal(self, book: Book) -> str:
        """The text of the book's beancount journal."""
        (path,) = Path(book.place["folder"]).glob("*.beancount")
        return path.read_text(encoding="utf-8")


def entry_ids(rows: Collection[LedgerDocument]) -> set[int]:
    return {key for row in rows for key in row.entry_ids}


def total(rows: Collection[LedgerDocument]) -> Decimal:
    return sum((row.total for row in rows), Decimal(0))


def make_ledger_world(folder: Path) -> LedgerWorld:
    """The MSP of the demo with its books: closed invoices, a credit memo, expenses, purchases, stock movements."""
    store = Store()
    seed(store, "msp")
    sandbox = create_app(store)
    key = next(key for key in api_keys(store) if key.role == "Bursar")
    connection = add_connection(
        NewConnection(
            name="main",
            url="http://127.0.0.1",
            company=store.site.company_id,
            client_id="00000000-0000-0000-0000-000000000000",
            public_key=key.public_key,
            private_key=key.private_key,
        )
    )
    connection.options = {"requests_per_minute": "0"}
    connection.save()
    clock = PatientClock()
    return LedgerWorld(sandbox, connection, connectwise(connection, SandboxTransport(sandbox), clock), folder, clock)
