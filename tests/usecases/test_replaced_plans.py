"""A plan is replaced by the next one that is made to its end, and by nothing less (ADR 18)."""

from collections.abc import Callable
from datetime import date

import pytest

from bursar.domain.errors import InvalidInput, RemoteError
from bursar.store.models import Connection, HandAddition, PlanEntry, Run
from bursar.store.queries.plans import changes_of, newest_plan
from bursar.store.writer_lock import sole_writer
from bursar.usecases.agreed_plan import must_be_postable
from bursar.usecases.carry_out import carry_out
from bursar.usecases.make_plan import make_plan
from bursar.usecases.plan_additions import PlanOptions
from bursar.usecases.plan_endings import Place
from bursar.usecases.run_requests import endings_request, plan_request
from bursar.usecases.runs import PLAN_ENDINGS, PLAN_LINES, begin, request_run
from bursar.usecases.watch import Watch
from tests.usecases.world import OCTOBER, World, make_line

Attempt = Callable[[World, Run], None]


def loaded(world: World, *numbers: int) -> None:
    world.load(make_line(number) for number in numbers)
    world.map_exactly()


def asked(world: World, *, survey: bool = True) -> Run:
    request = plan_request(PlanOptions(OCTOBER, survey=survey))
    return request_run(world.connection, PLAN_LINES, request, month=str(OCTOBER))


def by_hand(world: World, count: int = 1) -> list[Place]:
    """Additions that people made in ConnectWise on the Agreement of the first customer, which is made for it."""
    loaded(world, 1)
    world.post()
    agreement, product = world.store.rows("agreement")[0], world.store.rows("catalogItem")[0]
    values = {"product": {"id": product["id"]}, "effectiveDate": "2026-09-01T00:00:00Z", "billCustomer": "Billable"}
    made = [world.store.insert("addition", {"agreementId": agreement["id"], **values}) for _ in range(count)]
    return [Place(agreement["company"]["id"], agreement["id"], addition["id"]) for addition in made]


def refused(world: World, run: Run) -> None:
    world.fault(kind="expired_key", times=1)
    with pytest.raises(RemoteError):
        world.carry(run)
    assert run.state == Run.State.FAILED


def stopped(world: World, run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(stop_requested_by="somebody")
    with sole_writer(world.connection):
        begin(run, "a worker")
        make_plan(run, world.psa, Watch(stopped=lambda: True))
        carry_out(run, world.clock, lambda: make_plan(run, world.psa, Watch(stopped=lambda: True)))
    assert run.state == Run.State.CANCELLED


def died(world: World, run: Run) -> None:
    """Its process ended after the last customer, before the run did."""
    with sole_writer(world.connection):
        begin(run, "a worker")
        make_plan(run, world.psa, Watch())
    assert changes_of(run).exists()


@pytest.mark.parametrize("attempt", [refused, stopped, died])
def test_an_attempt_that_is_no_plan_replaces_none(world: World, attempt: Attempt) -> None:
    """The earlier plan keeps its lists and what was found beside it, and is still the one to look at and to post."""
    by_hand(world)
    plan = world.plan()
    entries, found = plan.plan.count(), HandAddition.objects.filter(run=plan).count()
    attempt(world, asked(world))
    assert (plan.plan.count(), HandAddition.objects.filter(run=plan).count()) == (entries, found)
    assert entries > 0
    assert found == 1
    assert newest_plan(world.connection, str(OCTOBER)) == plan
    must_be_postable(plan)


def test_what_an_attempt_kept_goes_with_the_next_one(world: World) -> None:
    loaded(world, 1, 2)
    run = asked(world)
    died(world, run)
    Run.objects.filter(pk=run.pk).update(state=Run.State.FAILED)
    waiting = asked(world)
    died(world, waiting)
    assert not run.plan.exists()
    plan = world.carry(waiting)
    assert changes_of(plan).count() == plan.counts["create"] == 4


def test_a_complete_plan_replaces_the_earlier_ones(world: World) -> None:
    by_hand(world)
    old = world.plan()
    new = world.plan()
    assert not old.plan.exists()
    assert set(HandAddition.objects.values_list("run", flat=True)) == {new.pk}
    assert newest_plan(world.connection, str(OCTOBER)) == new


def test_a_late_attempt_does_not_take_from_a_newer_plan(world: World) -> None:
    """A run that another process takes up again may end after one that was asked for later."""
    loaded(world, 1, 2)
    late = asked(world)
    newer = world.plan()
    entries = newer.plan.count()
    world.carry(late)
    assert newer.plan.count() == entries
    assert newest_plan(world.connection, str(OCTOBER)) == newer


def test_a_plan_of_some_customers_leaves_what_was_found_by_hand(world: World) -> None:
    """It does not look for that itself."""
    by_hand(world)
    plan = world.plan()
    world.plan(survey=False)
    assert not plan.plan.exists()
    assert HandAddition.objects.filter(run=plan).count() == 1


def endings(world: World, *places: Place) -> Run:
    request = endings_request(places, date(2026, 9, 30))
    return world.carry(request_run(world.connection, PLAN_ENDINGS, request))


def test_plans_of_different_endings_stand_side_by_side(world: World) -> None:
    """Two people end different Additions: neither takes the other's plan away."""
    first, second = by_hand(world, 2)
    one, other = endings(world, first), endings(world, second)
    assert [changes_of(plan).get().remote_id for plan in (one, other)] == [first.addition_id, second.addition_id]
    must_be_postable(one)
    again = endings(world, first)
    assert not one.plan.exists()
    with pytest.raises(InvalidInput, match="newer plan"):
        must_be_postable(one)
    must_be_postable(again)
    must_be_postable(other)


def test_the_other_connection_keeps_its_plan(world: World) -> None:
    loaded(world, 1)
    other = Connection.objects.create(name="other", url="https://example.com", company="x")
    theirs = Run.objects.create(connection=other, verb=PLAN_LINES, month=str(OCTOBER), state=Run.State.DONE)
    PlanEntry.objects.create(connection=other, run=theirs, kind=PlanEntry.Kind.WARNING)
    world.plan()
    assert theirs.plan.count() == 1
