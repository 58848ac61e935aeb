"""The tree in ARCHITECTURE.md, made from the code: `python -m tests.documents.architecture` renews it."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "ARCHITECTURE.md"
BEGIN, END = "<!-- tree: made by `make docs` -->", "<!-- end of tree -->"
OPENED = {
    "bursar",
    "bursar/domain",
    "bursar/domain/additions",
    "bursar/usecases",
    "bursar/store",
    "bursar/store/models",
    "bursar/store/queries",
    "bursar/connectors",
}
"""Packages whose modules are listed one by one; of the others only the purpose is told."""


def tree() -> str:
    """Every package with its purpose, and the modules of the opened ones."""
    lines = ["```"]
    for package in ("bursar", "psa_sandbox"):
        lines.extend(_package(ROOT / "src" / package, 0))
    return "\n".join([*lines, "```"])


def _package(folder: Path, depth: int) -> Iterator[str]:
    yield _line(f"{folder.name}/", _purpose(folder / "__init__.py"), depth)
    if folder.relative_to(ROOT / "src").as_posix() in OPENED:
        for module in sorted(folder.glob("*.py")):
            if module.name != "__init__.py":
                yield _line(module.name, _purpose(module), depth + 1)
    for child in sorted(folder.iterdir()):
        if (child / "__init__.py").exists() and child.name != "migrations":
            yield from _package(child, depth + 1)


def _line(name: str, purpose: str, depth: int) -> str:
    return f"{'  ' * depth + name:<34}{purpose}".rstrip()


def _purpose(module: Path) -> str:
    text = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""
    return " ".join(text.split("\n\n")[0].split()).removesuffix(".")


def page_with(fresh: str) -> str:
    """The page with its tree replaced."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    return f"{before}{BEGIN}\n{fresh}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(page_with(tree()), encoding="utf-8")
