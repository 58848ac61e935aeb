"""Each complaint that users of other integrations have is named by a test, or its line says why it cannot occur."""

import re

import pytest

from tests.conftest import shared_folder
from tests.documents.architecture import ROOT

PAGE = ROOT / "docs" / "complaints.md"
ROW = re.compile(r"^\| (?!Complaint|---)([^|]+) \| ([^|]+) \| ([^|]*)\|$", re.MULTILINE)


def complaints() -> list[tuple[str, str, list[str]]]:
    found = ROW.findall(PAGE.read_text(encoding="utf-8"))
    return [(complaint, answer, re.findall(r"`(\w+)`", tests)) for complaint, answer, tests in found]


def test_every_complaint_has_a_test_or_cannot_occur() -> None:
    written = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    for complaint, answer, tests in complaints():
        assert tests or answer.startswith("Cannot occur"), complaint
        for name in tests:
            assert f"def {name}(" in written, name


@pytest.mark.shared
def test_no_complaint_is_left_out() -> None:
    folder = shared_folder()
    assert folder is not None
    text = (folder / "reference" / "accounting-peers-and-targets.md").read_text(encoding="utf-8")
    table = text.partition("### 1.5 What goes wrong in the field")[2].partition("\n---")[0]
    known = [
        row for row in re.findall(r"^\| (.+?) \|", table, re.MULTILINE) if row not in {"Complaint or error", "---"}
    ]
    assert len(complaints()) == len(known)
