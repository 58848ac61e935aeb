"""Purchase orders and their lines: amounts, receiving, what may still change."""

from __future__ import annotations

from decimal import Decimal

from psa_sandbox.state.errors import Refusal, invalid_field
from psa_sandbox.state.ledger.receipts import Receipt, order_has_documents, post_receipt, taxable_base
from psa_sandbox.state.record import ZERO, amount, cents, flag, number, target, text
from psa_sandbox.state.sales_tax import TaxBase, sales_tax
from psa_sandbox.state.store import Record, Store
from psa_sandbox.state.tax_shares import tax_code_of

WAITING, FULLY = "Waiting", "FullyReceived"
CANCEL_REST, CLONE_REST = "PartiallyReceiveCancelRest", "PartiallyReceiveCloneRest"
_FIXED = ("product", "quantity", "unitCost", "receivedStatus", "receivedQuantity", "packingSlip", "dateReceived")


def order_rule(store: Store, record: Record, previous: Record | None) -> Record:
    """The order with its date, its closing and its totals; what was received keeps its vendor. Raises Refusal."""
    kept = {**record, "poDate": record.get("poDate") or _today(store)}
    status = target(store, kept, "status", "purchaseOrderStatus")
    kept["closedFlag"] = flag(status, "closedFlag")
    if kept["closedFlag"] and not record.get("dateClosed"):
        kept["dateClosed"] = store.clock.stamp()
    if not kept["closedFlag"]:
        kept["dateClosed"] = None
    if previous is not None and order_has_documents(store, previous):
        _demand_same(previous, kept, "purchaseOrder", ("vendorCompany", "currency", "taxCode", "taxPoFlag"))
    return kept | _totals(store, kept)


def follow_order(store: Store, order: Record, previous: Record | None, by: str) -> None:
    """A new order gets its number [our reading: its id] and remembers who entered it."""
    if previous is None:
        kept = {**order, "poNumber": text(order, "poNumber") or str(order["id"]), "enteredBy": by}
        store.replace("purchaseOrder", number(order, "id"), kept, by=by)


def order_delete_rule(store: Store, order: Record) -> None:
    """Raises Refusal 409 when goods were received: our own rule."""
    if order_has_documents(store, order):
        raise Refusal(409, "Conflict", "Goods were received on this purchase order; it cannot be deleted.")


def line_rule(store: Store, record: Record, previous: Record | None) -> Record:
    """The line with its cost, and what receiving makes of it. Raises Refusal.

    A received line keeps its product, amounts and receipt (our own rule).
    """
    order = store.get("purchaseOrder", number(record, "purchaseOrderId")) or {}
    if previous is not None and is_received(previous):
        _demand_same(previous, record, "purchaseOrderLineItem", _FIXED)
    item = target(store, record, "product", "catalogItem")
    kept = {**record, "purchaseOrderNumber": order.get("poNumber")}
    kept["unitCost"] = item.get("cost") if record.get("unitCost") is None else record["unitCost"]
    if not (previous is not None and is_received(previous)):
        kept = _received(store, kept)
    return kept | {"extCost": cents(amount(kept, "quantity") * amount(kept, "unitCost"))}


def line_tax(store: Store, line: Record) -> object:
    """The purchase tax on a line, as the order's tax code says now."""
    order = store.get("purchaseOrder", number(line, "purchaseOrderId")) or {}
    return _tax(store, _tax_code(store, order), line)


def line_delete_rule(_store: Store, line: Record) -> None:
    """Raises Refusal 409 for a received line: our own rule."""
    if is_received(line):
        raise Refusal(409, "Conflict", "The line was received and cannot be deleted.")


