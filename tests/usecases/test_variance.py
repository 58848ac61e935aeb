"""Variances of a plan, from the lines in the store and the Additions in ConnectWise (rules 145-151)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from bursar.domain.additions.variance_alerts import Alert
from bursar.domain.errors import InvalidInput
from bursar.store.models import AuditEntry, Line, Mute, Organization, Run, Variance
from bursar.store.queries.variances import newest_review, to_look_at, totals_by_currency, variances_of, with_alert
from bursar.usecases.billing_settings import set_billing_setting
from bursar.usecases.mappings import Kind, set_mapping
from bursar.usecases.mute_variance import mute, place_of, unmute
from bursar.usecases.plan_additions import MonthPlanner, PlanOptions
from bursar.usecases.review_variance import keep_variances
from tests.query_plan import plan_of
from tests.usecases.world import NOVEMBER, OCTOBER, World, make_line

IN_NOVEMBER = {
    "invoice_date": date(2026, 11, 30),
    "charge_start": date(2026, 11, 1),
    "charge_end": date(2026, 11, 30),
}
TODAY = date(2026, 11, 2)


def october(world: World, customers: int = 4) -> None:
    world.load(make_line(n) for n in range(1, customers + 1))
    world.map_exactly()
    world.post()


def of(plan: Run, customer: int) -> Variance:
    return Variance.objects.get(run=plan, company_name=f"Customer {customer:05}")


def edit(world: World, customer: int, **values: object) -> int:
    """What somebody does on ConnectWise's screen to the only Addition of a customer; returns its id."""
    agreements = {
        agreement["id"]
        for agreement in world.store.rows("agreement")
        if world.store.get("company", int(agreement["company"]["id"]))["identifier"] == f"CUST{customer:05}"
    }
    (addition,) = (row for row in world.additions() if row["agreementId"] in agreements)
    edited = addition | values
    total = Decimal(str(edited["quantity"])) * Decimal(str(edited["unitPrice"]))
    world.store.replace("addition", int(addition["id"]), edited | {"extPrice": total}, by="somebody")
    return int(addition["id"])


def test_rule_145_before_posting_the_plan_makes_up_for_everything(world: World) -> None:
    world.load([make_line(1)])
    world.map_exactly()
    row = of(world.plan(), 1)
    assert (row.product_identifier, row.currency) == ("SKU-001", "USD")
    assert (row.platform_quantity, row.platform_amount) == (10, 115)
    assert (row.psa_quantity, row.psa_amount) == (0, 0)
    assert (row.planned_quantity, row.planned_amount, row.difference) == (10, 115, 0)
    assert row.alerts == f",{Alert.NEW_WITHOUT_AGREEMENT},"
    assert row.details == ["Seats of customer 1 is new, and no Agreement takes it yet. This plan makes a new one."]


def test_rule_145_a_posted_month_is_even(world: World) -> None:
    october(world)
    plan = world.plan()
    rows = Variance.objects.filter(run=plan)
    assert rows.count() == 4
    assert set(rows.values_list("difference", "psa_amount", "alerts")) == {(0, 115, "")}
    assert to_look_at(world.connection, TODAY).count() == 0


def test_rule_145_an_edit_in_connectwise_is_named_in_money(world: World) -> None:
    october(world)
    edit(world, 2, quantity=12)
    edit(world, 3, unitPrice=11)
    plan = world.plan()
    assert (of(plan, 2).difference, of(plan, 3).difference) == (23, -5)
    assert of(plan, 2).alerts == f",{Alert.OVER_BILLED},"
    assert of(plan, 2).details == ["ConnectWise will bill 23.00 USD more than the platform charges."]
    assert totals_by_currency(variances_of(plan, TODAY)) == [("USD", Decimal(23), Decimal(5))]


def test_rule_145_last_month_is_what_was_posted_then(world: World) -> None:
    october(world, 2)
    set_mapping(world.connection, world.psa, Kind.ORGANIZATION, "org-00001", "CUST00009")
    world.load([make_line(2, line_id="N2", **IN_NOVEMBER)])
    plan = world.plan(NOVEMBER)
    assert (of(plan, 2).last_quantity, of(plan, 2).last_amount, of(plan, 2).platform_amount) == (10, 115, 115)
    assert (of(plan, 1).last_amount, of(plan, 1).platform_amount) == (115, 0)  # it was posted there (rule 39)


def test_rule_145_a_posted_line_that_the_source_changed_or_withdrew(world: World) -> None:
    october(world, 3)
    world.load([make_line(1, quantity=Decimal(8), total=Decimal("92.00")), make_line(2)], whole=True)
    assert Line.objects.get(line_id="L00003").vanished
    plan = world.plan()
    assert [of(plan, n).platform_amount for n in (1, 2)] == [92, 115]
    assert (of(plan, 1).difference, of(plan, 2).difference, of(plan, 3).difference) == (23, 0, 115)


