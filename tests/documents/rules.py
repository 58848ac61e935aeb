"""docs/rules.md as data, and which rules the tests cite. Run it to list the rules that no test names.

python -m tests.documents.rules
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.documents.architecture import ROOT

PAGE = ROOT / "docs" / "rules.md"
SOURCE = ROOT / "src" / "bursar"
NOT_BUILT = "not built yet"
MUST_BE_THERE = (*range(31, 120), *range(145, 152))
"""The rules of the billing month: groups D to O of the specification, and what watches over it, cited or not."""

NUMBERS = r"\d+[a-e]?(?:\s*(?:-|–|to)\s*\d+)?"
CITED = re.compile(rf"(money |design )?\b(rule|decision)s?\s+({NUMBERS}(?:(?:,|,?\s+and)\s+{NUMBERS})*)", re.IGNORECASE)
ROW = re.compile(r"^\| ((?:money )?\d+) \| (.+) \| (.+) \|$", re.MULTILINE)


def section(title: str) -> str:
    return PAGE.read_text(encoding="utf-8").partition(f"## {title}\n")[2].partition("\n## ")[0]


def rows(text: str) -> dict[str, tuple[str, str]]:
    """Number → what the entry says, and where."""
    return {number: (what, where) for number, what, where in ROW.findall(text)}


def decisions() -> dict[str, tuple[str, str]]:
    return rows(section("Decisions"))


def rules() -> dict[str, tuple[str, str]]:
    return rows(PAGE.read_text(encoding="utf-8").partition("## Decisions")[0])


def exceptions() -> dict[str, str]:
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", section("Checked by no test of its own"), re.MULTILINE)
    return dict(rows)


def cited(text: str, kind: str) -> Iterator[str]:
    """Numbers of the rules or decisions that a text cites, as *rules 63 and 65-67* or as test_rule_56_…."""
    for prefix, found, numbers in CITED.findall(text.replace("_", " ")):
        if found.lower() == kind:
            yield from (f"{prefix.lower()}{number}" for number in spread(numbers))


def spread(numbers: str) -> Iterator[int]:
    for first, last in re.findall(r"(\d+)[a-e]?(?:\s*(?:-|–|to)\s*(\d+))?", numbers):
        yield from range(int(first), int(last or first) + 1)


def cited_in(folders: Iterable[Path], kind: str) -> dict[str, str]:
    """Number → one file that cites it. The tests of documents do not count: they speak about numbers."""
    here = Path(__file__).parent
    return {
        number: path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in sorted(folder.rglob("*.py"))
        if here not in path.parents
        for number in cited(path.read_text(encoding="utf-8"), kind)
    }


def named_by_tests() -> set[str]:
    """The rules that a test names in its own name or docstring: a heading of its file names what it is all about."""
    return {
        number
        for path in (ROOT / "tests").rglob("test_*.py")
        if Path(__file__).parent not in path.parents
        for test in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(test, ast.FunctionDef) and test.name.startswith("test_")
        for number in cited(f"{test.name} {ast.get_docstring(test) or ''}", "rule")
    }


def is_built(entry: tuple[str, str]) -> bool:
    return entry[1] != NOT_BUILT


def untested() -> list[str]:
    """The rules of the billing month that are built and that no test names."""
    entries, tested = rules(), named_by_tests()
    return [n for n in map(str, MUST_BE_THERE) if is_built(entries[n]) and n not in tested]


def not_built() -> list[str]:
    """The rules of the billing month that are not there yet."""
    entries = rules()
    return [n for n in map(str, MUST_BE_THERE) if not is_built(entries[n])]


def built_in_part() -> list[str]:
    """Those whose entry says that something of them is not there yet."""
    entries = rules()
    return [n for n in map(str, MUST_BE_THERE) if is_built(entries[n]) and NOT_BUILT in entries[n][0]]


def main() -> int:
    """Print them with what they say and why no test names them. 1 when one has no explanation."""
    entries, explained, bare = rules(), exceptions(), untested()
    for number in bare:
        print(f"{number:>4}  {entries[number][0]}\n      {explained.get(number, 'NO EXPLANATION')}")
    missing = ", ".join(not_built()) or "none"
    print(f"{len(MUST_BE_THERE)} rules, {len(bare)} without a test of their own; not built: {missing}")
    return int(bare != list(explained))


if __name__ == "__main__":
    sys.exit(main())
