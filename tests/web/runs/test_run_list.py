"""The list of runs: search, filters, sorting, pages, columns, files, and what may be started here."""

import csv
import io
from datetime import UTC, datetime

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from bursar.domain.roles import Role
from bursar.store.models import Connection, Run
from bursar.usecases.run_requests import LoadRequest, load_request_of
from bursar.usecases.runs import LOAD_LINES, PLAN_LINES, POST_LINES, SYNC_ORGANIZATIONS
from tests.web.visitors import HTMX, VISIT, a_connection, streamed, text_of, tree_of, visitor, words

pytestmark = pytest.mark.django_db


def address(connection: Connection, **query: str) -> str:
    return reverse("runs:list", args=[connection.pk], query=query)


def some_runs(connection: Connection, count: int, **values: object) -> None:
    for number in range(count):
        Run.objects.create(connection=connection, **({"verb": POST_LINES, "month": f"M{number:02}"} | values))


def test_without_a_run_the_page_says_how_to_begin() -> None:
    text = text_of(visitor(Role.VIEWER).get(address(a_connection())))
    assert "No run yet" in text
    assert "make a plan and post it" in text


def test_state_and_kind_narrow_the_list() -> None:
    connection = a_connection()
    some_runs(connection, 1, month="2026-09", state="done")
    some_runs(connection, 1, month="2026-10", state="failed")
    some_runs(connection, 1, month="", verb=SYNC_ORGANIZATIONS, state="done")
    viewer = visitor(Role.VIEWER)
    failed = text_of(viewer.get(address(connection, state="failed")))
    assert ("Post lines 2026-10" in failed, "Post lines 2026-09" in failed) == (True, False)
    assert listed(connection, verb=SYNC_ORGANIZATIONS) == ["Sync organizations"]
    part = text_of(viewer.get(address(connection, verb=SYNC_ORGANIZATIONS), headers=HTMX))
    assert ("1–1 of 1" in part, "2026-09" in part) == (True, False)
    nothing = text_of(viewer.get(address(connection, state="interrupted")))
    assert "Nothing found" in nothing
    assert "No run yet" not in nothing


def test_a_filter_that_does_not_exist_filters_nothing() -> None:
    connection = a_connection()
    some_runs(connection, 1, month="2026-09")
    assert "Post lines 2026-09" in text_of(visitor(Role.VIEWER).get(address(connection, state="mad", verb="'")))


def test_htmx_gets_the_table_without_the_frame() -> None:
    connection = a_connection()
    (part,) = tree_of(visitor(Role.VIEWER).get(address(connection), headers=HTMX))
    assert part.get("id") == "runs"
    restored = {**HTMX, "HX-History-Restore-Request": "true"}
    assert "Runs" in text_of(visitor(Role.VIEWER).get(address(connection), headers=restored))
    assert tree_of(visitor(Role.VIEWER).get(address(connection), headers=restored))[0].tag == "html"


def test_pages_keep_the_filter(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    connection = a_connection()
    some_runs(connection, 60, state="done")
    some_runs(connection, 3, state="failed", month="never")
    viewer = visitor(Role.VIEWER)
    viewer.get(address(connection))
    with django_assert_num_queries(VISIT + 2):  # how many, and this page
        first = viewer.get(address(connection, state="done"))
    assert "1–50 of 60, page 1 of 2" in text_of(first)
    following = [link.get("href") for link in tree_of(first).iter("a") if link.get("rel") == "next"]
    assert following == [address(connection) + "?state=done&page=2"]
    second = text_of(viewer.get(str(following[0])))
    assert "51–60 of 60, page 2 of 2" in second
    assert "never" not in second
    assert "page 2 of 2" in text_of(viewer.get(address(connection, state="done", page="99")))


def listed(connection: Connection, **query: str) -> list[str]:
    """The runs of a page, from top to bottom."""
    answer = visitor(Role.VIEWER).get(address(connection, **query))
    return [words(cell) for cell in tree_of(answer).iter("th") if cell.get("scope") == "row"]


def three(connection: Connection) -> None:
    some_runs(connection, 1, month="2026-09", state="done", verdict="balanced", requested_by="ann@cedarpoint.example")
    some_runs(connection, 1, month="2026-10", state="failed", verdict="ConnectWise did not answer", done=7)
    some_runs(connection, 1, month="2026-10", verb=PLAN_LINES, state="running", expected=480, done=120)


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", ["Plan lines 2026-10", "Post lines 2026-10", "Post lines 2026-09"]),
        ("started", ["Post lines 2026-09", "Post lines 2026-10", "Plan lines 2026-10"]),
        ("run", ["Plan lines 2026-10", "Post lines 2026-09", "Post lines 2026-10"]),
        ("-state", ["Plan lines 2026-10", "Post lines 2026-10", "Post lines 2026-09"]),
        ("-done", ["Plan lines 2026-10", "Post lines 2026-10", "Post lines 2026-09"]),
        ("balance", ["Plan lines 2026-10", "Post lines 2026-10", "Post lines 2026-09"]),
    ],
)
def test_newest_first_until_somebody_sorts(sort: str, order: list[str]) -> None:
    connection = a_connection()
    three(connection)
    assert listed(connection, sort=sort) == order


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("lines 2026-10", ["Plan lines 2026-10", "Post lines 2026-10"]),
        ("ann@", ["Post lines 2026-09"]),
        ("did not answer", ["Post lines 2026-10"]),
        ("100%", []),
    ],
)
def test_runs_are_searched_by_what_they_are_called_and_what_came_of_them(text: str, found: list[str]) -> None:
    connection = a_connection()
    three(connection)
    assert listed(connection, q=text) == found


