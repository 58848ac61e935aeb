"""Variances in a real browser: in both themes, wide and narrow, and a mute from the row to the day it ends."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from bursar.domain.additions.variance_alerts import Alert
from bursar.domain.roles import Role
from bursar.store.models import Connection, Mute
from tests.browser.conftest import FLAGS
from tests.browser.reading import SIZES, THEMES, Complaints, check_page
from tests.web.review.many_variances import a_plan, a_variance, keep
from tests.web.visitors import a_connection, visitor

pytestmark = pytest.mark.chromium


@pytest.fixture
def served(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveServer]:
    """Bursar on loopback inside the test's own transaction: the audit trail lets nobody empty its table afterwards."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    server = LiveServer("localhost")
    yield server
    server.stop()


@contextmanager
def opened(served: LiveServer, address: str) -> Iterator[Page]:
    """The page as an operator sees it; fails when the browser complains."""
    session = visitor(Role.OPERATOR).cookies["sessionid"].value
    complaints = Complaints()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        context = chromium.new_context(reduced_motion="reduce", viewport=SIZES["wide"])
        context.add_cookies([{"name": "sessionid", "value": session, "url": served.url}])
        page = context.new_page()
        complaints.listen(page)
        page.goto(served.url + address)
        yield page
        chromium.close()
    assert not complaints.found


@pytest.fixture
def connection(db: None) -> Connection:
    made = a_connection()
    plan = a_plan(made)
    keep(
        a_variance(plan, 1),
        a_variance(
            plan,
            2,
            "1234.50",
            Alert.OVER_BILLED,
            Alert.STILL_BILLED,
            details=[
                "ConnectWise will bill 1,234.50 USD more than the platform charges.",
                "Addition 345 on 'Cloud Subscriptions' still bills Office for Harbour Dental. This plan ends it.",
            ],
        ),
        a_variance(plan, 3, "-5.50", Alert.UNDER_BILLED, currency="EUR"),
        *(a_variance(plan, n, "0", alert) for n, alert in enumerate(Alert, 10)),
    )
    return made


def dresses(page: Page, name: str) -> list[str]:
    faults: list[str] = []
    for size, viewport in SIZES.items():
        page.set_viewport_size(viewport)
        for theme in THEMES:
            page.evaluate("theme => document.documentElement.setAttribute('data-bs-theme', theme)", theme)
            faults += check_page(page, f"{name}-{size}-{theme}")
    page.set_viewport_size(SIZES["wide"])
    return faults


def test_the_page_is_sound_in_every_dress(served: LiveServer, connection: Connection) -> None:
    with opened(served, reverse("review:variance", args=[connection.pk])) as page:
        assert dresses(page, "variance") == []


def test_without_a_plan_it_is_sound_too(served: LiveServer) -> None:
    with opened(served, reverse("review:variance", args=[a_connection().pk])) as page:
        assert dresses(page, "variance-empty") == []


def test_rule_146_a_row_is_muted_and_unmuted_in_the_browser(served: LiveServer, connection: Connection) -> None:
    with opened(served, reverse("review:variance", args=[connection.pk])) as page:
        page.get_by_role("button", name="Mute SKU-7 of Customer 00002").click()
        assert dresses(page, "variance-mute") == []
        page.get_by_label("Reason").fill("Free month, agreed by phone")
        page.get_by_role("button", name="Mute: 1 row").click()
        expect(page.get_by_role("rowheader", name="Customer 00002")).to_have_count(0)
        page.get_by_role("combobox", name="Muted").select_option("Muted")
        expect(page.get_by_role("rowheader", name="Customer 00002")).to_be_visible()
        expect(page.get_by_text("Free month, agreed by phone")).to_be_visible()
        assert dresses(page, "variance-muted") == []
        page.get_by_role("button", name="Unmute SKU-7 of Customer 00002").click()
        expect(page.get_by_text("No longer muted: 1 product.")).to_be_visible()
    assert not Mute.objects.exists()


def test_filters_answer_without_a_new_page(served: LiveServer, connection: Connection) -> None:
    with opened(served, reverse("review:variance", args=[connection.pk])) as page:
        page.get_by_role("combobox", name="To look at").select_option("Under-billed")
        expect(page.locator("tbody tr")).to_have_count(2)
        assert "alert=under_billed" in page.url
        page.get_by_label("Search").fill("nobody")
        expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
