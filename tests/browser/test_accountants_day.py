"""An accountant's day, as she would click it: from what waits in ConnectWise to balanced books, and payments back."""

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.first_hour import Installation, set_up
from tests.browser.reading import check_page
from tests.browser.serving import running
from tests.cli.psa_process import psa_process

pytestmark = [pytest.mark.chromium, pytest.mark.long]

SLOW = 60_000
"""Milliseconds that a run may take on a busy machine."""
PAID = """id,invoice,date,amount,currency
P-1,10080,2026-11-05,2414.38,USD
P-2,10081,2026-11-06,500.00,USD
"""


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    with psa_process("--seed", "msp") as psa, running("serve", "--port", "0", home=tmp_path / "home") as output:
        url = output.wait_for(r"(http://127\.0\.0\.1:\d+)").group(1)
        yield Installation(url, output, psa)


def test_an_accountants_day(page: Page, installation: Installation, tmp_path: Path) -> None:
    day = Day(page, installation, tmp_path / "books")
    day.begin()
    day.add_a_book()
    day.export()
    day.look_at_a_document()
    day.post_everything()
    day.undo_a_batch_and_make_it_again()
    day.bring_payments_back()
    day.reconcile()
    assert not day.faults


class Day:
    """What she does, in order; `faults` has everything that was wrong with a page on the way."""

    def __init__(self, page: Page, installation: Installation, folder: Path) -> None:
        self.page = page
        self.installation = installation
        self.folder = folder
        self.faults: list[str] = []
        page.set_default_timeout(6000)

    def look(self, name: str) -> None:
        self.faults += check_page(self.page, f"day-{name}")

    def go(self, *links: str) -> None:
        for link in links:
            self.page.get_by_role("link", name=link, exact=True).first.click()

    def press(self, button: str | re.Pattern[str]) -> None:
        self.page.get_by_role("button", name=button).first.click()

    def row(self, text: str) -> Locator:
        return self.page.locator("table tbody tr").filter(has_text=text)

    def run_ended(self) -> None:
        expect(self.page.get_by_text("Done", exact=True).first).to_be_visible(timeout=SLOW)

    def begin(self) -> None:
        """Bursar beside a ConnectWise that it may do everything in."""
        set_up(self.page, self.installation)
        psa = self.installation.psa
        public, private = psa.keys["Bursar"]
        entered = {
            "API URL": psa.url,
            "ConnectWise Company ID": psa.company,
            "API Public Key": public,
            "API Private Key": private,
            "Client ID": psa.client_id,
        }
        for label, value in entered.items():
            self.page.get_by_label(label).fill(value)
        self.press(re.compile("^Save"))
        self.page.wait_for_url(re.compile("/mapping/organizations/"))

    def add_a_book(self) -> None:
        self.go("Ledger")
        expect(self.page.get_by_text("There is no book yet")).to_be_visible()
        self.go("Add a book")
        self.page.get_by_role("link", name=re.compile("^Journal files")).click()
        self.page.get_by_label("Name").fill("Main")
        self.page.get_by_label("Folder").fill(str(self.folder))
        self.press("Test and save")
        expect(self.page.get_by_text("What it can do")).to_be_visible()
        self.look("book")

    def export(self) -> None:
        """What came and what did not, each with its reason."""
        self.go("Unposted")
        self.press("Export")
        expect(self.page.get_by_text("12 to post, 4 not exported")).to_be_visible(timeout=SLOW)
        self.look("unposted")
        expect(self.row("Sable Creek Winery")).to_contain_text("has no account number")
        expect(self.row("Castle Rock").first).to_contain_text("Ready")

    def look_at_a_document(self) -> None:
        self.go("Documents", "Invoice 10080")
        journal = self.page.get_by_role("region", name="Journal: debits and credits")
        expect(journal).to_contain_text("Balanced")
        expect(journal.locator("tbody tr").first).to_contain_text("2,414.38")
        expect(self.page.locator("pre")).to_contain_text('"documentNumber": "10080"')
        self.look("document")

    def post_everything(self) -> None:
        self.go("Back to the list")
        self.press("Post all that are ready")
        expect(self.page.get_by_text("At most 3 batches are made")).to_be_visible()
        self.look("question")
        self.press("Post 12 documents")
        self.run_ended()
        expect(self.page.get_by_text("Balanced:")).to_be_visible()
        assert (self.folder / "bursar.beancount").read_text(encoding="utf-8").count('bursar: "bursar:d:') == 12

    def undo_a_batch_and_make_it_again(self) -> None:
        """The books keep the documents; the second posting writes none of them again, and only batches them."""
        self.go("Ledger", "Batches")
        self.look("batches")
        batch = self.page.get_by_role("link", name=re.compile("^Bursar I "))
        name = batch.inner_text()
        batch.click()
        self.go("Undo")
        expect(self.page.get_by_text("5 documents of it live on in Main")).to_be_visible()
        self.page.get_by_label("Type the batch's identifier to confirm").fill(name)
        self.look("undo")
        self.press("Undo the batch")
        self.run_ended()
        self.go("Open Batches")
        expect(self.row(name)).to_contain_text("Undone")
        self.go("Documents")
        expect(self.row("Invoice 10080")).to_contain_text("In the books")
        self.press("Post all that are ready")
        expect(self.page.get_by_text("One batch is made")).to_be_visible()
        self.press("Post 5 documents")
        self.run_ended()
        assert (self.folder / "bursar.beancount").read_text(encoding="utf-8").count('bursar: "bursar:d:') == 12

    def bring_payments_back(self) -> None:
        (self.folder / "payments.csv").write_text(PAID, encoding="utf-8")
        self.go("Ledger", "Payments")
        self.press("Pull payments")
        expect(self.row("10081")).to_contain_text("To write", timeout=SLOW)
        expect(self.page.get_by_text("2 to write")).to_be_visible()
        self.look("payments")
        self.press("Post all payments")
        self.press("Post the payments")
        self.run_ended()
        self.go("Open Payments")
        expect(self.row("10080")).to_contain_text("Applied")
        paid = [row for row in self.installation.psa.records("payment") if Decimal(str(row["amount"])) == 500]
        assert len(paid) == 1

    def reconcile(self) -> None:
        """What ConnectWise exported is in the books to the cent; what it left out says so."""
        self.go("Reconciliation")
        self.look("reconciliation")
        october = self.page.get_by_role("region", name="Totals of 2026-10")
        expect(october.locator("tbody tr").filter(has_text="Procurement")).to_contain_text("Nothing")
        expect(october).not_to_contain_text("not posted")
        expect(self.page.get_by_text("All agree")).to_be_visible()
        self.go("All accounts")
        expect(self.page.get_by_role("region", name="Accounts").get_by_text("Differs", exact=True)).to_have_count(0)
