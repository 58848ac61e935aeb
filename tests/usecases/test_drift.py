"""Edits made by hand in ConnectWise: found, decided about, posted, read back (rule 97, ADR 17)."""

from datetime import date
from decimal import Decimal

import pytest

from bursar.domain.errors import InvalidInput
from bursar.store.field_json import from_json
from bursar.store.models import AdditionLink, AuditEntry, Drift, Run
from bursar.store.queries.plans import blocked_of, changes_of, warnings_of, writes_of
from bursar.usecases.refusals import ChangedMeanwhile
from bursar.usecases.review_drift import Decision, DriftState, decide, decide_many, drifts_of, facts_of
from psa_sandbox.state.record import Record
from tests.usecases.screen import Screen
from tests.usecases.world import NOVEMBER, OCTOBER, World, make_line

IN_NOVEMBER = {
    "invoice_date": date(2026, 11, 30),
    "charge_start": date(2026, 11, 1),
    "charge_end": date(2026, 11, 30),
}


@pytest.fixture
def screen(world: World) -> Screen:
    """October's lines of three customers are posted: 10 × 11.50 each."""
    world.load(make_line(number) for number in (1, 2, 3))
    world.map_exactly()
    world.post()
    return Screen(world)


def november(world: World, *numbers: int, **values: object) -> None:
    world.load(make_line(n, line_id=f"N{n:05}", **(IN_NOVEMBER | values)) for n in numbers)


def link_of(number: int) -> AdditionLink:
    return AdditionLink.objects.get(subscription_id=f"sub-{number:05}")


def addition_of(world: World, number: int) -> Record:
    found = world.store.get("addition", link_of(number).addition_id)
    assert found is not None
    return found


def edits_in(row: Drift) -> dict[str, tuple[object, ...]]:
    return {name: tuple(from_json({"0": wrote, "1": now}).values()) for name, (wrote, now) in row.edits.items()}


def codes(plan: Run) -> list[str]:
    return sorted(blocked_of(plan).values_list("code", flat=True))


def warnings(plan: Run) -> list[str]:
    return sorted(warnings_of(plan).values_list("code", flat=True))


def decide_about(world: World, number: int, decision: Decision, **options: str) -> DriftState:
    return decide(world.connection, link_of(number).addition_id, decision, **options).state


def test_what_was_edited_ended_or_deleted_is_found_with_both_values(world: World, screen: Screen) -> None:
    screen.edit(addition_of(world, 1), unitPrice=Decimal("9.00"))
    screen.end(addition_of(world, 2), "2026-10-15")
    screen.delete(addition_of(world, 3))
    plan = world.plan()
    rows = {row.company_name: row for row in drifts_of(world.connection)}
    assert {row.kind for row in rows.values()} == {"edited", "ended", "deleted"}
    assert edits_in(rows["Customer 00001"]) == {"unit_price": (Decimal("11.50"), Decimal(9))}
    assert edits_in(rows["Customer 00002"]) == {"cancelled": (None, date(2026, 10, 15))}
    assert {row.line_id for row in rows.values()} == {"L00001", "L00002", "L00003"}
    assert {row.run for row in rows.values()} == {plan}
    assert writes_of(plan).count() == 0


def test_an_accepted_edit_stays_and_the_run_balances(world: World, screen: Screen) -> None:
    screen.edit(addition_of(world, 1), unitPrice=Decimal("9.00"))
    november(world, 1, 2, 3)
    assert codes(world.plan(NOVEMBER)) == ["edited_in_connectwise"]
    assert decide_about(world, 1, Decision.ACCEPT) is DriftState.ACCEPTED
    assert world.line("N00001").blocked_code == ""
    plan = world.plan(NOVEMBER)
    assert (codes(plan), warnings(plan), list(drifts_of(world.connection))) == ([], ["accepted_edit"], [])
    report = world.post(NOVEMBER)
    assert (report.counts["leave"], report.reconciliation.verdict) == (3, "balanced")
    assert world.line("N00001").posted_total == Decimal("90.00")
    assert addition_of(world, 1)["unitPrice"] == Decimal("9.00")
    assert "115.00 USD; 90.00 USD is billed" in warnings_of(world.plan(NOVEMBER)).get().sentence


