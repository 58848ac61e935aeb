"""The small PSA's accounts, and one of everything that goes into the books."""

from __future__ import annotations

from decimal import Decimal

from psa_sandbox.state.ledger.batches import BatchWish, create_batch
from psa_sandbox.state.ledger.chart import CORPORATE, GL_TYPES
from psa_sandbox.state.ledger.entries import ENTRY, FIRST_IDS, entries_of
from psa_sandbox.state.ledger.expenses import enter_expense, expense_document
from psa_sandbox.state.record import number
from psa_sandbox.state.resources import RESOURCES
from psa_sandbox.state.store import Record, Store
from psa_sandbox.state.writing import Editor

BY = "seed"
ENTRIES = FIRST_IDS[ENTRY]
INVOICE = FIRST_IDS["ledgerInvoice"]
EXPENSE = FIRST_IDS["ledgerExpense"] + 1
PROCUREMENT = FIRST_IDS["ledgerProcurement"]
CLOSED_INVOICE, OPEN_INVOICE = 4, 5

SAMPLES = {
    "/finance/accounting/unpostedinvoices": ("", INVOICE),
    "/finance/accounting/unpostedinvoices/{parentId}/taxableLevels": (str(INVOICE), 1),
    "/finance/accounting/unpostedexpenses": ("", EXPENSE),
    "/finance/accounting/unpostedexpenses/{parentId}/taxableLevels": (str(EXPENSE), 1),
    "/finance/accounting/unpostedprocurement": ("", PROCUREMENT),
    "/finance/accounting/unpostedprocurement/{parentId}/taxableLevels": (str(PROCUREMENT), 1),
    "/finance/invoices/{parentId}/glEntries": (str(CLOSED_INVOICE), ENTRIES),
    "/finance/accounting/batches/{parentId}/entries": ("1", ENTRIES + 6),
    "/procurement/products": ("", 4),
    "/finance/taxCodes/{parentId}/taxCodeLevels": ("2", 1),
}
"""Parent and id of a record that is there, for paths where that is not 1 and 1."""


def plant_books(store: Store) -> None:
    """A closed taxed invoice and an open one, two expenses of which one is batched, goods, an open adjustment."""
    map_everything(store)
    _plant_invoices(store)
    _plant_expenses(store)
    _plant_goods(store)
    adjustment = write(store, "procurementAdjustment", {"identifier": "Count", "type": {"id": 1}})
    write(store, "adjustmentDetail", detail(), number(adjustment, "id"))


def map_everything(store: Store) -> None:
    """One corporate account for each GL type: 1000 and up, with cost of goods and inventory for products."""
    for position, gl_type in enumerate(GL_TYPES.split("|")):
        mapped: Record = {"name": "Corporate", "table": CORPORATE, "recIdField": "RecID", "glType": gl_type}
        row = store.insert("mappedType", {**mapped, "sortOrder": 1})
        costs: Record = {"cogs1": "5000", "inventory": "1300"} if gl_type == "RP" else {}
        account: Record = {"glType": gl_type, "mappedType": {"id": row["id"]}, "mappedRecord": {"id": 1}}
        store.insert("glAccount", {**account, "segment1": str(1000 + position), **costs})
    by_place: Record = {"name": "Location", "table": "Owner_Level", "recIdField": "RecID", "glType": "AR"}
    store.insert("mappedType", {**by_place, "sortOrder": 2})


def write(store: Store, kind: str, body: Record, parent: int | None = None) -> Record:
    """A record entered as the API would."""
    resource = RESOURCES[kind]
    return Editor(store, resource, resource.mounts[0], BY).create(body, parent)


def change(store: Store, kind: str, key: int, values: Record) -> Record:
    """A record changed as the API would."""
    resource = RESOURCES[kind]
    record = store.get(kind, key)
    assert record is not None
    operations = [{"op": "replace", "path": name, "value": value} for name, value in values.items()]
    return Editor(store, resource, resource.mounts[0], BY).amend(record, operations)


