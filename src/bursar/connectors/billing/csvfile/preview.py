"""A look at a file before it is loaded: its first rows, the words in it, and how it would be read."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from pathlib import Path

from bursar.connectors.billing.csvfile.cells import BLANK, Cell, cell_text, option_key
from bursar.connectors.billing.csvfile.fault import raw_text, shown
from bursar.connectors.billing.csvfile.layout import Layout, known_so_far, lay_out, recognised
from bursar.connectors.billing.csvfile.line_builder import LineBuilder
from bursar.connectors.billing.csvfile.line_ids import line_ids
from bursar.connectors.billing.csvfile.profile import Profile
from bursar.connectors.billing.csvfile.read_lines import not_opened, table_of
from bursar.connectors.billing.csvfile.schema import LineField
from bursar.connectors.billing.csvfile.sniff import Top, format_of, sniffed, top_of, writing_style
from bursar.connectors.billing.csvfile.table import BrokenRow, Row, Table
from bursar.domain.errors import InvalidInput, SourceUnreadable
from bursar.domain.lines import InvoiceLine, RejectedRow
from bursar.domain.money import ZERO

SHOWN_ROWS = 8
SCANNED_ROWS = 2000
"""Rows in which a preview looks for words; a check looks in all."""
MOST_HEADINGS = 200
MOST_WORDS = 60
"""Different words of one column that a person may give a meaning; a column with more holds something else."""
FITTING_ROWS = 50
PATIENCE = 20.0
"""Seconds that a check may take before it says how far it came."""
SHOWN_REJECTIONS = 50

WORD_FIELDS = (LineField.CHARGE_TYPE, LineField.BILLING_CYCLE, LineField.INVOICE_STATUS)
"""Fields whose values a profile translates."""


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One row as it stands in the file, and what it would become: a line, a rejected row, or (None) nothing."""

    number: int
    cells: Sequence[str]
    result: InvoiceLine | RejectedRow | None

    @property
    def line(self) -> InvoiceLine | None:
        return self.result if isinstance(self.result, InvoiceLine) else None

    @property
    def rejected(self) -> RejectedRow | None:
        return self.result if isinstance(self.result, RejectedRow) else None


@dataclass(frozen=True, slots=True)
class Preview:
    """The beginning of a file, read through a profile."""

    format: str
    top: Sequence[Sequence[str]] = ()
    """The first rows as they stand, for whoever looks for the heading row."""
    sheets: Sequence[str] = ()
    headings: Sequence[str] = ()
    rows: Sequence[PreviewRow] = ()
    words: Mapping[LineField, Sequence[str]] = field(default_factory=dict)
    problem: InvalidInput | None = None
    """Why no row can become a line yet."""


@dataclass(slots=True)
class Check:
    """What a load of the whole file would find."""

    lines: int = 0
    rejected: int = 0
    left_out: int = 0
    months: dict[str, int] = field(default_factory=dict)
    """Lines by month."""
    totals: dict[str, Decimal] = field(default_factory=dict)
    """By currency."""
    rejections: list[RejectedRow] = field(default_factory=list)
    """The first ones."""
    finished: bool = True
    """False when there was no time for the rest of the file."""


def preview(path: Path, profile: Profile) -> Preview:
    """The first rows. What stands in the way is told in `problem`; nothing is raised but for a file that is no file."""
    try:
        format_ = profile.format if profile.format != "auto" else format_of(path)
    except SourceUnreadable as problem:
        return Preview("csv", problem=problem)
    top = Top()
    try:
        top = top_of(path, profile)
        with table_of(path, profile) as table:
            return _preview(table, profile, Preview(format_, top.rows, top.sheets), path.name)
    except InvalidInput as problem:
        return Preview(format_, top.rows, top.sheets, problem=problem)


