"""The months that the demo ships: believable, complete, and with the trouble that the story tells of."""

import csv
from collections import Counter
from decimal import Decimal

import pytest

from bursar.cli.demo.scene import OCTOBER, SEPTEMBER, SHIPPED
from bursar.connectors.billing.csvfile import load_profile, open_source
from bursar.domain.lines import BillingCycle, ChargeType, InvoiceLine, RejectedRow
from bursar.domain.money import price_to_total
from bursar.domain.period import Month
from psa_sandbox.seeds import seed
from psa_sandbox.state.store import Store


def read(month: Month) -> tuple[list[InvoiceLine], list[RejectedRow]]:
    found = list(open_source(SHIPPED / f"{month}.csv", load_profile("canonical")).read())
    lines = [item for item in found if isinstance(item, InvoiceLine)]
    return lines, [item for item in found if isinstance(item, RejectedRow)]


@pytest.fixture(scope="module")
def october() -> list[InvoiceLine]:
    return read(OCTOBER)[0]


@pytest.fixture(scope="module")
def september() -> list[InvoiceLine]:
    return read(SEPTEMBER)[0]


def test_october_is_clean_and_september_has_one_row_without_a_currency() -> None:
    assert read(OCTOBER)[1] == []
    (refused,) = read(SEPTEMBER)[1]
    assert refused.reason == 'The column "Currency" is empty.'


def test_october_has_about_three_hundred_lines_of_every_charge_type(october: list[InvoiceLine]) -> None:
    assert 290 <= len(october) <= 310
    kinds = Counter(line.charge_type for line in october)
    assert set(kinds) == set(ChargeType)
    assert kinds[ChargeType.CYCLE_FEE] > len(october) / 2
    assert {line.month for line in october} == {OCTOBER}
    assert {line.currency for line in october} == {"USD", "CAD", "EUR"}
    assert {BillingCycle.ANNUAL, BillingCycle.QUARTERLY} < {line.billing_cycle for line in october}


def test_october_has_the_trouble_that_the_story_tells_of(october: list[InvoiceLine]) -> None:
    corrections = [line.total for line in october if line.charge_type is ChargeType.CORRECTION]
    assert min(corrections) < 0 < max(corrections)
    assert any(line.total == 0 for line in october)
    assert any(line.total < 0 for line in october if line.charge_type is ChargeType.USER_CORRECTION)
    assert {line.invoice_status for line in october if not line.eligible} == {"Draft"}
    recurring = Counter(line.subscription_id for line in october if line.recurring)
    assert [times for times in recurring.values() if times > 1] == [2, 2]


def test_usage_has_odd_cents(october: list[InvoiceLine]) -> None:
    usage = [line for line in october if line.charge_type is ChargeType.USAGE_FEE]
    odd = [line for line in usage if price_to_total(line.quantity, line.unit_price, line.total).kept_quantity]
    assert len(odd) > len(usage) / 2


def test_totals_are_within_a_few_cents_of_quantity_times_price(
    september: list[InvoiceLine], october: list[InvoiceLine]
) -> None:
    """Odd cents come from rounding, not from careless data."""
    for line in september + october:
        assert abs(line.quantity * line.unit_price - line.total) < max(Decimal("0.10"), abs(line.total) / 200), line


def test_october_changes_what_september_had(september: list[InvoiceLine], october: list[InvoiceLine]) -> None:
    before = {line.subscription_id: line for line in september if line.recurring}
    now = {line.subscription_id: line for line in october if line.recurring}
    both = before.keys() & now.keys()
    assert len(before) < len(now)
    assert before.keys() - now.keys()
    assert any(before[key].unit_price < now[key].unit_price for key in both)
    assert any(before[key].quantity != now[key].quantity for key in both)
    assert any(before[key].charge_type is not now[key].charge_type for key in both)


def test_line_ids_are_unique_over_both_files(september: list[InvoiceLine], october: list[InvoiceLine]) -> None:
    ids = [line.line_id for line in september + october]
    assert len(set(ids)) == len(ids)


def test_decisions_name_what_the_sandbox_has() -> None:
    store = Store()
    seed(store)
    known = {
        "organization": {row["identifier"] for row in store.rows("company")},
        "offer": {row["identifier"] for row in store.rows("catalogItem")},
        "contract": {row["name"] for row in store.rows("agreement")},
    }
    for path in SHIPPED.glob("mappings-*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                assert row["target_identifier"] in known[row["kind"]]


def test_the_files_stay_small() -> None:
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 120_000
