"""An invoice that two sources settle differently: nothing is overwritten in silence, a person says which one counts."""

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from bursar.domain.errors import InvalidInput
from bursar.store.models import AuditEntry, Book, Connection, InvoiceSettlement
from bursar.usecases.books import remove_book
from bursar.usecases.choose_settlement import choose_settlement, sources_of
from bursar.usecases.take_in_payment_file import payment_outcome, rows_of
from tests.domain.payments.invoices import cash, says
from tests.usecases.payments.test_payment_files import take_in
from tests.usecases.payments.world import PaymentsWorld, State


@pytest.fixture
def number(world: PaymentsWorld) -> str:
    return world.invoice(100)


@pytest.fixture
def other(world: PaymentsWorld) -> Book:
    return world.book("Other")


def test_two_books_that_differ_hold_the_invoice_and_no_other(
    world: PaymentsWorld, book: Book, other: Book, number: str
) -> None:
    free = world.invoice(100)
    world.pays(book, "p1", number, 60)
    world.post(pull=True)
    world.pays(other, "x1", number, 80)
    world.pays(other, "x2", free, 10)
    world.post(pull=True)
    assert (world.paid(number), world.paid(free)) == (["60.00"], ["10.00"])
    row = world.row(number)
    assert (row.state, row.code, row.book, row.wanted, row.action) == (State.EXCEPTION, "two_sources", book, 60, "")
    assert row.sentence == f"Invoice {number}: Main says 60.00 was paid, Other says 80.00 was paid."
    assert world.exceptions() == {"two_sources": [f"invoice:{number}"]}
    world.inbox(other).unpay("x1")
    world.pays(other, "x3", number, 60)
    world.post(pull=True)
    assert (world.exceptions(), world.row(number).state) == ({}, State.APPLIED)


def test_a_file_does_not_overwrite_a_book(world: PaymentsWorld, book: Book, number: str) -> None:
    world.pays(book, "p1", number, 60)
    world.pull()
    file = take_in(world, says(cash(80), number=number))
    world.post(pull=True)
    assert world.paid(number) == []
    (failed,) = payment_outcome(world.connection, rows_of(file.run)).failed
    assert "a payment file says 80.00 USD was paid" in failed.error


def test_who_says_nothing_any_more_gives_way(world: PaymentsWorld, book: Book, other: Book, number: str) -> None:
    world.pays(book, "p1", number, 60)
    world.pull()
    world.pays(other, "x1", number, 80)
    world.inbox(book).unpay("p1")
    assert world.post(pull=True).verdict == "balanced"
    assert (world.paid(number), world.row(number).book) == (["80.00"], other)


def test_a_person_says_which_one_counts(world: PaymentsWorld, book: Book, other: Book, number: str) -> None:
    world.pays(book, "p1", number, 60)
    world.pays(other, "x1", number, 80)
    world.pull()
    assert sources_of(world.row(number)) == [book, other]
    choose_settlement(world.row(number), other)
    assert sources_of(world.row(number)) == [other, book]
    entry = AuditEntry.objects.get(action="settlement chosen")
    assert (entry.before, entry.after) == ({"source": "Main"}, {"source": "Other"})
    for _ in range(2):  # both books are read again and say the same as before
        world.post(pull=True)
        assert (world.paid(number), world.exceptions()) == (["80.00"], {})
    world.pays(book, "p2", number, 5)
    world.post(pull=True)
    assert world.exceptions() == {"two_sources": [f"invoice:{number}"]}


def test_a_choice_waits_for_what_is_being_kept_and_is_not_lost_to_it(
    world: PaymentsWorld, book: Book, other: Book, number: str
) -> None:
    """Whoever keeps settlements locks the connection, then reads them: a choice in between would be overwritten."""
    world.pays(book, "p1", number, 60)
    world.pays(other, "x1", number, 80)
    world.pull()
    row = world.row(number)
    with CaptureQueriesContext(database) as asked:
        choose_settlement(row, other)
    tables = [Connection._meta.db_table, InvoiceSettlement._meta.db_table]
    read = [query["sql"] for query in asked.captured_queries if query["sql"].startswith("SELECT")]
    assert [table for sql in read for table in tables if f'FROM "{table}"' in sql][:2] == tables


def test_a_file_that_was_passed_over_is_told_so(world: PaymentsWorld, book: Book, number: str) -> None:
    file = take_in(world, says(cash(80), number=number))
    world.pays(book, "p1", number, 60)
    world.pull()
    assert sources_of(world.row(number)) == [None, book]
    choose_settlement(world.row(number), book)
    world.post(pull=True)
    (failed,) = payment_outcome(world.connection, rows_of(file.run)).failed
    assert failed.error == "Main counts for this invoice, and says something else."
    choose_settlement(world.row(number), None)
    world.post(pull=True)
    assert not payment_outcome(world.connection, rows_of(file.run)).failed


def test_only_a_source_of_the_invoice_can_count(world: PaymentsWorld, book: Book, other: Book, number: str) -> None:
    world.pays(book, "p1", number, 60)
    world.pull()
    with pytest.raises(InvalidInput, match="Other says nothing of invoice"):
        choose_settlement(world.row(number), other)
    with pytest.raises(InvalidInput, match="No payment file says anything of invoice"):
        choose_settlement(world.row(number), None)


def test_a_book_that_is_removed_contradicts_nobody(world: PaymentsWorld, book: Book, other: Book, number: str) -> None:
    world.pays(book, "p1", number, 60)
    world.pays(other, "x1", number, 80)
    world.pull()
    other.delete()
    world.pull()
    assert (world.exceptions(), world.row(number).state) == ({}, State.WANTED)


def test_what_others_say_of_the_invoices_of_a_book_outlives_it(world: PaymentsWorld, book: Book, number: str) -> None:
    alone = world.invoice(100)
    world.pays(book, "p1", number, 60)
    world.pays(book, "p2", alone, 60)
    world.pull()
    file = take_in(world, says(cash(60), number=number))
    remove_book(book)
    assert [(row.number, row.book, row.state) for row in world.rows()] == [(number, None, State.NEW)]
    world.pull()
    world.post()
    assert (world.paid(number), world.paid(alone)) == (["60.00"], [])
    assert not payment_outcome(world.connection, rows_of(file.run)).failed
