"""Receipts of goods in an export: header positive, lines negative, no GL entry id on the header [field]."""

from __future__ import annotations

from dataclasses import dataclass

from psa_sandbox.state.ledger.chart import account_number, cost_account, gl_class
from psa_sandbox.state.ledger.entries import about, account, tax_level, total
from psa_sandbox.state.ledger.export.cost_shapes import PURCHASE, PURCHASE_DETAIL, PURCHASE_DETAIL_TAX, PURCHASE_LEVEL
from psa_sandbox.state.ledger.export.parties import company_type, terms_of, vendor_number
from psa_sandbox.state.ledger.export.scope import Export, Offered, plain_date
from psa_sandbox.state.ledger.receipts import FREIGHT, TAX_TYPES
from psa_sandbox.state.record import ZERO, amount, flag, number, target, text
from psa_sandbox.state.store import Record
from psa_sandbox.state.tax_shares import TaxShare, levels_of, tax_code_of


@dataclass(frozen=True)
class Purchase:
    """A receipt on its way into an export, with what is read once for all its lines."""

    export: Export
    document: Record
    order: Record
    vendor: Record
    shares: dict[int, TaxShare]
    entries: list[Record]

    @property
    def title(self) -> str:
        """What the export calls it [field]."""
        return f"PO #{text(self.order, 'poNumber')}, Packing Slip: {text(self.document, 'packingSlip')}"


def purchase_of(export: Export, offer: Offered) -> Purchase | None:
    """The receipt of an offer; None when its vendor has no account number: it is left out in silence [field]."""
    order = export.store.get("purchaseOrder", number(offer.document, "source")) or {}
    vendor = target(export.store, order, "vendorCompany", "company")
    if not vendor_number(vendor).strip():
        return None
    code = tax_code_of(export.store, order) if flag(order, "taxPoFlag") else None
    shares = {share.level: share for share in levels_of(code or {})}
    return Purchase(export, offer.document, order, vendor, shares, offer.entries)


def purchase_transaction(purchase: Purchase) -> Record:
    """The bill for a receipt.

    An export that is limited to named records leaves tax lines out, and does not say so: the header's total
    holds the tax [field for the omission, our reading for the total].
    """
    export, order = purchase.export, purchase.order
    taxes = [entry for entry in purchase.entries if entry["type"] in TAX_TYPES]
    lines = [entry for entry in purchase.entries if entry["type"] not in TAX_TYPES]
    held = purchase.document.get("payable")
    payable = held if isinstance(held, dict) else {}
    shown_taxes = [] if export.wish.is_filtered("procurement") else taxes
    row: Record = {
        "id": purchase.title,
        "documentDate": plain_date(purchase.document, "date"),
        "documentNumber": order.get("poNumber"),
        "description": "Purchase",
        "memo": purchase.title,
        "apAccountNumber": account_number(export.store, payable),
        "purchaseDate": plain_date(order, "poDate"),
        "purchaseClass": gl_class(export.store, payable),
        "packingSlip": purchase.document.get("packingSlip"),
        "freightAmount": total(entry for entry in lines if entry["type"] == FREIGHT),
        "freightPackingSlip": order.get("freightPackingSlip"),
        "dropshipFlag": flag(order, "dropShipCustomerFlag"),
        "currency": order.get("currency"),
        "total": total(purchase.entries),
        "vendorInvoiceDate": plain_date(order, "vendorInvoiceDate"),
        "vendorInvoiceNumber": order.get("vendorInvoiceNumber"),
        **terms_of(export.store, order, "terms"),
        **_parties(purchase),
        **_tax_header(purchase),
        "purchaseDetail": [_line(purchase, entry) for entry in lines],
        "purchaseDetailTax": [_tax_line(purchase, entry) for entry in shown_taxes],
    }
    return export.shaped(PURCHASE, row)


def _parties(purchase: Purchase) -> Record:
    store, order, vendor = purchase.export.store, purchase.order, purchase.vendor
    customer = target(store, order, "customerCompany", "company")
    row: Record = {
        "company": {"id": vendor["id"]},
        "companyType": company_type(store, vendor),
        "contact": order.get("vendorContact"),
        "site": order.get("vendorSite"),
        "vendorNumber": vendor_number(vendor),
        "vendorAccountNumber": vendor.get("accountNumber"),
    }
    if customer:
        row |= {
            "shipToCompany": {"id": customer["id"]},
            "shipToCompanyType": company_type(store, customer),
            "shipToCompanyAccountNumber": customer.get("accountNumber"),
            "shipToContact": order.get("customerContact"),
            "shipToSite": order.get("customerSite"),
        }
    return row


