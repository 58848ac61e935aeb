"""The agreements of the MSP and what was put on them by hand.

Managed services are invoiced through October 2026, cloud subscriptions through September: their October
is still open. Additions on cloud agreements carry no key; they are what someone typed in from the
subscription platform's portal, and wait to be adopted.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from psa_sandbox.seeds.customers import CUSTOMERS, Customer
from psa_sandbox.seeds.lookup import ref
from psa_sandbox.state.addition_amounts import with_amounts
from psa_sandbox.state.agreements import agreement_rule
from psa_sandbox.state.invoice_lines import Settled
from psa_sandbox.state.invoicing import note_billed
from psa_sandbox.state.record import day, wire
from psa_sandbox.state.store import Record, Store

MANAGED, CLOUD, BLOCK = "Managed Services", "Cloud Subscriptions", "Break-Fix Block"
LAST_BILLED = date(2026, 8, 31)
SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)
WITHOUT_MANAGED = frozenset({"SableCreek", "OttertailMarine", "BoundaryOutfit", "RheinblickGmbH", "LarkspurEvents"})


class Contract(NamedTuple):
    """An agreement: whose, of which type, what differs from the defaults, and its next invoice date."""

    company: str
    type: str
    name: str
    next_invoice: date
    terms: Record


# company|type|name|start|next invoice date, then field=value for what is not the type's default
_CONTRACTS = """
AlderBrookDental|Cloud Subscriptions|Cloud Subscriptions - Alder Brook Dental|2025-03-01|2026-09-01
BlueHeronBrew|Cloud Subscriptions|Cloud Subscriptions - Blue Heron Brewing|2024-07-01|2026-09-01
CalderHayesLaw|Cloud Subscriptions|Cloud Subscriptions - Calder & Hayes Law|2024-01-01|2026-09-01
CastleRockMfg|Cloud Subscriptions|Cloud Subscriptions - Castle Rock|2023-10-01|2026-09-01
DriftlessDesign|Cloud Subscriptions|Cloud Subscriptions - Driftless Design|2025-11-01|2026-09-01
FernhillDental|Cloud Subscriptions|Cloud Subscriptions - Fernhill Dental Group|2025-05-01|2026-09-01
FernhillDentist|Cloud Subscriptions|Cloud Subscriptions - Fernhill Dentistry|2026-02-01|2026-09-01
FoxRiverLog|Cloud Subscriptions|Cloud Subscriptions - Fox River Logistics|2024-11-01|2026-09-01
KestrelAviation|Cloud Subscriptions|Cloud Subscriptions - Kestrel Aviation|2025-01-01|2026-09-01|prorateFlag
MapleCrossing|Cloud Subscriptions|Cloud Subscriptions - Maple Crossing (CAD)|2025-06-01|2026-09-01
RheinblickGmbH|Cloud Subscriptions|Cloud Subscriptions - Rheinblick (EUR)|2025-09-01|2026-09-01
StonebridgeCPA|Cloud Subscriptions|Cloud Subscriptions - Stonebridge CPA|2025-12-01|2026-09-01
TamarackTruck|Cloud Subscriptions|Cloud Subscriptions - Tamarack, quarterly|2025-04-01|2026-10-01|billingCycle=Q
LarkspurEvents|Cloud Subscriptions|Web and Domains - Larkspur Events|2025-03-15|2027-03-15|billingCycle=Y|ContractYear
HarborLights|Cloud Subscriptions|Cloud Subscriptions - Harbor Lights|2024-05-01|2026-09-01|cancelled=2026-08-31
IronRangeSupply|Cloud Subscriptions|Cloud Subscriptions 2025 - Iron Range Supply|2025-01-01|2026-01-01|end=2025-12-31
OakAndEmber|Break-Fix Block|Ten Hour Block - Oak & Ember|2026-08-10|2026-08-10|billAmount=1450
OttertailMarine|Break-Fix Block|Ten Hour Block - Ottertail Marine|2026-09-01|2026-09-01|billAmount=1450
"""

# agreement name ends with|product|quantity|effective|price when not the catalogue's|cancelled
_CLOUD_ADDITIONS = """
Alder Brook Dental|M365-BP|18|2025-03-01||
Alder Brook Dental|EXO-P1|3|2025-03-01||
Alder Brook Dental|BKP-M365|21|2025-03-01||
Blue Heron Brewing|M365-BS|34|2024-07-01||
Blue Heron Brewing|ENTRA-P1|34|2024-07-01|5.70|
Blue Heron Brewing|SP-STORAGE|500|2026-03-01||
Calder & Hayes Law|M365-BP|27|2024-01-01|21.50|
Calder & Hayes Law|TEAMS-PHONE|12|2025-02-01||
Calder & Hayes Law|VISIO-P2|2|2024-01-01||2026-06-30
Castle Rock|M365-E3|85|2023-10-01|34.80|
Castle Rock|M365-F3|140|2023-10-01||
Castle Rock|PBI-PRO|9|2025-08-01||
Castle Rock|PROJECT-P3|4|2024-04-01||2026-06-30
Castle Rock|AZURE-USAGE|1|2026-09-01|1184.27|2026-09-30
Driftless Design|M365-BS|11|2025-11-01||
Fernhill Dental Group|M365-BP|22|2025-05-01||
Fernhill Dental Group|DEFENDER-BIZ|22|2025-05-01||
Fernhill Dentistry|M365-BB|8|2026-02-01||
Fox River Logistics|M365-BS|46|2024-11-01||
Fox River Logistics|AZURE-USAGE|1|2026-09-01|812.40|2026-09-30
Fox River Logistics|BKP-STOR|2150|2025-01-01||
Kestrel Aviation|M365-BP|31|2025-01-01||
Kestrel Aviation|COPILOT|5|2026-09-14||
Maple Crossing (CAD)|M365-BS|19|2025-06-01|17.10|
Rheinblick (EUR)|M365-E3|40|2025-09-01|33.60|
Stonebridge CPA|M365-BP|24|2025-12-01||
Stonebridge CPA|M365-BP|1|2026-10-01||
Tamarack, quarterly|M365-BS|37|2025-04-01|37.50|
Larkspur Events|WEB-HOST|1|2025-03-15||
Larkspur Events|DOMAIN-YR|6|2025-03-15||
Harbor Lights|M365-BB|17|2024-05-01||2026-08-31
Iron Range Supply|M365-BS|38|2025-01-01||2025-12-31
"""


def plant_agreements(store: Store) -> None:
    """All agreements and additions, as they stood on 1 September 2026."""
    for contract in [_contract(store, line) for line in _CONTRACTS.strip().splitlines()]:
        _plant(store, contract)
    for line in _CLOUD_ADDITIONS.strip().splitlines():
        _plant_cloud_addition(store, line)
    for customer in CUSTOMERS:
        if customer.status == "Active" and customer.contact and customer.identifier not in WITHOUT_MANAGED:
            _plant_managed(store, customer)


def _contract(store: Store, line: str) -> Contract:
    company, kind, name, start, following, *words = line.split("|")
    terms: Record = {"startDate": f"{start}T00:00:00Z"}
    for word in words:
        terms |= _term(store, word)
    return Contract(company, kind, name, date.fromisoformat(following), terms)


def _term(store: Store, word: str) -> Record:
    name, _, value = word.partition("=")
    match name:
        case "billingCycle":
            return {"billingCycle": ref(store, "billingCycle", identifier=value)}
        case "billAmount":
            return {"billAmount": Decimal(value)}
        case "cancelled":
            reason = "Moved to another provider"
            return {"cancelledFlag": True, "dateCancelled": f"{value}T00:00:00Z", "reasonCancelled": reason}
        case "end":
            return {"endDate": f"{value}T00:00:00Z"}
        case "prorateFlag":
            return {"prorateFlag": True}
        case "ContractYear":
            return {"invoicingCycle": "ContractYear"}
    raise ValueError(f"{word} is no term of a contract")


def _plant(store: Store, contract: Contract) -> Record:
    company = store.rows("company", identifier=contract.company)[0]
    wanted: Record = {
        "name": contract.name,
        "type": ref(store, "agreementType", name=contract.type),
        "company": {"id": company["id"]},
        "contact": company["defaultContact"],
        "site": company["billingSite"],
        **contract.terms,
    }
    kept = agreement_rule(store, wanted, None) | {"nextInvoiceDate": wire(contract.next_invoice)}
    return store.insert("agreement", kept, by="dmorgan")


def _plant_managed(store: Store, customer: Customer) -> None:
    start: Record = {"startDate": "2024-01-01T00:00:00Z"}
    name = f"Managed Services - {customer.name}"
    agreement = _plant(store, Contract(customer.identifier, MANAGED, name, SEPTEMBER, start))
    small = customer.seats < 12
    wanted = {"MS-USER-LITE" if small else "MS-USER": customer.seats, "EDR-SEAT": customer.seats}
    if customer.servers:
        wanted |= {"MS-SRV": customer.servers, "BKP-SRV": customer.servers, "MS-FW": 1}
    for identifier, quantity in wanted.items():
        line: Record = {"quantity": Decimal(quantity), "effectiveDate": "2024-01-01T00:00:00Z"}
        _plant_addition(store, agreement, identifier, line)


def _plant_cloud_addition(store: Store, line: str) -> None:
    ending, identifier, quantity, effective, price, cancelled = line.split("|")
    agreement = next(row for row in store.rows("agreement") if str(row["name"]).endswith(ending))
    wanted: Record = {"quantity": Decimal(quantity), "effectiveDate": f"{effective}T00:00:00Z"}
    if price:
        wanted["unitPrice"] = Decimal(price)
    if cancelled:
        wanted["cancelledDate"] = f"{cancelled}T00:00:00Z"
    _plant_addition(store, agreement, identifier, wanted)


def _plant_addition(store: Store, agreement: Record, identifier: str, wanted: Record) -> None:
    wanted |= {
        "product": ref(store, "catalogItem", identifier=identifier),
        "billCustomer": "Billable",
        "agreementId": agreement["id"],
    }
    addition = store.insert("addition", with_amounts(store, wanted, agreement), by="dmorgan")
    following, effective = day(agreement, "nextInvoiceDate"), day(addition, "effectiveDate")
    if following is not None and effective is not None and effective < following:
        note_billed(store, Settled(addition, _billed_through(addition, following), billed=True), "dmorgan")


def _billed_through(addition: Record, following: date) -> date:
    """What was invoiced before the history of this seed begins."""
    ends = [date.fromordinal(following.toordinal() - 1), day(addition, "cancelledDate")]
    return min(end for end in ends if end is not None)
