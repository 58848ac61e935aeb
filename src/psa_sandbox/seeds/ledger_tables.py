"""Setup of accounting, purchasing, stock and expenses that every scenario has: chart, captions, types, warehouses."""

from __future__ import annotations

from psa_sandbox.seeds.lookup import ref
from psa_sandbox.state.ledger.chart import CORPORATE
from psa_sandbox.state.store import Record, Store

# GL type: tables it can be mapped by, from the broadest to the narrowest (assumed: the vendor's list is not public).
MAPPED_TYPES = {
    "AR": ("Owner_Level", "Company"),
    "AP": ("Owner_Level", "Company"),
    "R": ("Owner_Level",),
    "RA": ("AGR_Type",),
    "RD": (),
    "RE": (),
    "RP": ("IV_Category", "IV_SubCategory", "IV_Item"),
    "ST": ("Tax_Code",),
    "SD": (),
    "EE": ("TE_Expense_Type",),
    "EI": ("TE_Expense_Type",),
    "EO": ("Owner_Level",),
    "ET": ("Owner_Level",),
    "P": ("IV_Category", "IV_SubCategory"),
    "PF": ("Owner_Level",),
    "PT": ("Tax_Code",),
    "FT": ("Tax_Code",),
    "IA": ("IV_Adjustment_Type",),
    "IT": ("Warehouse",),
    "WP": (),
    "WR": (),
}
_NAMES = {
    CORPORATE: "Corporate",
    "Owner_Level": "Location",
    "Company": "Company",
    "AGR_Type": "Agreement Type",
    "IV_Category": "Product Category",
    "IV_SubCategory": "Product Subcategory",
    "IV_Item": "Product",
    "Tax_Code": "Tax Code",
    "TE_Expense_Type": "Expense Type",
    "IV_Adjustment_Type": "Adjustment Type",
    "Warehouse": "Warehouse",
}

# GL type and its corporate account, then cost of goods and inventory where the type has them. Agreement revenue
# has none: it is mapped by agreement type, and not for every one.
CORPORATE_ACCOUNTS = (
    ("AR", "1100"),
    ("AP", "2000"),
    ("R", "4000"),
    ("RD", "2400"),
    ("RE", "4500"),
    ("RP", "4100", "5100", "1300"),
    ("ST", "2200"),
    ("SD", "4900"),
    ("EE", "6100"),
    ("EI", "6200"),
    ("EO", "2150"),
    ("ET", "1250"),
    ("P", "5000"),
    ("PF", "5150"),
    ("PT", "1260"),
    ("FT", "1261"),
    ("IA", "5900", "5900", "1300"),
    ("IT", "1300", "5100", "1300"),
    ("WP", "1400"),
    ("WR", "4950"),
)
AGREEMENT_ACCOUNTS = (("Cloud Subscriptions", "4310"), ("Managed Services", "4300"))
TAX_ACCOUNTS = (("MN-HENN", "2210"), ("MN", "2210"), ("WI", "2220"), ("IA", "2230"), ("CA-GST", "2240"))
CAPTIONS = (("Account", "Account"), ("Location", "Class"), ("Sub-account", "Account"))

PACKAGES = (("QB99", "QuickBooks"), ("GPlains", "Great Plains"), ("SBA", "Small Business"), ("Other", "Other"))
SWITCHED_ON = (
    *("includeInvoicesFlag", "includeExpensesFlag", "transferExpensesAsBillFlag", "includeSalesTaxFlag"),
    *("enableTaxGroupsFlag", "includeItemsFlag", "inventorySOHFlag", "sendUomFlag", "includeCogsEntriesFlag"),
)

ORDER_STATUSES: tuple[Record, ...] = (
    {"name": "New", "sortOrder": 1, "defaultFlag": True},
    {"name": "Sent to Vendor", "sortOrder": 2},
    {"name": "Received", "sortOrder": 3, "closedFlag": True, "defaultClosedFlag": True},
    {"name": "Cancelled", "sortOrder": 4, "closedFlag": True},
)
SHIPMENT_METHODS = ("Ground", "Courier", "Pick-up")
ADJUSTMENT_TYPES = (("Count", "Count correction"), ("Damaged", "Damaged or lost"))
EXPENSE_TYPES = ("Mileage", "Meals", "Parking and tolls", "Small equipment")
PAYMENT_METHODS = ("Own money", "Company card")
CLASSIFICATIONS = ("Reimbursable", "NonReimbursable", "Personal")


