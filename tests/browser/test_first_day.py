"""The administrator's first day, from an empty installation to a stopped integration, as she would click it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.reading import check_page
from tests.browser.serving import Output, running
from tests.cli.psa_process import ROLE, PsaProcess, psa_process

pytestmark = pytest.mark.chromium

PASSWORD = "seven-Quiet-larches"
EMAIL = "ada@example.com"


@dataclass(frozen=True)
class Installation:
    """An empty Bursar that serves its pages, and a ConnectWise beside it."""

    url: str
    output: Output
    psa: PsaProcess


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
    assert not faults


def set_up(page: Page, installation: Installation) -> None:
    code = installation.output.wait_for(r"(?i)set-up code\W+(\S+)").group(1)
    page.goto(installation.url)
    page.get_by_label(re.compile("set-up code", re.IGNORECASE)).fill(code)
    page.get_by_label("Name", exact=False).first.fill("Ada")
    page.get_by_label(re.compile("e-?mail", re.IGNORECASE)).fill(EMAIL)
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    page.get_by_role("button").last.click()


def enter_credentials(page: Page, installation: Installation, private_key: str = "") -> None:
    public, private = installation.psa.keys[ROLE]
    page.get_by_label("API URL").fill(installation.psa.url)
    page.get_by_label("ConnectWise Company ID").fill(installation.psa.company)
    page.get_by_label("API Public Key").fill(public)
    page.get_by_label("API Private Key").fill(private_key or private)
    page.get_by_label("Client ID").fill(installation.psa.client_id)
