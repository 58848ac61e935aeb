"""Books in memory that tell only what changed, and break when they are told to."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from bursar.domain.books.present import Present
from bursar.domain.books.references import Reference, ReferenceKind
from bursar.domain.books.traits import Capability, Proof, Traits
from bursar.domain.errors import Unavailable
from bursar.domain.ledger.comparison import Balances
from bursar.domain.payments.settlement import Settlement
from bursar.domain.period import Month
from bursar.domain.plan import Blocked
from bursar.ports import BookInfo, Receipt, Write


@dataclass
class ToldBooks:
    """What it was told, each with the instant of the change; `asked` are the instants that it was asked since."""

    told: dict[str, tuple[datetime, Settlement | Blocked]] = field(default_factory=dict)
    asked: list[datetime | None] = field(default_factory=list)
    breaks_after: int | None = None
    """How many it tells before it breaks."""
    capabilities: frozenset[Capability] = frozenset({Capability.PAYMENTS})
    concurrency: int = 1
    write_timeout: float = 0.0

    def tell(self, item: Settlement | Blocked, now: datetime) -> None:
        key = item.number if isinstance(item, Settlement) else item.subject
        self.told[key] = (now, item)

    @property
    def traits(self) -> Traits:
        return Traits("In memory", self.capabilities, Proof.FAKE, "nobody")

    def settlements(self, since: datetime | None) -> Iterator[Settlement | Blocked]:
        self.asked.append(since)
        for place, (changed, item) in enumerate(list(self.told.values())):
            if place == self.breaks_after:
                raise Unavailable("The books went away.")
            if since is None or changed >= since:
                yield item

    def info(self) -> BookInfo:
        return BookInfo("In memory")

    def references(self, kind: ReferenceKind) -> Sequence[Reference] | None:
        return None

    def closed_through(self) -> date | None:
        return None

    def documents(self, markers: Collection[str]) -> Iterator[Present]:
        return iter(())

    def balances(self, months: Collection[Month]) -> Balances | None:
        return None

    def send(self, write: Write) -> Receipt:
        raise Unavailable("These books take nothing.")

    def look(self, write: Write) -> Receipt | None:
        return None
