"""The list of what was edited by hand in ConnectWise since Bursar wrote it (rule 97)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import QueryDict

from bursar.domain.additions.drift import EXISTS, KEY
from bursar.store.models import Connection, Drift
from bursar.usecases.kept_records import known_names
from bursar.usecases.mappings import Kind
from bursar.usecases.review_drift import Decision, DriftFacts, DriftState, drifts_of, facts_of
from bursar.web.field_changes import FieldChange, field_changes
from bursar.web.grid.grid import BulkAction, ChoiceFilter, Column, Grid, contains
from bursar.web.grid.list_page import ListPage
from bursar.web.psa_links import agreement_link
from bursar.web.review.reviewed import reviewed

KINDS = {Drift.Kind.EDITED: "Edited", Drift.Kind.ENDED: "Ended", Drift.Kind.DELETED: "Deleted"}
KIND_LOOKS = {Drift.Kind.EDITED: "warning", Drift.Kind.ENDED: "danger", Drift.Kind.DELETED: "danger"}
BUTTONS = {
    Decision.ACCEPT: ("Accept", "check", "outline-secondary"),
    Decision.OVERWRITE: ("Overwrite", "rotate-left", "outline-secondary"),
    Decision.RECREATE: ("Recreate", "plus", "outline-secondary"),
}
LOOKS = {
    DriftState.OPEN: "warning",
    DriftState.ACCEPTED: "success",
    DriftState.OVERWRITE: "info",
    DriftState.RECREATE: "info",
    DriftState.POSTED: "secondary",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: what it decides, and how it looks."""

    decision: Decision
    title: str
    icon: str
    look: str


@dataclass(frozen=True, slots=True)
class DriftRow:
    """What a row shows."""

    facts: DriftFacts
    edits: Sequence[FieldChange]
    link: str
    """Where ConnectWise shows the Agreement."""

    @property
    def row(self) -> Drift:
        return self.facts.row

    @property
    def addition_id(self) -> int:
        return self.facts.row.link.addition_id

    @property
    def kind(self) -> str:
        return KINDS[Drift.Kind(self.row.kind)]

    @property
    def kind_look(self) -> str:
        return KIND_LOOKS[Drift.Kind(self.row.kind)]

    @property
    def edits_text(self) -> str:
        """For files: one cell."""
        return "; ".join(f"{edit.name}: {edit.before} → {edit.after}" for edit in self.edits) or self.kind

    @property
    def key_is_gone(self) -> bool:
        """Whether Bursar's key was taken off, which cannot be accepted."""
        return KEY in self.row.edits

    @property
    def look(self) -> str:
        return LOOKS[self.facts.state]

    @property
    def says(self) -> str:
        """Where the decision stands, and what follows from it."""
        month = f" of {self.facts.line.month}" if self.facts.line else ""
        by_hand = self.facts.line is not None and self.facts.line.by_hand
        return {
            DriftState.OPEN: "Not decided",
            DriftState.ACCEPTED: "Accepted; its line is billed by hand." if by_hand else "Accepted.",
            DriftState.OVERWRITE: f"Will be overwritten by the next posting{month}: make the plan again.",
            DriftState.RECREATE: f"Will be made anew by the next posting{month}: make the plan again.",
            DriftState.POSTED: "Written since: make the plan again.",
        }[self.facts.state]

    @property
    def choices(self) -> Sequence[Choice]:
        """What can be decided, without what was decided already."""
        done = self.facts.state.value.removesuffix("ed")
        return [Choice(d, *BUTTONS[d]) for d in self.facts.decisions if d.value != done]


def drift_rows(connection: Connection, _query: QueryDict) -> tuple[Grid[Drift, DriftRow], QuerySet[Drift]]:
    """The grid and what it may show."""
    grid: Grid[Drift, DriftRow] = Grid(
        name="Drift",
        columns=COLUMNS,
        present=lambda found: _presented(connection, found),
        search=contains("company_name", "line_id", "link__subscription_name"),
        search_hint="Customer, subscription or line",
        filters=FILTERS,
        actions=ACTIONS,
        first_sort="company",
    )
    return grid, drifts_of(connection)


def _presented(connection: Connection, found: Sequence[Drift]) -> Sequence[DriftRow]:
    ids = {value for row in found for value in row.edits.get("product_id", ()) if isinstance(value, int)}
    entries = known_names(connection, Kind.OFFER, ids) if ids else {}
    products = {product: entry.identifier for product, entry in entries.items()}
    return [
        DriftRow(facts, _edits(facts.row, products), agreement_link(connection, facts.row.link.agreement_id))
        for facts in facts_of(connection, found)
    ]


def _edits(row: Drift, products: dict[int, str]) -> Sequence[FieldChange]:
    """Field by field: Bursar's value, what is there now."""
    edits = {name: edit for name, edit in row.edits.items() if name != EXISTS}
    wrote, now = ({name: edit[side] for name, edit in edits.items()} for side in (0, 1))
    return field_changes(wrote, now, products)


COLUMNS: Sequence[Column[DriftRow]] = (
    Column("company", "Customer", lambda r: r.row.company_name, sort="company_name", filled=True, always=True),
    Column(
        "addition",
        "Addition",
        lambda r: r.addition_id,
        sort="link__addition_id",
        filled=True,
        template="review/drift/addition.html",
    ),
    Column("kind", "What happened", lambda r: r.kind, sort="kind", filled=True, template="review/drift/kind.html"),
    Column(
        "edits",
        "Bursar's value → in ConnectWise now",
        lambda r: r.edits_text,
        template="review/drift/edits.html",
    ),
    Column("line", "Line", lambda r: r.row.line_id, sort="line_id", filled=True, at_first=False),
    Column("decision", "Decision", lambda r: r.says, template="review/drift/decision.html"),
    Column(
        "agreement", "Agreement", lambda r: r.row.agreement_name, sort="agreement_name", filled=True, at_first=False
    ),
    Column(
        "subscription",
        "Subscription",
        lambda r: r.row.link.subscription_name,
        sort="link__subscription_name",
        at_first=False,
    ),
)
FILTERS = (ChoiceFilter("kind", "What happened", "kind", [(kind.value, title) for kind, title in KINDS.items()]),)
ACTIONS = (
    BulkAction(
        Decision.ACCEPT,
        "Accept",
        "check",
        "What is in ConnectWise now is right for {rows}. Bursar bills it so until the platform says something new."
        " Lines that wait for an Addition that was ended or deleted are left to be billed by hand.",
    ),
    BulkAction(
        Decision.OVERWRITE,
        "Overwrite",
        "rotate-left",
        "The next posting writes Bursar's values back, for {rows}. What was entered by hand is lost then.",
        danger=True,
    ),
    BulkAction(
        Decision.RECREATE,
        "Recreate",
        "plus",
        "The next posting makes a new Addition, for those of {rows} that were ended or deleted.",
    ),
)
DRIFT: ListPage[Drift, DriftRow] = ListPage(
    route="review:drift",
    file="bursar-drift",
    template="review/drift",
    rows=drift_rows,
    noun="Addition",
    about=reviewed("drift"),
    named=lambda row: f"{row.company_name}: Addition {row.link.addition_id}, {row.kind}",
)
