"""The companies of the MSP. The first column is the company identifier other files refer to.

Four are no ordinary customers: ThistledownToys and YellowBirchMed are inactive, UplandGardens is not
approved, ValleyGlass is deleted. WillowbendCare has no contact. FernhillDental and FernhillDentist
differ by two letters, as do their names almost. SableCreek has no account number, so the books never see it.
"""

from __future__ import annotations

from typing import NamedTuple

from psa_sandbox.seeds.lookup import ref
from psa_sandbox.state.record import number
from psa_sandbox.state.store import Record, Store


class Customer(NamedTuple):
    """A company, its main contact (empty for none) and how many seats and servers the MSP looks after."""

    identifier: str
    name: str
    city: str
    state: str
    zip: str
    tax: str
    terms: str
    contact: str
    seats: int
    servers: int
    status: str = "Active"


# identifier|name|city|state|zip|tax code|terms|contact|seats|servers, and a status other than Active
_TABLE = """
AlderBrookDental|Alder Brook Dental|Saint Paul|MN|55105|MN|Net 30|Priya Nolan|18|1
BirchwoodVet|Birchwood Veterinary Clinic|Duluth|MN|55802|MN|Net 30|Aaron Fisk|14|1
BlueHeronBrew|Blue Heron Brewing Co.|Minneapolis|MN|55411|MN-HENN|Net 15|Marta Quist|34|2
BoundaryOutfit|Boundary Outfitters|Ely|MN|55731|MN|Net 30|Sam Thorsen|9|0
CalderHayesLaw|Calder & Hayes Law, LLP|Minneapolis|MN|55402|MN-HENN|Net 30|Imogen Calder|27|2
CastleRockMfg|Castle Rock Manufacturing|Rochester|MN|55901|MN|Net 45|Gil Henderson|225|9
CedarGroveISD|Cedar Grove School District|Cedar Grove|WI|53013|EXEMPT|Net 45|Lois Abbott|120|4
CopperKettle|Copper Kettle Foods|Mankato|MN|56001|MN|Net 30|Wes Draper|41|3
DriftlessDesign|Driftless Design Studio|La Crosse|WI|54601|WI|Net 15|Yuki Brandt|11|0
EastgateRealty|Eastgate Realty Group|Madison|WI|53704|WI|Net 30|Colin Frey|23|1
FernhillDental|Fernhill Dental Group|Edina|MN|55424|MN-HENN|Net 30|Nadia Rhodes|22|2
FernhillDentist|Fernhill Dentistry, P.A.|Edina|MN|55436|MN-HENN|Net 30|Peter Lund|8|1
FoxRiverLog|Fox River Logistics|Appleton|WI|54911|WI|Net 30|Carla Mendes|46|3
GraniteHarbor|Granite Harbor Insurance|Duluth|MN|55803|MN|Net 30|Owen Sather|31|2
HarborLights|Harbor Lights Hotel|Two Harbors|MN|55616|MN|Net 10|Elise Vik|17|1
HawthorneArch|Hawthorne Architects|Minneapolis|MN|55403|MN-HENN|Net 30|Theo Marsh|19|2
IronRangeSupply|Iron Range Supply|Hibbing|MN|55746|MN|Net 30|Bea Kovacs|38|2
JuniperPhysio|Juniper Physiotherapy|Madison|WI|53703|WI|Net 15|Hal Osborne|12|0
KestrelAviation|Kestrel Aviation Services|Saint Paul|MN|55107|MN|Net 30|Rosa Whitfield|31|2
LakesideCU|Lakeside Community Credit Union|Winona|MN|55987|EXEMPT|Net 30|Martin Deane|52|5
LarkspurEvents|Larkspur Events|Minneapolis|MN|55406|MN-HENN|Due on Receipt|Joy Castellan|6|0
LindenAcct|Linden Accounting Partners|Bloomington|MN|55420|MN-HENN|Net 30|Frank Iverson|16|1
MapleCrossing|Maple Crossing Exports Ltd.|Thunder Bay|ON|P7B 6T7|CA-GST|Net 30|Claire Benoit|19|1
MeadowlarkCoop|Meadowlark Farms Cooperative|Decorah|IA|52101|IA|Net 30|Ned Stroud|29|2
MillstonePress|Millstone Press|Northfield|MN|55057|MN|Net 30|Ada Merrill|13|1
NorthPineHomes|Northern Pine Homes|Brainerd|MN|56401|MN|Net 30|Lars Engstrom|21|1
OakAndEmber|Oak & Ember Restaurant Group|Minneapolis|MN|55408|MN-HENN|Net 15|Dina Farouk|26|1
OttertailMarine|Ottertail Marine|Fergus Falls|MN|56537|MN|Net 30|Kurt Bohn|10|0
PrairieWind|Prairie Wind Energy|Worthington|MN|56187|MN|Net 45|Simone Hart|64|4
QuarryBankTool|Quarry Bank Tool & Die|Faribault|MN|55021|MN|Net 30|Joel Prentice|33|2
RedGranitePharm|Red Granite Pharmacy|Eau Claire|WI|54701|WI|Net 15|Anita Rao|15|1
RheinblickGmbH|Rheinblick Instruments GmbH|Wiesbaden|HE|65183|OUTSIDE|Net 30|Jens Albrecht|40|2
RiverbendChurch|Riverbend Community Church|Stillwater|MN|55082|EXEMPT|Net 30|Ruth Ellison|12|0
SableCreek|Sable Creek Winery|Baraboo|WI|53913|WI|Net 30|Vince Moretti|8|0
SnowshoeSports|Snowshoe Sports|Bemidji|MN|56601|MN|Net 30|Tess Arvidson|20|1
StonebridgeCPA|Stonebridge CPA|Saint Cloud|MN|56301|MN|Net 30|Mara Lindholm|24|1
TamarackTruck|Tamarack Trucking|Superior|WI|54880|WI|Net 30|Gus Petrakis|37|2
ThistledownToys|Thistledown Toys|Stillwater|MN|55082|MN|Net 30|Nell Barrow|7|0|Inactive
UplandGardens|Upland Gardens|Red Wing|MN|55066|MN|Net 30|Ivo Kramer|5|0|Not-Approved
ValleyGlass|Valley Glassworks|Menomonie|WI|54751|WI|Net 30|Cora Jennings|9|0|Inactive
WillowbendCare|Willowbend Senior Care|Hudson|WI|54016|WI|Net 30||28|1
YellowBirchMed|Yellow Birch Media|Minneapolis|MN|55413|MN-HENN|Net 30|Abel Nyman|10|0|Inactive
"""


