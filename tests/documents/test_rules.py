"""docs/rules.md carries every rule and decision that code and tests cite by number, and says where each one lives."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.documents.architecture import ROOT

PAGE = ROOT / "docs" / "rules.md"
SOURCE = ROOT / "src" / "bursar"
NOT_BUILT = "not built yet"
MUST_BE_THERE = range(53, 114)
"""The rules of the billing journey, cited or not."""

_NUMBERS = r"\d+[a-e]?(?:\s*(?:-|–|to)\s*\d+)?"
_CITED = re.compile(
    rf"(money |design )?\b(rule|decision)s?\s+({_NUMBERS}(?:(?:,|,?\s+and)\s+{_NUMBERS})*)", re.IGNORECASE
)
_ROW = re.compile(r"^\| ((?:money )?\d+) \| (.+) \| (.+) \|$", re.MULTILINE)


def _section(title: str) -> str:
    return PAGE.read_text(encoding="utf-8").partition(f"## {title}\n")[2].partition("\n## ")[0]


def _rows(text: str) -> dict[str, tuple[str, str]]:
    """Number → what the entry says, and where."""
    return {number: (what, where) for number, what, where in _ROW.findall(text)}


def _decisions() -> dict[str, tuple[str, str]]:
    return _rows(_section("Decisions"))


def _rules() -> dict[str, tuple[str, str]]:
    return _rows(PAGE.read_text(encoding="utf-8").partition("## Decisions")[0])


def _exceptions() -> dict[str, str]:
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", _section("Checked by no test of its own"), re.MULTILINE)
    return dict(rows)


def cited(text: str, kind: str) -> Iterator[str]:
    """Numbers of the rules or decisions that a text cites, as *rules 63 and 65-67* or as test_rule_56_…."""
    for prefix, found, numbers in _CITED.findall(text.replace("_", " ")):
        if found.lower() == kind:
            yield from (f"{prefix.lower()}{number}" for number in _spread(numbers))


def _spread(numbers: str) -> Iterator[int]:
    for first, last in re.findall(r"(\d+)[a-e]?(?:\s*(?:-|–|to)\s*(\d+))?", numbers):
        yield from range(int(first), int(last or first) + 1)


def _cited_in(folders: Iterable[Path], kind: str) -> dict[str, str]:
    """Number → one file that cites it. The tests of documents do not count: they speak about numbers."""
    here = Path(__file__).parent
    return {
        number: path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in sorted(folder.rglob("*.py"))
        if here not in path.parents
        for number in cited(path.read_text(encoding="utf-8"), kind)
    }


def _is_built(entry: tuple[str, str]) -> bool:
    return entry[1] != NOT_BUILT


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
    known = _rules() if kind == "rule" else _decisions()
    found = _cited_in((ROOT / "src", ROOT / "tests"), kind)
    assert {number: where for number, where in found.items() if number not in known} == {}


def test_the_billing_journey_is_there_as_a_whole() -> None:
    assert [number for number in MUST_BE_THERE if str(number) not in _rules()] == []


def test_no_number_has_two_entries() -> None:
    text = PAGE.read_text(encoding="utf-8").partition("## Decisions")[0]
    numbers = [number for number, _, _ in _ROW.findall(text)]
    assert sorted(set(numbers)) == sorted(numbers)


def test_every_entry_names_modules_that_exist_or_is_not_built() -> None:
    wrong = {
        number: where
        for entries in (_rules(), _decisions())
        for number, (_, where) in entries.items()
        if where != NOT_BUILT and not _all_there(where)
    }
    assert wrong == {}


def _all_there(where: str) -> bool:
    modules = re.findall(r"`([^`]+\.py)`", where)
    return bool(modules) and all((SOURCE / module).is_file() for module in modules)


def test_every_built_rule_is_cited_by_a_test_or_the_page_says_why_not() -> None:
    tested = _cited_in([ROOT / "tests"], "rule")
    built = [n for n in map(str, MUST_BE_THERE) if _is_built(_rules()[n])]
    assert [n for n in built if n not in tested] == list(_exceptions()), (
        "tests cite other rules than docs/rules.md says"
    )
