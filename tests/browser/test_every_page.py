"""Every page, seen by each role, in both themes, in a wide and a narrow window, on the data of the demo."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bursar.cli.demo.scene import SHIPPED
from tests.browser.reading import SIZES, THEMES, WIDE, Complaints, check_page
from tests.browser.serving import bursar, running

pytestmark = [pytest.mark.chromium, pytest.mark.long]

ROLES = ("administrator", "operator", "viewer")
RANK = {"viewer": 0, "operator": 1, "administrator": 2}

PAGES = {
    # name → address and the role it takes; {c} is the demo's connection, {run} a posting that wrote, {plan} a plan
    "dashboard": ("/c/{c}/dashboard/", "viewer"),
    "mapping-organizations": ("/c/{c}/mapping/organizations/", "viewer"),
    "mapping-products": ("/c/{c}/mapping/products/", "viewer"),
    "mapping-contracts": ("/c/{c}/mapping/contracts/", "viewer"),
    "mapping-import": ("/c/{c}/mapping/import/", "operator"),
    "invoices": ("/c/{c}/mapping/invoices/", "viewer"),
    "invoices-blocked": ("/c/{c}/mapping/invoices/?status=blocked", "viewer"),
    "invoice-line": ("{line}", "viewer"),
    "invoice-line-posted": ("{posted_line}", "viewer"),
    "deliveries": ("/c/{c}/deliveries/", "viewer"),
    "deliveries-load": ("/c/{c}/deliveries/load/", "operator"),
    "deliveries-upload": ("/c/{c}/deliveries/upload/", "operator"),
    "deliveries-columns": ("{columns}", "operator"),
    "deliveries-rejected": ("{rejected}", "viewer"),
    "deliveries-profiles": ("/c/{c}/deliveries/profiles/", "viewer"),
    "deliveries-profile": ("{profile}", "operator"),
    "deliveries-profile-import": ("/c/{c}/deliveries/profiles/import/", "operator"),
    "plan": ("/c/{c}/plan/", "viewer"),
    "plan-changes": ("/c/{c}/plan/{plan}/changes/", "viewer"),
    "plan-blocked": ("/c/{c}/plan/{plan}/blocked/", "viewer"),
    "plan-warnings": ("/c/{c}/plan/{plan}/warnings/", "viewer"),
    "plan-entry": ("{entry}", "viewer"),
    "review-adoption": ("/c/{c}/review/adoption/", "viewer"),
    "review-drift": ("/c/{c}/review/drift/", "viewer"),
    "review-variance": ("/c/{c}/review/variance/", "viewer"),
    "ledger-unposted": ("/c/{c}/ledger/unposted/invoices/", "viewer"),
    "ledger-unposted-expenses": ("/c/{c}/ledger/unposted/expenses/", "viewer"),
    "ledger-export": ("/c/{c}/ledger/export/", "operator"),
    "ledger-documents": ("/c/{c}/ledger/documents/", "viewer"),
    "ledger-document": ("{document}", "viewer"),
    "ledger-batches": ("/c/{c}/ledger/batches/", "viewer"),
    "ledger-batch": ("{batch}", "viewer"),
    "ledger-batch-undo": ("{undo}", "operator"),
    "ledger-batch-new": ("/c/{c}/ledger/batches/new/", "operator"),
    "ledger-payments": ("/c/{c}/ledger/payments/", "viewer"),
    "ledger-payment": ("{payment}", "viewer"),
    "ledger-payment-files": ("/c/{c}/ledger/payments/files/", "viewer"),
    "ledger-payment-upload": ("/c/{c}/ledger/payments/upload/", "operator"),
    "ledger-exceptions": ("/c/{c}/ledger/exceptions/", "viewer"),
    "ledger-mappings": ("/c/{c}/ledger/mappings/", "viewer"),
    "ledger-mapping": ("{code}", "viewer"),
    "ledger-mapping-import": ("/c/{c}/ledger/mappings/import/", "operator"),
    "ledger-routes": ("/c/{c}/ledger/routes/", "viewer"),
    "ledger-route-new": ("/c/{c}/ledger/routes/new/", "administrator"),
    "ledger-books": ("/c/{c}/ledger/books/", "viewer"),
    "ledger-book": ("{book}", "viewer"),
    "ledger-book-edit": ("{book}edit/", "administrator"),
    "ledger-book-remove": ("{book}remove/", "administrator"),
    "ledger-book-new": ("/c/{c}/ledger/books/new/", "administrator"),
    "ledger-book-tryton": ("/c/{c}/ledger/books/new/?kind=tryton", "administrator"),
    "ledger-reconciliation": ("/c/{c}/ledger/reconciliation/", "viewer"),
    "ledger-accounts": ("/c/{c}/ledger/reconciliation/accounts/", "viewer"),
    "ledger-run": ("/c/{c}/runs/{posting}/", "viewer"),
    "ledger-run-written": ("/c/{c}/runs/{posting}/written/", "viewer"),
    "logs": ("/c/{c}/logs/", "viewer"),
    "settings-authentication": ("/c/{c}/settings/authentication/", "viewer"),
    "settings-configuration": ("/c/{c}/settings/configuration/", "viewer"),
    "settings-properties": ("/c/{c}/settings/properties/", "viewer"),
    "settings-dictionary": ("/c/{c}/settings/dictionary/", "viewer"),
    "settings-permissions": ("/c/{c}/settings/permissions/", "viewer"),
    "settings-guide": ("/c/{c}/settings/permissions/guide/", "viewer"),
    "runs": ("/c/{c}/runs/", "viewer"),
    "run": ("/c/{c}/runs/{run}/", "viewer"),
    "run-written": ("/c/{c}/runs/{run}/written/", "viewer"),
    "run-plan": ("/c/{c}/runs/{plan}/", "viewer"),
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
LED_TO = {
    # the pages of one record: name in an address above → list that leads to them, and where its link goes
    "line": ("/c/{c}/mapping/invoices/?status=unmapped", r"/mapping/invoices/lines/\d+/"),
    "posted_line": ("/c/{c}/mapping/invoices/?status=posted", r"/mapping/invoices/lines/\d+/"),
    "columns": ("/c/{c}/deliveries/", r"/deliveries/\d+/columns/$"),
    "rejected": ("/c/{c}/deliveries/", r"/deliveries/loads/\d+/rejected/$"),
    "profile": ("/c/{c}/deliveries/profiles/", r"/deliveries/profiles/\d+/$"),
    "entry": ("/c/{c}/plan/{plan}/changes/", r"/plan/entry/\d+/"),
    "document": ("/c/{c}/ledger/documents/", r"/ledger/documents/\d+/"),
    "batch": ("/c/{c}/ledger/batches/?ours=1", r"/ledger/batches/\d+/"),
    "undo": ("{batch}", r"/ledger/batches/\d+/undo/$"),
    "payment": ("/c/{c}/ledger/payments/", r"/ledger/payments/\d+/"),
    "code": ("/c/{c}/ledger/mappings/", r"/ledger/mappings/\d+/\?view="),
    "book": ("/c/{c}/ledger/books/", r"/ledger/books/\d+/$"),
}
OPEN_PAGES = {"login": "/accounts/login/", "join": "/join/", "reset": "/accounts/password/reset/"}


@dataclass(frozen=True)
class Site:
    """The demo as it is left open, and its three people."""

    url: str
    logins: dict[str, tuple[str, str]]
    addresses: dict[str, str]
    """What stands for the names in the addresses of PAGES."""


@pytest.fixture(scope="module")
def site(homes: Path, browser: Browser) -> Iterator[Site]:
    home = homes / "demo"
    with running("demo", "--keep", str(home), home=homes / "unused") as output:
        url = output.wait_for(r"web pages are at (http://127\.0\.0\.1:\d+)").group(1)
        logins = {
            role: (found.group(1), found.group(2))
            for role in ROLES
            if (found := output.wait_for(rf"(?i){role}\W+(\S+@\S+)\s+(\S+)"))
        }
        runs = json.loads(bursar(home, "run", "list", "--json"))["runs"]
        wrote = next(each for each in runs if each["verb"] == "post lines" and each["counts"].get("create"))
        plan = next(each for each in runs if each["verb"] == "plan lines")
        posting = next(each for each in runs if each["verb"] == "post ledger" and each["counts"].get("create"))
        found = Site(url, logins, {"run": wrote["id"], "plan": plan["id"], "posting": posting["id"]})
        context = browser.new_context(viewport=WIDE)
        find_addresses(context.new_page(), found)
        context.close()
        yield found


def find_addresses(page: Page, site: Site) -> None:
    """As an operator: load a file, so that every kind of record is there, then look where each one is."""
    log_in(page, site, "operator")
    connection = re.search(r"/c/(\d+)/", page.url)
    assert connection
    site.addresses["c"] = connection.group(1)
    load_in_the_browser(page, site)
    take_in_payments(page, site)
    for name, (address, link) in LED_TO.items():
        page.goto(site.url + address.format_map(site.addresses))
        links = page.locator("a").evaluate_all("all => all.map(each => each.getAttribute('href') || '')")
        found = [each for each in links if re.search(link, each)]
        assert found, f"{page.url} leads to no {link}"
        site.addresses[name] = found[0]


def load_in_the_browser(page: Page, site: Site) -> None:
    """The demo's October once more, with a row that cannot be read, and a saved profile."""
    page.goto(f"{site.url}/c/{site.addresses['c']}/deliveries/upload/")
    october = (SHIPPED / "2026-10.csv").read_bytes() + b"INV-2610-1001,the rest is missing\n"
    page.locator("input[type=file]").set_input_files({"name": "october.csv", "mimeType": "text/csv", "buffer": october})
    page.get_by_role("button", name="Upload", exact=True).click()
    page.get_by_label("Name of the profile").fill("my-platform")
    page.get_by_role("button", name=re.compile("^Save profile")).click()
    page.get_by_role("button", name="Load", exact=True).click()
    page.get_by_role("link", name="See the run").click()
    expect(page.get_by_text("Done", exact=True).first).to_be_visible(timeout=60_000)


