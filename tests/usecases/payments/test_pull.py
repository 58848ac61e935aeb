"""What the books say was paid, compared with ConnectWise for people to look at: nothing is written there."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from bursar.domain.errors import Unavailable, WrongKey
from bursar.domain.payments.present import InvoicePayment
from bursar.domain.payments.settlement import Settlement
from bursar.domain.plan import Blocked
from bursar.store.models import Book, Connection, LedgerException, Run
from bursar.usecases.plan_payments import PaymentDesk
from bursar.usecases.read_payments import PaymentPull
from bursar.usecases.watch import Watch
from tests.domain.payments.invoices import cash, says
from tests.usecases.payments.told_books import ToldBooks
from tests.usecases.payments.world import DAY, PaymentsWorld, State


def test_a_pull_keeps_what_would_be_written_and_writes_nothing(world: PaymentsWorld, book: Book) -> None:
    first, second = world.invoice(100), world.invoice(80)
    world.pays(book, "p1", first, "60.00")
    world.pays(book, "p2", first, "20.00")
    world.pays(book, "p3", second, "90.00")
    run = world.pull()
    assert (run.state, run.verdict) == (Run.State.DONE, "2 to write")
    assert run.totals == {"planned": {"USD": "160.00"}, "held": {}}
    assert world.writes() == 0
    row = world.row(first)
    assert (row.state, row.action, row.book, row.currency) == (State.WANTED, "create", book, "USD")
    assert (row.wanted, row.newest, row.present, row.invoice_total) == (80, DAY, 0, 100)
    assert row.company == "Customer 00001"
    assert (world.row(second).code, world.row(second).state) == ("overpaid", State.WANTED)
    assert [note.code for note in run.notes.all()] == ["overpaid"]
    assert world.pull().verdict == "2 to write"
    assert world.rows().count() == 2


def test_what_connectwise_has_already_is_applied_and_counted(world: PaymentsWorld, book: Book) -> None:
    number = world.invoice(100)
    world.pays(book, "p1", number, "60.00")
    world.pay_in_portal(number, 60)
    run = world.pull()
    assert (run.verdict, run.counts["leave"]) == ("1 applied", 1)
    row = world.row(number)
    assert (row.state, row.present, row.fingerprint) == (State.APPLIED, 60, "")
    assert row.applied_at == world.clock.now()


def test_an_invoice_that_waits_for_a_person_says_why_and_stops_nobody(world: PaymentsWorld, book: Book) -> None:
    number, opened = world.invoice(100), world.invoice(50, closed=False)
    world.pays(book, "p1", "99999", 10)
    world.pays(book, "p2", opened, 10)
    world.pays(book, "p3", number, 10)
    run = world.pull()
    assert run.verdict == "1 to write, 2 blocked"
    assert run.totals["held"] == {"USD": "10"}  # in what currency 99999 is, nobody knows
    assert world.exceptions() == {"invoice_open": [f"invoice:{opened}"], "invoice_unknown": ["invoice:99999"]}
    row = world.row(opened)
    assert (row.state, row.code, row.remedy) == (State.EXCEPTION, "invoice_open", row.remedy)
    assert row.remedy.startswith("Close it in ConnectWise")
    world.set_status(opened, "Closed")
    assert world.pull().verdict == "2 to write, 1 blocked"
    assert world.exceptions() == {"invoice_unknown": ["invoice:99999"]}
    assert LedgerException.objects.get(code="invoice_open").closed_at == world.clock.now()


def test_several_obstacles_of_one_invoice_are_all_told(world: PaymentsWorld, book: Book) -> None:
    number = world.invoice(100)
    for ref, memo in (("c1", "77777"), ("c2", "88888")):
        world.pays(book, ref, number, 10, memo=memo)
    world.pull()
    assert world.row(number).sentence.endswith("which ConnectWise does not know. (and 1 more)")
    assert LedgerException.objects.count() == 1  # of one kind, one exception


def test_a_damaged_row_holds_its_invoice_and_nothing_else(world: PaymentsWorld, book: Book) -> None:
    held, free = world.invoice(100), world.invoice(100)
    world.pays(book, "p1", held, 10)
    world.pull()
    world.post()
    world.pays(book, "p2", held, "ten")
    world.pays(book, "p3", free, 10)
    world.pays(book, "p4", "", 10)
    assert world.pull().verdict == "1 to write, 2 blocked"
    assert world.row(held).wanted == 10
    assert world.exceptions() == {"payment_unreadable": ["book:Main:payments.csv:5", f"invoice:{held}"]}
    world.post()
    assert (world.paid(held), world.paid(free)) == (["10.00"], ["10.00"])
    world.inbox(book).unpay("p2")
    world.inbox(book).unpay("p4")
    assert world.pull().verdict == "2 applied"
    assert world.exceptions() == {}


def test_a_book_that_cannot_be_read_is_an_exception_and_the_others_go_on(world: PaymentsWorld, book: Book) -> None:
    other, number = world.book("Other"), world.invoice(100)
    world.pays(other, "p1", number, 10)
    world.pays(book, "p1", "", 10)
    world.pull()
    broken = world.inbox(book).path
    text = broken.read_text(encoding="utf-8")
    broken.write_text("who,what\n", encoding="utf-8")
    run = world.pull()
    assert (run.state, run.verdict) == (Run.State.DONE, "1 to write, 1 blocked")
    assert world.exceptions() == {
        "book_unreachable": ["book:Main"],
        "payment_unreadable": ["book:Main:payments.csv:2"],  # seen before, and nothing is known of it now
    }
    broken.write_text(text.splitlines()[0] + "\n", encoding="utf-8")
    world.pull()
    assert world.exceptions() == {}


def test_many_invoices_take_as_many_questions_as_few(world: PaymentsWorld) -> None:
    books = told(world)
    few = [world.invoice(100) for _ in range(3)]
    tell(world, books, *(says(cash(10), number=number) for number in few))
    with CaptureQueriesContext(
        database,
    ) as small:
        world.pull()
    many = [world.invoice(100) for _ in range(30)]
    tell(world, books, *(says(cash(20), number=number) for number in [*few, *many]))
    with CaptureQueriesContext(database) as large:
        world.pull()
    assert len(large) <= len(small) + 2  # made rows and changed rows at once


def test_an_applied_invoice_that_stands_as_it_did_is_not_read_again(world: PaymentsWorld, book: Book) -> None:
    number, other, memo = world.invoice(100), world.invoice(100), world.memo(30)
    world.pays(book, "p1", number, 60)
    world.pays(book, "c1", number, 30, memo=memo)
    world.pays(book, "p2", other, 60)
    world.post(pull=True)
    before = payments_read(world)
    assert world.pull().verdict == "2 applied"
    assert payments_read(world) == before
    world.set_status(number, "New")
    world.set_status(number, "Closed")
    world.pay_in_portal(world.invoice(50), 10)
    assert world.post(pull=True).counts["leave"] == 2
    assert payments_read(world) == before
    world.delete_payments(other)
    assert world.pull().verdict == "1 to write, 1 applied"
    assert payments_read(world) == before + 1
    assert world.pull(everything=True).verdict == "1 to write, 1 applied"
    assert payments_read(world) == before + 3


def payments_read(world: PaymentsWorld) -> int:
    """How often the payments of an invoice were asked for."""
    entries = world.sandbox.journal.entries()
    return sum(entry.method == "GET" and entry.path.endswith("/payments") for entry in entries)


def test_an_invoice_whose_payments_are_not_found_is_not_taken_for_unpaid(world: PaymentsWorld, book: Book) -> None:
    number = world.invoice(100)
    world.pays(book, "p1", number, 10)
    world.pull()
    accounting = world.psa.accounting

    class Gone:
        """ConnectWise, where the invoice is deleted as soon as it was read."""

        invoices = staticmethod(accounting.invoices)

        @staticmethod
        def payments(_ids: Collection[int]) -> Iterator[tuple[int, Sequence[InvoicePayment]]]:
            return iter(())

    rows = list(world.rows())
    desk = PaymentDesk(Run.objects.get(), Gone())  # type: ignore[arg-type]  # as far as a desk can tell
    planned = desk.compare(rows).planned[number]
    assert ([item.code for item in planned.blocked], planned.writes) == (["invoice_unknown"], [])


def test_a_book_that_is_added_while_a_run_begins_waits_for_the_next(world: PaymentsWorld, book: Book) -> None:
    number = world.invoice(100)
    world.pays(book, "p1", number, 10)
    pull = PaymentPull(world.connection, {}, world.clock)
    pull.read(Watch())
    pull.move_cursors()
    book.refresh_from_db()
    assert (pull.told, pull.unread, book.payments_read_to) == (set(), [], None)
    assert world.pull().verdict == "1 to write"


def test_what_is_compared_is_kept_in_turn_with_what_sources_say(world: PaymentsWorld, book: Book) -> None:
    """Both lock the connection first: rows alone, in two orders, would let a file and a run wait for one another."""
    world.pays(book, "p1", world.invoice(100), 10)
    world.pull()
    desk = PaymentDesk(Run.objects.get(), world.psa.accounting)
    rows = list(world.rows())
    compared = desk.compare(rows)
    rows[0].state = State.NEW
    with CaptureQueriesContext(database) as asked:
        desk.keep(rows, compared.planned, world.clock.now())
    read = [query["sql"] for query in asked.captured_queries if query["sql"].startswith("SELECT")]
    assert [Connection._meta.db_table in sql for sql in read] == [True, False]


class TestCursor:
    """A cursor moves once everything before it is dealt with, and never because of a failure."""

    def test_the_next_pull_goes_on_with_an_overlap(self, world: PaymentsWorld) -> None:
        books = told(world)
        began = world.clock.now()
        tell(world, books, says(cash(10), number=world.invoice(100)))
        world.pull()
        assert world_book(world).payments_read_to == began
        world.clock.sleep(3600)
        world.pull()
        assert books.asked == [None, began - timedelta(minutes=5)]

    def test_everything_is_asked_for_on_demand(self, world: PaymentsWorld) -> None:
        books = told(world)
        world.pull()
        world.pull(everything=True)
        assert books.asked == [None, None]

    def test_a_bad_payment_does_not_hold_it(self, world: PaymentsWorld) -> None:
        books = told(world)
        unreadable = Blocked("invoice:7", "payment_unreadable", "It cannot be told.", "Correct it.", ("7",))
        tell(
            world, books, unreadable, says(cash(10), number="99999"), says(cash("1e20"), number="5"), Settlement("", "")
        )
        run = world.pull()
        assert (run.state, run.counts["blocked"]) == (Run.State.DONE, 4)
        assert world.exceptions() == {
            "invoice_unknown": ["invoice:99999"],
            "payment_unreadable": ["invoice:7"],
            "settlement_unusable": ["book:Main:invoice:", "invoice:5"],
        }
        assert world_book(world).payments_read_to is not None

    def test_what_cannot_be_told_stays_an_exception_until_it_is_told(self, world: PaymentsWorld) -> None:
        books, number = told(world), world.invoice(100)
        tell(world, books, says(cash(10), number=number))
        world.pull()
        unreadable = Blocked(f"invoice:{number}", "payment_unreadable", "It cannot be told.", "Correct it.", (number,))
        tell(world, books, unreadable)
        for _ in range(2):  # the second time, the books do not tell it again
            world.clock.sleep(3600)
            world.pull()
            assert world.exceptions() == {"payment_unreadable": [f"invoice:{number}"]}
            assert world.row(number).action == ""
        tell(world, books, says(cash(20), number=number))
        assert world.pull().verdict == "1 to write"
        assert world.exceptions() == {}

    def test_books_that_break_keep_theirs_and_what_they_told_is_kept(self, world: PaymentsWorld) -> None:
        books = told(world)
        tell(world, books, says(cash(10), number=world.invoice(100)), says(cash(10), number="99999"))
        books.breaks_after = 1
        run = world.pull()
        assert (run.state, run.verdict) == (Run.State.DONE, "1 blocked")
        assert world_book(world).payments_read_to is None

    def test_one_book_that_breaks_does_not_hold_the_cursor_of_another(self, world: PaymentsWorld) -> None:
        told(world).breaks_after = 0
        books = told(world, "Other")
        tell(world, told(world, "Third"), says(cash(10), number=world.invoice(100)))
        world.adapters[world_book(world).pk] = broken = ToldBooks(breaks_after=0)
        tell(world, broken, says(cash(1), number="1"))
        assert world.pull().verdict == "1 to write, 1 blocked"
        assert books.asked == [None]
        read_to = {each.name: each.payments_read_to for each in Book.objects.all()}
        assert (read_to["Main"], read_to["Other"]) == (None, world.clock.now())

    @pytest.mark.parametrize(("fault", "error"), [("500", Unavailable), ("expired_key", WrongKey)])
    def test_connectwise_that_cannot_be_read_fails_the_run_and_moves_nothing(
        self, world: PaymentsWorld, fault: str, error: type[Exception]
    ) -> None:
        books, number = told(world), world.invoice(100)
        tell(world, books, says(cash(10), number=number))
        world.fault(kind=fault)
        with pytest.raises(error):
            world.pull()
        assert world_book(world).payments_read_to is None
        assert world.row(number).state == State.NEW
        world.sandbox.faults.clear()
        world.connection.refresh_from_db()
        world.connection.state = "connected"
        world.connection.save()
        assert world.pull().verdict == "1 to write"

    def test_a_pull_that_is_stopped_moves_nothing_and_closes_nothing(self, world: PaymentsWorld) -> None:
        books = told(world)
        tell(world, books, says(cash(10), number="99999"))
        world.pull()
        before = world_book(world).payments_read_to
        world.clock.sleep(3600)
        world.watch = Watch(stopped=lambda: True)
        tell(world, books, says(number="99999"))
        assert world.pull().state == Run.State.QUEUED  # its process left it; another one goes on
        assert world_book(world).payments_read_to == before
        assert world.exceptions() == {"invoice_unknown": ["invoice:99999"]}


def test_what_waits_is_compared_anew_though_the_books_say_nothing_new(world: PaymentsWorld) -> None:
    books, number = told(world), world.invoice(100)
    tell(world, books, says(cash(10), number=number))
    world.pull()
    past_the_overlap(world)
    world.pay_in_portal(number, 10)
    assert world.pull().verdict == "1 applied"


def test_what_is_applied_is_compared_when_the_books_tell_it_or_on_demand(world: PaymentsWorld) -> None:
    books, number = told(world), world.invoice(100)
    tell(world, books, says(cash(10), number=number))
    world.post(pull=True)
    world.delete_payments(number)
    assert world.pull().verdict == "1 to write"
    world.post()
    past_the_overlap(world)
    world.delete_payments(number)
    assert world.pull().verdict == "nothing to do"
    assert world.pull(everything=True).verdict == "1 to write"


def test_books_that_cannot_tell_payments_are_not_asked(world: PaymentsWorld) -> None:
    books = told(world)
    books.capabilities = frozenset()
    assert world.pull().verdict == "nothing to do"
    assert books.asked == []


def test_an_invoice_that_was_never_paid_gets_no_row(world: PaymentsWorld) -> None:
    books = told(world)
    tell(world, books, says(number=world.invoice(100)))
    assert world.pull().verdict == "nothing to do"
    assert not world.rows().exists()


def test_progress_is_counted_in_invoices(world: PaymentsWorld, book: Book) -> None:
    for place in range(3):
        world.pays(book, f"p{place}", world.invoice(100), 10)
    seen: list[tuple[str, int]] = []

    def note(word: str) -> Callable[[int], None]:
        return lambda count: seen.append((word, count))

    world.watch = Watch(lines=note("lines"), done=note("done"))
    world.pull()
    assert seen == [("lines", 3), ("done", 3)]


def past_the_overlap(world: PaymentsWorld) -> None:
    """From now on the books do not tell again what they told so far."""
    for _ in range(2):
        world.clock.sleep(3600)
        world.pull()


def told(world: PaymentsWorld, name: str = "Main") -> ToldBooks:
    """A book whose adapter is in memory."""
    known = Book.objects.filter(connection=world.connection, name=name).first()
    books = ToldBooks()
    world.adapters[(known or world.book(name)).pk] = books
    return books


def tell(world: PaymentsWorld, books: ToldBooks, *items: Settlement | Blocked) -> None:
    for item in items:
        books.tell(item, world.clock.now())


def world_book(world: PaymentsWorld) -> Book:
    return Book.objects.get(connection=world.connection, name="Main")


def test_amounts_are_kept_exactly(world: PaymentsWorld) -> None:
    books, number = told(world), world.invoice(100)
    tell(world, books, says(cash("0.10"), cash("0.20", 3), number=number))
    world.pull()
    assert world.row(number).wanted == Decimal("0.30")
