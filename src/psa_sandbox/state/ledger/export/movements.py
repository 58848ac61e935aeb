"""Inventory adjustments and transfers in an export. Their ids are texts [spec], here lists of GL entry ids."""

from __future__ import annotations

from psa_sandbox.state.ledger.chart import account_number, cost_account, gl_class
from psa_sandbox.state.ledger.entries import about, account
from psa_sandbox.state.ledger.export.cost_shapes import ADJUSTMENT, ADJUSTMENT_DETAIL, TRANSFER, TRANSFER_OFFSET
from psa_sandbox.state.ledger.export.scope import Export, Offered, plain_date
from psa_sandbox.state.ledger.stock import ADJUSTED, TRANSFERRED
from psa_sandbox.state.ledger.stock import TRANSFER as TRANSFERS
from psa_sandbox.state.record import ZERO, amount, flag, number, target, text
from psa_sandbox.state.store import Record


def adjustment_transaction(export: Export, offer: Offered) -> Record:
    """An adjustment; its id lists the GL entry ids by comma, for its details have none [spec; the list is assumed]."""
    store = export.store
    adjustment = store.get("procurementAdjustment", number(offer.document, "source")) or {}
    kind = target(store, adjustment, "type", "adjustmentType")
    mapped = account(offer.entries[0])
    row: Record = {
        "id": ",".join(str(entry["id"]) for entry in offer.entries),
        "documentType": "INVENTORY ADJUSTMENT",
        "documentDate": plain_date(offer.document, "date"),
        "glTypeID": ADJUSTED,
        "accountNumber": account_number(store, mapped),
        "memo": text(adjustment, "reason") or text(kind, "name"),
        "glClass": gl_class(store, mapped),
        "adjustmentDescription": adjustment.get("identifier"),
        "adjustmentDetail": [_adjusted(export, entry) for entry in offer.entries],
    }
    return export.shaped(ADJUSTMENT, row)


def inventory_transfer(export: Export, offer: Offered) -> Record:
    """A transfer: the receiving side, and as offset the other; either may be missing when one was batched alone."""
    store = export.store
    ordered = sorted(offer.entries, key=lambda entry: -amount(entry, "amount"))
    entry, transfer = ordered[0], store.get(TRANSFERS, number(offer.document, "source")) or {}
    item = target(store, transfer, "catalogItem", "catalogItem")
    mapped = account(entry)
    row: Record = {
        "id": str(entry["id"]),
        **_transfer_header(export, offer, entry),
        "salesCode": mapped.get("salesCode"),
        "costAccountNumber": cost_account(mapped),
        "inventoryAccountNumber": mapped.get("inventory"),
        "inventoryXref": mapped.get("inventory"),
        "cogsXref": cost_account(mapped),
        "transferId": transfer["id"],
        "item": transfer.get("catalogItem"),
        "glItemId": item.get("identifier"),
        "itemDescription": item.get("description"),
        "salesDescription": item.get("customerDescription"),
        "itemPrice": item.get("price"),
        "taxable": flag(item, "taxableFlag"),
        "unitOfMeasure": item.get("unitOfMeasure"),
        "quantity": transfer.get("quantity"),
        "cost": transfer.get("unitCost"),
        "subCategory": item.get("subcategory"),
        "serializedFlag": flag(item, "serializedFlag"),
        "serialNumbers": transfer.get("serialNumbers"),
        **_places(export, transfer),
        "itemTypeXref": text(target(store, item, "type", "productType"), "typeXref"),
    }
    if len(ordered) > 1:
        offset = ordered[-1]
        row["offset"] = {"id": offset["id"], **export.shaped(TRANSFER_OFFSET, _transfer_header(export, offer, offset))}
    return export.shaped(TRANSFER, row)


def _adjusted(export: Export, entry: Record) -> Record:
    store, mapped = export.store, account(entry)
    detail = target(store, {"it": about(entry, "adjustmentDetail")}, "it", "adjustmentDetail")
    row: Record = {
        "glClass": gl_class(store, mapped),
        "description": entry["description"],
        "memo": detail.get("description"),
        "item": detail.get("catalogItem"),
        "quantity": detail.get("quantityAdjusted"),
        "total": -amount(entry, "amount"),
        "cost": amount(detail, "unitCost"),
        "costAccountNumber": cost_account(mapped),
        "inventoryAccountNumber": mapped.get("inventory"),
        "accountNumber": account_number(store, mapped),
    }
    return export.shaped(ADJUSTMENT_DETAIL, row)


def _transfer_header(export: Export, offer: Offered, entry: Record) -> Record:
    mapped = account(entry)
    return {
        "documentType": "INVENTORY TRANSFER",
        "documentDate": plain_date(offer.document, "date"),
        "accountNumber": account_number(export.store, mapped),
        "glClass": gl_class(export.store, mapped),
        "glTypeId": TRANSFERRED,
        "description": entry["description"],
        "memo": offer.document["number"],
        "total": amount(entry, "amount") or ZERO,
    }


def _places(export: Export, transfer: Record) -> Record:
    from_place = target(export.store, transfer, "fromWarehouse", "warehouse")
    to_place = target(export.store, transfer, "toWarehouse", "warehouse")
    return {
        "warehouse": transfer.get("toWarehouse"),
        "bin": transfer.get("toBin"),
        "transferFromBin": transfer.get("fromBin"),
        "transferToBin": transfer.get("toBin"),
        "transferFromLocationXref": from_place.get("locationXref"),
        "transferToLocationXref": to_place.get("locationXref"),
        "locationXref": text(to_place, "locationXref") or "DEFAULT",
        "priceLevelXref": "DEFAULT",
    }
