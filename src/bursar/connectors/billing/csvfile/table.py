"""What every reader hands on: headings, and rows with their place and their text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bursar.connectors.billing.csvfile.cells import Cell, cell_text
from bursar.connectors.billing.csvfile.fault import Fault, raw_text


@dataclass(frozen=True, slots=True)
class Row:
    """One row of cells. `number` is what a person sees in the file, the heading row included."""

    number: int
    cells: Sequence[Cell]
    text: str | None = None
    """The row as it stands in the file, when the format has such a text."""
    ended: bool = True
    """False when the file stops without a line break after this row."""

    @property
    def raw(self) -> str:
        return raw_text(" | ".join(map(cell_text, self.cells)) if self.text is None else self.text)


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row whose cells cannot be told apart."""

    number: int
    fault: Fault
    raw: str


@dataclass(frozen=True, slots=True)
class Table:
    """The content of one file (or sheet)."""

    headings: Sequence[str]
    rows: Iterator[Row | BrokenRow]
    sparse: bool = False
    """Whether optional columns may be missing altogether, as in JSON."""
