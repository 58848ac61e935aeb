"""The guide explains every code that a plan, a run or an error can carry, and no other."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.documents.architecture import ROOT
from tests.documents.guide import PAGE

SOURCE = ROOT / "src" / "bursar"
SOURCES = ("domain", "usecases", "store")
LEDGER = SOURCE / "domain" / "ledger"
"""Nobody meets the codes of this journey before a use case begins it."""
POSITION = {"block": 1, "Blocked": 1, "Notice": 1}
"""Which argument of a call is the code, unless it is named; rows of the store name theirs."""
KINDS = {"blocked": {"block", "Blocked"}, "warnings": {"Notice"}, "errors": {"RunNote"}}
HANDED_ON = {"code", "error.code", "item.code"}
"""From a caller that is looked at itself, from an error, or from a plan."""


def _trees() -> Iterator[ast.Module]:
    ledger_begins = _ledger_begins()
    for package in SOURCES:
        for path in sorted((SOURCE / package).rglob("*.py")):
            if ledger_begins or LEDGER not in path.parents:
                yield ast.parse(path.read_text(encoding="utf-8"))


def _ledger_begins() -> bool:
    return any("bursar.domain.ledger" in path.read_text(encoding="utf-8") for path in SOURCE.glob("usecases/**/*.py"))


def _called_with(names: set[str]) -> Iterator[str]:
    for tree in _trees():
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
    return sorted(found | set(_codes_of_errors()) if kind == "errors" else found)


def _on_the_page(kind: str) -> list[str]:
    table = PAGE.read_text(encoding="utf-8").partition(f"<!-- {kind} -->\n")[2].partition("\n\n")[0]
    return re.findall(r"^\| `([a-z_]+)` \| [^|]+ \| [^|]+ \|$", table, re.MULTILINE)


@pytest.mark.parametrize("kind", KINDS)
def test_every_code_is_explained_once_and_none_is_invented(kind: str) -> None:
    assert sorted(_on_the_page(kind)) == _in_the_source(kind)
