from dataclasses import replace
from datetime import date

from bursar.domain.additions.present import Member, Present
from bursar.domain.additions.situation import Link
from bursar.domain.psa import Addition
from tests.domain.samples import (
    AGREEMENT,
    BACKUP,
    JAN,
    LICENCE,
    OTHER,
    SCOPE,
    by_hand,
    series,
)
from tests.domain.simulated_psa import SimulatedPsa

KEY = series()
OPEN = replace(by_hand(1), marker=str(KEY.following), product_id=BACKUP, effective=date(2026, 2, 1))
ENDED = replace(by_hand(2), marker=str(KEY), cancelled=date(2026, 1, 31))
ELSEWHERE = replace(by_hand(3, OTHER.id), marker=str(KEY), cancelled=date(2025, 12, 31))
LINK = Link(KEY, AGREEMENT.id, 2, 10, "org-1", JAN, {"product_id": LICENCE})


def present(*more: Addition, links: tuple[Link, ...] = ()) -> Present:
    psa = SimulatedPsa.having(AGREEMENT, OTHER, additions=[OPEN, ENDED, ELSEWHERE, *more])
    psa.links = {link.addition_id: link for link in links}
    return Present(psa.situation(JAN, []), SCOPE)


def ids(members: list[Member]) -> list[int]:
    return [member.addition.id for member in members]


def test_rule_84_generations_stand_in_their_order() -> None:
    assert ids(present().on(AGREEMENT.id, KEY.series)) == [2, 1]
    assert ids(present().elsewhere(AGREEMENT.id, KEY.series)) == [3]
    assert ids(present().on(None, KEY.series)) == []
    assert len(present().elsewhere(None, KEY.series)) == 3


def test_rule_84_a_link_knows_more_than_the_field() -> None:
    other = series("S2")
    known = present(links=(replace(LINK, marker=other),))
    assert ids(known.on(AGREEMENT.id, other.series)) == [2]
    assert known.link_to(2) is not None
    assert known.link_to(1) is None


def test_rule_96_the_next_generation_counts_deleted_ones() -> None:
    gone = replace(LINK, addition_id=99, marker=replace(KEY, generation=5))
    assert present().next_marker(AGREEMENT.id, KEY).generation == 2
    assert present(links=(gone,)).next_marker(AGREEMENT.id, KEY).generation == 6
    assert present().next_marker(OTHER.id, KEY).generation == 1
    assert present().next_marker(None, KEY).generation == 0


def test_rule_89_the_product_in_force_is_the_open_additions() -> None:
    assert present().products() == {KEY.series: BACKUP}


def test_rule_89_a_link_remembers_the_product_of_a_deleted_addition() -> None:
    gone = replace(LINK, addition_id=99, marker=series("S2"))
    assert present(links=(gone,)).products()[series("S2").series] == LICENCE


def test_rule_99_made_by_hand_is_what_nothing_claims() -> None:
    manual = by_hand(77)
    assert present().made_by_hand(manual)
    assert present().made_by_hand(replace(manual, marker="SN-1"))
    assert not present().made_by_hand(OPEN)
    assert not present(links=(replace(LINK, addition_id=77),)).made_by_hand(manual)
    assert list(present(manual).by_hand(AGREEMENT.id)) == [manual]
    assert list(present(manual).by_hand(OTHER.id)) == []


def test_a_member_covers_its_first_and_last_day() -> None:
    member = Member(AGREEMENT.id, ENDED, KEY)
    assert [
        member.covers(day) for day in (date(2025, 5, 31), date(2025, 6, 1), date(2026, 1, 31), date(2026, 2, 1))
    ] == [
        False,
        True,
        True,
        False,
    ]
    assert Member(AGREEMENT.id, OPEN, KEY).covers(date(2099, 1, 1))
    assert Member(AGREEMENT.id, replace(OPEN, effective=None), KEY).covers(date(1999, 1, 1))


def test_a_member_follows_the_one_that_ended_the_day_before() -> None:
    old, new = Member(AGREEMENT.id, ENDED, KEY), Member(AGREEMENT.id, OPEN, KEY.following)
    assert new.follows(old)
    assert not old.follows(new)
    assert not new.follows(Member(OTHER.id, ELSEWHERE, KEY))
