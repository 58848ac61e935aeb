"""The canonical schema: one table, no heading with two meanings, examples that work."""

from pathlib import Path

import pytest

from bursar.connectors.billing.csvfile import SCHEMA, LineField, load_profile
from bursar.connectors.billing.csvfile.schema import FIELD_OF_HEADING, REQUIRED, heading_key
from tests.connectors.csvfile.writing import SPELLINGS, Spell, lines_of, read

OPTIONAL = {
    "invoice_status",
    "organization_id",
    "contract_id",
    "subscription_id",
    "subscription_name",
    "offer_id",
    "unit_cost",
    "line_id",
}


def test_every_field_has_one_row_in_order() -> None:
    assert [row.field for row in SCHEMA] == list(LineField)


def test_required_fields() -> None:
    assert set(LineField) - REQUIRED == OPTIONAL


def test_no_heading_means_two_fields() -> None:
    spellings = {(heading_key(heading), row.field) for row in SCHEMA for heading in row.headings}
    assert len({key for key, _ in spellings}) == len(spellings)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_spelling_does_not_count(spelling: Spell) -> None:
    for row in SCHEMA:
        for heading in row.headings:
            assert FIELD_OF_HEADING[heading_key(spelling(heading))] == row.field


def test_the_examples_make_a_line(tmp_path: Path) -> None:
    path = tmp_path / "example.csv"
    texts = [[row.headings[0] for row in SCHEMA], [row.example for row in SCHEMA]]
    rows = [",".join(f'"{text}"' for text in row) for row in texts]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    (line,) = lines_of(read(path, load_profile("canonical")))
    assert line.quantity * line.unit_price == line.total
    assert line.eligible
