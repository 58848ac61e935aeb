"""Load Products with a window: what it shows, and what it loads (rule 45)."""

from pathlib import Path

import pytest
from django.utils import timezone

from bursar.domain.period import Month
from bursar.domain.roles import Role
from bursar.store.models import Connection, Run
from bursar.usecases.load_invoice_lines import LoadOptions, load_invoice_lines
from bursar.usecases.offer_window import window
from bursar.usecases.runs import LOAD_LINES
from tests.usecases.test_daily_sync import export, line_in
from tests.usecases.world import GivenLines
from tests.web.mapping.test_picking import url
from tests.web.visitors import a_connection, part_of, text_of, visitor

pytestmark = pytest.mark.django_db

NOW = Month.of(timezone.now().date())
AGO = {back: window(NOW, 13)[back] for back in (0, 1, 2, 3, 12, 13)}


def invoiced(connection: Connection, *months: Month) -> None:
    """One offer a month, called after it."""
    lines = [
        line_in(month, 1, line_id=f"L-{month}", offer_id=f"offer-{month}", offer_name=f"Product of {month}")
        for month in months
    ]
    load_invoice_lines(connection, GivenLines(lines), LoadOptions())


def loads(connection: Connection) -> list[str]:
    runs = Run.objects.filter(connection=connection, verb=LOAD_LINES).order_by("month")
    return list(runs.values_list("month", flat=True))


def test_a_window_is_the_current_month_and_so_many_before_it() -> None:
    assert window(Month(2026, 2), 3) == [Month(2026, 2), Month(2026, 1), Month(2025, 12), Month(2025, 11)]


@pytest.mark.parametrize(
    ("months", "shown"), [("1", (0, 1)), ("2", (0, 1, 2)), ("3", (0, 1, 2, 3)), ("12", (0, 1, 2, 3, 12))]
)
def test_rule_45_only_offers_that_were_invoiced_in_the_window(months: str, shown: tuple[int, ...]) -> None:
    connection = a_connection()
    invoiced(connection, *AGO.values())
    records = part_of(visitor(Role.VIEWER).get(url("products", connection, window=months)), "records")
    assert {back for back, month in AGO.items() if f"Product of {month}" in records} == set(shown)


def test_an_offer_counts_by_its_newest_line() -> None:
    connection = a_connection()
    invoiced(connection, AGO[13])
    again = line_in(AGO[1], 2, offer_id=f"offer-{AGO[13]}", offer_name=f"Product of {AGO[13]}")
    load_invoice_lines(connection, GivenLines([again]), LoadOptions())
    viewer = visitor(Role.VIEWER)
    records = part_of(viewer.get(url("products", connection, window="1", columns="name.invoiced")), "records")
    assert f"Product of {AGO[13]} {AGO[1]}" in records


def test_rule_45_months_that_a_source_has_and_that_are_not_loaded_are_loaded(tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    for back in (1, 2, 12):
        export(folder, AGO[back], [line_in(AGO[back], 1)])
    connection = a_connection(source={"path": str(folder), "profile": "canonical"})
    invoiced(connection, AGO[2])
    operator = visitor(Role.OPERATOR)
    assert "Load Products" in text_of(operator.get(url("products", connection)))
    answer = operator.post(url("products-load", connection), {"window": "3"})
    assert answer["Location"] == url("products", connection, window="3")
    assert loads(connection) == [str(AGO[1])]
    assert "1 load is under way" in text_of(operator.get(url("products", connection)))


def test_with_nothing_to_load_it_says_so_and_shows_the_window() -> None:
    connection = a_connection()
    answer = visitor(Role.OPERATOR).post(url("products-load", connection), {"window": "99"}, follow=True)
    assert answer.redirect_chain[-1][0] == url("products", connection, window="1")
    assert "There is nothing to load by period" in text_of(answer)
    assert loads(connection) == []


def test_a_source_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    connection = a_connection(source={"path": str(tmp_path / "gone"), "profile": "canonical"})
    answer = visitor(Role.OPERATOR).post(url("products-load", connection), {"window": "2"}, follow=True)
    assert loads(connection) == []
    assert "under way" not in text_of(answer)


def test_only_operators_load() -> None:
    connection = a_connection()
    viewer = visitor(Role.VIEWER)
    assert viewer.post(url("products-load", connection), {"window": "1"}).status_code == 403
    assert "Load Products" not in text_of(viewer.get(url("products", connection)))
