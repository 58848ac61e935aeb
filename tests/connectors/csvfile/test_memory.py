"""Memory does not grow with the file."""

import csv
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook

from bursar.connectors.billing.csvfile import LineField, load_profile, open_source
from tests.connectors.csvfile.writing import CANONICAL, make_line

MEGABYTE = 1024 * 1024
NEEDED = [column for column in LineField if column not in (LineField.LINE_ID, LineField.CONTRACT_ID)]


def rows(count: int) -> Iterator[list[str]]:
    """Heading row and rows that differ in what a derived line id is made of."""
    values = CANONICAL.values(make_line(invoice_status="Verified"))
    headings = dict(zip(CANONICAL.columns, CANONICAL.headings, strict=True))
    yield [headings[column] for column in NEEDED]
    for number in range(count):
        values[LineField.SUBSCRIPTION_ID] = f"SUB-{number}"
        yield [values[column] for column in NEEDED]


def write_big_csv(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows(count))


def write_big_xlsx(path: Path, count: int) -> None:
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet()
    for row in rows(count):
        sheet.append(row)
    workbook.save(path)


@pytest.mark.parametrize(
    ("write", "suffix", "count", "bound"),
    [(write_big_csv, "csv", 50_000, MEGABYTE), (write_big_xlsx, "xlsx", 4_000, 2 * MEGABYTE)],
)
def test_reading_is_flat(
    tmp_path: Path, write: Callable[[Path, int], None], suffix: str, count: int, bound: int
) -> None:
    path = tmp_path / f"big.{suffix}"
    write(path, count)
    source = open_source(path, load_profile("canonical"))
    next(source.read())
    tracemalloc.start()
    try:
        found = sum(1 for _ in source.read())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found == count
    assert peak < bound