def test_a_new_price_of_the_platform_asks_again(world: World, screen: Screen) -> None:
    screen.edit(addition_of(world, 1), unitPrice=Decimal("9.00"))
    world.plan()
    decide_about(world, 1, Decision.ACCEPT)
    dearer = make_line(1, line_id="N00001", **IN_NOVEMBER, unit_price=Decimal("12.00"), total=Decimal("120.00"))
    world.load([dearer, *(make_line(n, line_id=f"N{n:05}", **IN_NOVEMBER) for n in (2, 3))])
    plan = world.plan(NOVEMBER)
    assert codes(plan) == ["accepted_edit_conflict"]
    row = drifts_of(world.connection).get()
    assert edits_in(row) == {"unit_price": (Decimal("12.0000"), Decimal(9))}
    decide_about(world, 1, Decision.ACCEPT)
    again = world.plan(NOVEMBER)
    assert (codes(again), warnings(again)) == ([], ["accepted_edit"])


def test_overwriting_writes_back_exactly_what_bursar_wrote(world: World, screen: Screen) -> None:
    before = dict(addition_of(world, 1))
    screen.edit(addition_of(world, 1), unitPrice=Decimal("9.00"), quantity=4, invoiceDescription="By hand")
    world.plan()
    assert decide_about(world, 1, Decision.OVERWRITE) is DriftState.OVERWRITE
    plan = world.plan()
    (entry,) = writes_of(plan)
    assert (entry.action, entry.lines, entry.amount) == ("update", ["L00001"], Decimal("115.00"))
    run = world.post_agreed(plan)
    assert (run.result["balanced"], run.counts["update"]) == (True, 1)
    after = addition_of(world, 1)
    assert {n: after[n] for n in ("unitPrice", "quantity", "invoiceDescription", "extPrice")} == {
        n: before[n] for n in ("unitPrice", "quantity", "invoiceDescription", "extPrice")
    }
    assert not world.line("L00001").overwrite
    facts = facts_of(world.connection, list(drifts_of(world.connection)))
    assert [(item.state, list(item.decisions)) for item in facts] == [(DriftState.POSTED, [])]
    with pytest.raises(InvalidInput, match="since that plan"):
        decide_about(world, 1, Decision.ACCEPT)
    assert (writes_of(world.plan()).count(), drifts_of(world.connection).count()) == (0, 0)


def test_consent_to_overwrite_does_not_outlive_the_posting(world: World, screen: Screen) -> None:
    """The edit was undone before the posting: a later one is asked about anew."""
    screen.edit(addition_of(world, 1), unitPrice=Decimal("9.00"))
    world.plan()
    decide_about(world, 1, Decision.OVERWRITE)
    screen.edit(addition_of(world, 1), unitPrice=Decimal("11.50"))
    world.post()
    assert not world.line("L00001").overwrite


def test_what_was_deleted_is_made_anew_or_left_alone(world: World, screen: Screen) -> None:
    gone = link_of(1).addition_id
    for number in (1, 2):
        screen.delete(addition_of(world, number))
    assert codes(world.plan()) == ["deleted_in_connectwise"] * 2
    assert decide(world.connection, gone, Decision.RECREATE).state is DriftState.RECREATE
    assert decide_about(world, 2, Decision.ACCEPT) is DriftState.ACCEPTED
    plan = world.plan()
    assert (codes(plan), warnings(plan)) == ([], ["accepted_edit"])
    assert "0.00 USD is billed" in warnings_of(plan).get().sentence
    run = world.post_agreed(plan)
    assert (run.result["balanced"], run.counts["create"]) == (True, 1)
    line = world.line("L00001")
    assert (line.post_again, line.link and line.link.addition_id != gone) == (False, True)
    assert (writes_of(world.plan()).count(), drifts_of(world.connection).count()) == (0, 0)


