"""Invoices, credits and bills as Tryton's invoices.

ConnectWise's number is the reference of a customer's invoice; Tryton gives it a number of its own, without gaps and in
the order of dates. A bill's reference is the supplier's number.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from decimal import Decimal

from bursar.connectors.books.tryton.drafts import invoice_says
from bursar.connectors.books.tryton.invoice_values import invoice_values, supplier_number
from bursar.connectors.books.tryton.kept import Keeper, Kept, State, firsts
from bursar.connectors.books.tryton.lists import Lists
from bursar.connectors.books.tryton.marks import OURS, Mark, having, mark_in, of_series, series_of
from bursar.connectors.books.tryton.questions import insist, run_wizard
from bursar.connectors.books.tryton.reader import Reader, chunks
from bursar.connectors.books.tryton.records import Invoice, Move
from bursar.connectors.books.tryton.refusals import refused
from bursar.connectors.books.tryton.reversals import reversed_among
from bursar.connectors.books.tryton.rows import carries_costs, total_of
from bursar.connectors.books.tryton.session import Refusal, Session
from bursar.connectors.books.tryton.values import Value, Values
from bursar.domain.books.delivery import Delivery
from bursar.domain.books.present import Present
from bursar.domain.errors import FieldFault, Rejected, RemoteError
from bursar.domain.ledger.documents import Document
from bursar.domain.money import Money

MODEL = "account.invoice"
_DUPLICATE = "is similar to invoice"
_AT_ONCE = 40
"""How many documents are searched for in one question."""
_READ_AT_ONCE = 200
_TOO_EARLY = "must set an invoice date after"


class Invoices(Keeper):
    """Customer and supplier invoices of the company."""

    def __init__(self, session: Session, reader: Reader, lists: Lists) -> None:
        self._session = session
        self._reader = reader
        self._lists = lists

    def with_markers(self, markers: Collection[str]) -> Iterator[Kept]:
        return self._kept([having("comment", markers)])

    def of_series(self, marker: str) -> Iterator[Kept]:
        return self._kept([of_series("comment", marker)])

    def standing(self, markers: Collection[str]) -> frozenset[str]:
        """The series of these markers of which a document is in the ledger and was not taken back."""
        found: list[Kept] = []
        for some in chunks(sorted(set(markers)), _AT_ONCE):
            found += self._kept([["OR", *(of_series("comment", marker) for marker in some)]])
        alive = (each for each in firsts(found).values() if each.state is State.POSTED)
        return frozenset(series_of(each.mark.marker) for each in alive)

    def draft(self, delivery: Delivery) -> int:
        document = delivery.document
        self._refuse_unfit(delivery)
        values = invoice_values(delivery, self._reader, self._lists)
        try:
            made = self._session.write(f"model.{MODEL}.create", [values])
        except Refusal as refusal:
            raise refused(document, refusal, self._reader.name) from refusal
        return int(str(made[0])) if isinstance(made, list) and made else 0

    def holds(self, delivery: Delivery, record: int) -> bool:
        try:
            wanted = invoice_values(delivery, self._reader, self._lists)
        except Rejected:
            return False  # something that it names is not there any more
        return invoice_says(self._reader, record, delivery, wanted)

    def check(self, delivery: Delivery, record: int) -> None:
        found, document = self._read(record), delivery.document
        wanted = total_of(delivery)
        if found.total_amount == wanted and found.currency.code == document.currency:
            return
        computed = Money(found.total_amount, found.currency.code)
        sentence = (
            f"{document.title} comes to {Money(wanted, document.currency)}, but {self._reader.name} makes {computed} of"
            " it; it was not posted."
        )
        raise Rejected(
            sentence,
            fields=[FieldFault("total", "total_differs", sentence)],
            remedy="Correct the record in ConnectWise so that its lines and taxes come to its total, then plan again.",
        )

    def post(self, delivery: Delivery, record: int) -> None:
        try:
            self._post(delivery, record)
        except Refusal as refusal:
            raise refused(delivery.document, refusal, self._reader.name) from refusal

    def remove(self, record: int) -> None:
        found = self._read(record)
        try:
            if found.state == "validated":
                self._session.write(f"model.{MODEL}.draft", [record])
            if found.number:  # one that was validated keeps its number, so Tryton keeps it, too
                self._session.write(f"model.{MODEL}.cancel", [record])
            else:
                self._session.write(f"model.{MODEL}.delete", [record])
        except Refusal as refusal:
            raise RemoteError(
                f"A draft of {found.reference} is left in {self._reader.name}: {refusal.words}",
                remedy="Delete that draft in Tryton.",
                answer=refusal.words,
            ) from refusal

    def take_back(self, delivery: Delivery, kept: Kept, day: date) -> None:
        found = self._read(kept.id)
        title = delivery.document.title
        if found.state == "paid" and not found.total_amount:
            lines: list[Value] = list(found.lines_to_pay)
            run_wizard(self._session, "account.move.unreconcile_lines", "account.move.line", lines, {}, "unreconcile")
        elif found.state == "paid" or found.payment_lines:
            raise Rejected(
                f"{title} has payments or credits set against it in {self._reader.name}.",
                remedy="In Tryton, take them off the invoice; then take it back.",
            )
        try:
            if found.allow_cancel or found.type == "in":
                insist(self._session, f"model.{MODEL}.cancel", [kept.id])
            else:
                self._credit(kept.id, day)
        except Refusal as refusal:
            raise refused(delivery.document, refusal, self._reader.name) from refusal

    def _credit(self, record: int, day: date) -> None:
        """A credit note over all of it, set against it.

        Where that day cannot be numbered any more it is dated as the newest credit note, to stay near; else of today.
        """
        for dated in (day, self._newest(day, ["total_amount", "<", Decimal(0)]) or day, None):
            start: Values = {"with_refund": True, "with_refund_allowed": True, "invoice_date": dated}
            try:
                run_wizard(self._session, "account.invoice.credit", MODEL, [record], {"start": start}, "credit")
            except Refusal as refusal:
                if _TOO_EARLY not in refusal.words or dated is None:
                    raise
            else:
                return

    # Reading.

    def _read(self, record: int) -> Invoice:
        for found in self._reader.all(MODEL, Invoice, [["id", "=", record]]):
            return found
        raise RemoteError(f"Invoice {record} has vanished from {self._reader.name}.", remedy="Run again.")

    def _kept(self, domain: list[Value]) -> Iterator[Kept]:
        found = list(self._reader.all(MODEL, Invoice, self._reader.own(*domain)))
        reversed_moves = reversed_among(self._reader, [each.move for each in found if each.move])
        for each in found:
            mark = mark_in(each.comment)
            if mark and not (each.state == "cancelled" and each.move is None):
                yield self._one(each, mark, reversed_moves)

    def _one(self, found: Invoice, mark: Mark, reversed_moves: Collection[int]) -> Kept:
        state = State.DRAFT if found.state in {"draft", "validated"} else State.POSTED
        if found.state == "cancelled" or found.move in reversed_moves:
            state = State.VOIDED
        number = found.reference if found.type == "out" else mark.number
        day = found.accounting_date or found.invoice_date or date.min
        total, ref = abs(found.total_amount), f"{MODEL},{found.id}"
        present = Present(
            *(mark.marker, number, day, found.currency.code, total, state is State.VOIDED, found.id, ref),
            url=f"{self._session.site}/#{self._session.database}/model/{MODEL}/{found.id}",
        )
        return Kept(found.id, mark, state, present, found.create_uid == self._session.user_id)

    def moves(self, made: Value, taken_back: Value) -> Iterator[tuple[int, str]]:
        """Entry and currency of the invoices that clauses about their days allow.

        Those are the entries of all that are alive, and of what Bursar took back its entry and the reverse.
        """
        ours = self._reader.own(["comment", "like", OURS], ["move", "!=", None], ["OR", made, taken_back])
        found = [each for each, _ in self.genuine(self._reader.all(MODEL, Invoice, ours))]
        removed = reversed_among(self._reader, [each.move for each in found if each.move])
        reverses = [each.cancel_move for each in found if each.cancel_move]
        moves = self._reader.among("account.move", Move, [], "id", list(reverses))
        by_us = {each.id for each in moves if each.create_uid == self._session.user_id}
        for each in found:
            if each.move is None:
                continue
            if each.state in {"posted", "paid"} and each.move not in removed:
                yield each.move, each.currency.code
            elif each.cancel_move in by_us:
                yield from ((move, each.currency.code) for move in (each.move, each.cancel_move) if move)

    def genuine(self, found: Iterable[Invoice]) -> Iterator[tuple[Invoice, Mark]]:
        """Of invoices with a mark those that Bursar made: people copy and credit invoices, and the mark comes along."""
        for some in chunks(found, _READ_AT_ONCE):
            marks = {each.id: mark for each in some if (mark := mark_in(each.comment))}
            doubtful = {marks[each.id].marker for each in some if each.id in marks and not self._made(each)}
            oldest = {kept.id for kept in self._firsts(doubtful)}
            for each in some:
                lost = each.type == "out" and not each.reference
                if each.id in marks and not lost and (self._made(each) or each.id in oldest):
                    yield each, marks[each.id]

    def _made(self, found: Invoice) -> bool:
        return found.create_uid == self._session.user_id

    def _firsts(self, markers: Collection[str]) -> Iterator[Kept]:
        for some in chunks(sorted(markers), _AT_ONCE):
            yield from firsts(self.with_markers(some)).values()

    # Writing.

    def _refuse_unfit(self, delivery: Delivery) -> None:
        document = delivery.document
        if carries_costs(delivery):
            raise Rejected(
                f"{document.title} carries its cost of goods sold, which an invoice in Tryton cannot.",
                remedy="Let the book have cost of goods sold as a journal of its own, in the settings of the book.",
            )

    def _post(self, delivery: Delivery, record: int) -> None:
        try:
            self._ask_to_post(delivery.document, record)
        except Refusal as refusal:
            if _TOO_EARLY not in refusal.words:
                raise
            self._date_later(delivery.document, record)
            self._ask_to_post(delivery.document, record)

    def _ask_to_post(self, document: Document, record: int) -> None:
        def is_twice(words: str) -> bool:
            return _DUPLICATE in words and not self._only_ours(document)

        insist(self._session, f"model.{MODEL}.post", [record], unless=is_twice)

    def _date_later(self, document: Document, record: int) -> None:
        """Tryton numbers sales in the order of dates: a late one is dated as the newest, and booked on its own day."""
        newest = self._newest(document.day)
        if newest is not None:
            values: Values = {"invoice_date": newest, "accounting_date": document.day}
            self._session.write(f"model.{MODEL}.write", [record], values)

    def _newest(self, day: date, *clauses: Value) -> date | None:
        """The newest invoice date of the sales in the fiscal year of a day."""
        year = "move.period.fiscalyear"
        of_year: list[Value] = [[f"{year}.start_date", "<=", day], [f"{year}.end_date", ">=", day]]
        own = self._reader.own(["type", "=", "out"], *of_year, *clauses)
        newest = self._reader.newest(MODEL, Invoice, own, "invoice_date")
        return newest.invoice_date if newest else None

    def _only_ours(self, document: Document) -> bool:
        """Whether every bill of this number that is alive is one that Bursar posted: Tryton may have it twice."""
        party = self._lists.usable_party(document.party.code, document.title)
        number: Value = ["reference", "=", supplier_number(document)]
        same = self._reader.own(["type", "=", "in"], ["party", "=", party.id], number)
        alive = [each for each in self._reader.all(MODEL, Invoice, same) if each.state != "cancelled"]
        return all(mark_in(each.comment) for each in alive)
