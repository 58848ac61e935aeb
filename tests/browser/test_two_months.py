"""The billing administrator's first and second month, as she would click them; the money agrees to the cent."""

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from bursar.domain.period import Month
from tests.browser.connectwise import ConnectWiseByHand
from tests.browser.exports import (
    CORRECTION,
    FIRST,
    IN_FIRST,
    IN_SECOND,
    SECOND,
    UNREADABLE,
    billed,
    write_export,
)
from tests.browser.first_hour import Installation, connect, set_up
from tests.browser.reading import check_page
from tests.browser.serving import running
from tests.browser.uploading import map_columns, mean
from tests.cli.psa_process import psa_process

pytestmark = [pytest.mark.chromium, pytest.mark.long]

SLOW = 60_000
"""Milliseconds that a run may take on a busy machine."""


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    small = ["--seed", "scale", "--seed-option", "companies=6", "--seed-option", "agreements=0"]
    with (
        psa_process(*small, "--seed-option", "additions=0") as psa,
        running("serve", "--port", "0", home=tmp_path / "home") as output,
    ):
        url = output.wait_for(r"(http://127\.0\.0\.1:\d+)").group(1)
        yield Installation(url, output, psa)


def test_two_months(page: Page, installation: Installation, tmp_path: Path) -> None:
    month = Walk(page, installation, tmp_path)
    month.prepare()
    month.load_first()
    month.map_records()
    month.fix_lines()
    month.adopt_and_post_first()
    first = month.invoice(FIRST)
    assert first == billed(IN_FIRST)
    month.change_by_hand()
    month.load_second()
    month.look_at_second()
    month.post_second()
    assert month.invoice(SECOND) == billed(IN_SECOND)
    assert month.psa.open_additions("CUST00002") == [("Managed by hand CUST00002", Decimal("40.00"))]
    assert not month.faults


