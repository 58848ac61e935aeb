"""The resource table: every kind of record the PSA knows, declared field by field."""

from __future__ import annotations

from psa_sandbox.state.resources import (
    accounting,
    agreement,
    billing,
    company,
    expense,
    invoice,
    ledger_setup,
    member,
    procurement,
    purchasing,
    stock,
    system,
)
from psa_sandbox.state.resources.field import Field, fields
from psa_sandbox.state.resources.resource import Mount, Resource

__all__ = ["RESOURCES", "Field", "Mount", "Resource", "children_of"]

_MODELLED = (
    *company.RESOURCES,
    *agreement.RESOURCES,
    *invoice.RESOURCES,
    *billing.RESOURCES,
    *procurement.RESOURCES,
    *purchasing.RESOURCES,
    *stock.RESOURCES,
    *expense.RESOURCES,
    *ledger_setup.RESOURCES,
    *accounting.RESOURCES,
    *member.RESOURCES,
    *system.RESOURCES,
)

_NAMED = fields("text: identifier name")


def _with_lookups(modelled: tuple[Resource, ...]) -> dict[str, Resource]:
    """Adds a bare kind of name and identifier, without a path, for each reference target not modelled."""
    found = {resource.kind: resource for resource in modelled}
    targets = {field.target for resource in modelled for field in resource.fields.values() if field.target}
    return found | {kind: Resource(kind=kind, fields=_NAMED) for kind in sorted(targets - set(found))}


RESOURCES: dict[str, Resource] = _with_lookups(_MODELLED)


def children_of(kind: str) -> list[tuple[Resource, Mount]]:
    """The resources whose records live under a record of this kind."""
    return [(found, mount) for found in _MODELLED for mount in found.mounts if mount.parent == kind]
