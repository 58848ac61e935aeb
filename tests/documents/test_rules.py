"""docs/rules.md carries every rule and decision that code and tests cite by number, and says where each one lives."""

import re
from collections.abc import Callable

import pytest

from tests.documents.architecture import ROOT
from tests.documents.rules import (
    MUST_BE_THERE,
    NOT_BUILT,
    PAGE,
    ROW,
    SOURCE,
    built_in_part,
    cited,
    cited_in,
    decisions,
    exceptions,
    named_by_tests,
    not_built,
    rules,
    untested,
)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("(rule 56)", ["56"]),
        ("rules 94-96, decision 9", ["94", "95", "96"]),
        ("rules 63 and 65-67", ["63", "65", "66", "67"]),
        ("rules 39, 56, and 72", ["39", "56", "72"]),
        ("complete (rule 95a)", ["95"]),
        ("def test_rule_57_overrides_survive():", ["57"]),
        ("def test_rules_94_to_96_hold():", ["94", "95", "96"]),
        ("(rules 86-87, money rule 5)", ["86", "87", "money 5"]),
        ("end_rule.Correction, 10 rules", []),
    ],
)
def test_how_rules_are_cited(text: str, numbers: list[str]) -> None:
    assert list(cited(text, "rule")) == numbers


@pytest.mark.parametrize("kind", ["rule", "decision"])
def test_every_cited_number_has_an_entry(kind: str) -> None:
    known = rules() if kind == "rule" else decisions()
    found = cited_in((ROOT / "src", ROOT / "tests"), kind)
    assert {number: where for number, where in found.items() if number not in known} == {}


def test_the_billing_journey_is_there_as_a_whole() -> None:
    assert [number for number in MUST_BE_THERE if str(number) not in rules()] == []


def test_no_number_has_two_entries() -> None:
    text = PAGE.read_text(encoding="utf-8").partition("## Decisions")[0]
    numbers = [number for number, _, _ in ROW.findall(text)]
    assert sorted(set(numbers)) == sorted(numbers)


def test_every_entry_names_modules_that_exist_or_is_not_built() -> None:
    wrong = {
        number: where
        for entries in (rules(), decisions())
        for number, (_, where) in entries.items()
        if where != NOT_BUILT and not _all_there(where)
    }
    assert wrong == {}


def _all_there(where: str) -> bool:
    modules = re.findall(r"`([^`]+\.py)`", where)
    return bool(modules) and all((SOURCE / module).is_file() for module in modules)


def test_every_built_rule_is_cited_by_a_test_or_the_page_says_why_not() -> None:
    assert untested() == list(exceptions()), "tests cite other rules than docs/rules.md says"


def test_no_test_names_a_rule_that_is_not_built() -> None:
    assert named_by_tests() & set(not_built()) == set()


@pytest.mark.parametrize(("state", "numbers"), [("not built", not_built), ("in part", built_in_part)])
def test_what_is_not_built_is_explained(state: str, numbers: Callable[[], list[str]]) -> None:
    """The decision record says why, rule by rule."""
    page = (PAGE.parent / "adr" / "0019-every-rule-has-a-test.md").read_text(encoding="utf-8")
    assert re.findall(rf"^\| (\d+) \| .+ \| {state} \| .+ \|$", page, re.MULTILINE) == numbers()
