"""Documents of the ledger as a person reads them, and as JSON documents."""

from collections.abc import Iterable
from decimal import Decimal

from bursar.cli.output import Listing, money_column
from bursar.cli.plan_text import reason
from bursar.domain.books.delivery import Delivery
from bursar.domain.books.payload import delivery_of
from bursar.domain.ledger.documents import Tax
from bursar.domain.ledger.journal import Posting
from bursar.domain.money import Money, Totals
from bursar.store.models import LedgerDocument, LedgerException

State = LedgerDocument.State

DOCUMENT_KEYS = (
    *("key", "number", "title", "family", "kind", "state", "day", "period", "due", "party_code", "party_name"),
    *("vendor_invoice", "total", "currency", "location", "department", "book", "delivered_to", "generation"),
    *("delivered_number", "delivered_day", "delivered_total", "voided", "posted_at", "batch", "batch_id", "action"),
    *("code", "sentence", "remedy", "consent", "entry_ids", "seen_at"),
)
JOURNAL_KEYS = ("account", "debit", "credit", "currency", "role", "memo", "dimensions")
TAX_KEYS = ("account", "amount", "code", "agency", "rate", "description")
EXCEPTION_KEYS = (
    *("journey", "subject", "title", "document", "code", "sentence", "remedy", "amount", "currency"),
    *("opened_at", "closed_at"),
)
STYLES = {State.READY: "green", State.BLOCKED: "red", State.VOIDED: "yellow"}


def money_of(row: LedgerDocument) -> Money:
    return Money(row.total, row.currency)


def totals_of(rows: Iterable[LedgerDocument]) -> Totals:
    return Totals(money_of(row) for row in rows)


def standing(row: LedgerDocument) -> str:
    """Where a document stands, and why."""
    words = [row.get_state_display()]
    if row.state in {State.POSTED, State.BATCHED} and row.delivered_to:
        words = [f"In {row.delivered_to}"]
    if row.batch:
        words.append(f"batch {row.batch}")
    if row.consent:
        words.append(f"decided: {row.consent}")
    return "\n".join(filter(None, [", ".join(words), reason(row.sentence, row.remedy)]))


def show_documents(rows: Iterable[LedgerDocument], *, title: str = "", if_empty: str = "") -> None:
    """One line per document, with where it goes and where it stands."""
    listing = Listing("Document", "Day", "Party", "Book", money_column("Total"), "Where it stands")
    for row in rows:
        party = " ".join(filter(None, (row.party_name, f"({row.party_code})" if row.party_code else "")))
        listing.row(
            row.title or row.key, row.day, party, row.book or "", money_of(row), standing(row), style=_style(row)
        )
    listing.show(title=title, if_empty=if_empty)


def _style(row: LedgerDocument) -> str:
    return STYLES.get(State(row.state), "")


def document_document(row: LedgerDocument) -> dict[str, object]:
    """The facts of a document."""
    named = {name: getattr(row, name) for name in DOCUMENT_KEYS if name not in {"book", "delivered_to", "batch"}}
    return named | {
        "book": row.book.name if row.book else None,
        "delivered_to": row.delivered_to.name if row.delivered_to else None,
        "batch": row.batch.identifier if row.batch else None,
        "batch_id": row.batch.remote_id if row.batch else None,
    }


def delivery_in(payload: str) -> Delivery | None:
    """What a payload holds; None where there is none. Raises InvalidInput."""
    return delivery_of(payload) if payload else None


def journal_documents(delivery: Delivery | None) -> list[dict[str, object]] | None:
    """The journal in debits and credits; None for what could not become one."""
    return [_posting(row) for row in delivery.journal.postings] if delivery else None


def _posting(row: Posting) -> dict[str, object]:
    dimensions = {str(each.axis): each.value for each in row.dimensions}
    facts = {"account": row.account, "debit": row.debit, "credit": row.credit, "currency": row.currency}
    return {**facts, "role": row.role, "memo": row.memo, "dimensions": dimensions}


def tax_documents(delivery: Delivery | None) -> list[dict[str, object]]:
    """The rows of tax."""
    return [_tax(delivery, row) for row in delivery.document.taxes] if delivery else []


def _tax(delivery: Delivery, row: Tax) -> dict[str, object]:
    same = {name: getattr(row, name) for name in ("account", "amount", "agency", "rate", "description")}
    return {**same, "code": delivery.document.tax_code(row)}


def show_journal(delivery: Delivery, title: str) -> None:
    """Debits and credits, which come to the same."""
    listing = Listing("Account", "", money_column("Debit"), money_column("Credit"), "Memo")
    for row in delivery.journal.postings:
        listing.row(row.account, row.role, _side(row.debit), _side(row.credit), row.memo)
    for name, sums in (("debit", delivery.journal.debits), ("credit", delivery.journal.credits)):
        for currency, amount in sums.items():
            money = f"{amount:,.2f} {currency}"
            listing.row(f"Sum of {name}s", "", *(("", money) if name == "credit" else (money, "")), "", style="bold")
    listing.show(title=title)


def _side(amount: Decimal) -> str:
    return f"{amount:,.2f}" if amount else ""


def show_taxes(delivery: Delivery) -> None:
    """Each row of tax, with its code, agency and rate."""
    listing = Listing("Tax", "Agency", "Account", money_column("Rate"), money_column("Amount"))
    for row in delivery.document.taxes:
        rate = "" if row.rate is None else f"{row.rate:f} %"
        listing.row(
            delivery.document.tax_code(row) or row.description, row.agency, row.account, rate, f"{row.amount:,.2f}"
        )
    listing.show()


def exception_document(row: LedgerException) -> dict[str, object]:
    """Something that waits for a person."""
    same = {name: getattr(row, name) for name in EXCEPTION_KEYS if name not in {"document", "currency"}}
    return {**same, "document": row.document.key if row.document else None, "currency": row.currency or None}


def show_exceptions(rows: Iterable[LedgerException], *, title: str = "", if_empty: str = "") -> None:
    """What waits, why, and what to do."""
    listing = Listing("Waits for a person", "", money_column("Amount"), "Since")
    for row in rows:
        amount = "" if row.amount is None or not row.currency else str(Money(row.amount, row.currency))
        since = f"{row.opened_at:%Y-%m-%d}" + (f", closed {row.closed_at:%Y-%m-%d}" if row.closed_at else "")
        listing.row(row.title or row.subject, reason(row.sentence, row.remedy), amount, since)
    listing.show(title=title, if_empty=if_empty)


def sums_sentence(rows: Iterable[LedgerDocument]) -> str:
    """What documents come to, per currency."""
    return " and ".join(str(Money(amount, currency)) for currency, amount in totals_of(rows).items())
