"""The two lists of Mapping, in the order of the work: organizations, then products (rule 31)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet, Subquery
from django.urls import reverse

from bursar.domain.mapping import MappingState
from bursar.store.models import Connection, Offer, Organization
from bursar.store.queries.mapping_list import first_company, in_organization, offers_of, organizations_of
from bursar.usecases.mapping_by_hand import Deed
from bursar.usecases.mappings import Kind
from bursar.web.grid.grid import BulkAction, ChoiceFilter, Column, Grid, contains
from bursar.web.mapping.rows import MappingRow, presented

STATUS = ChoiceFilter(
    "status", "Mapping Status", "state", [(state.value, state.value.capitalize()) for state in MappingState]
)
_LOSES = "What they were mapped to is forgotten; lines that are posted keep their target."
ACTIONS = (
    BulkAction(
        Deed.ACCEPT,
        "Accept exact suggestions",
        "check-double",
        "Those of {rows} that are unmapped, and whose name one record of ConnectWise alone carries, are mapped to it.",
    ),
    BulkAction(
        Deed.EXCLUDE, "Exclude", "ban", f"Their lines neither block nor post, for {{rows}}. {_LOSES}", danger=True
    ),
    BulkAction(Deed.INCLUDE, "Include", "rotate-left", "Those of {rows} that are excluded become unmapped."),
    BulkAction(
        Deed.CLEAR,
        "Clear mapping",
        "eraser",
        f"Those of {{rows}} that are mapped become unmapped. {_LOSES}",
        danger=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the lists, with the words of its pages."""

    kind: Kind
    name: str
    title: str
    one: str
    target: str
    """What a record is mapped to."""
    targets: str

    def url(self, what: str, connection: Connection) -> str:
        """The address of the list itself (`list`) or of something below it."""
        return reverse(
            f"mapping:{self.name}" if what == "list" else f"mapping:{self.name}-{what}", args=[connection.pk]
        )


ORGANIZATIONS = Tab(Kind.ORGANIZATION, "organizations", "Organizations", "organization", "company", "companies")
PRODUCTS = Tab(Kind.OFFER, "products", "Products", "product", "catalogue product", "catalogue products")
TABS: Sequence[Tab] = (ORGANIZATIONS, PRODUCTS)


def organization_rows(connection: Connection) -> tuple[Grid[Organization, MappingRow], QuerySet[Organization]]:
    """The grid of organizations and what it may show."""
    grid: Grid[Organization, MappingRow] = Grid(
        name="Organizations",
        columns=_columns("Organization Name", "organization_id", first_company(), "PSA Organization Name"),
        present=lambda found: presented(connection, Kind.ORGANIZATION, found),
        search=in_organization,
        search_hint="Name, ID or company",
        filters=(STATUS,),
        actions=ACTIONS,
        first_sort="name",
    )
    return grid, organizations_of(connection)


def product_rows(connection: Connection) -> tuple[Grid[Offer, MappingRow], QuerySet[Offer]]:
    """The grid of offers and what it may show."""
    grid: Grid[Offer, MappingRow] = Grid(
        name="Products",
        columns=_columns("Product Name", "offer_id", "product_identifier", "PSA Product Name"),
        present=lambda found: presented(connection, Kind.OFFER, found),
        search=contains("name", "offer_id", "product_identifier"),
        search_hint="Name, ID or product",
        filters=(STATUS,),
        actions=ACTIONS,
        first_sort="name",
    )
    return grid, offers_of(connection)


def _columns(name: str, id_field: str, target_sort: str | Subquery, target: str) -> Sequence[Column[MappingRow]]:
    return (
        Column("name", name, lambda row: row.name, sort="name", always=True),
        Column("id", "Platform ID", lambda row: row.record_id, sort=id_field),
        Column("status", "Mapping Status", lambda row: row.state, sort="state", template="mapping/parts/state.html"),
        Column("target", target, lambda row: row.targets_text, sort=target_sort, template="mapping/parts/target.html"),
        Column("warning", "Warning", lambda row: row.warnings, at_first=False),
    )
