"""Documents that lie fail the build."""

import re
from pathlib import Path

import pytest

from tests.documents.architecture import PAGE, ROOT, page_with, tree

PAGES = sorted(path for path in ROOT.glob("**/*.md") if not {".venv", "node_modules"} & set(path.parts))


def test_the_tree_is_the_code() -> None:
    assert page_with(tree()) == PAGE.read_text(encoding="utf-8"), "run `make docs`"


def test_every_package_and_listed_module_says_what_it_is_for() -> None:
    silent = [line.split()[0] for line in tree().splitlines() if len(line.split()) == 1 and line != "```"]
    assert silent == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_no_source_file_is_longer_than_600_lines() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {count}"
        for folder in ("src", "tests", "bench")
        for path in (ROOT / folder).rglob("*.py")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 600
    ]
    assert long == []


def test_files_are_not_named_after_layers() -> None:
    refused = {"utils", "util", "common", "helpers", "helper", "service", "services", "manager", "misc"}
    named = [str(path) for path in (ROOT / "src").rglob("*") if path.stem in refused]
    assert named == []
