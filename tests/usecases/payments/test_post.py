"""Payments are written to ConnectWise once, read back, and told from what they should be."""

from datetime import date

import pytest

from bursar.domain.errors import InvalidInput, WrongKey
from bursar.domain.plan import Action
from bursar.ports import Receipt, Write
from bursar.store.models import AuditEntry, Book, InvoiceSettlement, PaymentLink, Posting, Run, RunNote
from bursar.usecases.agree_payments import postable
from bursar.usecases.watch import Watch
from tests.usecases.payments.world import PaymentsWorld, State


def test_what_is_to_be_written_is_written_once(world: PaymentsWorld, book: Book) -> None:
    first, second = world.invoice(100), world.invoice(80)
    world.pays(book, "p1", first, "60.00")
    world.pays(book, "p2", second, "90.00", date(2026, 11, 5))
    run = world.post(pull=True)
    assert (run.state, run.verdict) == (Run.State.DONE, "balanced")
    assert (run.counts["create"], run.counts["leave"], run.counts["blocked"]) == (2, 0, 0)
    assert run.totals["planned"] == run.totals["posted"] == run.totals["read_back"] == {"USD": "140.00"}
    assert world.payments(first) == [(60, "2026-11-02", "")]
    assert world.payments(second) == [(80, "2026-11-05", "")]
    assert set(world.rows().values_list("state", flat=True)) == {State.APPLIED}
    assert world.row(second).code == "overpaid"
    again, writes = world.post(pull=True), world.writes()
    assert (again.verdict, again.counts["leave"], again.postings.count()) == ("balanced", 2, 0)
    assert writes == 2


def test_without_a_pull_the_kept_settlements_are_planned_anew(world: PaymentsWorld, book: Book) -> None:
    number = world.invoice(100)
    world.pays(book, "p1", number, 60)
    world.pull()
    world.pays(book, "p2", number, 40)
    world.post()
    assert world.paid(number) == ["60.00"]


def test_amount_and_day_follow_and_a_payment_that_is_gone_is_deleted(world: PaymentsWorld, book: Book) -> None:
    number = world.invoice(100)
    world.pays(book, "p1", number, 60)
    world.post(pull=True)
    world.pays(book, "p2", number, 15, date(2026, 11, 20))
    world.post(pull=True)
    assert world.payments(number) == [(75, "2026-11-20", "")]
    link = PaymentLink.objects.get()
    assert (link.number, link.amount, link.day) == (number, 75, date(2026, 11, 20))
    assert link.invoice_id == world.row(number).invoice_id
    world.inbox(book).unpay("p2")
    world.post(pull=True)
    assert world.payments(number) == [(60, "2026-11-02", "")]
    world.inbox(book).unpay("p1")
    run = world.post(pull=True)
    assert (run.verdict, run.counts["cancel"], world.payments(number)) == ("balanced", 1, [])
    assert not PaymentLink.objects.exists()
    world.pays(book, "p3", number, 10)
    world.post(pull=True)
    assert world.paid(number) == ["10.00"]
    assert list(Posting.objects.order_by("pk").values_list("action", flat=True)) == [
        *(Action.CREATE, Action.UPDATE, Action.UPDATE, Action.CANCEL, Action.CREATE)
    ]


def test_credits_are_applied_by_payments_of_their_own(world: PaymentsWorld, book: Book) -> None:
    number, memo = world.invoice(100), world.memo(30)
    world.pays(book, "p1", number, 100)
    world.post(pull=True)
    world.inbox(book).unpay("p1")
    world.pays(book, "p2", number, 70)
    world.pays(book, "c1", number, 30, memo=memo)
    assert world.post(pull=True).verdict == "balanced"
    assert world.payments(number) == [(70, "2026-11-02", ""), (30, "2026-11-02", memo)]
    world.inbox(book).unpay("c1")
    world.post(pull=True)
    assert world.payments(number) == [(70, "2026-11-02", "")]


def test_a_refund_is_paid_on_the_credit_memo(world: PaymentsWorld, book: Book) -> None:
    memo = world.memo(30)
    world.pays(book, "p1", memo, "-30")
    assert world.post(pull=True).verdict == "balanced"
    assert world.paid(memo) == ["-30.00"]


