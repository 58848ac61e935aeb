"""What a row must say to become a line, and what is said when it does not."""

from decimal import Decimal
from pathlib import Path

import pytest

from bursar.connectors.billing.csvfile import LineField, Profile
from bursar.connectors.billing.csvfile.profile import SkipRule, ValueMaps
from bursar.connectors.billing.csvfile.schema import REQUIRED, label
from bursar.domain.errors import SourceUnreadable
from bursar.domain.lines import BillingCycle, ChargeType, InvoiceLine
from tests.connectors.csvfile.writing import (
    CANONICAL,
    Style,
    lines_of,
    make_line,
    only_rejected,
    read,
    rejected_of,
    write_csv,
    write_rows,
)

REFUSED = [
    ({"quantity": "twelve"}, 'The column "Quantity" holds "twelve", which is not a number.', "decimal_style"),
    ({"unit_price": "12,5"}, 'The column "Unit Price" holds "12,5", which is not a number.', "like 1,234.56"),
    ({"total": "54.005"}, 'The column "Total" holds "54.005", which has more than two decimals.', "round_total"),
    ({"invoice_date": "31/10/2026"}, '"Invoice Date" holds "31/10/2026", which is not a date.', "date_formats"),
    ({"charge_start": "2026-02-30"}, '"2026-02-30", which is not a day of the calendar.', "YYYY-MM-DD"),
    (
        {"charge_end": "2026-09-30"},
        'The column "Charge End" holds 2026-09-30, which is before the charge start 2026-10-01.',
        "swapped",
    ),
    ({"currency": "US$"}, 'The column "Currency" holds "US$", which is not a three-letter', "USD"),
    ({"currency": "DOLLAR"}, 'holds "DOLLAR", which is not a three-letter', "USD"),
    (
        {"charge_type": "Fee"},
        'holds "Fee", which is not a known charge type (Cycle Fee, Correction, Usage Fee, Item Fee, Purchase Fee,',
        "values.charge_type",
    ),
    ({"billing_cycle": "Weekly"}, "not a known billing cycle (Monthly, Quarterly", "values.billing_cycle"),
    ({"offer_id": "a" * 501}, "which is longer than 500 characters.", "Shorten"),
]


@pytest.mark.parametrize(("changes", "reason", "remedy"), REFUSED)
def test_impossible_values(tmp_path: Path, changes: dict[str, str], reason: str, remedy: str) -> None:
    found = read(write_rows(tmp_path / "lines.csv", [{}, changes, {}]))
    row = only_rejected(found)
    assert len(lines_of(found)) == 2
    assert row.row_number == 3
    assert reason in row.reason
    assert remedy in row.remedy


@pytest.mark.parametrize("field", sorted(REQUIRED))
def test_required_values(tmp_path: Path, field: LineField) -> None:
    row = only_rejected(read(write_rows(tmp_path / "lines.csv", [{field: "  "}])))
    assert row.reason == f'The column "{label(field)}" is empty.'
    assert row.remedy


def test_all_faults_of_a_row_are_named(tmp_path: Path) -> None:
    row = only_rejected(read(write_rows(tmp_path / "lines.csv", [{"total": "x", "currency": "", "quantity": "?"}])))
    assert row.reason.count("The column") == 3
    assert row.remedy.count("decimal_style") == 1


def test_the_heading_is_named_as_the_file_spells_it(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "lines.csv", [{"total": "x"}])
    path.write_text(path.read_text().replace("Total", "LINE_TOTAL"), encoding="utf-8", newline="")
    assert 'The column "LINE_TOTAL" holds "x"' in only_rejected(read(path)).reason


def test_quantity_times_price_need_not_be_the_total(tmp_path: Path) -> None:
    (line,) = lines_of(read(write_rows(tmp_path / "lines.csv", [{"total": "1.00"}])))
    assert line.total == Decimal("1.00")


def test_a_charge_of_one_day(tmp_path: Path) -> None:
    (line,) = lines_of(read(write_rows(tmp_path / "lines.csv", [{"charge_end": "2026-10-01"}])))
    assert line.charge_start == line.charge_end


def test_noise_in_a_total_is_no_third_decimal(tmp_path: Path) -> None:
    (line,) = lines_of(read(write_rows(tmp_path / "lines.csv", [{"total": "35.900000000000006"}])))
    assert str(line.total) == "35.90"


def test_round_total(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "lines.csv", [{"total": "54.005"}, {"total": "(54.005)"}])
    totals = [line.total for line in lines_of(read(path, Profile(name="x", round_total=True)))]
    assert totals == [Decimal("54.01"), Decimal("-54.01")]


@pytest.mark.parametrize("known", ChargeType)
def test_charge_types_in_any_spelling(tmp_path: Path, known: ChargeType) -> None:
    spellings = [known, known.upper(), known.replace(" ", ""), known.replace(" ", "_").lower()]
    path = write_rows(tmp_path / "lines.csv", [{"charge_type": text} for text in spellings])
    assert {line.charge_type for line in lines_of(read(path))} == {known}


