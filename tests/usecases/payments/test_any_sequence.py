"""Whatever happens in the books and in ConnectWise: after each run the payments are what the books say.

Random sequences of pay, part-pay, refund, credit, delete, void, portal payments, tampering, re-open, close, batch,
unbatch and rebatch, against the real sandbox and the payments file of a plaintext book.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bursar.connectors.books.plaintext.adapter import PlaintextBooks
from bursar.domain.money import ZERO
from bursar.domain.payments.settlement import Settlement
from bursar.domain.plan import Blocked
from bursar.store.models import Run
from psa_sandbox.state.closed_invoices import is_closed
from psa_sandbox.state.errors import Refusal
from tests.connectors.books.payments_file import PaymentsFile
from tests.usecases.payments.world import PaymentsWorld, make_payments_world

TOTALS = (100, 60)
MEMOS = (50, 30)
IN_THE_BOOKS = (*["pay"] * 4, "refund", "credit", "credit", "delete", "delete", "void", "restore", "restore")
IN_CONNECTWISE = ("portal", "tamper", "tamper", "open", "close", "close", "batch", "unbatch", "rebatch")
ACT = st.tuples(
    st.sampled_from((*IN_THE_BOOKS, *IN_CONNECTWISE)),
    st.integers(0, len(TOTALS) - 1),
    st.sampled_from((10, 30, 60, 100)),
    st.integers(0, 1),
)
ROUNDS = st.lists(st.lists(ACT, min_size=1, max_size=5), min_size=2, max_size=5)
"""What happens between one run and the next."""
_NAMES = count()


class VoidingBooks(PlaintextBooks):
    """A plaintext book that also knows which invoices are not alive; a file of payments alone does not say it."""

    voided: frozenset[str] = frozenset()

    def settlements(self, since: datetime | None) -> Iterator[Settlement | Blocked]:
        for item in super().settlements(since):
            is_void = isinstance(item, Settlement) and item.number in self.voided
            yield replace(item, voided=True) if isinstance(item, Settlement) and is_void else item


@dataclass
class Entry:
    """One row of the payments file."""

    invoice: str
    amount: Decimal
    day: date
    memo: str = ""


@dataclass
class Story:
    """The world, what the books say, and what the portal wrote."""

    world: PaymentsWorld
    books: VoidingBooks
    file: PaymentsFile
    invoices: dict[str, Decimal]
    memos: dict[str, Decimal]
    entries: dict[str, Entry] = field(default_factory=dict)
    foreign: dict[str, Decimal] = field(default_factory=dict)
    """Cash on an invoice that is somebody else's."""
    refs: Iterator[int] = field(default_factory=count)

    # --- steps

    def step(self, act: str, which: int, amount: int, memo: int) -> None:
        number = list(self.invoices)[which]
        match act:
            case "pay" | "refund":
                paid = Decimal(amount) if act == "pay" else -Decimal(amount) / 4
                self._enter(Entry(number, paid, self._next_day()))
            case "credit":
                self._credit(number, Decimal(amount), list(self.memos)[memo])
            case "delete":
                self._delete([ref for ref in self.entries if self.entries[ref].invoice == number][:1])
            case "void":
                self.books.voided |= {number}
                if memo:  # with its payments, or without
                    self._delete([ref for ref in self.entries if self.entries[ref].invoice == number])
            case "restore":
                self.books.voided -= {number}
            case "portal":
                if not self.world.payments(number):
                    self.foreign[number] = Decimal(amount) if amount <= self.invoices[number] else Decimal(1)
                    self.world.pay_in_portal(number, self.foreign[number])
            case "tamper":
                self.world.delete_payments(number, cash_only=True)
                self.foreign.pop(number, None)
            case _:
                self._in_connectwise(act, number)

    def _next_day(self) -> date:
        return date(2026, 11, 1) + timedelta(days=len(self.entries) * 7 % 25)

    def _enter(self, entry: Entry) -> None:
        ref = f"r{next(self.refs)}"
        self.entries[ref] = entry
        row = {"id": ref, "invoice": entry.invoice, "date": entry.day.isoformat(), "amount": f"{entry.amount:.2f}"}
        self.file.add(row | ({"kind": "credit", "credit": entry.memo} if entry.memo else {}))

    def _credit(self, number: str, amount: Decimal, memo: str) -> None:
        """The books never set more of a memo against invoices than there is of it."""
        of_memo = sum((each.amount for each in self.entries.values() if each.memo == memo), ZERO)
        if of_memo + amount <= self.memos[memo] and self.credited(number) + amount <= self.invoices[number]:
            self._enter(Entry(number, amount, date(2026, 11, 1), memo))

    def _delete(self, refs: list[str]) -> None:
        for ref in refs:
            del self.entries[ref]
            self.file.unpay(ref)

    def _in_connectwise(self, act: str, number: str) -> None:
        if act in {"batch", "unbatch", "rebatch"} and self.is_open(number):
            return
        try:
            match act:
                case "open":
                    self.world.set_status(number, "New")
                case "close":
                    self.world.set_status(number, "Closed")
                case "batch":
                    self.world.batch(number)
                case "unbatch":
                    self.world.unbatch(number)
                case "rebatch":
                    self.world.rebatch(number)
        except Refusal:
            pass  # a batched invoice is not opened: as for anybody else

    # --- what the books say

    def cash(self, number: str) -> Decimal:
        return sum((e.amount for e in self.entries.values() if e.invoice == number and not e.memo), ZERO)

    def credits(self, number: str) -> dict[str, Decimal]:
        found: dict[str, Decimal] = {}
        for entry in self.entries.values():
            if entry.invoice == number and entry.memo:
                found[entry.memo] = found.get(entry.memo, ZERO) + entry.amount
        return found

    def credited(self, number: str) -> Decimal:
        return sum(self.credits(number).values(), ZERO)

    def newest(self, number: str) -> str:
        return max(e.day for e in self.entries.values() if e.invoice == number and not e.memo).isoformat()

    def frozen(self, number: str) -> bool:
        """Nothing may be written to it: open in ConnectWise, or not alive in the books though it has payments."""
        return self.is_open(number) or (
            number in self.books.voided and bool(self.cash(number) or self.credited(number))
        )

    def is_open(self, number: str) -> bool:
        return not is_closed(self.world.store, self.world.record(number))

    # --- runs

    def sync(self) -> None:
        before = {number: self.world.payments(number) for number in self.invoices}
        run = self.world.post(pull=True)
        assert run.state == Run.State.DONE
        for number in self.invoices:
            self._check(number, before[number])
        writes = self.world.writes()
        assert self.world.post(pull=True).counts.get("create", 0) == 0 or not self._memos_suffice()
        if self._memos_suffice():
            assert self.world.writes() == writes

    def _memos_suffice(self) -> bool:
        """Whether what frozen invoices hold of the memos leaves enough for the others."""
        for memo, total in self.memos.items():
            held = ZERO
            for number in self.invoices:
                there = sum((paid for paid, _, of in self.world.payments(number) if of == memo), ZERO)
                held += there if self.frozen(number) or self._crowded(number) else self.credits(number).get(memo, ZERO)
            if held > total:
                return False
        return True

    def _crowded(self, number: str) -> bool:
        """Whether cash that must stay leaves no room for the credits of the books."""
        cash = self.cash(number)
        stays = self.foreign.get(number, ZERO)
        return cash < ZERO or stays > min(cash, self.invoices[number] - self.credited(number))

    def _check(self, number: str, before: list[tuple[Decimal, str, str]]) -> None:
        there, total = self.world.payments(number), self.invoices[number]
        assert len([1 for _, _, memo in there if not memo]) <= 1
        assert sum((paid for paid, _, _ in there), ZERO) <= total
        excused = [subject for subjects in self.world.exceptions().values() for subject in subjects]
        if self.frozen(number):
            assert there == before
            return
        if self._crowded(number):
            assert [row for row in there if not row[2]] == [row for row in before if not row[2]]
            spoken_of = self.world.rows().filter(number=number).exists()
            assert (f"invoice:{number}" in excused) == spoken_of
            return
        cash = min(self.cash(number), total - self.credited(number))
        assert sum((paid for paid, _, memo in there if not memo), ZERO) == cash
        if cash and self.foreign.get(number) != cash:
            self.foreign.pop(number, None)
            assert next(day for _, day, memo in there if not memo) == self.newest(number)
        if self._memos_suffice():
            assert {memo: paid for paid, _, memo in there if memo} == self.credits(number)
            assert f"invoice:{number}" not in excused


@contextmanager
def story(folder: Path) -> Iterator[Story]:
    """A world of its own, gone afterwards."""
    name = f"story{next(_NAMES)}"
    with transaction.atomic():
        world = make_payments_world(folder / name, name)
        book = world.book()
        place = Path(book.place["folder"])
        with world.psa, closing(VoidingBooks(place, name=book.name)) as books:
            world.adapters[book.pk] = books
            invoices = {world.invoice(total): Decimal(total) for total in TOTALS}
            memos = {world.memo(total): Decimal(total) for total in MEMOS}
            yield Story(world, books, PaymentsFile(place), invoices, memos)
        transaction.set_rollback(True)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(ROUNDS)
def test_connectwise_converges_to_the_books(
    db: None, tmp_path: Path, rounds: list[list[tuple[str, int, int, int]]]
) -> None:
    with story(tmp_path) as told:
        for acts in rounds:
            for act, which, amount, memo in acts:
                told.step(act, which, amount, memo)
            told.sync()
        for which in range(len(TOTALS)):  # and once nothing stands in the way any more, it is exactly the books
            told.step("close", which, 1, 0)
            told.step("restore", which, 1, 0)
        told.sync()
