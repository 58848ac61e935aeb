"""The Plan page: made, looked at, and its lists (rules 60, 73-88, 95 and 111)."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bursar.domain.roles import Role
from bursar.store.models import Load, Organization, PlanEntry, Run
from bursar.usecases.mapping_by_hand import Deed, change_many
from bursar.usecases.mappings import Kind
from bursar.usecases.runs import PLAN_LINES, POST_LINES
from tests.usecases.world import NOVEMBER, World, make_line
from tests.web.plan.conftest import Desk
from tests.web.visitors import HTMX, a_connection, element, links_of, part_of, streamed, text_of, tree_of, visitor

pytestmark = pytest.mark.django_db


def test_without_a_loaded_month_there_is_nothing_to_plan(desk: Desk, viewer: Client) -> None:
    text = text_of(viewer.get(desk.page()))
    assert "No month is loaded yet" in text


def test_a_plan_is_made_and_shown(desk: Desk, operator: Client) -> None:
    """Rule 88: per Addition what would be done, with the values that would be sent."""
    desk.load(1, 2)
    empty = text_of(operator.get(desk.page()))
    assert "There is no plan of 2026-10 yet" in empty
    operator.post(desk.make())
    made = text_of(operator.get(desk.page()))
    assert "The plan is being made" in made
    assert "Waiting for a worker." in made
    plan = desk.world.carry(desk.waiting(PLAN_LINES))
    assert plan.request["survey"] is True
    answer = operator.get(desk.page())
    text = text_of(answer)
    assert "To create 4 To update 0 To cancel 0 As they should be 0 Blocked 0" in text
    assert "USD 230.00 0.00 0.00" in text
    rows = [" ".join(row.itertext()).split() for row in tree_of(answer).iter("tr")]
    addition = next(" ".join(row) for row in rows if "Seats" in row and "1," in row)
    assert "Customer 00001 Cloud Subscriptions USD - CUST00001 New Create To post" in addition
    assert "Quantity 10 Unit price 11.50 Effective date 2026-10-01" in addition
    assert addition.endswith("115.00 USD")


def test_progress_is_asked_for_until_the_plan_is_there(desk: Desk, viewer: Client, operator: Client) -> None:
    desk.load(1)
    operator.post(desk.make())
    run = desk.waiting(PLAN_LINES)
    part = element(viewer.get(desk.page()), "making")
    polled = viewer.get(str(part.get("hx-get")), headers=HTMX)
    assert "HX-Refresh" not in polled
    assert "Run queued" not in text_of(polled)  # nothing new to say aloud
    Run.objects.filter(pk=run.pk).update(state="running", expected=10, done=5)
    assert "Run running: 50 percent." in text_of(viewer.get(str(part.get("hx-get")), headers=HTMX))
    Run.objects.filter(pk=run.pk).update(state="queued")
    desk.world.carry(Run.objects.get(pk=run.pk))
    assert viewer.get(str(part.get("hx-get")), headers=HTMX)["HX-Refresh"] == "true"


def test_a_plan_is_not_asked_for_twice_at_once(desk: Desk, operator: Client) -> None:
    desk.load(1)
    operator.post(desk.make())
    assert "The plan is being made already." in text_of(operator.post(desk.make(), follow=True))
    assert Run.objects.filter(verb=PLAN_LINES).count() == 1


@pytest.mark.parametrize(
    ("state", "says"),
    [("failed", "The newest plan could not be made: The keys are refused."), ("cancelled", "was stopped before")],
)
def test_a_plan_that_came_to_nothing_says_so(desk: Desk, operator: Client, state: str, says: str) -> None:
    desk.load(1)
    run = Run.objects.create(
        connection=desk.connection, verb=PLAN_LINES, month="2026-10", state=state, verdict="The keys are refused."
    )
    answer = operator.get(desk.page())
    assert says in text_of(answer)
    assert "Make the plan" in text_of(answer)
    assert reverse("runs:run", args=[desk.connection.pk, run.pk]) in links_of(tree_of(answer))


def test_a_month_that_is_not_loaded_is_not_there(desk: Desk, operator: Client) -> None:
    desk.load(1)
    assert operator.get(desk.page(month="2031-01")).status_code == 404
    assert operator.get(desk.page(month="nonsense")).status_code == 404
    posting = Run.objects.create(connection=desk.connection, verb=POST_LINES, month="2026-10", state="done")
    assert operator.get(desk.of(posting)).status_code == 404
    assert operator.post(desk.make("2031-01")).status_code == 404
    assert not Run.objects.filter(verb=PLAN_LINES).exists()


def test_before_and_after_of_what_differs(desk: Desk, operator: Client) -> None:
    """A second month: another name, more seats, one subscription gone (rules 82, 93 and 94)."""
    desk.load(1, 2, 3, 4)
    desk.world.post()
    november = {"invoice_date": date(2026, 11, 30), "charge_start": date(2026, 11, 1), "charge_end": date(2026, 11, 30)}
    renamed = make_line(1, line_id="N1", subscription_name="Seats, renamed", **november)
    more = make_line(2, line_id="N2", quantity=Decimal(12), total=Decimal(138), **november)
    desk.world.load([renamed, more, make_line(3, line_id="N3", **november)], whole=True, month=NOVEMBER)
    plan = desk.world.plan(NOVEMBER, confirm_all_cancellations=True)
    updates = part_of(operator.get(desk.url("changes", "2026-11", action="update")), "entries")
    assert "Update To post Invoice description before Seats of customer 1 - Cycle Fee after Seats, renamed" in updates
    assert "Unit price" not in updates  # it stays
    cancels = part_of(operator.get(desk.url("changes", "2026-11", action="cancel")), "entries")
    assert "Cancelled date before – after 2026-10-31" in cancels
    update = PlanEntry.objects.get(run=plan, action="update")
    details = text_of(operator.get(reverse("plan:entry", args=[desk.connection.pk, update.pk])))
    assert "Quantity 10 10 Unit price 11.50 11.50 Unit cost 9.20 9.20 " in details
    assert "Seats of customer 1 - Cycle Fee Seats, renamed - Cycle Fee Differs" in details
    assert "N1 INV-00001 Customer 00001 Seats, renamed" in details


def test_one_customer_alone_has_a_subtotal(desk: Desk, viewer: Client) -> None:
    desk.load(1, 2)
    plan = desk.world.plan()
    company = PlanEntry.objects.filter(run=plan, company_name="Customer 00002").values_list("company_id", flat=True)[0]
    text = part_of(viewer.get(desk.url("changes", company=company), headers=HTMX), "entries")
    assert "Create 1 – – Create 1 115.00 USD" in text
    assert "Seats of customer 2" in text
    assert "Seats of customer 1," not in text


def test_what_is_blocked_has_its_reason_and_the_page_that_helps(desk: Desk, viewer: Client) -> None:
    """No command of the command line where a page does it."""
    desk.world.load([make_line(1), make_line(2, organization_name="Nobody known")])
    desk.world.map_exactly()
    desk.world.plan()
    answer = viewer.get(desk.url("blocked"))
    text = part_of(answer, "entries")
    assert "Map the organization and the product on Mapping" in text
    assert "bursar " not in text
    links = links_of(element(answer, "entries"))
    assert reverse("mapping:organizations", args=[desk.connection.pk]) in links
    assert reverse("invoices:list", args=[desk.connection.pk]) + "?q=L00002" in links


def test_rule_60_a_month_that_is_not_over_is_warned_of(desk: Desk, viewer: Client) -> None:
    today = timezone.now().date()
    desk.world.load([make_line(1, invoice_date=today, charge_start=today, charge_end=today)])
    desk.world.map_exactly()
    month = f"{today:%Y-%m}"
    made = {"state": "done", "result": {"complete": True}}
    Run.objects.create(connection=desk.connection, verb=PLAN_LINES, month=month, **made)
    assert f"{month} is not over" in text_of(viewer.get(desk.page()))


def test_rule_95_an_incomplete_month_cancels_nothing_and_says_so(desk: Desk, viewer: Client) -> None:
    desk.load(1, whole=False)
    desk.world.plan()
    text = text_of(viewer.get(desk.page()))
    assert "2026-10 was not loaded completely, so subscriptions that are missing in it are not cancelled." in text
    desk.load(1, whole=True)
    desk.world.plan()
    text = text_of(viewer.get(desk.page()))
    assert "was not loaded completely" not in text
    assert "The month is loaded completely" in text


def mass_cancellation(world: World) -> Run:
    """Two of three subscriptions of a customer vanish in November."""
    october = [make_line(1, line_id=f"L{n}", subscription_id=f"sub-{n}") for n in range(3)]
    world.load(october)
    world.map_exactly()
    world.post()
    november = {"invoice_date": date(2026, 11, 30), "charge_start": date(2026, 11, 1), "charge_end": date(2026, 11, 30)}
    world.load([make_line(1, line_id="N0", subscription_id="sub-0", **november)], whole=True, month=NOVEMBER)
    return world.plan(NOVEMBER)


def test_rule_95f_many_cancellations_wait_for_a_confirmation(desk: Desk, operator: Client) -> None:
    plan = mass_cancellation(desk.world)
    answer = operator.get(desk.url("changes", "2026-11"))
    assert "2 of 3 subscriptions are missing from 2026-11" in text_of(answer)
    entry = PlanEntry.objects.get(run=plan, code="mass_cancellation")
    operator.post(desk.url("cancellations", "2026-11"), {"company": entry.company_id})
    again = desk.world.carry(desk.waiting(PLAN_LINES))
    assert again.request["confirm_cancellations_of"] == [entry.company_id]
    assert (again.counts["cancel"], again.counts["blocked"]) == (2, 0)
    assert "Confirm the cancellations" not in text_of(operator.get(desk.url("changes", "2026-11")))


def test_rule_95f_a_confirmation_holds_until_something_is_loaded(desk: Desk, operator: Client) -> None:
    plan = mass_cancellation(desk.world)
    company = PlanEntry.objects.get(run=plan, code="mass_cancellation").company_id
    operator.post(desk.url("cancellations", "2026-11"), {"company": company})
    desk.world.carry(desk.waiting(PLAN_LINES))
    operator.post(desk.url("again", "2026-11"))
    again = desk.world.carry(desk.waiting(PLAN_LINES))
    assert (again.request["confirm_cancellations_of"], again.counts["cancel"]) == ([company], 2)
    desk.world.load([], whole=True, month=NOVEMBER)
    operator.post(desk.url("again", "2026-11"))
    anew = desk.world.carry(desk.waiting(PLAN_LINES))
    assert (anew.request["confirm_cancellations_of"], anew.counts["cancel"]) == ([], 0)


def test_a_confirmation_that_nothing_waits_for_makes_no_plan(desk: Desk, operator: Client) -> None:
    plan = mass_cancellation(desk.world)
    answer = operator.post(desk.url("cancellations", "2026-11"), {"company": "4711"}, follow=True)
    assert "No cancellations of this customer wait" in text_of(answer)
    assert Run.objects.filter(verb=PLAN_LINES).get() == plan


def test_a_plan_tells_what_it_does_not_know_yet(desk: Desk, viewer: Client) -> None:
    desk.load(1, 2)
    desk.world.plan()
    assert "was made before" not in text_of(viewer.get(desk.page()))
    change_many(desk.connection, Kind.ORGANIZATION, Organization.objects.filter(name="Customer 00002"), Deed.EXCLUDE)
    assert "This plan was made before the newest change: mappings: exclude in bulk" in text_of(viewer.get(desk.page()))
    desk.world.plan()
    assert "was made before" not in text_of(viewer.get(desk.page()))
    desk.load(3)
    text = text_of(viewer.get(desk.page()))
    assert "This plan was made before the newest change" in text
    desk.world.plan()
    Load.objects.create(connection=desk.connection, source="another month", months=["2026-09"])
    assert "was made before" not in text_of(viewer.get(desk.page()))
    desk.world.post()
    assert "This plan was made before the newest change: post lines 2026-10" in text_of(viewer.get(desk.page()))


def test_what_is_listed_goes_out_as_a_file(desk: Desk, viewer: Client) -> None:
    desk.load(1, 2)
    desk.world.plan()
    answer = viewer.get(desk.url("changes-export", q="customer 00002", format="csv"))
    rows = list(csv.DictReader(io.StringIO(streamed(answer))))
    assert {row["Customer"] for row in rows} == {"Customer 00002"}
    assert [row["Amount"] for row in rows if row["Currency"]] == ["115.00"]
    assert any("Unit price 11.50" in row["Before → after"] for row in rows)
    book = viewer.get(desk.url("blocked-export", format="xlsx"))
    assert b"".join(book.streaming_content).startswith(b"PK")


def test_columns_are_chosen_and_remembered(desk: Desk, viewer: Client) -> None:
    desk.load(1)
    desk.world.plan()
    answer = viewer.post(desk.url("changes-columns"), {"column": ["customer", "lines"], "view": "q=seats"}, follow=True)
    text = part_of(answer, "entries")
    assert "L00001" in text
    assert answer.redirect_chain == [(desk.url("changes", q="seats"), 302)]


def test_viewers_look_and_strangers_do_not(desk: Desk, viewer: Client) -> None:
    desk.load(1)
    plan = desk.world.plan()
    text = text_of(viewer.get(desk.page()))
    assert "Seats of customer 1" in text
    assert "Post everything" not in text
    assert "Make it again" not in text
    for address in (desk.make(), *map(desk.url, ("again", "changes-post", "cancellations"))):
        assert viewer.post(address).status_code == 403
        assert visitor(None).post(address).status_code == 302
    entry = PlanEntry.objects.filter(run=plan)[0]
    for address in (desk.page(), desk.url("changes"), reverse("plan:entry", args=[desk.connection.pk, entry.pk])):
        assert visitor(None).get(address).status_code == 302
    assert Run.objects.filter(verb=PLAN_LINES).count() == 1
    assert visitor(Role.ADMINISTRATOR).get(desk.page()).status_code == 200


def test_an_entry_is_found_under_its_own_connection_only(desk: Desk, viewer: Client) -> None:
    desk.load(1)
    entry = PlanEntry.objects.filter(run=desk.world.plan())[0]
    other = a_connection("other")
    assert viewer.get(reverse("plan:entry", args=[other.pk, entry.pk])).status_code == 404
