"""What the MSP's books get: closed invoices, a credit memo, expenses, purchases, stock movements, a September batch.

Everything is entered after the agreements' own invoices, so that their ids stay what they are. Some of it is
awkward on purpose: an agreement type without an account, a customer and a member without a number.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from psa_sandbox.seeds.ledger_tables import map_account
from psa_sandbox.seeds.lookup import ref
from psa_sandbox.state.ledger.batches import BatchWish, create_batch
from psa_sandbox.state.ledger.entries import ENTRY, Form
from psa_sandbox.state.ledger.expenses import enter_expense
from psa_sandbox.state.ledger.stock import Move, transfer_stock
from psa_sandbox.state.record import number, reference
from psa_sandbox.state.resources import RESOURCES
from psa_sandbox.state.store import Record, Store
from psa_sandbox.state.writing import Editor

ACCOUNTANT, BUYER = "tlarsen", "jokafor"
VENDOR_NUMBERS = (("jokafor", "E-104"), ("rsingh", "E-105"))
SEPTEMBER_INVOICES, SEPTEMBER_EXPENSES = "20260930TL-I", "20260930TL-E"

# Subcategory, revenue account, cost of goods, inventory; a third segment that is there and empty makes the account
# number end in a colon.
_PRODUCT_ACCOUNTS = (
    ("Productivity", "4110", "5110", ""),
    ("Identity and Security", "4120", "5120", ""),
    ("Cloud Usage", "4130", "5130", ""),
    ("Backup", "4140", "5140", ""),
    ("Support Plans", "4200", "5200", ""),
    ("Network Hardware", "4400", "5400", "1310"),
    ("Workplace Hardware", "4410:", "5410", "1310"),
    ("Labour", "4050", "5050", ""),
)
_EXPENSE_ACCOUNTS = (("Mileage", "6110"), ("Meals", "6120"), ("Parking and tolls", "6130"), ("Small equipment", "6140"))
_STOCK_ACCOUNTS = (("Minneapolis Warehouse", "1310"), ("Madison Warehouse", "1320"))


class Sale(NamedTuple):
    """An invoice entered by hand: when, of which type, to whom, and item=quantity for each line."""

    day: str
    type: str
    company: str
    reference: str
    lines: str


_SALES = (
    Sale("2026-10-27", "Standard", "CastleRockMfg", "New starters", "LAPTOP-14=4 DOCK-C=4 LAB-ONSITE=6"),
    Sale("2026-10-28", "Miscellaneous", "EastgateRealty", "Branch office", "FW-SMALL=1 AP-INDOOR=3 LAB-ONSITE=4"),
    Sale("2026-10-29", "Miscellaneous", "BlueHeronBrew", "Taproom power", "UPS-1500=2 SWITCH-24=1"),
    Sale("2026-10-29", "Standard", "MapleCrossing", "Spare laptop", "LAPTOP-14=1"),
    Sale("2026-10-30", "CreditMemo", "CastleRockMfg", "Returned docking station", "DOCK-C=-1"),
    Sale("2026-10-30", "Miscellaneous", "SableCreek", "Tasting room", "AP-INDOOR=1 LAB-REMOTE=1.5"),
)

# member|report ends|day|type|classification|amount|tax in it|charged to (own charge code when empty)|status
_EXPENSES = """
jokafor|2026-10-24|2026-10-20|Mileage|Reimbursable|42.88||CastleRockMfg|ReadyToBill
jokafor|2026-10-24|2026-10-21|Meals|Reimbursable|31.50|||ApprovedByTierTwo
jokafor|2026-10-24|2026-10-22|Small equipment|NonReimbursable|129.00||BlueHeronBrew|ApprovedByTierTwo
rsingh|2026-10-24|2026-10-19|Mileage|Reimbursable|67.00||EastgateRealty|ReadyToBill
rsingh|2026-10-24|2026-10-23|Meals|Reimbursable|52.50|2.50|MapleCrossing|ApprovedByTierTwo
tlarsen|2026-10-24|2026-10-22|Parking and tolls|Reimbursable|12.00|||ApprovedByTierTwo
rsingh|2026-10-31|2026-10-30|Parking and tolls|Reimbursable|9.00||EastgateRealty|Open
"""
_SEPTEMBER_EXPENSE = "jokafor|2026-09-26|2026-09-24|Mileage|Reimbursable|25.46||CastleRockMfg|Billed"


def plant_mappings(store: Store) -> None:
    """The MSP's own accounts, and the numbers its people have in the books."""
    for name, account, cost, inventory in _PRODUCT_ACCOUNTS:
        key = ref(store, "subcategory", name=name)["id"]
        segments: Record = {"segment1": account.removesuffix(":"), "cogs1": cost}
        if account.endswith(":"):
            segments["segment3"] = ""
        map_account(store, "RP", "IV_SubCategory", key, segments | ({"inventory": inventory} if inventory else {}))
    for name, account in _EXPENSE_ACCOUNTS:
        key = ref(store, "expenseType", name=name)["id"]
        map_account(store, "EE", "TE_Expense_Type", key, {"segment1": account})
    for name, account in _STOCK_ACCOUNTS:
        key = ref(store, "warehouse", name=name)["id"]
        map_account(store, "IT", "Warehouse", key, {"segment1": account, "inventory": account, "cogs1": "5400"})
    for identifier, vendor_number in VENDOR_NUMBERS:
        member = store.rows("member", identifier=identifier)[0]
        store.replace("member", number(member, "id"), {**member, "vendorNumber": vendor_number}, by="seed")


