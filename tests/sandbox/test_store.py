"""The store: ids, indexes, clock, and coming back from a dump."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_psa import small_store

from psa_sandbox.rest.wire import decode, encode
from psa_sandbox.state.store import Clock, Record, Store


def test_a_record_gets_an_id_and_says_who_entered_it() -> None:
    store = Store(clock=Clock(datetime(2026, 1, 2, tzinfo=UTC), frozen=True))
    record = store.insert("agreement", {"name": "x"}, by="ann")
    stamp = "2026-01-02T00:00:00Z"
    info = {"lastUpdated": stamp, "updatedBy": "ann", "dateEntered": stamp, "enteredBy": "ann"}
    assert record == {"id": 1, "name": "x", "_info": info}
    store.clock.advance(timedelta(days=1))
    changed = store.replace("agreement", 1, {"name": "y"}, by="bob")
    assert changed["_info"] == info | {"lastUpdated": "2026-01-03T00:00:00Z", "updatedBy": "bob"}


def test_ids_are_never_given_twice() -> None:
    store = Store()
    store.insert("x", {}, id=5)
    store.insert("x", {}, id=2)
    assert [row["id"] for row in store.rows("x")] == [2, 5]
    assert store.delete("x", 5)
    assert not store.delete("x", 5)
    assert store.insert("x", {})["id"] == 6
    with pytest.raises(ValueError, match="taken"):
        store.insert("x", {}, id=6)
    with pytest.raises(KeyError):
        store.replace("x", 99, {}, by="test")


def test_references_equal_their_id_and_text_folds_only_for_find() -> None:
    store = Store()
    store.insert("site", {"company": {"id": 3}, "name": "Main"})
    store.insert("site", {"company": {"id": 4}, "name": "main"})
    assert [row["id"] for row in store.rows("site", company=3)] == [1]
    assert [row["id"] for row in store.rows("site", company={"id": 4}, name="main")] == [2]
    assert [row["id"] for row in store.rows("site", name="main")] == [2]
    assert [row["id"] for row in store.find("site", name="MAIN")] == [1, 2]
    assert store.rows("nothing", name="main") == []


VALUES = st.one_of(st.none(), st.integers(0, 3), st.sampled_from(["a", "A", "b"]), st.just({"id": 1}))
STEPS = st.lists(st.tuples(st.sampled_from(["insert", "replace", "delete"]), st.integers(1, 5), VALUES), max_size=25)


@given(STEPS, VALUES)
def test_an_index_finds_what_a_search_would(steps: list[tuple[str, int, object]], wanted: object) -> None:
    store = Store()
    for verb, key, value in steps:
        store.rows("x", parent=wanted)
        if verb == "insert":
            store.insert("x", {"parent": value})
        elif store.get("x", key) and verb == "replace":
            store.replace("x", key, {"parent": value}, by="test")
        else:
            store.delete("x", key)
    plain = wanted["id"] if isinstance(wanted, dict) else wanted
    expected = [row for row in store.rows("x") if _plain(row) == plain]
    assert store.rows("x", parent=wanted) == expected


def _plain(row: Record) -> object:
    value = row["parent"]
    return value["id"] if isinstance(value, dict) else value


def test_a_dump_comes_back_whole() -> None:
    store = small_store()
    store.delete("manufacturer", 1)
    store.site.requests_per_minute = 10
    other = Store()
    other.load(json.loads(json.dumps(store.dump())))
    assert other.dump() == store.dump()
    assert other.rows("catalogItem") == store.rows("catalogItem")
    assert isinstance((other.get("catalogItem", 1) or {})["price"], Decimal)
    assert other.insert("manufacturer", {})["id"] == 2
    assert (other.clock.now(), other.clock.frozen) == (store.clock.now(), True)


def test_a_dump_of_another_kind_of_site_is_refused() -> None:
    store = Store()
    state = store.dump()
    state["site"] = {"colour": "red"}
    with pytest.raises(ValueError, match="colour"):
        store.load(state)


def test_a_clock_runs_or_stands_still() -> None:
    moment = datetime(2030, 1, 1, tzinfo=UTC)
    clock = Clock(moment)
    assert timedelta(0) <= clock.now() - moment < timedelta(minutes=1)
    clock.freeze()
    frozen = clock.now()
    assert clock.now() == frozen
    clock.advance(timedelta(hours=1))
    assert clock.now() == frozen + timedelta(hours=1)
    clock.run()
    assert not clock.frozen
    assert clock.now() >= frozen + timedelta(hours=1)
    with pytest.raises(ValueError, match="timezone"):
        clock.set(datetime(2030, 1, 1, tzinfo=UTC).replace(tzinfo=None))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.text() | st.decimals(-(10**9), 10**9, places=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(JSON)
def test_json_goes_out_and_comes_back(value: object) -> None:
    assert decode(encode(value).encode()) == value


@pytest.mark.parametrize("text", ["0.1", "12.50", "-0.0001", "100", "1234567890.1234"])
def test_decimals_are_written_digit_by_digit(text: str) -> None:
    assert encode([Decimal(text)]) == f"[{text}]"


def test_what_has_no_json_form() -> None:
    with pytest.raises(TypeError):
        encode({"x": 1.5})