def test_rule_149_a_subscription_that_vanished_is_still_billed(world: World) -> None:
    october(world, 1)
    world.load([make_line(2, line_id="N2", **IN_NOVEMBER)])
    plan = world.plan(NOVEMBER)
    row = of(plan, 1)
    assert set(row.alerts.strip(",").split(",")) == {Alert.OVER_BILLED, Alert.STILL_BILLED}
    assert (row.difference, row.last_amount) == (115, 115)
    assert [found.pk for found in with_alert(variances_of(plan, TODAY), Alert.STILL_BILLED)] == [row.pk]


def test_rule_149_a_mapped_customer_without_a_line_is_looked_at_too(world: World) -> None:
    """Somebody made the Addition by hand, and the platform charges nothing for its product."""
    october(world, 2)
    made = edit(world, 2, quantity=1)
    addition = world.store.get("addition", made)
    world.store.insert("addition", {k: v for k, v in addition.items() if k not in {"id", "serialNumber", "_info"}})
    Line.objects.filter(line_id="L00002").delete()
    row = of(world.plan(NOVEMBER), 2)
    assert row.platform_amount == 0
    assert "made by hand" in row.details[list(row.alerts.strip(",").split(",")).index(Alert.STILL_BILLED)]


def test_rule_147_the_threshold_is_a_setting(world: World) -> None:
    october(world, 1)
    world.load([make_line(1, line_id="N1", quantity=Decimal(11), total=Decimal("126.50"), **IN_NOVEMBER)])
    assert of(world.plan(NOVEMBER), 1).alerts == ""
    set_billing_setting(world.connection, "alert_percent", "5", world.psa)
    row = of(world.plan(NOVEMBER), 1)
    assert (row.alerts, row.details) == (",quantity_change,", ["The quantity is 11, last month 10 (+10 %)."])


def test_rule_148_a_new_subscription_beside_a_known_one_has_its_agreement(world: World) -> None:
    october(world, 1)
    news = {"subscription_id": "sub-new", "subscription_name": "New seats"}
    world.load([make_line(1, line_id="N1", **IN_NOVEMBER), make_line(1, line_id="N2", **IN_NOVEMBER, **news)])
    world.load([make_line(2, line_id="N3", **IN_NOVEMBER)])
    world.map_exactly()
    plan = world.plan(NOVEMBER)
    assert of(plan, 1).alerts == ",quantity_change,"
    assert of(plan, 2).alerts == ",new_without_agreement,"


def test_rule_150_customers_that_are_only_previewed_stay_as_they_are(world: World) -> None:
    set_billing_setting(world.connection, "pilot_mode", "yes", world.psa)
    world.load([make_line(1), make_line(2)])
    world.map_exactly()
    Organization.objects.filter(organization_id="org-00001").update(posting=True)
    plan = world.plan()
    assert (of(plan, 1).difference, of(plan, 2).difference) == (0, -115)
    assert "can be previewed only" in of(plan, 2).details[0]


def test_lines_billed_by_hand_are_compared_with_what_people_made(world: World) -> None:
    october(world, 1)
    world.load([make_line(1, line_id="N1", subscription_id="other")])
    Line.objects.filter(line_id="N1").update(by_hand=True)
    row = of(world.plan(), 1)
    assert (row.platform_amount, row.difference) == (230, -115)


def test_excluded_customers_are_not_compared(world: World) -> None:
    world.load([make_line(1), make_line(2)])
    world.map_exactly()
    Organization.objects.filter(organization_id="org-00002").update(state="excluded")
    assert not Variance.objects.filter(run=world.plan(), company_name="Customer 00002", platform_amount__gt=0).exists()


def test_a_plan_of_some_customers_leaves_the_variances_alone(world: World) -> None:
    october(world, 2)
    whole = world.plan()
    world.plan(survey=False, company_ids=frozenset({1}))
    assert newest_review(world.connection) == whole
    assert newest_review(world.connection, "2026-10") == whole
    assert newest_review(world.connection, "2026-09") is None


def questions(world: World) -> int:
    """How many statements it takes to compare everything that a batch of customers has."""
    run = Run.objects.create(connection=world.connection, verb="plan lines", month="2026-10")
    planner = MonthPlanner(world.connection, world.psa, PlanOptions(OCTOBER, survey=True))
    plans = list(planner.plans(planner.sort_lines()))
    with CaptureQueriesContext(database) as captured:
        keep_variances(run, planner, plans)
    assert Variance.objects.filter(run=run).count() == len(plans)
    return len(captured)


