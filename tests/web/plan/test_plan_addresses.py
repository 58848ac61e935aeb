"""Every plan has a page of its own: plans of endings, plans that were replaced, and those that came to nothing."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from bursar.domain.roles import Role
from bursar.store.models import Organization, PlanEntry, Run
from bursar.store.queries.plans import changes_of, writes_of
from bursar.usecases.billing_settings import set_billing_setting
from bursar.usecases.plan_endings import Place
from bursar.usecases.run_requests import endings_request
from bursar.usecases.runs import PLAN_ENDINGS, PLAN_LINES, request_run
from tests.web.plan.conftest import Desk
from tests.web.visitors import HTMX, element, links_of, part_of, text_of, tree_of, visitor

pytestmark = pytest.mark.django_db


def by_hand(desk: Desk, count: int = 2) -> list[Place]:
    """Additions that people made for customer 1, whose month is posted."""
    desk.load(1)
    desk.world.post()
    store = desk.world.store
    agreement, product = store.rows("agreement")[0], store.rows("catalogItem")[0]
    values = {"product": {"id": product["id"]}, "effectiveDate": "2026-09-01T00:00:00Z", "billCustomer": "Billable"}
    made = [store.insert("addition", {"agreementId": agreement["id"], **values}) for _ in range(count)]
    return [Place(agreement["company"]["id"], agreement["id"], addition["id"]) for addition in made]


def endings(desk: Desk, *places: Place) -> Run:
    return request_run(desk.connection, PLAN_ENDINGS, endings_request(places, date(2026, 9, 30)))


def test_rule_99_a_plan_of_endings_is_made_looked_at_and_posted(desk: Desk, operator: Client) -> None:
    places = by_hand(desk)
    asked = endings(desk, *places, Place(places[0].company_id, places[0].agreement_id, 999999))
    making = operator.get(desk.of(asked))
    assert "Plan of endings" in text_of(making)
    polled = str(element(making, "making").get("hx-get"))
    assert "HX-Refresh" not in operator.get(polled, headers=HTMX)
    plan = desk.world.carry(asked)
    assert operator.get(polled, headers=HTMX)["HX-Refresh"] == "true"

    text = text_of(operator.get(desk.of(plan)))
    assert "Last day 2026-09-30 3 Additions" in text
    assert "To cancel 2 As they should be 0 Blocked 1" in text
    assert "To create" not in text
    assert "loaded completely" not in text
    assert "Cancelled date before – after 2026-09-30" in text
    assert "It is no longer in ConnectWise." in part_of(operator.get(desk.of(plan, "blocked")), "entries")
    assert "No warnings" in text_of(operator.get(desk.of(plan, "warnings")))

    chosen = writes_of(plan).get(remote_id=places[0].addition_id)
    post = desk.of(plan, "changes-post")
    assert "Post endings: 1 change" in text_of(operator.post(post, {"do": "post", "row": [chosen.pk]}))
    assert desk.posted(operator, plan, 1, row=[chosen.pk]).verdict == "balanced"
    assert "Post endings: 1 change" in text_of(operator.post(post, {"do": "post", "everything": 1}))
    run = desk.posted(operator, plan, 1, everything=1)
    ended = {row["id"]: str(row["cancelledDate"])[:10] for row in desk.world.additions() if row.get("cancelledDate")}
    assert ended == {place.addition_id: "2026-09-30" for place in places}
    for each in (plan, run):
        shown = operator.get(reverse("runs:run", args=[desk.connection.pk, each.pk]))
        assert desk.of(plan) in links_of(tree_of(shown))
    asked_for = part_of(operator.get(reverse("runs:run", args=[desk.connection.pk, plan.pk])), "run-asked-for")
    assert asked_for.startswith("Additions 3 Last day 2026-09-30")


def test_the_same_endings_are_planned_again(desk: Desk, operator: Client) -> None:
    place, other = by_hand(desk)
    plan, beside = desk.world.carry(endings(desk, place)), desk.world.carry(endings(desk, other))
    answer = operator.post(desk.of(plan, "again"))
    newer = desk.waiting(PLAN_ENDINGS)
    assert answer["Location"] == desk.of(newer)
    assert "The plan is being made already." in text_of(operator.post(desk.of(plan, "again"), follow=True))
    waiting = text_of(operator.get(desk.of(plan)))
    assert "The plan is being made" in waiting
    assert "Post everything" not in waiting
    desk.world.carry(newer)
    assert desk.of(newer) in links_of(tree_of(operator.get(desk.of(plan))))
    assert changes_of(newer).get().remote_id == place.addition_id
    assert "replaced" not in text_of(operator.get(desk.of(beside)))


def test_endings_without_an_entry_say_so(desk: Desk, viewer: Client) -> None:
    desk.load(1)
    text = text_of(viewer.get(desk.of(desk.world.carry(endings(desk)))))
    assert "Nothing to write This plan comes to no change." in text


def test_a_plan_of_endings_tells_what_it_does_not_know_yet(desk: Desk, operator: Client) -> None:
    plan = desk.world.carry(endings(desk, *by_hand(desk)))
    assert "was made before" not in text_of(operator.get(desk.of(plan)))
    desk.world.post()
    text = text_of(operator.get(desk.of(plan)))
    assert "This plan was made before the newest change: post lines 2026-10" in text
    assert "Make it again before you post." in text


def test_a_replaced_plan_says_so_and_leads_to_the_newest(desk: Desk, operator: Client) -> None:
    desk.load(1, 2)
    old = desk.made(operator)
    new = desk.made(operator)
    answer = operator.get(desk.of(old))
    text = text_of(answer)
    assert "A newer plan has replaced this one. Its lists are gone" in text
    assert desk.of(new) in links_of(tree_of(answer))
    assert "Post everything" not in text
    assert "Make it again" not in text
    assert "To create" not in text
    assert operator.get(desk.of(old), headers=HTMX)["HX-Refresh"] == "true"
    assert "replaced" not in text_of(operator.get(desk.of(new)))


def test_a_replaced_plan_keeps_what_was_agreed_to(desk: Desk, operator: Client) -> None:
    desk.load(1, 2)
    old = desk.made(operator)
    chosen = writes_of(old).get(resource="addition", company_name="Customer 00001")
    desk.posted(operator, old, 1, row=[chosen.pk])
    new = desk.made(operator)
    answer = operator.get(desk.of(old))
    text = text_of(answer)
    assert "It is kept as it was shown, and can no longer be posted." in text
    assert "Create Posted" in text
    assert "Post everything" not in text
    assert not element(answer, "entries").findall(".//input[@name='row']")
    assert element(operator.get(desk.of(new)), "entries").findall(".//input[@name='row']")


def test_a_month_leads_to_its_newest_plan(desk: Desk, viewer: Client) -> None:
    desk.load(1)
    plan = desk.world.plan()
    shown = tree_of(viewer.get(desk.page(month="2026-10")))
    assert {desk.of(plan, name) for name in ("changes", "blocked", "warnings")} <= set(links_of(shown))


def test_a_plan_of_endings_leads_to_the_months(desk: Desk, viewer: Client) -> None:
    plan = desk.world.carry(endings(desk, *by_hand(desk)))
    assert desk.page(month="2026-10") in links_of(tree_of(viewer.get(desk.of(plan))))


@pytest.mark.parametrize(
    ("state", "says"), [("failed", "This plan could not be made: No."), ("cancelled", "This plan was stopped before")]
)
def test_an_attempt_leads_to_the_plan_that_stands(desk: Desk, operator: Client, state: str, says: str) -> None:
    desk.load(1)
    plan = desk.made(operator)
    run = Run.objects.create(connection=desk.connection, verb=PLAN_LINES, month="2026-10", state=state, verdict="No.")
    answer = operator.get(desk.of(run))
    assert says in text_of(answer)
    assert "There is no plan" not in text_of(answer)
    assert desk.of(plan) in links_of(tree_of(answer))
    assert operator.get(desk.of(run, "changes-export")).status_code == 404
    assert operator.post(desk.of(run, "changes-post"), {"everything": 1}).status_code == 404
    assert "What is shown below is the plan before it." in text_of(operator.get(desk.of(plan)))


def test_a_month_that_is_not_loaded_any_more_is_not_planned_again(desk: Desk, operator: Client) -> None:
    desk.load(1)
    plan = desk.made(operator)
    Run.objects.filter(pk=plan.pk).update(month="2031-01")
    text = text_of(operator.get(desk.of(plan)))
    assert "Plan 2031-01" in text
    assert "Make it again" not in text
    assert operator.post(desk.of(plan, "again")).status_code == 404


def test_rule_150_the_pilot_stands_above_the_plan(desk: Desk, viewer: Client) -> None:
    desk.load(1, 2)
    assert "Pilot mode" not in text_of(viewer.get(desk.page()))
    set_billing_setting(desk.connection, "pilot_mode", "yes")
    Organization.objects.filter(name="Customer 00001").update(posting=True)
    assert "Pilot mode: 1 of 2 customers is posted." in text_of(viewer.get(desk.page()))
    plan = desk.world.plan()
    assert "Pilot mode: 1 of 2 customers is posted." in text_of(viewer.get(desk.of(plan, "blocked")))


def test_viewers_make_no_plan_again(desk: Desk, viewer: Client) -> None:
    plan = desk.world.carry(endings(desk, *by_hand(desk)))
    text = text_of(viewer.get(desk.of(plan)))
    assert "Addition" in text
    assert "Make it again" not in text
    assert "Post everything" not in text
    assert viewer.post(desk.of(plan, "again")).status_code == 403
    assert visitor(Role.ADMINISTRATOR).post(desk.of(plan, "again")).status_code == 302
    assert PlanEntry.objects.filter(run=plan).exists()
