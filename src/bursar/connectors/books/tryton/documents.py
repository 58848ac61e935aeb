"""Documents in Tryton: made as a draft in one request, posted in another, so that every point in between can be mended.

A draft is not in the ledger. Whoever finds one of ours finishes it, or removes it when Tryton does not take it; so a
lost answer, or a process killed in between, leaves each document there once or not at all. A create that arrives late
makes a draft, never a second entry.
"""

from collections.abc import Collection, Iterator
from datetime import date

from bursar.connectors.books.clean_text import one_line
from bursar.connectors.books.tryton.invoices import Invoices
from bursar.connectors.books.tryton.journals import Journals
from bursar.connectors.books.tryton.kept import Keeper, Kept, State, firsts
from bursar.connectors.books.tryton.lists import Lists
from bursar.connectors.books.tryton.marks import markers_in
from bursar.connectors.books.tryton.reader import Reader, chunks
from bursar.connectors.books.tryton.session import Session
from bursar.domain.books.delivery import Delivery
from bursar.domain.books.present import Present
from bursar.domain.books.references import party_kind
from bursar.domain.errors import NotFound, Rejected, RemoteError, UnknownOutcome

_AT_ONCE = 40
"""How many markers are searched for in one question."""


class Documents:
    """Finds, makes and takes back documents of both sorts."""

    def __init__(self, session: Session, reader: Reader, lists: Lists) -> None:
        self._name = session.name
        self.invoices = Invoices(session, reader, lists)
        self.journals = Journals(session, reader, lists)

    def present(self, markers: Collection[str]) -> Iterator[Present]:
        """The documents of these markers that are in the ledger."""
        for some in chunks(markers_in(markers), _AT_ONCE):
            for keeper in (self.invoices, self.journals):
                for kept in firsts(keeper.with_markers(some)).values():
                    yield kept.present

    def create(self, delivery: Delivery) -> Present:
        """Make it and post it; what is there already is not made again. Raises RemoteError."""
        keeper = self._keeper(delivery)
        found = list(keeper.of_series(delivery.marker))
        there = self._finished(keeper, delivery, found)
        if there is not None:
            return there
        self._refuse_second(delivery, found)
        self._refuse_unfit(delivery)
        record = keeper.draft(delivery)
        self._finish(keeper, delivery, record)
        return self._read_back(keeper, delivery)

    def look(self, delivery: Delivery) -> Present | None:
        """The document, when it is there; one that was left a draft is finished. Raises RemoteError."""
        keeper = self._keeper(delivery)
        return self._finished(keeper, delivery, list(keeper.of_series(delivery.marker)))

    def taken_back(self, delivery: Delivery) -> Present | None:
        """The document, when it was taken back."""
        found = firsts(self._keeper(delivery).of_series(delivery.marker)).get(delivery.marker)
        return found.present if found and found.present.voided else None

    def take_back(self, delivery: Delivery, day: date) -> Present:
        """Take it back, unless it was already. Raises NotFound when it is not there."""
        keeper = self._keeper(delivery)
        found = firsts(keeper.of_series(delivery.marker)).get(delivery.marker)
        if found is None:
            raise NotFound(
                f"{delivery.document.title} is not in {self._name}.", remedy="Plan again: somebody may have deleted it."
            )
        if found.present.voided:
            return found.present
        keeper.take_back(delivery, found, day)
        return self._read_back(keeper, delivery)

    def _keeper(self, delivery: Delivery) -> Keeper:
        return self.invoices if party_kind(delivery.document) else self.journals

    def _finished(self, keeper: Keeper, delivery: Delivery, found: Collection[Kept]) -> Present | None:
        """What is in the ledger; drafts that were left behind are finished or removed."""
        own = [each for each in found if each.mark.marker == delivery.marker]
        there = firsts(own).get(delivery.marker)
        for draft in [each for each in own if each.state is State.DRAFT and each.by_us]:
            if there is not None or not keeper.holds(delivery, draft.id):
                keeper.remove(draft.id)  # a request arrived late, or it is what the document was before
                continue
            try:
                self._finish(keeper, delivery, draft.id)
            except Rejected:
                continue  # and removed: it is as if it had never been made
            there = draft
        if there is None:
            return None
        return there.present if there.state is not State.DRAFT else self._read_back(keeper, delivery)

    def _finish(self, keeper: Keeper, delivery: Delivery, record: int) -> None:
        try:
            keeper.check(delivery, record)
            keeper.post(delivery, record)
        except Rejected:
            keeper.remove(record)
            raise

    def _read_back(self, keeper: Keeper, delivery: Delivery) -> Present:
        """What was just written. Raises UnknownOutcome when it cannot be read."""
        try:
            found = firsts(keeper.with_markers([delivery.marker])).get(delivery.marker)
        except RemoteError as error:
            sentence = f"{self._name} took {delivery.document.title} and could not be read afterwards."
            raise UnknownOutcome(sentence, answer=error.answer) from error
        if found is None:
            raise UnknownOutcome(f"{self._name} took {delivery.document.title} and does not show it.")
        return found.present

    def _refuse_second(self, delivery: Delivery, found: Collection[Kept]) -> None:
        """An earlier generation that is alive would stand beside this one."""
        alive = next((each for each in firsts(found).values() if each.state is State.POSTED), None)
        if alive is not None:
            raise Rejected(
                f"{delivery.document.title} is still in {self._name} as it was posted before ({alive.present.ref}).",
                remedy="Take it back first; Bursar never posts it beside the old one.",
            )

    def _refuse_unfit(self, delivery: Delivery) -> None:
        number = delivery.document.number
        if one_line(number) != number:
            raise Rejected(
                f"The number of {one_line(delivery.document.title)} has spaces or signs that {self._name} cannot keep.",
                remedy="Correct the number in ConnectWise.",
            )
