"""The product catalogue of the MSP. The first column is the product identifier other files refer to."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from psa_sandbox.seeds.lookup import ref
from psa_sandbox.state.store import Record, Store

# Category: its subcategories.
CATEGORIES = {
    "Cloud": ("Productivity", "Identity and Security", "Cloud Usage", "Backup"),
    "Managed Services": ("Support Plans", "Network", "Advisory"),
    "Voice and Internet": ("Telephony", "Connectivity"),
    "Web": ("Hosting", "Domains"),
    "Hardware": ("Network Hardware", "Workplace Hardware"),
    "Labour and Charges": ("Labour", "Charges"),
}
RETIRED_CATEGORY = "Fax and Paging"


class Item(NamedTuple):
    """A product; price and cost in US dollars per unit."""

    identifier: str
    description: str
    subcategory: str
    type: str
    unit: str
    price: Decimal
    cost: Decimal


# identifier|description|subcategory|type|unit of measure|price|cost
_TABLE = """
M365-BB|Microsoft 365 Business Basic|Productivity|Subscription|User|6.00|4.80
M365-BS|Microsoft 365 Business Standard|Productivity|Subscription|User|12.50|10.00
M365-BP|Microsoft 365 Business Premium|Productivity|Subscription|User|22.00|17.60
M365-BP-Y|Microsoft 365 Business Premium, annual term|Productivity|Subscription|User|264.00|211.20
M365-APPS|Microsoft 365 Apps for Business|Productivity|Subscription|User|8.25|6.60
M365-F3|Microsoft 365 F3|Productivity|Subscription|User|8.00|6.40
M365-E3|Microsoft 365 E3|Productivity|Subscription|User|36.00|28.80
M365-E5|Microsoft 365 E5|Productivity|Subscription|User|57.00|45.60
EXO-P1|Exchange Online Plan 1|Productivity|Subscription|User|4.00|3.20
EXO-P2|Exchange Online Plan 2|Productivity|Subscription|User|8.00|6.40
TEAMS-PHONE|Microsoft Teams Phone Standard|Productivity|Subscription|User|8.00|6.40
TEAMS-ROOMS|Microsoft Teams Rooms Pro|Productivity|Subscription|Device|40.00|32.00
COPILOT|Microsoft 365 Copilot|Productivity|Subscription|User|30.00|24.00
PBI-PRO|Power BI Pro|Productivity|Subscription|User|14.00|11.20
VISIO-P2|Visio Plan 2|Productivity|Subscription|User|15.00|12.00
PROJECT-P3|Project Plan 3|Productivity|Subscription|User|30.00|24.00
SP-STORAGE|SharePoint extra storage|Productivity|Subscription|Gigabyte|0.20|0.16
O365-E1-OLD|Office 365 E1 (retired)|Productivity|Subscription|User|8.00|6.40
ENTRA-P1|Entra ID P1|Identity and Security|Subscription|User|6.00|4.80
ENTRA-P2|Entra ID P2|Identity and Security|Subscription|User|9.00|7.20
DEFENDER-BIZ|Defender for Business|Identity and Security|Subscription|User|3.00|2.40
INTUNE-P1|Intune Plan 1|Identity and Security|Subscription|User|8.00|6.40
EDR-SEAT|Endpoint detection and response|Identity and Security|Subscription|Device|5.50|2.75
MAIL-FILTER|Mail filtering|Identity and Security|Subscription|User|3.25|1.40
DNS-FILTER|DNS filtering|Identity and Security|Subscription|User|2.10|0.95
SIEM-SEAT|Log monitoring|Identity and Security|Subscription|User|9.00|4.85
SAT-SEAT|Security awareness training|Identity and Security|Subscription|User|2.50|1.05
PWD-MGR|Password manager|Identity and Security|Subscription|User|4.50|2.60
AZURE-USAGE|Azure consumption|Cloud Usage|Subscription|Month|0|0
AZURE-RES|Azure reservation|Cloud Usage|Subscription|Month|0|0
BKP-M365|Mailbox backup|Backup|Subscription|User|3.50|1.60
BKP-SRV|Server backup|Backup|Subscription|Device|85.00|38.00
BKP-WKS|Workstation backup|Backup|Subscription|Device|9.00|3.90
BKP-STOR|Backup storage|Backup|Subscription|Gigabyte|0.055|0.0225
MS-USER|Managed user, all inclusive|Support Plans|Agreement|User|68.00|31.00
MS-USER-LITE|Managed user, office hours|Support Plans|Agreement|User|42.00|21.00
MS-SRV|Managed server|Support Plans|Agreement|Device|185.00|74.00
MS-WKS|Managed workstation|Support Plans|Agreement|Device|24.00|9.50
MS-MOBILE|Managed mobile device|Support Plans|Agreement|Device|6.50|2.20
MS-AFTERHOURS|After hours cover|Support Plans|Agreement|Month|350.00|160.00
MS-NET|Managed network|Network|Agreement|Device|28.00|9.00
MS-FW|Managed firewall|Network|Agreement|Device|75.00|24.00
MS-WIFI|Managed wireless|Network|Agreement|Device|12.00|3.50
MS-VCIO|Advisory retainer|Advisory|Agreement|Month|600.00|280.00
PENTEST|Penetration test|Advisory|Service|Each|4800.00|2900.00
VOIP-SEAT|Telephone seat|Telephony|Subscription|User|19.50|9.75
VOIP-DID|Telephone number|Telephony|Subscription|Each|1.50|0.40
INET-MGMT|Managed internet line|Connectivity|Subscription|Month|129.00|94.00
WEB-HOST|Web hosting|Hosting|Subscription|Each|240.00|96.00
DOMAIN-YR|Domain registration, one year|Domains|Subscription|Each|24.00|13.20
TLS-YR|Server certificate, one year|Domains|Subscription|Each|95.00|38.50
FW-SMALL|Firewall appliance, small office|Network Hardware|Hardware|Each|890.00|640.00
AP-INDOOR|Wireless access point, indoor|Network Hardware|Hardware|Each|245.00|168.00
SWITCH-24|Switch, 24 ports|Network Hardware|Hardware|Each|610.00|455.00
LAPTOP-14|Laptop, 14 inch|Workplace Hardware|Hardware|Each|1450.00|1190.00
DOCK-C|Docking station|Workplace Hardware|Hardware|Each|210.00|149.00
UPS-1500|Battery backup 1500 VA|Workplace Hardware|Hardware|Each|385.00|282.00
LAB-REMOTE|Remote support|Labour|Service|Hour|145.00|62.00
LAB-ONSITE|On-site support|Labour|Service|Hour|175.00|74.00
ONBOARD|Onboarding of a new user|Labour|Service|Each|120.00|55.00
SETUP-FEE|Set-up fee|Charges|Other Charges|Each|0|0
CREDIT|Credit or correction|Charges|Other Charges|Each|0|0
BDL-SECURE|Secure workplace bundle|Support Plans|Agreement|User|99.00|52.00
"""


def _item(line: str) -> Item:
    identifier, description, shelf, kind, unit, price, cost = line.split("|")
    return Item(identifier, description, shelf, kind, unit, Decimal(price), Decimal(cost))


ITEMS = tuple(_item(line) for line in _TABLE.strip().splitlines())

CLASS_OF_TYPE = {
    "Subscription": "NonInventory",
    "Agreement": "Agreement",
    "Hardware": "Inventory",
    "Service": "Service",
    "Other Charges": "Service",
}
MANUFACTURER_OF_SHELF = {
    "Productivity": "Microsoft",
    "Cloud Usage": "Microsoft",
    "Telephony": "Summit Telecom",
    "Network Hardware": "Bluestem Hardware",
    "Workplace Hardware": "Bluestem Hardware",
}
TAXED_SERVICES = frozenset({"MS-FW", "BKP-SRV", "WEB-HOST"})
BUNDLES = frozenset({"BDL-SECURE"})
INACTIVE = frozenset({"O365-E1-OLD"})
SERIALIZED = frozenset({"FW-SMALL", "LAPTOP-14"})
NON_RECURRING = frozenset({"PENTEST", "LAB-REMOTE", "LAB-ONSITE", "ONBOARD", "SETUP-FEE", "CREDIT"})


def plant_catalogue(store: Store) -> None:
    """Categories, subcategories and items."""
    for category, shelves in CATEGORIES.items():
        parent = store.insert("category", {"name": category})
        for shelf in shelves:
            store.insert("subcategory", {"name": shelf, "category": {"id": parent["id"]}})
    retired = store.insert("category", {"name": RETIRED_CATEGORY, "inactiveFlag": True})
    store.insert("subcategory", {"name": "Fax Lines", "category": {"id": retired["id"]}, "inactiveFlag": True})
    for item in ITEMS:
        store.insert("catalogItem", _record(store, item))


def _record(store: Store, item: Item) -> Record:
    shelf = store.rows("subcategory", name=item.subcategory)[0]
    hardware = item.type == "Hardware"
    manufacturer = MANUFACTURER_OF_SHELF.get(item.subcategory, "Cedar Point IT")
    return {
        "identifier": item.identifier,
        "description": item.description,
        "customerDescription": item.description,
        "subcategory": {"id": shelf["id"]},
        "category": shelf["category"],
        "type": ref(store, "productType", name=item.type),
        "unitOfMeasure": ref(store, "unitOfMeasure", name=item.unit),
        "manufacturer": ref(store, "manufacturer", name=manufacturer),
        "productClass": "Bundle" if item.identifier in BUNDLES else CLASS_OF_TYPE[item.type],
        "price": item.price,
        "cost": item.cost,
        "inactiveFlag": item.identifier in INACTIVE,
        "serializedFlag": item.identifier in SERIALIZED,
        "taxableFlag": hardware or item.identifier in TAXED_SERVICES,
        "recurringFlag": not hardware and item.identifier not in NON_RECURRING,
        "billableOption": "Billable",
    }
