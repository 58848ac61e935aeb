"""What a page must be, whoever looks at it: free of errors, accessible, and no wider than the window."""

import os
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, expect

WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 390, "height": 844}
SIZES = {"wide": WIDE, "narrow": NARROW}
THEMES = ("light", "dark")
SERIOUS = ("serious", "critical")
EXPECTED = ("the server responded with a status of 4", "htmx:sendAbort", "htmx:afterRequest")
"""A refusal that the test asks for; what htmx says when a page is left while a part of it is drawn anew."""

AXE = Axe()
expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong


@dataclass
class Complaints:
    """What the browser itself complained about: errors in scripts, blocked content, failed requests."""

    found: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.found.append(f"script error: {error}"))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(each in message.text for each in EXPECTED):
            where = message.page.url if message.page else ""
            self.found.append(f"console: {message.text} {where}")


def check_page(page: Page, name: str) -> list[str]:
    """Everything wrong with this page as it is now, in words; a screenshot when BURSAR_SCREENSHOTS names a folder."""
    keep(page, name)
    faults = [f"{name}: {violation}" for violation in violations(page)]
    beyond = page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
    if beyond > 0:
        faults.append(f"{name}: {beyond} px wider than the window")
    if not page.title().strip() or page.locator("h1").count() != 1:
        faults.append(f"{name}: needs a title and exactly one h1")
    return faults


def violations(page: Page) -> list[str]:
    """Serious findings of axe-core."""
    found = AXE.run(page).response["violations"]
    return [
        f"{item['id']}: {item['help']} at {[node['target'] for node in item['nodes'][:3]]}"
        for item in found
        if item["impact"] in SERIOUS
    ]


def keep(page: Page, name: str) -> None:
    folder = os.environ.get("BURSAR_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True, caret="initial")
