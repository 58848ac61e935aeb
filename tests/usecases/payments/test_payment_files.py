"""Payments that come in a file: by invoice number, taken in once, and told row by row what became of them."""

from collections.abc import Iterable
from decimal import Decimal

import pytest

from bursar.domain.errors import SourceUnreadable
from bursar.domain.payments.settlement import Settlement, subject_of
from bursar.domain.plan import Blocked
from bursar.store.models import AuditEntry, Book, InvoiceSettlement, LogEntry, Run
from bursar.usecases.plan_payments import PaymentDesk
from bursar.usecases.pull_payments import pull_request
from bursar.usecases.runs import PULL_PAYMENTS, request_run
from bursar.usecases.take_in_payment_file import (
    NOT_COMPARED,
    NOT_WRITTEN,
    PaymentFile,
    PaymentRow,
    payment_files,
    payment_outcome,
    rows_of,
    take_in_payment_file,
)
from tests.domain.payments.invoices import DAY, cash, credit, says
from tests.usecases.payments.world import PaymentsWorld, State


def take_in(world: PaymentsWorld, *rows: Settlement | Blocked, digest: str = "d1") -> PaymentFile:
    return take_in_payment_file(world.connection, "october.xml", digest, iter(rows), world.clock.now())


def unreadable(number: str, amount: str = "") -> Blocked:
    lines = (number,) if number else ()
    return Blocked(subject_of(number), "row_unreadable", "Row 3 has no amount.", "Correct it.", lines)


def told(rows: Iterable[PaymentRow]) -> dict[str, str]:
    return {row.number: row.error for row in rows}


def outcome(world: PaymentsWorld, file: PaymentFile) -> tuple[list[str], dict[str, str]]:
    found = payment_outcome(world.connection, rows_of(file.run))
    return [row.number for row in found.succeeded], told(found.failed)


def test_a_file_is_taken_in_compared_written_and_told(world: PaymentsWorld) -> None:
    number, unpaid = world.invoice(100), world.invoice(100)
    file = take_in(world, says(cash(60), number=number), says(cash(5), number="99999"), says(cash(0), number=unpaid))
    assert not file.rows.failed
    assert file.rows.succeeded[0] == PaymentRow(number, Decimal(60), DAY)
    assert (world.row(number).state, world.row(number).book, world.writes()) == (State.NEW, None, 0)
    assert outcome(world, file) == ([unpaid], {number: NOT_COMPARED, "99999": NOT_COMPARED})
    world.pull()
    unknown = "ConnectWise has no invoice 99999."
    assert outcome(world, file) == ([unpaid], {number: NOT_WRITTEN, "99999": unknown})
    world.post()
    assert world.paid(number) == ["60.00"]
    assert outcome(world, file) == ([number, unpaid], {"99999": unknown})


def test_it_is_a_run_that_has_ended_and_stands_in_log_and_audit(world: PaymentsWorld) -> None:
    file = take_in(world, says(cash(60), number="1"), unreadable(""))
    assert (file.run.state, file.run.verdict) == (Run.State.DONE, "1 of 2 rows taken in")
    assert file.run.counts == {"taken_in": 1, "blocked": 1}
    assert list(payment_files(world.connection)) == [file.run]
    assert rows_of(Run.objects.get(pk=file.run.pk)) == [*file.rows.succeeded, *file.rows.failed]
    assert LogEntry.objects.get(run=file.run).title == "Payments file finished"
    assert AuditEntry.objects.get(action="payment file taken in").subject == "october.xml"
    assert take_in(world, digest="empty").run.verdict == "the file holds no payments"


def test_the_same_file_again_changes_nothing_and_says_so(world: PaymentsWorld) -> None:
    first = take_in(world, says(cash(60), number="1"))
    take_in(world, says(cash(80), number="1"), digest="d2")
    again = take_in(world, says(cash(60), number="1"))
    assert (again.taken_in_before, again.run, again.rows) == (True, first.run, first.rows)
    assert not first.taken_in_before
    assert world.row("1").wanted == 80
    assert payment_files(world.connection).count() == 2


