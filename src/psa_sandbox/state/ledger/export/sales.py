"""Invoices and credit memos in an export: header positive, lines negative [field]."""

from __future__ import annotations

from dataclasses import dataclass

from psa_sandbox.state.ledger.chart import account_number, cost_account, gl_class
from psa_sandbox.state.ledger.entries import about, account, tax_level, total
from psa_sandbox.state.ledger.export.parties import company_type, terms_of
from psa_sandbox.state.ledger.export.sales_shapes import (
    DETAIL_LEVEL,
    TRANSACTION,
    TRANSACTION_DETAIL,
    TRANSACTION_LEVEL,
)
from psa_sandbox.state.ledger.export.scope import Export, Offered, plain_date
from psa_sandbox.state.ledger.invoices import RECEIVABLE, RECEIVABLE_TEXT, SALES_TAX, billed_company, is_credit
from psa_sandbox.state.record import ZERO, amount, flag, number, target, text
from psa_sandbox.state.store import Record
from psa_sandbox.state.tax_shares import TaxShare, remembered

_TAX_NOTE = "AUTOSTAX"
CONDENSED = "Condensed"


@dataclass(frozen=True)
class Sale:
    """An invoice on its way into an export, with what is read once for all its lines."""

    export: Export
    invoice: Record
    company: Record
    shares: dict[int, TaxShare]
    entries: list[Record]

    @property
    def kind(self) -> str:
        """The document type [field]."""
        return "CREDIT MEMO" if is_credit(self.invoice) else "INVOICE"


def sale_of(export: Export, offer: Offered) -> Sale | None:
    """The invoice of an offer; None when its company has no account number: it is left out in silence [field]."""
    invoice = export.store.get("invoice", number(offer.document, "invoice")) or {}
    company = billed_company(export.store, invoice)
    if not text(company, "accountNumber").strip():
        return None
    shares = {share.level: share for share in remembered(export.store, invoice)}
    return Sale(export, invoice, company, shares, offer.entries)


def transaction(sale: Sale) -> Record:
    """The document of an invoice. Its own `id` is the invoice's; GL entry ids are in `glEntryIds` and the details."""
    export, invoice = sale.export, sale.invoice
    details, merged = _details(sale)
    receivable = [entry for entry in sale.entries if entry["type"] == RECEIVABLE]
    ids = [number(entry, "id") for entry in receivable] + merged
    first = account(receivable[0]) if receivable else {}
    row: Record = {
        "id": invoice["id"],
        "glClass": gl_class(export.store, first),
        "glTypeId": RECEIVABLE,
        "documentDate": plain_date(invoice, "date"),
        "documentNumber": invoice.get("invoiceNumber"),
        "documentType": sale.kind,
        "memo": "" if export.switched("suppressMemoFlag") else text(invoice, "reference"),
        "description": RECEIVABLE_TEXT,
        "attention": invoice.get("attention"),
        "salesTerritory": text(target(export.store, sale.company, "territory", "location"), "name"),
        "company": {"id": sale.company["id"]},
        "companyType": company_type(export.store, sale.company),
        "companyAccountNumber": sale.company.get("accountNumber"),
        "site": invoice.get("billingSite"),
        **terms_of(export.store, invoice),
        "dueDate": plain_date(invoice, "dueDate"),
        "accountNumber": account_number(export.store, first),
        "billingType": invoice.get("type"),
        "glEntryIds": ",".join(map(str, sorted(ids))),
        "currency": invoice.get("currency"),
        "total": total(receivable),
        "detail": details,
        **_taxes(sale),
        **_shipping(sale),
    }
    return export.shaped(TRANSACTION, row)


