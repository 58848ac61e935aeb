"""A file that was cut anywhere: no crash, no line that differs from the whole file's, no row before the cut lost."""

import codecs
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bursar.connectors.billing.csvfile import LineField, Profile
from bursar.domain.errors import SourceUnreadable
from bursar.domain.lines import InvoiceLine
from tests.connectors.csvfile.line_strategies import files, styles
from tests.connectors.csvfile.writing import (
    Style,
    csv_text,
    lines_of,
    make_line,
    only_rejected,
    read,
    write_csv,
)

SMALL = [
    make_line(line_id="L-10", organization_name="Müller & Söhne", total=Decimal("100.00")),
    make_line(
        line_id="L-11", organization_name='The "Old" Mill, Ltd', offer_name="Backup;\r\n1 TB", total=Decimal("20.50")
    ),
    make_line(line_id="L-12", subscription_id=None, unit_cost=None, total=Decimal("-7.25")),
]
LAST_COLUMNS = [LineField.LINE_ID, LineField.TOTAL, LineField.CURRENCY, LineField.CHARGE_END, LineField.OFFER_NAME]


def columns_ending_with(last: LineField) -> Sequence[LineField]:
    return [column for column in LineField if column != last] + [last]


def read_cut(content: bytes, profile: Profile) -> list[InvoiceLine] | None:
    """The lines of the cut file; None when it is refused as a whole."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "lines.csv"
        path.write_bytes(content)
        try:
            return lines_of(read(path, profile))
        except SourceUnreadable:
            return None


def row_ends(lines: Sequence[InvoiceLine], style: Style) -> list[int]:
    """Where the heading row and each line end in the file, in bytes."""
    rows = [style.row(line) for line in lines]
    mark = len(codecs.BOM_UTF8) if style.encoding == "utf-8-sig" else 0
    return [
        mark + len(csv_text(rows[:count], style).encode(style.encoding.removesuffix("-sig")))
        for count in range(len(rows) + 1)
    ]


def check_cut(content: bytes, cut: int, lines: Sequence[InvoiceLine], ends: Sequence[int], profile: Profile) -> None:
    found = read_cut(content[:cut], profile)
    complete = sum(1 for end in ends if end <= cut) - 1
    if complete < 0:
        assert not found
        return
    assert found is not None
    assert found == list(lines[: len(found)])
    assert len(found) >= complete


@pytest.mark.parametrize("last", LAST_COLUMNS)
@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
def test_every_byte_of_a_small_file(last: LineField, line_break: str) -> None:
    style = Style(columns=columns_ending_with(last), line_break=line_break)
    content = csv_text(map(style.row, SMALL), style).encode()
    ends = row_ends(SMALL, style)
    assert ends[-1] == len(content)
    for cut in range(len(content) + 1):
        check_cut(content, cut, SMALL, ends, style.profile)


@settings(max_examples=150, deadline=None)
@given(files(), styles, st.floats(0, 1))
def test_any_byte_of_any_file(lines: list[InvoiceLine], style: Style, where: float) -> None:
    content = csv_text(map(style.row, lines), style).encode(style.encoding)
    check_cut(content, round(where * len(content)), lines, row_ends(lines, style), style.profile)


def test_a_row_without_its_last_field_is_recognised_as_cut(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "lines.csv", SMALL)
    path.write_bytes(path.read_bytes().rstrip()[: -len(",USD,L-12")])
    found = read(path)
    row = only_rejected(found)
    assert lines_of(found) == SMALL[:2]
    assert row.row_number == 4
    assert row.reason == "The file ends in the middle of this row."
    assert "Export the file again" in row.remedy
    assert row.raw.startswith("INV-2026-0412,2026-10-31,Verified")


def test_a_last_value_without_line_break_may_be_cut(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "lines.csv", SMALL)
    path.write_bytes(path.read_bytes().rstrip()[:-1])
    row = only_rejected(read(path))
    assert row.reason == "The file stops in or right after this row."
    assert "add a line break" in row.remedy


def test_the_profile_can_vouch_for_the_last_row(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "lines.csv", SMALL)
    path.write_bytes(path.read_bytes().rstrip())
    profile = Profile(name="joined", last_row_may_end_without_line_break=True)
    assert read(path, profile) == SMALL


def test_a_currency_at_the_end_cannot_be_cut_unnoticed(tmp_path: Path) -> None:
    style = Style(columns=columns_ending_with(LineField.CURRENCY))
    path = write_csv(tmp_path / "lines.csv", SMALL, style)
    path.write_bytes(path.read_bytes().rstrip())
    assert read(path) == SMALL


def test_a_column_that_is_not_used_may_be_cut(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "lines.csv", SMALL)
    lines = path.read_text(encoding="utf-8").replace("Line ID", "Remark").replace("L-12", "see the not")
    path.write_text(lines.rstrip(), encoding="utf-8")
    assert [line.total for line in lines_of(read(path))] == [line.total for line in SMALL]