def take_in_payments(page: Page, site: Site) -> None:
    """What was paid on two invoices, of which ConnectWise is not told."""
    page.goto(f"{site.url}/c/{site.addresses['c']}/ledger/payments/upload/")
    paid = b"invoice,amount,date\n10080,50.00,2026-11-02\n10081,much,2026-11-02\n"
    page.locator("input[type=file]").set_input_files({"name": "paid.csv", "mimeType": "text/csv", "buffer": paid})
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.get_by_role("heading", name="Payment files")).to_be_visible()


def log_in(page: Page, site: Site, role: str) -> None:
    email, password = site.logins[role]
    page.goto(f"{site.url}/accounts/login/")
    page.get_by_label(re.compile("e-?mail", re.IGNORECASE)).fill(email)
    page.get_by_label("Password", exact=False).first.fill(password)
    page.get_by_role("button", name=re.compile("sign in", re.IGNORECASE)).click()
    page.wait_for_url(re.compile(r"/c/\d+/"))


EVERY_DRESS = [(size, theme) for size in SIZES for theme in THEMES]
DRESSES = {
    "viewer": [("wide", "light")],
    "operator": [("narrow", "dark")],
    "administrator": [("narrow", "light"), ("wide", "dark")],
}
"""Sizes and themes in which each role looks at a page: all of them together see it in all."""


