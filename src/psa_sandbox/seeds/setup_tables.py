"""What every scenario has: statuses, types, cycles, terms, taxes, currencies, product tables, roles, keys."""

from __future__ import annotations

from decimal import Decimal

from psa_sandbox.seeds.ledger_tables import plant_ledger_tables
from psa_sandbox.seeds.lookup import ref
from psa_sandbox.seeds.roles import plant_roles
from psa_sandbox.state.store import Record, Store

COMPANY_STATUSES: tuple[Record, ...] = (
    {"name": "Active", "defaultFlag": True},
    {"name": "Inactive", "disallowSavingFlag": True},
    {"name": "Not-Approved", "notifyFlag": True, "notificationMessage": "Not approved yet."},
    {"name": "Credit Hold", "notifyFlag": True, "notificationMessage": "On credit hold, ask accounting."},
)

COMPANY_TYPES: tuple[Record, ...] = (
    {"name": "Client", "defaultFlag": True},
    {"name": "Prospect"},
    {"name": "Former Client"},
    {"name": "Vendor", "vendorFlag": True},
    {"name": "Partner"},
    {"name": "Owner"},
)

BILLING_CYCLES = (
    ("M", "Monthly", "Monthly"),
    ("Q", "Quarterly", "Quarterly"),
    ("S", "Semi-Annually", "SemiAnnual"),
    ("Y", "Annually", "Yearly"),
    ("BM", "Bi-Monthly", "BiMonthly"),
    ("W", "Weekly", "Weekly"),
    ("BW", "Bi-Weekly", "BiWeekly"),
    ("OT", "One Time", "NotRecurring"),
)

BILLING_TERMS = (("Due on Receipt", 0), ("Net 10", 10), ("Net 15", 15), ("Net 30", 30), ("Net 45", 45))
DEFAULT_TERMS = "Net 30"

BILLING_STATUSES: tuple[Record, ...] = (
    {"name": "New", "sortOrder": 1, "defaultFlag": True},
    {"name": "Approved", "sortOrder": 2},
    {"name": "Sent", "sortOrder": 3, "sentFlag": True},
    {"name": "Closed", "sortOrder": 4, "closedFlag": True},
)

# (identifier, description, invoice caption, (caption, rate as a fraction) of each level); software and
# services are not taxed by these codes, products are.
TAX_CODES = (
    (
        "MN-HENN",
        "Minnesota, Hennepin County",
        "Sales Tax",
        (("MN State", "0.06875"), ("Hennepin County", "0.0015"), ("Minneapolis", "0.005")),
    ),
    ("MN", "Minnesota", "Sales Tax", (("MN State", "0.06875"),)),
    ("WI", "Wisconsin", "Sales Tax", (("WI State", "0.05"), ("County", "0.005"))),
    ("IA", "Iowa", "Sales Tax", (("IA State", "0.06"), ("Local option", "0.01"))),
    ("EXEMPT", "Tax Exempt", "Tax Exempt", ()),
    ("CA-GST", "Canada GST", "GST", (("GST", "0.05"),)),
    ("OUTSIDE", "Outside the US, no tax charged", "No Tax", ()),
)
_LEVELS = ("One", "Two", "Three")
TAX_AGENCIES = {"MN-HENN": "MN-DOR", "MN": "MN-DOR", "WI": "WI-DOR", "IA": "IA-DOR", "CA-GST": "CRA"}

CURRENCIES = (("USD", "US Dollars", "$"), ("CAD", "Canadian Dollars", "C$"), ("EUR", "Euro", "€"))

COUNTRIES = (("US", "United States"), ("CA", "Canada"), ("DE", "Germany"))
STATES = (("MN", "Minnesota"), ("WI", "Wisconsin"), ("IA", "Iowa"), ("ON", "Ontario"), ("HE", "Hessen"))

LOCATIONS = ("Minneapolis", "Madison")
DEPARTMENTS = (("Services", "Managed Services"), ("Sales", "Sales"), ("Admin", "Administration"))

AGREEMENT_TYPES: tuple[Record, ...] = (
    {"name": "Cloud Subscriptions", "defaultFlag": True, "taxableFlag": False},
    {"name": "Managed Services", "taxableFlag": False, "autoInvoiceFlag": False},
    {"name": "Break-Fix Block", "billOneTimeFlag": True, "applicationUnits": "Hours"},
    {"name": "Legacy Web Hosting", "inactiveFlag": True},
)

PRODUCT_TYPES = (
    ("Agreement", "Service"),
    ("Subscription", "NonInventoryPart"),
    ("Hardware", "InventoryPart"),
    ("Service", "Service"),
    ("Other Charges", "OtherCharge"),
)
UNITS = ("Each", "User", "Device", "Month", "Hour", "Gigabyte")
RETIRED: tuple[tuple[str, Record], ...] = (
    ("companyStatus", {"name": "Collections (old)", "disallowSavingFlag": True}),
    ("productType", {"name": "Shared Hosting (old)", "typeXref": "Service"}),
    ("unitOfMeasure", {"name": "Block of 10"}),
)
"""Entries nobody chooses any more; they stay because old records name them."""
MANUFACTURERS = ("Microsoft", "Cedar Point IT", "Bluestem Hardware", "Summit Telecom")

CUSTOM_FIELD = "Bursar Key"


