"""Adoption and Drift in a real browser: both themes, wide and narrow; a decision by keyboard and in the window."""

from collections.abc import Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from bursar.store.models import Connection, Drift, Line
from tests.web.review.found_by_hand import drifted, lines_of, made_by_hand
from tests.web.review.many_variances import a_plan
from tests.web.review.test_variance_browser import dresses, opened
from tests.web.visitors import a_connection

pytestmark = pytest.mark.chromium


@pytest.fixture
def served(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveServer]:
    """Bursar on loopback inside the test's own transaction: the audit trail lets nobody empty its table afterwards."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    server = LiveServer("localhost")
    yield server
    server.stop()


@pytest.fixture
def connection(db: None) -> Connection:
    made = a_connection()
    lines_of(made, *range(1, 9))
    plan = a_plan(made)
    made_by_hand(plan, 1)
    made_by_hand(plan, 2, 80, evidence=["The product is the same.", "The quantity is 8 there and 10 on the line."])
    made_by_hand(plan, 3, 0)
    made_by_hand(plan, 4)
    Line.objects.filter(line_id="L00004").update(adopt=7004)
    for number, kind in enumerate(Drift.Kind, 5):
        drifted(plan, number, kind)
    drifted(plan, 8)
    Line.objects.filter(line_id="L00008").update(overwrite=True)
    return made


def test_adoption_is_legible_and_a_line_is_chosen_in_its_window(served: LiveServer, connection: Connection) -> None:
    with opened(served, reverse("review:adoption", args=[connection.pk])) as page:
        assert dresses(page, "review-adoption") == []
        page.get_by_role("button", name="Choose a line for Addition 7003").click()
        page.get_by_label("Search by line, subscription or offer").fill("seats")
        page.get_by_role("button", name="Adopt by line L00003").click()
        expect(page.get_by_text("Line L00003 will adopt Addition 7003.")).to_be_visible()


def test_drift_is_legible_and_decided(served: LiveServer, connection: Connection) -> None:
    with opened(served, reverse("review:drift", args=[connection.pk])) as page:
        assert dresses(page, "review-drift") == []
        page.get_by_role("button", name="Accept Addition 8005").press("Enter")
        expect(page.get_by_text("Addition 8005 is accepted as it is in ConnectWise.")).to_be_visible()


def test_the_last_day_is_asked_for_before_anything_ends(served: LiveServer, connection: Connection) -> None:
    with opened(served, reverse("review:adoption", args=[connection.pk])) as page:
        page.get_by_label("Select Customer 00003").check()
        page.get_by_role("button", name="End", exact=True).click()
        expect(page.get_by_label("Last day")).to_have_value("2026-09-30")
        assert dresses(page, "review-endings") == []