def _taxes(sale: Sale) -> Record:
    entries = [entry for entry in sale.entries if entry["type"] == SALES_TAX]
    shares = [sale.shares[tax_level(entry)] for entry in entries if tax_level(entry) in sale.shares]
    by_level = {share.level: share for share in shares}
    taxed = [share for share in sale.shares.values() if share.taxable]
    row: Record = {
        "taxable": flag(sale.invoice, "taxableFlag"),
        "taxableTotal": taxed[0].taxable if taxed else ZERO,
        "taxCode": sale.invoice.get("taxCode"),
        "taxGroupRate": sum((share.rate for share in sale.shares.values()), ZERO),
        "taxAccountNumber": account_number(sale.export.store, account(entries[0])) if entries else "",
        "salesTax": -total(entries),
        "taxAgencyXref": shares[0].agency if shares else "",
        "stateTaxXref": sale.shares[1].xref if 1 in sale.shares else "",
        "countyTaxXref": sale.shares[2].xref if 2 in sale.shares else "",
        "taxLevels": [_level(sale, share) for share in shares],
    }
    for level, name in ((1, "stateTax"), (2, "countyTax"), (3, "cityTax")):
        row[name] = by_level[level].tax if level in by_level else ZERO
    for level in range(1, 6):
        row[f"taxableAmount{level}"] = sale.shares[level].taxable if level in sale.shares else ZERO
    return row


def _level(sale: Sale, share: TaxShare) -> Record:
    row: Record = {
        "taxLevel": share.level,
        "taxAmount": share.tax,
        "taxableAmount": share.taxable,
        "taxCodeXref": share.xref,
    }
    return sale.export.shaped(TRANSACTION_LEVEL, row)


def _shipping(sale: Sale) -> Record:
    store, invoice = sale.export.store, sale.invoice
    company = target(store, invoice, "shipToCompany", "company") or sale.company
    return {
        "shipToCompany": {"id": company["id"]},
        "shipToCompanyAccountNumber": company.get("accountNumber"),
        "shipToCompanyType": company_type(store, company),
        "shipSite": invoice.get("shippingSite"),
        "shipContact": invoice.get("shipToAttention"),
    }


def _details(sale: Sale) -> tuple[list[Record], list[int]]:
    """The lines, and the GL entry ids that condensing moved from lines to the header."""
    entries = [entry for entry in sale.entries if entry["type"] != RECEIVABLE]
    rows = [_detail(sale, entry) for entry in entries]
    wanted = sale.export.wish.summarize or text(sale.export.setup, "invoiceFormat")
    return _condensed(rows) if wanted == CONDENSED else (rows, [])


def _condensed(rows: list[Record]) -> tuple[list[Record], list[int]]:
    """Revenue lines of one account and taxability as one, without item; tax lines stay (our reading of the option)."""
    kept: dict[tuple[object, ...], Record] = {}
    merged: list[int] = []
    for row in rows:
        tax = row["id"] if row["glTypeId"] == SALES_TAX else None
        key = (row["glTypeId"], row["accountNumber"], row["glClass"], row["costAccountNumber"], row["taxableFlag"], tax)
        first = kept.get(key)
        if first is None:
            kept[key] = row
            continue
        merged.append(number(row, "id"))
        kept[key] = _merged(first, row)
    return list(kept.values()), merged


def _merged(first: Record, other: Record) -> Record:
    per_item = {"item", "product", "unitOfMeasure", "subCategory"}
    plain = {name: value for name, value in first.items() if name not in per_item}
    sums: Record = {name: amount(first, name) + amount(other, name) for name in ("total", "cost")}
    price = abs(amount(sums, "total"))
    quantity = -1 if amount(sums, "total") <= ZERO else 1
    texts = dict.fromkeys(("glItemId", "itemDescription", "salesDescription"), "")
    return plain | sums | texts | {"quantity": quantity, "itemPrice": price, "itemCost": amount(sums, "cost")}


