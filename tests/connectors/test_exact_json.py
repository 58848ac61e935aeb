"""Numbers survive the wire exactly."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.connectors.exact_json import JsonValue, dump, parse

decimals = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12)
scalars = st.none() | st.booleans() | st.integers() | st.text() | decimals
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12)


@given(values)
def test_what_is_written_is_read_back(value: JsonValue) -> None:
    assert parse(dump(value)) == value


def test_a_decimal_is_a_number_with_its_own_digits() -> None:
    assert dump({"price": Decimal("10.10"), "tiny": Decimal("1E-7")}) == '{"price":10.10,"tiny":0.0000001}'


def test_fractions_are_decimals_and_whole_numbers_ints() -> None:
    assert parse('{"a": 0.1, "b": 3}') == {"a": Decimal("0.1"), "b": 3}
    assert isinstance(parse("0.1"), Decimal)
    assert isinstance(parse("3"), int)


@pytest.mark.parametrize("text", ["", "<html>", "NaN", '{"a": Infinity}', "[1,", "\ufeff{}", "[" * 100_000])
def test_what_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse(text)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(ValueError, match="decode"):
        parse(b"\xff\xfe\xfd")


def test_half_a_character_does_not_stop_a_write() -> None:
    assert dump("\ud83d é").encode() == rb'"\ud83d \u00e9"'


@pytest.mark.parametrize("number", [Decimal("NaN"), Decimal("Infinity")])
def test_what_is_no_number_is_not_written(number: Decimal) -> None:
    with pytest.raises(ValueError, match="not a JSON number"):
        dump([number])
