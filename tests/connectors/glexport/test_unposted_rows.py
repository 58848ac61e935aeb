"""Rows of the three unposted lists as records that wait."""

from datetime import date
from decimal import Decimal

import pytest

from bursar.connectors.connectwise.gl_export_unposted import waiting_rows
from bursar.connectors.exact_json import JsonObject
from bursar.domain.errors import InvalidInput
from bursar.domain.ledger.documents import RecordType
from bursar.domain.ledger.unposted import Family, Waiting

INVOICE: JsonObject = {
    "id": 4,
    "billingLogId": 900,
    "invoiceNumber": "4711",
    "invoiceDate": "2026-10-31T00:00:00Z",
    "billToCompany": {"id": 8, "name": "Contoso Ltd"},
    "accountNumber": "CONTOSO",
    "total": Decimal("142.80"),
    "salesTaxAmount": Decimal("22.80"),
    "currency": {"id": 7, "currencyCode": "EUR"},
    "locationId": 2,
    "location": {"id": 2, "name": "Tampa"},
    "departmentId": 10,
}


def test_an_invoice() -> None:
    assert waiting_rows(Family.INVOICES, [INVOICE], currency="USD") == [
        Waiting(
            record=RecordType.TRANSACTION,
            unposted_id="900",
            number="4711",
            day=date(2026, 10, 31),
            total=Decimal("142.80"),
            tax=Decimal("22.80"),
            currency="EUR",
            company="Contoso Ltd",
            account_number="CONTOSO",
            location="Tampa",
            location_id="2",
            department_id="10",
        )
    ]


def test_an_expense() -> None:
    row: JsonObject = {
        "expenseDetailId": 70,
        "dateExpense": "2026-10-14T00:00:00Z",
        "member": {"id": 3, "identifier": "jdoe"},
        "classification": "Reimbursable",
        "total": 34,
    }
    (found,) = waiting_rows(Family.EXPENSES, [row], currency="USD")
    assert (found.record, found.unposted_id, found.member) == (RecordType.EXPENSE, "70", "jdoe")
    assert (found.total, found.currency, found.tax) == (Decimal(34), "USD", Decimal(0))


@pytest.mark.parametrize("kind", ["Purchase", "Adjustment", "Transfer"])
def test_procurement(kind: str) -> None:
    row: JsonObject = {
        "unpostedProductId": "3-A1-purchase",
        "procurementType": kind,
        "description": "PO #1",
        "total": 1,
    }
    (found,) = waiting_rows(Family.PROCUREMENT, [row], currency="USD")
    assert (found.record, found.unposted_id, found.number) == (kind.lower(), "3-A1-purchase", "PO #1")


def test_an_unknown_type_of_procurement_is_refused() -> None:
    with pytest.raises(InvalidInput, match="of type 'Gift'"):
        waiting_rows(Family.PROCUREMENT, [{"procurementType": "Gift"}], currency="USD")