def _detail(sale: Sale, entry: Record) -> Record:
    export, mapped = sale.export, account(entry)
    row: Record = {
        "id": entry["id"],
        "documentDate": plain_date(sale.invoice, "date"),
        "documentType": sale.kind,
        "accountNumber": account_number(export.store, mapped),
        "glClass": gl_class(export.store, mapped),
        "glTypeId": entry["type"],
        "invoiceSummaryOption": "0",
        "salesCode": mapped.get("salesCode"),
        "description": entry["description"],
        "total": entry["amount"],
        "currency": sale.invoice.get("currency"),
        "locationXref": "DEFAULT",
    }
    line = target(export.store, {"it": about(entry, "product")}, "it", "product")
    if entry["type"] == SALES_TAX:
        return export.shaped(TRANSACTION_DETAIL, row | _tax_line(sale, entry))
    return export.shaped(TRANSACTION_DETAIL, row | (_product_line(sale, entry, line) if line else _plain_line(entry)))


def _plain_line(entry: Record) -> Record:
    """Agreement and service revenue carry no item [field]."""
    value = amount(entry, "amount")
    return {
        "memo": entry["description"],
        "quantity": -1 if value <= ZERO else 1,
        "itemPrice": abs(value),
        "itemCost": ZERO,
        "cost": ZERO,
    }


def _tax_line(sale: Sale, entry: Record) -> Record:
    share = sale.shares.get(tax_level(entry))
    rate = share.rate if share else ZERO
    return {
        "memo": "Sales Tax",
        "quantity": ZERO,
        "cost": ZERO,
        "itemPrice": ZERO,
        "itemCost": ZERO,
        "taxCode": sale.invoice.get("taxCode"),
        "taxCodeXref": share.xref if share else "",
        "taxAgencyXref": share.agency if share else "",
        "taxNote": _TAX_NOTE,
        "taxRate": rate,
        "taxRatePercent": rate * 100,
    }


def _product_line(sale: Sale, entry: Record, line: Record) -> Record:
    export, mapped = sale.export, account(entry)
    item = target(export.store, line, "catalogItem", "catalogItem")
    unit = target(export.store, item, "unitOfMeasure", "unitOfMeasure")
    with_cost = export.switched("includeCogsEntriesFlag") and (
        not flag(line, "dropshipFlag") or export.switched("includeCogsDropShipFlag")
    )
    taxed = flag(line, "taxableFlag")
    levels = [share.level for share in sale.shares.values() if taxed and share.taxable]
    return {
        "glItemId": mapped.get("productId") or item.get("identifier"),
        "memo": text(line, "customerDescription") or text(line, "description"),
        "quantity": -amount(line, "quantity"),
        "cost": amount(entry, "cost") if with_cost else ZERO,
        "costAccountNumber": cost_account(mapped) if with_cost else "",
        "inventoryAccountNumber": mapped.get("inventory"),
        "productAccountNumber": account_number(export.store, mapped),
        "taxCode": sale.invoice.get("taxCode") if taxed else None,
        "taxCodeXref": sale.shares[levels[0]].xref if levels else "",
        "taxableFlag": taxed,
        **{f"taxable{level}Flag": level in levels for level in range(2, 6)},
        "taxLevels": [export.shaped(DETAIL_LEVEL, {"taxLevel": level, "taxableFlag": True}) for level in levels],
        "item": line.get("catalogItem") if export.switched("includeItemsFlag") else None,
        "product": {"id": line["id"]},
        "itemTaxableFlag": flag(item, "taxableFlag"),
        "itemPrice": line.get("price"),
        "itemCost": line.get("cost"),
        "itemDescription": item.get("description"),
        "salesDescription": item.get("customerDescription"),
        "unitOfMeasure": line.get("unitOfMeasure"),
        "subCategory": item.get("subcategory"),
        "serializedFlag": flag(item, "serializedFlag"),
        "dropShippedFlag": flag(line, "dropshipFlag"),
        "itemTypeXref": text(target(export.store, item, "type", "productType"), "typeXref"),
        "inventoryXref": mapped.get("inventory"),
        "cogsXref": cost_account(mapped),
        "uomScheduleXref": text(unit, "uomScheduleXref"),
    }
