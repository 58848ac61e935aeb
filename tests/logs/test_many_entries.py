"""The log page and the Dashboard do not get slower with the log."""

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bursar.domain.roles import Role
from bursar.store.models import Connection, LogCount
from bursar.store.queries.system_log import forget_old_log, log_counts
from tests.query_plan import plan_of
from tests.web.visitors import VISIT, a_connection, text_of, visitor

pytestmark = pytest.mark.django_db

MANY = 200_000
FILL = """
INSERT INTO store_logentry (connection_id, at, level, title, details, code, remedy, answer)
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < %s)
SELECT %s, %s, CASE WHEN n %% 100000 = 0 THEN 'ERROR' WHEN n %% 10 = 0 THEN 'WARNING' ELSE 'INFO' END,
       'entry', '', '', '', ''
FROM numbers
"""
COUNT = """
INSERT INTO store_logcount (connection_id, day, level, count)
SELECT connection_id, %s, level, count(*) FROM store_logentry WHERE connection_id = %s GROUP BY connection_id, level
"""


def fill(connection: Connection, count: int) -> None:
    """So many entries of now, as fast as the database can."""
    now = timezone.now()
    with database.cursor() as cursor:
        cursor.execute(FILL, [count, connection.pk, now])
        cursor.execute(COUNT, [now.date(), connection.pk])


@pytest.fixture
def long_log() -> Connection:
    connection = a_connection()
    fill(connection, MANY)
    return connection


def log_pages(connection: Connection) -> list[str]:
    page = reverse("logs:page", args=[connection.pk])
    return [page + query for query in ("", "?level=ERROR", "?level=WARNING", f"?before={MANY // 2}", "?after=10")]


def test_many_entries_take_as_many_questions_as_few(long_log: Connection) -> None:
    viewer = visitor(Role.VIEWER)
    short_log = a_connection("short")
    fill(short_log, 10)
    dashboards = [reverse("dashboard:page", args=[connection.pk]) for connection in (short_log, long_log)]
    expected = dict.fromkeys([log_pages(short_log)[0], *log_pages(long_log)], VISIT + 3)
    for address, number in (expected | dict.fromkeys(dashboards, VISIT + 7)).items():
        viewer.get(address)
        with CaptureQueriesContext(database) as asked:
            viewer.get(address)
        assert len(asked) == number, address
    text = text_of(viewer.get(log_pages(long_log)[0]))
    assert "Total Logs (30d) 200,000" in text
    assert "Errors (30d) 2" in text


@pytest.mark.skipif(database.vendor != "sqlite", reason="reads SQLite's plan")
def test_no_page_walks_the_log(long_log: Connection) -> None:
    viewer = visitor(Role.VIEWER)
    nothing_left = log_pages(long_log)[1] + "&before=5"
    for address in [*log_pages(long_log), nothing_left, reverse("dashboard:page", args=[long_log.pk])]:
        with CaptureQueriesContext(database) as asked:
            viewer.get(address)
        steps = [(query["sql"], step) for query in asked for step in plan_of(query["sql"])]
        assert steps
        assert not [step for _, step in steps if step.startswith("SCAN store_log")], address
        for sql, step in steps:
            if "store_logentry" in sql:
                index = "log_by_level (connection_id=? AND level=?" if '"level" = ' in sql else "(connection_id=?"
                assert index in step, (address, step)
                assert "TEMP B-TREE" not in step, (address, step)


def test_old_entries_and_their_counts_are_forgotten_together() -> None:
    connection = a_connection()
    now = timezone.now()
    fill(connection, 12_000)
    later = now + timedelta(days=31)
    assert sum(log_counts(connection, now).values()) == 12_000
    assert forget_old_log(later, at_once=5000) == 12_000
    assert log_counts(connection, later) == {}
    assert not LogCount.objects.filter(connection=connection).exists()
