"""Payments of invoices as a person reads them, and as JSON documents."""

from collections.abc import Collection, Iterable
from decimal import Decimal

from django.db.models import QuerySet

from bursar.cli.output import Listing, counted, money_column, remark
from bursar.cli.plan_text import reason
from bursar.domain.money import Money
from bursar.store.models import InvoiceSettlement
from bursar.store.queries.payments import claims_of
from bursar.usecases.agree_payments import as_shown

State = InvoiceSettlement.State

PAYMENT_KEYS = (
    *("number", "company", "source", "state", "currency", "paid", "newest", "in_connectwise", "invoice_total"),
    *("voided", "action", "code", "sentence", "remedy", "changed_at", "applied_at"),
)
DEEDS = {"create": "enter it", "update": "change it", "cancel": "delete it"}
CREDIT_DEEDS = {"create": "set a credit against it", "update": "change a credit", "cancel": "take a credit off it"}
"""The same, where the payment stays as it is."""
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


def still_shown(rows: QuerySet[InvoiceSettlement], shown: Collection[InvoiceSettlement]) -> QuerySet[InvoiceSettlement]:
    """What a person agreed to: not what became another payment while they were asked, and that is said."""
    same = as_shown(rows, shown)
    if changed := len(shown) - same.count():
        remark(f"{counted(changed, 'invoice')} became another payment while you were asked: left out.")
    return same


def _standing(row: InvoiceSettlement) -> str:
    told = CREDIT_DEEDS if row.present == row.wanted else DEEDS
    deeds = ", ".join([*(told.get(word, word) for word in row.action.split(",") if word), *_credits(row)])
    head = deeds if row.state == State.WANTED else row.get_state_display()
    return "\n".join(filter(None, (head, reason(row.sentence, row.remedy))))


def _credits(row: InvoiceSettlement) -> list[str]:
    """What is set against the invoice beside the payment."""
    found = [pair for claim in claims_of(row)[:1] for pair in claim.settlement.credits.items()]
    return [f"with credit {number or '?'}: {_money(amount, row)}" for number, amount in found]


def _money(amount: Decimal | None, row: InvoiceSettlement) -> str:
    if amount is None:
        return ""
    return str(Money(amount, row.currency)) if row.currency else f"{amount:,.2f}"
