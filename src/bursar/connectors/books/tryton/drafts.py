"""Drafts that were left behind: does one say what would be sent now, or what its document was before?

Nothing was confirmed of a draft, so its document is planned anew under the same marker, and may have changed by then.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal

from bursar.connectors.books.tryton.reader import Reader
from bursar.connectors.books.tryton.records import DraftLine, DraftRow, InvoiceHead, Move
from bursar.connectors.books.tryton.rows import rows_of
from bursar.connectors.books.tryton.values import Values
from bursar.domain.books.delivery import Delivery
from bursar.domain.money import ZERO

_HEAD = ("type", "party", "account", "currency", "reference", "description", "payment_term", "payment_term_date")


def invoice_says(reader: Reader, record: int, delivery: Delivery, values: Values) -> bool:
    """Whether a draft invoice is as `values` would make it. Its invoice date may have been moved since."""
    for head in reader.all("account.invoice", InvoiceHead, [["id", "=", record]]):
        same_head = all(getattr(head, name) == values.get(name) for name in _HEAD)
        if not same_head or (head.accounting_date or head.invoice_date) != delivery.document.day:
            return False
        rows: Counter[tuple[str, Decimal]] = Counter()
        for model in ("account.invoice.line", "account.invoice.tax"):
            for row in reader.among(model, DraftRow, [], "invoice", [record]):
                rows[row.account.code if row.account else "", row.amount or ZERO] += 1
        return rows == Counter((row.account, row.amount) for row in rows_of(delivery))
    return False


def entry_says(reader: Reader, record: int, values: Values, rows: Sequence[Values]) -> bool:
    """Whether a draft entry is as `values` would make it, of these rows."""
    for head in reader.all("account.move", Move, [["id", "=", record]]):
        if (head.date, head.description) != (values["date"], values["description"]):
            return False
        found = [row.model_dump() for row in reader.among("account.move.line", DraftLine, [], "move", [record])]
        return Counter(map(_key, found)) == Counter(map(_key, rows))
    return False


def _key(row: Mapping[str, object]) -> tuple[object, ...]:
    amounts = (row.get("debit"), row.get("credit"), row.get("amount_second_currency") or ZERO)
    return (row.get("account"), row.get("party"), row.get("second_currency"), *amounts)