def follow_line(store: Store, line: Record, previous: Record | None, by: str) -> None:
    """The order's totals follow its lines; what was just received goes to the ledger, the rest to a line of its own."""
    order = store.get("purchaseOrder", number(line, "purchaseOrderId")) or {}
    newly = is_received(line) and not (previous is not None and is_received(previous))
    if newly and text(line, "receivedStatus") == CLONE_REST:
        _clone_rest(store, line, previous, by)
    order = store.replace("purchaseOrder", number(order, "id"), {**order, **_totals(store, order)}, by=by)
    if newly:
        post_receipt(store, Receipt(order, line), by)


def is_received(line: Record) -> bool:
    """Whether goods came in for the line."""
    return text(line, "receivedStatus") not in {"", WAITING}


def _received(store: Store, line: Record) -> Record:
    """The line after receiving: quantity is what came in, the date and the end of it are noted."""
    status, ordered = text(line, "receivedStatus") or WAITING, amount(line, "quantity")
    came = ordered if status == FULLY else amount(line, "receivedQuantity")
    if status == WAITING:
        if came:
            raise invalid_field("purchaseOrderLineItem", "receivedStatus", "Say with receivedStatus what was received.")
        return line
    _demand_sensible(status, ordered, came)
    stamp = line.get("dateReceived") or _today(store)
    ends: Record = {"canceledFlag": True, "dateCanceled": stamp} if status == CANCEL_REST else {}
    return {**line, **ends, "receivedQuantity": int(came), "quantity": came, "dateReceived": stamp, "closedFlag": True}


def _demand_sensible(status: str, ordered: Decimal, came: Decimal) -> None:
    if came != came.to_integral_value() or not ZERO < came <= ordered or (status != FULLY and came == ordered):
        message = f"Between one and {ordered} can be received, whole units only."
        raise invalid_field("purchaseOrderLineItem", "receivedQuantity", message)


def _clone_rest(store: Store, line: Record, previous: Record | None, by: str) -> None:
    """What did not come goes on waiting on a line of its own."""
    rest = amount(previous or {}, "quantity") - amount(line, "quantity")
    if rest <= ZERO:
        return
    order_lines = store.rows("purchaseOrderLineItem", purchaseOrderId=line["purchaseOrderId"])
    following = max(number(row, "lineNumber") for row in order_lines) + 1
    gone = {"id", "_info", "dateReceived", "packingSlip", "serialNumbers"}
    copy = {name: value for name, value in line.items() if name not in gone}
    copy |= {"lineNumber": following, "quantity": rest, "receivedQuantity": 0, "receivedStatus": WAITING}
    copy |= {"closedFlag": False, "extCost": cents(rest * amount(line, "unitCost"))}
    store.insert("purchaseOrderLineItem", line_rule(store, copy, None), by=by)


def _totals(store: Store, order: Record) -> Record:
    lines = store.rows("purchaseOrderLineItem", purchaseOrderId=order["id"]) if order.get("id") else []
    freight, code = amount(order, "freightCost"), _tax_code(store, order)
    freight_tax = sales_tax(code, TaxBase(freight, ZERO)) if flag(order, "taxFreightFlag") else ZERO
    subtotal = sum((amount(line, "extCost") for line in lines), ZERO)
    tax = sum((_tax(store, code, line) for line in lines), ZERO)
    total = subtotal + tax + freight + freight_tax
    return {"subTotal": subtotal, "salesTax": tax, "freightTaxTotal": freight_tax, "total": total}


def _tax(store: Store, code: Record | None, line: Record) -> Decimal:
    item = target(store, line, "product", "catalogItem")
    return sales_tax(code, TaxBase(taxable_base(item, amount(line, "extCost")), ZERO))


def _tax_code(store: Store, order: Record) -> Record | None:
    return tax_code_of(store, order) if flag(order, "taxPoFlag") else None


def _demand_same(previous: Record, record: Record, entity: str, names: tuple[str, ...]) -> None:
    changed = next((name for name in names if previous.get(name) != record.get(name)), None)
    if changed:
        raise invalid_field(entity, changed, f"{changed} cannot change after goods were received.")


def _today(store: Store) -> str:
    return f"{store.clock.now().date().isoformat()}T00:00:00Z"