def test_a_refused_payment_is_an_exception_of_its_invoice_and_stops_no_other(world: PaymentsWorld, book: Book) -> None:
    refused, first, memo = world.invoice(100), world.invoice(100), world.memo(30)
    world.pays(book, "c1", first, 30, memo=memo)
    world.post(pull=True)
    world.pays(book, "c2", refused, 20, memo=memo)  # nothing is left of the memo
    world.pays(book, "p1", first, 10)
    run = world.post(pull=True)
    assert (run.state, run.verdict) == (Run.State.DONE, "differs by 20.00 USD in 1 record(s)")
    assert (run.counts["create"], run.counts["failed"], run.counts["blocked"]) == (1, 1, 0)
    assert not run.notes.filter(kind=RunNote.Kind.BLOCKED).exists()  # the write that failed says why itself
    assert world.payments(first) == [(10, "2026-11-02", ""), (30, "2026-11-02", memo)]
    row = world.row(refused)
    assert (row.state, row.code, row.action) == (State.EXCEPTION, "rejected", "create")
    assert world.exceptions() == {"rejected": [f"invoice:{refused}"]}
    world.pull()
    assert world.exceptions() == {"rejected": [f"invoice:{refused}"]}  # a look alone does not heal it
    assert postable(world.rows()).get() == row
    world.inbox(book).unpay("c1")
    assert world.post(pull=True).verdict == "balanced"
    assert (world.payments(refused), world.exceptions()) == ([(20, "2026-11-02", memo)], {})
    assert world.row(refused).state == State.APPLIED


def test_a_refusal_stays_beside_what_waits_for_a_person(world: PaymentsWorld, book: Book) -> None:
    number, other, memo = world.invoice(100), world.invoice(100), world.memo(30)
    world.pays(book, "c1", other, 30, memo=memo)
    world.pay_in_portal(number, 40)  # of which the books know nothing
    world.post(pull=True)
    world.pays(book, "c2", number, 20, memo=memo)  # nothing is left of the memo
    world.post(pull=True)
    both = {"paid_elsewhere": [f"invoice:{number}"], "rejected": [f"invoice:{number}"]}
    for _ in range(2):
        assert world.exceptions() == both
        assert world.row(number).code == "rejected"
        assert world.row(number).sentence.count("(and 1 more)") == 1
        world.pull()
    world.inbox(book).unpay("c1")
    world.post(pull=True)
    assert world.exceptions() == {"paid_elsewhere": [f"invoice:{number}"]}


def test_a_refusal_is_no_exception_any_more_once_something_else_is_to_be_written(
    world: PaymentsWorld, book: Book
) -> None:
    number, memo = world.invoice(100), world.memo(30)
    world.pays(book, "c1", number, 40, memo=memo)
    world.post(pull=True)
    assert world.exceptions() == {"rejected": [f"invoice:{number}"]}
    world.inbox(book).unpay("c1")
    world.pays(book, "c2", number, 30, memo=memo)
    assert world.pull().verdict == "1 to write"
    assert (world.row(number).state, world.exceptions()) == (State.WANTED, {})


class TestAgreed:
    """Only what somebody saw is written."""

    def test_only_the_chosen_invoices(self, world: PaymentsWorld, book: Book) -> None:
        chosen, other = world.invoice(100), world.invoice(100)
        world.pays(book, "p1", chosen, 10)
        world.pays(book, "p2", other, 10)
        world.pull()
        run = world.post_agreed(world.rows().filter(number=chosen))
        assert (run.verdict, run.counts["create"]) == ("balanced", 1)
        assert (world.paid(chosen), world.paid(other)) == (["10.00"], [])
        assert world.row(other).state == State.WANTED
        entry = AuditEntry.objects.get(action="payments agreed to")
        assert entry.after == {"posting": str(run.pk), "invoices": 1}

    def test_what_became_something_else_since_is_held_back(self, world: PaymentsWorld, book: Book) -> None:
        changed, same = world.invoice(100), world.invoice(100)
        world.pays(book, "p1", changed, 10)
        world.pays(book, "p2", same, 10)
        world.pull()
        run = world.agreed()
        world.pay_in_portal(changed, 5)
        world.carry_on(run)
        assert (world.paid(changed), world.paid(same)) == (["5.00"], ["10.00"])
        assert world.exceptions() == {"changed_since_preview": [f"invoice:{changed}"]}
        assert run.counts["blocked"] == 1
        assert (world.row(changed).state, world.row(changed).action) == (State.WANTED, "update")
        world.post_agreed()
        assert (world.paid(changed), world.exceptions()) == (["10.00"], {})

    def test_what_the_books_say_since_is_held_back_too(self, world: PaymentsWorld, book: Book) -> None:
        number = world.invoice(100)
        world.pays(book, "p1", number, 10)
        world.pull()
        run = world.agreed()
        world.pays(book, "p2", number, 5)
        world.pull()
        world.carry_on(run)
        assert world.paid(number) == []
        assert world.exceptions() == {"changed_since_preview": [f"invoice:{number}"]}

    def test_what_is_there_by_itself_by_now_is_applied(self, world: PaymentsWorld, book: Book) -> None:
        number = world.invoice(100)
        world.pays(book, "p1", number, 10)
        world.pull()
        run = world.agreed()
        world.pay_in_portal(number, 10)
        world.carry_on(run)
        assert (world.row(number).state, world.exceptions()) == (State.APPLIED, {})

    def test_nothing_can_be_agreed_to_twice_or_without_anything_to_write(
        self, world: PaymentsWorld, book: Book
    ) -> None:
        number = world.invoice(100)
        world.pays(book, "p1", number, 10)
        world.pays(book, "p2", "99999", 10)
        world.pull()
        run = world.agreed()
        with pytest.raises(InvalidInput, match="Nothing is to be written"):
            world.agreed()
        world.carry_on(run)
        with pytest.raises(InvalidInput, match="Nothing is to be written"):
            world.agreed()

    def test_other_exceptions_stay_open(self, world: PaymentsWorld, book: Book) -> None:
        number = world.invoice(100)
        world.pays(book, "p1", number, 10)
        world.pays(book, "p2", "99999", 10)
        world.pull()
        world.post_agreed()
        assert world.exceptions() == {"invoice_unknown": ["invoice:99999"]}


