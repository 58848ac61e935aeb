"""Payments of invoices as a person reads them, and as JSON documents."""

from collections.abc import Iterable
from decimal import Decimal

from bursar.cli.output import Listing, money_column
from bursar.cli.plan_text import reason
from bursar.domain.money import Money
from bursar.store.models import InvoiceSettlement

State = InvoiceSettlement.State

PAYMENT_KEYS = (
    *("number", "company", "source", "state", "currency", "paid", "newest", "in_connectwise", "invoice_total"),
    *("voided", "action", "code", "sentence", "remedy", "changed_at", "applied_at"),
)
DEEDS = {"create": "enter it", "update": "change it", "cancel": "delete it"}
STYLES = {State.WANTED: "green", State.EXCEPTION: "red"}


def source_of(row: InvoiceSettlement) -> str:
    """Who says so."""
    return row.book.name if row.book else "payment file"


def payment_document(row: InvoiceSettlement) -> dict[str, object]:
    """What was paid on an invoice, what ConnectWise has of it, and what follows."""
    same = {name: getattr(row, name) for name in PAYMENT_KEYS if hasattr(row, name)}
    return {
        **same,
        "source": source_of(row),
        "currency": row.currency or None,
        "paid": row.wanted,
        "in_connectwise": row.present,
        "action": [word for word in row.action.split(",") if word],
    }


def show_payments(rows: Iterable[InvoiceSettlement], *, title: str = "", if_empty: str = "") -> None:
    """One line per invoice: what the source says, what ConnectWise has, and what would be written."""
    listing = Listing(
        "Invoice", "Company", "Said by", money_column("Paid"), money_column("In ConnectWise"), "What would be done"
    )
    for row in rows:
        style = STYLES.get(State(row.state), "")
        paid, there = _money(row.wanted, row), _money(row.present, row)
        listing.row(row.number, row.company, source_of(row), paid, there, _standing(row), style=style)
    listing.show(title=title, if_empty=if_empty)


def _standing(row: InvoiceSettlement) -> str:
    deeds = ", ".join(DEEDS.get(word, word) for word in row.action.split(",") if word)
    head = deeds if row.state == State.WANTED else row.get_state_display()
    return "\n".join(filter(None, (head, reason(row.sentence, row.remedy))))


def _money(amount: Decimal | None, row: InvoiceSettlement) -> str:
    if amount is None:
        return ""
    return str(Money(amount, row.currency)) if row.currency else f"{amount:,.2f}"