def test_the_number_of_queries_does_not_depend_on_the_customers(world: World) -> None:
    october(world, 2)
    few = questions(world)
    world.load(make_line(n) for n in range(1, 19))
    world.map_exactly()
    assert questions(world) == few


# mutes (rule 146)


def muted(world: World, plan: Run, today: date) -> list[str]:
    return list(variances_of(plan, today).filter(muted=1).values_list("company_name", flat=True))


def test_rule_146_a_mute_is_silent_until_its_day_is_over(world: World) -> None:
    october(world, 2)
    edit(world, 2, quantity=12)
    plan = world.plan()
    row = of(plan, 2)
    mute(world.connection, [(row.company_id, row.product_id)], " Agreed with the customer ", date(2026, 11, 30), TODAY)
    for day in (TODAY, date(2026, 11, 30)):
        assert muted(world, plan, day) == ["Customer 00002"]
        assert to_look_at(world.connection, day).count() == 0
    assert muted(world, plan, date(2026, 12, 1)) == []
    assert to_look_at(world.connection, date(2026, 12, 1)).count() == 1
    assert muted(world, world.plan(), TODAY) == ["Customer 00002"]  # the next plan is silent, too
    stored = Mute.objects.get()
    assert (stored.reason, stored.until) == ("Agreed with the customer", date(2026, 11, 30))


def test_rule_146_muting_again_replaces_and_unmuting_ends_it(world: World) -> None:
    place = (1, 2)
    mute(world.connection, [place], "First", TODAY, TODAY)
    mute(world.connection, [place, (1, 3)], "Second", date(2026, 11, 3), TODAY)
    assert list(Mute.objects.order_by("product_id").values_list("product_id", "reason")) == [
        (2, "Second"),
        (3, "Second"),
    ]
    assert unmute(world.connection, [place]) == 1
    assert unmute(world.connection, [place]) == 0
    entries = AuditEntry.objects.filter(action__startswith="variances").order_by("number")
    assert [entry.action for entry in entries] == ["variances muted", "variances muted", "variances unmuted"]
    assert entries[1].before == {"company 1 product 2": {"reason": "First", "until": "2026-11-02"}}
    assert entries[1].after == {"reason": "Second", "until": "2026-11-03", "records": 2}


@pytest.mark.parametrize(
    ("reason", "until", "why"),
    [
        ("  ", TODAY, "A reason is missing."),
        ("Known", TODAY - timedelta(days=1), "has passed"),
        ("Known", date(2027, 11, 4), "more than a year away"),
        ("x" * 501, TODAY, "is too long"),
        ("a\x00b", TODAY, "control characters"),
    ],
)
def test_rule_146_a_mute_needs_a_reason_and_a_day_within_a_year(
    world: World, reason: str, until: date, why: str
) -> None:
    with pytest.raises(InvalidInput, match=why):
        mute(world.connection, [(1, 2)], reason, until, TODAY)
    assert not Mute.objects.exists()
    mute(world.connection, [(1, 2)], "Known", date(2027, 11, 2), TODAY)


def test_what_a_person_names_is_found_in_the_newest_plan(world: World) -> None:
    october(world, 2)
    plan = world.plan()
    row = of(plan, 1)
    place = (row.company_id, row.product_id)
    for company, product in (("customer 00001", "sku-001"), (str(row.company_id), str(row.product_id))):
        assert place_of(world.connection, company, product) == place
    with pytest.raises(InvalidInput, match="has no product 'SKU-001' of company 'Nobody'"):
        place_of(world.connection, "Nobody", "SKU-001")
    Variance.objects.filter(run=plan).update(company_name="Same")
    with pytest.raises(InvalidInput, match="more than one"):
        place_of(world.connection, "Same", "SKU-001")


def test_the_dashboard_counts_only_rows_with_an_alert(world: World) -> None:
    with CaptureQueriesContext(database) as captured:
        to_look_at(world.connection, TODAY).count()
    (asked,) = (query["sql"] for query in captured)
    if database.vendor == "sqlite":  # PostgreSQL reads an empty table without an index
        assert "variance_with_alert" in " ".join(plan_of(asked))
    assert "alerts" in asked


def test_months_are_told_apart(world: World) -> None:
    october(world, 1)
    first = world.plan()
    world.load([make_line(1, line_id="N1", **IN_NOVEMBER)])
    second = world.plan(NOVEMBER)
    assert newest_review(world.connection) == second
    assert newest_review(world.connection, str(OCTOBER)) == first
    assert of(first, 1).last_amount == 0
    assert of(second, 1).last_amount == 115
