"""The guide explains every code that a plan, a run or an error can carry, and no other."""

import ast
import re
from collections.abc import Iterator

import pytest

from bursar.domain.ledger.missing import CHOSEN, Reason
from tests.documents.architecture import ROOT
from tests.documents.guide import PAGE

SOURCE = ROOT / "src" / "bursar"
SOURCES = ("domain", "usecases", "store")
PAGES = (PAGE, PAGE.parent / "exceptions.md")
"""The billing month's codes stand in the guide, those of ledger and payments on a page of their own."""
POSITION = {"block": 1, "Blocked": 1, "_block": 1, "Notice": 1}
"""Which argument of a call is the code, unless it is named; rows of the store name theirs."""
KINDS = {"blocked": {"block", "Blocked", "_block"}, "warnings": {"Notice"}, "errors": {"RunNote"}}
HANDED_ON = {
    "code",
    "error.code",
    "item.code",
    "m.reason",
    "row.code",
    "row.error_code or row.state",
    "code or 'unreadable'",
}
"""From a caller that is looked at itself, from an error, or from a plan."""


def _trees(*packages: str) -> Iterator[ast.Module]:
    for package in packages or SOURCES:
        for path in sorted((SOURCE / package).rglob("*.py")):
            yield ast.parse(path.read_text(encoding="utf-8"))


def _called_with(names: set[str], *packages: str) -> Iterator[str]:
    for tree in _trees(*packages):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and (name := ast.unparse(node.func).partition(".objects.create")[0]) in names:
                code = _code_of(node, name)
                if isinstance(code, ast.Constant):
                    yield str(code.value)
                else:
                    assert ast.unparse(code) in HANDED_ON, f"line {node.lineno}: {ast.unparse(node)}"


def _code_of(call: ast.Call, name: str) -> ast.expr:
    named = next((word.value for word in call.keywords if word.arg == "code"), None)
    return call.args[POSITION[name]] if named is None else named


def _codes_of_errors() -> Iterator[str]:
    """The class attribute `code` of every error."""
    for tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                for statement in node.body:
                    yield from re.findall(r"^code(?:: [^=]+)? = '([a-z_]+)'$", ast.unparse(statement))


def _in_the_source(kind: str) -> list[str]:
    found = set(_called_with(KINDS[kind]))
    if kind == "blocked":
        found |= set(_called_with({"Blocked"}, "connectors"))
        found |= {reason.value for reason in Reason if reason not in CHOSEN}
    return sorted(found | set(_codes_of_errors()) if kind == "errors" else found)


def _on_the_pages(kind: str) -> list[str]:
    tables = [
        page.read_text(encoding="utf-8").partition(f"<!-- {kind} -->\n")[2].partition("\n\n")[0] for page in PAGES
    ]
    return re.findall(r"^\| `([a-z_]+)` \| [^|]+ \| [^|]+ \|$", "\n".join(tables), re.MULTILINE)


@pytest.mark.parametrize("kind", KINDS)
def test_every_code_is_explained_once_and_none_is_invented(kind: str) -> None:
    assert sorted(_on_the_pages(kind)) == _in_the_source(kind)
