"""What goes wrong with payments elsewhere, one test for each complaint from the field, named after it."""

from datetime import date

from bursar.domain.plan import Action
from bursar.store.models import Book, Posting
from tests.domain.payments.invoices import cash, says
from tests.usecases.payments.test_pull import tell, told, world_book
from tests.usecases.payments.world import PaymentsWorld, State


def test_payment_over_several_invoices_fails(world: PaymentsWorld, book: Book) -> None:
    """Allocations are what counts: each invoice gets its part, also when one of them can take none."""
    first, second, third = world.invoice(100), world.invoice(80), world.invoice(50, closed=False)
    for number, part in ((first, 100), (second, 30), (third, 20)):
        world.pays(book, "deposit 7", number, part)
    world.post(pull=True)
    assert [world.paid(number) for number in (first, second, third)] == [["100.00"], ["30.00"], []]
    assert world.exceptions() == {"invoice_open": [f"invoice:{third}"]}


def test_backdated_payment_resync_wipes_and_re_applies(world: PaymentsWorld, book: Book) -> None:
    """Only the difference is written: the payment that is there stays, and its day is that of the newest one."""
    number, other = world.invoice(100), world.invoice(100)
    world.pays(book, "p1", number, 60)
    world.pays(book, "p2", other, 60)
    world.post(pull=True)
    before = world.writes()
    world.pays(book, "p0", number, 15, date(2026, 10, 1))
    run = world.post(pull=True)
    (row,) = run.postings.all()
    assert (row.action, row.state, world.writes() - before) == (Action.UPDATE, Posting.State.POSTED, 1)
    assert world.payments(number) == [(75, "2026-11-02", "")]
    world.pull(everything=True)
    world.post()
    assert world.writes() - before == 1


def test_payment_on_an_invoice_voided_or_draft_freezes_the_cursor(world: PaymentsWorld) -> None:
    """It waits as an exception of its own; what comes after it is written, and the next pull goes on from there."""
    books = told(world)
    voided, payable = world.invoice(100), world.invoice(100)
    tell(world, books, says(cash(40), number=voided, voided=True), says(cash(40), number=payable))
    began = world.clock.now()
    world.post(pull=True)
    assert (world.paid(voided), world.paid(payable)) == ([], ["40.00"])
    assert world.exceptions() == {"invoice_not_alive": [f"invoice:{voided}"]}
    assert world_book(world).payments_read_to == began
    tell(world, books, says(cash(40), number=voided))
    world.post(pull=True)
    assert (world.paid(voided), world.exceptions()) == (["40.00"], {})


def test_payment_inferred_from_balance(world: PaymentsWorld, book: Book) -> None:
    """The balance moves with credits, too; what is written is what the books call payments, and nothing else."""
    number, silent, memo = world.invoice(100), world.invoice(100), world.memo(30)
    world.apply_memo(number, memo, 30)
    world.pays(book, "p1", number, 60)
    world.pays(book, "p2", silent, 100)
    world.inbox(book).unpay("p2")
    world.post(pull=True)
    assert world.record(number)["balance"] == 10
    assert world.payments(number) == [(60, "2026-11-02", ""), (30, "2026-11-01", memo)]
    assert world.row(number).state == State.APPLIED
    assert world.paid(silent) == []