def _customer(line: str) -> Customer:
    identifier, name, city, state, code, tax, terms, contact, seats, servers, *rest = line.split("|")
    status = rest[0] if rest else "Active"
    return Customer(identifier, name, city, state, code, tax, terms, contact, int(seats), int(servers), status)


CUSTOMERS = tuple(_customer(line) for line in _TABLE.strip().splitlines())

VENDORS = (
    ("KeystoneCloud", "Keystone Cloud Distribution"),
    ("BluestemHw", "Bluestem Hardware Supply"),
    ("SummitTelecom", "Summit Telecom Wholesale"),
    ("ParcelPost", "Parcel & Post Freight"),
)

OWN_COMPANY = ("CedarPointIT", "Cedar Point IT")
DELETED = frozenset({"ValleyGlass"})
WITHOUT_ACCOUNT = frozenset({"SableCreek"})
FOREIGN = {"ON": ("Canada", "CAD"), "HE": ("Germany", "EUR")}


def plant_companies(store: Store) -> None:
    """The MSP itself, its customers with site and contact, its vendors."""
    owner = Customer(*OWN_COMPANY, "Minneapolis", "MN", "55401", "MN-HENN", "Net 30", "Dana Morgan", 12, 2)
    _plant_company(store, owner, "Owner")
    for customer in CUSTOMERS:
        _plant_company(store, customer, "Former Client" if customer.status == "Inactive" else "Client")
    for identifier, name in VENDORS:
        vendor = Customer(identifier, name, "Chicago", "IL", "60607", "EXEMPT", "Net 30", "", 0, 0)
        _plant_company(store, vendor, "Vendor")


