"""The dry export: what it offers, how it is limited, what the switches of the accounting package do."""

from __future__ import annotations

from decimal import Decimal

import httpx2
import pytest
from small_books import CLOSED_INVOICE, ENTRIES, change, close, detail, expense, sell, write
from small_export import EVERYTHING, ROOT, entry_ids, export, imbalances, mapping, money, rows

from psa_sandbox.state.ledger.entries import ENTRY
from psa_sandbox.state.ledger.expenses import enter_expense
from psa_sandbox.state.ledger.stock import Move, transfer_stock
from psa_sandbox.state.record import number
from psa_sandbox.state.store import Record, Store

INVOICES, EXPENSES, PRODUCTS = "exportInvoicesFlag", "exportExpensesFlag", "exportProductsFlag"


def switch(store: Store, **flags: bool) -> None:
    change(store, "accountingPackageSetup", 1, dict(flags))


def test_it_writes_nothing(psa: httpx2.Client, store: Store) -> None:
    before = store.dump()["tables"]
    assert export(psa) == export(psa)
    assert store.dump()["tables"] == before


def test_it_holds_every_unposted_entry_once_and_balances(psa: httpx2.Client, store: Store) -> None:
    change(store, "procurementAdjustment", 1, {"closedFlag": True})
    transfer_stock(store, Move(item=1, quantity=2, from_warehouse=1, from_bin=1, to_warehouse=1, to_bin=1), "test")
    enter_expense(store, expense(classification={"id": 2}), "test")
    document = export(psa)
    unposted = [number(row, "id") for row in store.rows(ENTRY) if row["batch"] is None]
    assert sorted(entry_ids(document)) == unposted
    assert imbalances(document) == []


def test_an_invoice_has_a_positive_header_and_negative_lines(psa: httpx2.Client) -> None:
    (sale,) = rows(export(psa, **{INVOICES: True}), "transactions")
    assert (sale["id"], sale["documentNumber"], sale["documentType"]) == (CLOSED_INVOICE, "10004", "INVOICE")
    assert (sale["glTypeId"], sale["accountNumber"], sale["glEntryIds"]) == ("AR", "1001", "20002,20003,20004")
    assert (sale["documentDate"], sale["dueDate"]) == ("2026-11-02T00:00:00", "2026-12-02T00:00:00")
    assert (money(sale), money(sale, "salesTax"), money(sale, "stateTax")) == (
        Decimal("30.38"),
        Decimal("5.38"),
        Decimal(5),
    )
    product, *taxes = rows(sale, "detail")
    assert (money(product), money(product, "quantity"), money(product, "itemPrice")) == (-25, -2, Decimal("12.5"))
    assert (product["costAccountNumber"], product["inventoryAccountNumber"], money(product, "cost")) == (
        "5000",
        "1300",
        Decimal("12.50"),
    )
    assert mapping(product["item"])["identifier"] == "M365"
    assert [(row["glTypeId"], money(row), money(row, "taxRatePercent")) for row in taxes] == [
        ("ST", Decimal(-5), Decimal(20)),
        ("ST", Decimal("-0.38"), Decimal("1.5")),
    ]
    assert [(row["taxLevel"], money(row, "taxableAmount")) for row in rows(sale, "taxLevels")] == [(1, 25), (2, 25)]


def test_rates_are_percent_for_customers_and_fractions_for_documents(psa: httpx2.Client, store: Store) -> None:
    company = store.get("company", 1) or {}
    store.replace("company", 1, {**company, "taxCode": {"id": 2}}, by="test")
    document = export(psa, **{INVOICES: True})
    (customer,) = rows(document, "customers")
    assert (money(customer, "stateTaxRate"), customer["stateTaxXref"]) == (20, "T20")
    assert money(rows(document, "transactions")[0], "taxGroupRate") == Decimal("0.215")


def test_a_credit_memo_is_negative(psa: httpx2.Client, store: Store) -> None:
    memo = close(store, sell(store, quantity=-1, type="CreditMemo"))
    document = export(psa, **{INVOICES: True, "includedInvoiceIds": [memo["id"]]})
    (sale,) = rows(document, "transactions")
    assert (sale["documentType"], money(sale)) == ("CREDIT MEMO", Decimal("-15.19"))
    assert [money(row) for row in rows(sale, "detail")] == [Decimal("12.50"), Decimal("2.50"), Decimal("0.19")]
    assert imbalances(document) == []


