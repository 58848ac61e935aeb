"""The list of accounting batches in ConnectWise: ours and others, what they hold, and what differs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, QuerySet, Sum
from django.http import QueryDict
from django.urls import reverse

from bursar.domain.ledger.unposted import Family
from bursar.store.models import Connection, LedgerBatch, LedgerDocument
from bursar.store.queries.period_totals import signed
from bursar.web.grid.files import moment_text
from bursar.web.grid.grid import ChoiceFilter, Column, Grid, contains
from bursar.web.grid.list_page import ListPage
from bursar.web.ledger.under_way import beside_run
from bursar.web.ledger.words import BATCH_CHIPS, FAMILIES, Chip, families_told

Money = Sequence[tuple[str, Decimal]]


@dataclass(frozen=True, slots=True)
class BatchRow:
    """What a row shows."""

    row: LedgerBatch
    documents: int
    money: Money
    """What Bursar's documents in it come to, per currency; credits are negative."""

    @property
    def chip(self) -> Chip:
        return BATCH_CHIPS[self.row.state]

    @property
    def owner(self) -> str:
        return "Bursar" if self.row.ours else "Others"

    @property
    def families(self) -> str:
        return families_told(self.row.families)

    @property
    def money_text(self) -> str:
        """For files: one cell."""
        return ", ".join(f"{amount:,.2f} {currency}" for currency, amount in self.money)

    @property
    def entries(self) -> int | str:
        """How many GL entries it was meant to hold; known of ours only."""
        return len(self.row.entry_ids) if self.row.ours else ""

    @property
    def differences(self) -> str:
        """How it differs from what it was meant to hold; empty when it does not, and of batches of others."""
        told = {"missing": len(self.row.missing_ids), "too many": len(self.row.extra_ids)}
        found = [
            f"{number:,} GL {'entry' if number == 1 else 'entries'} {word}" for word, number in told.items() if number
        ]
        return ", ".join(found)


def batches_of(connection: Connection, _query: QueryDict) -> tuple[Grid[LedgerBatch, BatchRow], QuerySet[LedgerBatch]]:
    """The grid and what it may show."""
    grid: Grid[LedgerBatch, BatchRow] = Grid(
        name="Batches",
        columns=COLUMNS,
        present=presented,
        search=contains("identifier", "made_by"),
        search_hint="Identifier or member",
        filters=FILTERS,
        first_sort="-id",
        row_url=lambda row: reverse("ledger:batch", args=[connection.pk, row.row.pk]),
    )
    rows = LedgerBatch.objects.filter(connection=connection).select_related("book")
    return grid, rows.annotate(number=Count("documents"))


def presented(found: Sequence[LedgerBatch]) -> Sequence[BatchRow]:
    """Rows of a page, or of a piece of a file, in a constant number of questions."""
    money: dict[int, list[tuple[str, Decimal]]] = {}
    sums = LedgerDocument.objects.filter(batch__in=[row.pk for row in found]).order_by("currency")
    for batch, currency, amount in sums.values_list("batch", "currency").annotate(sum=Sum(signed(F("total")))):
        money.setdefault(batch, []).append((currency, amount))
    return [BatchRow(row, getattr(row, "number", 0), money.get(row.pk, ())) for row in found]


COLUMNS: Sequence[Column[BatchRow]] = (
    Column("identifier", "Batch", lambda r: r.row.identifier, sort="identifier", filled=True, always=True),
    Column("state", "State", lambda r: r.chip.word, sort="state", filled=True, template="ledger/parts/chip.html"),
    Column("owner", "Made by", lambda r: r.owner, sort="ours", filled=True),
    Column("families", "Kinds", lambda r: r.families, sort="families", filled=True),
    Column("book", "Book", lambda r: r.row.book.name if r.row.book else "", sort="book__name"),
    Column("documents", "Documents", lambda r: r.documents, sort="number", filled=True, number=True),
    Column("money", "Total", lambda r: r.money_text, number=True, template="ledger/batches/money.html"),
    Column("entries", "GL entries", lambda r: r.entries, number=True),
    Column("differences", "Differences", lambda r: r.differences, template="ledger/batches/differences.html"),
    Column("at", "Made", lambda r: moment_text(r.row.made_at), sort="made_at", template="ledger/batches/made.html"),
    Column("by", "Member", lambda r: r.row.made_by, sort="made_by", filled=True, at_first=False),
    Column("id", "Batch ID", lambda r: r.row.remote_id, sort="remote_id", filled=True, number=True, at_first=False),
)
FILTERS = (
    ChoiceFilter("ours", "Made by", "ours", [("1", "Bursar"), ("0", "Others")]),
    ChoiceFilter("state", "State", "state", [(state, chip.word) for state, chip in BATCH_CHIPS.items()]),
    ChoiceFilter("family", "Kind", "families__contains", [(family.value, FAMILIES[family]) for family in Family]),
)


def _around(_connection: Connection, rows: QuerySet[LedgerBatch]) -> Mapping[str, object]:
    """How many of ours do not hold what they should."""
    ours = rows.filter(ours=True).exclude(state=LedgerBatch.State.UNDONE)
    return {"differing": ours.exclude(missing_ids=[], extra_ids=[]).count()}


BATCHES: ListPage[LedgerBatch, BatchRow] = ListPage(
    route="ledger:batches",
    file="bursar-batches",
    template="ledger/batches",
    rows=batches_of,
    noun="batch,batches",
    around=beside_run(_around),
)
