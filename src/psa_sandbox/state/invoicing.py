"""Agreement invoicing: from an agreement's next period to an open invoice, and its payments."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from psa_sandbox.state.agreements import CLOSED, agreement_status
from psa_sandbox.state.billing_periods import Period, cycle_of, next_period
from psa_sandbox.state.errors import invalid_field, not_found
from psa_sandbox.state.invoice_lines import Content, Line, Settled, content_of, product_line
from psa_sandbox.state.record import ZERO, amount, flag, number, reference, target, text, wire
from psa_sandbox.state.sales_tax import TaxBase, sales_tax
from psa_sandbox.state.store import Record, Store
from psa_sandbox.state.tax_shares import remember

FIRST_INVOICE_NUMBER = 10_001
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Totals:
    """The amounts of an invoice, all to the cent."""

    agreement: Decimal
    adjustments: Decimal
    products: Decimal
    tax: Decimal

    @property
    def subtotal(self) -> Decimal:
        """Everything before tax."""
        return self.agreement + self.adjustments + self.products

    @property
    def total(self) -> Decimal:
        """What the customer owes."""
        return self.subtotal + self.tax


def invoice_agreement(store: Store, agreement_id: int, by: str) -> Record:
    """Invoice the agreement's next period, even at zero, and move its next invoice date.

    Raises Refusal: 404 without such an agreement, 400 when it is cancelled or expired or bills for
    nothing any more.
    """
    with store.lock:
        agreement = store.get("agreement", agreement_id)
        if agreement is None:
            raise not_found("agreement", agreement_id)
        content = _next_content(store, agreement)
        invoice = _write(store, agreement, content, by)
        _close_period(store, agreement, content, by)
        return invoice


def invoice_due(store: Store, through: date, by: str) -> list[Record]:
    """Invoice all that is due: every period that starts on or before a day, of every open agreement.

    Cancelled and expired agreements are passed over. An empty period makes an invoice only with
    billZeroAmountFlag; without, it is closed and passed over.
    """
    with store.lock:
        invoices: list[Record] = []
        for agreement in store.rows("agreement"):
            if agreement_status(store, agreement) not in CLOSED:
                invoices += _catch_up(store, agreement, through, by)
        return invoices


def settle_invoice(store: Store, invoice_id: int, by: str) -> Record:
    """Bring payments, credits and balance of an invoice in line with its payment records. Raises Refusal 404.

    Of a credit memo, what was applied elsewhere counts against it.
    """
    with store.lock:
        invoice = store.get("invoice", invoice_id)
        if invoice is None:
            raise not_found("invoice", invoice_id)
        rows = store.rows("payment", invoice=invoice_id)
        paid = sum((amount(row, "amount") for row in rows if reference(row, "credit") is None), ZERO)
        credited = sum((amount(row, "amount") for row in rows if reference(row, "credit") is not None), ZERO)
        credited -= sum((amount(row, "amount") for row in store.rows("payment", credit=invoice_id)), ZERO)
        sums: Record = {"payments": paid, "credits": credited, "balance": amount(invoice, "total") - paid - credited}
        return store.replace("invoice", invoice_id, {**invoice, **sums}, by=by)


def _catch_up(store: Store, agreement: Record, through: date, by: str) -> list[Record]:
    invoices: list[Record] = []
    while (period := next_period(store, agreement)) is not None and period.start <= through:
        content = content_of(store, agreement, cycle_of(store, agreement), period)
        if not content.is_empty or flag(agreement, "billZeroAmountFlag"):
            invoices.append(_write(store, agreement, content, by))
        agreement = _close_period(store, agreement, content, by)
    return invoices


def _next_content(store: Store, agreement: Record) -> Content:
    status = agreement_status(store, agreement)
    if status in CLOSED:
        message = f"The agreement is {status.lower()} and cannot be invoiced."
        raise invalid_field("agreement", "agreementStatus", message)
    period = next_period(store, agreement)
    if period is None:
        raise invalid_field("agreement", "nextInvoiceDate", "The agreement has nothing left to invoice.")
    return content_of(store, agreement, cycle_of(store, agreement), period)


def _write(store: Store, agreement: Record, content: Content, by: str) -> Record:
    code = _tax_code(store, agreement)
    base = _tax_base(agreement, content)
    totals = _totals(content, sales_tax(code, base))
    header = _header(store, agreement, content.period, code) | _amounts(totals)
    draft = store.insert("invoice", header, by=by)
    number_text = str(FIRST_INVOICE_NUMBER - 1 + number(draft, "id"))
    invoice = store.replace("invoice", number(draft, "id"), {**draft, "invoiceNumber": number_text}, by=by)
    remember(store, invoice, code, base, by)
    for line in content.lines:
        item = target(store, line.addition, "product", "catalogItem")
        store.insert("product", product_line(line, item, invoice, agreement), by=by)
    _remember(store, content, invoice, by)
    return invoice


def _remember(store: Store, content: Content, invoice: Record, by: str) -> None:
    for row in content.adjustments:
        note: Record = {"adjustmentId": row["id"], "invoiceId": invoice["id"]}
        store.insert("adjustmentBilling", note, by=by)


def _close_period(store: Store, agreement: Record, content: Content, by: str) -> Record:
    for entry in content.settled:
        note_billed(store, entry, by)
    following = wire(content.period.end + _ONE_DAY) if content.period.end < date.max else None
    kept = {**agreement, "nextInvoiceDate": following}
    return store.replace("agreement", number(agreement, "id"), kept, by=by)


def note_billed(store: Store, entry: Settled, by: str) -> None:
    """Remember up to which day an addition is dealt with."""
    addition_id = number(entry.addition, "id")
    note: Record = {"additionId": addition_id, "billedThrough": wire(entry.through), "billed": entry.billed}
    known = store.rows("additionBilling", additionId=addition_id)
    if not known:
        store.insert("additionBilling", note, by=by)
        return
    note["billed"] = entry.billed or flag(known[0], "billed")
    store.replace("additionBilling", number(known[0], "id"), note, by=by)


def _tax_base(agreement: Record, content: Content) -> TaxBase:
    taxable = _sum(line for line in content.lines if flag(line.addition, "taxableFlag"))
    services = content.agreement_amount + content.adjustment_amount if flag(agreement, "taxable") else ZERO
    return TaxBase(taxable, services)


def _totals(content: Content, tax: Decimal) -> Totals:
    return Totals(content.agreement_amount, content.adjustment_amount, _sum(content.lines), tax)


def _sum(lines: Iterable[Line]) -> Decimal:
    return sum((line.extended("extPrice") for line in lines), ZERO)


def _amounts(totals: Totals) -> Record:
    return {
        "agreementAmount": totals.agreement,
        "serviceAdjustmentAmount": totals.adjustments,
        "productTotal": totals.products,
        "serviceTotal": ZERO,
        "expenseTotal": ZERO,
        "previousProgressApplied": ZERO,
        "downpaymentApplied": ZERO,
        "remainingDownpayment": ZERO,
        "subtotal": totals.subtotal,
        "salesTax": totals.tax,
        "total": totals.total,
        "payments": ZERO,
        "credits": ZERO,
        "balance": totals.total,
    }


def _header(store: Store, agreement: Record, period: Period, code: Record | None) -> Record:
    company = target(store, agreement, "company", "company")
    bill_to = agreement.get("billToCompany") or agreement["company"]
    contact = target(store, agreement, "billToContact", "contact") or target(store, agreement, "contact", "contact")
    terms = agreement.get("billingTerms") or company.get("billingTerms") or _default(store, "billingTerm")
    return {
        "type": "Agreement",
        "status": _default(store, "billingStatus"),
        "company": agreement["company"],
        "billToCompany": bill_to,
        "shipToCompany": agreement.get("shipToCompany") or agreement["company"],
        "accountNumber": company.get("accountNumber"),
        "applyToType": "Agreement",
        "applyToId": agreement["id"],
        "agreement": {"id": agreement["id"]},
        "attention": f"{text(contact, 'firstName')} {text(contact, 'lastName')}".strip(),
        **billing_site(store, agreement, company),
        "billingTerms": terms,
        "reference": _span(period),
        "customerPO": agreement.get("customerPO"),
        "date": wire(period.start),
        "dueDate": wire(period.start + timedelta(days=due_days(store, terms))),
        "locationId": reference(agreement, "location"),
        "location": agreement.get("location"),
        "departmentId": reference(agreement, "department"),
        "department": agreement.get("department"),
        "topComment": agreement.get("invoiceDescription") if flag(agreement, "topComment") else None,
        "bottomComment": agreement.get("invoiceDescription") if flag(agreement, "bottomComment") else None,
        "taxableFlag": code is not None,
        "taxCode": {"id": code["id"]} if code else None,
        "currency": agreement.get("currency"),
        "specialInvoiceFlag": False,
    }


def _span(period: Period) -> str:
    start = period.start.isoformat()
    return start if period.end == date.max else f"{start} to {period.end.isoformat()}"


def billing_site(store: Store, agreement: Record, company: Record) -> Record:
    """The address an invoice goes to: the agreement's own site, else the company's billing site."""
    sites = store.rows("companySite", company=company.get("id"))
    chosen = next((row for row in sites if flag(row, "defaultBillingFlag")), sites[0] if sites else {})
    site = target(store, agreement, "billToSite", "companySite") or chosen
    return {
        "billingSite": {"id": site["id"]} if site else None,
        "billingSiteAddressLine1": site.get("addressLine1"),
        "billingSiteAddressLine2": site.get("addressLine2"),
        "billingSiteCity": site.get("city"),
        "billingSiteState": company.get("state"),
        "billingSiteZip": site.get("zip"),
    }


def _tax_code(store: Store, agreement: Record) -> Record | None:
    company = target(store, agreement, "company", "company")
    return target(store, agreement, "taxCode", "taxCode") or target(store, company, "taxCode", "taxCode") or None


def due_days(store: Store, terms: object) -> int:
    """How many days after its date an invoice is due."""
    term = target(store, {"terms": terms}, "terms", "billingTerm")
    return int(amount(term, "dueDays"))


def _default(store: Store, kind: str) -> Record | None:
    rows = store.rows(kind)
    chosen = next((row for row in rows if flag(row, "defaultFlag")), rows[0] if rows else None)
    return {"id": chosen["id"]} if chosen else None