def _preview(table: Table, profile: Profile, seen: Preview, where: str) -> Preview:
    headings = [shown(heading.strip("\ufeff \t\r\n"), 200) for heading in table.headings]
    if len(headings) > MOST_HEADINGS:
        raise SourceUnreadable(
            f"{where} has {len(headings)} headings.", remedy=f"Leave out columns: {MOST_HEADINGS} can be mapped here."
        )
    rows = list(islice(table.rows, SCANNED_ROWS))
    try:
        layout = lay_out(table.headings, profile, where, sparse=table.sparse)
    except InvalidInput as problem:
        words = _words(rows, known_so_far(table.headings, profile))
        plain = [PreviewRow(row.number, _texts(row), None) for row in rows[:SHOWN_ROWS]]
        return Preview(seen.format, seen.top, seen.sheets, headings, plain, words, problem)
    with line_ids() as ids:
        builder = LineBuilder(profile, layout, ids, where, None)
        read = [PreviewRow(row.number, _texts(row), builder.build(row)) for row in rows[:SHOWN_ROWS]]
    return Preview(seen.format, seen.top, seen.sheets, headings, read, _words(rows, layout))


def _texts(row: Row | BrokenRow) -> list[str]:
    return [raw_text(cell_text(cell)) for cell in row.cells] if isinstance(row, Row) else [row.raw]


def _words(rows: Sequence[Row | BrokenRow], layout: Layout) -> dict[LineField, list[str]]:
    """The different words of each translated column, in the order of their first appearance."""
    found: dict[LineField, dict[str, str]] = {}
    for field_ in WORD_FIELDS:
        if column := layout.columns.get(field_):
            words = found.setdefault(field_, {})
            for row in rows:
                if isinstance(row, Row) and any(cell != BLANK for cell in row.cells) and not layout.skipped(row.cells):
                    word = cell_text(row.cells[column.position])
                    words.setdefault(option_key(word), word)
    return {field_: list(words.values())[:MOST_WORDS] for field_, words in found.items()}


def check(path: Path, profile: Profile, patience: float = PATIENCE) -> Check:
    """Read the whole file as a load would, without loading. Raises SourceUnreadable."""
    counted = Check()
    until = time.monotonic() + patience
    for result in _results(path, profile):
        _count(counted, result)
        if time.monotonic() > until:
            counted.finished = False
            break
    return counted


def _results(path: Path, profile: Profile) -> Iterator[InvoiceLine | RejectedRow | None]:
    try:
        with table_of(path, profile) as table, line_ids() as ids:
            layout = lay_out(table.headings, profile, path.name, sparse=table.sparse)
            yield from map(LineBuilder(profile, layout, ids, path.name, None).build, table.rows)
    except OSError as fault:
        raise not_opened(path, fault) from None


def _count(counted: Check, result: InvoiceLine | RejectedRow | None) -> None:
    if result is None:
        counted.left_out += 1
    elif isinstance(result, RejectedRow):
        counted.rejected += 1
        if len(counted.rejections) < SHOWN_REJECTIONS:
            counted.rejections.append(result)
    else:
        counted.lines += 1
        month = str(result.month)
        counted.months[month] = counted.months.get(month, 0) + 1
        counted.totals[result.currency] = counted.totals.get(result.currency, ZERO) + result.total


def fit(path: Path, profile: Profile) -> tuple[int, int]:
    """How well a profile reads the file: good lines among the first rows, and headings that it knows."""
    try:
        with table_of(path, profile) as table, line_ids() as ids:
            layout = lay_out(table.headings, profile, path.name, sparse=table.sparse)
            builder = LineBuilder(profile, layout, ids, path.name, None)
            built = [builder.build(row) for row in islice(table.rows, FITTING_ROWS)]
            return sum(isinstance(each, InvoiceLine) for each in built), recognised(table.headings, profile)
    except InvalidInput:
        return 0, 0


def first_guess(path: Path, canonical: Profile) -> Profile:
    """A profile to begin with when none fits: what the file seems to be. Never raises but for OSError."""
    try:
        guess = canonical.model_copy(update=sniffed(path, canonical))
        with table_of(path, guess) as table:
            cells: list[Cell] = [
                cell for row in islice(table.rows, FITTING_ROWS) if isinstance(row, Row) for cell in row.cells
            ]
        return Profile.model_validate({**guess.model_dump(exclude_defaults=True), **writing_style(cells)})
    except InvalidInput:
        return canonical
