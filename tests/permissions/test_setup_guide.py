"""The set-up guide has one source: the manual is made from what the page shows."""

from bursar.domain.permissions import ENABLED, Act, boxes_for
from bursar.domain.setup_guide import STEPS, level_rows, markdown, tables
from tests.documents.architecture import ROOT

PAGE = ROOT / "docs" / "guide" / "connectwise-setup.md"


def test_the_manual_is_fresh() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written == markdown(), "`make docs` renews it"


def test_the_tables_are_the_needs() -> None:
    named = {
        (row.permission, act)
        for row in level_rows()
        for act, level in zip(Act, row.levels, strict=True)
        if level == "All"
    }
    assert named == {(box.permission, box.act) for box in boxes_for(ENABLED)}
    assert set(tables()) == {box.table for box in boxes_for(ENABLED) if box.table}


def test_nobody_closes_the_page_before_copying_the_key() -> None:
    key = next(step for step in STEPS if step.title == "Create an API key")
    warned = next(each for each in key.instructions if each.text == "Select Save, not Save & Close.")
    assert "shown once" in warned.warning