def _tax_header(purchase: Purchase) -> Record:
    shares, code = purchase.shares, tax_code_of(purchase.export.store, purchase.order) or {}
    levels = [
        purchase.export.shaped(PURCHASE_LEVEL, {"taxLevel": share.level, "taxCodeXref": share.xref})
        for share in shares.values()
    ]
    row: Record = {
        "taxCode": purchase.order.get("taxCode"),
        "taxGroupRate": sum((share.rate for share in shares.values()), ZERO),
        "taxAgencyXref": shares[1].agency if 1 in shares else "",
        "purchaseHeaderTaxGroup": text(code, "description"),
        "purchaseHeaderTaxableFlag": flag(purchase.order, "taxPoFlag"),
        "purchaseHeaderFreightTaxableFlag": flag(purchase.order, "taxFreightFlag"),
        "taxLevels": levels,
    }
    for level, name in ((1, "state"), (2, "county"), (3, "city")):
        row[f"{name}TaxXref"] = shares[level].xref if level in shares else ""
    return row


def _shared(purchase: Purchase, entry: Record) -> Record:
    """What lines and tax lines have in common."""
    export, mapped = purchase.export, account(entry)
    code = tax_code_of(export.store, purchase.order) or {}
    return {
        "id": entry["id"],
        "documentDate": plain_date(purchase.document, "date"),
        "accountNumber": account_number(export.store, mapped),
        "glClass": gl_class(export.store, mapped),
        "glTypeId": entry["type"],
        "salesCode": mapped.get("salesCode"),
        "costAccountNumber": cost_account(mapped),
        "inventoryAccountNumber": mapped.get("inventory"),
        "inventoryXref": mapped.get("inventory"),
        "cogsXref": cost_account(mapped),
        "vendorNumber": vendor_number(purchase.vendor),
        "vendorAccountNumber": purchase.vendor.get("accountNumber"),
        "currency": purchase.order.get("currency"),
        "purchaseHeaderTaxGroup": text(code, "description"),
        "locationXref": "DEFAULT",
        "priceLevelXref": "DEFAULT",
        "total": -amount(entry, "amount"),
    }


def _line(purchase: Purchase, entry: Record) -> Record:
    export = purchase.export
    line = target(export.store, {"it": about(entry, "lineItem")}, "it", "purchaseOrderLineItem")
    item = target(export.store, line, "product", "catalogItem")
    value = amount(entry, "amount")
    row = _shared(purchase, entry) | {
        "glItemId": item.get("identifier"),
        "description": entry["description"],
        "memo": text(line, "description") or entry["description"],
        "cost": value,
        "item": line.get("product"),
        "itemDescription": item.get("description"),
        "salesDescription": item.get("customerDescription"),
        "taxable": bool(purchase.shares) and flag(item, "taxableFlag"),
        "taxCode": purchase.order.get("taxCode") if purchase.shares else None,
        "itemPrice": item.get("price") if item else value,
        "itemCost": line.get("unitCost") if line else value,
        "unitOfMeasure": line.get("unitOfMeasure"),
        "quantity": -amount(line, "quantity") if line else -1,
        "serializedFlag": flag(item, "serializedFlag"),
        "serialNumbers": line.get("serialNumbers"),
        "dropShippedFlag": flag(purchase.order, "dropShipCustomerFlag"),
        "lineNumber": line.get("lineNumber"),
        "warehouseBin": line.get("warehouseBin"),
        "subCategory": item.get("subcategory"),
        "shipmentMethod": line.get("shipmentMethod"),
        "itemTypeXref": text(target(export.store, item, "type", "productType"), "typeXref"),
        "taxRate": ZERO,
    }
    return export.shaped(PURCHASE_DETAIL, row)


def _tax_line(purchase: Purchase, entry: Record) -> Record:
    share = purchase.shares.get(tax_level(entry))
    rate = share.rate if share else ZERO
    line = target(purchase.export.store, {"it": about(entry, "lineItem")}, "it", "purchaseOrderLineItem")
    row = _shared(purchase, entry) | {
        "memo": entry["description"],
        "cost": amount(entry, "amount"),
        "quantity": ZERO,
        "itemPrice": ZERO,
        "itemCost": ZERO,
        "lineNumber": line.get("lineNumber"),
        "taxCode": purchase.order.get("taxCode"),
        "taxRate": rate,
        "taxRatePercent": rate * 100,
        "taxAgencyXref": share.agency if share else "",
    }
    return purchase.export.shaped(PURCHASE_DETAIL_TAX, row)