@pytest.mark.parametrize("role", ROLES)
def test_every_page_is_sound_for_everybody(browser: Browser, site: Site, role: str) -> None:
    context = browser.new_context(viewport=WIDE, timezone_id="Europe/Warsaw", reduced_motion="reduce")
    page = context.new_page()
    complaints = Complaints()
    complaints.listen(page)
    log_in(page, site, role)
    faults: list[str] = []
    for name, (address, needed) in PAGES.items():
        answer = page.goto(site.url + address.format_map(site.addresses))
        assert answer
        allowed = RANK[role] >= RANK[needed]
        expected = (404 if name == "missing" else 200) if allowed else 403
        if answer.status != expected:
            faults.append(f"{role}/{name}: answered {answer.status}, not {expected}")
        faults += in_dresses(page, f"{role}-{name}", DRESSES[role])
    context.close()
    assert not faults + complaints.found


def test_pages_without_a_login_are_sound(browser: Browser, site: Site) -> None:
    context = browser.new_context(viewport=WIDE, reduced_motion="reduce")
    page = context.new_page()
    faults: list[str] = []
    for name, address in OPEN_PAGES.items():
        page.goto(site.url + address)
        faults += in_dresses(page, f"nobody-{name}", EVERY_DRESS)
    context.close()
    assert not faults


def in_dresses(page: Page, name: str, dresses: Sequence[tuple[str, str]]) -> list[str]:
    faults: list[str] = []
    for size, theme in dresses:
        page.set_viewport_size(SIZES[size])
        page.emulate_media(color_scheme=theme)
        faults += check_page(page, f"{name}-{size}-{theme}")
    page.set_viewport_size(WIDE)
    return faults
