"""A run as somebody watches it: progress without a reload, Stop with a question first, and the end."""

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from bursar.domain.roles import Role
from bursar.store.models import Connection, Run, RunNote
from bursar.usecases.runs import PLAN_LINES, POST_LINES
from tests.audit.forgetting import forget_audit
from tests.browser.conftest import FLAGS
from tests.browser.reading import SIZES, THEMES, check_page
from tests.web.visitors import a_connection, visitor

pytestmark = [pytest.mark.chromium, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """An operator's window."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # playwright keeps a loop in this thread; the ORM minds
    operator: Client = visitor(Role.OPERATOR)
    session = operator.cookies[settings.SESSION_COOKIE_NAME].value
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), headless=True, args=FLAGS)
        context = browser.new_context(base_url=live_server.url, reduced_motion="reduce")
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        yield context.new_page()
        browser.close()
    forget_audit()


def test_a_run_is_watched_and_stopped(page: Page) -> None:
    connection = a_connection()
    run = Run.objects.create(connection=connection, verb=POST_LINES, month="2026-10", state="running", expected=480)
    page.goto(reverse("runs:run", args=[connection.pk, run.pk]))
    expect(page.locator("#run-live")).to_contain_text("0 of 480 done")
    Run.objects.update(done=300)
    expect(page.locator("#run-live")).to_contain_text("300 of 480 done")
    expect(page.locator("#run-said")).to_contain_text("60 percent")

    page.get_by_role("button", name="Stop").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("It stops within one request.")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    assert not Run.objects.get().stop_requested_by
    page.get_by_role("button", name="Stop").click()
    dialog.get_by_role("button", name="Stop").click()
    expect(page.locator("#run-live")).to_contain_text("Stopping, as operator@cedarpoint.example asked")

    RunNote.objects.create(run=run, kind="blocked", code="c", subject="Customer 1", sentence="It lacks a company.")
    Run.objects.update(state="cancelled", verdict="stopped after 3 writes", ended_at=timezone.now())
    expect(page.locator("#findings")).to_contain_text("It lacks a company.")
    expect(page.locator("#run-said")).to_contain_text("The run has ended: cancelled, stopped after 3 writes.")
    expect(page.locator("#run-live[hx-get]")).to_have_count(0)


def test_a_tile_is_refreshed_in_place_and_keeps_the_focus(page: Page) -> None:
    connection = a_connection()
    page.goto(reverse("dashboard:page", args=[connection.pk]))
    expect(page.locator("#tile-platform")).to_contain_text("No sync yet")
    Connection.objects.update(last_sync_to_platform=timezone.now() - timedelta(minutes=4, seconds=5))
    page.get_by_role("button", name="Refresh Last Sync to Platform").press("Enter")
    expect(page.locator("#tile-platform")).to_contain_text(re.compile("4m ago"))
    expect(page.locator("#tile-platform-refresh")).to_be_focused()


def faults_of(page: Page, name: str) -> list[str]:
    """What is wrong with the page as it is, in both themes and widths."""
    faults: list[str] = []
    for size, viewport in SIZES.items():
        page.set_viewport_size(viewport)
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            faults += check_page(page, f"runs-{name}-{size}-{theme}")
    return faults


def test_the_list_is_narrowed_sorted_and_its_columns_chosen(page: Page) -> None:
    connection = a_connection()
    address = reverse("runs:list", args=[connection.pk])
    page.goto(address)
    expect(page.get_by_role("heading", name="No run yet")).to_be_visible()
    assert not faults_of(page, "empty")
    for number in range(60):
        month = f"20{number:02}-10"
        Run.objects.create(connection=connection, verb=POST_LINES, month=month, state="done", verdict="balanced")
    Run.objects.create(connection=connection, verb=PLAN_LINES, month="2026-10", state="running", expected=480, done=120)
    page.goto(address)
    runs = page.get_by_role("region", name="Runs")
    expect(runs.locator("tbody tr")).to_have_count(50)
    expect(runs.locator("tbody tr").first).to_contain_text("In progress")
    assert not faults_of(page, "list")
    page.get_by_label("Kind", exact=True).first.select_option(PLAN_LINES)
    expect(runs.locator("tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"verb=plan(%20|\+)lines"))
    page.get_by_label("Search").fill("2031-10")
    expect(page.get_by_role("heading", name="Nothing found")).to_be_visible()
    page.get_by_role("link", name="Show all").click()
    page.get_by_role("link", name="Run", exact=True).click()
    expect(page).to_have_url(re.compile("sort=run"))
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Run")
    expect(runs.locator("tbody tr").first).to_contain_text("Plan lines 2026-10")
    page.get_by_role("button", name="Columns").click()
    page.get_by_role("checkbox", name="Asked for by").uncheck()
    page.get_by_role("checkbox", name="Run ID").check()
    assert not faults_of(page, "columns")
    page.get_by_role("button", name="Show these columns").click()
    headings = [text.strip() for text in runs.get_by_role("columnheader").all_inner_texts()]
    assert headings == ["Run", "State", "Balance", "Started", "Run ID"]
    expect(page).to_have_url(re.compile(r"sort=run$"))
    runs.get_by_role("link", name="Plan lines 2026-10").click()
    expect(page.locator("#run-live")).to_contain_text("120 of 480 done")