class TestPaymentsOfOthers:
    """A payment portal writes to ConnectWise, too."""

    def test_the_same_payment_from_both_sides_is_there_once(self, world: PaymentsWorld, book: Book) -> None:
        number = world.invoice(100)
        world.pay_in_portal(number, 100)
        world.pays(book, "p1", number, 100, date(2026, 11, 9))
        assert world.post(pull=True).counts["leave"] == 1
        assert world.payments(number) == [(100, "2026-11-01", "")]

    def test_it_is_raised_when_the_books_have_more_and_never_taken_away(self, world: PaymentsWorld, book: Book) -> None:
        number, kept = world.invoice(100), world.invoice(100)
        for each in (number, kept):
            world.pay_in_portal(each, 40)
        world.pays(book, "p1", number, 70)
        world.pays(book, "p2", kept, 30)
        world.post(pull=True)
        assert (world.paid(number), world.paid(kept)) == (["70.00"], ["40.00"])
        assert world.exceptions() == {"paid_elsewhere": [f"invoice:{kept}"]}
        world.inbox(book).unpay("p2")
        world.post(pull=True)
        assert world.paid(kept) == ["40.00"]
        assert world.exceptions() == {"paid_elsewhere": [f"invoice:{kept}"]}
        world.pays(book, "p3", kept, 40)
        world.post(pull=True)
        assert world.exceptions() == {}

    def test_one_made_between_reading_and_writing_is_not_doubled(self, world: PaymentsWorld, book: Book) -> None:
        number = world.invoice(100)
        world.pays(book, "p1", number, 100)

        psa = world.psa

        class Portal:
            """Pays the moment before Bursar does."""

            concurrency, write_timeout = 1, psa.write_timeout
            accounting, look = psa.accounting, staticmethod(psa.look)

            @staticmethod
            def send(write: Write) -> Receipt:
                world.pay_in_portal(number, 100)
                return psa.send(write)

        world.psa = Portal()  # type: ignore[assignment]  # as far as a posting can tell
        run = world.post(pull=True)
        assert run.counts["failed"] == 1
        assert (world.paid(number), world.row(number).state) == (["100.00"], State.APPLIED)
        assert world.exceptions() == {}


def test_an_invoice_that_is_voided_in_the_books_loses_ours_only(world: PaymentsWorld, book: Book) -> None:
    ours, theirs = world.invoice(100), world.invoice(100)
    world.pays(book, "p1", ours, 40)
    world.pay_in_portal(theirs, 40)
    world.pays(book, "p2", theirs, 40)
    world.post(pull=True)
    world.inbox(book).unpay("p1")
    world.inbox(book).unpay("p2")
    world.post(pull=True)
    assert (world.paid(ours), world.paid(theirs)) == ([], ["40.00"])


def test_a_posting_that_is_stopped_sends_nothing_more_and_another_goes_on(world: PaymentsWorld, book: Book) -> None:
    numbers = [world.invoice(100) for _ in range(3)]
    for number in numbers:
        world.pays(book, f"p{number}", number, 10)
    world.watch = Watch(stopped=lambda: world.writes() > 0)
    run = world.post(pull=True)
    assert run.state == Run.State.QUEUED
    world.watch = Watch()
    run = world.carry_on(run)
    assert (run.state, run.verdict) == (Run.State.DONE, "balanced")
    assert run.counts["create"] == 3
    assert [world.paid(number) for number in numbers] == [["10.00"]] * 3


def test_a_key_that_is_refused_fails_the_run(world: PaymentsWorld, book: Book) -> None:
    number = world.invoice(100)
    world.pays(book, "p1", number, 10)
    world.pull()
    world.fault(kind="expired_key", method="POST")
    with pytest.raises(WrongKey):
        world.post()
    assert Run.objects.filter(state=Run.State.FAILED).count() == 1
    assert InvoiceSettlement.objects.get().state == State.WANTED
