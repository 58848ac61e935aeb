"""A company in Tryton behind the `Books` port."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from types import TracebackType
from typing import Self

import httpx2

from bursar.connectors.books.entry import receipt_of
from bursar.connectors.books.tryton.balances import balances_in
from bursar.connectors.books.tryton.credentials import TrytonCredentials
from bursar.connectors.books.tryton.documents import Documents
from bursar.connectors.books.tryton.lists import Lists
from bursar.connectors.books.tryton.options import TrytonOptions
from bursar.connectors.books.tryton.parties import Parties
from bursar.connectors.books.tryton.reader import Reader
from bursar.connectors.books.tryton.session import Session
from bursar.connectors.books.tryton.settlements import settlements_in
from bursar.connectors.http import HttpClient
from bursar.connectors.request_log import Observer
from bursar.connectors.system_clock import SystemClock
from bursar.domain.books.delivery import Delivery
from bursar.domain.books.payload import delivery_of
from bursar.domain.books.present import Present
from bursar.domain.books.references import Reference, ReferenceKind
from bursar.domain.books.traits import Capability, Limits, Proof, Traits
from bursar.domain.errors import InvalidInput, NotPermitted, Rejected
from bursar.domain.ledger.comparison import Balances
from bursar.domain.payments.settlement import Settlement
from bursar.domain.period import Month
from bursar.domain.plan import Action, Blocked, Resource
from bursar.ports import BookInfo, Clock, Receipt, Write

TRAITS = Traits(
    title="Tryton",
    capabilities=frozenset(
        {
            Capability.DOCUMENTS,
            Capability.JOURNALS,
            Capability.REFERENCES,
            Capability.PARTIES,
            Capability.PAYMENTS,
            Capability.BALANCES,
            Capability.CLOSED_PERIODS,
            Capability.VOID,
        }
    ),
    proof=Proof.ENGINE,
    proven_by="Tryton 8.2 on PostgreSQL, which took every kind of document and refused what is wrong",
    limits=Limits(),
)
_WRITTEN = ("account.invoice", "account.move", "party.party")


class TrytonBooks:
    """One company. Cheap to make: nothing is asked before it is used. Thread-safe; close it when done.

    Raises InvalidInput when the address or the database's name in the credentials cannot be used.
    """

    def __init__(
        self,
        credentials: TrytonCredentials,
        options: TrytonOptions | None = None,
        *,
        name: str,
        transport: httpx2.BaseTransport | None = None,
        clock: Clock | None = None,
        observe: Observer | None = None,
    ) -> None:
        self._options = options or TrytonOptions()
        clock = clock or SystemClock()
        self._http = HttpClient(name, self._options.http, transport=transport, clock=clock, observe=observe)
        self._session = Session(credentials, self._http, clock, name)
        self._reader = Reader(self._session, self._options.company)
        self._lists = Lists(self._reader, self._options)
        self._documents = Documents(self._session, self._reader, self._lists)
        self._parties = Parties(self._session, self._lists)

    @property
    def traits(self) -> Traits:
        return TRAITS

    @property
    def concurrency(self) -> int:
        """One: Tryton numbers entries one after the other, and refuses who comes in between."""
        return 1

    @property
    def write_timeout(self) -> float:
        """Seconds after which a write that was sent cannot arrive any more."""
        return self._options.connect_timeout + self._options.read_timeout

    def info(self) -> BookInfo:
        """Prove address, user and company, and that the user may write."""
        company = self._reader.company
        rights = self._session.read("model.ir.model.access.get_access", list(_WRITTEN))
        for model in _WRITTEN:
            granted = rights.get(model) if isinstance(rights, dict) else None
            if not (isinstance(granted, dict) and granted.get("create") and granted.get("write")):
                raise NotPermitted(
                    f"The user of {self._session.name} may not write {model} in Tryton.",
                    remedy="In Tryton, Administration > Users, add the group Accounting to this user.",
                )
        return BookInfo(company.name, self._session.version(), company.currency.code)

    def references(self, kind: ReferenceKind) -> Sequence[Reference] | None:
        """Accounts, parties and payment terms; None for what is not kept: taxes, items and dimensions."""
        return self._lists.references(kind)

    def closed_through(self) -> date | None:
        """The day before the first open period, when something is closed before it."""
        return self._lists.closed_through()

    def documents(self, markers: Collection[str]) -> Iterator[Present]:
        """Documents that are in the ledger, also those that were taken back; drafts are not."""
        return self._documents.present(markers)

    def balances(self, months: Collection[Month]) -> Balances | None:
        """Read from the ledger's lines, not computed from what was sent."""
        return balances_in(self._reader, self._documents.invoices, self._documents.journals, months)

    def settlements(self, since: datetime | None) -> Iterator[Settlement | Blocked]:
        """Customers' invoices of ours that are open or were written since, each with all that is set against it."""
        return settlements_in(self._reader, self._documents.invoices, since)

    def send(self, write: Write) -> Receipt:
        """Send one write; what it would make is not made twice."""
        if write.resource is Resource.PARTY and write.action is Action.CREATE:
            return self._parties.create(write)
        if write.resource is not Resource.DOCUMENT or write.action not in {Action.CREATE, Action.CANCEL}:
            raise Rejected(
                f"{self._session.name} takes parties and documents, not a {write.action} of {write.resource}.",
                remedy="Plan again, then post what the new plan shows.",
            )
        delivery = _delivery(write)
        if write.action is Action.CREATE:
            return receipt_of(self._documents.create(delivery))
        return receipt_of(self._documents.take_back(delivery, _day(write, delivery)))

    def look(self, write: Write) -> Receipt | None:
        """Find what the write would make, or see that it was taken back. A draft left behind is finished or removed."""
        if write.resource is Resource.PARTY:
            return self._parties.look(write)
        if write.resource is not Resource.DOCUMENT:
            return None
        delivery = _delivery(write)
        if write.action is Action.CREATE:
            found = self._documents.look(delivery)
        else:
            found = self._documents.taken_back(delivery)
        return None if found is None else receipt_of(found)

    def close(self) -> None:
        """Log out and give back the connection."""
        self._session.close()
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _delivery(write: Write) -> Delivery:
    try:
        delivery = delivery_of(str(write.fields.get("payload", "")))
    except InvalidInput as error:
        raise Rejected(error.sentence, remedy="Plan again, then post what the new plan shows.") from error
    if delivery.marker != write.fields.get("marker"):
        raise Rejected(
            f"{delivery.document.title} was sent under another document's marker.",
            remedy="Plan again, then post what the new plan shows.",
        )
    return delivery


def _day(write: Write, delivery: Delivery) -> date:
    """The day to take a document back on: as the write says, else the document's own."""
    stated = write.fields.get("day")
    return date.fromisoformat(stated) if isinstance(stated, str) and stated else delivery.document.day
