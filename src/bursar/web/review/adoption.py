"""The list of Additions that people made, each with the line it could stand for (rule 99)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.http import QueryDict

from bursar.domain.additions.adoption import EXACT
from bursar.store.models import Connection, HandAddition, Line
from bursar.usecases.line_values import version_of
from bursar.usecases.review_adoption import AdoptionState, hand_additions_of, lines_behind, state_of
from bursar.web.grid.grid import BulkAction, ChoiceFilter, Column, Grid, contains
from bursar.web.grid.list_page import ListPage
from bursar.web.psa_links import agreement_link
from bursar.web.review.reviewed import reviewed

ADOPT, END = "adopt", "end"
SAYS = {
    AdoptionState.LEGACY: "No line fits",
    AdoptionState.OPEN: "Not decided",
    AdoptionState.ADOPTED: "Will be adopted",
    AdoptionState.KEPT: "Both are kept",
    AdoptionState.TAKEN: "Line is spoken for",
    AdoptionState.POSTED: "Line was posted",
}
LOOKS = {
    AdoptionState.LEGACY: "secondary",
    AdoptionState.OPEN: "warning",
    AdoptionState.ADOPTED: "success",
    AdoptionState.KEPT: "info",
    AdoptionState.TAKEN: "secondary",
    AdoptionState.POSTED: "secondary",
}
AGAIN = "Make the plan again to see what posting will do."


@dataclass(frozen=True, slots=True)
class AdoptionRow:
    """What a row shows."""

    row: HandAddition
    line: Line | None
    state: AdoptionState
    version: str
    link: str
    """Where ConnectWise shows the Agreement."""
    preselected: bool
    """Ticked when the page is drawn: exact, undecided, and somebody filtered by score."""

    @property
    def says(self) -> str:
        return SAYS[self.state]

    @property
    def look(self) -> str:
        return LOOKS[self.state]

    @property
    def note(self) -> str:
        """What follows from the decision."""
        decided = self.state in {AdoptionState.ADOPTED, AdoptionState.KEPT, AdoptionState.POSTED}
        return AGAIN if decided else ""

    @property
    def line_text(self) -> str:
        """For files: one cell."""
        if self.line is None:
            return self.row.line_id
        return f"{self.line.line_id}: {self.line.subscription_name or self.line.offer_name}"

    @property
    def may_choose(self) -> bool:
        """Whether a line can still be chosen."""
        return self.state is not AdoptionState.POSTED


def adoption_rows(
    connection: Connection, query: QueryDict
) -> tuple[Grid[HandAddition, AdoptionRow], QuerySet[HandAddition]]:
    """The grid and what it may show; where `query` filters by score, the exact proposals are ticked."""
    return _grid(connection, by_score="score" in query), _rows(connection)


def _rows(connection: Connection) -> QuerySet[HandAddition]:
    fits = Case(When(Q(line_id=""), then=Value(0)), default=Value(1), output_field=IntegerField())
    return hand_additions_of(connection).alias(fits=fits)


def _grid(connection: Connection, *, by_score: bool) -> Grid[HandAddition, AdoptionRow]:
    return Grid(
        name="Adoption",
        columns=COLUMNS,
        present=lambda found: _presented(connection, found, by_score=by_score),
        search=contains("company_name", "product_identifier", "description", "line_id"),
        search_hint="Customer, product, description or line",
        filters=FILTERS,
        actions=ACTIONS,
        first_sort="-score",
    )


def _presented(connection: Connection, found: Sequence[HandAddition], *, by_score: bool) -> Sequence[AdoptionRow]:
    lines = lines_behind(connection, found)
    return [_presented_one(connection, row, lines.get(row.line_id), by_score=by_score) for row in found]


def _presented_one(connection: Connection, row: HandAddition, line: Line | None, *, by_score: bool) -> AdoptionRow:
    state = state_of(row, line)
    return AdoptionRow(
        row=row,
        line=line,
        state=state,
        version=version_of(line) if line else "",
        link=agreement_link(connection, row.agreement_id),
        preselected=by_score and row.score >= EXACT and state is AdoptionState.OPEN,
    )


COLUMNS: Sequence[Column[AdoptionRow]] = (
    Column("company", "Customer", lambda r: r.row.company_name, sort="company_name", filled=True, always=True),
    Column(
        "addition",
        "Addition",
        lambda r: r.row.addition_id,
        sort="addition_id",
        filled=True,
        template="review/adoption/addition.html",
    ),
    Column("product", "Product", lambda r: r.row.product_identifier, sort="product_identifier", filled=True),
    Column("quantity", "Quantity", lambda r: r.row.quantity, number=True, template="grid/decimal.html", at_first=False),
    Column(
        "unit_price",
        "Unit price",
        lambda r: r.row.unit_price,
        number=True,
        template="grid/decimal.html",
        at_first=False,
    ),
    Column(
        "total",
        "Total",
        lambda r: r.row.total,
        sort="total",
        filled=True,
        number=True,
        template="review/adoption/total.html",
    ),
    Column("currency", "Currency", lambda r: r.row.currency, sort="currency", filled=True, at_first=False),
    Column("since", "Since", lambda r: r.row.effective or "", sort="effective", at_first=False),
    Column("until", "Until", lambda r: r.row.cancelled or "", sort="cancelled", at_first=False),
    Column("line", "Proposed line", lambda r: r.line_text, sort="line_id", template="review/adoption/line.html"),
    Column("score", "Score", lambda r: r.row.score, sort="score", filled=True, number=True),
    Column("decision", "Decision", lambda r: r.says, template="review/adoption/decision.html"),
    Column(
        "evidence", "Evidence", lambda r: " ".join(map(str, r.row.evidence)), template="review/adoption/evidence.html"
    ),
    Column("agreement", "Agreement", lambda r: r.row.agreement_name, sort="agreement_name", at_first=False),
    Column("description", "Description", lambda r: r.row.description, at_first=False),
)
FILTERS = (
    ChoiceFilter("fits", "Line", "fits", [("1", "A line fits"), ("0", "No line fits")]),
    ChoiceFilter(
        "score",
        "Score",
        "score__gte",
        [("100", "100"), (str(EXACT), f"At least {EXACT}: exact"), ("80", "At least 80"), ("60", "At least 60")],
    ),
)
ACTIONS = (
    BulkAction(
        ADOPT,
        "Adopt",
        "link",
        "Those of {rows} that are not decided yet are taken over by the lines proposed for them, with the next posting."
        " Bursar bills them from then on.",
    ),
    BulkAction(
        END,
        "End",
        "calendar-xmark",
        "{rows} are billed for the last time on the day below. This makes a plan to look at; nothing is written before"
        " it is posted.",
        danger=True,
    ),
)
ADOPTION: ListPage[HandAddition, AdoptionRow] = ListPage(
    route="review:adoption",
    file="bursar-adoption",
    template="review/adoption",
    rows=adoption_rows,
    noun="Addition",
    about=reviewed("adoption"),
    named=lambda row: (
        f"{row.company_name}: Addition {row.addition_id}, {row.product_identifier or row.product_id}, "
        f"{row.total:,.2f} {row.currency}" + (f" → line {row.line_id}, score {row.score}" if row.line_id else "")
    ),
)
