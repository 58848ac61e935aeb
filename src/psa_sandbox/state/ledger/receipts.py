"""What a receipt of goods posts: each line, its tax by level, freight once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from psa_sandbox.state.ledger.chart import Places, account_for, snapshot
from psa_sandbox.state.ledger.entries import Draft, add_entries, document_kind, entries_of, open_document
from psa_sandbox.state.ledger.invoices import PRODUCT, item_places
from psa_sandbox.state.record import ZERO, amount, flag, number, reference, target, text
from psa_sandbox.state.sales_tax import TaxBase
from psa_sandbox.state.store import Record, Store
from psa_sandbox.state.tax_shares import TaxShare, shares_of, tax_code_of

PAYABLE, FREIGHT, PURCHASE_TAX, FREIGHT_TAX = "AP", "PF", "PT", "FT"
TAX_TYPES = frozenset({PURCHASE_TAX, FREIGHT_TAX})
KIND = document_kind("procurement")


@dataclass(frozen=True)
class Receipt:
    """A line of an order that just came in."""

    order: Record
    line: Record

    @property
    def slip(self) -> str:
        """The packing slip; the order's number where there is none [field]."""
        return text(self.line, "packingSlip") or text(self.order, "poNumber")


def post_receipt(store: Store, receipt: Receipt, by: str) -> None:
    """Put a receipt into the ledger: lines of one packing slip, received on one day, are one document."""
    order = receipt.order
    drafts = list(_drafts(store, receipt))
    found = _unposted_twin(store, receipt)
    if found is not None:
        add_entries(store, "procurement", found, drafts, by)
        return
    payable = account_for(store, PAYABLE, {"Company": reference(order, "vendorCompany"), **_here(order)})
    document: Record = {
        "procurementType": "Purchase",
        "number": f"{order['id']}-{receipt.slip}-purchase",
        "source": order["id"],
        "packingSlip": receipt.slip,
        "date": receipt.line.get("dateReceived"),
        "location": reference(order, "location") or order.get("locationId"),
        "payable": snapshot(payable) if payable else {},
        "closed": store.clock.stamp(),
        "unbatched": None,
    }
    open_document(store, "procurement", document, drafts if payable else [], by)


def order_documents(store: Store, order: Record) -> list[Record]:
    """The documents that receipts of an order made."""
    return store.rows(KIND, source=order["id"], procurementType="Purchase")


def order_has_documents(store: Store, order: Record) -> bool:
    """Whether goods were received on an order."""
    return bool(order_documents(store, order))


def taxable_base(item: Record, cost: Decimal) -> Decimal:
    """What of a line's cost is taxed."""
    return cost if flag(item, "taxableFlag") else ZERO


def line_is_batched(store: Store, line: Record) -> object:
    """Whether the line's posting is in a batch."""
    return any(entry["batch"] is not None for entry in _line_entries(store, line))


def unbatched_from(store: Store, line: Record) -> object:
    """The batch the line's document was taken out of; None when it was not."""
    order: Record = {"id": line["purchaseOrderId"]}
    for document in order_documents(store, order):
        if document.get("unbatched") and _mentions(store, document, line):
            return document["unbatched"]
    return None


def _line_entries(store: Store, line: Record) -> list[Record]:
    order: Record = {"id": line["purchaseOrderId"]}
    documents = order_documents(store, order)
    entries = [entry for row in documents for entry in entries_of(store, "procurement", row)]
    return [entry for entry in entries if _is_about(entry, line)]


def _mentions(store: Store, document: Record, line: Record) -> bool:
    return any(_is_about(entry, line) for entry in entries_of(store, "procurement", document))


def _is_about(entry: Record, line: Record) -> bool:
    held = entry["about"]
    return isinstance(held, dict) and held.get("lineItem") == line["id"]


def _unposted_twin(store: Store, receipt: Receipt) -> Record | None:
    for row in order_documents(store, receipt.order):
        entries = entries_of(store, "procurement", row)
        same = row["packingSlip"] == receipt.slip and row["date"] == receipt.line.get("dateReceived")
        if same and entries and all(entry["batch"] is None for entry in entries):
            return row
    return None


def _drafts(store: Store, receipt: Receipt) -> Iterator[Draft]:
    order, line = receipt.order, receipt.line
    item = target(store, line, "product", "catalogItem")
    cost = amount(line, "extCost")
    places: Places = {**_here(order), **item_places(item)}
    about: Record = {"lineItem": line["id"]}
    yield Draft(PRODUCT, cost, "Purchase", places, cost, about)
    code = tax_code_of(store, order) if flag(order, "taxPoFlag") else None
    base = TaxBase(taxable_base(item, cost), ZERO)
    yield from _taxes(shares_of(code, base), PURCHASE_TAX, order, about)
    if _carries_freight(store, receipt):
        yield from _freight(order, code)


def _freight(order: Record, code: Record | None) -> Iterator[Draft]:
    freight = amount(order, "freightCost")
    yield Draft(FREIGHT, freight, "Freight", _here(order))
    if flag(order, "taxFreightFlag"):
        yield from _taxes(shares_of(code, TaxBase(freight, ZERO)), FREIGHT_TAX, order, {})


def _taxes(shares: list[TaxShare], kind: str, order: Record, about: Record) -> Iterator[Draft]:
    places: Places = {**_here(order), "Tax_Code": reference(order, "taxCode")}
    for share in shares:
        if share.tax != ZERO:
            words = "Purchase Tax" if kind == PURCHASE_TAX else "Freight Tax"
            yield Draft(
                kind, share.tax, f"Level {share.level} {words}", places, about={**about, "taxLevel": share.level}
            )


def _carries_freight(store: Store, receipt: Receipt) -> bool:
    """Freight comes with the packing slip the order names for it, else with the first receipt (our reading)."""
    order = receipt.order
    named = text(order, "freightPackingSlip")
    if not amount(order, "freightCost") or (named and named != receipt.slip):
        return False
    entries = [entry for row in order_documents(store, order) for entry in entries_of(store, "procurement", row)]
    return all(entry["type"] != FREIGHT for entry in entries)


def _here(order: Record) -> dict[str, int | None]:
    key = reference(order, "location")
    if key is None and order.get("locationId") is not None:
        key = number(order, "locationId")
    return {"Owner_Level": key}
