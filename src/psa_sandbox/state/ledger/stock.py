"""What inventory adjustments and transfers post."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from psa_sandbox.state.ledger.entries import Draft, document_kind, entries_of, open_document, withdraw
from psa_sandbox.state.ledger.invoices import item_places
from psa_sandbox.state.record import amount, cents, number, reference, target, text, wire
from psa_sandbox.state.store import Record, Store

ADJUSTED, TRANSFERRED = "IA", "IT"
KIND = document_kind("procurement")
TRANSFER = "inventoryTransfer"


def post_adjustment(store: Store, adjustment: Record, details: list[Record], by: str) -> None:
    """The document of an adjustment that was just closed: one posting for each detail."""
    first = target(store, details[0], "warehouse", "warehouse") if details else {}
    document: Record = {
        "procurementType": "Adjustment",
        "number": f"{adjustment['id']}-adjustment",
        "source": adjustment["id"],
        "date": wire(store.clock.now().date()),
        "location": reference(first, "location"),
        "closed": store.clock.stamp(),
        "unbatched": None,
    }
    drafts = [_adjusted(store, adjustment, detail) for detail in details]
    open_document(store, "procurement", document, drafts, by)


def adjustment_document(store: Store, adjustment: Record) -> Record | None:
    """The document of an adjustment; None while it is open."""
    return next(iter(store.rows(KIND, source=adjustment["id"], procurementType="Adjustment")), None)


def withdraw_adjustment(store: Store, adjustment: Record) -> None:
    """An adjustment that is opened again leaves the ledger."""
    document = adjustment_document(store, adjustment)
    if document is not None:
        withdraw(store, "procurement", document)


def is_batched(store: Store, document: Record) -> bool:
    """Whether any entry of a procurement document is in a batch."""
    return any(entry["batch"] is not None for entry in entries_of(store, "procurement", document))


@dataclass(frozen=True)
class Move:
    """Goods to be moved from one bin to another; ids of records, quantity in whole units."""

    item: int
    quantity: int
    from_warehouse: int
    from_bin: int
    to_warehouse: int
    to_bin: int
    serial_numbers: str = ""


def transfer_stock(store: Store, move: Move, by: str) -> Record:
    """Move goods and post it: into the receiving warehouse's account, out of the other's.

    The REST API has no path for transfers; they are made on a screen only [spec].
    """
    item = store.get("catalogItem", move.item) or {}
    record: Record = {
        "catalogItem": {"id": move.item},
        "quantity": move.quantity,
        "unitCost": amount(item, "cost"),
        "fromWarehouse": {"id": move.from_warehouse},
        "fromBin": {"id": move.from_bin},
        "toWarehouse": {"id": move.to_warehouse},
        "toBin": {"id": move.to_bin},
        "serialNumbers": move.serial_numbers,
        "date": wire(store.clock.now().date()),
    }
    transfer = store.insert(TRANSFER, record, by=by)
    document: Record = {
        "procurementType": "Transfer",
        "number": f"{transfer['id']}-transfer",
        "source": transfer["id"],
        "date": transfer["date"],
        "location": reference(target(store, transfer, "toWarehouse", "warehouse"), "location"),
        "closed": store.clock.stamp(),
        "unbatched": None,
    }
    open_document(store, "procurement", document, _moved(store, transfer, item), by)
    return transfer


def detail_value(detail: Record) -> Decimal:
    """What a detail adds to stock, negative when it takes away."""
    return cents(amount(detail, "quantityAdjusted") * amount(detail, "unitCost"))


def _adjusted(store: Store, adjustment: Record, detail: Record) -> Draft:
    item = target(store, detail, "catalogItem", "catalogItem")
    warehouse = target(store, detail, "warehouse", "warehouse")
    places = {
        **item_places(item),
        "Owner_Level": reference(warehouse, "location"),
        "IV_Adjustment_Type": reference(adjustment, "type"),
    }
    value = detail_value(detail)
    return Draft(ADJUSTED, -value, "Inventory Adjustment", places, abs(value), {"adjustmentDetail": detail["id"]})


def _moved(store: Store, transfer: Record, item: Record) -> Iterator[Draft]:
    value = cents(amount(transfer, "quantity") * amount(transfer, "unitCost"))
    about: Record = {"transfer": transfer["id"]}
    for end, signed in (("toWarehouse", value), ("fromWarehouse", -value)):
        warehouse = target(store, transfer, end, "warehouse")
        places = {
            **item_places(item),
            "Owner_Level": reference(warehouse, "location"),
            "Warehouse": number(warehouse, "id") if warehouse else None,
        }
        words = f"Inventory Transfer, {text(warehouse, 'name')}"
        yield Draft(TRANSFERRED, signed, words, places, value, about)
