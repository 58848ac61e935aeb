"""Posting from the plan: a selection, then everything, then again; and what is never posted (rules 85, 88 and 150)."""

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse

from bursar.domain.roles import Role
from bursar.store.models import Organization, PlanEntry, Run
from bursar.store.queries.plans import writes_of
from bursar.usecases.billing_settings import set_billing_setting
from bursar.usecases.runs import POST_LINES
from tests.web.plan.conftest import Desk
from tests.web.visitors import element, links_of, part_of, streamed, text_of, tree_of, visitor

pytestmark = pytest.mark.django_db


def test_a_selection_then_everything_then_again(desk: Desk, operator: Client) -> None:
    """Done-when 5: no double, no gap."""
    desk.load(*range(1, 6))
    plan = desk.made(operator)
    chosen = writes_of(plan).get(resource="addition", company_name="Customer 00002")
    asked = text_of(desk.asked(operator, row=[chosen.pk]))
    assert "Post 2026-10: 1 change" in asked
    assert f"ConnectWise company {desk.connection.company} at {desk.connection.url}" in asked
    assert "Customers 1 Create 1 Update 0 Cancel 0 What the lines come to 115.00 USD" in asked
    assert desk.world.writes() == 0
    first = desk.posted(operator, plan, 1, row=[chosen.pk])
    assert (first.verdict, len(desk.world.additions())) == ("balanced", 1)

    everything = text_of(desk.asked(operator, everything=1))
    assert "Post 2026-10: 8 changes" in everything
    assert "2 changes posted already" in everything
    second = desk.posted(operator, plan, 8, everything=1)
    assert (second.verdict, len(desk.world.additions())) == ("balanced", 5)
    writes = desk.world.writes()
    again = text_of(desk.asked(operator, everything=1))
    assert "Nothing was posted: 10 is posted already." in again
    assert not Run.objects.filter(verb=POST_LINES, state="queued").exists()
    desk.made(operator)
    assert "5 is as it should be" in text_of(desk.asked(operator, everything=1))
    assert desk.world.writes() == writes


def test_what_became_of_each_change_is_shown(desk: Desk, operator: Client) -> None:
    desk.load(1, 2)
    plan = desk.made(operator)
    chosen = writes_of(plan).get(resource="addition", company_name="Customer 00001")
    desk.asked(operator, confirmed=1, row=[chosen.pk])
    waiting = part_of(operator.get(desk.url("changes", q="customer 1")), "entries")
    assert "Being posted" in waiting
    run = desk.world.carry(desk.waiting(POST_LINES))
    answer = operator.get(desk.url("changes", posted="True"))
    assert part_of(answer, "entries").count("Create Posted") == 2  # the Agreement that it needs went along
    assert reverse("runs:run", args=[desk.connection.pk, run.pk]) in links_of(element(answer, "entries"))
    assert "Create To post" in part_of(operator.get(desk.url("changes", posted="False")), "entries")


def test_all_matching_is_what_the_view_shows(desk: Desk, operator: Client) -> None:
    desk.load(*range(1, 13))
    plan = desk.made(operator)
    asked = text_of(desk.asked(operator, everything=1, view="q=customer+0001"))
    assert "Post 2026-10: 6 changes" in asked  # 10, 11 and 12
    desk.posted(operator, plan, 6, everything=1, view="q=customer+0001")
    assert len(desk.world.additions()) == 3


def test_a_plan_that_changed_since_the_question_is_asked_again(desk: Desk, operator: Client) -> None:
    desk.load(1, 2)
    plan = desk.made(operator)
    assert "The plan has changed since" in text_of(desk.asked(operator, everything=1, confirmed=3))
    assert not Run.objects.filter(verb=POST_LINES).exists()
    newer = desk.made(operator)
    late = operator.post(desk.of(plan, "changes-post"), {"do": "post", "everything": 1, "confirmed": 4}, follow=True)
    assert "A newer plan of the same has been made since. Look at the newest one." in text_of(late)
    assert desk.of(newer) in links_of(tree_of(late))
    assert not Run.objects.filter(verb=POST_LINES).exists()


def test_nothing_selected_posts_nothing(desk: Desk, operator: Client) -> None:
    desk.load(1)
    desk.made(operator)
    assert "select at least one change first" in text_of(desk.asked(operator))


def test_rule_150_preview_only_changes_are_named_and_left_out(desk: Desk, operator: Client) -> None:
    desk.load(1, 2)
    set_billing_setting(desk.connection, "pilot_mode", "yes")
    Organization.objects.filter(name="Customer 00001").update(posting=True)
    plan = desk.made(operator)
    page = text_of(operator.get(desk.page()))
    assert "Pilot mode: 2 of the changes can be previewed only." in page
    assert page.count("Create Preview only") == 2
    asked = text_of(desk.asked(operator, everything=1))
    assert "Post 2026-10: 2 changes" in asked
    assert "2 changes for preview only" in asked
    desk.posted(operator, plan, 2, everything=1)
    assert len(desk.world.additions()) == 1
    held = PlanEntry.objects.filter(run=plan, company_name="Customer 00002", resource="addition")
    assert "1 is for preview only" in text_of(desk.asked(operator, row=[row.pk for row in held]))


