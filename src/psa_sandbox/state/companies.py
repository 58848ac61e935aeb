"""What a company needs, and what it brings with it: its first site and its types."""

from __future__ import annotations

from psa_sandbox.state.errors import invalid_field
from psa_sandbox.state.record import flag, number, reference
from psa_sandbox.state.store import Record, Store

_ADDRESS = ("addressLine1", "addressLine2", "city", "state", "zip", "country")
FIRST_SITE = "Main"


def company_rule(store: Store, record: Record, previous: Record | None) -> Record:
    """A new company needs one address field [spec] and gets the default status. Raises Refusal.

    The default contact must be one of the company's own, which is our own rule: the vendor's is not documented.
    """
    _demand_own_contact(store, record, previous)
    if previous is not None:
        return record
    if not any(record.get(name) for name in _ADDRESS):
        message = f"At least one address field is required: {', '.join(_ADDRESS)}."
        raise invalid_field("company", "addressLine1", message, "MissingRequiredField")
    return {**record, "status": record.get("status") or default_of(store, "companyStatus")}


def _demand_own_contact(store: Store, record: Record, previous: Record | None) -> None:
    wanted = reference(record, "defaultContact")
    if wanted is None or (previous is not None and reference(previous, "defaultContact") == wanted):
        return
    contact = store.get("contact", wanted)
    if previous is None or contact is None or reference(contact, "company") != previous["id"]:
        message = f"Contact {wanted} not found for Company {record.get('id', record.get('identifier'))}"
        raise invalid_field("company", "defaultContact/id", message, "NotFound")


def site_rule(store: Store, record: Record, previous: Record | None) -> Record:
    """The first site of a company is its primary address."""
    if previous is not None or store.rows("companySite", company=record["company"]):
        return record
    return {**record, "primaryAddressFlag": True}


def first_site_and_types(store: Store, company: Record, previous: Record | None, by: str) -> None:
    """A new company gets a site with its address, and the types its body named [spec: only on creation]."""
    if previous is not None:
        return
    here: Record = {"id": company["id"]}
    for kind in _wanted_types(company):
        store.insert("companyTypeAssociation", {"company": here, "type": kind}, by=by)
    flags = ("primaryAddressFlag", "defaultShippingFlag", "defaultBillingFlag", "defaultMailingFlag")
    address = {name: company.get(name) for name in ("addressLine1", "addressLine2", "city", "zip", "country")}
    contact = {name: company.get(name) for name in ("phoneNumber", "faxNumber")}
    site: Record = {"name": FIRST_SITE, "company": here, **address, **contact, **dict.fromkeys(flags, True)}
    store.insert("companySite", site, by=by)
    kept = {name: value for name, value in company.items() if name != "types"}
    store.replace("company", number(company, "id"), kept, by=by)


def main_site(store: Store, company: Record) -> object:
    """A reference to the primary site, else to the first; None without sites."""
    sites = store.rows("companySite", company=company["id"])
    chosen = next((site for site in sites if flag(site, "primaryAddressFlag")), sites[0] if sites else None)
    return {"id": chosen["id"]} if chosen else None


def company_types(store: Store, company: Record) -> object:
    """References to the company's types."""
    rows = store.rows("companyTypeAssociation", company=company["id"])
    return [{"id": reference(row, "type")} for row in rows]


def contact_name(_store: Store, contact: Record) -> object:
    """First and last name, as references to a contact show it."""
    return " ".join(str(contact[part]) for part in ("firstName", "lastName") if contact.get(part))


def default_of(store: Store, kind: str) -> Record | None:
    """A reference to the setup record marked as default; None when none is."""
    rows = store.rows(kind, defaultFlag=True)
    return {"id": rows[0]["id"]} if rows else None


def _wanted_types(company: Record) -> list[Record]:
    wanted = company.get("types")
    return wanted if isinstance(wanted, list) else []
