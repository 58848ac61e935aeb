"""A small world for tests of the payments journey: closed invoices in the sandbox, and books that are a folder."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

from django.db.models import QuerySet

from bursar.connectors.connectwise.client import ConnectWise
from bursar.ports import Books
from bursar.store.models import Book, Connection, InvoiceSettlement, LedgerException, Run
from bursar.store.writer_lock import sole_writer
from bursar.usecases.agree_payments import agree_payments, post_request
from bursar.usecases.books import NewBook, add_book, books_of
from bursar.usecases.carry_out import carry_out
from bursar.usecases.connections import NewConnection, add_connection
from bursar.usecases.post_payments import post_payments
from bursar.usecases.pull_payments import pull_payments, pull_request
from bursar.usecases.runs import POST_PAYMENTS, PULL_PAYMENTS, begin, request_run
from bursar.usecases.watch import Watch
from bursar.wiring import books_adapter, connectwise
from psa_sandbox.control.faults import Fault
from psa_sandbox.seeds import seed
from psa_sandbox.seeds.roles import api_keys
from psa_sandbox.server import Sandbox, create_app
from psa_sandbox.state.ledger.batches import BatchWish, create_batch, rebatch, unbatch
from psa_sandbox.state.ledger.entries import entries_of
from psa_sandbox.state.ledger.invoices import invoice_document
from psa_sandbox.state.record import amount, number, reference
from psa_sandbox.state.resources import RESOURCES
from psa_sandbox.state.store import Record, Store
from psa_sandbox.state.writing import Editor
from tests.connectors.books.payments_file import PaymentsFile
from tests.sandbox_transport import SandboxTransport
from tests.usecases.world import PatientClock

ACCOUNTANT, PORTAL = "tlarsen", "portal"
DAY = date(2026, 11, 2)
State = InvoiceSettlement.State


@dataclass
class PaymentsWorld:
    """Everything a test of the payments journey touches."""

    sandbox: Sandbox
    connection: Connection
    psa: ConnectWise
    folder: Path
    clock: PatientClock = field(default_factory=PatientClock)
    adapters: dict[int, Books] = field(default_factory=dict)
    """Adapters that stand in for those of the rows: books that fail, or that tell only what is new."""
    watch: Watch = field(default_factory=Watch)

    @property
    def store(self) -> Store:
        return self.sandbox.store

    # --- ConnectWise, as its people use it

    def invoice(self, total: object, kind: str = "Miscellaneous", *, closed: bool = True) -> str:
        """A closed invoice, or credit memo (of a positive total), by its number."""
        invoice = self._enter("invoice", {"type": kind, "company": {"id": 1}})
        sign = -1 if kind == "CreditMemo" else 1
        line: Record = {"catalogItem": {"id": 1}, "billableOption": "Billable", "quantity": sign, "price": total}
        self._enter("product", {**line, "invoice": {"id": invoice["id"]}})
        key = number(invoice, "id")
        if closed:
            self.set_status(self.number_of(key), "Closed")
        return self.number_of(key)

    def memo(self, total: object) -> str:
        return self.invoice(total, "CreditMemo")

    def set_status(self, number_: str, status: str) -> None:
        resource = RESOURCES["invoice"]
        operation = {"op": "replace", "path": "status", "value": {"name": status}}
        Editor(self.store, resource, resource.mounts[0], ACCOUNTANT).amend(self.record(number_), [operation])

    def batch(self, number_: str) -> None:
        """As the ledger journey does."""
        document = self._document(number_)
        ids = tuple(number(entry, "id") for entry in entries_of(self.store, "invoice", document))
        create_batch(self.store, BatchWish(f"Batch {uuid4()}", frozenset({"invoice"}), ids), ACCOUNTANT)

    def unbatch(self, number_: str) -> None:
        unbatch(self.store, "invoice", [self._document(number_)], ACCOUNTANT)

    def rebatch(self, number_: str) -> None:
        rebatch(self.store, "invoice", [self._document(number_)], ACCOUNTANT)

    def pay_in_portal(self, number_: str, paid: object) -> None:
        """A payment that Bursar does not make."""
        body: Record = {"amount": paid, "paymentDate": "2026-11-01T00:00:00Z"}
        self._enter("payment", body, number(self.record(number_), "id"), by=PORTAL)

    def apply_memo(self, number_: str, memo: str, credited: object) -> None:
        """A credit memo that a person applies in ConnectWise."""
        applied: Record = {"id": self.record(memo)["id"]}
        body: Record = {"amount": credited, "paymentDate": "2026-11-01T00:00:00Z", "credit": applied}
        self._enter("payment", body, number(self.record(number_), "id"))

    def delete_payments(self, number_: str, *, cash_only: bool = False) -> None:
        """Somebody deletes them in ConnectWise."""
        for row in self.store.rows("payment", invoice=self.record(number_)["id"]):
            if not cash_only or reference(row, "credit") is None:
                self._editor("payment", ACCOUNTANT).erase(row)

    def record(self, number_: str) -> Record:
        (found,) = self.store.rows("invoice", invoiceNumber=number_)
        return found

    def number_of(self, key: int) -> str:
        return str((self.store.get("invoice", key) or {})["invoiceNumber"])

    def payments(self, number_: str) -> list[tuple[Decimal, str, str]]:
        """Amount, day, and number of the credit memo of every payment on an invoice; cash first."""
        found = []
        for row in self.store.rows("payment", invoice=self.record(number_)["id"]):
            memo = reference(row, "credit")
            found.append((amount(row, "amount"), str(row["paymentDate"])[:10], self.number_of(memo) if memo else ""))
        return sorted(found, key=lambda payment: payment[2])

    def paid(self, number_: str) -> list[str]:
        """Amounts of the cash payments on an invoice."""
        return [f"{paid:.2f}" for paid, _, memo in self.payments(number_) if not memo]

    def writes(self) -> int:
        return sum(entry.method in {"POST", "PATCH", "PUT", "DELETE"} for entry in self.sandbox.journal.entries())

    def fault(self, **wish: object) -> None:
        self.sandbox.faults.arm(Fault(**wish))  # type: ignore[arg-type]  # a test names what it needs

    def _enter(self, kind: str, body: Record, parent: int | None = None, by: str = ACCOUNTANT) -> Record:
        return self._editor(kind, by).create(body, parent)

    def _editor(self, kind: str, by: str) -> Editor:
        resource = RESOURCES[kind]
        return Editor(self.store, resource, resource.mounts[0], by)

    def _document(self, number_: str) -> Record:
        found = invoice_document(self.store, self.record(number_))
        assert found is not None
        return found

    # --- the books

    def book(self, name: str = "Main") -> Book:
        place = {"folder": str(self.folder / name.lower())}
        return add_book(self.connection, NewBook(name, Book.Kind.PLAINTEXT, place))

    def inbox(self, book: Book) -> PaymentsFile:
        return PaymentsFile(Path(book.place["folder"]))

    def pays(
        self, book: Book, ref: str, number_: str, paid: object, day: date = DAY, *, memo: str = "", currency: str = ""
    ) -> None:
        """Somebody writes a payment, or a credit, into the books."""
        row = {"id": ref, "invoice": number_, "date": day.isoformat(), "amount": str(paid), "currency": currency}
        self.inbox(book).add(row | ({"kind": "credit", "credit": memo} if memo else {}))

    # --- runs

    def pull(self, *, everything: bool = False) -> Run:
        return self.carry(PULL_PAYMENTS, pull_request(everything=everything))

    def post(self, *, pull: bool = False) -> Run:
        return self.carry(POST_PAYMENTS, post_request(pull=pull))

    def post_agreed(self, rows: QuerySet[InvoiceSettlement] | None = None) -> Run:
        """Post exactly what these rows show."""
        return self.carry_on(self.agreed(rows))

    def agreed(self, rows: QuerySet[InvoiceSettlement] | None = None) -> Run:
        run = request_run(self.connection, POST_PAYMENTS, post_request(agreed=True))
        agree_payments(run, self.rows() if rows is None else rows)
        return run

    def carry(self, verb: str, request: Mapping[str, object]) -> Run:
        return self.carry_on(request_run(self.connection, verb, request))

    def carry_on(self, run: Run) -> Run:
        """Carry a run out, as a worker would."""
        with sole_writer(self.connection), ExitStack() as stack:
            assert begin(run, "a worker")
            books = {
                book.pk: self.adapters.get(book.pk) or stack.enter_context(closing(books_adapter(book)))
                for book in books_of(self.connection)
            }
            carry_out(run, self.clock, self._work(run, books))
        run.refresh_from_db()
        return run

    def _work(self, run: Run, books: Mapping[int, Books]) -> "Callable[[], object]":
        accounting = self.psa.accounting
        if run.verb == PULL_PAYMENTS:
            return lambda: pull_payments(run, accounting, books, self.clock, self.watch)
        return lambda: post_payments(run, self.psa, accounting, books, self.clock, self.watch)

    # --- what Bursar knows

    def rows(self, *states: str) -> QuerySet[InvoiceSettlement]:
        rows = InvoiceSettlement.objects.filter(connection=self.connection)
        return rows.filter(state__in=states) if states else rows

    def row(self, number_: str) -> InvoiceSettlement:
        return InvoiceSettlement.objects.get(connection=self.connection, number=number_)

    def exceptions(self) -> dict[str, list[str]]:
        """Subjects of open exceptions, by code."""
        found: dict[str, list[str]] = {}
        rows = LedgerException.objects.filter(connection=self.connection, closed_at=None).order_by("subject")
        for code, subject in rows.values_list("code", "subject"):
            found.setdefault(code, []).append(subject)
        return found


def make_payments_world(folder: Path, name: str = "main") -> PaymentsWorld:
    """One company and products, no invoices yet."""
    store = Store()
    seed(store, "scale", companies=1, agreements=0, additions=0)
    sandbox = create_app(store)
    key = next(key for key in api_keys(store) if key.role == "Bursar Accounting")
    connection = add_connection(
        NewConnection(
            name=name,
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
    psa = connectwise(connection, SandboxTransport(sandbox), clock)
    return PaymentsWorld(sandbox, connection, psa, folder, clock)
