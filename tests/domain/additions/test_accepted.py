"""Accepted edits: field by field, until the platform says something new (rule 97, ADR 17)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.domain.additions.drift import EXISTS, edits_of, fields_of
from bursar.domain.additions.situation import MappedLine
from bursar.domain.money import Money
from bursar.domain.plan import Action, Plan
from bursar.domain.psa import Addition
from bursar.domain.rules import Overrides
from tests.domain.additions.histories import UNHURRIED
from tests.domain.additions.planning import actions, codes, only, plan_of, run
from tests.domain.samples import AGREEMENT, CYCLE_FEE, FEB, JAN, MAR, USAGE, in_month, mapped, priced
from tests.domain.simulated_psa import SimulatedPsa

JANUARY = mapped(CYCLE_FEE)
FEBRUARY = in_month(CYCLE_FEE, FEB, "L2")
MARCH = in_month(CYCLE_FEE, MAR, "L3")
OVERWRITE = Overrides(overwrite=True)


@pytest.fixture
def psa() -> SimulatedPsa:
    """January's line was posted: 2 × 10."""
    there = SimulatedPsa.having(AGREEMENT)
    run(there, JAN, JANUARY)
    return there


def edit(psa: SimulatedPsa, addition: Addition, **values: object) -> Addition:
    """What a person saves on the screen; ConnectWise computes the total anew."""
    edited = replace(addition, total=None, **values)
    edited = replace(edited, total=(edited.quantity * edited.unit_price).quantize(Decimal("0.01")))
    psa.put(edited)
    return edited


def accept(psa: SimulatedPsa, addition: Addition) -> None:
    """What the use case does: every edit as it is now, against Bursar's value."""
    link = psa.links[addition.id]
    now = {name: there for name, (_, there) in edits_of(addition, link).items()}
    psa.links[addition.id] = replace(link, accepted={**link.accepted, **now})


def discounted(psa: SimulatedPsa) -> Addition:
    """Somebody gave a discount in ConnectWise, 9 instead of 10, and it was accepted."""
    addition = edit(psa, only(psa), unit_price=Decimal(9))
    accept(psa, addition)
    return addition


def warnings(plan: Plan) -> list[str]:
    return [notice.code for notice in plan.notices]


def test_an_accepted_edit_of_a_posted_line_is_billed_as_it_is_and_said(psa: SimulatedPsa) -> None:
    discounted(psa)
    plan = plan_of(psa, JAN, JANUARY)
    (change,) = plan.changes
    assert (change.action, change.total, change.found) == (Action.LEAVE, Money(Decimal(18), "EUR"), Decimal(18))
    assert warnings(plan) == ["accepted_edit"]
    assert "The line says 20.00 EUR; 18.00 EUR is billed" in plan.notices[0].sentence
    assert "unit price 10 → 9" in plan.notices[0].sentence


def test_an_accepted_edit_goes_on_with_the_next_month(psa: SimulatedPsa) -> None:
    discounted(psa)
    plan = run(psa, FEB, mapped(FEBRUARY))
    assert (actions(plan), warnings(plan)) == ([Action.LEAVE], ["accepted_edit"])
    assert only(psa).unit_price == Decimal(9)
    again = plan_of(psa, FEB, mapped(FEBRUARY))
    assert (again.blocked, again.writes, warnings(again)) == ([], [], ["accepted_edit"])
    assert actions(run(psa, MAR, mapped(MARCH))) == [Action.LEAVE]
    assert only(psa).unit_price == Decimal(9)


def test_a_new_value_of_the_platform_for_that_field_is_a_conflict(psa: SimulatedPsa) -> None:
    discounted(psa)
    dearer = mapped(priced(FEBRUARY, "2", "12"))
    plan = plan_of(psa, FEB, dearer)
    assert (codes(plan), plan.writes) == (["accepted_edit_conflict"], [])
    assert "unit price 12 → 9" in plan.blocked[0].sentence
    run(psa, FEB, replace(dearer, overrides=OVERWRITE))
    newest = max(psa.all_additions, key=lambda addition: addition.id)
    assert (newest.unit_price, psa.links[newest.id].accepted) == (Decimal(12), {})
    assert plan_of(psa, FEB, dearer).is_empty


