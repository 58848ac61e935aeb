"""Editing in place as somebody does it with the keyboard and the mouse."""

import shutil
from collections.abc import Iterator
from datetime import date

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from bursar.domain.roles import Role
from bursar.store.models import Line
from bursar.usecases.edit_lines import edit_line
from tests.audit.forgetting import forget_audit
from tests.browser.conftest import FLAGS
from tests.browser.reading import NARROW, SIZES, Complaints, violations
from tests.web.invoices.lines import lines, map_all, url
from tests.web.visitors import a_connection, visitor

pytestmark = [pytest.mark.chromium, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """An operator's window; the test fails when the browser complains."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # playwright keeps a loop in this thread; the ORM minds
    operator: Client = visitor(Role.OPERATOR)
    session = operator.cookies[settings.SESSION_COOKIE_NAME].value
    complaints = Complaints()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), headless=True, args=FLAGS)
        context = browser.new_context(base_url=live_server.url, reduced_motion="reduce")
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        opened = context.new_page()
        complaints.listen(opened)
        yield opened
        browser.close()
    forget_audit()
    assert not complaints.found


@pytest.fixture
def line() -> Line:
    """The first of three mapped lines."""
    first, *_ = lines(a_connection(), 3)
    map_all(first.connection)
    return first


def test_a_cell_is_edited_with_the_keyboard_and_the_focus_comes_back(page: Page, line: Line) -> None:
    page.goto(url("list", line.connection))
    row, start = page.locator(f"#row-{line.pk}"), page.locator(f"#edit-{line.pk}-start")
    row.get_by_role("checkbox").check()
    start.press("Enter")
    day = row.locator("input[type=date]")
    expect(day).to_be_focused()
    day.press("Escape")
    expect(day).to_have_count(0)
    expect(start).to_be_focused()
    start.press("Enter")
    day.fill("2026-10-05")
    day.press("Enter")
    expect(row).to_contain_text("User Updated")
    expect(page.locator("#toasts")).to_contain_text("Charge Start Date of Customer 00001 saved.")
    expect(start).to_be_focused()
    expect(row.get_by_role("checkbox")).to_be_checked()
    expect(page.locator("[data-grid-count]")).to_have_text("1 selected")
    assert Line.objects.get(pk=line.pk).set_charge_start == date(2026, 10, 5)


def test_a_click_anywhere_in_a_cell_opens_it_and_enter_in_its_search_saves_nothing(page: Page, line: Line) -> None:
    page.goto(url("list", line.connection))
    row = page.locator(f"#row-{line.pk}")
    cell = row.locator("td", has=page.locator(f"#edit-{line.pk}-company"))
    cell.click(position={"x": 5, "y": 5})
    search = row.get_by_role("searchbox")
    expect(search).to_be_focused()
    search.fill("00002")
    other = row.get_by_role("radio", name="Customer 00002 Inc.")
    expect(other).to_have_count(1)
    expect(search).to_be_focused()
    search.press("Enter")
    expect(search).to_have_value("00002")
    assert Line.objects.get(pk=line.pk).set_company_id is None
    other.check()
    row.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("Customer 00002 Inc. (C102, ID 102)")


def test_the_second_of_two_people_compares_in_the_cell(page: Page, line: Line) -> None:
    page.goto(url("list", line.connection))
    row = page.locator(f"#row-{line.pk}")
    page.locator(f"#edit-{line.pk}-end").press("Enter")
    row.locator("input[type=date]").fill("2026-11-30")
    edit_line(line.connection, line.line_id, {"end": date(2026, 12, 31)})
    row.get_by_role("button", name="Save").click()
    expect(row.get_by_role("alert")).to_contain_text("2026-12-31")
    expect(row.get_by_role("definition")).to_have_text(["2026-12-31", "2026-11-30"])
    row.get_by_role("button", name="Save mine over it").click()
    expect(row).to_contain_text("2026-11-30")
    expect(row.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_open_editors_menus_and_questions_are_accessible(page: Page, line: Line, size: str, theme: str) -> None:
    page.set_viewport_size(SIZES[size])
    page.emulate_media(color_scheme=theme)
    page.goto(url("list", line.connection))
    assert violations(page) == []
    for key in ("company", "start"):
        page.locator(f"#edit-{line.pk}-{key}").press("Enter")
        expect(page.locator("form.grid-editor")).to_be_visible()
        assert violations(page) == []
        page.keyboard.press("Escape")
        expect(page.locator("form.grid-editor")).to_have_count(0)
    page.locator("#grid-everything").check()
    page.locator("details.grid-menu > summary").click()
    assert violations(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth") <= 0
    page.get_by_role("button", name="Set PSA Product").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Set PSA Product")
    assert violations(page) == []


def test_another_month_takes_the_plan_button_along(page: Page, line: Line) -> None:
    Line.objects.exclude(pk=line.pk).update(month="2026-09")
    line.last_load.months = ["2026-09", "2026-10"]
    line.last_load.save()
    page.set_viewport_size(NARROW)
    page.goto(url("list", line.connection))
    plan = page.get_by_role("link", name="Preview and post")
    expect(plan).to_have_attribute("href", f"/c/{line.connection.pk}/plan/?month=2026-10")
    page.get_by_label("Show invoices").select_option("2026-09")
    expect(page.locator("#lines")).to_contain_text("2 lines")
    expect(plan).to_have_attribute("href", f"/c/{line.connection.pk}/plan/?month=2026-09")
    page.reload()
    expect(page.get_by_label("Show invoices")).to_have_value("2026-09")
