"""Stock movements, cost of goods sold and expenses that are no bills: as entries of the ledger.

An entry in another currency needs amounts in the company's own: Tryton computes them with its rates, and what rounding
leaves goes to the first row.
"""

from collections.abc import Collection, Iterator
from datetime import date
from decimal import Decimal

from bursar.connectors.books.clean_text import one_line
from bursar.connectors.books.tryton.drafts import entry_says
from bursar.connectors.books.tryton.kept import Keeper, Kept, State, firsts
from bursar.connectors.books.tryton.lists import Lists
from bursar.connectors.books.tryton.marks import OURS, Mark, having, mark_in, of_series
from bursar.connectors.books.tryton.questions import run_wizard
from bursar.connectors.books.tryton.reader import Reader, chunks
from bursar.connectors.books.tryton.records import Move, MoveLine, Period
from bursar.connectors.books.tryton.refusals import refused
from bursar.connectors.books.tryton.reversals import reversed_among
from bursar.connectors.books.tryton.session import Refusal, Session
from bursar.connectors.books.tryton.values import Value, Values
from bursar.domain.books.delivery import Delivery
from bursar.domain.books.present import Present
from bursar.domain.errors import FieldFault, Rejected, RemoteError
from bursar.domain.ledger.journal import Posting
from bursar.domain.money import ZERO, Money

MODEL = "account.move"
_AT_ONCE = 40
"""How many markers are searched for in one question."""


