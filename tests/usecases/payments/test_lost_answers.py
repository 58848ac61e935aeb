"""Answers that are lost, and processes that die: one payment for each invoice, whatever happens."""

from collections.abc import Iterator

import pytest

from bursar.domain.errors import Unavailable
from bursar.ports import Receipt, Write
from bursar.store.models import Book, Posting, Run
from psa_sandbox.control.faults import FaultKind
from tests.usecases.payments.world import PaymentsWorld, State

LOST: list[FaultKind] = ["cut_before", "cut_after", "500"]


@pytest.mark.parametrize("kind", LOST)
@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_a_lost_answer_leaves_exactly_what_is_wanted(
    world: PaymentsWorld, book: Book, kind: FaultKind, method: str
) -> None:
    number, other = world.invoice(100), world.invoice(100)
    if method != "POST":
        world.pays(book, "p1", number, 60)
        world.post(pull=True)
    if method == "DELETE":
        world.inbox(book).unpay("p1")
    else:
        world.pays(book, "p2", number, 15)
    world.pays(book, "p3", other, 10)
    world.fault(kind=kind, method=method, times=1)
    run = world.post(pull=True)
    assert (run.state, run.verdict) == (Run.State.DONE, "balanced")
    world.sandbox.faults.clear()
    writes = world.writes()
    assert world.post(pull=True).verdict == "balanced"
    assert world.writes() == writes
    wanted = {"POST": ["15.00"], "PATCH": ["75.00"], "DELETE": []}
    assert (world.paid(number), world.paid(other)) == (wanted[method], ["10.00"])


@pytest.mark.parametrize("kind", LOST)
@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_an_answer_that_stays_lost_is_settled_by_the_next_run(
    world: PaymentsWorld, book: Book, kind: FaultKind, method: str
) -> None:
    """The write is lost, and so is every look for it: the outcome is unknown when the run ends."""
    number = world.invoice(100)
    if method != "POST":
        world.pays(book, "p1", number, 60)
        world.post(pull=True)
    if method == "DELETE":
        world.inbox(book).unpay("p1")
    else:
        world.pays(book, "p2", number, 15)
    world.pull()
    lost = _Lossy(world, kind)
    lost.carry()
    assert Posting.objects.filter(state=Posting.State.UNKNOWN).count() == 1
    assert world.row(number).state in {State.EXCEPTION, State.APPLIED}
    world.pays(book, "p9", number, 5)  # and meanwhile the books go on
    assert world.post(pull=True).verdict == "balanced"
    wanted = {"POST": ["20.00"], "PATCH": ["80.00"], "DELETE": ["5.00"]}
    assert (world.paid(number), world.exceptions()) == (wanted[method], {})
    assert not Posting.objects.filter(state__in=Posting.OPEN).exists()


class _Lossy:
    """ConnectWise whose looks fail: nobody can say what became of a write."""

    def __init__(self, world: PaymentsWorld, kind: FaultKind) -> None:
        self._world, self._psa = world, world.psa
        world.fault(kind=kind, route="/payments", method="POST", times=1)
        world.fault(kind=kind, route="/payments", method="PATCH", times=1)
        world.fault(kind=kind, route="/payments", method="DELETE", times=1)
        self.concurrency, self.write_timeout = 1, self._psa.write_timeout
        self.accounting = self._psa.accounting

    def send(self, write: Write) -> Receipt:
        return self._psa.send(write)

    def look(self, write: Write) -> Receipt | None:
        raise Unavailable("ConnectWise is down.")

    def carry(self) -> Run:
        self._world.psa = self  # type: ignore[assignment]  # as far as a posting can tell
        run = self._world.post()
        self._world.psa = self._psa
        self._world.sandbox.faults.clear()
        return run


class _Killed(BaseException):
    """The process dies."""


class _Mortal:
    """ConnectWise as seen by a process that dies at one of its writes: before it left, or before its answer came."""

    def __init__(self, world: PaymentsWorld, dies_at: int, *, arrives: bool) -> None:
        self._psa, self._left, self._arrives = world.psa, dies_at, arrives
        self.concurrency, self.write_timeout = 1, self._psa.write_timeout
        self.accounting = self._psa.accounting

    def send(self, write: Write) -> Receipt:
        self._left -= 1
        if self._left == 0:
            if self._arrives:
                self._psa.send(write)
            raise _Killed
        return self._psa.send(write)

    def look(self, write: Write) -> Receipt | None:
        return self._psa.look(write)


def _boundaries() -> Iterator[tuple[int, bool, bool]]:
    """Which write, whether it arrives, and whether people had agreed to exactly these writes."""
    for dies_at in range(1, 6):
        yield dies_at, False, True
        yield dies_at, True, True
    yield 3, False, False
    yield 2, True, False


@pytest.mark.parametrize(("dies_at", "arrives", "agreed"), list(_boundaries()))
def test_killed_at_any_write_and_taken_up_again(
    world: PaymentsWorld, book: Book, dies_at: int, *, arrives: bool, agreed: bool
) -> None:
    """A delete, a lowering, a creation, a credit and a rise: the run goes on and each is there once."""
    gone, credited, made, raised, memo = (*(world.invoice(100) for _ in range(4)), world.memo(30))
    for ref, number, paid in (("p1", gone, 50), ("p2", credited, 100), ("p4", raised, 10)):
        world.pays(book, ref, number, paid)
    world.post(pull=True)
    world.inbox(book).unpay("p1")
    world.inbox(book).unpay("p2")
    world.pays(book, "p5", credited, 70)
    world.pays(book, "c1", credited, 30, memo=memo)
    world.pays(book, "p6", made, 25)
    world.pays(book, "p7", raised, 10)
    world.pull()
    run = world.agreed() if agreed else None
    psa = world.psa
    world.psa = _Mortal(world, dies_at, arrives=arrives)  # type: ignore[assignment]  # as far as a posting can tell
    with pytest.raises(_Killed):
        world.carry_on(run) if run else world.post()
    world.psa = psa
    run = Run.objects.get(state=Run.State.RUNNING)
    run = world.carry_on(run)
    assert (run.state, run.verdict) == (Run.State.DONE, "balanced")
    assert world.exceptions() == {}
    assert [world.paid(number) for number in (gone, credited, made, raised)] == [[], ["70.00"], ["25.00"], ["20.00"]]
    assert world.payments(credited)[1] == (30, "2026-11-02", memo)
    assert set(world.rows().values_list("state", flat=True)) == {State.APPLIED}
    writes = [run.counts.get(name, 0) for name in ("create", "update", "cancel")]
    assert writes == [2, 2, 1]
    sent = world.writes()
    world.post(pull=True)
    assert world.writes() == sent
