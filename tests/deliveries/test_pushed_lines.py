"""Lines as programs push them: looked at shallowly, kept exactly, read one at a time."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.domain.errors import InvalidInput
from bursar.usecases.pushed_lines import as_json_lines

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.lists(st.dictionaries(st.text(), JSON), min_size=1, max_size=6), st.sampled_from([None, 0, 3]))
def test_every_object_becomes_one_line_that_says_the_same(lines: list[dict[str, object]], indent: int | None) -> None:
    kept, count = as_json_lines(json.dumps(lines, indent=indent, ensure_ascii=False).encode("utf-8", "surrogatepass"))
    assert [json.loads(line) for line in kept.decode().split("\n")[:-1]] == lines
    assert count == len(lines)


def test_numbers_keep_every_digit() -> None:
    assert as_json_lines(b'[{"total": 1.10,\r\n "n": 12345678901234567890.12}]') == (
        b'{"total": 1.10,   "n": 12345678901234567890.12}\n',
        1,
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not a JSON array"),
        (b"{}", "not a JSON array"),
        (b'{"lines": []}', "not a JSON array"),
        (b"[]", "The JSON array is empty"),
        (b"[1]", "Element 1"),
        (b"[{}, null]", "Element 2"),
        (b"[{}, {", "Element 2"),
        (b"[{}", "Element 2"),
        (b"[{},]", "Element 2"),
        (b"[{} {}]", "Element 2"),
        (b"[{}] {}", "Something follows"),
        (b'[{"a": NaN}]', "Element 1"),
        (b'[{"a": ' + b"[" * 100_000, "Element 1"),
        (b"\xff[{}]", "not UTF-8"),
    ],
)
def test_what_is_no_array_of_objects_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        as_json_lines(content)