class Walk:
    """What she does, in order; `faults` has everything that was wrong with a page on the way."""

    def __init__(self, page: Page, installation: Installation, folder: Path) -> None:
        self.page = page
        self.installation = installation
        self.folder = folder
        self.psa = ConnectWiseByHand(installation.psa)
        self.faults: list[str] = []
        self._seen = 0
        page.set_default_timeout(6000)

    def look(self, name: str) -> None:
        self._seen += 1
        self.faults += check_page(self.page, f"month-{self._seen:02}-{name}")

    def go(self, *links: str) -> None:
        for link in links:
            self.page.get_by_role("link", name=link, exact=True).first.click()

    def press(self, button: str | re.Pattern[str]) -> None:
        self.page.wait_for_load_state("networkidle")  # a form that draws itself anew is not interrupted
        self.page.get_by_role("button", name=button).first.click()

    def said(self, text: str | re.Pattern[str]) -> Locator:
        toast = self.page.locator("#toasts")
        expect(toast).to_contain_text(text, timeout=SLOW)
        return toast

    def watch(self) -> None:
        """Follow the link of the toast to the run, and stay until it has ended."""
        self.page.get_by_role("link", name="See the run").last.click()
        self.run_ended()

    def run_ended(self) -> None:
        expect(self.page.get_by_text("Done", exact=True).first).to_be_visible(timeout=SLOW)

    # -- the first month

    def prepare(self) -> None:
        set_up(self.page, self.installation)
        connect(self.page, self.installation)
        self.look("connected")
        self.go("Choose it in Configuration")
        self.page.get_by_label("Agreement Type").first.select_option(label="Cloud Subscriptions")
        self.press("Save Configuration")
        self.said("Configuration saved")
        self.psa.bill_by_hand("CUST00002", "SKU-001", quantity=5, price="8.00", since=FIRST.first)

    def upload(self, path: Path) -> None:
        self.page.goto(f"{self.page.url.partition('/c/')[0]}/c/1/deliveries/upload/")
        self.page.locator("input[type=file]").set_input_files(path)
        self.press("Upload")

    def load_first(self) -> None:
        """A file with a row that cannot be read is checked, corrected and loaded with the profile that was saved."""
        self.go("Mapping", "Invoices")
        expect(self.page.get_by_text("No month is loaded yet")).to_be_visible()
        self.look("no-month")
        self.upload(write_export(self.folder, FIRST, [*IN_FIRST, UNREADABLE], "broken"))
        self.look("columns")
        map_columns(self.page)
        self.press("Check")
        expect(self.page.locator("#check")).to_contain_text('"eins", which is not a number')
        self.look("checked")
        self.page.get_by_label("Name of the profile").fill("Marketplace Germany")
        self.press("Save profile")
        self.said("Marketplace Germany")
        self.upload(write_export(self.folder, FIRST, IN_FIRST))
        expect(self.page.get_by_text("reads this file")).to_be_visible()
        self.look("profile-fits")
        self.press("Check")
        expect(self.page.locator("#check")).to_contain_text("431.32")
        self.press(re.compile("[Ll]oad$"))
        self.watch()
        self.look("loaded")

    def map_records(self) -> None:
        """Exact names in bulk, one by choice, one excluded; the same for products (rules 35-38 and 42)."""
        self.go("Mapping", "Organizations")
        self.press("Sync Organizations")
        self.watch()
        self.go("Mapping", "Organizations")
        self.look("organizations")
        self.accept_exact()
        self.choose("Kunde Drei GmbH", "CUST00003")
        self.tick("Eigenverbrauch")
        self.press("Exclude")
        self.press(re.compile("^Exclude: 1"))
        self.said("Exclude: 1 changed")
        self.look("organizations-mapped")
        self.go("Products")
        self.accept_exact()
        self.choose("Sondertarif", "SKU-004")
        self.look("products-mapped")

    def accept_exact(self) -> None:
        self.page.locator("#grid-everything").check()
        self.press("Accept exact suggestions")
        self.press(re.compile("^Accept exact suggestions: "))
        self.said("Accept exact suggestions")

    def row(self, text: str) -> Locator:
        return self.page.locator("table.grid tbody tr").filter(has_text=text)

    def tick(self, text: str) -> None:
        self.row(text).get_by_role("checkbox").check()

    def choose(self, name: str, identifier: str) -> None:
        self.row(name).get_by_role("button", name=re.compile("^Click to select")).click()
        picker = self.page.locator("#picker")
        picker.get_by_role("searchbox").fill(identifier)
        picker.get_by_label(re.compile(identifier)).check()
        picker.get_by_role("button", name=re.compile("Save|Map")).click()
        expect(self.row(name)).to_contain_text(identifier)

    def fix_lines(self) -> None:
        """A date by hand in the list, and back again (rules 62-65)."""
        self.go("Invoices")
        expect(self.page.get_by_text("8 lines")).to_be_visible()
        self.look("invoices")
        line = self.row("Subscription 003")
        self.set_start(line, "Save")
        expect(line).to_contain_text("User Updated")
        self.look("edited")
        self.set_start(line, re.compile("Back to"))
        expect(line).not_to_contain_text("User Updated")

    def set_start(self, line: Locator, button: str | re.Pattern[str]) -> None:
        line.get_by_role("link", name="Edit Charge Start Date of Customer 00002").focus()
        self.page.keyboard.press("Enter")
        expect(self.page.locator("input[type=date]")).to_be_focused()
        self.page.locator("input[type=date]").fill(str(FIRST.first.replace(day=5)))
        self.look("editing")
        self.press(button)
        expect(self.page.locator("input[type=date]")).to_have_count(0)

    def make_plan(self, button: str | re.Pattern[str]) -> None:
        self.press(button)
        expect(self.page.get_by_text("The plan is being made")).to_have_count(0, timeout=SLOW)
        expect(self.page.get_by_text("See the run").first).to_be_visible(timeout=SLOW)

    def adopt_and_post_first(self) -> None:
        """What was typed in by hand is adopted; a selection is posted, then the rest, then nothing is left."""
        self.go("Preview and post")
        self.make_plan("Make the plan")
        self.look("plan")
        expect(self.page.get_by_text("Blocked").first).to_be_visible()
        self.go("Review")
        self.look("adoption")
        self.row("Customer 00002").get_by_role("button", name="Adopt", exact=False).first.click()
        self.said(re.compile("adopt", re.IGNORECASE))
        self.go("Plan")
        self.make_plan("Make it again")
        self.look("plan-after-adoption")
        self.tick("Abo S5")
        self.press("Post selected")
        self.look("post-question")
        self.press(re.compile("^Post "))
        self.run_ended()
        self.look("selection-posted")
        self.go("Plan")
        self.press("Post everything")
        self.press(re.compile("^Post "))
        self.run_ended()
        expect(self.page.get_by_text("Balanced:")).to_be_visible()
        self.look("everything-posted")

    def invoice(self, month: Month) -> Decimal:
        return self.psa.invoice(month)

    # -- the second month

    def change_by_hand(self) -> None:
        self.psa.edit("CUST00003", "Abo S5", quantity=6)

    def load_second(self) -> None:
        self.upload(write_export(self.folder, SECOND, IN_SECOND))
        expect(self.page.get_by_text("1 without meaning")).to_be_visible()
        mean(self.page, CORRECTION, "Correction")
        self.page.get_by_label("This file holds the whole month").select_option("yes")
        self.press(re.compile("[Ll]oad$"))
        self.watch()

    def look_at_second(self) -> None:
        """A price, a seat, a correction, a vanished subscription, and somebody's edit in ConnectWise."""
        self.go("Plan")
        self.make_plan("Make the plan")
        self.look("second-plan")
        self.go("Review", "Drift")
        self.look("drift")
        self.row("Customer 00003").get_by_role("button", name=re.compile("Overwrite")).click()
        self.said(re.compile("overwr", re.IGNORECASE))
        self.go("Variance")
        self.look("variance")
        self.go("Plan")
        self.make_plan("Make it again")
        self.make_plan(re.compile("Confirm the cancellations"))
        self.look("second-plan-ready")

    def post_second(self) -> None:
        self.press("Post everything")
        self.press(re.compile("^Post "))
        self.run_ended()
        expect(self.page.get_by_text("Balanced:")).to_be_visible()
        self.look("second-posted")