def plant_setup_tables(store: Store) -> None:
    """Fill the setup tables of an empty store."""
    for kind, rows in (
        ("companyStatus", COMPANY_STATUSES),
        ("companyType", COMPANY_TYPES),
        ("billingStatus", BILLING_STATUSES),
    ):
        for row in rows:
            store.insert(kind, row)
    _plant_geography(store)
    _plant_billing_tables(store)
    _plant_tax_codes(store)
    _plant_agreement_types(store)
    _plant_product_tables(store)
    _plant_custom_field(store)
    plant_roles(store)
    plant_ledger_tables(store)


def _plant_geography(store: Store) -> None:
    for identifier, name in COUNTRIES:
        store.insert("country", {"identifier": identifier, "name": name})
    for identifier, name in STATES:
        store.insert("state", {"identifier": identifier, "name": name})
    level = store.insert("corporateStructureLevel", {"name": "Location"})
    for name in LOCATIONS:
        place: Record = {"name": name, "structureLevel": {"id": level["id"]}, "locationFlag": True}
        store.insert("location", place)
    for identifier, name in DEPARTMENTS:
        store.insert("department", {"identifier": identifier, "name": name})


def _plant_billing_tables(store: Store) -> None:
    for identifier, name, option in BILLING_CYCLES:
        cycle: Record = {"identifier": identifier, "name": name, "billingOptions": option}
        store.insert("billingCycle", {**cycle, "defaultFlag": option == "Monthly"})
    for name, days in BILLING_TERMS:
        store.insert("billingTerm", {"name": name, "dueDays": days, "defaultFlag": name == DEFAULT_TERMS})
    for identifier, name, symbol in CURRENCIES:
        code = store.insert("currencyCode", {"identifier": identifier, "name": identifier})
        store.insert("currency", _currency(identifier, name, symbol) | {"currencyCode": {"id": code["id"]}})
    corporate: Record = {"fiscalYearStart": "January", "locationCaption": "Location", "groupCaption": "Department"}
    base = ref(store, "currency", currencyIdentifier="USD")
    store.insert("corporateStructure", {**corporate, "levelCount": "Level2", "baseCurrency": base})


def _currency(identifier: str, name: str, symbol: str) -> Record:
    return {
        "currencyIdentifier": identifier,
        "name": name,
        "symbol": symbol,
        "displayIdFlag": identifier != "USD",
        "displaySymbolFlag": True,
        "thousandsSeparator": ",",
        "decimalSeparator": ".",
        "negativeParenthesesFlag": False,
        "rightAlign": False,
        "numberOfDecimals": 2,
    }


def _plant_tax_codes(store: Store) -> None:
    for identifier, description, caption, levels in TAX_CODES:
        code: Record = {
            "identifier": identifier,
            "description": description,
            "invoiceCaption": caption,
            "effectiveDate": "2015-01-01T00:00:00Z",
            "defaultFlag": identifier == "MN-HENN",
            "displayOnInvoiceFlag": bool(levels),
        }
        for name, (level_caption, rate) in zip(_LEVELS, levels, strict=False):
            code |= _tax_level(f"level{name}", level_caption, Decimal(rate))
            code[f"level{name}AgencyXref"] = TAX_AGENCIES[identifier]
        store.insert("taxCode", code)


def _tax_level(prefix: str, caption: str, rate: Decimal) -> Record:
    return {
        f"{prefix}Rate": rate,
        f"{prefix}RateType": "Percent",
        f"{prefix}Caption": caption,
        f"{prefix}TaxCodeXref": caption,
        f"{prefix}ServicesFlag": False,
        f"{prefix}ExpensesFlag": False,
        f"{prefix}ProductsFlag": True,
    }


def _plant_agreement_types(store: Store) -> None:
    shared: Record = {
        "location": ref(store, "location", name="Minneapolis"),
        "department": ref(store, "department", identifier="Services"),
        "billingCycle": ref(store, "billingCycle", identifier="M"),
        "invoicingCycle": "CalendarYear",
        "employeeCompRate": "Actual",
        "employeeCompNotExceed": "Billing",
        "billTime": "Billable",
        "billExpenses": "Billable",
        "billProducts": "Billable",
        "prorateFlag": False,
    }
    for row in AGREEMENT_TYPES:
        store.insert("agreementType", shared | row)


def _plant_product_tables(store: Store) -> None:
    for name, xref in PRODUCT_TYPES:
        store.insert("productType", {"name": name, "typeXref": xref})
    for name in UNITS:
        store.insert("unitOfMeasure", {"name": name, "defaultFlag": name == "Each"})
    for kind, row in RETIRED:
        store.insert(kind, row | {"inactiveFlag": True})
    for name in MANUFACTURERS:
        store.insert("manufacturer", {"name": name})


def _plant_custom_field(store: Store) -> None:
    field: Record = {
        "podId": 1,
        "caption": CUSTOM_FIELD,
        "sequenceNumber": 1,
        "screenId": "addition",
        "fieldTypeIdentifier": "Text",
        "entryTypeIdentifier": "EntryField",
        "helpText": "Marks additions that a program keeps.",
        "displayOnScreenFlag": True,
        "dateCreated": "2026-01-05T00:00:00Z",
    }
    store.insert("userDefinedField", field)
