"""Mappings: suggest by name, set by hand, take in and give out as CSV; each change is audited (rules 35-50)."""

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, Protocol, TypeVar

from django.db import transaction

from bursar.domain.errors import BursarError, InvalidInput
from bursar.domain.mapping import Candidate, MappingState, Suggester, Suggestion
from bursar.domain.psa import Agreement, CatalogItem, Company
from bursar.domain.spreadsheet import cell, uncell
from bursar.ports import Psa
from bursar.store.models import Connection, Contract, Offer, Organization, OrganizationCompany
from bursar.usecases.audit import record as record_audit

E = TypeVar("E", bound=StrEnum)

CSV_HEADINGS = ("kind", "id", "name", "state", "target_id", "target_identifier", "target_name")


class Kind(StrEnum):
    """What can be mapped."""

    ORGANIZATION = "organization"
    OFFER = "offer"
    CONTRACT = "contract"


@dataclass(frozen=True, slots=True)
class Proposal:
    """An unmapped platform record and its possible counterparts, best first."""

    kind: Kind
    id: str
    name: str
    suggestions: Sequence[Suggestion]

    @property
    def exact(self) -> Suggestion | None:
        """The one that may be saved without a person."""
        return next((s for s in self.suggestions if s.exact), None)


def suggest_mappings(connection: Connection, psa: Psa) -> list[Proposal]:
    """Counterparts for everything unmapped. What is inactive or deleted, and Bundles, are not offered (43, 49)."""
    organizations = Organization.objects.filter(connection=connection, state=MappingState.UNMAPPED).order_by("name")
    offers = Offer.objects.filter(connection=connection, state=MappingState.UNMAPPED).order_by("name")
    found: list[Proposal] = []
    if organizations:
        companies = Suggester(_company_candidate(c) for c in psa.companies() if _offered(connection, c))
        found += [
            Proposal(Kind.ORGANIZATION, row.organization_id, row.name, companies.suggest(row.name))
            for row in organizations
        ]
    if offers:
        items = Suggester(_item_candidate(item) for item in psa.catalog_items() if _may_be_addition(item))
        found += [Proposal(Kind.OFFER, row.offer_id, row.name, items.suggest(row.name)) for row in offers]
    return found


def _offered(connection: Connection, company: Company) -> bool:
    active = str(connection.billing.get("active_statuses", "Active"))
    return not company.deleted and company.status in {status.strip() for status in active.split(",")}


def _may_be_addition(item: CatalogItem) -> bool:
    return not item.inactive and item.product_class != "Bundle"


def _company_candidate(company: Company) -> Candidate:
    return Candidate(company.id, company.identifier, company.name)


def _item_candidate(item: CatalogItem) -> Candidate:
    return Candidate(item.id, item.identifier, item.description)


def accept(connection: Connection, proposals: Iterable[Proposal]) -> int:
    """Save the exact suggestions. Returns how many."""
    saved = 0
    with transaction.atomic():
        for proposal in proposals:
            if exact := proposal.exact:
                store_mapping(connection, proposal.kind, proposal.id, exact.candidate)
                saved += 1
        if saved:
            record_audit("exact mappings accepted", f"{saved} records", connection=connection, after={"mapped": saved})
    return saved


def set_mapping(connection: Connection, psa: Psa, kind: Kind, record: str, target: str) -> str:
    """Map one record (by id or name) to a ConnectWise record (by id or identifier). Returns the target's name.

    An organization may be given several companies, separated by commas; each line then says which. May raise
    InvalidInput.
    """
    record_id = find_record(connection, kind, record)
    with transaction.atomic():
        before = facts_of(connection, kind, record_id)
        name = _set(connection, LiveTargets(psa), kind, record_id, target)
        _tell(connection, kind, record_id, before)
    return name


def _set(connection: Connection, targets: "Targets", kind: Kind, record_id: str, target: str) -> str:
    if kind is Kind.CONTRACT:
        return _map_contract(connection, record_id, targets.agreement(target.strip()))
    candidates = [targets.find(kind, part.strip()) for part in target.split(",") if part.strip()]
    if not candidates or (kind is Kind.OFFER and len(candidates) > 1):
        raise InvalidInput(f"'{target}' does not name one target.", remedy="Give a record id or an identifier.")
    with transaction.atomic():
        store_mapping(connection, kind, record_id, *candidates)
    return ", ".join(c.name for c in candidates)


def _map_contract(connection: Connection, contract_id: str, agreement: Candidate) -> str:
    Contract.objects.update_or_create(
        connection=connection,
        contract_id=contract_id,
        defaults={"agreement_id": agreement.id, "agreement_name": agreement.name},
    )
    return agreement.name