def test_expenses_are_bills_by_member_and_report(psa: httpx2.Client, store: Store) -> None:
    enter_expense(store, expense(taxes=[], amount=Decimal(10)), "test")
    enter_expense(store, expense(classification={"id": 2}, taxes=[]), "test")
    document = export(psa, **{EXPENSES: True})
    (bill,) = rows(document, "expenseBills")
    assert (money(bill), bill["memo"], bill["vendorNumber"]) == (34, "Expenses for Last week", "E-1")
    details = rows(bill, "detail")
    assert [(row["glTypeId"], money(row), row["id"]) for row in details] == [
        ("EE", 20, [20011, 20012]),
        ("ET", 4, [20013, 20014]),
        ("EE", 10, [20018, 20019]),
    ]
    assert (bill["id"], bill["documentNumber"]) == (20011, "20011ann")
    (card,) = rows(document, "expenses")
    assert (money(card), money(mapping(card["offset"]))) == (24, -24)


def test_expenses_are_journal_rows_where_the_setup_says_so(psa: httpx2.Client, store: Store) -> None:
    switch(store, transferExpensesAsBillFlag=False)
    document = export(psa, **{EXPENSES: True})
    assert document["expenseBills"] == []
    assert [row["glTypeId"] for row in rows(document, "expenses")] == ["EE", "ET"]
    assert mapping(document["exportSettings"])["expenseAsBillOption"] is False


def test_a_receipt_has_no_entry_id_on_its_header(psa: httpx2.Client) -> None:
    (bill,) = rows(export(psa, **{PRODUCTS: True}), "purchaseTransactions")
    assert bill["id"] == bill["memo"] == "PO #1, Packing Slip: S1"
    assert (money(bill), bill["apAccountNumber"], bill["vendorNumber"]) == (Decimal("48.60"), "1000", "XYZ-1")
    (line,) = rows(bill, "purchaseDetail")
    assert (line["glTypeId"], money(line), money(line, "quantity"), line["lineNumber"]) == ("RP", -40, -4, 2)
    assert [money(row) for row in rows(bill, "purchaseDetailTax")] == [Decimal("-8.00"), Decimal("-0.60")]


def test_stock_movements_carry_their_entry_ids_as_text(psa: httpx2.Client, store: Store) -> None:
    write(store, "adjustmentDetail", detail(-5), 1)
    change(store, "procurementAdjustment", 1, {"closedFlag": True})
    transfer_stock(store, Move(item=1, quantity=2, from_warehouse=1, from_bin=1, to_warehouse=1, to_bin=1), "test")
    document = export(psa, **{PRODUCTS: True})
    (adjustment,) = rows(document, "adjustmentTransactions")
    assert (adjustment["id"], adjustment["glTypeID"]) == ("20018,20019", "IA")
    details = rows(adjustment, "adjustmentDetail")
    assert [(row["quantity"], money(row)) for row in details] == [(2, Decimal("12.50")), (-5, Decimal("-31.25"))]
    (moved,) = rows(document, "inventoryTransfers")
    assert (moved["id"], mapping(moved["offset"])["id"], money(moved)) == ("20020", 20021, Decimal("12.50"))


def test_the_switches_of_cost(psa: httpx2.Client, store: Store) -> None:
    line = next(row for row in store.rows("product") if row["invoice"] == {"id": CLOSED_INVOICE})

    def exported() -> tuple[Decimal, object]:
        (sale,) = rows(export(psa, **{INVOICES: True}), "transactions")
        product = rows(sale, "detail")[0]
        return money(product, "cost"), product["costAccountNumber"]

    switch(store, includeCogsEntriesFlag=False)
    assert exported() == (0, "")
    switch(store, includeCogsEntriesFlag=True)
    store.replace("product", number(line, "id"), {**line, "dropshipFlag": True}, by="test")
    assert exported() == (0, "")
    switch(store, includeCogsDropShipFlag=True)
    assert exported() == (Decimal("12.50"), "5000")


def test_zero_tax_lines_come_only_where_the_setup_wants_them(psa: httpx2.Client, store: Store) -> None:
    def tax_lines() -> list[Decimal]:
        untaxed = sell(store, quantity=0)
        close(store, untaxed)
        document = export(psa, **{INVOICES: True, "includedInvoiceIds": [untaxed["id"]]})
        (sale,) = rows(document, "transactions")
        return [money(row) for row in rows(sale, "detail") if row["glTypeId"] == "ST"]

    assert tax_lines() == []
    switch(store, zeroDollarTaxAmountsFlag=True)
    assert tax_lines() == [0, 0]


