"""What is written in any style is read back equal."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from bursar.domain.lines import InvoiceLine
from tests.connectors.csvfile.line_strategies import files, styles
from tests.connectors.csvfile.writing import Style, read, write_csv, write_json, write_xlsx


@settings(max_examples=80, deadline=None)
@given(files(), styles)
def test_csv_comes_back_equal(lines: list[InvoiceLine], style: Style) -> None:
    with TemporaryDirectory() as folder:
        assert read(write_csv(Path(folder) / "lines.csv", lines, style), style.profile) == lines


@settings(max_examples=30, deadline=None)
@given(files(), styles)
def test_xlsx_comes_back_equal(lines: list[InvoiceLine], style: Style) -> None:
    with TemporaryDirectory() as folder:
        assert read(write_xlsx(Path(folder) / "lines.xlsx", lines, style), style.profile) == lines


@settings(max_examples=60, deadline=None)
@given(files(), styles, st.sampled_from(["list", "envelope", "lines"]))
def test_json_comes_back_equal(lines: list[InvoiceLine], style: Style, layout: str) -> None:
    with TemporaryDirectory() as folder:
        name = "lines.jsonl" if layout == "lines" and not lines else "lines.json"
        path = write_json(Path(folder) / name, lines, style, layout=layout)
        plain = style.profile.model_copy(update={"encoding": "utf-8-sig"})
        assert read(path, plain) == lines