class Targets(Protocol):
    """Where a target that a person names by id or identifier is looked up. Both raise InvalidInput."""

    def find(self, kind: Kind, text: str) -> Candidate:
        """A company or product."""

    def agreement(self, text: str) -> Candidate:
        """An Agreement, by id or exact name."""


class LiveTargets:
    """Asks ConnectWise for each target."""

    def __init__(self, psa: Psa) -> None:
        self._psa = psa

    def agreement(self, text: str) -> Candidate:
        return find_agreement(self._psa.agreements(), text)

    def find(self, kind: Kind, text: str) -> Candidate:
        candidates: Iterable[Candidate]
        ids = [int(text)] if text.isdigit() else None
        if kind is Kind.ORGANIZATION:
            candidates = (_company_candidate(c) for c in self._psa.companies(ids) if not c.deleted)
        else:
            candidates = (_item_candidate(item) for item in self._psa.catalog_items(ids) if _may_be_addition(item))
        for candidate in candidates:
            if text == str(candidate.id) or text.casefold() == candidate.identifier.casefold():
                return candidate
        raise no_such_target(kind, text)


def find_agreement(agreements: Iterable[Agreement], text: str) -> Candidate:
    """The Agreement of this id or exact name. Raises InvalidInput."""
    found = next((a for a in agreements if text in {str(a.id), a.name}), None)
    if found is None:
        raise InvalidInput(f"ConnectWise has no Agreement '{text}'.", remedy="Give its record id or exact name.")
    return Candidate(found.id, "", found.name)


def no_such_target(kind: Kind, text: str) -> InvalidInput:
    """What is said of a target that ConnectWise does not have."""
    what = "company" if kind is Kind.ORGANIZATION else "product that may be an Addition"
    return InvalidInput(f"ConnectWise has no {what} '{text}'.", remedy="Give its record id or identifier.")


def facts_of(connection: Connection, kind: Kind, record_id: str) -> dict[str, object] | None:
    """State and targets of a record as the audit trail keeps them; None for a contract that is not mapped."""
    if kind is Kind.CONTRACT:
        contract = Contract.objects.filter(connection=connection, contract_id=record_id).first()
        return None if contract is None else {"agreement": f"{contract.agreement_name} ({contract.agreement_id})"}
    if kind is Kind.ORGANIZATION:
        row = Organization.objects.get(connection=connection, organization_id=record_id)
        return {"state": row.state, "companies": [str(company) for company in row.companies.order_by("company_id")]}
    offer = Offer.objects.get(connection=connection, offer_id=record_id)
    product = f"{offer.product_identifier} ({offer.product_id})" if offer.product_id else ""
    return {"state": offer.state, "product": product}


def _tell(connection: Connection, kind: Kind, record_id: str, before: dict[str, object] | None) -> None:
    after = facts_of(connection, kind, record_id)
    if after != before:
        record_audit("mapping changed", f"{kind} {record_id}", connection=connection, before=before, after=after)


def change_state(connection: Connection, kind: Kind, record: str, state: MappingState) -> None:
    """Exclude a record, or clear its mapping (unmapped). Raises InvalidInput."""
    record_id = find_record(connection, kind, record)
    with transaction.atomic():
        before = facts_of(connection, kind, record_id)
        store_state(connection, kind, record_id, state)
        _tell(connection, kind, record_id, before)


def store_state(connection: Connection, kind: Kind, record_id: str, state: MappingState) -> None:
    """Exclude a record or clear its mapping; the caller writes the audit trail."""
    with transaction.atomic():
        if kind is Kind.CONTRACT:
            Contract.objects.filter(connection=connection, contract_id=record_id).delete()
        elif kind is Kind.ORGANIZATION:
            row = Organization.objects.get(connection=connection, organization_id=record_id)
            row.companies.all().delete()
            row.state = state
            row.save(update_fields=["state"])
        else:
            Offer.objects.filter(connection=connection, offer_id=record_id).update(
                state=state, product_id=None, product_identifier=""
            )


def find_record(connection: Connection, kind: Kind, text: str) -> str:
    """The id of a loaded organization or offer, by id or name. Contracts are taken as they are. Raises InvalidInput."""
    if kind is Kind.CONTRACT:
        return text
    if _known(connection, kind, text):
        return text
    if kind is Kind.ORGANIZATION:
        known = dict(Organization.objects.filter(connection=connection).values_list("organization_id", "name"))
    else:
        known = dict(Offer.objects.filter(connection=connection).values_list("offer_id", "name"))
    named = [record_id for record_id, name in known.items() if name.casefold() == text.casefold()]
    if len(named) == 1:
        return named[0]
    problem = "is the name of several; give the id" if named else "was never loaded"
    raise InvalidInput(f"The {kind} '{text}' {problem}.", remedy="`bursar mapping export -` lists what is known.")