def test_a_new_value_of_another_field_is_written_beside_the_accepted_one(psa: SimulatedPsa) -> None:
    discounted(psa)
    plan = run(psa, FEB, mapped(priced(FEBRUARY, "3", "10")))
    assert (actions(plan), warnings(plan)) == ([Action.CANCEL, Action.CREATE], ["accepted_edit"])
    newest = max(psa.all_additions, key=lambda addition: addition.id)
    assert (newest.quantity, newest.unit_price, newest.total) == (Decimal(3), Decimal(9), Decimal(27))
    assert plan_of(psa, FEB, mapped(priced(FEBRUARY, "3", "10"))).is_empty
    assert actions(run(psa, MAR, mapped(priced(MARCH, "3", "10")))) == [Action.LEAVE]
    assert codes(plan_of(psa, MAR, mapped(priced(replace(MARCH, line_id="L4"), "3", "11")))) == [
        "accepted_edit_conflict"
    ]


def test_a_later_edit_of_an_accepted_field_is_reported_again(psa: SimulatedPsa) -> None:
    edit(psa, discounted(psa), unit_price=Decimal(8))
    plan = plan_of(psa, FEB, mapped(FEBRUARY))
    assert codes(plan) == ["edited_in_connectwise"]
    assert "unit price 10 → 8" in plan.blocked[0].sentence


def test_an_accepted_end_is_asked_about_by_every_later_line(psa: SimulatedPsa) -> None:
    """It is neither billed in silence nor forgotten in silence."""
    accept(psa, edit(psa, only(psa), cancelled=date(2026, 1, 31)))
    assert (codes(plan_of(psa, JAN, JANUARY)), codes(plan_of(psa, FEB, mapped(FEBRUARY)))) == (
        [],
        ["ended_in_connectwise"],
    )
    plan = run(psa, FEB, mapped(FEBRUARY, overrides=Overrides(post_again=True)))
    assert actions(plan) == [Action.CREATE]
    assert plan_of(psa, FEB, mapped(FEBRUARY)).is_empty


@pytest.mark.parametrize("last_day", [date(2025, 12, 31), date(2026, 1, 31), date(2026, 2, 10)])
def test_recreating_what_was_ended_by_hand_bills_the_line_from_its_first_day(psa: SimulatedPsa, last_day: date) -> None:
    addition = edit(psa, only(psa), cancelled=last_day, effective=date(2025, 12, 1))
    psa.links[addition.id] = replace(
        psa.links[addition.id], written={**psa.links[addition.id].written, "effective": addition.effective}
    )
    assert codes(plan_of(psa, FEB, mapped(FEBRUARY))) == ["edited_in_connectwise"]
    run(psa, FEB, mapped(FEBRUARY, overrides=Overrides(post_again=True)))
    newest = max(psa.all_additions, key=lambda a: a.effective or date.min)
    assert newest.cancelled is None
    assert (newest.effective or date.min) <= FEB.first
    assert plan_of(psa, FEB, mapped(FEBRUARY)).is_empty


def test_an_accepted_deletion_of_a_posted_line_bills_nothing_and_says_so(psa: SimulatedPsa) -> None:
    addition = only(psa)
    psa.delete(addition)
    psa.links[addition.id] = replace(psa.links[addition.id], accepted={EXISTS: False})
    plan = plan_of(psa, JAN, JANUARY)
    assert (list(plan.changes), plan.blocked, warnings(plan)) == ([], [], ["accepted_edit"])
    assert codes(plan_of(psa, FEB, mapped(FEBRUARY))) == ["deleted_in_connectwise"]


