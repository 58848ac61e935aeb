"""The lists of Mapping, in the order of the work: organizations, then products; invoices follow them (rule 31)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from bursar.domain.mapping import MappingState
from bursar.domain.period import Month
from bursar.store.models import Connection, Offer, Organization
from bursar.store.queries.mapping_list import (
    RESPONSE_ERROR,
    first_company,
    in_organization,
    last_invoiced,
    months_since_invoiced,
    offers_of,
    organizations_of,
    shown_state,
)
from bursar.usecases.kept_records import refusal_of
from bursar.usecases.mapping_by_hand import Deed
from bursar.usecases.mappings import Kind
from bursar.usecases.offer_window import WINDOWS, first_months
from bursar.usecases.pilot import is_on
from bursar.web.grid.grid import BulkAction, ChoiceFilter, Column, Grid, contains
from bursar.web.mapping.rows import MappingRow, presented

STATES = [*((state.value, state.value.capitalize()) for state in MappingState), (RESPONSE_ERROR, "Response Error")]
WINDOW = ChoiceFilter("window", "Invoiced in", "months_back__lte", [(str(n), text) for n, text in WINDOWS.items()])
POSTING = ChoiceFilter("posting", "Posting", "posting", [("1", "Enabled"), ("0", "Preview only")])
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
ENABLE, PREVIEW = "enable-posting", "preview-only"
PILOT_ACTIONS = (
    BulkAction(ENABLE, "Enable posting", "paper-plane", "From the next posting on, the lines of {rows} are posted."),
    BulkAction(
        PREVIEW,
        "Preview only",
        "eye",
        "Lines of {rows} can be previewed and are not posted any more. What is posted already stays in ConnectWise.",
        danger=True,
    ),
)
"""Only in pilot mode (rule 150)."""


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
PAGES = (
    ("organizations", "Organizations", "mapping:organizations"),
    ("products", "Products", "mapping:products"),
    ("invoices", "Invoices", "invoices:list"),
)
"""The tabs of Mapping: name, title and route (rule 31)."""


def mapping_tabs(connection: Connection, current: str) -> Sequence[tuple[str, str, bool]]:
    """Title, address and whether it is the current one, of each tab; for `mapping/parts/tabs.html` as `tabs`."""
    return [(title, reverse(route, args=[connection.pk]), name == current) for name, title, route in PAGES]


def organization_rows(connection: Connection) -> tuple[Grid[Organization, MappingRow], QuerySet[Organization]]:
    """The grid of organizations and what it may show; who is posted, too, in pilot mode."""
    refused, pilot = refusal_of(connection, Kind.ORGANIZATION), is_on(connection)
    columns = _columns("Organization Name", "organization_id", first_company(), "PSA Organization Name")
    grid: Grid[Organization, MappingRow] = Grid(
        name="Organizations",
        columns=[*columns, _POSTING] if pilot else columns,
        present=lambda found: presented(connection, Kind.ORGANIZATION, found, refused),
        search=in_organization,
        search_hint="Name, ID or company",
        filters=[_status(refused), POSTING] if pilot else [_status(refused)],
        actions=(*ACTIONS, *PILOT_ACTIONS) if pilot else ACTIONS,
        first_sort="name",
    )
    return grid, organizations_of(connection).annotate(shown_state=shown_state(refused=bool(refused)))


def product_rows(connection: Connection) -> tuple[Grid[Offer, MappingRow], QuerySet[Offer]]:
    """The grid of offers and what it may show; with a window, only offers that were invoiced in it (rule 45)."""
    refused = refusal_of(connection, Kind.OFFER)
    grid: Grid[Offer, MappingRow] = Grid(
        name="Products",
        columns=[*_columns("Product Name", "offer_id", "product_identifier", "PSA Product Name"), _LAST_INVOICED],
        present=lambda found: presented(connection, Kind.OFFER, found, refused),
        search=contains("name", "offer_id", "product_identifier"),
        search_hint="Name, ID or product",
        filters=[_status(refused), WINDOW],
        actions=ACTIONS,
        first_sort="name",
    )
    windows = first_months(Month.of(timezone.now().date()))
    rows = offers_of(connection).annotate(
        shown_state=shown_state(refused=bool(refused)), last_month=last_invoiced(connection)
    )
    return grid, rows.alias(months_back=months_since_invoiced(windows))


def _status(refused: str) -> ChoiceFilter:
    """By what is stored as long as that is what is shown: there is an index for it."""
    return ChoiceFilter("status", "Mapping Status", "shown_state" if refused else "state", STATES)


def state_counts(counts: Mapping[str, int]) -> Sequence[tuple[str, int]]:
    """How many rows show each status; *Response Error* in place of *mapped* while it is one."""
    first = RESPONSE_ERROR if RESPONSE_ERROR in counts else MappingState.MAPPED.value
    states = [first, *(state.value for state in MappingState if state is not MappingState.MAPPED)]
    return [(state, counts.get(state, 0)) for state in states]


def _columns(name: str, id_field: str, target_sort: str | Subquery, target: str) -> Sequence[Column[MappingRow]]:
    return (
        Column("name", name, lambda row: row.name, sort="name", always=True),
        Column("id", "Platform ID", lambda row: row.record_id, sort=id_field),
        Column("status", "Mapping Status", lambda row: row.shown, sort="state", template="mapping/parts/state.html"),
        Column("target", target, lambda row: row.targets_text, sort=target_sort, template="mapping/parts/target.html"),
        Column("warning", "Warning", lambda row: row.warnings, at_first=False),
    )


_POSTING: Column[MappingRow] = Column(
    "posting",
    "Posting",
    lambda row: "Enabled" if row.posting else "Preview only",
    sort="posting",
    template="mapping/parts/posting.html",
)
_LAST_INVOICED: Column[MappingRow] = Column(
    "invoiced", "Last invoiced", lambda row: row.last_month, sort="last_month", at_first=False
)
