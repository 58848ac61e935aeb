"""Contracts: invoice contracts seen in lines, and the Agreement that the lines of each go to (rule 77)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Min, Q

from bursar.domain.errors import InvalidInput
from bursar.domain.psa import Agreement
from bursar.ports import Psa
from bursar.store.models import Connection, Contract, Line, OrganizationCompany
from bursar.usecases.audit import record
from bursar.usecases.mappings import Kind, facts_of
from bursar.usecases.refusals import ChangedMeanwhile

ACTIVE = "Active"


@dataclass(frozen=True, slots=True)
class ContractRow:
    """A contract with its customers, and where its lines go."""

    contract_id: str
    customer: str
    """The first of its customers by name."""
    customers: int
    agreement_id: int | None
    agreement_name: str

    @property
    def version(self) -> str:
        """What a form shows of it, so that saving can tell whether somebody else saved in between."""
        return str(self.agreement_id or "")


@dataclass(frozen=True, slots=True)
class ContractPage:
    """Some contracts, and how many there are."""

    rows: Sequence[ContractRow]
    total: int


def contracts_of(connection: Connection, text: str, first: int, number: int) -> ContractPage:
    """Contracts of all loaded lines, by id; `text` is looked for in id and customer. Three queries."""
    lines = Line.objects.filter(connection=connection, contract_id__isnull=False).exclude(contract_id="")
    if text:
        lines = lines.filter(Q(contract_id__icontains=text) | Q(organization_name__icontains=text))
    counted = lines.order_by().aggregate(contracts=Count("contract_id", distinct=True))
    found = list(
        lines.values("contract_id")
        .annotate(customer=Min("organization_name"), customers=Count("organization_id", distinct=True))
        .order_by("contract_id")
        .values_list("contract_id", "customer", "customers")[first : first + number]
    )
    mapped = Contract.objects.filter(connection=connection, contract_id__in=[row[0] for row in found])
    agreements = {row.contract_id: row for row in mapped}
    return ContractPage([_row(row[0] or "", row[1], row[2], agreements) for row in found], counted["contracts"])


def contract_row(connection: Connection, contract_id: str) -> ContractRow | None:
    """One contract; None when no line has it."""
    seen = Line.objects.filter(connection=connection, contract_id=contract_id).order_by()
    found = seen.aggregate(customer=Min("organization_name"), customers=Count("organization_id", distinct=True))
    if not contract_id or not found["customers"]:
        return None
    mapped = Contract.objects.filter(connection=connection, contract_id=contract_id)
    return _row(contract_id, found["customer"], found["customers"], {row.contract_id: row for row in mapped})


def agreements_for(connection: Connection, psa: Psa, contract_id: str) -> Sequence[Agreement]:
    """The active Agreements of the companies of a contract's customers, by name. Raises RemoteError.

    InvalidInput while none of its customers is mapped.
    """
    customers = Line.objects.filter(connection=connection, contract_id=contract_id).order_by()
    companies = OrganizationCompany.objects.filter(
        organization__connection=connection, organization__organization_id__in=customers.values("organization_id")
    )
    ids = set(companies.values_list("company_id", flat=True))
    if not ids:
        raise InvalidInput(
            "The customer of this contract is not mapped to a company yet.",
            remedy="Map it on Mapping › Organizations, then choose an Agreement of that company.",
        )
    active = [each for each in psa.agreements(ids) if each.status == ACTIVE and not each.cancelled]
    return sorted(active, key=lambda each: (each.name, each.id))


def send_to_agreement(connection: Connection, contract_id: str, agreement: Agreement | None, *, shown: str) -> None:
    """Lines of the contract go to this Agreement from now on; None: to the one of their type, as others do.

    Raises ChangedMeanwhile when it is not as `shown`, InvalidInput when no line has the contract.
    """
    with transaction.atomic():
        Connection.objects.select_for_update().get(pk=connection.pk)  # two people on one contract: one after the other
        row = contract_row(connection, contract_id)
        if row is None:
            raise InvalidInput("No line has this contract.", remedy="Load the lines that name it first.")
        if row.version != shown:
            raise ChangedMeanwhile(f"mapping of contract {contract_id}")
        before = facts_of(connection, Kind.CONTRACT, contract_id)
        if agreement is None:
            Contract.objects.filter(connection=connection, contract_id=contract_id).delete()
        else:
            Contract.objects.update_or_create(
                connection=connection,
                contract_id=contract_id,
                defaults={"agreement_id": agreement.id, "agreement_name": agreement.name[:120]},
            )
        after = facts_of(connection, Kind.CONTRACT, contract_id)
        if after != before:
            record("mapping changed", f"contract {contract_id}", connection=connection, before=before, after=after)


def _row(contract_id: str, customer: str, customers: int, mapped: dict[str, Contract]) -> ContractRow:
    agreement = mapped.get(contract_id)
    return ContractRow(
        contract_id,
        customer,
        customers,
        agreement.agreement_id if agreement else None,
        agreement.agreement_name if agreement else "",
    )