def _plant_company(store: Store, row: Customer, kind: str) -> None:
    company = store.insert("company", _company(store, row, kind))
    here: Record = {"id": company["id"]}
    site = store.insert("companySite", _site(store, row, here))
    people: Record = {}
    if row.contact:
        contact = store.insert("contact", _contact(row, here, {"id": site["id"]}))
        people = {"defaultContact": {"id": contact["id"]}, "billingContact": {"id": contact["id"]}}
    link: Record = {"company": here, "type": ref(store, "companyType", name=kind)}
    store.insert("companyTypeAssociation", link)
    full = {**company, "billToCompany": here, "billingSite": {"id": site["id"]}, **people}
    store.replace("company", number(company, "id"), full, by="seed")


def _company(store: Store, row: Customer, kind: str) -> Record:
    country, currency = FOREIGN.get(row.state, ("United States", "USD"))
    deleted = row.identifier in DELETED
    return {
        "identifier": row.identifier,
        "name": row.name,
        "status": ref(store, "companyStatus", name=row.status),
        "addressLine1": f"{100 + 7 * len(row.name)} Main Street",
        "city": row.city,
        "state": row.state,
        "zip": row.zip,
        "country": ref(store, "country", name=country),
        "phoneNumber": f"61255501{len(row.name):02}",
        "website": f"https://www.{row.identifier.lower()}.example",
        "territory": ref(store, "location", name="Madison" if row.state == "WI" else "Minneapolis"),
        "accountNumber": "" if row.identifier in WITHOUT_ACCOUNT else row.identifier.upper()[:12],
        "taxCode": ref(store, "taxCode", identifier=row.tax),
        "billingTerms": ref(store, "billingTerm", name=row.terms),
        "currency": ref(store, "currency", currencyIdentifier=currency),
        "numberOfEmployees": row.seats,
        "dateAcquired": "2021-03-01T00:00:00Z",
        "isVendorFlag": kind == "Vendor",
        "leadFlag": False,
        "deletedFlag": deleted,
        "dateDeleted": "2026-04-14T00:00:00Z" if deleted else None,
        "deletedBy": "dmorgan" if deleted else None,
    }


def _site(store: Store, row: Customer, company: Record) -> Record:
    states = store.rows("state", identifier=row.state)
    country = FOREIGN.get(row.state, ("United States", "USD"))[0]
    return {
        "company": company,
        "name": "Main",
        "addressLine1": f"{100 + 7 * len(row.name)} Main Street",
        "city": row.city,
        "stateReference": {"id": states[0]["id"]} if states else None,
        "zip": row.zip,
        "country": ref(store, "country", name=country),
        "primaryAddressFlag": True,
        "defaultShippingFlag": True,
        "defaultBillingFlag": True,
        "defaultMailingFlag": True,
        "inactiveFlag": False,
    }


def _contact(row: Customer, company: Record, site: Record) -> Record:
    first, last = row.contact.split(" ", 1)
    address = f"{first}.{last}@{row.identifier}.example".lower()
    email: Record = {"id": 1, "type": {"id": 1, "name": "Email"}, "value": address, "defaultFlag": True}
    return {
        "firstName": first,
        "lastName": last,
        "company": company,
        "site": site,
        "title": "Office Manager",
        "inactiveFlag": False,
        "defaultFlag": True,
        "defaultBillingFlag": True,
        "communicationItems": [{**email, "communicationType": "Email"}],
    }
