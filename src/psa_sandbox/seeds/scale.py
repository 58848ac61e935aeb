"""Many plain records for benchmarks: companies CUST00001 and on, products SKU-001 to SKU-050."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from psa_sandbox.seeds.lookup import ref
from psa_sandbox.state.addition_amounts import with_amounts
from psa_sandbox.state.agreements import agreement_rule
from psa_sandbox.state.record import number, wire
from psa_sandbox.state.store import Record, Store

PRODUCTS = 50
STARTED, OPEN_SINCE = date(2026, 1, 1), date(2026, 10, 1)


def plant_scale(store: Store, companies: int = 1000, agreements: int = 1000, additions: int = 5000) -> None:
    """So many companies with a contact each, agreements and additions dealt out evenly, October open.

    Raises ValueError when agreements have no companies to go to, or additions no agreements.
    """
    if (agreements and not companies) or (additions and not agreements):
        raise ValueError("agreements need companies, additions need agreements")
    for position in range(1, companies + 1):
        _plant_company(store, position)
    products = _plant_products(store)
    owners = store.rows("company")
    for position in range(agreements):
        _plant_agreement(store, owners[position % companies], position // companies + 1)
    homes = store.rows("agreement")
    for position in range(additions):
        _plant_addition(store, homes[position % agreements], products[position % PRODUCTS], position)


def _plant_company(store: Store, position: int) -> None:
    identifier = f"CUST{position:05}"
    company = store.insert(
        "company",
        {
            "identifier": identifier,
            "name": f"Customer {position:05}",
            "status": {"id": 1},
            "addressLine1": f"{position} Main Street",
            "city": "Minneapolis",
            "state": "MN",
            "zip": "55401",
            "currency": {"id": 1},
            "deletedFlag": False,
        },
    )
    here: Record = {"id": company["id"]}
    site = store.insert("companySite", {"company": here, "name": "Main", "primaryAddressFlag": True})
    contact = store.insert("contact", {"firstName": "Pat", "lastName": identifier, "company": here})
    store.insert("companyTypeAssociation", {"company": here, "type": {"id": 1}})
    links: Record = {"defaultContact": {"id": contact["id"]}, "billingSite": {"id": site["id"]}}
    store.replace("company", number(company, "id"), company | links, by="seed")


def _plant_products(store: Store) -> list[Record]:
    category = store.insert("category", {"name": "Cloud"})
    shelf = store.insert("subcategory", {"name": "Productivity", "category": {"id": category["id"]}})
    shared: Record = {
        "subcategory": {"id": shelf["id"]},
        "category": {"id": category["id"]},
        "type": ref(store, "productType", name="Subscription"),
        "unitOfMeasure": ref(store, "unitOfMeasure", name="User"),
        "productClass": "NonInventory",
    }
    return [store.insert("catalogItem", shared | _product(position)) for position in range(1, PRODUCTS + 1)]


def _product(position: int) -> Record:
    name = f"Subscription {position:03}"
    price = Decimal(position) + Decimal("0.99")
    texts: Record = {"identifier": f"SKU-{position:03}", "description": name, "customerDescription": name}
    return {**texts, "price": price, "cost": price - 1}


def _plant_agreement(store: Store, company: Record, turn: int) -> None:
    wanted: Record = {
        "name": f"Cloud Subscriptions {company['identifier']} {turn}",
        "type": {"id": 1},
        "company": {"id": company["id"]},
        "contact": company["defaultContact"],
        "startDate": wire(STARTED),
    }
    kept = agreement_rule(store, wanted, None) | {"nextInvoiceDate": wire(OPEN_SINCE)}
    store.insert("agreement", kept)


def _plant_addition(store: Store, agreement: Record, product: Record, position: int) -> None:
    wanted: Record = {
        "agreementId": agreement["id"],
        "product": {"id": product["id"]},
        "billCustomer": "Billable",
        "quantity": Decimal(position % 40 + 1),
        "effectiveDate": wire(OPEN_SINCE),
    }
    store.insert("addition", with_amounts(store, wanted, agreement))
