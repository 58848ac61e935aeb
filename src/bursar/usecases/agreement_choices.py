"""Which Agreements a person may choose for a line: active ones of its company, in its currency (rule 71)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Min, QuerySet

from bursar.domain.errors import InvalidInput
from bursar.domain.psa import Agreement
from bursar.ports import Psa
from bursar.store.models import Connection, Line, OrganizationCompany
from bursar.store.queries.chunks import chunks
from bursar.usecases.select_lines import Lines, keys_of

ACTIVE = "Active"


@dataclass(frozen=True, slots=True)
class AgreementChoice:
    """An Agreement that may be chosen, with what tells it from the others of its company."""

    id: int
    name: str
    company_id: int
    type_name: str = ""
    billing_cycle: str = ""
    currency: str | None = None
    """None: ConnectWise states none, and it takes every line of its company."""
    next_invoice: date | None = None
    prorates: bool = False


def agreement_choices(psa: Psa, company_id: int, currency: str | None) -> Sequence[AgreementChoice]:
    """The active Agreements of a company, by name; with a currency, only those that can take it (rules 71 and 105)."""
    own = next((company.currency for company in psa.companies([company_id])), None)
    offered = (_choice(found, own) for found in psa.agreements([company_id]) if _is_active(found))
    fitting = (choice for choice in offered if currency is None or choice.currency in {None, currency})
    return sorted(fitting, key=lambda choice: (choice.name.casefold(), choice.id))


def chosen_agreement(psa: Psa, company_id: int, currency: str | None, agreement_id: int) -> AgreementChoice:
    """The one of this id. Raises InvalidInput when it is not among the choices."""
    for choice in agreement_choices(psa, company_id, currency):
        if choice.id == agreement_id:
            return choice
    raise InvalidInput(
        f"Agreement {agreement_id} is not an active Agreement of company {company_id}"
        f"{f' in {currency}' if currency else ''}.",
        remedy="Choose one of the Agreements that are offered for the line.",
    )


def company_of(line: Line, *, by_mapping: bool = False) -> int:
    """The company that a line goes to, or would by the mapping alone. Raises InvalidInput while nothing says which."""
    mapped = mapped_companies(line.connection, [line.organization_id]).get(line.organization_id)
    found = mapped if by_mapping else line.set_company_id or mapped
    if found is None:
        raise InvalidInput(
            f"Nothing says to which company line {line.line_id} goes, so it cannot have an Agreement.",
            remedy=f"Map {line.organization_name}, or set the company of the line first.",
        )
    return found


def fits_all(psa: Psa, connection: Connection, rows: Lines, agreement_id: int, company: int | None) -> AgreementChoice:
    """The Agreement as a choice for all these lines, which go to `company` or else where they go now.

    Raises InvalidInput when they go to several companies, or this is no choice of theirs.
    """
    only = company or only_company_of(connection, rows)
    return chosen_agreement(psa, only, only_currency_of(rows), agreement_id)


def only_company_of(connection: Connection, rows: Lines) -> int:
    """The company that all selected lines go to. Raises InvalidInput when there are several, or none."""
    companies: set[int | None] = set()
    for some in _in_parts(rows):
        pairs = some.filter(connection=connection).values_list("set_company_id", "organization_id").distinct()
        mapped = mapped_companies(connection, {name for chosen, name in pairs if chosen is None})
        companies |= {chosen or mapped.get(name) for chosen, name in pairs}
    only = companies.pop() if len(companies) == 1 else None
    if only is None:
        raise InvalidInput(
            "The selected lines do not all go to one company, and an Agreement belongs to one.",
            remedy="Select the lines of one mapped company.",
        )
    return only


def only_currency_of(rows: Lines) -> str | None:
    """The currency of the selected lines; None when there are several."""
    currencies = {found for some in _in_parts(rows) for found in some.values_list("currency", flat=True).distinct()}
    return currencies.pop() if len(currencies) == 1 else None


def _in_parts(rows: Lines) -> Iterator[QuerySet[Line]]:
    return (Line.objects.filter(pk__in=keys).order_by() for keys in chunks(keys_of(rows)))


def mapped_companies(connection: Connection, organizations: Collection[str]) -> Mapping[str, int]:
    """The company of each of these organizations that is mapped to exactly one (rule 41)."""
    companies = OrganizationCompany.objects.filter(
        organization__connection=connection, organization__organization_id__in=organizations
    )
    counted = (
        companies.order_by()
        .values_list("organization__organization_id")
        .annotate(number=Count("*"), company=Min("company_id"))
    )
    return {organization: company for organization, number, company in counted if number == 1}


def _is_active(found: Agreement) -> bool:
    return found.status == ACTIVE and not found.cancelled


def _choice(found: Agreement, currency_of_company: str | None) -> AgreementChoice:
    return AgreementChoice(
        id=found.id,
        name=found.name,
        company_id=found.company_id,
        type_name=found.type_name,
        billing_cycle=found.billing_cycle,
        currency=found.currency or currency_of_company,
        next_invoice=found.next_invoice,
        prorates=found.prorates,
    )
