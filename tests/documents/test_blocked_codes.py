"""The guide explains every code that a plan, a run or an error can carry, and no other."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.documents.architecture import ROOT
from tests.documents.guide import PAGE

SOURCES = ("domain", "usecases", "store")
POSITION = {"block": 1, "Blocked": 1, "Notice": 1, "_note": 2}
"""Which argument of a call is the code."""
KINDS = {"blocked": {"block", "Blocked"}, "warnings": {"Notice"}, "errors": {"_note"}}


def _trees() -> Iterator[ast.Module]:
    for package in SOURCES:
        for path in sorted((ROOT / "src" / "bursar" / package).rglob("*.py")):
            yield ast.parse(path.read_text(encoding="utf-8"))


def _called_with(names: set[str]) -> Iterator[str]:
    for tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
                code = node.args[POSITION[node.func.id]]
                if isinstance(code, ast.Constant):
                    yield str(code.value)
                else:  # handed on from a caller that is looked at itself, or from an error
                    assert ast.unparse(code) in {"code", "error.code"}, f"line {node.lineno}: {ast.unparse(node)}"


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
