"""CSV that a spreadsheet opens without calculating, and CSV as it comes back."""

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.domain.errors import SourceUnreadable
from bursar.domain.spreadsheet import cell, csv_lines, csv_rows


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_a_spreadsheet_would_calculate_becomes_text(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize(("value", "text"), [(None, ""), (0, "0"), ("a=b", "a=b"), ("'=1", "'=1"), (True, "True")])
def test_everything_else_stays(value: object, text: str) -> None:
    assert cell(value) == text


def test_rows_are_written_as_they_come() -> None:
    def rows() -> object:
        yield {"a": 'say "x"', "b": "line\nbreak"}
        raise AssertionError("asked too early")

    lines = csv_lines(("a", "b"), rows())
    assert next(lines) == "a,b\r\n"
    assert list(csv.reader(io.StringIO(next(lines), newline=""))) == [['say "x"', "line\nbreak"]]


def test_a_negative_amount_stays_a_number() -> None:
    assert cell(Decimal("-5.50")) == "-5.50"
    assert cell("-5.50") == "'-5.50"


WORDS = st.text(st.characters(exclude_characters="'", exclude_categories=("Cs", "Cc", "Z")), max_size=6)


@given(st.lists(st.fixed_dictionaries({"First name": WORDS, "b": WORDS}), max_size=5), st.sampled_from(",;\t|"))
def test_what_was_given_out_comes_back_whatever_the_spreadsheet_parts_it_with(
    rows: list[dict[str, str]], delimiter: str
) -> None:
    text = "".join(csv_lines(("First name", "b"), rows))
    saved = io.StringIO(newline="")
    csv.writer(saved, delimiter=delimiter).writerows(csv.reader(io.StringIO(text, newline="")))
    back = [row.cells for row in csv_rows(saved.getvalue(), what="file")]
    assert back == [{"firstname": row["First name"], "b": row["b"]} for row in rows if any(row.values())]


def test_a_short_row_has_empty_cells_and_a_doubled_heading_is_refused() -> None:
    assert [row.cells for row in csv_rows("a,b\n1\n", what="file")] == [{"a": "1", "b": ""}]
    with pytest.raises(SourceUnreadable, match="twice"):
        list(csv_rows("a,A\n1,2\n", what="file"))


def test_what_stands_beyond_the_last_heading_is_said_and_empty_cells_there_are_nothing() -> None:
    rows = csv_rows("a,b\n1,2,,\n1,50,2\n", what="file")
    assert [(row.line, row.surplus) for row in rows] == [(2, False), (3, True)]
