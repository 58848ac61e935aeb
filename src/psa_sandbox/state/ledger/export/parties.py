"""The customers and vendors of an export."""

from __future__ import annotations

from collections.abc import Iterable

from psa_sandbox.state.companies import main_site
from psa_sandbox.state.ledger.export.sales_shapes import CUSTOMER, CUSTOMER_LEVEL, VENDOR
from psa_sandbox.state.ledger.export.scope import Export
from psa_sandbox.state.record import ZERO, flag, number, reference, target, text
from psa_sandbox.state.store import Record, Store
from psa_sandbox.state.tax_shares import levels_of, tax_code_of

_NAMES = ("state", "county", "city", "country", "composite")


def customers(export: Export, companies: Iterable[Record]) -> list[Record]:
    """Each customer once, with terms and tax rates; rates are percentages here and fractions elsewhere [field]."""
    once = {number(company, "id"): company for company in companies}
    return [_customer(export, once[key]) for key in sorted(once)]


def vendors(export: Export, companies: Iterable[Record], members: Iterable[Record]) -> list[Record]:
    """Each supplier and each member with expenses once."""
    once = {number(company, "id"): company for company in companies}
    people = {number(member, "id"): member for member in members}
    rows = [_supplier(export, once[key]) for key in sorted(once)]
    return rows + [_member(export, people[key]) for key in sorted(people)]


def company_type(store: Store, company: Record) -> Record | None:
    """A reference to the first of a company's types."""
    rows = store.rows("companyTypeAssociation", company=company["id"])
    return {"id": reference(rows[0], "type")} if rows else None


def terms_of(store: Store, record: Record, name: str = "billingTerms") -> Record:
    """The members about billing terms: reference, cross reference (the name where it has none) and days."""
    terms = target(store, record, name, "billingTerm")
    if not terms:
        return {}
    xref = text(terms, "termsXref") or text(terms, "name")
    return {"billingTerms": {"id": terms["id"]}, "billingTermsXref": xref, "dueDays": terms.get("dueDays")}


def _customer(export: Export, company: Record) -> Record:
    store = export.store
    code = tax_code_of(store, company) or {}
    shares = levels_of(code)
    row: Record = {
        "company": {"id": company["id"]},
        "companyType": company_type(store, company),
        "contact": company.get("billingContact") or company.get("defaultContact"),
        "site": company.get("billingSite") or main_site(store, company),
        "accountNumber": company.get("accountNumber"),
        **terms_of(store, company),
        "taxable": bool(shares),
        "taxCode": company.get("taxCode"),
        "currency": company.get("currency"),
        "taxGroupRate": sum((share.rate for share in shares), ZERO) if export.switched("enableTaxGroupsFlag") else None,
        "taxAgencyXref": shares[0].agency if shares else "",
        "taxLevels": [_level(export, share.level, share.rate, share.xref, share.agency) for share in shares],
    }
    held = {share.level: share for share in shares}
    for level, name in enumerate(_NAMES, start=1):
        share = held.get(level)
        row[f"{name}TaxXref"] = share.xref if share else ""
        row[f"{name}TaxRate"] = share.rate * 100 if share else ZERO
        row[f"{name}TaxAgencyXref"] = share.agency if share else ""
    return export.shaped(CUSTOMER, row)


def _level(export: Export, level: int, rate: object, xref: str, agency: str) -> Record:
    return export.shaped(
        CUSTOMER_LEVEL, {"taxLevel": level, "taxRate": rate, "taxCodeXref": xref, "agencyXref": agency}
    )


def _supplier(export: Export, company: Record) -> Record:
    row: Record = {
        "vendor": {"id": company["id"]},
        "company": {"id": company["id"]},
        "vendorNumber": vendor_number(company),
        "accountNumber": company.get("accountNumber"),
        "contact": company.get("defaultContact"),
        **terms_of(export.store, company),
        "site": company.get("billingSite") or main_site(export.store, company),
        "taxCode": company.get("taxCode"),
    }
    return export.shaped(VENDOR, row)


def _member(export: Export, member: Record) -> Record:
    return export.shaped(VENDOR, {"member": {"id": member["id"]}, "vendorNumber": member.get("vendorNumber")})


def vendor_number(company: Record) -> str:
    """What a supplier is called in the books: its account number, else its vendor identifier (our reading)."""
    return text(company, "accountNumber") or text(company, "vendorIdentifier")


def is_taxable(line: Record) -> bool:
    """Whether a product line is taxed."""
    return flag(line, "taxableFlag")
