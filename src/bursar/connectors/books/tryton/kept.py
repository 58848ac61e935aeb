"""What Tryton keeps of one document, and what every way of keeping one must be able to do."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto

from bursar.connectors.books.tryton.marks import Mark
from bursar.domain.books.delivery import Delivery
from bursar.domain.books.present import Present


class State(Enum):
    """How far it has come."""

    DRAFT = auto()
    """Not in the ledger yet: it may be finished, changed or removed."""
    POSTED = auto()
    VOIDED = auto()
    """In the ledger, and taken back there."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One record with a mark of ours."""

    id: int
    mark: Mark
    state: State
    present: Present
    by_us: bool
    """Whether Bursar's user made it; people make copies."""


class Keeper(ABC):
    """Keeps documents as one kind of Tryton's records."""

    @abstractmethod
    def with_markers(self, markers: Collection[str]) -> Iterator[Kept]:
        """Every record of these markers, oldest first; copies that people made, too."""

    @abstractmethod
    def of_series(self, marker: str) -> Iterator[Kept]:
        """Every record of the document, whatever its generation, oldest first."""

    @abstractmethod
    def draft(self, delivery: Delivery) -> int:
        """Make the whole document as a draft, in one request. Raises Rejected and UnknownOutcome."""

    @abstractmethod
    def holds(self, delivery: Delivery, record: int) -> bool:
        """Whether a draft that was left behind says what would be sent now. Raises RemoteError."""

    @abstractmethod
    def check(self, delivery: Delivery, record: int) -> None:
        """Raises Rejected when what Tryton computes of the draft is not what ConnectWise says."""

    @abstractmethod
    def post(self, delivery: Delivery, record: int) -> None:
        """Put the draft into the ledger. Doing it twice is doing it once. Raises Rejected and UnknownOutcome."""

    @abstractmethod
    def remove(self, record: int) -> None:
        """Delete a draft. Raises RemoteError."""

    @abstractmethod
    def take_back(self, delivery: Delivery, kept: Kept, day: date) -> None:
        """Take a posted document back, so that the ledger is as if it had not been. Raises RemoteError."""


def firsts(found: Iterable[Kept]) -> dict[str, Kept]:
    """Of each marker the first that is in the ledger: a copy that somebody made of it came later."""
    kept: dict[str, Kept] = {}
    for each in sorted(found, key=lambda one: one.id):
        if each.state is not State.DRAFT:
            kept.setdefault(each.mark.marker, each)
    return kept
