"""Customers, vendors and settings of an export, and back."""

from bursar.connectors.connectwise.gl_export_forms import Fields
from bursar.connectors.connectwise.gl_export_taken import CURRENCY, Shown, Taken, said
from bursar.domain.ledger.documents import PartyRef
from bursar.domain.ledger.export import ExportSettings, Party, PartyKind


def party_of(fields: Fields, kind: PartyKind) -> Party:
    """A customer or vendor. Raises InvalidInput."""
    taken = Taken(fields)
    ref = PartyRef(
        account_number=taken.text("accountNumber"),
        vendor_number=taken.text("vendorNumber"),
        name=taken.text("company.name"),
        identifier=taken.text("company.identifier"),
        company_id=taken.integer("company.id"),
        member=taken.text("member.identifier"),
        company_type=taken.text("companyType.name"),
    )
    return Party(
        kind=kind,
        ref=ref,
        contact=taken.text("contact.name"),
        email=taken.text("ContactEmailAddress"),
        terms=taken.text("billingTerms.name"),
        due_days=taken.number("dueDays"),
        currency=taken.currency(""),
        tax_code=taken.text("taxCode.name"),
        more=taken.rest(),
    )


def party_shown(party: Party) -> Fields:
    """The fields of a customer or vendor."""
    shown: Shown = dict(party.more)
    shown |= {
        "accountNumber": party.ref.account_number,
        "vendorNumber": party.ref.vendor_number,
        "company.name": party.ref.name,
        "company.identifier": party.ref.identifier,
        "company.id": party.ref.company_id,
        "member.identifier": party.ref.member,
        "companyType.name": party.ref.company_type,
        "contact.name": party.contact,
        "ContactEmailAddress": party.email,
        "billingTerms.name": party.terms,
        "dueDays": party.due_days,
        CURRENCY: party.currency,
        "taxCode.name": party.tax_code,
    }
    return said(shown)


def settings_of(fields: Fields) -> ExportSettings:
    """The options that the export names."""
    taken = Taken(fields)
    return ExportSettings(
        cogs=taken.flag("cogsOption"),
        drop_ship_cogs=taken.flag("dropShipCogsOption"),
        batch_id=taken.text("glBatchId"),
        more=taken.rest(),
    )


def settings_shown(settings: ExportSettings) -> Fields:
    """The fields of the options."""
    shown: Shown = dict(settings.more)
    shown |= {
        "cogsOption": settings.cogs,
        "dropShipCogsOption": settings.drop_ship_cogs,
        "glBatchId": settings.batch_id,
    }
    return said(shown)
