"""Invoices entered by hand, and their lines: miscellaneous and standard ones, credit memos."""

from __future__ import annotations

from datetime import timedelta

from psa_sandbox.state.companies import default_of
from psa_sandbox.state.errors import Refusal, invalid_field
from psa_sandbox.state.invoicing import FIRST_INVOICE_NUMBER, billing_site, due_days
from psa_sandbox.state.record import ZERO, amount, cents, day, flag, number, reference, target, text, wire
from psa_sandbox.state.sales_tax import TaxBase, sales_tax
from psa_sandbox.state.store import Record, Store
from psa_sandbox.state.tax_shares import remember, tax_code_of

TYPES = frozenset({"Miscellaneous", "Standard", "CreditMemo"})
_NOTHING = dict.fromkeys(
    (
        *("serviceTotal", "expenseTotal", "productTotal", "previousProgressApplied", "serviceAdjustmentAmount"),
        *("agreementAmount", "downpaymentApplied", "remainingDownpayment", "subtotal", "salesTax", "total"),
        *("payments", "credits", "balance"),
    ),
    ZERO,
)


def new_invoice(store: Store, record: Record) -> Record:
    """An invoice as it begins: open, without lines, with what its company brings along. Raises Refusal.

    Agreement, progress, down payment and consolidated invoices cannot be entered (not modelled).
    """
    if record.get("type") not in TYPES:
        raise invalid_field("invoice", "type", f"The sandbox enters {', '.join(sorted(TYPES))} invoices only.")
    company = target(store, record, "company", "company")
    when = day(record, "date") or store.clock.now().date()
    terms = record.get("billingTerms") or company.get("billingTerms") or default_of(store, "billingTerm")
    own: Record = {
        "status": default_of(store, "billingStatus"),
        "billToCompany": company.get("billToCompany") or record["company"],
        "shipToCompany": record["company"],
        "accountNumber": company.get("accountNumber"),
        **billing_site(store, {}, company),
        "date": wire(when),
        "dueDate": wire(when + timedelta(days=due_days(store, terms))),
        "billingTerms": terms,
        "taxCode": company.get("taxCode"),
        "currency": company.get("currency"),
        "location": company.get("territory"),
        "locationId": reference(company, "territory"),
    }
    given = {name: value for name, value in record.items() if value is not None}
    return {**own, **given, **_NOTHING, "taxableFlag": (given.get("taxCode") or own["taxCode"]) is not None}


def give_number(store: Store, invoice: Record, by: str) -> Record:
    """A new invoice gets the number that belongs to its id, unless it brought one."""
    if text(invoice, "invoiceNumber"):
        return invoice
    numbered = {**invoice, "invoiceNumber": str(FIRST_INVOICE_NUMBER - 1 + number(invoice, "id"))}
    return store.replace("invoice", number(invoice, "id"), numbered, by=by)


def line_rule(store: Store, record: Record, previous: Record | None) -> Record:
    """A line of an open invoice that was entered by hand, filled from its item. Raises Refusal.

    Products that are on no invoice are not modelled; a credit memo's lines have negative quantities (our reading).
    """
    for line in filter(None, (previous, record)):
        _demand_open(store, line)
    item = target(store, record, "catalogItem", "catalogItem")
    same = ("description", "customerDescription", "price", "cost", "taxableFlag", "unitOfMeasure", "productClass")
    kept: Record = {name: item.get(name) for name in same} if previous is None else {}
    kept |= {name: value for name, value in record.items() if value is not None}
    kept["quantity"] = kept.get("quantity", 1)
    kept["extPrice"] = cents(amount(kept, "quantity") * amount(kept, "price"))
    kept["extCost"] = cents(amount(kept, "quantity") * amount(kept, "cost"))
    invoice = target(store, kept, "invoice", "invoice")
    kept |= {"margin": amount(kept, "extPrice") - amount(kept, "extCost"), "company": invoice.get("company")}
    return kept | {"taxCode": invoice.get("taxCode")}


def line_delete_rule(store: Store, line: Record) -> None:
    """Raises Refusal for a line whose invoice may not change."""
    _demand_open(store, line)


def follow_line(store: Store, line: Record, _previous: Record | None, by: str) -> None:
    """The invoice is worked out again when a line was written."""
    recalculate(store, line, by)


def recalculate(store: Store, line: Record, by: str) -> None:
    """Bring totals, tax and balance of a line's invoice in step with its lines."""
    invoice = target(store, line, "invoice", "invoice")
    lines = store.rows("product", invoice=invoice["id"])
    products = sum((amount(row, "extPrice") for row in lines), ZERO)
    base = TaxBase(sum((amount(row, "extPrice") for row in lines if flag(row, "taxableFlag")), ZERO), ZERO)
    code = tax_code_of(store, invoice)
    tax = sales_tax(code, base)
    total = products + tax
    balance = total - amount(invoice, "payments") - amount(invoice, "credits")
    sums: Record = {"productTotal": products, "subtotal": products, "salesTax": tax, "total": total, "balance": balance}
    remember(store, store.replace("invoice", number(invoice, "id"), {**invoice, **sums}, by=by), code, base, by)


def _demand_open(store: Store, line: Record) -> None:
    invoice = target(store, line, "invoice", "invoice")
    if not invoice:
        raise invalid_field("product", "invoice/id", "The sandbox keeps products on invoices only.")
    if invoice.get("type") not in TYPES:
        raise invalid_field("product", "invoice/id", "Lines of this invoice come from its agreement.")
    if flag(target(store, invoice, "status", "billingStatus"), "closedFlag"):
        raise Refusal(409, "Conflict", "The invoice is closed.")
