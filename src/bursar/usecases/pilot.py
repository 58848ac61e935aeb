"""Pilot mode: posting is enabled customer by customer; all others can be previewed only (rule 150)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from bursar.domain.errors import InvalidInput
from bursar.domain.mapping import MappingState
from bursar.store.models import Connection, Organization, OrganizationCompany
from bursar.store.queries.chunks import chunks
from bursar.usecases.audit import record
from bursar.usecases.mappings import Kind, find_record

SETTING = "pilot_mode"
NAMED = 10
"""How many customers an audit entry names."""


@dataclass(frozen=True, slots=True)
class PilotReport:
    """How many organizations were changed, and how many of those chosen stay as they were."""

    changed: int
    left: int


@dataclass(frozen=True, slots=True)
class PilotState:
    """How far the pilot has come; customers that are excluded are not counted."""

    enabled: int
    customers: int


def is_on(connection: Connection) -> bool:
    """Whether pilot mode is on."""
    return bool(connection.billing.get(SETTING) == "yes")


def enabled_companies(connection: Connection) -> frozenset[int]:
    """The ConnectWise companies that may be posted to in pilot mode: those of organizations with posting enabled.

    A company that several organizations share may be posted to as soon as one of them is enabled: it is planned as one.
    """
    companies = OrganizationCompany.objects.filter(organization__connection=connection, organization__posting=True)
    return frozenset(companies.values_list("company_id", flat=True))


def progress(connection: Connection) -> PilotState:
    """How many customers are enabled, whether pilot mode is on or not: one query."""
    customers = Organization.objects.filter(connection=connection).exclude(state=MappingState.EXCLUDED)
    return PilotState(**customers.aggregate(customers=Count("pk"), enabled=Count("pk", filter=Q(posting=True))))


def pilot_state(connection: Connection) -> PilotState | None:
    """The same for a banner; None, without a query, outside pilot mode."""
    return progress(connection) if is_on(connection) else None


def set_posting(connection: Connection, rows: QuerySet[Organization], enabled: bool) -> PilotReport:
    """Enable posting for these organizations, or leave them preview only. One entry in the audit trail."""
    with transaction.atomic():
        chosen = rows.filter(connection=connection).order_by()
        selected = chosen.count()
        found = list(chosen.exclude(posting=enabled).order_by("name", "pk").values_list("pk", "name"))
        changed = 0
        for keys in chunks([key for key, _ in found]):
            changed += Organization.objects.filter(pk__in=keys).update(posting=enabled)
        if changed:
            record(
                "posting enabled" if enabled else "posting set to preview only",
                f"{changed} {'organization' if changed == 1 else 'organizations'}",
                connection=connection,
                after={"organizations": changed, "first": [name for _, name in found[:NAMED]]},
            )
    return PilotReport(changed, selected - changed)


def chosen_for_pilot(
    connection: Connection, names: Sequence[str], *, everybody: bool = False
) -> QuerySet[Organization]:
    """The organizations of these ids or names, or all of them. Raises InvalidInput when one is not known, or none."""
    rows = Organization.objects.filter(connection=connection)
    if everybody:
        return rows
    if not names:
        raise InvalidInput("No organization is named.", remedy="Name organizations by id or name, or say all.")
    return rows.filter(organization_id__in=[find_record(connection, Kind.ORGANIZATION, name) for name in names])