def book_september(store: Store) -> None:
    """September's invoices and an expense are batched at the end of the month."""
    store.clock.set(datetime(2026, 9, 30, 16, tzinfo=UTC))
    _enter_expense(store, _SEPTEMBER_EXPENSE)
    _batch(store, SEPTEMBER_INVOICES, "invoice")
    _batch(store, SEPTEMBER_EXPENSES, "expense")


def book_october(store: Store) -> None:
    """Sales from stock, a credit, two members' expenses, goods half received, a count and a transfer: all unposted."""
    for sale in _SALES:
        store.clock.set(datetime.fromisoformat(f"{sale.day}T15:00:00+00:00"))
        _sell(store, sale)
    store.clock.set(datetime(2026, 10, 31, 9, tzinfo=UTC))
    for line in _EXPENSES.strip().splitlines():
        _enter_expense(store, line)
    _buy_hardware(store)
    _buy_access_points(store)
    _move_stock(store)


def _write(store: Store, kind: str, body: Record, parent: int | None = None, by: str = ACCOUNTANT) -> Record:
    resource = RESOURCES[kind]
    return Editor(store, resource, resource.mounts[0], by).create(body, parent)


def _change(store: Store, kind: str, record: Record, values: Record, by: str = ACCOUNTANT) -> Record:
    resource = RESOURCES[kind]
    operations = [{"op": "replace", "path": name, "value": value} for name, value in values.items()]
    return Editor(store, resource, resource.mounts[0], by).amend(record, operations)


def _batch(store: Store, identifier: str, form: Form) -> None:
    ids = [number(row, "id") for row in store.rows(ENTRY, form=form) if row["batch"] is None]
    create_batch(store, BatchWish(identifier, frozenset({form}), tuple(ids)), ACCOUNTANT)


def _sell(store: Store, sale: Sale) -> None:
    owner = ref(store, "company", identifier=sale.company)
    header: Record = {"type": sale.type, "company": owner, "date": f"{sale.day}T00:00:00Z", "reference": sale.reference}
    invoice = _write(store, "invoice", header)
    for word in sale.lines.split():
        identifier, _, quantity = word.partition("=")
        item = ref(store, "catalogItem", identifier=identifier)
        line: Record = {"catalogItem": item, "billableOption": "Billable", "quantity": Decimal(quantity)}
        _write(store, "product", {**line, "invoice": {"id": invoice["id"]}})
    current = store.get("invoice", number(invoice, "id")) or {}
    _change(store, "invoice", current, {"status": ref(store, "billingStatus", name="Closed")})


def _enter_expense(store: Store, line: str) -> None:
    member, ends, day, kind, classification, amount, tax, company, status = line.split("|")
    person = store.rows("member", identifier=member)[0]
    owner = store.rows("company", identifier=company)[0] if company else None
    card = classification != "Reimbursable"
    place = reference(owner, "territory") if owner else reference(person, "defaultLocation")
    expense: Record = {
        "expenseReport": _report(store, ends),
        "member": {"id": person["id"]},
        "company": {"id": owner["id"]} if owner else ref(store, "company", identifier="CedarPointIT"),
        "chargeToType": "Company" if owner else "ChargeCode",
        "type": ref(store, "expenseType", name=kind),
        "paymentMethod": ref(store, "paymentMethod", name="Company card" if card else "Own money"),
        "classification": ref(store, "expenseClassification", name=classification),
        "amount": Decimal(amount),
        "taxes": [{"id": 1, "amount": Decimal(tax)}] if tax else [],
        "billableOption": "Billable" if owner else "DoNotBill",
        "date": f"{day}T00:00:00Z",
        "locationId": place,
        "notes": f"{kind} on {day}",
        "currency": ref(store, "currency", currencyIdentifier="USD"),
        "status": status,
    }
    enter_expense(store, expense, member)


def _report(store: Store, ends: str) -> Record:
    end = datetime.fromisoformat(ends).date()
    start = end.fromordinal(end.toordinal() - 6)
    name = f"{start.isoformat()} - {ends}"
    known = store.rows("expenseReport", name=name)
    dates: Record = {"startDate": f"{start.isoformat()}T00:00:00Z", "endDate": f"{ends}T00:00:00Z"}
    return {"id": (known[0] if known else store.insert("expenseReport", {"name": name, **dates}))["id"]}


