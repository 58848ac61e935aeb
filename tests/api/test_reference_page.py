"""The API reference in a real browser: drawn under the strict policy, in both themes, accessible, whole."""

import re
import shutil
from collections.abc import Iterator

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from bursar.domain.roles import Role
from bursar.store.models import Person
from tests.api.conftest import Cast
from tests.api.test_access import operations
from tests.browser.conftest import FLAGS
from tests.browser.reading import SIZES, THEMES, Complaints, check_page


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=shutil.which("chromium"), headless=True, args=FLAGS)
        yield chromium
        chromium.close()


def open_reference(browser: Browser, live_server: LiveServer, theme: str, size: str) -> tuple[Page, Complaints]:
    person = Person.objects.create_user(f"{theme}-{size}@example.com", None, role=Role.VIEWER)
    Person.objects.filter(pk=person.pk).update(theme=theme)
    client = Client()
    client.force_login(person)
    context = browser.new_context(viewport=SIZES[size], reduced_motion="reduce")
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page, complaints = context.new_page(), Complaints()
    complaints.listen(page)
    page.goto(f"{live_server.url}/api/docs")
    expect(page.get_by_role("heading", name="API reference")).to_be_visible()
    page.evaluate("() => document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    return page, complaints


@pytest.mark.chromium
def test_the_reference_is_a_page_like_the_others(
    browser: Browser, live_server: LiveServer, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the browser's driver has a loop of its own
    faults = []
    for theme, size in zip(THEMES, SIZES, strict=True):
        page, complaints = open_reference(browser, live_server, theme, size)
        faults += [*check_page(page, f"api-{theme}-{size}"), *complaints.found]
    assert not faults, "\n".join(faults)


def test_the_reference_names_every_route_and_every_shape(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.people[Role.VIEWER])
    text = client.get("/api/docs").content.decode()
    for route, operation in operations().items():
        assert f'id="{operation["operationId"]}"' in text, route
    targets = set(re.findall(r'href="#([^"]+)"', text)) - {"main"}
    assert targets
    assert targets <= set(re.findall(r'id="([^"]+)"', text)), "every link leads somewhere"
