from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bursar.domain.additions.planner import plan_company
from bursar.domain.plan import Action
from bursar.domain.psa import Addition
from bursar.domain.rules import Overrides
from tests.domain.additions.planning import actions, codes, plan_of, run
from tests.domain.samples import (
    AGREEMENT,
    BACKUP,
    CYCLE_FEE,
    FEB,
    JAN,
    MAR,
    OTHER,
    SETTINGS,
    by_hand,
    in_month,
    mapped,
    priced,
    series,
)
from tests.domain.simulated_psa import SimulatedPsa

FEBRUARY = in_month(CYCLE_FEE, FEB, "L2")
MARCH = in_month(CYCLE_FEE, MAR, "L3")


@pytest.fixture
def psa() -> SimulatedPsa:
    """January's line was posted."""
    there = SimulatedPsa.having(AGREEMENT, OTHER)
    run(there, JAN, mapped(CYCLE_FEE))
    return there


def ours(psa: SimulatedPsa) -> Addition:
    return next(addition for addition in psa.all_additions if addition.marker)


def test_rule_84_the_stored_id_finds_an_addition_without_its_marker(psa: SimulatedPsa) -> None:
    psa.put(replace(ours(psa), marker=""))
    plan = plan_of(psa, FEB, mapped(FEBRUARY, overrides=Overrides(overwrite=True)))
    assert [list(change.differences) for change in plan.changes] == [["marker"]]


def test_rule_84_the_marker_finds_an_addition_that_no_link_knows(psa: SimulatedPsa) -> None:
    psa.forget()
    assert actions(plan_of(psa, FEB, mapped(FEBRUARY))) == [Action.LEAVE]


def test_rule_84_the_description_never_does(psa: SimulatedPsa) -> None:
    psa.forget()
    psa.put(replace(ours(psa), marker=""))
    assert codes(plan_of(psa, FEB, mapped(FEBRUARY))) == ["possible_duplicate"]


def test_rule_97_an_edit_in_connectwise_is_reported_with_both_values(psa: SimulatedPsa) -> None:
    psa.put(replace(ours(psa), unit_price=Decimal(11)))
    (blocked,) = plan_of(psa, FEB, mapped(FEBRUARY)).blocked
    assert blocked.code == "edited_in_connectwise"
    assert "unit price 10 → 11" in blocked.sentence


def test_rule_97_an_edit_is_overwritten_when_a_person_says_so(psa: SimulatedPsa) -> None:
    psa.put(replace(ours(psa), unit_price=Decimal(11)))
    psa.invoice_through(JAN)
    (change,) = plan_of(psa, FEB, mapped(FEBRUARY, overrides=Overrides(overwrite=True))).changes
    assert change.differences == {"unit_price": (Decimal(11), Decimal(10))}


def test_rule_97_an_end_set_in_connectwise_is_reported(psa: SimulatedPsa) -> None:
    psa.put(replace(ours(psa), cancelled=date(2026, 1, 31)))
    assert codes(plan_of(psa, FEB, mapped(FEBRUARY))) == ["edited_in_connectwise"]
    again = plan_of(psa, FEB, mapped(FEBRUARY, overrides=Overrides(overwrite=True)))
    assert actions(again) == [Action.CREATE]


def test_rule_97_a_deleted_addition_is_reported_and_posted_again_on_demand(psa: SimulatedPsa) -> None:
    psa.delete(ours(psa))
    assert codes(plan_of(psa, FEB, mapped(FEBRUARY))) == ["deleted_in_connectwise"]
    (change,) = plan_of(psa, FEB, mapped(FEBRUARY, overrides=Overrides(post_again=True))).changes
    assert (change.action, change.key) == (Action.CREATE, f"500/{series().following}")


def test_rule_97_a_deleted_newest_generation_is_not_made_again_in_silence(psa: SimulatedPsa) -> None:
    run(psa, FEB, mapped(priced(FEBRUARY, "2", "12")))
    psa.delete(psa.all_additions[-1])
    march = mapped(priced(MARCH, "2", "12"))
    assert codes(plan_of(psa, MAR, march)) == ["deleted_in_connectwise"]
    (change,) = plan_of(psa, MAR, replace(march, overrides=Overrides(post_again=True))).changes
    assert change.key == f"500/{series().following.following}"


def test_rule_98_a_copy_with_our_key_is_ambiguous(psa: SimulatedPsa) -> None:
    psa.put(replace(ours(psa), id=77))
    (blocked,) = plan_of(psa, FEB, mapped(FEBRUARY)).blocked
    assert blocked.code == "ambiguous_additions"
    assert "77" in blocked.sentence


def test_rule_98_two_open_generations_are_ambiguous(psa: SimulatedPsa) -> None:
    psa.put(replace(ours(psa), id=77, marker=str(series().following)))
    assert codes(plan_of(psa, FEB, mapped(FEBRUARY))) == ["ambiguous_additions"]


def test_rule_98_a_copied_agreement_is_ambiguous(psa: SimulatedPsa) -> None:
    psa.put(replace(ours(psa), id=77, agreement_id=OTHER.id))
    assert codes(plan_of(psa, FEB, mapped(FEBRUARY))) == ["ambiguous_additions"]


def test_rule_98_copies_on_the_agreement_that_is_left_are_ambiguous_too(psa: SimulatedPsa) -> None:
    psa.put(replace(ours(psa), id=77))
    assert codes(plan_of(psa, FEB, mapped(FEBRUARY, OTHER.id))) == ["ambiguous_additions"]