def test_condensed_lines_keep_every_entry_id(psa: httpx2.Client, store: Store) -> None:
    invoice = sell(store)
    line: Record = {"catalogItem": {"id": 2}, "billableOption": "Billable", "quantity": 5, "taxableFlag": True}
    write(store, "product", {**line, "invoice": {"id": invoice["id"]}})
    close(store, invoice)
    wish = {INVOICES: True, "includedInvoiceIds": [invoice["id"]]}
    whole, short = export(psa, **wish), export(psa, **wish, summarizeInvoices="Condensed")
    assert sorted(entry_ids(whole)) == sorted(entry_ids(short))
    assert imbalances(short) == []
    details = rows(rows(short, "transactions")[0], "detail")
    assert (details[0]["glTypeId"], money(details[0])) == ("RP", Decimal("-25.50"))
    assert "item" not in details[0]


@pytest.mark.parametrize(
    ("wish", "numbers"),
    [
        ({}, ["10004", "10006", "10007"]),
        ({"locationId": 0}, ["10004", "10006", "10007"]),
        ({"locationId": 1}, ["10006"]),
        ({"thruDate": "2026-11-01T00:00:00Z"}, ["10006"]),
        ({"thruDate": "2026-12-31"}, ["10004", "10006", "10007", "10008"]),
        ({"includedInvoiceIds": [7, 99]}, ["10007"]),
        ({"excludedInvoiceIds": [4, 6]}, ["10007"]),
        ({"includedInvoiceIds": [4, 7], "excludedInvoiceIds": [7]}, ["10004"]),
    ],
)
def test_what_limits_an_export(psa: httpx2.Client, store: Store, wish: dict[str, object], numbers: list[str]) -> None:
    """The last one is dated after the sandbox's today, which is the limit where none is given."""
    close(store, sell(store, date="2026-10-15T00:00:00Z", location={"id": 1}))
    close(store, sell(store))
    close(store, sell(store, date="2026-12-24T00:00:00Z"))
    document = export(psa, **{INVOICES: True, **wish})
    assert [row["documentNumber"] for row in rows(document, "transactions")] == numbers


def test_records_of_each_kind_are_named_in_their_own_way(psa: httpx2.Client, store: Store) -> None:
    enter_expense(store, expense(), "test")
    spent = export(psa, **{EXPENSES: True, "excludedExpenseIds": [2]})
    assert len(entry_ids(spent)) == 4
    change(store, "procurementAdjustment", 1, {"closedFlag": True})
    goods = export(psa, **{PRODUCTS: True, "includedProductIds": ["1-adjustment"]})
    assert (len(rows(goods, "adjustmentTransactions")), goods["purchaseTransactions"]) == (1, [])
    rest = export(psa, **{PRODUCTS: True, "excludedProductIds": ["1-adjustment"]})
    assert (rest["adjustmentTransactions"], len(rows(rest, "purchaseTransactions"))) == ([], 1)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "exportInvoicesFlag"),
        ({**EVERYTHING, "exportGoodsFlag": True}, "exportGoodsFlag"),
        ({**EVERYTHING, "includedInvoiceIds": ["4"]}, "includedInvoiceIds"),
        ({**EVERYTHING, "includedProductIds": [1]}, "includedProductIds"),
        ({**EVERYTHING, "thruDate": "tomorrow"}, "thruDate"),
        ({**EVERYTHING, "summarizeInvoices": "Short"}, "summarizeInvoices"),
        ({**EVERYTHING, "batchIdentifier": "x" * 51}, "batchIdentifier"),
        ({**EVERYTHING, "locationId": "1"}, "locationId"),
    ],
)
def test_requests_that_are_refused(psa: httpx2.Client, body: Record, field: str) -> None:
    answer = psa.post(f"{ROOT}/export", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "InvalidObject")
    assert answer.json()["errors"][0]["field"] == field


def test_payments_can_be_asked_for_but_have_no_place_in_the_document(psa: httpx2.Client) -> None:
    document = export(psa, exportPaymentsFlag=True, includedPaymentIds=[1])
    assert entry_ids(document) == []


def test_parties_come_once(psa: httpx2.Client, store: Store) -> None:
    close(store, sell(store))
    document = export(psa)
    assert [mapping(row["company"])["identifier"] for row in rows(document, "customers")] == ["Abc"]
    assert [row["vendorNumber"] for row in rows(document, "vendors")] == ["XYZ-1", "E-1"]
    assert len(rows(document, "transactions")) == 2
    assert min(entry_ids(document)) == ENTRIES