def test_a_later_file_takes_the_place_of_an_earlier_figure(world: PaymentsWorld) -> None:
    number = world.invoice(100)
    take_in(world, says(cash(30), number=number))
    world.pull()
    world.post()
    take_in(world, says(cash(50, 9), number=number), digest="d2")
    world.pull()
    world.post()
    assert world.payments(number) == [(50, "2026-11-09", "")]
    take_in(world, says(cash(0, 10), number=number), digest="d3")
    world.pull()
    world.post()
    assert world.payments(number) == []


def test_several_rows_of_one_invoice_are_added_up(world: PaymentsWorld) -> None:
    number, memo = world.invoice(100), world.memo(20)
    rows = [says(cash(30), number=number), says(cash(25, 9), number=number), says(credit(20, memo), number=number)]
    assert len(take_in(world, *rows).rows.succeeded) == 3
    world.pull()
    world.post()
    assert world.payments(number) == [(55, "2026-11-09", ""), (20, "2026-11-02", memo)]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (unreadable("7"), "Another row of this invoice cannot be used: Row 3 has no amount."),
        (says(cash(5), number="7", currency="EUR"), "Its rows are in EUR and USD; Bursar never converts."),
        (says(cash("1e20"), number="7"), "It cannot be used: an amount of it is larger than any invoice."),
    ],
)
def test_a_sum_without_one_of_its_rows_would_be_wrong(
    world: PaymentsWorld, bad: Settlement | Blocked, why: str
) -> None:
    file = take_in(world, says(cash(60), number="7"), bad, says(cash(1), number="8"))
    assert [row.number for row in file.rows.succeeded] == ["8"]
    assert (file.rows.failed[0].number, file.rows.failed[0].error) == ("7", why)
    assert [row.number for row in world.rows()] == ["8"]


def test_a_row_without_a_number_holds_up_no_other(world: PaymentsWorld) -> None:
    file = take_in(world, unreadable(""), says(cash(1), number="8"), says(cash(1), number=""))
    assert [row.number for row in file.rows.succeeded] == ["8"]
    assert [row.error for row in file.rows.failed] == [
        "Row 3 has no amount.",
        "Another row of this invoice cannot be used: Row 3 has no amount.",
    ]


def test_a_file_that_breaks_off_is_not_taken_in_at_all(world: PaymentsWorld) -> None:
    def rows() -> Iterable[Settlement]:
        yield says(cash(60), number="1")
        raise SourceUnreadable("The file ends in the middle of a row.")

    with pytest.raises(SourceUnreadable):
        take_in_payment_file(world.connection, "october.xml", "d1", rows(), world.clock.now())
    assert not InvoiceSettlement.objects.exists()
    assert not payment_files(world.connection).exists()


def test_a_book_that_says_the_same_is_no_conflict(world: PaymentsWorld, book: Book) -> None:
    number = world.invoice(100)
    file = take_in(world, says(cash(60), number=number))
    world.pays(book, "p1", number, 60)
    assert world.post(pull=True).verdict == "balanced"
    assert (world.paid(number), outcome(world, file)) == (["60.00"], ([number], {}))


def test_the_outcome_of_many_rows_takes_few_questions(
    world: PaymentsWorld, book: Book, django_assert_max_num_queries: object
) -> None:
    for place in range(20):
        world.pays(book, f"p{place}", f"9{place}", 10)
    world.pull()
    rows = [PaymentRow(f"9{place}") for place in range(20)]
    with django_assert_max_num_queries(2):  # type: ignore[operator]  # pytest-django's
        assert len(payment_outcome(world.connection, rows).failed) == 20


def test_a_file_that_comes_while_its_invoice_is_compared_is_not_lost(world: PaymentsWorld) -> None:
    number = world.invoice(100)
    take_in(world, says(cash(30), number=number))
    run = request_run(world.connection, PULL_PAYMENTS, pull_request())
    desk = PaymentDesk(run, world.psa.accounting)
    rows = list(world.rows())
    compared = desk.compare(rows)
    take_in(world, says(cash(50), number=number), digest="d2")
    desk.keep(rows, compared.planned, world.clock.now())
    assert (world.row(number).state, world.row(number).wanted) == (State.NEW, 50)
    world.pull()
    world.post()
    assert world.paid(number) == ["50.00"]
