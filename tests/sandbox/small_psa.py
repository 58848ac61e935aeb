"""A small PSA with one or two of everything, and ways to talk to it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import httpx2
from small_books import plant_books

from psa_sandbox.rest import create_rest_app
from psa_sandbox.state.resources import RESOURCES
from psa_sandbox.state.store import Clock, Record, Site, Store

ROOT = "http://psa.test/v4_6_release/apis/3.0"
COMPANY_ID = "acme"
PRESENT = datetime(2026, 11, 2, 9, tzinfo=UTC)
EVERY_LEVEL = ("addLevel", "editLevel", "deleteLevel", "inquireLevel")

SETUP: dict[str, list[Record]] = {
    "companyStatus": [{"name": "Active", "defaultFlag": True}, {"name": "Inactive", "disallowSavingFlag": True}],
    "companyType": [{"name": "Client"}, {"name": "Vendor", "vendorFlag": True}],
    "billingCycle": [{"identifier": "M", "name": "Monthly", "billingOptions": "Monthly", "defaultFlag": True}],
    "billingTerm": [{"name": "Net 30", "dueDays": 30, "defaultFlag": True}],
    "billingStatus": [{"name": "New", "defaultFlag": True}, {"name": "Closed", "closedFlag": True}],
    "currencyCode": [{"name": "USD"}],
    "currency": [{"currencyIdentifier": "USD", "name": "US Dollars", "symbol": "$", "currencyCode": {"id": 1}}],
    "country": [{"identifier": "US", "name": "United States"}],
    "corporateStructureLevel": [{"name": "Location"}],
    "location": [{"name": "Main Office", "structureLevel": {"id": 1}}],
    "department": [{"identifier": "SVC", "name": "Services"}],
    "taxCode": [
        {
            "identifier": "T1",
            "description": "Standard",
            "invoiceCaption": "Tax",
            "effectiveDate": "2020-01-01T00:00:00Z",
        },
        {
            "identifier": "VAT",
            "description": "Two levels",
            "invoiceCaption": "VAT",
            "effectiveDate": "2020-01-01T00:00:00Z",
            "levelOneRate": Decimal("0.20"),
            "levelOneRateType": "Percent",
            "levelOneTaxCodeXref": "T20",
            "levelOneProductsFlag": True,
            "levelTwoRate": Decimal("0.015"),
            "levelTwoRateType": "Percent",
            "levelTwoTaxCodeXref": "T15",
            "levelTwoProductsFlag": True,
        },
    ],
    "corporateLevel": [{"name": "Corporate"}],
    "glCaption": [{"segment1": "Account", "segment1type": "Account", "segment2": "Class", "segment2type": "Class"}],
    "accountingPackage": [{"identifier": "Other", "name": "Other"}],
    "accountingPackageSetup": [
        {
            "accountingPackage": {"id": 1},
            "includeCogsEntriesFlag": True,
            "includeItemsFlag": True,
            "transferExpensesAsBillFlag": True,
        }
    ],
    "purchaseOrderStatus": [{"name": "Open", "defaultFlag": True}, {"name": "Done", "closedFlag": True}],
    "shipmentMethod": [{"name": "Ground"}],
    "warehouse": [{"name": "Store", "location": {"id": 1}, "department": {"id": 1}}],
    "warehouseBin": [{"name": "Shelf"}],
    "adjustmentType": [{"identifier": "Count", "name": "Count"}],
    "expenseType": [
        {"name": "Meals", "amountCaption": "Amount", "billExpenses": "Billable", "invoiceMarkupOption": "Amount"}
    ],
    "expenseClassification": [{"name": "Reimbursable"}, {"name": "NonReimbursable"}, {"name": "Personal"}],
    "expenseReport": [{"name": "Last week"}],
    "category": [{"name": "Cloud"}, {"name": "Hardware"}],
    "subcategory": [{"name": "Seats", "category": {"id": 1}}, {"name": "Laptops", "category": {"id": 2}}],
    "productType": [{"name": "Subscription"}],
    "unitOfMeasure": [{"name": "Each", "defaultFlag": True}],
    "manufacturer": [{"name": "Microsoft"}],
    "agreementType": [
        {
            "name": "Managed",
            "employeeCompRate": "Actual",
            "employeeCompNotExceed": "Billing",
            "invoicingCycle": "CalendarYear",
            "billTime": "Billable",
            "billExpenses": "Billable",
            "billProducts": "Billable",
            "billingCycle": {"id": 1},
        }
    ],
    "corporateStructure": [
        {
            "fiscalYearStart": "January",
            "locationCaption": "Location",
            "groupCaption": "Group",
            "baseCurrency": {"id": 1},
        }
    ],
    "userDefinedField": [
        {
            "podId": 1,
            "caption": "Marker",
            "sequenceNumber": 2,
            "screenId": "addition",
            "fieldTypeIdentifier": "Text",
            "entryTypeIdentifier": "EntryField",
        },
        {
            "podId": 1,
            "caption": "Seats",
            "sequenceNumber": 1,
            "screenId": "addition",
            "fieldTypeIdentifier": "Number",
            "entryTypeIdentifier": "EntryField",
        },
        {
            "podId": 2,
            "caption": "Renewal Date",
            "sequenceNumber": 1,
            "screenId": "agreement",
            "fieldTypeIdentifier": "Date",
            "entryTypeIdentifier": "Date",
        },
    ],
}

COMPANIES: list[Record] = [
    {"identifier": "Abc", "name": "Abc Bakery", "city": "Riga", "status": {"id": 1}, "annualRevenue": Decimal("10.5")},
    {"identifier": "Xyz", "name": "Xyz Yachts", "city": "Oslo", "status": {"id": 1}, "parentCompany": {"id": 1}},
    {"identifier": "Old", "name": "Old [Closed] 100%", "status": {"id": 2}},
]


def small_store() -> Store:
    """The store, its clock standing still on 2 November 2026."""
    store = Store(clock=Clock(PRESENT, frozen=True), site=Site(company_id=COMPANY_ID, company_name="Acme MSP"))
    for kind, rows in SETUP.items():
        for row in rows:
            store.insert(kind, row)
    _plant_companies(store)
    _plant_business(store)
    plant_books(store)
    for name in ("admin", "reader", "nobody"):
        plant_member(store, name)
    return store


def plant_member(store: Store, name: str, levels: dict[str, str] | None = None) -> None:
    """An API member with keys `<name>-public` and `<name>-private`; `levels` as {"Agreements/add": "My"}."""
    role = store.insert("securityRole", {"name": name, "adminFlag": name == "admin"})
    functions = {resource.function for resource in RESOURCES.values() if resource.mounts} | {"Agreement Invoicing"}
    for function in sorted(functions):
        granted = {field: _level(name, function, field, levels or {}) for field in EVERY_LEVEL}
        store.insert("securityRoleSetting", {"securityRoleId": role["id"], "moduleFunctionName": function, **granted})
    member = store.insert("apiMember", {"identifier": name, "name": name, "securityRole": {"id": role["id"]}})
    keys: Record = {"publicKey": f"{name}-public", "privateKey": f"{name}-private", "expired": False}
    store.insert("apiKey", {"memberId": member["id"], **keys})


def _level(name: str, function: str, field: str, levels: dict[str, str]) -> str:
    if name == "reader" and field == "inquireLevel":
        return "All"
    return levels.get(f"{function}/{field.removesuffix('Level')}", "None")


def _plant_companies(store: Store) -> None:
    for row in COMPANIES:
        company = store.insert("company", row)
        here: Record = {"id": company["id"]}
        store.insert("companySite", {"name": "Main", "company": here, "primaryAddressFlag": True})
        store.insert("companyTypeAssociation", {"company": here, "type": {"id": 1}})
        email: Record = {"id": 1, "value": f"john@{row['identifier']}.example", "communicationType": "Email"}
        phone: Record = {"id": 2, "value": "555-0100", "communicationType": "Phone"}
        store.insert(
            "contact",
            {"firstName": "John", "lastName": "Doe", "company": here, "communicationItems": [email, phone]},
        )


def _plant_business(store: Store) -> None:
    person: Record = {"identifier": "ann", "firstName": "Ann", "lastName": "Lee", "hireDate": "2020-01-01T00:00:00Z"}
    store.insert(
        "member",
        {**person, "licenseClass": "F", "defaultEmail": "Office", "defaultPhone": "Office", "securityRole": {"id": 1}},
    )
    for identifier, price in (("M365", Decimal("12.50")), ("BACKUP", Decimal("0.10"))):
        store.insert("catalogItem", _catalog_item(identifier) | {"price": price, "cost": price / 2})
    for number in (1, 2):
        store.insert("agreement", _agreement(number))
    for quantity in ("3", "2.5"):
        store.insert("addition", _addition(1, Decimal(quantity)))
    store.insert("adjustment", {"agreementId": 1, "amount": Decimal(-5), "description": "Goodwill"})
    for number in (1, 2, 3):
        store.insert("invoice", _invoice(number))
    store.insert("product", _line(1))
    store.insert("product", _line(2))
    store.insert("payment", {"invoice": {"id": 1}, "amount": Decimal(10), "paymentDate": "2026-10-20T00:00:00Z"})


def _catalog_item(identifier: str) -> Record:
    return {
        "identifier": identifier,
        "description": f"{identifier} seat",
        "customerDescription": f"{identifier} for you",
        "subcategory": {"id": 1},
        "category": {"id": 1},
        "type": {"id": 1},
        "unitOfMeasure": {"id": 1},
        "productClass": "NonInventory",
    }


def _agreement(number: int) -> Record:
    return {
        "name": f"Agreement {number}",
        "type": {"id": 1},
        "company": {"id": number},
        "contact": {"id": number},
        "startDate": "2026-01-01T00:00:00Z",
        "billStartDate": "2026-01-01T00:00:00Z",
        "nextInvoiceDate": "2026-11-01T00:00:00Z",
        "agreementStatus": "Active",
        "employeeCompRate": "Actual",
        "invoicingCycle": "CalendarYear",
        "billTime": "Billable",
        "billExpenses": "Billable",
        "billProducts": "Billable",
        "billingCycle": {"id": 1},
    }


def _addition(agreement: int, quantity: Decimal) -> Record:
    return {
        "agreementId": agreement,
        "product": {"id": 1},
        "quantity": quantity,
        "unitPrice": Decimal("12.50"),
        "billCustomer": "Billable",
        "effectiveDate": "2026-11-01T00:00:00Z",
        "agreementStatus": "Active",
    }


def _invoice(number: int) -> Record:
    return {
        "invoiceNumber": str(1000 + number),
        "type": "Agreement",
        "status": {"id": 1},
        "company": {"id": 1},
        "agreement": {"id": 1},
        "date": "2026-10-01T00:00:00Z",
        "total": Decimal("100.00"),
        "payments": Decimal(10) if number == 1 else Decimal(0),
        "balance": Decimal("90.00") if number == 1 else Decimal("100.00"),
    }


def _line(invoice: int) -> Record:
    return {
        "catalogItem": {"id": 1},
        "billableOption": "Billable",
        "invoice": {"id": invoice},
        "quantity": Decimal(1),
        "price": Decimal(100),
    }


def client_of(store: Store, name: str = "admin", **headers: str) -> httpx2.Client:
    """A client that talks to the store's API in this process, as one of its members."""
    login = (f"{COMPANY_ID}+{name}-public", f"{name}-private")
    transport = httpx2.WSGITransport(app=create_rest_app(store))
    return httpx2.Client(transport=transport, base_url=ROOT, auth=login, headers={"clientId": "test", **headers})
