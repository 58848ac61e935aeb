"""Ids of lines: given ones are unique in a file, derived ones stay the same from file to file."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from bursar.connectors.billing.csvfile import LineField
from bursar.domain.lines import InvoiceLine
from tests.connectors.csvfile.line_strategies import lines
from tests.connectors.csvfile.writing import (
    Style,
    lines_of,
    make_line,
    only_rejected,
    read,
    write_csv,
    write_json,
    write_rows,
    write_xlsx,
)

NO_IDS = Style(columns=[column for column in LineField if column != LineField.LINE_ID])


def derived(found: list[InvoiceLine], style: Style = NO_IDS) -> list[InvoiceLine]:
    """The lines as they come back from a file without line ids."""
    with TemporaryDirectory() as folder:
        return lines_of(read(write_csv(Path(folder) / "lines.csv", found, style), style.profile))


@settings(max_examples=40, deadline=None)
@given(st.lists(lines(), max_size=6), st.data())
def test_order_of_unrelated_rows_does_not_count(found: list[InvoiceLine], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(found))
    before = {line.line_id: replace(line, line_id="") for line in derived(found)}
    after = {line.line_id: replace(line, line_id="") for line in derived(shuffled)}
    assert before.keys() == after.keys()
    assert len(before) == len(found)
    times = Counter(map(_identity, before.values()))
    assert all(after[key] == line for key, line in before.items() if times[_identity(line)] == 1)


def _identity(line: InvoiceLine) -> tuple[object, ...]:
    subscription = line.subscription_id or line.subscription_name
    charge = (line.charge_type, line.charge_start, line.charge_end)
    return (line.invoice_number, line.organization_id, subscription, line.offer_id, *charge)


@settings(max_examples=40, deadline=None)
@given(lines(), lines(), st.decimals(-999, 999, places=2))
def test_corrected_amounts_keep_the_id(line: InvoiceLine, other: InvoiceLine, amount: Decimal) -> None:
    corrected = replace(line, total=amount, unit_price=amount, quantity=Decimal(2), unit_cost=amount)
    assert derived([line, other])[0].line_id == derived([corrected, other])[0].line_id


def test_each_identifying_value_counts() -> None:
    line = make_line()
    changes: list[dict[str, object]] = [
        {},
        {"invoice_number": "INV-2"},
        {"organization_id": "ORG-2"},
        {"subscription_id": "SUB-2"},
        {"subscription_id": None},
        {"subscription_id": None, "subscription_name": "another"},
        {"offer_id": "OTHER"},
        {"charge_type": "Purchase Fee"},
        {"charge_start": line.charge_end},
        {"charge_end": line.charge_start},
    ]
    texts = [make_line(**change) for change in changes if "charge_type" not in change]
    texts.append(replace(line, charge_type=type(line.charge_type)("Purchase Fee")))
    ids = [derived([found])[0].line_id for found in texts]
    assert len(set(ids)) == len(changes)
    assert all(line_id.startswith("auto-") and len(line_id) == 29 for line_id in ids)


def test_equal_lines_are_counted() -> None:
    first, second, other = derived([make_line(), make_line(), make_line(offer_id="B")])
    assert first.line_id != second.line_id
    assert derived([make_line()])[0].line_id == first.line_id
    assert derived([make_line(offer_id="B"), make_line(), make_line()]) == [other, first, second]


def test_the_id_is_a_promise() -> None:
    """Ids are stored by everybody who loaded a file once: this one must never change."""
    assert derived([make_line()])[0].line_id == "auto-6321cd370634cd15dade4db0"


def test_a_rejected_row_keeps_its_place_among_equals(tmp_path: Path) -> None:
    """Correcting the first of two equal rows must not change the id of the second."""
    broken = lines_of(read(write_rows(tmp_path / "a.csv", [{"line_id": "", "total": "x"}, {"line_id": ""}])))
    whole = lines_of(read(write_rows(tmp_path / "b.csv", [{"line_id": ""}, {"line_id": ""}])))
    assert broken == whole[1:]


def test_the_format_does_not_count(tmp_path: Path) -> None:
    style = Style(date_style="DD.MM.YYYY", decimal_style="1.234,56", columns=NO_IDS.columns)
    line = make_line()
    files = [
        write_csv(tmp_path / "lines.csv", [line], style),
        write_xlsx(tmp_path / "lines.xlsx", [line], style),
        write_json(tmp_path / "lines.json", [line], style),
    ]
    assert len({lines_of(read(path, style.profile))[0].line_id for path in files}) == 1


def test_a_given_id_that_is_there_twice(tmp_path: Path) -> None:
    found = read(write_rows(tmp_path / "lines.csv", [{}, {}, {"line_id": "L-1"}, {}]))
    row = only_rejected(found)
    assert [line.line_id for line in lines_of(found)] == ["L-1", "L-2", "L-4"]
    assert row.row_number == 4
    assert row.reason == 'The line id "L-1" is already used in row 2.'


def test_an_id_of_a_rejected_row_is_taken_too(tmp_path: Path) -> None:
    found = read(write_rows(tmp_path / "lines.csv", [{"total": "x"}, {"line_id": "L-1"}]))
    assert lines_of(found) == []


def test_given_and_derived_ids_may_stand_together(tmp_path: Path) -> None:
    first, second = lines_of(read(write_rows(tmp_path / "lines.csv", [{"line_id": ""}, {}])))
    assert first.line_id.startswith("auto-")
    assert second.line_id == "L-2"
