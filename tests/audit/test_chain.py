"""The chain of the audit trail, without a database (rule 123)."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.domain.audit_chain import START, Content, Sealed, Verdict, instant, seal, verify

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def chain(*contents: Content) -> list[Sealed]:
    entries: list[Sealed] = []
    previous = START
    for number, content in enumerate(contents, start=1):
        sealed = Sealed(number, content, previous, seal(number, content, previous))
        entries.append(sealed)
        previous = sealed.hash
    return entries


def five() -> list[Sealed]:
    return chain(*({"action": f"act {n}", "after": {"n": n}} for n in range(1, 6)))


def test_an_empty_trail_is_whole() -> None:
    assert verify([]) == Verdict(0, START)


def test_a_whole_chain_ends_in_its_head() -> None:
    entries = five()
    assert verify(entries) == Verdict(5, entries[-1].hash)
    assert all(later.previous == earlier.hash for earlier, later in pairwise(entries))


@given(st.lists(st.dictionaries(st.text(), JSON_VALUES, max_size=4), max_size=5))
def test_any_json_survives_the_way_through_a_database(contents: list[Content]) -> None:
    stored = [
        Sealed(e.number, dict(reversed(json.loads(json.dumps(e.content)).items())), e.previous, e.hash)
        for e in chain(*contents)
    ]
    assert verify(stored).fault is None


def changed(entry: Sealed, **values: object) -> Sealed:
    facts = {"number": entry.number, "content": entry.content, "previous": entry.previous, "hash": entry.hash}
    return Sealed(**(facts | values))


@pytest.mark.parametrize("position", range(5))
@pytest.mark.parametrize(
    "forge",
    [
        lambda e: changed(e, content={**e.content, "action": "forged"}),
        lambda e: changed(e, content={**e.content, "more": None}),
        lambda e: changed(e, content={"action": e.content["action"]}),
        lambda e: changed(e, hash="f" * 64),
        lambda e: changed(e, previous="f" * 64),
        lambda e: changed(e, number=e.number + 10),
    ],
)
def test_what_is_changed_anywhere_is_found_where_it_is(position: int, forge: Callable[[Sealed], Sealed]) -> None:
    entries = five()
    entries[position] = forge(entries[position])
    verdict = verify(entries)
    assert verdict.fault is not None
    assert verdict.fault.number == entries[position].number
    assert verdict.entries == position


def test_an_entry_that_is_sealed_anew_breaks_the_link_to_the_next() -> None:
    entries = five()
    content = {"action": "forged"}
    entries[2] = Sealed(3, content, entries[2].previous, seal(3, content, entries[2].previous))
    verdict = verify(entries)
    assert verdict.fault is not None
    assert (verdict.fault.number, verdict.fault.sentence) == (4, "It does not follow the entry before it.")


@pytest.mark.parametrize("position", range(4))
def test_a_missing_entry_is_named(position: int) -> None:
    entries = five()
    del entries[position]
    verdict = verify(entries)
    assert verdict.fault is not None
    assert verdict.fault.sentence == f"Entry {position + 1} is missing."


@pytest.mark.parametrize("position", range(4))
def test_renumbering_hides_no_missing_entry(position: int) -> None:
    entries = five()
    del entries[position]
    entries = [changed(entry, number=number) for number, entry in enumerate(entries, start=1)]
    assert verify(entries).fault is not None


def test_swapped_entries_are_found() -> None:
    entries = five()
    entries[1], entries[2] = changed(entries[2], number=2), changed(entries[1], number=3)
    assert verify(entries).fault is not None


def test_a_head_noted_earlier_proves_that_the_end_is_there() -> None:
    entries = five()
    noted = entries[-1].hash
    assert verify(entries, noted).fault is None
    assert verify(chain(*[e.content for e in entries], {"action": "later"}), noted).fault is None
    assert verify(entries[:4]).fault is None  # without it, a cut end cannot be seen
    for left in range(5):
        fault = verify(entries[:left], noted).fault
        assert fault is not None
        assert fault.number == left + 1
        assert "end is missing" in fault.sentence


def test_a_whole_new_chain_does_not_have_the_noted_head() -> None:
    forged = chain(*({"action": f"forged {n}"} for n in range(9)))
    assert verify(forged).fault is None
    assert verify(forged, five()[-1].hash).fault is not None


def test_the_hash_does_not_depend_on_the_order_of_keys_or_the_zone() -> None:
    moment = datetime(2026, 10, 31, 22, 5, 0, 123456, tzinfo=UTC)
    elsewhere = moment.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert instant(moment) == instant(elsewhere) == "2026-10-31T22:05:00.123456+00:00"
    assert instant(moment.replace(microsecond=0)).endswith(":00.000000+00:00")
    assert seal(1, {"a": 1, "b": {"c": 2, "d": 3}}, START) == seal(1, {"b": {"d": 3, "c": 2}, "a": 1}, START)


def test_the_hash_is_what_anybody_can_compute() -> None:
    """Fixed for all time: an entry that was sealed by an earlier Bursar must still be whole."""
    content: Content = {"actor": "ada", "after": {"größe": "12.50"}}
    assert seal(1, content, START) == "10cf7bf63d95797d29bc2a8692a8723c201f8135d6c6e3b9a78fdb3c8e3f475c"


@pytest.mark.parametrize("value", [1.0, [1.5], {"a": {"b": [0.1]}}, {1: "a"}, {"a": {None: 1}}, Decimal(1), UTC])
def test_values_that_databases_spell_differently_are_refused(value: object) -> None:
    with pytest.raises(TypeError):
        seal(1, {"after": value}, START)
