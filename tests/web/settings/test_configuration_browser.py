"""The settings forms in a real browser: rows by keyboard, the focus, what is offered, the warning."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from bursar.domain.roles import Role
from bursar.usecases.properties import PriceOrder
from bursar.usecases.save_properties import EnteredProperties, save_properties
from tests.browser.conftest import FLAGS
from tests.browser.reading import Complaints
from tests.web.settings.place import Place

pytestmark = pytest.mark.chromium


@pytest.fixture
def served(db: None) -> Iterator[LiveServer]:
    """Bursar on loopback inside the test's own transaction: the audit trail lets nobody empty its table afterwards."""
    server = LiveServer("localhost")
    yield server
    server.stop()


@contextmanager
def opened(served: LiveServer, place: Place, route: str) -> Iterator[Page]:
    """The page as the administrator sees it; fails when the browser complains."""
    session = place.client(Role.ADMINISTRATOR).cookies["sessionid"].value
    address, complaints = place.url(route), Complaints()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        context = chromium.new_context(reduced_motion="reduce")
        context.add_cookies([{"name": "sessionid", "value": session, "url": served.url}])
        page = context.new_page()
        complaints.listen(page)
        page.goto(served.url + address)
        yield page
        chromium.close()
    assert not complaints.found


def test_rules_are_added_and_removed_by_keyboard(served: LiveServer, place: Place) -> None:
    with opened(served, place, "configuration") as page:
        lefts = page.locator("select[name='end_rule.left']")
        add = page.get_by_role("button", name="Add Rule").first
        assert not page.locator("[data-unsaved-note]").is_visible()
        add.press("Enter")
        expect(lefts.first).to_be_focused()
        page.keyboard.press("C")
        assert page.locator("[data-unsaved-note]").is_visible()
        assert lefts.first.input_value() == "Cycle Fee"
        add.press("Enter")
        expect(lefts).to_have_count(2)
        assert lefts.nth(1).locator("option[disabled]").all_inner_texts() == ["Cycle Fee"]
        lefts.nth(1).select_option("Item Fee")
        assert lefts.first.locator("option[disabled]").all_inner_texts() == ["Item Fee"]
        page.get_by_role("button", name="Remove rule 1").press("Enter")
        expect(lefts).to_have_count(1)
        assert lefts.first.input_value() == "Item Fee"
        expect(add).to_be_focused()


def test_rule_23_leaving_unsaved_changes_asks_first(served: LiveServer, place: Place) -> None:
    asked: list[str] = []
    with opened(served, place, "configuration") as page:
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
        page.get_by_role("link", name="Dictionary").click()
        page.wait_for_url("**/dictionary/")
        assert asked == []
        page.go_back()
        page.get_by_label("Markup").fill("7")
        page.get_by_role("link", name="Dictionary").click()
        page.wait_for_url("**/dictionary/")
        assert asked == ["beforeunload"]


def test_pressing_enter_in_a_field_saves(served: LiveServer, place: Place) -> None:
    with opened(served, place, "configuration") as page:
        page.get_by_label("Agreement Type").select_option(label="Managed Services")
        page.get_by_label("Markup").fill("7")
        page.get_by_label("Markup").press("Enter")
        page.get_by_text("Configuration saved. Changes apply to all future syncs only.").wait_for()
    stored = place.again().billing
    assert (stored["agreement_type"]["name"], stored["markup"]) == ("Managed Services", "7")


def test_units_are_moved_by_keyboard_and_sub_categories_follow(served: LiveServer, place: Place) -> None:
    save_properties(place.connection, EnteredProperties(orders={PriceOrder.UNITS: ["User", "Each", "Device"]}))
    with opened(served, place, "properties") as page:
        units = page.locator("input[name='price_units.left']")
        page.get_by_role("button", name="Move Device up").press("Enter")
        expect(units.nth(1)).to_have_value("Device")
        expect(page.get_by_role("button", name="Move Device up")).to_be_focused()
        page.keyboard.press("Enter")
        expect(units.first).to_have_value("Device")
        page.get_by_label("Product Category").select_option(label="Cloud")
        subcategory = page.get_by_label("Product Sub-Category")
        subcategory.select_option(label="Productivity")
        page.get_by_label("Product Category").select_option(label="Hardware")
        assert subcategory.input_value() == ""
        assert subcategory.locator("optgroup:not([hidden])").evaluate_all("all => all.map(one => one.label)") == [
            "Hardware"
        ]
        page.get_by_role("button", name="Save Properties").click()
        page.get_by_text("Properties saved.").wait_for()
    stored = place.again().properties
    assert stored["price_units"] == ["Device", "User", "Each"]
    assert stored["product.category"]["name"] == "Hardware"
    assert "product.subcategory" not in stored
