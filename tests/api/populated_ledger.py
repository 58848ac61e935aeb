"""The ledger and payments of a connection, with something of everything; and the ids by which addresses name it."""

import tempfile
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.utils import timezone

from bursar.domain.books.delivery import Delivery
from bursar.domain.books.payload import as_text
from bursar.domain.ledger.documents import Document, DocumentKind, Line, PartyRef, RecordType, Tax
from bursar.domain.ledger.journal import Journal, journal_of
from bursar.domain.payments.settlement import Allocation, Settlement
from bursar.store.models import (
    Book,
    BookBalance,
    BookCode,
    BookReference,
    Connection,
    InvoiceSettlement,
    LedgerBatch,
    LedgerDocument,
    LedgerException,
    UnpostedRecord,
)
from bursar.usecases.book_routes import NewRoute, add_route
from bursar.usecases.runs import EXPORT_LEDGER, POST_LEDGER, request_run
from bursar.usecases.take_in_payment_file import take_in_payment_file

SEEDED_BATCH = 1
"""The sandbox has September's batches."""
DAY = date(2026, 10, 27)
FOLDER = Path(tempfile.gettempdir()) / "bursar-tests-of-the-api"


def populate_ledger(connection: Connection, times: int = 1) -> None:
    """Books with lists and codes, routes, documents in all kinds of states, batches, exceptions, balances, payments."""
    book = Book.objects.create(
        connection=connection, name="Main", kind="plaintext", target="main", place={"folder": str(FOLDER / "main")}
    )
    spare = Book.objects.create(
        connection=connection, name="Spare", kind="plaintext", target="spare", place={"folder": str(FOLDER / "spare")}
    )
    posting = request_run(connection, POST_LEDGER, {})
    posting.state = "done"
    posting.save()
    for number in range(times):
        BookCode.objects.create(book=spare, kind="account", source=f"41{number:02}", unusable=True)
        BookReference.objects.create(book=spare, kind="account", code=f"Income:{number}", name="Income")
        add_route(connection, NewRoute(reason=f"Reason {number}", locations=[f"Location {number}"]))
        _batch(connection, book, SEEDED_BATCH + number)
        _documents(connection, book, number)
        _balances(book, number)
        _payments(connection, number)


def ledger_ids_of(connection: Connection) -> Mapping[str, object]:
    """By the name that addresses have for it: a book that holds nothing, a document that is in the other one."""
    posted = LedgerDocument.objects.filter(connection=connection, state=LedgerDocument.State.POSTED)
    return {
        "book_id": Book.objects.get(connection=connection, name="Spare").pk,
        "route_id": connection.routes.earliest("pk").pk,
        "document_id": posted.latest("pk").pk,
        "batch_id": SEEDED_BATCH,
        "payment_id": InvoiceSettlement.objects.filter(connection=connection).latest("pk").pk,
        "posting_id": str(connection.run_set.get(verb=POST_LEDGER).pk),
        "file_id": str(connection.run_set.filter(verb="take in payments").latest("started_at").pk),
    }


def invoice(number: str) -> Document:
    """1,069.00 USD: a line and its tax."""
    return Document(
        kind=DocumentKind.AR_INVOICE,
        record=RecordType.TRANSACTION,
        number=number,
        day=DAY,
        currency="USD",
        total=Decimal("1069.00"),
        control_account="1100",
        lines=(Line("4110", Decimal("1000.00"), (int(number) * 10,)),),
        taxes=(Tax("2210", Decimal("69.00"), (int(number) * 10 + 1,), code="Minnesota"),),
        record_id=number,
        party=PartyRef(account_number="ACME", name="Acme"),
    )


def payload_of(document: Document) -> str:
    """What would be sent for it."""
    journal = journal_of(document)
    assert isinstance(journal, Journal)
    return as_text(Delivery(document, journal, 0, f"bursar:d:{document.number}:0", document.day))


def _documents(connection: Connection, book: Book, number: int) -> None:
    run = request_run(connection, EXPORT_LEDGER, {})
    run.state = "done"
    run.save()
    rows = {}
    for place, state in enumerate(("ready", "blocked", "posted", "batched")):
        document = invoice(str(70000 + 10 * number + place))
        sent = state in {"posted", "batched"}
        rows[state] = LedgerDocument.objects.create(
            connection=connection,
            book=book,
            key=document.key,
            family="invoices",
            kind=document.kind.value,
            number=document.number,
            title=document.title,
            party_code="ACME",
            party_name="Acme",
            day=DAY,
            period="2026-10",
            currency="USD",
            total=document.total,
            entry_ids=[int(document.number) * 10, int(document.number) * 10 + 1],
            source='{"id": 1}',
            payload=payload_of(document),
            action="create",
            fingerprint="f" * 64,
            state=state,
            code="changed_in_books" if state == "posted" else "",
            marker=f"bursar:d:{document.number}:0" if sent else "",
            delivered_to=book if sent else None,
            delivered=payload_of(document) if sent else "",
            delivered_total=document.total if sent else None,
            delivered_day=DAY if sent else None,
            batch=LedgerBatch.objects.get(connection=connection, remote_id=SEEDED_BATCH + number)
            if state == "batched"
            else None,
            seen_in=run,
            seen_at=timezone.now(),
        )
    _waiting(connection, rows, number)


def _waiting(connection: Connection, rows: Mapping[str, LedgerDocument], number: int) -> None:
    document = rows["ready"]
    common = {"total": document.total, "tax": Decimal("69.00"), "currency": "USD", "day": DAY, "run": document.seen_in}
    UnpostedRecord.objects.create(
        connection=connection,
        family="invoices",
        record="transaction",
        unposted_id=document.number,
        number=document.number,
        document=document,
        **common,
    )
    UnpostedRecord.objects.create(
        connection=connection,
        family="expenses",
        record="expense",
        unposted_id=str(number),
        code="no_vendor_number",
        sentence="It did not come.",
        **common,
    )
    for journey in LedgerException.Journey:
        LedgerException.objects.create(
            connection=connection,
            journey=journey,
            subject=f"{journey}:{number}",
            code="unbalanced",
            sentence="It does not balance.",
            document=rows["blocked"] if journey == "ledger" else None,
            amount=document.total,
            currency="USD",
            run=document.seen_in,
            opened_at=timezone.now(),
        )


def _batch(connection: Connection, book: Book, remote_id: int) -> None:
    LedgerBatch.objects.create(
        connection=connection,
        book=book,
        identifier=f"Bursar I {remote_id}",
        remote_id=remote_id,
        families="invoices",
        ours=True,
        entry_ids=[1, 2],
        made_at=timezone.now(),
    )


def _balances(book: Book, number: int) -> None:
    for account, theirs in ((f"11{number:02}", Decimal("12.30")), (f"12{number:02}", Decimal("12.40"))):
        BookBalance.objects.create(
            book=book,
            period="2026-10",
            account=account,
            currency="USD",
            ours=Decimal("12.30"),
            theirs=theirs,
            checked_at=timezone.now(),
        )


def _payments(connection: Connection, number: int) -> None:
    invoice_number = str(70000 + 10 * number)
    told = Settlement(invoice_number, "USD", (Allocation("R-1", Decimal("100.00"), DAY),))
    take_in_payment_file(connection, "payments.csv", f"digest {number}", [told], timezone.now())
    wanted = InvoiceSettlement.State.WANTED
    InvoiceSettlement.objects.filter(connection=connection, number=invoice_number).update(
        state=wanted, action="create", fingerprint="f" * 64, present=Decimal(0)
    )
