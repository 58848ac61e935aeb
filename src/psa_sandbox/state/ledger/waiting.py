"""The rows of the accounting interface's lists: what is closed and in no batch yet."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from psa_sandbox.state.ledger.chart import account_number
from psa_sandbox.state.ledger.entries import account, entries_of, tax_level, total, unposted
from psa_sandbox.state.ledger.expenses import EXPENSE_TAX, classification, gl_type
from psa_sandbox.state.ledger.invoices import billed_company
from psa_sandbox.state.ledger.receipts import FREIGHT, FREIGHT_TAX, TAX_TYPES
from psa_sandbox.state.record import ZERO, amount, flag, number, reference, target, text
from psa_sandbox.state.store import Record, Store
from psa_sandbox.state.tax_shares import TaxShare, block, levels_of, remembered, tax_code_of

SYNCED = "Synced"


def invoice_rows(store: Store, _under: Record) -> list[Record]:
    """Unposted invoices; `billingLogId` is the invoice's id, `id` another one [field]."""
    return [_invoice(store, document) for document in unposted(store, "invoice")]


def expense_rows(store: Store, _under: Record) -> list[Record]:
    """Unposted expenses; `expenseDetailId` is the expense entry's id [field]."""
    return [_expense(store, document) for document in unposted(store, "expense")]


def procurement_rows(store: Store, _under: Record) -> list[Record]:
    """Unposted receipts, adjustments and transfers; `unpostedProductId` is a text [field]."""
    return [_procurement(store, document) for document in unposted(store, "procurement")]


def payment_rows(store: Store, _under: Record) -> list[Record]:
    """Payments that are not marked as synced (our reading of the list's name); credit applications are none."""
    rows = [row for row in store.rows("payment") if row.get("paymentSyncStatus") != SYNCED]
    return [row for row in rows if reference(row, "credit") is None]


def invoice_levels(store: Store, under: Record) -> list[Record]:
    """Tax by level of an unposted invoice."""
    document = store.get("ledgerInvoice", number(under, "unpostedInvoiceId")) or {}
    return _levels(document, under, remembered(store, store.get("invoice", number(document, "invoice")) or {}))


def expense_levels(store: Store, under: Record) -> list[Record]:
    """Tax by level of an unposted expense: what the member entered counts as level 1."""
    document = store.get("ledgerExpense", number(under, "unpostedExpenseId")) or {}
    return _levels(document, under, _expense_shares(store, document))


def procurement_levels(store: Store, under: Record) -> list[Record]:
    """Tax by level of an unposted purchase, freight tax included."""
    document = store.get("ledgerProcurement", number(under, "unpostedProcurementId")) or {}
    return _levels(document, under, _purchase_shares(store, document))


def _levels(document: Record, under: Record, shares: list[TaxShare]) -> list[Record]:
    return [
        {
            **under,
            "id": share.level,
            "taxLevel": share.level,
            "taxCodeXref": share.xref,
            "taxAmount": share.tax,
            "_info": document["_info"],
        }
        for share in shares
    ]


def _invoice(store: Store, document: Record) -> Record:
    invoice = store.get("invoice", number(document, "invoice")) or {}
    company, shares = billed_company(store, invoice), remembered(store, invoice)
    terms = target(store, invoice, "billingTerms", "billingTerm")
    lines = store.rows("product", invoice=invoice["id"])
    same = ("locationId", "location", "departmentId", "department", "company", "billToCompany", "shipToCompany")
    return {
        **{name: invoice.get(name) for name in (*same, "invoiceNumber", "billingTerms", "currency", "taxCode")},
        "id": document["id"],
        "_info": document["_info"],
        "billingLogId": invoice["id"],
        "accountNumber": company.get("accountNumber"),
        "billToSite": invoice.get("billingSite"),
        "shipToSite": invoice.get("shippingSite"),
        "invoiceDate": invoice.get("date"),
        "invoiceType": invoice.get("type"),
        "description": invoice.get("reference"),
        "dueDays": text(terms, "dueDays"),
        "dueDate": invoice.get("dueDate"),
        "subTotal": invoice.get("subtotal"),
        "total": invoice.get("total"),
        "hasTime": False,
        "hasExpenses": bool(amount(invoice, "expenseTotal")),
        "hasProducts": bool(lines),
        "invoiceTaxableFlag": flag(invoice, "taxableFlag"),
        "itemTaxableFlag": any(flag(line, "taxableFlag") for line in lines),
        "salesTaxAmount": invoice.get("salesTax"),
        **block(shares),
        "createdBy": _author(invoice),
        "dateClosed": document["closed"],
    }


