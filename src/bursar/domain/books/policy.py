"""How a book wants its documents: closed periods, rounding, who may be created."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from bursar.domain.ledger.journal import PLAIN, JournalPolicy


class ClosedPeriods(StrEnum):
    """What happens to a document whose day is closed in the books."""

    HOLD = "hold"
    MOVE = "move"
    """It is posted on the first open day; whoever chose this has agreed to it."""


class BatchShape(StrEnum):
    """How many documents one batch in ConnectWise closes (decision 19)."""

    RUN = "run"
    """One batch for each run and kind."""
    DOCUMENT = "document"
    """One batch for each document: undoing one undoes one."""


@dataclass(frozen=True, slots=True)
class BookPolicy:
    """Settings of one book."""

    book: str
    """Its name, for sentences."""
    currency: str = ""
    """The only currency it takes; blank for any."""
    closed_through: date | None = None
    """The last closed day, as the books or a person say; the later of the two."""
    closed_periods: ClosedPeriods = ClosedPeriods.HOLD
    create_parties: bool = False
    create_items: bool = False
    journal: JournalPolicy = field(default_factory=lambda: PLAIN)
    batches: BatchShape = BatchShape.RUN
    cogs_apart: bool = False
    """Cost of goods sold as a journal of its own: these books' invoices cannot carry it."""
    dimensions: frozenset[str] = frozenset()
    """The axes that documents keep; empty: all."""

    def posting_day(self, day: date) -> date | None:
        """The day to post on; None when it is closed and must wait."""
        if self.closed_through is None or day > self.closed_through:
            return day
        return self.closed_through + timedelta(days=1) if self.closed_periods is ClosedPeriods.MOVE else None