def plant_ledger_tables(store: Store) -> None:
    """Chart of accounts, accounting package, and the setup tables of purchasing, stock and expenses."""
    _plant_types(store)
    _plant_captions(store)
    _plant_accounts(store)
    _plant_package(store)
    _plant_purchasing(store)
    _plant_expense_tables(store)


def map_account(store: Store, gl_type: str, table: str, key: object, segments: Record) -> Record:
    """Map a record of a table to an account; `segments` holds segment1 and what else is needed."""
    mapped = ref(store, "mappedType", glType=gl_type, table=table)
    row: Record = {"glType": gl_type, "mappedType": mapped, "mappedRecord": {"id": key}, **segments}
    return store.insert("glAccount", row)


def _plant_types(store: Store) -> None:
    store.insert("corporateLevel", {"name": "Corporate"})
    for gl_type, tables in MAPPED_TYPES.items():
        for order, table in enumerate((CORPORATE, *tables), start=1):
            row: Record = {"name": _NAMES[table], "table": table, "recIdField": f"{table}_RecID", "glType": gl_type}
            store.insert("mappedType", {**row, "sortOrder": order})


def _plant_captions(store: Store) -> None:
    row: Record = {"cogs1": "Cost of Goods Sold"}
    for position, (caption, kind) in enumerate(CAPTIONS, start=1):
        row |= {f"segment{position}": caption, f"segment{position}type": kind}
    store.insert("glCaption", row)


def _plant_accounts(store: Store) -> None:
    for gl_type, account, *costs in CORPORATE_ACCOUNTS:
        segments: Record = {"segment1": account, **dict(zip(("cogs1", "inventory"), costs, strict=False))}
        map_account(store, gl_type, CORPORATE, 1, segments)
    for name, account in AGREEMENT_ACCOUNTS:
        key = ref(store, "agreementType", name=name)["id"]
        map_account(store, "RA", "AGR_Type", key, {"segment1": account})
    for identifier, account in TAX_ACCOUNTS:
        key = ref(store, "taxCode", identifier=identifier)["id"]
        map_account(store, "ST", "Tax_Code", key, {"segment1": account})
    for place, letters in (("Minneapolis", "MPLS"), ("Madison", "MADI")):
        key = ref(store, "location", name=place)["id"]
        for gl_type, account in (("AR", "1100"), ("AP", "2000"), ("EO", "2150")):
            map_account(store, gl_type, "Owner_Level", key, {"segment1": account, "segment2": letters})


def _plant_package(store: Store) -> None:
    for identifier, name in PACKAGES:
        store.insert("accountingPackage", {"identifier": identifier, "name": name})
    setup: Record = {"accountingPackage": ref(store, "accountingPackage", identifier="Other")}
    formats: Record = {"invoiceFormat": "Default", "expenseFormat": "Default"}
    store.insert("accountingPackageSetup", setup | formats | dict.fromkeys(SWITCHED_ON, True))


def _plant_purchasing(store: Store) -> None:
    for row in ORDER_STATUSES:
        store.insert("purchaseOrderStatus", row)
    for name in SHIPMENT_METHODS:
        store.insert("shipmentMethod", {"name": name, "defaultFlag": name == SHIPMENT_METHODS[0]})
    for identifier, name in ADJUSTMENT_TYPES:
        store.insert("adjustmentType", {"identifier": identifier, "name": name, "auditTrailFlag": True})
    for place in ("Minneapolis", "Madison"):
        here: Record = {"location": ref(store, "location", name=place), "locationXref": place[:4].upper()}
        department = ref(store, "department", identifier="Sales")
        store.insert("warehouse", {"name": f"{place} Warehouse", "department": department, **here})
        store.insert("warehouseBin", {"name": f"{place} Shelf"})


def _plant_expense_tables(store: Store) -> None:
    for name in EXPENSE_TYPES:
        row: Record = {"name": name, "amountCaption": "Miles" if name == "Mileage" else "Amount"}
        row |= {"billExpenses": "Billable", "invoiceMarkupOption": "Amount", "mileageFlag": name == "Mileage"}
        store.insert("expenseType", row)
    for kind, names in (("paymentMethod", PAYMENT_METHODS), ("expenseClassification", CLASSIFICATIONS)):
        for name in names:
            store.insert(kind, {"name": name})
