"""Values as Tryton writes them, there and back to the digit."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.connectors.books.tryton.marks import Mark, mark_in
from bursar.connectors.books.tryton.values import PlainNumber, Value, decoded, encoded
from bursar.connectors.exact_json import dump, parse

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.dates()
    | st.datetimes(timezones=st.just(UTC)).map(lambda found: found.replace(microsecond=0))
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner) | st.dictionaries(st.text().filter(lambda name: name != "__class__"), inner),
    max_leaves=10,
)


@given(VALUES)
def test_what_is_sent_comes_back(value: Value) -> None:
    assert decoded(parse(dump(encoded(value)))) == value


def test_decimals_are_objects_and_floats_are_numbers() -> None:
    assert json.loads(dump(encoded([Decimal("1.10"), PlainNumber(Decimal("1.5")), date(2026, 10, 31)]))) == [
        {"__class__": "Decimal", "decimal": "1.10"},
        1.5,
        {"__class__": "date", "year": 2026, "month": 10, "day": 31},
    ]


def test_instants_are_utc() -> None:
    found = decoded(encoded(datetime.fromisoformat("2026-10-31T01:30:00+02:00")))
    assert found == datetime(2026, 10, 30, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize("odd", [{"__class__": "Decimal"}, {"__class__": "date", "year": "x", "month": 1, "day": 1}])
def test_what_tryton_never_sends_is_refused(odd: dict[str, Value]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decoded(parse(json.dumps(odd)))


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1).map(str.strip).filter(bool))
def test_a_mark_is_found_in_whatever_people_write_around_it(number: str) -> None:
    mark = Mark(number, "bursar:d:abcdefghijklmnop:12")
    assert mark_in(f"Please call\n{mark}\nbefore noon") == mark
    assert mark_in(f"{mark} paid in part") == mark


@pytest.mark.parametrize("text", ["", "4711", "bursar:d:abcdefghijklmnop:0", "4711 [bursar:r:abcdefghijklmnop:0]"])
def test_other_texts_have_no_mark(text: str) -> None:
    assert mark_in(text) is None
