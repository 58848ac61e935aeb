"""Mapping in the browser: *Click to select* by mouse and keyboard, two windows on one row, and a pilot's customers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.reading import NARROW, THEMES, WIDE, check_page
from tests.browser.serving import bursar, running
from tests.cli.months import OCTOBER
from tests.cli.psa_process import ROLE, psa_process

pytestmark = pytest.mark.chromium

EMAIL, PASSWORD = "ada@example.com", "seven-Quiet-larches"
UNKNOWN = "Nobody Knows"
"""The customer of October whom ConnectWise has by no name."""


@dataclass(frozen=True)
class Site:
    """Bursar with the lines of October, and the lists of ConnectWise as they were just read."""

    url: str
    home: Path

    def organizations(self) -> str:
        return f"{self.url}/c/1/mapping/organizations/"


@pytest.fixture(scope="module")
def site(homes: Path) -> Iterator[Site]:
    home = homes / "mapping"
    home.mkdir()
    (home / "october.csv").write_text(OCTOBER, encoding="utf-8")
    with psa_process() as psa:
        public, private = psa.keys[ROLE]
        words = ("--url", psa.url, "--company", psa.company, "--public-key", public, "--client-id", psa.client_id)
        bursar(home, "connection", "add", "main", *words, BURSAR_PRIVATE_KEY=private)
        bursar(home, "config", "set", "agreement_type", "Cloud Subscriptions")
        bursar(home, "people", "add", EMAIL, "--role", "administrator", "--name", "Ada", BURSAR_PASSWORD=PASSWORD)
        bursar(home, "lines", "load", str(home / "october.csv"))
        with running("serve", "--port", "0", home=home) as output:
            yield Site(output.wait_for(r"(http://127\.0\.0\.1:\d+)").group(1), home)


@pytest.fixture
def mapping(page: Page, site: Site) -> Page:
    """Ada on Mapping › Organizations; nothing is mapped, and the lists were read."""
    sign_in(page, site)
    page.goto(site.organizations())
    if page.get_by_text("was never read").count():
        page.get_by_role("button", name="Sync Organizations").click()
        page.get_by_role("link", name="See the run").click()
        expect(page.get_by_text("Done", exact=True).first).to_be_visible(timeout=60_000)
    bursar(site.home, "mapping", "set", "organization", UNKNOWN, "--clear")
    page.goto(site.organizations())
    return page


def sign_in(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/accounts/login/")
    page.get_by_label(re.compile("e-?mail", re.IGNORECASE)).fill(EMAIL)
    page.get_by_label("Password", exact=False).first.fill(PASSWORD)
    page.get_by_role("button", name=re.compile("sign in", re.IGNORECASE)).click()
    page.wait_for_url(re.compile(r"/c/\d+/"))


def row_of(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name, exact=True))


def open_picker(page: Page, name: str = UNKNOWN) -> Locator:
    row_of(page, name).get_by_role("button", name=re.compile("^(Click to select|Change)")).click()
    picker = page.get_by_role("dialog")
    expect(picker.get_by_role("button", name="Save mapping")).to_be_visible()
    return picker


def search(picker: Locator, text: str, hit: str) -> Locator:
    """Type, and return the box of the hit once the server has answered."""
    picker.get_by_label("Search by name, identifier or ID").fill(text)
    box = picker.get_by_role("checkbox", name=re.compile(hit))
    expect(box).to_be_visible()
    return box


def test_rule_35_click_to_select_search_choose_and_save(mapping: Page) -> None:
    expect(row_of(mapping, UNKNOWN)).to_contain_text("Unmapped")
    picker = open_picker(mapping)
    expect(picker.get_by_label("Search by name, identifier or ID")).to_be_focused()
    box = search(picker, "snowshoe", "Snowshoe Sports")
    expect(picker.get_by_role("checkbox")).to_have_count(1)
    box.check()
    picker.get_by_role("button", name="Save mapping").click()
    expect(mapping.locator("#toasts")).to_contain_text(f"{UNKNOWN} is mapped to Snowshoe Sports")
    expect(row_of(mapping, UNKNOWN)).to_contain_text("Mapped")
    expect(row_of(mapping, UNKNOWN)).to_contain_text("SnowshoeSports")


def test_rule_35_the_keyboard_alone_is_enough(mapping: Page) -> None:
    opener = row_of(mapping, UNKNOWN).get_by_role("button", name=re.compile("^Click to select"))
    opener.focus()
    mapping.keyboard.press("Enter")
    field = mapping.get_by_role("dialog").get_by_label("Search by name, identifier or ID")
    expect(field).to_be_focused()
    mapping.keyboard.type("millstone")
    box = mapping.get_by_role("dialog").get_by_role("checkbox", name=re.compile("Millstone Press"))
    expect(box).to_be_visible()
    expect(field).to_be_focused()
    mapping.keyboard.press("Tab")
    expect(box).to_be_focused()
    mapping.keyboard.press("Space")
    expect(box).to_be_checked()
    mapping.keyboard.press("Tab")
    expect(mapping.get_by_role("button", name="Save mapping")).to_be_focused()
    mapping.keyboard.press("Enter")
    expect(mapping.locator("#toasts")).to_contain_text(f"{UNKNOWN} is mapped to Millstone Press")
    expect(row_of(mapping, UNKNOWN)).to_contain_text("Mapped")


def test_of_two_windows_on_one_row_the_second_is_told_and_nothing_is_lost(
    mapping: Page, browser: Browser, site: Site
) -> None:
    other = browser.new_context(viewport=WIDE, reduced_motion="reduce").new_page()
    sign_in(other, site)
    other.goto(site.organizations())
    late = open_picker(other)
    search(late, "millstone", "Millstone Press").check()
    first = open_picker(mapping)
    search(first, "snowshoe", "Snowshoe Sports").check()
    first.get_by_role("button", name="Save mapping").click()
    expect(row_of(mapping, UNKNOWN)).to_contain_text("SnowshoeSports")
    with other.expect_response(re.compile("/organizations/change/")) as answer:
        late.get_by_role("button", name="Save mapping").click()
    assert answer.value.status == 409
    expect(other.get_by_text("Snowshoe Sports")).to_be_visible()
    expect(other.get_by_text("Millstone Press")).to_be_visible()
    assert check_page(other, "mapping-two-windows") == []
    other.get_by_role("link", name="Keep what is stored").click()
    expect(row_of(other, UNKNOWN)).to_contain_text("SnowshoeSports")
    other.context.close()


def test_rule_150_a_pilots_customers_are_chosen_on_the_page(mapping: Page, site: Site) -> None:
    bursar(site.home, "config", "set", "pilot_mode", "yes")
    try:
        mapping.goto(site.organizations())
        expect(mapping.get_by_text("Pilot mode:")).to_be_visible()
        row_of(mapping, UNKNOWN).get_by_role("checkbox").check()
        mapping.get_by_role("button", name="Enable posting").click()
        mapping.get_by_role("button", name="Enable posting: 1 row").click()
        expect(row_of(mapping, UNKNOWN)).to_contain_text("Enabled")
        expect(mapping.get_by_text(re.compile(r"1 of \d+ customers is posted"))).to_be_visible()
        mapping.get_by_role("link", name="Show the others").click()
        expect(row_of(mapping, UNKNOWN)).to_have_count(0)
    finally:
        bursar(site.home, "config", "set", "pilot_mode", "")


@pytest.mark.parametrize("place", ["contracts/", "products/", "organizations/?status=unmapped"])
def test_the_lists_are_sound_in_every_dress(mapping: Page, site: Site, place: str) -> None:
    faults: list[str] = []
    bursar(site.home, "config", "set", "pilot_mode", "yes")
    for size, name in ((WIDE, "wide"), (NARROW, "narrow")):
        mapping.set_viewport_size(size)
        for theme in THEMES:
            mapping.emulate_media(color_scheme=theme)
            mapping.goto(f"{site.url}/c/1/mapping/{place}")
            shown = re.sub(r"\W+", "-", place)
            faults += check_page(mapping, f"mapping-{shown}-{name}-{theme}")
            if place == "products/":
                mapping.get_by_role("button", name="Load Products").click()
                expect(mapping.get_by_role("dialog")).to_be_visible()
                faults += check_page(mapping, f"mapping-load-products-{name}-{theme}")
    bursar(site.home, "config", "set", "pilot_mode", "")
    assert faults == []
