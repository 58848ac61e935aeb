"""How long the System Logs page and the Dashboard take with a million log entries, against a thousand."""

import sys

from django.core.management import call_command
from django.db import connection as database
from django.test import Client
from django.utils import timezone

from bench.installation import make_tables
from bench.invoice_lines import DealtLines
from bench.pages import Page, Took, compared, kept, milliseconds
from bench.size import wanted_size
from bench.table import show
from bursar.domain.period import Month
from bursar.domain.roles import Role
from bursar.store.models import Connection, Offer, Organization, Person
from bursar.usecases.load_invoice_lines import LoadOptions, load_invoice_lines

FULL_SIZE = 1_000_000
SMALL = 1000
LINES = 50_000
COMPANIES = 2500
TIMES = 15
TARGET = 1.5
"""Times the small one at most."""

ENTRIES = """
INSERT INTO store_logentry (connection_id, at, level, title, details, code, remedy, answer)
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < %s)
SELECT %s, %s, CASE WHEN n %% 1000 = 0 THEN 'ERROR' WHEN n %% 10 = 0 THEN 'WARNING' ELSE 'INFO' END,
       'Line skipped', 'It lacks PSA Organization Name.', '', '', ''
FROM numbers
"""
COUNTS = """
INSERT INTO store_logcount (connection_id, day, level, count)
SELECT connection_id, %s, level, count(*) FROM store_logentry WHERE connection_id = %s GROUP BY connection_id, level
"""


PAGES = (
    Page("log, newest entries", "logs:page"),
    Page("log, errors only", "logs:page", "?level=ERROR"),
    Page("log, entries in the middle", "logs:page", "?before={middle}"),
    Page("Dashboard", "dashboard:page"),
)


def main() -> int:
    """Measure each page on a short and on a long log; then the Dashboard with open lines."""
    size = wanted_size("log_pages", "entries of the long log", FULL_SIZE, 10 * SMALL)
    make_tables()
    call_command("createcachetable", verbosity=0)
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(Person.objects.create_user("ada@cedarpoint.example", role=Role.VIEWER))
    short, long = _connection("short"), _connection("long")
    _fill(short, SMALL)
    _fill(long, size)
    rows = [_compared(browser, page, short, long, size) for page in PAGES]
    slowest = max(row.times for row in rows)
    show(
        f"Pages with {size:,} log entries against {SMALL:,}, median of {TIMES}",
        ("page", f"{SMALL:,}", f"{size:,}", "ratio"),
        [(row.name, milliseconds(row.small), milliseconds(row.large), f"{row.times:.2f}") for row in rows],
        f"The slowest takes {slowest:.2f} times as long; the target is {TARGET}: {kept(slowest, TARGET)}.",
    )
    _report_lines(browser, short, long)
    return 0


def _connection(name: str) -> Connection:
    billing = {"agreement_type": {"id": 1, "name": "Cloud Subscriptions"}}
    return Connection.objects.create(name=name, url="https://na.myconnectwise.net", billing=billing)


def _fill(connection: Connection, count: int) -> None:
    now = timezone.now()
    with database.cursor() as cursor:
        cursor.execute(ENTRIES, [count, connection.pk, now])
        cursor.execute(COUNTS, [now.date(), connection.pk])


def _compared(browser: Client, page: Page, short: Connection, long: Connection, size: int) -> Took:
    addresses = page.address(short).format(middle=SMALL // 2), page.address(long).format(middle=SMALL + size // 2)
    return compared(browser, page.name, *addresses, TIMES)


def _report_lines(browser: Client, without: Connection, with_lines: Connection) -> None:
    load_invoice_lines(with_lines, DealtLines(Month(2026, 10), LINES, COMPANIES), LoadOptions())
    Organization.objects.update(state="mapped")
    Offer.objects.update(state="mapped", product_id=1)
    page = Page("Dashboard", "dashboard:page")
    took = _compared(browser, page, without, with_lines, FULL_SIZE)
    show(
        f"The Dashboard while {LINES:,} lines of {COMPANIES:,} customers wait to be posted",
        ("page", "no line", f"{LINES:,} lines", "ratio"),
        [(took.name, milliseconds(took.small), milliseconds(took.large), f"{took.times:.2f}")],
        f"{(took.large - took.small) / LINES * 1e6:.1f} µs for each line that waits; posted lines cost nothing.",
    )


if __name__ == "__main__":
    sys.exit(main())