def _expense(store: Store, document: Record) -> Record:
    expense = store.get("expenseEntry", number(document, "expense")) or {}
    entries = entries_of(store, "expense", document)
    billable = amount(expense, "amount") if expense.get("billableOption") == "Billable" else ZERO
    same = ("locationId", "company", "member", "paymentMethod", "currency", "agreement", "ticket", "project")
    return {
        **{name: expense.get(name) for name in same},
        "id": document["id"],
        "_info": document["_info"],
        "expenseDetailId": expense["id"],
        "departmentId": expense.get("businessUnitId"),
        "accountNumber": _number_of(store, entries, positive=True),
        "creditAccount": _number_of(store, entries, positive=False),
        "expenseType": expense.get("type"),
        "classification": classification(store, expense),
        "glType": gl_type(expense),
        "dateExpense": expense.get("date"),
        "chargeDescription": expense.get("notes"),
        "inPolicy": True,
        "total": expense.get("amount"),
        "billableAmount": billable,
        "nonBillableAmount": amount(expense, "amount") - billable,
        "agreementAmountCovered": amount(expense, "agreementAmount"),
        "projectPhase": expense.get("phase"),
        "salesTaxAmount": sum((share.tax for share in _expense_shares(store, document)), ZERO),
        **block(_expense_shares(store, document)),
        "dateClosed": document["closed"],
    }


def _procurement(store: Store, document: Record) -> Record:
    row: Record = {
        "id": document["id"],
        "_info": document["_info"],
        "unpostedProductId": document["number"],
        "procurementType": document["procurementType"],
        "locationId": document.get("location"),
        "purchaseDate": document["date"],
        "total": _value(store, document),
        "dateClosed": document["closed"],
        **block(_purchase_shares(store, document)),
    }
    if document["procurementType"] == "Purchase":
        return row | _purchase(store, document)
    kind = "procurementAdjustment" if document["procurementType"] == "Adjustment" else "inventoryTransfer"
    source = store.get(kind, number(document, "source")) or {}
    return row | {"description": text(source, "identifier") or f"Transfer {source['id']}", "taxTotal": ZERO}


def _purchase(store: Store, document: Record) -> Record:
    order = store.get("purchaseOrder", number(document, "source")) or {}
    vendor = target(store, order, "vendorCompany", "company")
    entries = entries_of(store, "procurement", document)
    taxes = total(entry for entry in entries if entry["type"] in TAX_TYPES)
    same = ("currency", "taxCode", "taxFreightFlag", "vendorInvoiceNumber", "vendorInvoiceDate", "trackingNumber")
    return {
        **{name: order.get(name) for name in same},
        "description": f"PO #{text(order, 'poNumber')}, Packing Slip: {text(document, 'packingSlip')}",
        "purchaseOrder": {"id": order["id"]},
        "departmentId": order.get("businessUnitId"),
        "billingTerms": order.get("terms"),
        "purchaseOrderTaxableFlag": flag(order, "taxPoFlag"),
        "itemTaxableFlag": taxes != ZERO,
        "taxTotal": taxes,
        "customer": order.get("customerCompany"),
        "vendor": order.get("vendorCompany"),
        "vendorAccountNumber": vendor.get("accountNumber"),
        "freightCost": total(entry for entry in entries if entry["type"] == FREIGHT),
        "freightTaxTotal": total(entry for entry in entries if entry["type"] == FREIGHT_TAX),
    }


def _value(store: Store, document: Record) -> Decimal:
    """A purchase's payable, what an adjustment adds to stock, what a transfer moves."""
    entries = entries_of(store, "procurement", document)
    match document["procurementType"]:
        case "Adjustment":
            return -total(entries)
        case "Transfer":
            return total(entry for entry in entries if amount(entry, "amount") > ZERO)
    return total(entries)


def _purchase_shares(store: Store, document: Record) -> list[TaxShare]:
    """Tax of a receipt by level, from its entries."""
    order = store.get("purchaseOrder", number(document, "source")) or {}
    code = tax_code_of(store, order) if document["procurementType"] == "Purchase" else None
    taxed: dict[int, Decimal] = {}
    for entry in entries_of(store, "procurement", document):
        if entry["type"] in TAX_TYPES:
            level = tax_level(entry)
            taxed[level] = taxed.get(level, ZERO) + amount(entry, "amount")
    levels = [share for share in levels_of(code or {}) if share.level in taxed]
    return [replace(share, taxable=taxed[share.level], tax=taxed[share.level]) for share in levels]


def _expense_shares(store: Store, document: Record) -> list[TaxShare]:
    entries = entries_of(store, "expense", document)
    tax = total(entry for entry in entries if entry["type"] == EXPENSE_TAX)
    if not tax:
        return []
    return [TaxShare(level=1, rate=ZERO, taxable=tax, tax=tax, caption="Tax", xref="", agency="")]


def _number_of(store: Store, entries: list[Record], *, positive: bool) -> str:
    chosen = next((entry for entry in entries if (amount(entry, "amount") > ZERO) is positive), None)
    return account_number(store, account(chosen)) if chosen else ""


def _author(record: Record) -> str:
    info = record.get("_info")
    return str(info.get("enteredBy")) if isinstance(info, dict) else ""
