"""What a new agreement takes over from its type, its company and the day it is entered."""

from __future__ import annotations

from psa_sandbox.state.record import target, wire
from psa_sandbox.state.store import Record, Store

_RENAMED = {
    "coverAgreementTime": "coverAgreementTimeFlag",
    "coverAgreementProduct": "coverAgreementProductFlag",
    "coverAgreementExpense": "coverAgreementExpenseFlag",
    "coverSalesTax": "coverSalesTaxFlag",
    "carryOverUnused": "carryOverUnusedFlag",
    "allowOverruns": "allowOverrunsFlag",
    "chargeToFirm": "chargeToFirmFlag",
    "taxable": "taxableFlag",
    "restrictDownPayment": "restrictDownPaymentFlag",
}
_SAME_NAME = (
    *("location", "department", "restrictLocationFlag", "restrictDepartmentFlag"),
    *("applicationUnits", "applicationLimit", "applicationCycle", "applicationUnlimitedFlag", "oneTimeFlag"),
    *("expiredDays", "limit", "expireWhenZero", "employeeCompRate", "employeeCompNotExceed"),
    *("compHourlyRate", "compLimitAmount", "billingCycle", "billOneTimeFlag", "billingTerms"),
    *("invoicingCycle", "billAmount", "invoiceDescription", "billTime", "billExpenses", "billProducts"),
    *("prorateFlag", "autoInvoiceFlag", "billZeroAmountFlag", "invoiceProratedAdditionsFlag"),
)
_FROM_TYPE = _RENAMED | {name: name for name in _SAME_NAME}
_FROM_COMPANY = ("taxCode", "billingTerms", "currency")


def with_defaults(store: Store, record: Record) -> Record:
    """A copy in which every empty field that has a default got it."""
    kept = dict(record)
    kind = target(store, record, "type", "agreementType")
    company = target(store, record, "company", "company")
    for field, source in _FROM_TYPE.items():
        _fill(kept, field, kind.get(source))
    for field in _FROM_COMPANY:
        _fill(kept, field, company.get(field))
    _fill(kept, "currency", _first(store, "currency"))
    _fill(kept, "billToCompany", kept.get("company"))
    _fill(kept, "billToContact", kept.get("contact"))
    _fill(kept, "startDate", wire(store.clock.now().date()))
    _fill(kept, "billStartDate", kept["startDate"])
    _fill(kept, "noEndingDateFlag", value=kept.get("endDate") is None)
    _fill(kept, "cancelledFlag", value=False)
    return kept


def _first(store: Store, kind: str) -> Record | None:
    rows = store.rows(kind)
    return {"id": rows[0]["id"]} if rows else None


def _fill(record: Record, field: str, value: object) -> None:
    if record.get(field) is None and value is not None:
        record[field] = value
