"""How page, API and command line ask for a reading or a posting of payments: a run that any worker carries out."""

import pytest

from bursar.domain.errors import InvalidInput, NotConfigured
from bursar.jobs.journeys import journey_of, post_paid, pull_paid
from bursar.jobs.payments import post_payments, pull_payments
from bursar.store.models import Book, Run
from tests.usecases.payments.world import PaymentsWorld


def test_a_reading_is_queued_and_carried_out(world: PaymentsWorld, book: Book) -> None:
    world.pays(book, "p1", world.invoice(100), 10)
    run = pull_payments(world.connection)
    assert (run.state, run.request) == (Run.State.QUEUED, {"everything": False})
    assert world.carry_on(run).verdict == "1 to write"
    assert pull_payments(world.connection, everything=True).request == {"everything": True}


def test_what_was_agreed_to_is_marked_with_its_posting(world: PaymentsWorld, book: Book) -> None:
    number = world.invoice(100)
    world.pays(book, "p1", number, 10)
    world.pull()
    run = post_payments(world.connection, world.rows())
    assert world.row(number).agreed_in == run
    with pytest.raises(InvalidInput, match="Nothing is to be written"):
        post_payments(world.connection, world.rows())
    assert Run.objects.filter(state=Run.State.QUEUED).count() == 1  # no run without anything agreed to
    world.carry_on(run)
    assert world.paid(number) == ["10.00"]


def test_everything_that_is_ready_can_be_asked_for(world: PaymentsWorld, book: Book) -> None:
    number = world.invoice(100)
    world.pays(book, "p1", number, 10)
    world.carry_on(post_payments(world.connection, pull=True))
    assert world.paid(number) == ["10.00"]


def test_nothing_is_asked_of_a_connection_that_is_disconnected(world: PaymentsWorld) -> None:
    world.connection.state = "disconnected"
    world.connection.save()
    with pytest.raises(NotConfigured):
        pull_payments(world.connection)
    with pytest.raises(NotConfigured):
        post_payments(world.connection)


def test_workers_know_both_verbs(world: PaymentsWorld) -> None:
    runs = pull_payments(world.connection), post_payments(world.connection)
    assert [journey_of(run) for run in runs] == [pull_paid, post_paid]