class Journals(Keeper):
    """Entries that no invoice stands behind."""

    def __init__(self, session: Session, reader: Reader, lists: Lists) -> None:
        self._session = session
        self._reader = reader
        self._lists = lists

    def with_markers(self, markers: Collection[str]) -> Iterator[Kept]:
        return self._kept(having("description", markers))

    def of_series(self, marker: str) -> Iterator[Kept]:
        return self._kept(of_series("description", marker))

    def moves(self, within: Value) -> Iterator[tuple[int, str]]:
        """Entry and currency of the entries of ours that a clause about their day allows, and that are alive.

        Of what Bursar took back its entry and the reverse, when the clause allows one of them.
        """
        by_us = self._reader.own(["create_uid", "=", self._session.user_id], ["state", "=", "posted"])
        reverses = self._reader.all(MODEL, Move, [*by_us, ["origin", "like", f"{MODEL},%"], within])
        taken_back: list[Value] = [int(each.origin.rpartition(",")[2]) for each in reverses]
        found = {f"{MODEL},{kept.id}": kept for kept in self._genuine(["OR", within, ["id", "in", taken_back]])}
        voided = [origin for origin, kept in found.items() if kept.state is State.VOIDED]
        for each in self._reader.among(MODEL, Move, by_us, "origin", list(voided)):
            yield each.id, found[each.origin].present.currency
            yield found[each.origin].id, found[each.origin].present.currency
        for kept in found.values():
            if kept.state is State.POSTED:
                yield kept.id, kept.present.currency

    def _genuine(self, within: Value) -> Iterator[Kept]:
        """Entries with a mark of ours that a clause allows, but for copies that people made of them."""
        found = list(self._kept(["description", "like", OURS], within))
        doubtful = sorted({each.mark.marker for each in found if not each.by_us})
        oldest = {each.id for some in chunks(doubtful, _AT_ONCE) for each in firsts(self.with_markers(some)).values()}
        return (each for each in found if each.by_us or each.id in oldest)

    def draft(self, delivery: Delivery) -> int:
        values = self._values(delivery, self._rows(delivery))
        try:
            made = self._session.write(f"model.{MODEL}.create", [values])
        except Refusal as refusal:
            raise refused(delivery.document, refusal, self._reader.name) from refusal
        return int(str(made[0])) if isinstance(made, list) and made else 0

    def holds(self, delivery: Delivery, record: int) -> bool:
        try:
            rows = self._rows(delivery)
            wanted = self._values(delivery, rows)
        except Rejected:
            return False  # something that it names is not there any more
        return entry_says(self._reader, record, wanted, rows)

    def check(self, delivery: Delivery, record: int) -> None:
        currency, title = delivery.document.currency, delivery.document.title
        wanted = delivery.journal.debits.get(currency, ZERO)
        lines = self._reader.among("account.move.line", MoveLine, [], "move", [record])
        found = _debits(lines, self._reader.currency).get(currency, ZERO)
        if found != wanted:
            sentence = (
                f"{title} moves {Money(wanted, currency)}, but {self._reader.name} makes {Money(found, currency)} of"
                " it; it was not posted."
            )
            fault = FieldFault("total", "total_differs", sentence)
            raise Rejected(sentence, fields=[fault], remedy="Correct the record in ConnectWise, then plan again.")

    def post(self, delivery: Delivery, record: int) -> None:
        try:
            self._session.write(f"model.{MODEL}.post", [record])
        except Refusal as refusal:
            raise refused(delivery.document, refusal, self._reader.name) from refusal

    def remove(self, record: int) -> None:
        try:
            self._session.write(f"model.{MODEL}.delete", [record])
        except Refusal as refusal:
            raise RemoteError(
                f"A draft entry ({record}) is left in {self._reader.name}: {refusal.words}",
                remedy="Delete that draft in Tryton.",
                answer=refusal.words,
            ) from refusal

    def take_back(self, delivery: Delivery, kept: Kept, day: date) -> None:
        """By Tryton's own cancelling: an entry of the opposite, on the same day or, if that is closed, today."""
        del day
        forms: Values = {
            "default": {"description": one_line(f"Takes back {delivery.document.title}"), "reversal": True}
        }
        try:
            run_wizard(self._session, "account.move.cancel", MODEL, [kept.id], forms, "cancel")
        except Refusal as refusal:
            raise refused(delivery.document, refusal, self._reader.name) from refusal

    # Reading.

    def _kept(self, *clauses: Value) -> Iterator[Kept]:
        own = self._reader.own(*clauses, ["origin", "=", None])
        found = {each.id: each for each in self._reader.all(MODEL, Move, own) if mark_in(each.description)}
        taken_back = reversed_among(self._reader, list(found))
        lines: dict[int, list[MoveLine]] = {}
        for line in self._reader.among("account.move.line", MoveLine, [], "move", list(found)):
            lines.setdefault(line.move_id, []).append(line)
        for each in found.values():
            yield self._one(each, lines.get(each.id, []), voided=each.id in taken_back)

    def _one(self, found: Move, lines: list[MoveLine], *, voided: bool) -> Kept:
        mark = mark_in(found.description) or Mark("", "")
        home = self._reader.currency
        foreign = (each.second_currency.code for each in lines if each.second_currency)
        currency = next(foreign, home)
        total = _debits(lines, home).get(currency, ZERO)
        state = State.DRAFT if found.state == "draft" else State.VOIDED if voided else State.POSTED
        present = Present(
            *(mark.marker, mark.number, found.date, currency, total, voided, found.id, f"{MODEL},{found.id}"),
            url=f"{self._session.site}/#{self._session.database}/model/{MODEL}/{found.id}",
        )
        return Kept(found.id, mark, state, present, found.create_uid == self._session.user_id)

    # Writing.

    def _rows(self, delivery: Delivery) -> list[Values]:
        document, rows = delivery.document, delivery.journal.postings
        accounts = self._lists.accounts([row.account for row in rows], document.title)
        homes = self._in_company_currency(delivery)
        lines: list[Values] = []
        for row, home in zip(rows, homes, strict=True):
            account = accounts[row.account]
            party = None
            if account.party_required and document.party.code:
                party = self._lists.usable_party(document.party.code, document.title).id
            lines.append(
                {
                    "account": account.id,
                    "debit": max(home, ZERO),
                    "credit": max(-home, ZERO),
                    "party": party,
                    "description": one_line(row.memo) or None,
                    **self._second(row, document.title),
                }
            )
        return lines

    def _values(self, delivery: Delivery, rows: list[Values]) -> Values:
        document = delivery.document
        lines: list[Value] = list(rows)
        return {
            "company": self._reader.company.id,
            "journal": self._lists.journal("general"),
            "period": self._period(document.day, document.title),
            "date": document.day,
            "description": str(Mark(document.number, delivery.marker)),
            "lines": [["create", lines]] if lines else [],
        }

    def _second(self, row: Posting, title: str) -> Values:
        if row.currency == self._reader.currency:
            return {}
        return {
            "amount_second_currency": row.amount,
            "second_currency": self._lists.currency(row.currency, title),
        }

    def _in_company_currency(self, delivery: Delivery) -> list[Decimal]:
        """Each row's amount in the company's currency, at Tryton's rate of the day."""
        document = delivery.document
        found = [self._converted(row, delivery) for row in delivery.journal.postings]
        left = sum(found, ZERO)
        if (
            left
            and document.currency != self._reader.currency
            and not sum((row.amount for row in delivery.journal.postings), ZERO)
        ):
            found[0] -= left
        return found

    def _converted(self, row: Posting, delivery: Delivery) -> Decimal:
        home, title = self._reader.currency, delivery.document.title
        if row.currency == home:
            return row.amount
        source, target = self._lists.currency(row.currency, title), self._reader.company.currency.id
        try:
            amount = self._session.read(
                "model.currency.currency.compute", source, row.amount, target, date=delivery.document.day
            )
        except Refusal as refusal:
            raise refused(delivery.document, refusal, self._reader.name) from refusal
        return Decimal(str(amount))

    def _period(self, day: date, title: str) -> int:
        standard = self._reader.own(["type", "=", "standard"], ["start_date", "<=", day], ["end_date", ">=", day])
        for found in self._reader.all("account.period", Period, standard):
            return found.id
        sentence = f"{title} is dated {day}, and {self._reader.name} has no period for that day."
        raise Rejected(
            sentence,
            fields=[FieldFault("day", "no_period", sentence)],
            remedy="In Tryton, Financial > Configuration > Fiscal Years: create the year and its periods.",
        )


def _debits(lines: Collection[MoveLine] | Iterator[MoveLine], home: str) -> dict[str, Decimal]:
    """Sums of debits by the currency that the rows are in."""
    sums: dict[str, Decimal] = {}
    for line in lines:
        currency = line.second_currency.code if line.second_currency else home
        amount = line.amount_in(currency, home) or ZERO
        sums[currency] = sums.get(currency, ZERO) + max(amount, ZERO)
    return sums
