"""How every walk through the pages begins: the first person, and a connection that works."""

import re
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.browser.serving import Output
from tests.cli.psa_process import ROLE, PsaProcess

PASSWORD = "seven-Quiet-larches"
EMAIL = "ada@example.com"


@dataclass(frozen=True)
class Installation:
    """An empty Bursar that serves its pages, and a ConnectWise beside it."""

    url: str
    output: Output
    psa: PsaProcess


def set_up(page: Page, installation: Installation) -> None:
    code = installation.output.wait_for(r"set-up code is ([a-z0-9-]+)").group(1)
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


def connect(page: Page, installation: Installation) -> None:
    """Enter the credentials and save; the first save leads to Mapping › Organizations (rule 10)."""
    enter_credentials(page, installation)
    page.get_by_role("button", name=re.compile("^Save")).click()
    page.wait_for_url(re.compile("/mapping/organizations/"))
