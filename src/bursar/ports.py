"""Other people's systems and the clock, as Bursar wishes to see them. Adapters live in `connectors`.

Every method of a remote port may raise the `RemoteError` family of `domain.errors` and nothing else.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bursar.domain.books.present import Present
from bursar.domain.books.references import Reference, ReferenceKind
from bursar.domain.books.traits import Traits
from bursar.domain.ledger.batch import Batch, BatchEntry
from bursar.domain.ledger.comparison import Balances
from bursar.domain.ledger.export import Part
from bursar.domain.ledger.unposted import Family, Waiting, Wish
from bursar.domain.lines import InvoiceLine, RejectedRow
from bursar.domain.lists import Choice, ListKind
from bursar.domain.payments.present import InvoicePayment, PaidInvoice
from bursar.domain.payments.settlement import Settlement
from bursar.domain.period import Month
from bursar.domain.permissions import Box, RoleGrants
from bursar.domain.plan import Action, Blocked, Fields, Resource
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
    """None for a create, and where the other system does not number its records."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the other system says it has now. Fields use the domain's names."""

    remote_id: int
    """0 where the other system does not number its records."""
    fields: Fields
    ref: str = ""
    """What it calls the record, where it does not number them."""


class Psa(Protocol):
    """A ConnectWise PSA."""

    @property
    def concurrency(self) -> int:
        """How many requests may be under way at once."""

    @property
    def write_timeout(self) -> float:
        """Seconds after which a write that was sent cannot arrive any more, if it has not by then."""

    @property
    def accounting(self) -> "Accounting":
        """Its accounting interface: what waits for the books, exports, batches, invoices and payments."""

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


@dataclass(frozen=True, slots=True)
class Exported:
    """One part of a GL export, and the record it was read from, as text: what ConnectWise really said."""

    part: Part
    source: str


class Accounting(Protocol):
    """The accounting interface of a ConnectWise PSA. Its batches and payments are written through `Psa.send`."""

    def unposted(self, family: Family) -> Iterator[Waiting]:
        """What waits for the accounting package, in one of the three lists."""

    def explain(self, waiting: Sequence[Waiting]) -> Sequence[Waiting]:
        """The same rows, with what tells why they were left out: vendor numbers of members, counts of GL entries.

        It costs a request for each invoice, so it is for the few rows that did not come in an export.
        """

    def export(self, wish: Wish) -> Iterator[Exported]:
        """What would be posted: documents, parties and settings. Changes nothing; purchases come with their taxes."""

    def batches(self) -> Iterator[Batch]:
        """Every accounting batch."""

    def batch_export(self, batch_id: int, wish: Wish) -> Iterator[Exported]:
        """The documents of an existing batch once more, without changing it (decision 20)."""

    def batch_entries(self, batch_id: int) -> Iterator[BatchEntry]:
        """What a batch holds. Raises NotFound."""

    def invoices(self, numbers: Collection[str]) -> Iterator[PaidInvoice]:
        """Invoices by number; unknown numbers are absent. Two invoices of one number are both there."""

    def invoice_numbers(self, ids: Collection[int]) -> Mapping[int, str]:
        """The numbers of invoices by id; unknown ids are absent."""

    def payments(self, invoice_ids: Collection[int]) -> Iterator[tuple[int, Sequence[InvoicePayment]]]:
        """All payments of each invoice, in any order of invoices."""


@dataclass(frozen=True, slots=True)
class BookInfo:
    """What a book says of itself."""

    name: str
    version: str = ""
    currency: str = ""
    """Its home currency; blank when it has none."""


class Books(Protocol):
    """One book: a journal file, a company in an accounting package.

    Writes are of the resources PARTY, ITEM and DOCUMENT. A document's fields hold its `marker` and its `payload`
    (`domain.books.payload`); taking one back is a CANCEL with `marker`, `ref`, `number`, the
    `day` (YYYY-MM-DD) on which to do it, and the payload that was sent.
    A receipt of a document has the fields `marker`, `number`, `total`, `day` and `currency`, as the books have them.
    """

    @property
    def traits(self) -> Traits: ...

    @property
    def concurrency(self) -> int:
        """How many requests may be under way at once; 1 where writes must follow one another."""

    @property
    def write_timeout(self) -> float:
        """Seconds after which a write that was sent cannot arrive any more, if it has not by then."""

    def info(self) -> BookInfo:
        """Prove that the book can be reached and written to. Raises RemoteError."""

    def references(self, kind: ReferenceKind) -> Sequence[Reference] | None:
        """One of its lists, inactive entries too; None when it keeps no such list and takes any code."""

    def closed_through(self) -> date | None:
        """The last closed day; None when nothing is closed, or the book does not say."""

    def documents(self, markers: Collection[str]) -> Iterator[Present]:
        """The documents of these markers as they are now; those that are not there are absent. Read afresh."""

    def balances(self, months: Collection[Month]) -> Balances | None:
        """Movements of these months from documents that Bursar wrote, per account and currency, debit positive.

        None when the book cannot say. Accounts are called as in the deliveries.
        """

    def settlements(self, since: datetime | None) -> Iterator[Settlement | Blocked]:
        """Invoices whose allocations may have changed since then, each with all its live allocations.

        None asks for all. Invoices are named by the number that was delivered; one whose payments were all deleted
        comes without allocations. Blocked is an invoice whose payments cannot be told, and why: its present ones stay.
        Nothing when it cannot read payments.
        """

    def send(self, write: Write) -> Receipt:
        """Send one write once. UnknownOutcome: the answer was lost."""

    def look(self, write: Write) -> Receipt | None:
        """Find what `write` would make, by marker or code, or see that it was taken back; None when it is not so."""


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
