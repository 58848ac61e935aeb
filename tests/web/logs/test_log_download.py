"""The log as CSV."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from bursar.domain.roles import Role
from bursar.store.models import LogEntry
from bursar.store.queries.system_log import write_log
from tests.web.visitors import a_connection, streamed, visitor

pytestmark = pytest.mark.django_db


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_download_has_every_entry_of_the_level_and_nothing_older() -> None:
    connection = a_connection()
    now = timezone.now()
    write_log([LogEntry(connection=connection, at=now, level="INFO", title=f"i{n}") for n in range(3000)])
    write_log([LogEntry(connection=connection, at=now, level="ERROR", title="e", details='a "b",\nc', answer="{}")])
    write_log([LogEntry(connection=connection, at=now - timedelta(days=31), level="ERROR", title="old")])
    viewer = visitor(Role.VIEWER)
    everything = viewer.get(reverse("logs:csv", args=[connection.pk]))
    assert everything["Content-Type"] == "text/csv; charset=utf-8"
    assert everything["Content-Disposition"] == f'attachment; filename="bursar-log-{now:%Y-%m-%d}.csv"'
    assert len(rows_of(streamed(everything))) == 3001
    errors = viewer.get(reverse("logs:csv", args=[connection.pk], query={"level": "ERROR"}))
    assert "-error.csv" in errors["Content-Disposition"]
    (row,) = rows_of(streamed(errors))
    assert (row["level"], row["title"], row["details"]) == ("ERROR", "e", 'a "b",\nc')
    assert row["at"].endswith("+00:00")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_no_cell_becomes_a_formula(start: str) -> None:
    connection = a_connection()
    text = f'{start}HYPERLINK("http://evil.example")'
    write_log([LogEntry(connection=connection, at=timezone.now(), level="INFO", title="t", details=text)])
    (row,) = rows_of(streamed(visitor(Role.VIEWER).get(reverse("logs:csv", args=[connection.pk]))))
    assert row["details"] == "'" + text