def test_value_maps(tmp_path: Path) -> None:
    path = write_rows(
        tmp_path / "lines.csv",
        [
            {"charge_type": "newcommerce", "billing_cycle": "p1y", "invoice_status": "PAID"},
            {"charge_type": "", "billing_cycle": "", "invoice_status": ""},
        ],
    )
    values = ValueMaps(
        charge_type={"NewCommerce": ChargeType.PURCHASE_FEE, "": ChargeType.CORRECTION},
        billing_cycle={"P1Y": BillingCycle.ANNUAL, "": BillingCycle.ONE_TIME},
        invoice_status={"paid": "Verified"},
    )
    first, second = lines_of(read(path, Profile(name="x", values=values)))
    assert (first.charge_type, first.billing_cycle) == (ChargeType.PURCHASE_FEE, BillingCycle.ANNUAL)
    assert (first.invoice_status, first.eligible) == ("Verified", True)
    assert (second.charge_type, second.billing_cycle) == (ChargeType.CORRECTION, BillingCycle.ONE_TIME)
    assert (second.invoice_status, second.eligible) == ("", False)


def without(*fields: LineField) -> Style:
    return Style(columns=[column for column in LineField if column not in fields])


def test_a_file_without_status_holds_only_lines_that_count(tmp_path: Path) -> None:
    (line,) = lines_of(read(write_csv(tmp_path / "lines.csv", [make_line()], without(LineField.INVOICE_STATUS))))
    assert line.invoice_status is None
    assert line.eligible


@pytest.mark.parametrize("by_column", [True, False])
def test_names_serve_as_ids(tmp_path: Path, *, by_column: bool) -> None:
    style = without(LineField.ORGANIZATION_ID, LineField.OFFER_ID) if by_column else CANONICAL
    line = make_line(organization_id="", offer_id="")
    (found,) = lines_of(read(write_csv(tmp_path / "lines.csv", [line], style)))
    assert (found.organization_id, found.offer_id) == ("Harbour Dental", "Mail Plus, monthly")


def test_optional_values_may_be_empty(tmp_path: Path) -> None:
    line = make_line(unit_cost=None, contract_id=None, subscription_id=None, subscription_name="")
    assert read(write_csv(tmp_path / "lines.csv", [line])) == [line]
    assert not line.recurring


def test_a_constant_must_not_contradict_the_file(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "lines.csv", [{"currency": "usd"}, {"currency": ""}, {"currency": "EUR"}])
    found = read(path, Profile(name="x", constants={LineField.CURRENCY: "USD"}))
    assert [line.currency for line in lines_of(found)] == ["USD", "USD"]
    assert 'holds "EUR", which differs from "USD"' in only_rejected(found).reason


def test_skip_rules(tmp_path: Path) -> None:
    rows = [{}, {"organization_name": " TOTAL "}, {"invoice_number": ""}, {"organization_name": "Total Eclipse"}]
    rules = (SkipRule(column="customer", equals=("Total",)), SkipRule(column="invoice number", empty=True))
    path = write_rows(tmp_path / "lines.csv", rows)
    path.write_text(path.read_text().replace("Organization Name", "Customer"), encoding="utf-8", newline="")
    found = read(path, Profile(name="x", skip_rows=rules))
    assert [line.organization_name for line in lines_of(found)] == ["Harbour Dental", "Total Eclipse"]
    assert rejected_of(found) == []


def test_a_skip_rule_needs_its_column(tmp_path: Path) -> None:
    profile = Profile(name="x", skip_rows=(SkipRule(column="Row kind", empty=True),))
    with pytest.raises(SourceUnreadable, match='has no heading "Row kind"'):
        read(write_rows(tmp_path / "lines.csv", [{}]), profile)


def test_a_heading_of_the_profile_must_be_there(tmp_path: Path) -> None:
    """A renamed column must not turn into an empty one in silence, even when its field is optional."""
    profile = Profile(name="x", columns={"Sub ref": LineField.SUBSCRIPTION_ID})
    with pytest.raises(SourceUnreadable, match=r'lacks the headings "Sub ref" \(Subscription ID\)'):
        read(write_rows(tmp_path / "lines.csv", [{}]), profile)


def test_a_heading_of_the_profile_wins_over_a_known_one(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "lines.csv", [{"unit_cost": "9.99"}])
    (line,) = lines_of(read(path, Profile(name="x", columns={"unit cost": LineField.TOTAL})))
    assert line.total == Decimal("9.99")
    assert line.unit_cost is None


def test_a_column_can_be_left_out(tmp_path: Path) -> None:
    (line,) = lines_of(read(write_rows(tmp_path / "lines.csv", [{}]), Profile(name="x", columns={"Unit Cost": None})))
    assert line.unit_cost is None


def test_everything_a_line_holds(tmp_path: Path) -> None:
    line: InvoiceLine = make_line()
    assert read(write_csv(tmp_path / "lines.csv", [line])) == [line]
