"""CSV that a spreadsheet opens without calculating."""

import csv
import io
from decimal import Decimal

import pytest

from bursar.domain.spreadsheet import cell, csv_lines


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