def test_an_accepted_end_leaves_the_waiting_line_to_people(world: World, screen: Screen) -> None:
    screen.end(addition_of(world, 1), "2026-10-31")
    november(world, 1, 2, 3)
    world.plan(NOVEMBER)
    decide_about(world, 1, Decision.ACCEPT)
    assert world.line("N00001").by_hand
    plan = world.plan(NOVEMBER)
    assert (codes(plan), drifts_of(world.connection).count()) == ([], 0)
    assert changes_of(plan).count() == 2


def test_recreating_after_an_end_starts_anew_without_touching_history(world: World, screen: Screen) -> None:
    screen.end(addition_of(world, 1), "2026-10-31")
    ended = dict(addition_of(world, 1))
    november(world, 1, 2, 3)
    world.plan(NOVEMBER)
    with pytest.raises(InvalidInput, match="found no edit"):
        decide_about(world, 2, Decision.ACCEPT)
    decide_about(world, 1, Decision.RECREATE)
    run = world.post_agreed(world.plan(NOVEMBER))
    assert (run.counts["create"], run.result["balanced"]) == (1, True)
    assert world.store.get("addition", int(ended["id"])) == ended
    assert (writes_of(world.plan(NOVEMBER)).count(), drifts_of(world.connection).count()) == (0, 0)


def test_nothing_is_recreated_of_a_month_that_is_billed_to_its_end(world: World, screen: Screen) -> None:
    screen.end(addition_of(world, 1), "2026-10-31")
    world.plan()
    with pytest.raises(InvalidInput, match="nothing of it is left"):
        decide_about(world, 1, Decision.RECREATE)


def test_two_people_the_second_is_told_and_nothing_is_lost(world: World, screen: Screen) -> None:
    screen.edit(addition_of(world, 1), unitPrice=Decimal("9.00"))
    world.plan()
    (shown,) = facts_of(world.connection, list(drifts_of(world.connection)))
    decide_about(world, 1, Decision.ACCEPT, shown=shown.version)
    with pytest.raises(ChangedMeanwhile):
        decide_about(world, 1, Decision.OVERWRITE, shown=shown.version)
    assert not world.line("L00001").overwrite
    assert link_of(1).accepted


def test_the_key_is_put_back_and_never_given_up(world: World, screen: Screen) -> None:
    screen.edit(addition_of(world, 1), serialNumber="")
    world.plan()
    with pytest.raises(InvalidInput, match="key"):
        decide_about(world, 1, Decision.ACCEPT)
    decide_about(world, 1, Decision.OVERWRITE)
    run = world.post_agreed(world.plan())
    assert (run.counts["update"], run.result["balanced"]) == (1, True)
    assert world.plan().counts["update"] == 0


def test_many_at_once_leaves_what_cannot_be_decided_so(world: World, screen: Screen) -> None:
    for number in (1, 2):
        screen.edit(addition_of(world, number), quantity=7)
    screen.delete(addition_of(world, 3))
    world.plan()
    report = decide_many(world.connection, drifts_of(world.connection), Decision.OVERWRITE)
    assert (report.decided, report.left) == (2, 1)
    assert world.post_agreed(world.plan()).counts["update"] == 2
    assert AuditEntry.objects.filter(action="drift decided").count() == 2


def test_a_decision_is_in_the_audit_trail_with_what_it_was_about(world: World, screen: Screen) -> None:
    screen.edit(addition_of(world, 1), quantity=7)
    world.plan(OCTOBER)
    decide_about(world, 1, Decision.ACCEPT)
    entry = AuditEntry.objects.get(action="drift decided")
    assert entry.before == {"decision": "open", "accepted": {}}
    assert entry.after == {
        "decision": "accepted",
        "accepted": {"quantity": "d:7"},
        "edits": {"quantity": ["d:10", "d:7"]},
    }