def detail(quantity: int = 2) -> Record:
    """A line of an inventory adjustment."""
    place: Record = {"warehouse": {"id": 1}, "warehouseBin": {"id": 1}}
    return {"catalogItem": {"id": 1}, "quantityAdjusted": quantity, **place}


def sell(store: Store, company: int = 1, quantity: object = 2, **header: object) -> Record:
    """An open invoice with one taxed line of item 1, at 12.50 each."""
    wanted: Record = {"type": "Miscellaneous", "company": {"id": company}, "taxCode": {"id": 2}, **header}
    invoice = write(store, "invoice", wanted)
    line: Record = {"catalogItem": {"id": 1}, "billableOption": "Billable", "quantity": quantity, "taxableFlag": True}
    write(store, "product", {**line, "invoice": {"id": invoice["id"]}})
    return store.get("invoice", number(invoice, "id")) or {}


def close(store: Store, invoice: Record) -> Record:
    """The invoice with a closed status."""
    return change(store, "invoice", number(invoice, "id"), {"status": {"name": "Closed"}})


def expense(**values: object) -> Record:
    """An approved, reimbursable expense of the member who has a vendor number."""
    wanted: Record = {
        "member": {"id": 1},
        "expenseReport": {"id": 1},
        "type": {"id": 1},
        "classification": {"id": 1},
        "amount": Decimal("24.00"),
        "taxes": [{"id": 1, "amount": Decimal("4.00")}],
        "date": "2026-10-20T00:00:00Z",
        "status": "ApprovedByTierTwo",
        "chargeToType": "Company",
        "company": {"id": 1},
        "locationId": 1,
    }
    return wanted | values


def order(**values: object) -> Record:
    """A taxed purchase order to company 2."""
    vendor: Record = {"vendorCompany": {"id": 2}, "status": {"id": 1}, "terms": {"id": 1}, "locationId": 1}
    return vendor | {"taxCode": {"id": 2}, "taxPoFlag": True, "poDate": "2026-10-01T00:00:00Z"} | values


def order_line(position: int = 1, quantity: int = 4) -> Record:
    """A line of item 1 at 10.00 each."""
    texts: Record = {"description": "M365 seat", "lineNumber": position, "unitOfMeasure": {"id": 1}}
    return {"product": {"id": 1}, "quantity": quantity, "unitCost": Decimal(10), **texts}


def receive(store: Store, line: Record, slip: str = "S1", **values: object) -> Record:
    """A line whose goods came in."""
    came: Record = {"receivedStatus": "FullyReceived", "packingSlip": slip, "dateReceived": "2026-10-30", **values}
    return change(store, "purchaseOrderLineItem", number(line, "id"), came)


def _plant_invoices(store: Store) -> None:
    for key, account in ((1, "ABC-1"), (2, "XYZ-1")):
        company = store.get("company", key) or {}
        store.replace("company", key, {**company, "accountNumber": account}, by=BY)
    item = store.get("catalogItem", 1) or {}
    store.replace("catalogItem", 1, {**item, "taxableFlag": True}, by=BY)
    close(store, sell(store))
    sell(store, customerPO="open")


def _plant_expenses(store: Store) -> None:
    member = store.get("member", 1) or {}
    store.replace("member", 1, {**member, "vendorNumber": "E-1"}, by=BY)
    batched = enter_expense(store, expense(), BY)
    document = expense_document(store, batched) or {}
    ids = tuple(number(entry, "id") for entry in entries_of(store, "expense", document))
    create_batch(store, BatchWish("20261101-E", frozenset({"expense"}), ids), BY)
    enter_expense(store, expense(), BY)


def _plant_goods(store: Store) -> None:
    purchase = write(store, "purchaseOrder", order())
    lines = [write(store, "purchaseOrderLineItem", order_line(n), number(purchase, "id")) for n in (1, 2)]
    receive(store, lines[1])
