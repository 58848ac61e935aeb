"""What changed between two JSON values."""

import pytest

from bursar.domain.differences import Difference, differences


@pytest.mark.parametrize("value", [None, {}, {"a": {"b": [1, "x"], "c": None}}])
def test_the_same_differs_in_nothing(value: dict[str, object] | None) -> None:
    assert differences(value, value) == []


def test_leaves_are_compared_by_their_dotted_name_in_order() -> None:
    before: dict[str, object] = {"z": 1, "a": {"kept": 1, "changed": "x", "gone": True}, "list": [1]}
    after: dict[str, object] = {"z": 2, "a": {"kept": 1, "changed": "y", "new": False}, "list": []}
    assert differences(before, after) == [
        Difference("a.changed", "x", "y"),
        Difference("a.gone", "yes", ""),
        Difference("a.new", "", "no"),
        Difference("list", "1", "(none)"),
        Difference("z", "1", "2"),
    ]


def test_empty_text_can_be_told_from_nothing() -> None:
    assert differences({"a": ""}, {"a": "x"}) == [Difference("a", "(empty)", "x")]
    assert differences({"a": None}, {"a": "x"}) == [Difference("a", "", "x")]


def test_lists_of_objects_are_shown_as_json() -> None:
    assert differences(None, {"rules": [{"is": "ö"}]}) == [Difference("rules", "", '[{"is": "ö"}]')]
