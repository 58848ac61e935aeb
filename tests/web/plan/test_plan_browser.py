"""Plans in a real browser: in both themes, wide and narrow; endings are posted by keyboard."""

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from bursar.store.models import Organization
from bursar.usecases.billing_settings import set_billing_setting
from bursar.usecases.plan_endings import Place
from bursar.usecases.run_requests import endings_request
from bursar.usecases.runs import PLAN_ENDINGS, request_run
from tests.usecases.world import make_line
from tests.web.plan.conftest import Desk
from tests.web.review.test_variance_browser import dresses, opened

pytestmark = pytest.mark.chromium


@pytest.fixture
def served(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveServer]:
    """Bursar on loopback inside the test's own transaction: the audit trail lets nobody empty its table afterwards."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    server = LiveServer("localhost")
    yield server
    server.stop()


def test_a_month_and_what_it_replaced_are_legible(served: LiveServer, desk: Desk) -> None:
    desk.world.load([*map(make_line, range(1, 6)), make_line(6, organization_name="Nobody known")])
    desk.world.map_exactly()
    set_billing_setting(desk.connection, "pilot_mode", "yes")
    Organization.objects.exclude(name="Customer 00003").update(posting=True)
    old, _ = desk.world.plan(), desk.world.plan()
    with opened(served, desk.of(old)) as page:
        expect(page.get_by_text("A newer plan has replaced this one.")).to_be_visible()
        assert dresses(page, "plan-replaced") == []
        page.get_by_role("link", name="See the newest plan").press("Enter")
        expect(page.get_by_role("heading", name="To create")).to_be_visible()
        assert dresses(page, "plan-month") == []
        page.get_by_role("link", name="Blocked 1", exact=True).last.click()
        expect(page.get_by_role("link", name="Open Mapping")).to_be_visible()
        assert dresses(page, "plan-blocked") == []


def test_a_plan_of_endings_is_legible_and_posted(served: LiveServer, desk: Desk) -> None:
    desk.load(1)
    desk.world.post()
    store = desk.world.store
    agreement, product = store.rows("agreement")[0], store.rows("catalogItem")[0]
    values = {"product": {"id": product["id"]}, "effectiveDate": "2026-09-01T00:00:00Z", "billCustomer": "Billable"}
    made = [store.insert("addition", {"agreementId": agreement["id"], **values}) for _ in range(3)]
    places = [Place(agreement["company"]["id"], agreement["id"], addition["id"]) for addition in made]
    day = date(2026, 9, 30)
    plan = desk.world.carry(request_run(desk.connection, PLAN_ENDINGS, endings_request(places, day)))
    waiting = request_run(desk.connection, PLAN_ENDINGS, endings_request(places[:1], day))
    with opened(served, desk.of(waiting)) as page:
        expect(page.get_by_role("heading", name="The plan is being made")).to_be_visible()
        assert dresses(page, "endings-making") == []
        page.goto(served.url + desk.of(plan))
        expect(page.get_by_text("Last day 2026-09-30")).to_be_visible()
        assert dresses(page, "endings") == []
        page.get_by_role("button", name="Post everything").press("Enter")
        assert dresses(page, "endings-ask") == []
        page.get_by_role("button", name="Post 3 changes").press("Enter")
        expect(page.get_by_text("Posting of endings is on its way.")).to_be_visible()
        page.get_by_role("link", name="Plan that was agreed to").click()
        expect(page.get_by_role("link", name="Being posted")).to_have_count(3)