def test_overwriting_a_posted_line_ends_what_was_accepted(psa: SimulatedPsa) -> None:
    discounted(psa)
    run(psa, JAN, replace(JANUARY, overrides=OVERWRITE))
    assert (only(psa).unit_price, psa.links[only(psa).id].accepted) == (Decimal(10), {})
    plan = plan_of(psa, JAN, JANUARY)
    assert (plan.is_empty, warnings(plan)) == (True, [])


def test_overwriting_does_not_touch_what_a_later_month_uses(psa: SimulatedPsa) -> None:
    run(psa, FEB, mapped(FEBRUARY))
    edit(psa, only(psa), unit_price=Decimal(9))
    assert plan_of(psa, JAN, replace(JANUARY, overrides=OVERWRITE)).is_empty


def test_another_product_cannot_be_written_back(psa: SimulatedPsa) -> None:
    psa.put(replace(only(psa), product_id=102))
    assert codes(plan_of(psa, JAN, replace(JANUARY, overrides=OVERWRITE))) == ["product_changed"]


EDITS = st.fixed_dictionaries(
    {},
    optional={
        "quantity": st.sampled_from([Decimal(1), Decimal(3), Decimal("2.5")]),
        "unit_price": st.sampled_from([Decimal(9), Decimal("10.5"), Decimal(0)]),
        "description": st.sampled_from(["", "Something else"]),
        "bill_customer": st.just("DoNotBill"),
        "marker": st.just(""),
        "cancelled": st.sampled_from([date(2026, 1, 31), date(2026, 6, 30)]),
        "effective": st.just(date(2025, 12, 1)),
    },
)
LINES = st.sampled_from([CYCLE_FEE, replace(USAGE, charge_start=JAN.first, charge_end=JAN.last)])


@given(LINES, EDITS)
@UNHURRIED
def test_overwriting_writes_exactly_what_bursar_wrote(line: object, values: dict[str, object]) -> None:
    """For persistent and single charges; planned again, nothing is left to write."""
    source = MappedLine(line, JANUARY.product_id)
    psa = SimulatedPsa.having(AGREEMENT)
    run(psa, JAN, source)
    before = fields_of(only(psa))
    edit(psa, only(psa), **values)
    plan = run(psa, JAN, replace(source, overrides=OVERWRITE))
    assert fields_of(only(psa)) == before
    assert all(change.total == line.money for change in plan.changes)
    again = plan_of(psa, JAN, source)
    assert (again.blocked, again.writes, again.notices) == ([], [], [])


@given(EDITS.filter(lambda values: not {"marker", "cancelled"} & values.keys()))
@UNHURRIED
def test_accepted_and_unchanged_nothing_is_written_in_any_later_month(values: dict[str, object]) -> None:
    psa = SimulatedPsa.having(AGREEMENT)
    run(psa, JAN, JANUARY)
    accept(psa, edit(psa, only(psa), **values))
    there = only(psa)
    for month, line in ((JAN, CYCLE_FEE), (FEB, FEBRUARY), (MAR, MARCH)):
        plan = run(psa, month, mapped(line))
        assert (plan.writes, only(psa)) == ([], there)
        assert (
            all(change.total is not None and change.total.amount == there.total for change in plan.changes)
            or not {
                "quantity",
                "unit_price",
            }
            & values.keys()
        )
        differs = bool(edits_of(there, psa.links[there.id]))
        assert (warnings(plan) == ["accepted_edit"]) == differs or "effective" in values


@given(st.sampled_from(["8", "9.5", "12"]), st.sampled_from(["1", "2", "4"]))
@UNHURRIED
def test_a_changed_price_of_the_platform_never_passes_an_accepted_one(price: str, quantity: str) -> None:
    psa = SimulatedPsa.having(AGREEMENT)
    run(psa, JAN, JANUARY)
    there = discounted(psa)
    plan = plan_of(psa, FEB, mapped(priced(FEBRUARY, quantity, price)))
    assert codes(plan) == ["accepted_edit_conflict"]
    assert (plan.writes, only(psa)) == ([], there)
