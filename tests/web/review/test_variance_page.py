"""The page of variances: what is remarkable first, in money, and silent where somebody said so (rules 145-151)."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection as database
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from bursar.domain.additions.variance_alerts import Alert
from bursar.domain.roles import Role
from bursar.store.models import AuditEntry, Connection, Mute
from tests.web.review.many_variances import a_plan, a_variance, keep, kept
from tests.web.visitors import HTMX, a_connection, element, links_of, part_of, streamed, text_of, tree_of, visitor

pytestmark = pytest.mark.django_db


def url(connection: Connection, what: str = "") -> str:
    return reverse(f"review:variance{what}", args=[connection.pk])


def show(connection: Connection, query: str = "", role: Role = Role.OPERATOR) -> HttpResponse:
    answer = visitor(role).get(f"{url(connection)}?{query}")
    assert answer.status_code == 200
    return answer


def customers(answer: HttpResponse) -> list[str]:
    """In the order of the page."""
    return [head.text or "" for head in tree_of(answer).findall(".//tbody/tr/th")]


def three(connection: Connection) -> None:
    plan = a_plan(connection)
    keep(
        a_variance(plan, 1),
        a_variance(plan, 2, "23.00", Alert.OVER_BILLED, Alert.STILL_BILLED),
        a_variance(plan, 3, "-5.50", Alert.UNDER_BILLED),
    )


def test_without_a_plan_it_leads_to_the_plan_page() -> None:
    connection = a_connection()
    a_plan(connection, survey=False)  # of some customers only: it compared nothing
    answer = show(connection)
    assert "No plan has been made yet" in text_of(answer)
    assert reverse("plan:page", args=[connection.pk]) in links_of(element(answer, "variances"))


def test_a_plan_that_found_nothing() -> None:
    connection = a_connection()
    a_plan(connection)
    assert "Nothing to compare" in text_of(show(connection))


def test_what_is_remarkable_comes_first_with_totals_and_reasons() -> None:
    connection = a_connection()
    three(connection)
    answer = show(connection)
    assert customers(answer) == ["Customer 00002", "Customer 00003", "Customer 00001"]
    page = text_of(answer)
    for words in ("Over-billed 23.00 USD", "Under-billed 5.50 USD", "Still billed still_billed of 2.", "+23.00 over"):
        assert words in page
    assert "As of the plan of 2026-10" in page


def test_the_newest_plan_counts_and_only_that_of_this_connection() -> None:
    connection, other = a_connection(), a_connection("other")
    older = a_plan(connection)
    keep(a_variance(older, 1), a_variance(a_plan(connection), 2), a_variance(a_plan(other), 3))
    assert customers(show(connection)) == ["Customer 00002"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("alert=still_billed", ["Customer 00002"]),
        ("alert=under_billed", ["Customer 00003"]),
        ("differs=1", ["Customer 00002", "Customer 00003"]),
        ("q=00001", ["Customer 00001"]),
        ("q=sku-7&sort=difference", ["Customer 00003", "Customer 00001", "Customer 00002"]),
        ("sort=-company", ["Customer 00003", "Customer 00002", "Customer 00001"]),
        ("muted=1", []),
    ],
)
def test_search_filters_and_order(query: str, found: list[str]) -> None:
    connection = a_connection()
    three(connection)
    assert customers(show(connection, query)) == found


def test_totals_are_those_of_the_view() -> None:
    connection = a_connection()
    three(connection)
    page = text_of(show(connection, "alert=under_billed"))
    assert "Over-billed 0.00 USD" in page
    assert "Under-billed 5.50 USD" in page
    assert "bills exactly what the platform charges" in text_of(show(connection, "q=00001"))


def test_htmx_gets_the_part_alone() -> None:
    connection = a_connection()
    three(connection)
    answer = visitor(Role.VIEWER).get(url(connection), headers=HTMX)
    assert b"<html" not in answer.content
    assert "Customer 00002" in part_of(answer, "variances")


def test_files_hold_the_view_with_signs_and_sentences() -> None:
    connection = a_connection()
    three(connection)
    viewer = visitor(Role.VIEWER)
    rows = list(csv.DictReader(io.StringIO(streamed(viewer.get(url(connection, "-export"), {"differs": "1"})))))
    assert [(row["Customer"], row["Difference"]) for row in rows] == [
        ("Customer 00002", "23.00"),
        ("Customer 00003", "-5.50"),
    ]
    assert rows[0]["To look at"] == "Over-billed: over_billed of 2.; Still billed: still_billed of 2."
    book = viewer.get(url(connection, "-export"), {"format": "xlsx"})
    sheet = load_workbook(io.BytesIO(b"".join(book.streaming_content))).active
    assert sheet is not None
    assert sheet.max_row == 4


def test_files_need_a_plan() -> None:
    assert visitor(Role.VIEWER).get(url(a_connection(), "-export")).status_code == 404


def test_the_columns_are_remembered() -> None:
    connection = a_connection()
    three(connection)
    browser = visitor(Role.VIEWER)
    answer = browser.post(
        url(connection, "-columns"), {"column": ["company", "difference"], "view": "q=0"}, follow=True
    )
    assert answer.redirect_chain[0][0] == f"{url(connection)}?q=0"
    assert "Last month amount" not in " ".join(cell.text or "" for cell in tree_of(answer).iter("th"))


# mutes (rule 146)


def mute(browser: Client, connection: Connection, **sent: object) -> HttpResponse:
    return browser.post(url(connection, "-bulk"), {"do": "mute", **sent}, follow=True)


def in_days(days: int) -> str:
    return (timezone.now().date() + timedelta(days=days)).isoformat()


def test_rule_146_a_row_is_muted_with_a_reason_until_a_day() -> None:
    connection = a_connection()
    three(connection)
    plan_row = kept(connection.run_set.get(), 2)
    operator = visitor(Role.OPERATOR)
    asked = mute(operator, connection, row=plan_row.pk, view="q=0000")
    assert "Customer 00002: SKU-7" in text_of(asked)
    until = in_days(10)
    done = mute(operator, connection, row=plan_row.pk, confirmed=1, reason="Free month", until=until, view="q=0000")
    assert f"Muted until {until}: 1 product." in text_of(done)
    assert customers(done) == ["Customer 00003", "Customer 00001"]
    muted = show(connection, "muted=1")
    assert customers(muted) == ["Customer 00002"]
    for words in (f"until {until}", "Free month", "operator@cedarpoint.example"):
        assert words in text_of(muted)
    entry = AuditEntry.objects.get(action="variances muted")
    assert (entry.actor, entry.channel) == ("operator@cedarpoint.example", "web")
    assert entry.after == {"reason": "Free month", "until": until, "records": 1}


def test_rule_146_many_are_muted_and_unmuted_across_pages() -> None:
    connection = a_connection()
    plan = a_plan(connection)
    keep(*(a_variance(plan, n, "1", Alert.OVER_BILLED) for n in range(130)))
    operator = visitor(Role.OPERATOR)
    facts = {"everything": 1, "view": "alert=over_billed&muted=0", "reason": "Known", "until": in_days(1)}
    assert "The list has changed since you were asked" in text_of(mute(operator, connection, confirmed=3, **facts))
    assert not Mute.objects.exists()
    mute(operator, connection, confirmed=130, **facts)
    assert Mute.objects.count() == 130
    operator.post(url(connection, "-bulk"), {"do": "unmute", "everything": 1, "view": "muted=1", "confirmed": 130})
    assert not Mute.objects.exists()


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        ({"reason": " ", "until": in_days(1)}, "A reason is missing."),
        ({"reason": "Known", "until": in_days(-1)}, "has passed"),
        ({"reason": "Known", "until": in_days(367)}, "more than a year away"),
        ({"reason": "Known", "until": ""}, "The last day is missing."),
        ({"reason": "Known", "until": "soon"}, "The last day is missing."),
    ],
)
def test_rule_146_what_cannot_be_is_said_and_what_was_typed_stays(sent: dict[str, str], problem: str) -> None:
    connection = a_connection()
    three(connection)
    answer = mute(visitor(Role.OPERATOR), connection, everything=1, confirmed=3, **sent)
    assert answer.status_code == 422
    assert problem in text_of(answer)
    assert element(answer, "mute-reason").text == sent["reason"]
    assert not Mute.objects.exists()


def test_rule_146_a_mute_ends_by_itself() -> None:
    connection = a_connection()
    three(connection)
    yesterday = timezone.now().date() - timedelta(days=1)
    Mute.objects.create(connection=connection, company_id=2, product_id=7, reason="x", until=yesterday)
    assert "Customer 00002" in customers(show(connection))
    assert "until" not in part_of(show(connection, "q=00002"), "variances").replace("until the day", "")


@pytest.mark.parametrize("sent", [{"do": "mute"}, {"do": "burn", "everything": 1}, {"do": "mute", "row": 99999}])
def test_nothing_selected_does_nothing(sent: dict[str, object]) -> None:
    connection = a_connection()
    three(connection)
    assert "Nothing was done" in text_of(visitor(Role.OPERATOR).post(url(connection, "-bulk"), sent, follow=True))
    assert not Mute.objects.exists()


def test_viewers_see_but_do_not_mute() -> None:
    connection = a_connection()
    three(connection)
    page = show(connection, role=Role.VIEWER)
    assert "Customer 00002" in customers(page)
    assert tree_of(page).findall(".//*[@form='mute-row']") == []
    assert mute(visitor(Role.VIEWER), connection, everything=1, confirmed=3).status_code == 403


def test_rows_of_another_connection_are_out_of_reach() -> None:
    connection, other = a_connection(), a_connection("other")
    three(connection)
    plan = a_plan(other)
    keep(a_variance(plan, 9))
    mute(visitor(Role.OPERATOR), connection, row=kept(plan, 9).pk, confirmed=1, reason="x", until=in_days(1))
    assert not Mute.objects.exists()


# cost


def questions(connection: Connection, query: str = "") -> int:
    browser = visitor(Role.OPERATOR)
    browser.get(url(connection))
    with CaptureQueriesContext(database) as captured:
        assert browser.get(f"{url(connection)}?{query}").status_code == 200
    return len(captured)


@pytest.mark.parametrize("query", ["", "muted=1", "alert=over_billed&sort=difference"])
def test_the_number_of_queries_does_not_depend_on_the_number_of_rows(query: str) -> None:
    counts = []
    for name, rows in (("small", 25), ("large", 2000)):
        connection = a_connection(name)
        plan = a_plan(connection, at=datetime(2026, 11, 2, tzinfo=UTC))
        keep(*(a_variance(plan, n, "1", Alert.OVER_BILLED) for n in range(rows)))
        Mute.objects.bulk_create(
            Mute(connection=connection, company_id=n, product_id=7, reason="x", until=timezone.now().date())
            for n in range(0, rows, 5)
        )
        counts.append(questions(connection, query))
    assert counts[0] == counts[1]


def test_the_first_page_is_read_in_the_order_of_an_index() -> None:
    """Fifty thousand rows are not sorted to show fifty of them."""
    connection = a_connection()
    three(connection)
    browser = visitor(Role.VIEWER)
    with CaptureQueriesContext(database) as captured:
        browser.get(url(connection))
    (page,) = (q["sql"] for q in captured if "LIMIT 3" in q["sql"] and '"store_variance"."rank"' in q["sql"])
    with database.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + page.replace("%", "%%"))
        steps = " ".join(str(row[3]) for row in cursor.fetchall())
    assert "variance_by_rank" in steps
    assert "TEMP B-TREE" not in steps