def test_rule_98_an_ended_generation_is_no_rival(psa: SimulatedPsa) -> None:
    run(psa, FEB, mapped(priced(FEBRUARY, "2", "12")))
    assert codes(plan_of(psa, MAR, mapped(priced(MARCH, "2", "12")))) == []


@pytest.fixture
def manual() -> SimulatedPsa:
    """A person bills the subscription since June; Bursar has posted nothing yet."""
    return SimulatedPsa.having(AGREEMENT, OTHER, additions=[by_hand(77)])


ADOPT = Overrides(adopt=77)


def test_rule_99_an_adopted_addition_gets_our_key_and_keeps_its_dates(manual: SimulatedPsa) -> None:
    plan = run(manual, JAN, mapped(CYCLE_FEE, overrides=ADOPT))
    (change,) = plan.changes
    assert change.action is Action.UPDATE
    assert set(change.differences) == {"marker", "description"}
    assert change.notes == ("Adopts an Addition made by hand.",)
    assert ours(manual).effective == date(2025, 6, 1)
    assert actions(plan_of(manual, FEB, mapped(FEBRUARY))) == [Action.LEAVE]


def test_rule_99_an_adopted_addition_keeps_the_end_that_a_person_set(manual: SimulatedPsa) -> None:
    manual.put(replace(by_hand(77), cancelled=date(2026, 12, 31)))
    run(manual, JAN, mapped(CYCLE_FEE, overrides=ADOPT))
    assert ours(manual).cancelled == date(2026, 12, 31)


def test_rule_99_adoption_with_another_price_is_a_price_change(manual: SimulatedPsa) -> None:
    run(manual, JAN, mapped(priced(CYCLE_FEE, "2", "12"), overrides=ADOPT))
    assert ours(manual).total == 24
    assert len(manual.all_additions) == 1


def test_rule_99_adoption_with_another_product_ends_the_manual_addition(manual: SimulatedPsa) -> None:
    source = mapped(CYCLE_FEE, product_id=BACKUP, overrides=ADOPT)
    run(manual, JAN, source)
    assert [(a.id == 77, a.cancelled) for a in manual.all_additions] == [(True, date(2025, 12, 31)), (False, None)]
    manual.forget()
    assert actions(plan_of(manual, JAN, source)) == [Action.LEAVE]


def test_rule_99_adoption_is_remembered_without_a_memory(manual: SimulatedPsa) -> None:
    source = mapped(CYCLE_FEE, overrides=ADOPT)
    run(manual, JAN, source)
    manual.forget()
    assert actions(plan_of(manual, JAN, source)) == [Action.LEAVE]


def test_rule_99_what_is_not_there_cannot_be_adopted(manual: SimulatedPsa) -> None:
    for agreement_id in (AGREEMENT.id, OTHER.id):
        source = mapped(CYCLE_FEE, agreement_id, overrides=Overrides(adopt=78))
        assert codes(plan_of(manual, JAN, source)) == ["adopted_addition_missing"]


def test_rule_99_an_agreement_that_has_to_be_made_has_nothing_to_adopt() -> None:
    psa = SimulatedPsa.having(OTHER, additions=[by_hand(77, OTHER.id)])
    assert codes(plan_of(psa, JAN, mapped(CYCLE_FEE, overrides=ADOPT))) == ["adopted_addition_missing"]


def test_rule_99_an_occupied_key_field_is_not_overwritten(manual: SimulatedPsa) -> None:
    manual.put(replace(by_hand(77), marker="SN-4711"))
    assert codes(plan_of(manual, JAN, mapped(CYCLE_FEE, overrides=ADOPT))) == ["marker_field_occupied"]


def test_rule_99_an_addition_of_another_subscription_cannot_be_adopted(psa: SimulatedPsa) -> None:
    for taken in (ours(psa), replace(ours(psa), marker="")):
        psa.put(taken)
        source = mapped(replace(CYCLE_FEE, line_id="L9", subscription_id="S2"), overrides=Overrides(adopt=taken.id))
        assert codes(plan_of(psa, JAN, mapped(CYCLE_FEE), source)) == ["marker_field_occupied"]


def test_rule_99_one_addition_is_adopted_by_one_line(manual: SimulatedPsa) -> None:
    lines = [mapped(replace(CYCLE_FEE, line_id=s, subscription_id=s), overrides=ADOPT) for s in ("S1", "S2")]
    assert codes(plan_of(manual, JAN, *lines)) == ["adopted_twice", "adopted_twice"]


def test_rules_98_and_99_adoption_beside_an_open_addition_of_ours_is_ambiguous(psa: SimulatedPsa) -> None:
    psa.put(by_hand(77))
    assert codes(plan_of(psa, FEB, mapped(FEBRUARY, overrides=ADOPT))) == ["ambiguous_additions"]


def test_rule_99_adoption_after_ours_ended_is_a_generation_of_its_own(psa: SimulatedPsa) -> None:
    psa.post(plan_company(psa.situation(FEB, [], confirmed=True), SETTINGS), [])
    psa.put(replace(by_hand(77), effective=date(2026, 2, 1)))
    run(psa, MAR, mapped(MARCH, overrides=ADOPT))
    assert sorted(a.marker for a in psa.all_additions) == [str(series()), str(series().following)]
