"""The list of runs: filters, pages, and what may be started here."""

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from bursar.domain.roles import Role
from bursar.store.models import Connection, Run
from bursar.usecases.run_requests import load_request_of
from bursar.usecases.runs import LOAD_LINES, POST_LINES, SYNC_ORGANIZATIONS
from tests.web.visitors import HTMX, VISIT, a_connection, text_of, tree_of, visitor

pytestmark = pytest.mark.django_db


def address(connection: Connection, **query: str) -> str:
    return reverse("runs:list", args=[connection.pk], query=query)


def some_runs(connection: Connection, count: int, **values: object) -> None:
    for number in range(count):
        Run.objects.create(connection=connection, **({"verb": POST_LINES, "month": f"M{number:02}"} | values))


def test_without_a_run_the_page_says_how_to_begin() -> None:
    text = text_of(visitor(Role.VIEWER).get(address(a_connection())))
    assert "No run yet" in text
    assert "bursar lines load" in text


def test_state_and_kind_narrow_the_list() -> None:
    connection = a_connection()
    some_runs(connection, 1, month="2026-09", state="done")
    some_runs(connection, 1, month="2026-10", state="failed")
    some_runs(connection, 1, month="", verb=SYNC_ORGANIZATIONS, state="done")
    viewer = visitor(Role.VIEWER)
    failed = text_of(viewer.get(address(connection, state="failed")))
    assert ("Post lines 2026-10" in failed, "Post lines 2026-09" in failed) == (True, False)
    syncs = text_of(viewer.get(address(connection, verb=SYNC_ORGANIZATIONS), headers=HTMX))
    assert ("Sync organizations" in syncs, "Post lines" in syncs) == (True, False)
    nothing = text_of(viewer.get(address(connection, state="interrupted")))
    assert "No run like this" in nothing


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
    assert "Page 1 of 3" in text_of(first)
    following = [link.get("href") for link in tree_of(first).iter("a") if link.get("rel") == "next"]
    assert following == [address(connection) + "?state=done&page=2"]
    second = text_of(viewer.get(str(following[0])))
    assert "Page 2 of 3" in second
    assert "never" not in second
    assert "Page 3 of 3" in text_of(viewer.get(address(connection, state="done", page="99")))


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
    path, profile = load_request_of(run).place(connection)
    assert (str(path), profile) == ("/srv/lines", "canonical")


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
