"""Every page, seen by each role, in both themes, in a wide and a narrow window, on the data of the demo."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.reading import SIZES, THEMES, WIDE, Complaints, check_page
from tests.browser.serving import bursar, running

pytestmark = pytest.mark.chromium

ROLES = ("administrator", "operator", "viewer")
RANK = {"viewer": 0, "operator": 1, "administrator": 2}

PAGES = {
    # name → address and the role it takes; {c} is the demo's connection, {run} its newest run
    "dashboard": ("/c/{c}/dashboard/", "viewer"),
    "mapping-organizations": ("/c/{c}/mapping/organizations/", "viewer"),
    "mapping-products": ("/c/{c}/mapping/products/", "viewer"),
    "logs": ("/c/{c}/logs/", "viewer"),
    "settings-authentication": ("/c/{c}/settings/authentication/", "viewer"),
    "settings-configuration": ("/c/{c}/settings/configuration/", "viewer"),
    "settings-properties": ("/c/{c}/settings/properties/", "viewer"),
    "settings-dictionary": ("/c/{c}/settings/dictionary/", "viewer"),
    "settings-permissions": ("/c/{c}/settings/permissions/", "viewer"),
    "settings-guide": ("/c/{c}/settings/permissions/guide/", "viewer"),
    "runs": ("/c/{c}/runs/", "viewer"),
    "run": ("/c/{c}/runs/{run}/", "viewer"),
    "connections": ("/connections/", "viewer"),
    "connection-new": ("/connections/new/", "administrator"),
    "connection-edit": ("/connections/{c}/edit/", "administrator"),
    "connection-delete": ("/connections/{c}/delete/", "administrator"),
    "connection-import": ("/connections/import/", "administrator"),
    "people": ("/people/", "administrator"),
    "audit": ("/audit/", "administrator"),
    "profile": ("/profile/", "viewer"),
    "tokens": ("/profile/tokens/", "viewer"),
    "password": ("/accounts/password/change/", "viewer"),
    "two-factor": ("/accounts/2fa/", "viewer"),
    "two-factor-set-up": ("/accounts/2fa/totp/activate/", "viewer"),
    "sessions": ("/accounts/sessions/", "viewer"),
    "api": ("/api/docs", "viewer"),
    "missing": ("/there-is-no-such-page/", "viewer"),
}
OPEN_PAGES = {"login": "/accounts/login/", "join": "/join/", "reset": "/accounts/password/reset/"}


@dataclass(frozen=True)
class Site:
    """The demo as it is left open, and its three people."""

    url: str
    logins: dict[str, tuple[str, str]]
    run: str


@pytest.fixture(scope="module")
def site(homes: Path) -> Iterator[Site]:
    home = homes / "demo"
    with running("demo", "--keep", str(home), home=homes / "unused") as output:
        url = output.wait_for(r"web pages are at (http://127\.0\.0\.1:\d+)").group(1)
        logins = {
            role: (found.group(1), found.group(2))
            for role in ROLES
            if (found := output.wait_for(rf"(?i){role}\W+(\S+@\S+)\s+(\S+)"))
        }
        runs = json.loads(bursar(home, "run", "list", "--json"))["runs"]
        yield Site(url, logins, str(runs[0]["id"]))


def log_in(page: Page, site: Site, role: str) -> None:
    email, password = site.logins[role]
    page.goto(f"{site.url}/accounts/login/")
    page.get_by_label(re.compile("e-?mail", re.IGNORECASE)).fill(email)
    page.get_by_label("Password", exact=False).first.fill(password)
    page.get_by_role("button", name=re.compile("sign in", re.IGNORECASE)).click()
    page.wait_for_url(re.compile(r"/c/\d+/"))


@pytest.mark.parametrize("role", ROLES)
def test_every_page_is_sound_for_everybody_in_every_dress(browser: Browser, site: Site, role: str) -> None:
    context = browser.new_context(viewport=WIDE, timezone_id="Europe/Warsaw", reduced_motion="reduce")
    page = context.new_page()
    complaints = Complaints()
    complaints.listen(page)
    log_in(page, site, role)
    connection = re.search(r"/c/(\d+)/", page.url)
    assert connection
    faults: list[str] = []
    for name, (address, needed) in PAGES.items():
        answer = page.goto(site.url + address.format(c=connection.group(1), run=site.run))
        assert answer
        allowed = RANK[role] >= RANK[needed]
        expected = (404 if name == "missing" else 200) if allowed else 403
        if answer.status != expected:
            faults.append(f"{role}/{name}: answered {answer.status}, not {expected}")
        faults += in_every_dress(page, f"{role}-{name}")
    context.close()
    assert not faults + complaints.found


def test_pages_without_a_login_are_sound(browser: Browser, site: Site) -> None:
    context = browser.new_context(viewport=WIDE, reduced_motion="reduce")
    page = context.new_page()
    faults: list[str] = []
    for name, address in OPEN_PAGES.items():
        page.goto(site.url + address)
        faults += in_every_dress(page, f"nobody-{name}")
    context.close()
    assert not faults


def in_every_dress(page: Page, name: str) -> list[str]:
    faults: list[str] = []
    for size, viewport in SIZES.items():
        page.set_viewport_size(viewport)
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            faults += check_page(page, f"{name}-{size}-{theme}")
    page.set_viewport_size(WIDE)
    return faults