def test_a_run_is_found_by_its_id_and_not_by_accident() -> None:
    connection = a_connection()
    three(connection)
    run = Run.objects.get(verb=PLAN_LINES)
    assert listed(connection, q=str(run.pk)) == listed(connection, q=str(run.pk)[:8]) == ["Plan lines 2026-10"]
    assert listed(connection, q=str(run.pk)[:5]) == []


def test_a_run_leads_to_its_page() -> None:
    connection = a_connection()
    some_runs(connection, 1)
    run = Run.objects.get()
    page = tree_of(visitor(Role.VIEWER).get(address(connection)))
    assert reverse("runs:run", args=[connection.pk, run.pk]) in [link.get("href") for link in page.iter("a")]
    assert [row.get("id") for row in page.iter("tr") if row.get("id")] == [f"row-{run.pk}"]


def test_columns_are_chosen_and_the_way_back_is_the_view() -> None:
    connection = a_connection()
    three(connection)
    viewer = visitor(Role.VIEWER)
    chosen = {"column": ["kind", "expected"], "view": "state=running&columns=id"}
    kept = viewer.post(reverse("runs:list-columns", args=[connection.pk]), chosen)
    assert kept["Location"] == address(connection, state="running")
    headings = [words(th) for th in tree_of(viewer.get(kept["Location"])).iter("th") if th.get("scope") == "col"]
    assert headings == ["Run", "Kind", "Expected"]


def exported(connection: Connection, **query: str) -> list[list[str]]:
    answer = visitor(Role.VIEWER).get(reverse("runs:list-export", args=[connection.pk], query=query))
    return list(csv.reader(io.StringIO(streamed(answer), newline="")))


def test_a_file_holds_the_view_with_every_page_and_instants_in_utc() -> None:
    connection = a_connection()
    some_runs(connection, 60, state="done", verdict="balanced")
    some_runs(connection, 1, state="failed", month="never")
    Run.objects.update(started_at=datetime(2026, 10, 31, 23, 30, tzinfo=UTC))
    rows = exported(connection, state="done", sort="-run")
    assert rows[:2] == [
        ["Run", "State", "Balance", "Asked for by", "Started"],
        ["Post lines M59", "done", "balanced", "", "2026-10-31T23:30:00+00:00"],
    ]
    assert len(rows) == 1 + 60
    failed = Run.objects.get(state="failed")
    assert exported(connection, state="failed", columns="id.ended.channel")[1:] == [
        ["Post lines never", "", "", str(failed.pk)]
    ]


def test_a_workbook_has_numbers_as_numbers() -> None:
    connection = a_connection()
    three(connection)
    query = {"format": "xlsx", "columns": "done.expected", "sort": "-done"}
    answer = visitor(Role.VIEWER).get(reverse("runs:list-export", args=[connection.pk], query=query))
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert sheet is not None
    assert list(sheet.iter_rows(values_only=True)) == [
        ("Run", "Done", "Expected"),
        ("Plan lines 2026-10", 120, 480),
        ("Post lines 2026-10", 7, None),
        ("Post lines 2026-09", 0, None),
    ]


def test_page_part_and_file_cost_the_same_however_many_runs_there_are() -> None:
    small, large = a_connection("small"), a_connection("large")
    some_runs(small, 2)
    some_runs(large, 120)
    viewer = visitor(Role.VIEWER)

    def costs(connection: Connection) -> list[int]:
        viewer.get(address(connection))  # the first visit of a connection is kept
        prices = []
        for wanted in (address(connection, sort="-run", q="post"), reverse("runs:list-export", args=[connection.pk])):
            with CaptureQueriesContext(database) as asked:
                answer = viewer.get(wanted, headers=HTMX)
                if answer.streaming:
                    streamed(answer)
            prices.append(len(asked))
        return prices

    assert costs(small) == costs(large) == [VISIT + 2, VISIT]


def test_runs_of_another_connection_are_not_listed() -> None:
    some_runs(a_connection(), 1, month="2026-09")
    assert "2026-09" not in text_of(visitor(Role.VIEWER).get(address(a_connection("other"))))


def test_operators_load_from_the_stored_source(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    connection = a_connection(source={"path": "/srv/lines", "profile": "canonical"})
    operator = visitor(Role.OPERATOR)
    assert "Load from the stored source" in text_of(operator.get(address(connection)))
    with django_capture_on_commit_callbacks() as queued:
        operator.post(reverse("runs:load", args=[connection.pk]))
    run = Run.objects.get()
    assert (run.verb, len(queued)) == (LOAD_LINES, 1)
    assert load_request_of(run) == LoadRequest()  # everything that the connection can load by period


def test_without_a_stored_source_there_is_nothing_to_load() -> None:
    connection = a_connection()
    operator = visitor(Role.OPERATOR)
    assert "Load from the stored source" not in text_of(operator.get(address(connection)))
    answer = operator.post(reverse("runs:load", args=[connection.pk]), follow=True)
    assert "No source is stored" in text_of(answer)
    assert not Run.objects.exists()


@pytest.mark.parametrize("route", ["runs:sync", "runs:load"])
def test_viewers_start_nothing(route: str) -> None:
    connection = a_connection(source={"path": "/srv/lines", "profile": "canonical"})
    viewer = visitor(Role.VIEWER)
    text = text_of(viewer.get(address(connection)))
    assert "Load from the stored source" not in text
    assert viewer.post(reverse(route, args=[connection.pk])).status_code == 403
    assert visitor(None).post(reverse(route, args=[connection.pk])).status_code == 302
    assert not Run.objects.exists()


def test_strangers_see_no_runs() -> None:
    connection = a_connection()
    visitor(Role.VIEWER)
    assert visitor(None).get(address(connection)).status_code == 302
    assert visitor(None).get(address(connection), headers=HTMX).status_code == 401