def _known(connection: Connection, kind: Kind, record_id: str) -> bool:
    if kind is Kind.ORGANIZATION:
        return Organization.objects.filter(connection=connection, organization_id=record_id).exists()
    return Offer.objects.filter(connection=connection, offer_id=record_id).exists()


def store_mapping(connection: Connection, kind: Kind, record_id: str, *targets: Candidate) -> None:
    """Map a record in the caller's transaction; the caller writes the audit trail."""
    if kind is Kind.OFFER:
        Offer.objects.filter(connection=connection, offer_id=record_id).update(
            state=MappingState.MAPPED, product_id=targets[0].id, product_identifier=targets[0].identifier
        )
        return
    row = Organization.objects.get(connection=connection, organization_id=record_id)
    row.companies.all().delete()
    OrganizationCompany.objects.bulk_create(
        OrganizationCompany(organization=row, company_id=t.id, company_identifier=t.identifier, company_name=t.name)
        for t in targets
    )
    row.state = MappingState.MAPPED
    row.save(update_fields=["state"])


def export_mappings(connection: Connection, file: IO[str]) -> int:
    """Write every mapping as CSV, one row per target. No cell is a formula in a spreadsheet. Returns how many rows."""
    writer = csv.writer(file)
    writer.writerow(CSV_HEADINGS)
    count = 0
    for row in _exported(connection):
        writer.writerow([cell(value) for value in row])
        count += 1
    return count


def _exported(connection: Connection) -> Iterable[tuple[object, ...]]:
    organizations = Organization.objects.filter(connection=connection).prefetch_related("companies").order_by("name")
    for organization in organizations:
        head = (Kind.ORGANIZATION, organization.organization_id, organization.name, organization.state)
        companies = list(organization.companies.all())
        for company in companies:
            yield (*head, company.company_id, company.company_identifier, company.company_name)
        if not companies:
            yield (*head, "", "", "")
    for offer in Offer.objects.filter(connection=connection).order_by("name"):
        yield (
            Kind.OFFER,
            offer.offer_id,
            offer.name,
            offer.state,
            offer.product_id or "",
            offer.product_identifier,
            "",
        )
    for contract in Contract.objects.filter(connection=connection).order_by("contract_id"):
        yield (Kind.CONTRACT, contract.contract_id, "", "mapped", contract.agreement_id, "", contract.agreement_name)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """How many records were set, and the rows that could not be, with their numbers."""

    done: int
    faults: Sequence[tuple[int, BursarError]]


def import_mappings(connection: Connection, psa: Psa, file: IO[str]) -> ImportReport:
    """Take in a CSV as `export_mappings` writes it. Good rows are set; bad ones are reported. Raises InvalidInput."""
    return import_with(connection, LiveTargets(psa), file)


def import_with(connection: Connection, targets: Targets, file: IO[str]) -> ImportReport:
    """The same, with targets looked up elsewhere. One entry in the audit trail for the whole file."""
    reader = csv.DictReader(file)
    missing = {"kind", "id", "state", "target_id"} - set(reader.fieldnames or ())
    if missing:
        raise InvalidInput(
            f"The file lacks the headings {', '.join(sorted(missing))}.",
            remedy="Start from `bursar mapping export`, which writes all headings.",
        )
    grouped: dict[tuple[str, str], list[tuple[int, dict[str, str]]]] = {}
    for number, row in enumerate(reader, start=2):
        grouped.setdefault((row["kind"] or "", uncell(row["id"] or "")), []).append((number, row))
    done, faults = 0, []
    with transaction.atomic():
        for (kind, record_id), rows in grouped.items():
            try:
                _import_one(connection, targets, kind, record_id, [row for _, row in rows])
                done += 1
            except InvalidInput as fault:
                faults.append((rows[0][0], fault))
        if done:
            counts = {"set": done, "refused": len(faults)}
            record_audit("mappings imported", f"{done} records", connection=connection, after=counts)
    return ImportReport(done, faults)


def _import_one(
    connection: Connection, targets: Targets, kind_text: str, record_text: str, rows: Sequence[dict[str, str]]
) -> None:
    kind = _member(Kind, kind_text)
    state = _member(MappingState, rows[0]["state"] or "")
    record_id = find_record(connection, kind, record_text)
    if state is not MappingState.MAPPED:
        store_state(connection, kind, record_id, state)
        return
    named = [row["target_id"] or uncell(row.get("target_identifier") or "") for row in rows]
    _set(connection, targets, kind, record_id, ",".join(named))


def _member(enum: Callable[[str], E], text: str) -> E:
    try:
        return enum(text.strip())
    except ValueError:
        raise InvalidInput(f"'{text}' is not known here.", remedy="Compare with `bursar mapping export`.") from None
