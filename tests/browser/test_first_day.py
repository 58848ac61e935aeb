"""The administrator's first day, from an empty installation to a stopped integration, as she would click it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.first_hour import PASSWORD, Installation, enter_credentials, set_up
from tests.browser.reading import WIDE, check_page
from tests.browser.serving import running
from tests.cli.psa_process import psa_process

pytestmark = pytest.mark.chromium


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    with psa_process() as psa, running("serve", "--port", "0", home=tmp_path) as output:
        url = output.wait_for(r"(http://127\.0\.0\.1:\d+)").group(1)
        yield Installation(url, output, psa)


def test_the_first_day(page: Page, installation: Installation) -> None:
    faults: list[str] = []
    set_up(page, installation)
    faults += check_page(page, "first-day-1-after-set-up")
    enter_credentials(page, installation, private_key="wrong")
    page.get_by_role("button", name="Test Connection").click()
    expect(page.get_by_text("Test is not successful.")).to_be_visible()
    faults += check_page(page, "first-day-2-test-failed")
    enter_credentials(page, installation)
    page.get_by_role("button", name="Test Connection").click()
    expect(page.get_by_text("Test is successful.")).to_be_visible()
    faults += check_page(page, "first-day-3-test-succeeded")
    page.get_by_role("button", name=re.compile("^Save")).click()
    page.wait_for_url(re.compile("/mapping/organizations/"))
    expect(page.get_by_text("An Agreement Type must be chosen")).to_be_visible()
    faults += check_page(page, "first-day-4-mapping")
    page.get_by_role("link", name="Choose it in Configuration").click()
    configure(page)
    faults += check_page(page, "first-day-5-configured")
    page.get_by_role("link", name="Dashboard").click()
    expect(page.get_by_text("No sync yet")).to_have_count(2)
    synchronise(page)
    faults += check_page(page, "first-day-6-synchronised")
    page.get_by_role("link", name="System Logs").click()
    expect(page.get_by_text(re.compile("sync finished", re.IGNORECASE)).first).to_be_visible()
    faults += check_page(page, "first-day-7-logs")
    check_permissions(page)
    faults += check_page(page, "first-day-8-permissions")
    faults += disconnect(page)
    faults += check_page(page, "first-day-9-disconnected")
    assert not faults


def test_a_colleague_joins_and_sees_only_what_the_role_allows(
    page: Page, browser: Browser, installation: Installation
) -> None:
    set_up(page, installation)
    page.goto(f"{installation.url}/people/")
    page.get_by_label("E-mail address").fill("vera@example.com")
    page.get_by_label("Role", exact=False).last.select_option("viewer")
    page.get_by_role("button", name="Create invitation").click()
    code = page.locator("#new-code").inner_text().strip()
    colleague = browser.new_context(viewport=WIDE).new_page()
    colleague.goto(f"{installation.url}/join/")
    colleague.get_by_label(re.compile("e-?mail", re.IGNORECASE)).fill("vera@example.com")
    colleague.get_by_label(re.compile("code", re.IGNORECASE)).fill(code)
    colleague.get_by_label("Name", exact=False).first.fill("Vera")
    for field in colleague.locator("input[type=password]").all():
        field.fill(PASSWORD)
    colleague.get_by_role("button").last.click()
    expect(colleague.get_by_role("button", name="Vera")).to_be_visible()
    expect(colleague.get_by_role("link", name="Audit")).to_have_count(0)
    answer = colleague.goto(f"{installation.url}/people/")
    assert answer
    assert answer.status == 403
    expect(colleague.get_by_text("Your role does not allow this")).to_be_visible()
    colleague.context.close()


def test_keyboard_alone_is_enough(page: Page, installation: Installation) -> None:
    set_up(page, installation)
    page.goto(f"{installation.url}/connections/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.get_by_role("button", name="Ada").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Profile and appearance")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/profile/"))


def configure(page: Page) -> None:
    """Choose the Agreement Type and a rule; leaving with edits asks first (rule 23)."""
    page.get_by_label("Agreement Type").first.select_option(label="Cloud Subscriptions")
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="Dictionary").click()
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    page.get_by_role("button", name="Add Rule").first.click()
    page.get_by_role("combobox", name=re.compile("Charge Type")).first.select_option(label="Cycle Fee")
    page.get_by_role("combobox", name=re.compile("Rule")).first.select_option(label="Last day of invoice month")
    page.get_by_role("button", name="Save Configuration").click()
    expect(page.get_by_text("An Agreement Type must be chosen")).to_have_count(0)
    expect(page.locator("#toasts")).to_contain_text("Configuration saved")
    assert page.get_by_label("Agreement Type").first.locator("option:checked").inner_text() == "Cloud Subscriptions"


def synchronise(page: Page) -> None:
    """Start a run from the page, watch it end, and see when it was."""
    page.get_by_role("button", name="Sync Organizations").click()
    page.get_by_role("link", name="See the run").click()
    expect(page.get_by_text("Done", exact=True).first).to_be_visible(timeout=30_000)
    page.get_by_role("link", name="Dashboard").click()
    expect(page.get_by_text(re.compile(r"(just now|m ago)\s+\(UTC\+0[12]:00 Europe/Warsaw\)"))).to_have_count(1)


def check_permissions(page: Page) -> None:
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("link", name="Permissions").click()
    page.get_by_role("button", name="Check permissions").click()
    expect(page.get_by_text("Granted").first).to_be_visible(timeout=30_000)


def disconnect(page: Page) -> list[str]:
    """The red block, the question, and everything that follows (rules 12 and 13)."""
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("button", name="Disconnect").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    faults = check_page(page, "first-day-8-disconnect-question")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Disconnect").click()
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("Integration disconnected successfully.")).to_be_visible()
    expect(page.get_by_label("API URL")).to_have_value("")
    expect(page.get_by_label("API Private Key")).to_have_value("")
    expect(page.get_by_role("button", name="Disconnect")).to_have_count(0)
    return faults
