"""Rows of the ledger as a run would have kept them, as many as a test needs."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from django.utils import timezone

from bursar.store.models import (
    Book,
    BookBalance,
    BookCode,
    Connection,
    InvoiceSettlement,
    LedgerBatch,
    LedgerDocument,
    LedgerException,
    Run,
    UnpostedRecord,
)
from bursar.usecases.runs import EXPORT_LEDGER
from tests.api.populated_ledger import invoice, payload_of

DAY = date(2026, 10, 27)
State = LedgerDocument.State


def a_book(connection: Connection, name: str = "Main", **values: object) -> Book:
    """A journal in a folder that nothing is in yet."""
    place = {"folder": f"/proc/nowhere/{connection.pk}/{name.lower()}"}
    facts: dict[str, object] = {"kind": Book.Kind.PLAINTEXT, "place": place, "target": place["folder"]}
    return Book.objects.create(connection=connection, name=name, **(facts | values))


def folder_of(book: Book, path: Path) -> Book:
    """The book in a folder that is really there."""
    book.place, book.target = {"folder": str(path)}, str(path)
    book.save()
    return book


def an_export(connection: Connection, **values: object) -> Run:
    """An export that has ended."""
    facts: dict[str, object] = {"verb": EXPORT_LEDGER, "state": Run.State.DONE, "ended_at": timezone.now()}
    return Run.objects.create(connection=connection, **(facts | {"verdict": "5 to post"} | values))


def a_document(connection: Connection, number: int, state: str = State.READY, /, **values: object) -> LedgerDocument:
    """Invoice `number`, 1,069.00 USD, as it stands in this state."""
    document = invoice(str(number))
    sent = state in {State.POSTED, State.BATCHED}
    book = values.get("book")
    facts: dict[str, object] = {
        "key": document.key,
        "family": "invoices",
        "kind": document.kind.value,
        "number": document.number,
        "title": document.title,
        "party_code": "ACME",
        "party_name": f"Acme {number}",
        "day": DAY,
        "period": "2026-10",
        "currency": "USD",
        "total": document.total,
        "entry_ids": [number * 10, number * 10 + 1],
        "source": '{"id": 1, "total": 1069.00}',
        "payload": payload_of(document),
        "action": "create",
        "fingerprint": f"fingerprint {number}",
        "state": state,
    }
    if sent:
        facts |= {
            "marker": f"bursar:d:{number}:0",
            "delivered_to": book,
            "delivered": payload_of(document),
            "delivered_total": document.total,
            "delivered_day": DAY,
            "delivered_number": document.number,
            "posted_at": timezone.now(),
        }
    return LedgerDocument.objects.create(connection=connection, **(facts | values))


def waiting(run: Run, number: int, document: LedgerDocument | None = None, /, **values: object) -> UnpostedRecord:
    """A row of the unposted list: of a document, or left out of the export."""
    facts: dict[str, object] = {
        "family": "invoices",
        "record": "transaction",
        "unposted_id": str(number),
        "number": str(number),
        "day": DAY,
        "total": Decimal("1069.00"),
        "tax": Decimal("69.00"),
        "currency": "USD",
        "company": f"Acme {number}",
        "location": "Minneapolis",
        "document": document,
    }
    return UnpostedRecord.objects.create(connection=run.connection, run=run, **(facts | values))


LEFT_OUT: dict[str, object] = {
    "code": "no_account_number",
    "sentence": "Invoice has no account number.",
    "remedy": "Enter the Account Number.",
}


def a_batch(connection: Connection, number: int, /, **values: object) -> LedgerBatch:
    facts: dict[str, object] = {
        "identifier": f"Bursar I 2026-10-31 {number}",
        "remote_id": number,
        "families": "invoices",
        "ours": True,
        "entry_ids": [number * 10, number * 10 + 1],
        "made_at": timezone.now(),
    }
    return LedgerBatch.objects.create(connection=connection, **(facts | values))


def an_exception(connection: Connection, number: int, /, **values: object) -> LedgerException:
    facts: dict[str, object] = {
        "journey": LedgerException.Journey.LEDGER,
        "subject": f"transaction:{number}",
        "title": f"Invoice {number}",
        "code": "account_unusable",
        "sentence": f"Main has no account 41{number}.",
        "remedy": "Create it there, or map it.",
        "amount": Decimal("1069.00"),
        "currency": "USD",
        "opened_at": timezone.now(),
    }
    return LedgerException.objects.create(connection=connection, **(facts | values))


def a_balance(book: Book, account: str, ours: str, theirs: str | None, **values: object) -> BookBalance:
    facts: dict[str, object] = {"period": "2026-10", "currency": "USD", "checked_at": timezone.now()}
    return BookBalance.objects.create(
        book=book,
        account=account,
        ours=Decimal(ours),
        theirs=None if theirs is None else Decimal(theirs),
        **(facts | values),
    )


def a_code(book: Book, source: str, **values: object) -> BookCode:
    return BookCode.objects.create(book=book, source=source, **({"kind": "account"} | values))


def a_settlement(connection: Connection, number: int, /, **values: object) -> InvoiceSettlement:
    """Invoice `number` of 1,069.00 USD, paid with 100.00 in the books and with nothing in ConnectWise."""
    facts: dict[str, object] = {
        "number": str(number),
        "currency": "USD",
        "wanted": Decimal("100.00"),
        "newest": DAY,
        "company": f"Acme {number}",
        "invoice_id": number,
        "invoice_total": Decimal("1069.00"),
        "present": Decimal("0.00"),
        "action": "create",
        "fingerprint": f"fingerprint {number}",
        "state": InvoiceSettlement.State.WANTED,
        "changed_at": timezone.now(),
    }
    return InvoiceSettlement.objects.create(connection=connection, **(facts | values))
