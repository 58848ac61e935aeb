"""An organization or offer as a row of Mapping: its targets by name, what is wrong with them, and what is suggested."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bursar.domain.mapping import Candidate, MappingState
from bursar.store.models import Connection, ListEntry, Offer, Organization
from bursar.store.queries.mapping_list import RESPONSE_ERROR, shared_products
from bursar.usecases.kept_records import known_names, suggester, trouble_with, was_read
from bursar.usecases.mapping_by_hand import Row, record_id_of, target_ids, version_of
from bursar.usecases.mappings import Kind


@dataclass(frozen=True, slots=True)
class Target:
    """A company or product that is mapped to, and why it should be looked at."""

    id: int
    identifier: str
    name: str
    warning: str = ""

    def __str__(self) -> str:
        if self.name and self.identifier:
            return f"{self.name} ({self.identifier}, ID {self.id})"
        return f"{self.name or self.identifier or 'Without a name'} (ID {self.id})"


@dataclass(frozen=True, slots=True)
class MappingRow:
    """What a row shows."""

    pk: int
    record_id: str
    name: str
    state: str
    version: str
    targets: Sequence[Target]
    suggestion: Target | None
    refused: str = ""
    """Why ConnectWise could not be asked about it: it is shown as a Response Error, and stored as it was (rule 34)."""
    posting: bool = False
    """Whether it is posted in pilot mode (rule 150)."""
    last_month: str = ""
    """Of an offer: the newest month that has it on a line."""

    @property
    def shown(self) -> str:
        """The mapping status as people see it."""
        return RESPONSE_ERROR if self.refused else self.state

    @property
    def targets_text(self) -> str:
        """For files: one cell."""
        return "; ".join(str(target) for target in self.targets)

    @property
    def warnings(self) -> str:
        """Everything that should be looked at."""
        return " ".join(dict.fromkeys(target.warning for target in self.targets if target.warning))


def presented(connection: Connection, kind: Kind, found: Sequence[Row], refused: str = "") -> Sequence[MappingRow]:
    """Rows of a page, or of a piece of a file, in a constant number of queries.

    `refused`: why the list that they are mapped to could not be read.
    """
    ids = {target for row in found for target in target_ids(row)}
    entries = known_names(connection, kind, ids)
    warnings = _warnings(connection, kind, ids, entries)
    proposed = _proposed(connection, kind, found)
    return [
        MappingRow(
            pk=row.pk,
            record_id=record_id_of(row),
            name=row.name,
            state=row.state,
            version=version_of(row),
            targets=_targets(row, entries, warnings),
            suggestion=proposed.get(row.pk),
            refused=refused if row.state == MappingState.MAPPED else "",
            posting=isinstance(row, Organization) and row.posting,
            last_month=getattr(row, "last_month", None) or "",
        )
        for row in found
    ]


def target_of(candidate: Candidate) -> Target:
    """A record of ConnectWise that may be mapped to."""
    return Target(candidate.id, candidate.identifier, candidate.name)


def _proposed(connection: Connection, kind: Kind, found: Sequence[Row]) -> Mapping[int, Target]:
    """Only exact names are pre-filled; the list is read only if something on this page is unmapped (rule 38)."""
    unmapped = [row for row in found if row.state == MappingState.UNMAPPED]
    if not unmapped:
        return {}
    names = suggester(connection, kind)
    return {row.pk: target_of(exact) for row in unmapped if (exact := names.exact(row.name))}


def _warnings(
    connection: Connection, kind: Kind, ids: Collection[int], entries: Mapping[int, ListEntry]
) -> Mapping[int, str]:
    found: dict[int, str] = {}
    if ids and was_read(connection, kind):
        found = {target: trouble_with(connection, kind, entries.get(target)) for target in ids}
    if ids and kind is Kind.OFFER:
        for product, number in shared_products(connection, ids).items():
            shared = f"{number} products of the platform are mapped to this one; only descriptions tell them apart."
            found[product] = " ".join(filter(None, (found.get(product), shared)))
    return found


def _targets(row: Row, entries: Mapping[int, ListEntry], warnings: Mapping[int, str]) -> Sequence[Target]:
    if isinstance(row, Organization):
        stored = [(c.company_id, c.company_identifier, c.company_name) for c in row.companies.all()]
    else:
        stored = _product(row, entries)
    return [Target(key, identifier, name, warnings.get(key, "")) for key, identifier, name in sorted(stored)]


def _product(offer: Offer, entries: Mapping[int, ListEntry]) -> list[tuple[int, str, str]]:
    if not offer.product_id:
        return []
    entry = entries.get(offer.product_id)
    return [(offer.product_id, offer.product_identifier, entry.name if entry else "")]
