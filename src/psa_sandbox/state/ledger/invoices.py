"""What a closed invoice posts: receivable, revenue for each line, sales tax for each level."""

from __future__ import annotations

from collections.abc import Iterator

from psa_sandbox.state.ledger.chart import Places
from psa_sandbox.state.ledger.entries import Draft, document_kind, open_document, withdraw
from psa_sandbox.state.record import ZERO, amount, flag, number, reference, target, text
from psa_sandbox.state.store import Record, Store
from psa_sandbox.state.tax_shares import TaxShare, remembered

RECEIVABLE, SALES_TAX, PRODUCT, AGREEMENT, SERVICE = "AR", "ST", "RP", "RA", "R"
RECEIVABLE_TEXT = "Accounts Receivable"


def post_invoice(store: Store, invoice: Record, by: str) -> Record:
    """The document of an invoice that was just closed."""
    document: Record = {
        "invoice": invoice["id"],
        "date": invoice.get("date"),
        "location": reference(invoice, "location") or invoice.get("locationId"),
        "closed": store.clock.stamp(),
        "closedBy": by,
        "unbatched": reference(invoice, "unbatchedBatch"),
    }
    return open_document(store, "invoice", document, _drafts(store, invoice), by)


def withdraw_invoice(store: Store, invoice: Record) -> None:
    """An invoice that is opened again leaves the ledger; it is in no batch."""
    document = invoice_document(store, invoice)
    if document is not None:
        withdraw(store, "invoice", document)


def invoice_document(store: Store, invoice: Record) -> Record | None:
    """The document of an invoice; None while it is open."""
    return next(iter(store.rows(document_kind("invoice"), invoice=invoice["id"])), None)


def billed_company(store: Store, invoice: Record) -> Record:
    """Whom the invoice is addressed to."""
    return target(store, invoice, "billToCompany", "company") or target(store, invoice, "company", "company")


def is_credit(invoice: Record) -> bool:
    """Whether the invoice is a credit memo."""
    return invoice.get("type") == "CreditMemo"


def _drafts(store: Store, invoice: Record) -> list[Draft]:
    """Revenue, then the receivable entry for each posting, then tax: the order of the ids in the samples [field]."""
    revenue = list(_revenue(store, invoice))
    taxes = [_tax(invoice, share) for share in _posted_shares(store, invoice)]
    owner = billed_company(store, invoice)
    places: Places = {**_here(invoice), "Company": number(owner, "id") if owner else None}
    receivable = [
        Draft(RECEIVABLE, -draft.amount, RECEIVABLE_TEXT, places, about=draft.about) for draft in (*revenue, *taxes)
    ]
    return [*revenue, *receivable, *taxes]


def _revenue(store: Store, invoice: Record) -> Iterator[Draft]:
    for line in store.rows("product", invoice=invoice["id"]):
        yield _product(store, invoice, line)
    places: Places = {**_here(invoice), "AGR_Type": _agreement_type(store, invoice)}
    if amount(invoice, "agreementAmount"):
        yield Draft(AGREEMENT, -amount(invoice, "agreementAmount"), "Agreement Revenue", places)
    if amount(invoice, "serviceAdjustmentAmount"):
        yield Draft(AGREEMENT, -amount(invoice, "serviceAdjustmentAmount"), "Agreement Adjustment", places)
    if amount(invoice, "serviceTotal"):
        yield Draft(SERVICE, -amount(invoice, "serviceTotal"), "Service Revenue", _here(invoice))


def _product(store: Store, invoice: Record, line: Record) -> Draft:
    item = target(store, line, "catalogItem", "catalogItem")
    kind = "Taxable Products" if flag(line, "taxableFlag") else "Non-Taxable Products"
    places = {**_here(invoice), **item_places(item)}
    about: Record = {"product": line["id"]}
    return Draft(PRODUCT, -amount(line, "extPrice"), kind, places, amount(line, "extCost"), about)


def item_places(item: Record) -> dict[str, int | None]:
    """Where a catalog item is mapped: itself, its subcategory, its category."""
    return {
        "IV_Item": number(item, "id") if item else None,
        "IV_SubCategory": reference(item, "subcategory"),
        "IV_Category": reference(item, "category"),
    }


def _tax(invoice: Record, share: TaxShare) -> Draft:
    places: Places = {**_here(invoice), "Tax_Code": reference(invoice, "taxCode")}
    return Draft(SALES_TAX, -share.tax, f"Level {share.level} Sales Tax", places, about={"taxLevel": share.level})


def _posted_shares(store: Store, invoice: Record) -> list[TaxShare]:
    """The levels that are charged; the others too where the setup wants zero dollar amounts [spec]."""
    setup = next(iter(store.rows("accountingPackageSetup")), {})
    shares = remembered(store, invoice)
    return shares if flag(setup, "zeroDollarTaxAmountsFlag") else [share for share in shares if share.tax != ZERO]


def _agreement_type(store: Store, invoice: Record) -> int | None:
    return reference(target(store, invoice, "agreement", "agreement"), "type")


def _here(invoice: Record) -> dict[str, int | None]:
    key = reference(invoice, "location")
    if key is None and text(invoice, "locationId"):
        key = number(invoice, "locationId")
    return {"Owner_Level": key}