def _order(store: Store, vendor: str, place: str, terms: Record) -> Record:
    company = store.rows("company", identifier=vendor)[0]
    body: Record = {
        "vendorCompany": {"id": company["id"]},
        "vendorSite": company["billingSite"],
        "status": ref(store, "purchaseOrderStatus", name="Sent to Vendor"),
        "terms": company["billingTerms"],
        "currency": company["currency"],
        "location": ref(store, "location", name=place),
        "locationId": ref(store, "location", name=place)["id"],
        "warehouse": ref(store, "warehouse", name=f"{place} Warehouse"),
        "poDate": "2026-10-19T00:00:00Z",
        **terms,
    }
    return _write(store, "purchaseOrder", body, by=BUYER)


def _order_line(store: Store, order: Record, position: int, identifier: str, quantity: int) -> Record:
    item = store.rows("catalogItem", identifier=identifier)[0]
    body: Record = {
        "product": {"id": item["id"]},
        "description": item["description"],
        "lineNumber": position,
        "quantity": quantity,
        "unitOfMeasure": item["unitOfMeasure"],
        "warehouse": order["warehouse"],
    }
    return _write(store, "purchaseOrderLineItem", body, number(order, "id"), by=BUYER)


def _receive(store: Store, line: Record, slip: str, day: str, quantity: int | None = None) -> None:
    values: Record = {"packingSlip": slip, "dateReceived": f"{day}T00:00:00Z", "receivedStatus": "FullyReceived"}
    if quantity is not None:
        values |= {"receivedQuantity": quantity, "receivedStatus": "PartiallyReceiveCloneRest"}
    _change(store, "purchaseOrderLineItem", line, values, by=BUYER)


def _buy_hardware(store: Store) -> None:
    """Taxed, with freight; six of ten laptops came, the firewalls did not."""
    terms: Record = {
        "poNumber": "CP-2041",
        "vendorInvoiceNumber": "BH-40118",
        "vendorInvoiceDate": "2026-10-26T00:00:00Z",
        "freightCost": Decimal("85.00"),
        "taxCode": ref(store, "taxCode", identifier="MN-HENN"),
        "taxPoFlag": True,
    }
    order = _order(store, "BluestemHw", "Minneapolis", terms)
    laptops = _order_line(store, order, 1, "LAPTOP-14", 10)
    docks = _order_line(store, order, 2, "DOCK-C", 10)
    _order_line(store, order, 3, "FW-SMALL", 2)
    _receive(store, laptops, "PS-7781", "2026-10-26", 6)
    _receive(store, docks, "PS-7781", "2026-10-26")


def _buy_access_points(store: Store) -> None:
    """Untaxed, for the other location, complete."""
    terms: Record = {"poNumber": "CP-2042", "vendorInvoiceNumber": "ST-88213"}
    order = _order(store, "SummitTelecom", "Madison", terms)
    _receive(store, _order_line(store, order, 1, "AP-INDOOR", 4), "88213", "2026-10-28")


def _move_stock(store: Store) -> None:
    kind = ref(store, "adjustmentType", identifier="Count")
    body: Record = {"identifier": "Count October, Madison", "type": kind, "reason": "Yearly count"}
    adjustment = _write(store, "procurementAdjustment", body)
    place: Record = {
        "warehouse": ref(store, "warehouse", name="Madison Warehouse"),
        "warehouseBin": ref(store, "warehouseBin", name="Madison Shelf"),
    }
    for identifier, quantity in (("DOCK-C", -1), ("UPS-1500", 1)):
        detail: Record = {"catalogItem": ref(store, "catalogItem", identifier=identifier), "quantityAdjusted": quantity}
        _write(store, "adjustmentDetail", {**detail, **place}, number(adjustment, "id"))
    _change(store, "procurementAdjustment", adjustment, {"closedFlag": True})
    _write(store, "procurementAdjustment", {**body, "identifier": "Count October, Minneapolis"})
    transfer_stock(store, _access_points_to_madison(store), BUYER)


def _access_points_to_madison(store: Store) -> Move:
    return Move(
        item=number(ref(store, "catalogItem", identifier="AP-INDOOR"), "id"),
        quantity=2,
        from_warehouse=number(ref(store, "warehouse", name="Minneapolis Warehouse"), "id"),
        from_bin=number(ref(store, "warehouseBin", name="Minneapolis Shelf"), "id"),
        to_warehouse=number(ref(store, "warehouse", name="Madison Warehouse"), "id"),
        to_bin=number(ref(store, "warehouseBin", name="Madison Shelf"), "id"),
    )
