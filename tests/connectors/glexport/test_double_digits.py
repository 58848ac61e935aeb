"""Numbers of ConnectWise are doubles: what a division leaves behind the last cent stops no document and no list."""

from decimal import Decimal

from bursar.connectors.connectwise.gl_export import read_gl_export
from bursar.connectors.connectwise.gl_export_unposted import waiting_rows
from bursar.domain.ledger.journal import Journal, journal_of
from bursar.domain.ledger.unposted import Family

INVOICE = b"""{"transactions": [{"id": 1, "documentNumber": "4711", "documentDate": "2026-10-31",
 "documentType": "INVOICE", "total": 33.330000000000005, "accountNumber": "1200", "glEntryIds": "5",
 "detail": [{"id": 6, "glTypeId": "RP", "accountNumber": "4000", "quantity": -3, "itemPrice": 11.110000000000001,
 "total": -33.330000000000005, "cost": 3.3333333333333335, "taxRate": 0.08250000000000000333}]}]}"""


def test_a_document_is_not_held_for_the_digits_of_a_double() -> None:
    export = read_gl_export(INVOICE, currency="USD")
    assert not export.blocked
    (document,) = export.documents
    assert (document.total, document.lines[0].amount, document.remainder) == (Decimal("33.33"), Decimal("33.33"), 0)
    assert isinstance(journal_of(document), Journal)


def test_a_list_of_what_waits_is_not_stopped_by_them() -> None:
    (row,) = waiting_rows(Family.INVOICES, [{"billingLogId": 1, "total": Decimal("0.30000000000000004")}], currency="")
    assert row.total == Decimal("0.3")