def test_a_disconnected_connection_posts_nothing(desk: Desk, operator: Client) -> None:
    desk.load(1)
    desk.made(operator)
    desk.connection.state = desk.connection.State.DISCONNECTED
    desk.connection.save()
    assert "is disconnected" in text_of(desk.asked(operator, everything=1, confirmed=2))
    assert not PlanEntry.objects.filter(agreed_in__isnull=False).exists()


def test_administrators_post_too_and_viewers_do_not(desk: Desk, viewer: Client, operator: Client) -> None:
    desk.load(1)
    plan = desk.made(operator)
    assert viewer.post(desk.url("changes-post"), {"everything": 1, "confirmed": 2}).status_code == 403
    assert not Run.objects.filter(verb=POST_LINES).exists()
    desk.posted(visitor(Role.ADMINISTRATOR), plan, 2, everything=1)
    assert len(desk.world.additions()) == 1


def test_what_failed_is_tried_again_from_the_run(desk: Desk, operator: Client, viewer: Client) -> None:
    """ConnectWise refuses one Agreement; when what stood in its way is gone, a retry posts that customer alone."""
    desk.load(1, 2, 3)
    plan = desk.made(operator)
    store = desk.world.store
    other = store.rows("company", identifier="CUST00002")[0]
    values = {"company": {"id": other["id"]}, "contact": other["defaultContact"], "type": {"id": 1}}
    in_the_way = store.insert("agreement", {"name": "Cloud Subscriptions USD - CUST00001", **values})
    run = desk.posted(operator, plan, 6, everything=1)
    assert sorted(run.postings.values_list("state", flat=True)) == ["blocked", "failed", *["posted"] * 4]
    address = reverse("runs:run", args=[desk.connection.pk, run.pk])
    button = element(operator.get(address), "run-retry")
    assert button.get("data-confirm-title") == "Retry what failed?"
    assert "Retry what failed" not in text_of(viewer.get(address))
    assert viewer.post(str(button.get("data-confirm-url"))).status_code == 403

    store.delete("agreement", int(str(in_the_way["id"])))
    answer = operator.post(str(button.get("data-confirm-url")), follow=True)
    assert "What did not arrive is posted once more." in text_of(answer)
    again = desk.world.carry(desk.waiting(POST_LINES))
    assert (again.verdict, again.counts["create"], len(desk.world.additions())) == ("balanced", 2, 3)
    refused = operator.post(reverse("runs:retry", args=[desk.connection.pk, again.pk]), follow=True)
    assert "Nothing of what was chosen can be posted." in text_of(refused)
    assert not Run.objects.filter(verb=POST_LINES, state="queued").exists()


def test_a_run_leads_to_its_plan_and_a_plan_run_to_the_page(desk: Desk, operator: Client, viewer: Client) -> None:
    desk.load(1)
    plan = desk.made(operator)
    run = desk.posted(operator, plan, 2, everything=1)
    for each in (plan, run):
        links = links_of(tree_of(viewer.get(reverse("runs:run", args=[desk.connection.pk, each.pk]))))
        assert desk.url("changes") in links
    shown = text_of(viewer.get(reverse("runs:run", args=[desk.connection.pk, plan.pk])))
    assert "To create 2" in shown
    assert "agrees to the cent" not in shown  # nothing was posted


def test_what_was_written_is_listed_with_its_agreement_in_connectwise(desk: Desk, operator: Client) -> None:
    desk.load(1, 2)
    plan = desk.made(operator)
    run = desk.posted(operator, plan, 4, everything=1)
    address = reverse("runs:written", args=[desk.connection.pk, run.pk])
    answer = operator.get(address)
    text = part_of(answer, "written")
    assert "Create addition Customer 00001" in text
    assert "Quantity 10 Unit price 11.50" in text
    posting = run.postings.filter(resource="addition").order_by("pk")[0]
    assert f"recordType=AgreementFV&recid={posting.parent_id}" in str(links_of(element(answer, "written")))
    rows = list(csv.DictReader(io.StringIO(streamed(operator.get(address + "export/", {"state": "posted"})))))
    assert [row["Action"] for row in rows] == ["create"] * 4
    assert sorted(row["Addition ID"] for row in rows if row["Addition ID"]) == sorted(
        str(row["id"]) for row in desk.world.additions()
    )
    assert "Create addition" not in part_of(operator.get(address, {"state": "failed"}), "written")
    kept = operator.post(address + "columns/", {"column": ["lines"], "view": "state=posted"}, follow=True)
    assert "L00001" in part_of(kept, "written")
