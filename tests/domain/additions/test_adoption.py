"""Additions made by hand, and the lines they are proposed for (rule 99, decision 8)."""

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.domain.additions.adoption import CERTAIN, EXACT, Proposal, propose
from bursar.domain.additions.situation import MappedLine
from bursar.domain.psa import Addition
from bursar.domain.rules import Overrides
from tests.domain.additions.histories import UNHURRIED
from tests.domain.additions.planning import actions, plan_of, run
from tests.domain.additions.situations import Mess, messes
from tests.domain.samples import (
    AGREEMENT,
    BACKUP,
    CYCLE_FEE,
    JAN,
    LICENCE,
    OTHER,
    SETTINGS,
    USAGE,
    by_hand,
    mapped,
    priced,
)
from tests.domain.simulated_psa import SimulatedPsa

NAMED = replace(by_hand(77), description="Office for Contoso, monthly")


def proposals(psa: SimulatedPsa, *lines: MappedLine) -> list[Proposal]:
    return propose(psa.situation(JAN, lines), SETTINGS)


def scores(*additions: Addition, line: MappedLine) -> dict[int, tuple[str, int]]:
    psa = SimulatedPsa.having(AGREEMENT, OTHER, additions=additions)
    return {item.addition.id: (item.line_id, item.score) for item in proposals(psa, line)}


def test_everything_the_same_is_certain_and_says_why() -> None:
    (found,) = proposals(SimulatedPsa.having(AGREEMENT, additions=[NAMED]), mapped(CYCLE_FEE))
    assert (found.line_id, found.score) == ("L1", CERTAIN)
    assert found.evidence == (
        "The product is the same.",
        "The quantity is 2 in both.",
        "The unit price is 10 in both.",
        "It bills the line's first day, 2026-01-01, and goes on.",
        "Its description names 'Office for Contoso'.",
    )


@pytest.mark.parametrize(
    ("values", "score"),
    [
        ({"description": ""}, EXACT),
        ({"quantity": Decimal(3), "total": Decimal(30)}, 80),
        ({"unit_price": Decimal(11), "total": Decimal(22)}, 80),
        ({"quantity": Decimal(1), "unit_price": Decimal(20)}, 80),
        ({"effective": date(2026, 2, 1)}, 90),
        ({"cancelled": date(2026, 6, 30)}, 90),
        ({"effective": None}, CERTAIN),
        ({"quantity": Decimal(3), "unit_price": Decimal(9), "total": Decimal(27), "effective": date(2026, 2, 1)}, 50),
    ],
)
def test_every_difference_costs_and_is_told(values: dict[str, object], score: int) -> None:
    assert scores(replace(NAMED, **values), line=mapped(CYCLE_FEE)) == {77: ("L1", score)}


@pytest.mark.parametrize("other", [BACKUP, 103])
def test_another_product_stands_for_no_line(other: int) -> None:
    assert scores(replace(NAMED, product_id=other), line=mapped(CYCLE_FEE)) == {77: ("", 0)}


def test_a_single_charge_must_start_on_the_day_of_the_line() -> None:
    line = mapped(USAGE)
    same, earlier = replace(NAMED, effective=date(2026, 1, 1)), replace(NAMED, id=78)
    assert scores(same, earlier, line=line) == {77: ("U1", CERTAIN), 78: ("", 0)}


@pytest.mark.parametrize(
    "values",
    [
        {"bill_customer": "DoNotBill"},
        {"cancelled": date(2025, 12, 31)},
        {"marker": "bursar:r:aaaaaaaaaaaaaaaa:0"},
    ],
)
def test_what_is_not_billed_or_not_made_by_hand_is_no_candidate(values: dict[str, object]) -> None:
    assert scores(replace(NAMED, **values), line=mapped(CYCLE_FEE)) == {}


def test_an_agreement_that_has_ended_is_left_out() -> None:
    psa = SimulatedPsa.having(replace(AGREEMENT, end=date(2025, 12, 31)), additions=[NAMED])
    assert proposals(psa, mapped(CYCLE_FEE)) == []


def test_another_currency_stands_for_no_line() -> None:
    psa = SimulatedPsa.having(replace(AGREEMENT, currency="USD"), additions=[NAMED])
    assert [item.line_id for item in proposals(psa, mapped(CYCLE_FEE))] == [""]


def test_a_line_goes_to_the_addition_that_fits_best() -> None:
    worse = replace(NAMED, id=70, quantity=Decimal(5), total=Decimal(50))
    assert scores(worse, NAMED, line=mapped(CYCLE_FEE)) == {70: ("", 0), 77: ("L1", CERTAIN)}


def test_a_line_that_bursar_bills_is_free_for_none() -> None:
    psa = SimulatedPsa.having(AGREEMENT)
    run(psa, JAN, mapped(CYCLE_FEE))
    psa.put(NAMED)
    again = mapped(replace(CYCLE_FEE, line_id="L2"))
    assert [item.line_id for item in proposals(psa, mapped(CYCLE_FEE), again)] == [""]


def test_what_a_person_chose_stays() -> None:
    psa = SimulatedPsa.having(AGREEMENT, additions=[NAMED, replace(NAMED, id=78, product_id=BACKUP)])
    chosen = mapped(CYCLE_FEE, overrides=Overrides(adopt=78))
    assert [(item.addition.id, item.line_id) for item in proposals(psa, chosen)] == [(77, ""), (78, "L1")]
    both = mapped(CYCLE_FEE, overrides=Overrides(keep_both=True))
    assert [item.line_id for item in proposals(psa, both)] == ["", ""]


def test_legacy_additions_of_a_company_without_a_line_are_found() -> None:
    assert [item.line_id for item in proposals(SimulatedPsa.having(AGREEMENT, additions=[NAMED]))] == [""]


@given(messes())
@UNHURRIED
def test_no_addition_has_two_lines_and_no_line_two_additions(mess: Mess) -> None:
    found = propose(mess.psa.situation(JAN.next, mess.lines), mess.settings)
    adopted_twice = Counter(line.overrides.adopt for line in mess.lines)
    assert len({item.addition.id for item in found}) == len(found)
    lines = [item.line_id for item in found if item.line_id]
    assert len(set(lines)) == len(lines)
    assert all(bool(item.line_id) == bool(item.score) and 0 <= item.score <= CERTAIN for item in found)
    assert all(not item.addition.marker or adopted_twice for item in found)


@given(st.sampled_from(["1", "2", "3"]), st.sampled_from(["10", "11"]), st.sampled_from([LICENCE, BACKUP]))
@UNHURRIED
def test_adopting_an_exact_proposal_writes_the_key_and_the_name_alone(quantity: str, price: str, product: int) -> None:
    psa = SimulatedPsa.having(AGREEMENT, additions=[NAMED])
    line = mapped(priced(CYCLE_FEE, quantity, price), product_id=product)
    (found,) = proposals(psa, line)
    adopting = replace(line, overrides=Overrides(adopt=found.addition.id))
    plan = plan_of(psa, JAN, adopting)
    if found.score >= EXACT:
        assert [set(change.differences) for change in plan.changes] == [{"marker", "description"}]
        psa.post(plan, [adopting])
        assert plan_of(psa, JAN, line).is_empty
        assert proposals(psa, line) == []
    else:
        assert found.line_id == "" or set(actions(plan)) <= {"update", "cancel", "create"}
