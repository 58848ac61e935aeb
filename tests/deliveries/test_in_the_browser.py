"""An operator in Chromium: an odd export is uploaded, mapped, saved and loaded; months are loaded in the modal."""

import re
import shutil
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from bursar.domain.period import Month
from bursar.domain.roles import Role
from bursar.store.models import Connection, Run
from bursar.usecases.deliveries import keep_pushed, keep_upload
from tests.audit.forgetting import forget_audit
from tests.browser.conftest import FLAGS
from tests.browser.reading import SIZES, THEMES, WIDE, Complaints, check_page
from tests.deliveries.exports import MEANINGS, WORDS, canonical, carried_out, german_csv, pushed
from tests.web.visitors import a_connection, visitor

pytestmark = [pytest.mark.chromium, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def connection(transactional_db: None) -> Connection:
    return a_connection()


@pytest.fixture
def page(connection: Connection, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """An operator's window; the test fails when the browser complains."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # playwright keeps a loop in this thread; the ORM minds
    operator: Client = visitor(Role.OPERATOR)
    session = operator.cookies[settings.SESSION_COOKIE_NAME].value
    complaints = Complaints()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), headless=True, args=FLAGS)
        context = browser.new_context(base_url=live_server.url, viewport=WIDE, reduced_motion="reduce")
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        page = context.new_page()
        complaints.listen(page)
        yield page
        browser.close()
    forget_audit()
    # a newer change takes the place of a question that is on its way; htmx writes that down
    replaced = ("htmx:sendAbort", "htmx:afterRequest")
    assert not [said for said in complaints.found if not any(name in said for name in replaced)]


def sound(page: Page, name: str) -> None:
    """Nothing is wrong with the page as it is, in both themes and widths."""
    faults: list[str] = []
    for size, viewport in SIZES.items():
        page.set_viewport_size(viewport)
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            faults += check_page(page, f"deliveries-{name}-{size}-{theme}")
    page.set_viewport_size(WIDE)
    assert not faults


def test_an_odd_export_from_choosing_the_file_to_its_rejected_rows(page: Page, connection: Connection) -> None:
    page.goto(reverse("deliveries:list", args=[connection.pk]))
    sound(page, "empty")
    page.get_by_role("link", name="Upload a file").first.click()
    sound(page, "upload")
    page.get_by_label("File of invoice lines").set_input_files(
        {"name": "Auszug.csv", "mimeType": "text/csv", "buffer": german_csv()}
    )
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", name="Columns", exact=True)).to_be_visible()
    sound(page, "columns-first")
    for heading, field in MEANINGS.items():
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            page.get_by_label(f"Field of {heading}", exact=True).select_option(field)
    page.locator("#constant-currency").fill("EUR")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.locator("#constant-currency").blur()
    for word, meaning in WORDS.items():
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            page.get_by_label(word, exact=True).select_option(meaning)
    expect(page.get_by_role("region", name="Rows of the file")).to_contain_text("Cycle Fee, 1,500.00 EUR")
    for label, chosen in (("when", "equals"), ("column", "Rechnung")):
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            page.get_by_label(f"Rule 1: {label}").select_option(chosen)
    page.get_by_label("Rule 1: texts").fill("Summe")  # the answer to the change before may still be on its way
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_label("Rule 1: texts").blur()
    expect(page.get_by_role("region", name="Rows of the file")).to_contain_text("left out")
    page.get_by_role("button", name="Check").click()
    expect(page.locator("#check")).to_contain_text("1,487.50")
    sound(page, "columns-checked")
    page.get_by_label("Name of the profile").fill("Auszug")
    page.get_by_role("button", name="Save and load").click()
    expect(page.locator(".toast")).to_contain_text("Loading Auszug.csv.")
    carried_out(Run.objects.get())
    page.reload()
    expect(page.get_by_role("region", name="Deliveries")).to_contain_text("2 added")
    sound(page, "list")
    page.get_by_role("link", name="1 rejected").click()
    expect(page.get_by_role("region", name="Rejected rows")).to_contain_text("zwölf")
    sound(page, "rejected")
    page.goto(reverse("deliveries:profiles", args=[connection.pk]))
    sound(page, "profiles")
    page.get_by_role("link", name="Edit Auszug").click()
    sound(page, "profile")
    page.goto(reverse("deliveries:profile-import", args=[connection.pk]))
    sound(page, "profile-import")


def test_months_are_loaded_from_the_modal(page: Page, connection: Connection) -> None:
    month = Month.of(timezone.localdate())
    keep_pushed(connection, month, pushed([canonical(1, str(month))]))
    page.goto(reverse("deliveries:list", args=[connection.pk]))
    page.get_by_role("button", name="Load Invoices").click()
    dialog = page.get_by_role("dialog", name="Load Invoice Lines")
    expect(dialog.get_by_label("Previous Month")).to_be_disabled()
    sound(page, "modal")
    dialog.get_by_role("button", name="Load", exact=True).click()
    expect(dialog).to_contain_text("Choose the current month, the previous month, or both.")
    dialog.get_by_label("Current Month").check()
    dialog.get_by_role("button", name="Load", exact=True).click()
    expect(page.locator(".toast")).to_contain_text(f"Loading {month}.")
    page.get_by_role("link", name="See the run").click()
    expect(page).to_have_url(re.compile(r"/runs/[0-9a-f-]{36}/"))
    assert Run.objects.get().month == str(month)
    page.goto(reverse("deliveries:load", args=[connection.pk]))
    sound(page, "load-page")


def test_a_delivery_is_found_and_deleted_after_a_question(page: Page, connection: Connection) -> None:
    month = Month(2026, 10)
    keep_pushed(connection, month, pushed([canonical(1, str(month))]))
    for name in ("Auszug.csv", "November.csv"):
        keep_upload(connection, name, [name.encode()])
    page.goto(reverse("deliveries:list", args=[connection.pk]))
    rows = page.get_by_role("region", name="Deliveries").locator("tbody tr")
    expect(rows).to_have_count(3)
    sound(page, "many")
    page.get_by_label("Kind", exact=True).first.select_option("file")
    expect(rows).to_have_count(2)
    page.get_by_label("Search").fill("november")
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Delete November.csv").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("November.csv is removed from Bursar. Lines that were loaded from it stay.")
    dialog.get_by_role("button", name="Delete").click()
    expect(page.locator(".toast")).to_contain_text("Deleted November.csv.")
    expect(rows).to_have_count(2)
