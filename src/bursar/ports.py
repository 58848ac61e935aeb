"""Other people's systems and the clock, as Bursar wishes to see them. Adapters live in `connectors`.

Every method of a remote port may raise the `RemoteError` family of `domain.errors` and nothing else.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bursar.domain.lines import InvoiceLine, RejectedRow
from bursar.domain.lists import Choice, ListKind
from bursar.domain.period import Month
from bursar.domain.permissions import Box, RoleGrants
from bursar.domain.plan import Action, Fields, Resource
from bursar.domain.psa import Addition, Agreement, AgreementType, CatalogItem, Company, PsaInfo


@dataclass(frozen=True, slots=True)
class Write:
    """One write, ready to be sent: everything that is needed to send it and to look for it."""

    action: Action
    resource: Resource
    key: str
    fields: Fields
    """For a create all fields; for an update or cancel only those that change."""
    parent_id: int | None = None
    remote_id: int | None = None
    """None for a create."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the other system says it has now. Fields use the domain's names."""

    remote_id: int
    fields: Fields


class Psa(Protocol):
    """A ConnectWise PSA."""

    @property
    def concurrency(self) -> int:
        """How many requests may be under way at once."""

    @property
    def write_timeout(self) -> float:
        """Seconds after which a write that was sent cannot arrive any more, if it has not by then."""

    def info(self) -> PsaInfo:
        """One authenticated call: proves address, company and keys."""

    def choices(self, kind: ListKind) -> Sequence[Choice]:
        """One of the lists that people choose settings from, inactive entries too."""

    def granted(self, boxes: Collection[Box], member: str = "") -> RoleGrants:
        """What the API member's role grants in these boxes; only for a person who asked for the check.

        Read from the role's settings where `member` (the API member's id) is given and they can be read, else found
        out by requests that can change nothing. NotFound: there is no API member of this id.
        """

    def agreement_types(self) -> Sequence[AgreementType]: ...

    def companies(self, ids: Collection[int] | None = None) -> Iterator[Company]:
        """Companies by id; all of them when `ids` is None. Unknown ids are simply absent."""

    def catalog_items(self, ids: Collection[int] | None = None) -> Iterator[CatalogItem]:
        """Catalogue items by id; all of them when `ids` is None."""

    def agreements(self, company_ids: Collection[int] | None = None) -> Iterator[Agreement]:
        """Agreements of the companies, whatever their status; of all companies when None."""

    def additions(self, agreement_ids: Collection[int]) -> Iterator[tuple[int, Sequence[Addition]]]:
        """All Additions of each agreement, in any order of agreements. One read per agreement page, never per line.

        An agreement that no longer exists is absent from the answer.
        """

    def send(self, write: Write) -> Receipt:
        """Send one write once; again only when nothing can have been written. UnknownOutcome: the answer was lost."""

    def look(self, write: Write) -> Receipt | None:
        """Find the record that `write` would make or change, by marker or natural key; None when it is not there.

        For an update or cancel, None also when the record does not have the written values yet.
        """


class BillingSource(Protocol):
    """Where invoice lines come from."""

    @property
    def name(self) -> str:
        """How a person would name it: the file or folder."""

    def months(self) -> Sequence[Month] | None:
        """The months that can be loaded without a person, or None when the source is one file."""

    def read(self, month: Month | None = None) -> Iterator[InvoiceLine | RejectedRow]:
        """Lines and rows that could not become lines. Raises SourceUnreadable when the whole source is unusable."""


class Clock(Protocol):
    """Time, so that tests can move it."""

    def now(self) -> datetime:
        """The present instant, UTC."""

    def sleep(self, seconds: float) -> None: ...
