"""Rows of the unposted lists (`/finance/accounting/unposted…`) as records that wait."""

from collections.abc import Callable, Iterable, Mapping

from bursar.connectors.connectwise.gl_export_paths import read_fields
from bursar.connectors.connectwise.gl_export_taken import Taken
from bursar.connectors.exact_json import JsonObject
from bursar.domain.errors import InvalidInput
from bursar.domain.ledger import normalise
from bursar.domain.ledger.documents import RecordType
from bursar.domain.ledger.unposted import Family, Waiting

_PROCURED = {
    "purchase": RecordType.PURCHASE,
    "adjustment": RecordType.ADJUSTMENT,
    "transfer": RecordType.TRANSFER,
}


def waiting_rows(family: Family, rows: Iterable[JsonObject], *, currency: str) -> list[Waiting]:
    """The rows of one list; `currency` is for rows that name none. Raises InvalidInput."""
    return [_READ[family](Taken(read_fields(row)), currency) for row in rows]


def _invoice(row: Taken, currency: str) -> Waiting:
    return Waiting(
        record=RecordType.TRANSACTION,
        unposted_id=row.text("billingLogId"),
        number=row.text("invoiceNumber"),
        day=normalise.day(row.text("invoiceDate")),
        total=row.amount("total"),
        tax=row.amount("salesTaxAmount"),
        currency=row.currency(currency),
        company=row.text("billToCompany.name") or row.text("company.name"),
        account_number=row.text("accountNumber"),
        location=row.text("location.name"),
        location_id=row.text("locationId"),
        department_id=row.text("departmentId"),
    )


def _expense(row: Taken, currency: str) -> Waiting:
    return Waiting(
        record=RecordType.EXPENSE,
        unposted_id=row.text("expenseDetailId"),
        day=normalise.day(row.text("dateExpense")),
        total=row.amount("total"),
        tax=row.amount("salesTaxAmount"),
        currency=row.currency(currency),
        company=row.text("company.name"),
        member=row.text("member.identifier"),
        classification=row.text("classification"),
        location_id=row.text("locationId"),
        department_id=row.text("departmentId"),
    )


def _procurement(row: Taken, currency: str) -> Waiting:
    kind = row.text("procurementType")
    record = _PROCURED.get(kind.casefold())
    if record is None:
        raise InvalidInput(f"An unposted procurement record is of type '{kind[:40]}', which Bursar does not know.")
    return Waiting(
        record=record,
        unposted_id=row.text("unpostedProductId"),
        number=row.text("description"),
        day=normalise.day(row.text("purchaseDate")),
        total=row.amount("total"),
        tax=row.amount("taxTotal"),
        currency=row.currency(currency),
        company=row.text("vendor.name"),
        account_number=row.text("vendorAccountNumber"),
        location_id=row.text("locationId"),
        department_id=row.text("departmentId"),
    )


_READ: Mapping[Family, Callable[[Taken, str], Waiting]] = {
    Family.INVOICES: _invoice,
    Family.EXPENSES: _expense,
    Family.PROCUREMENT: _procurement,
}
