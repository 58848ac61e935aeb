"""Dates in the styles of people and programs."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.connectors.billing.csvfile.days import CONTRADICTIONS, DATE_STYLES, DayReader
from bursar.connectors.billing.csvfile.fault import CellError
from tests.connectors.csvfile.writing import DATES

READ = [
    ("YYYY-MM-DD", "2026-10-05"),
    ("YYYY-MM-DD", " 2026-10-05 "),
    ("YYYY-MM-DD", "2026-10-05T23:59:59Z"),
    ("YYYY-MM-DD", "2026-10-05T00:00:00.000+02:00"),
    ("YYYY-MM-DD", "2026-10-05 07:30"),
    ("YYYY/MM/DD", "2026/10/05"),
    ("YYYYMMDD", "20261005"),
    ("DD/MM/YYYY", "05/10/2026"),
    ("DD/MM/YYYY", "5/10/2026"),
    ("MM/DD/YYYY", "10/5/2026 12:00:00 AM"),
    ("DD.MM.YYYY", "5.10.2026"),
    ("DD-MM-YYYY", "05-10-2026"),
    ("MM-DD-YYYY", "10-05-2026"),
    ("DD-MMM-YYYY", "05-Oct-2026"),
    ("DD MMM YYYY", "5 october 2026"),
    ("MMM DD, YYYY", "Oct 5, 2026"),
]
REFUSED = [
    ("YYYY-MM-DD", ""),
    ("YYYY-MM-DD", "2026-10-5"),
    ("YYYY-MM-DD", "2026-13-01"),
    ("YYYY-MM-DD", "2026-02-29"),
    ("YYYY-MM-DD", "05/10/2026"),
    ("YYYY-MM-DD", "1899-12-30"),
    ("YYYY-MM-DD", "9999-12-31"),
    ("YYYY-MM-DD", "2026-10-05T"),
    ("DD/MM/YYYY", "05/10/26"),
    ("DD/MM/YYYY", "10/31/2026"),
    ("DD-MMM-YYYY", "05-Okt-2026"),
]


@pytest.mark.parametrize(("style", "text"), READ)
def test_reads(style: str, text: str) -> None:
    assert DayReader([style]).read(text) == date(2026, 10, 5)


@pytest.mark.parametrize(("style", "text"), REFUSED)
def test_refuses(style: str, text: str) -> None:
    with pytest.raises(CellError) as caught:
        DayReader([style]).read(text)
    assert caught.value.remedy


def test_several_styles_in_one_file() -> None:
    reader = DayReader(["DD.MM.YYYY", "YYYY-MM-DD"])
    assert reader.read("31.10.2026") == reader.read("2026-10-31")


@given(st.dates(date(1990, 1, 1), date(2199, 12, 31)), st.sampled_from(sorted(DATE_STYLES)))
def test_every_style_reads_every_day(day: date, style: str) -> None:
    assert DayReader([style]).read(day.strftime(DATES[style])) == day


@given(
    st.dates(date(1990, 1, 1), date(2199, 12, 31)),
    st.sampled_from(sorted(DATE_STYLES)),
    st.lists(st.sampled_from(sorted(DATE_STYLES)), min_size=1),
)
def test_styles_that_may_stand_together_agree(day: date, written: str, listed: list[str]) -> None:
    """No text means two days within any list of styles that a profile accepts."""
    styles = [*listed, written]
    if any(one in styles and other in styles for one, other in CONTRADICTIONS):
        return
    assert DayReader(styles).read(day.strftime(DATES[written])) == day
