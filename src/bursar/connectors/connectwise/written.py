"""How Bursar's field names and values become ConnectWise's, and whether a record has what was written."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from bursar.connectors.exact_json import JsonValue
from bursar.domain.money import UNIT_PRICE_STEP
from bursar.domain.plan import FieldValue

LONGEST_DESCRIPTION = 6000
"""Characters ConnectWise keeps of an Addition's invoiceDescription [spec]."""


_UNSUPPORTED = str.maketrans("\b\f", "  ")
"""ConnectWise does not understand these two in JSON texts [guide]."""


def _readable(value: FieldValue) -> FieldValue:
    return value.translate(_UNSUPPORTED) if isinstance(value, str) else value


def _price(value: FieldValue) -> FieldValue:
    return value.quantize(UNIT_PRICE_STEP, ROUND_HALF_UP) if isinstance(value, Decimal) else value


def _description(value: FieldValue) -> FieldValue:
    kept = _readable(value)
    return kept[:LONGEST_DESCRIPTION] if isinstance(kept, str) else kept


def _plain(value: FieldValue) -> JsonValue:
    if isinstance(value, date):
        raise TypeError(f"{value} is a date")
    return value


def _reference(value: FieldValue) -> JsonValue:
    return None if value is None else {"id": _plain(value)}


def _day(value: FieldValue) -> JsonValue:
    if value is None:
        return None
    if not isinstance(value, date):
        raise TypeError(f"{value!r} is not a date")
    return as_day(value)


def as_day(day: date) -> str:
    """A business date on the wire: midnight, as ConnectWise writes it."""
    return f"{day.isoformat()}T00:00:00Z"


@dataclass(frozen=True, slots=True)
class WrittenField:
    """A property that Bursar writes: ConnectWise's name, what it keeps of a value, and its shape on the wire."""

    property: str
    wire: Callable[[FieldValue], JsonValue] = _plain
    keep: Callable[[FieldValue], FieldValue] = _readable
    left_to_connectwise: bool = False
    """None means that ConnectWise works the value out; it is never sent."""

    def skips(self, value: FieldValue) -> bool:
        return value is None and self.left_to_connectwise

    def sent(self, value: FieldValue) -> JsonValue:
        """The JSON for a value."""
        return self.wire(self.keep(value))

    def holds(self, written: FieldValue, found: FieldValue) -> bool:
        """Whether ConnectWise has what was written: numbers by value, texts without regard to white space."""
        return self.skips(written) or _comparable(self.keep(written)) == _comparable(self.keep(found))


AGREEMENT_FIELDS: dict[str, WrittenField] = {
    "name": WrittenField("name"),
    "company_id": WrittenField("company", _reference),
    "contact_id": WrittenField("contact", _reference),
    "type_id": WrittenField("type", _reference),
    "start": WrittenField("startDate", _day),
    "bill_start": WrittenField("billStartDate", _day),
    "billing_cycle_id": WrittenField("billingCycle", _reference),
    "location_id": WrittenField("location", _reference),
    "department_id": WrittenField("department", _reference),
    "employee_comp_rate": WrittenField("employeeCompRate"),
    "employee_comp_not_exceed": WrittenField("employeeCompNotExceed"),
    "invoicing_cycle": WrittenField("invoicingCycle"),
    "bill_time": WrittenField("billTime"),
    "bill_expenses": WrittenField("billExpenses"),
    "bill_products": WrittenField("billProducts"),
    "one_time": WrittenField("oneTimeFlag"),
    "prorates": WrittenField("prorateFlag"),
    "no_ending_date": WrittenField("noEndingDateFlag"),
}
ADDITION_FIELDS: dict[str, WrittenField] = {
    "product_id": WrittenField("product", _reference),
    "quantity": WrittenField("quantity"),
    "unit_price": WrittenField("unitPrice", keep=_price),
    "unit_cost": WrittenField("unitCost", keep=_price, left_to_connectwise=True),
    "effective": WrittenField("effectiveDate", _day),
    "cancelled": WrittenField("cancelledDate", _day),
    "description": WrittenField("invoiceDescription", keep=_description),
    "bill_customer": WrittenField("billCustomer"),
}
PAYMENT_FIELDS: dict[str, WrittenField] = {
    "amount": WrittenField("amount"),
    "day": WrittenField("paymentDate", _day),
    "kind": WrittenField("type"),
    "credit_id": WrittenField("credit", _reference),
}
AS_TEXT = WrittenField("")
"""For fields that need more than a new name: the currency and the marker."""


def _comparable(value: FieldValue) -> FieldValue:
    if isinstance(value, str):
        return " ".join(value.split()) or None
    return value
