"""Plans that people look at, and posting exactly what they agreed to (rules 73-88 and 150)."""

from datetime import date
from decimal import Decimal

import pytest

from bursar.domain.errors import InvalidInput
from bursar.domain.lines import ChargeType
from bursar.store.models import Line, Organization, PlanEntry, RunNote
from bursar.store.queries.plans import blocked_of, changes_of, newest_plan, warnings_of, writes_of
from bursar.usecases.agreed_plan import agree, must_be_postable
from bursar.usecases.billing_settings import set_billing_setting
from bursar.usecases.plan_endings import Place
from bursar.usecases.run_requests import agreed_request, endings_request
from bursar.usecases.runs import PLAN_ENDINGS, POST_LINES, request_run
from tests.usecases.world import NOVEMBER, OCTOBER, World, make_line


def load(world: World, *numbers: int) -> None:
    world.load(make_line(number) for number in numbers)
    world.map_exactly()


def test_a_plan_keeps_every_change_and_writes_nothing(world: World) -> None:
    """Rule 88: what would be created, with all values, its Agreement and its money."""
    load(world, 1, 2)
    plan = world.plan()
    assert world.writes() == 0
    assert plan.counts["create"] == 4  # two Agreements and their Additions
    assert plan.totals["planned"] == {"USD": "230.00"}
    entry = changes_of(plan).get(resource="addition", company_name="Customer 00001")
    assert entry.after["unit_price"] == "d:11.5000"
    assert entry.amount == Decimal("115.00")
    assert "Seats of customer 1" in entry.subject
    agreement = changes_of(plan).get(resource="agreement", company_name="Customer 00001")
    assert (entry.parent_key, entry.agreement_name) == (agreement.key, agreement.agreement_name)


def test_a_selection_then_everything_then_again(world: World) -> None:
    """Done-when 5: no double, no gap; a line that is skipped has a warning that names what it lacks (rules 74, 88)."""
    load(world, *range(1, 9))
    world.load([make_line(n) for n in range(1, 9)] + [make_line(9, organization_name="Nobody known")])
    plan = world.plan()
    chosen = writes_of(plan).filter(resource="addition", company_name__in=["Customer 00003", "Customer 00004"])
    first = world.post_agreed(plan, chosen)
    assert (len(world.additions()), first.result["balanced"]) == (2, True)
    assert first.counts["create"] == 4  # each with the Agreement it needs
    second = world.post_agreed(plan)
    assert (len(world.additions()), second.result["balanced"]) == (8, True)
    skipped = second.notes.get(code="not_mapped")
    assert "PSA Organization Name" in skipped.sentence
    with pytest.raises(InvalidInput, match="Nothing of what was chosen"):
        world.post_agreed(plan)
    writes = world.writes()
    third = world.post()
    assert (world.writes(), third.counts["leave"]) == (writes, 8)
    assert Line.objects.filter(link__isnull=False).count() == 8


def test_what_changed_since_the_plan_is_held_back(world: World) -> None:
    """What is written is what was shown: a line that changed in between waits for another look."""
    load(world, 1, 2)
    plan = world.plan()
    Line.objects.filter(line_id="L00001").update(set_charge_start=date(2026, 10, 15))
    run = world.post_agreed(plan)
    assert len(world.additions()) == 1
    note = run.notes.get(kind=RunNote.Kind.BLOCKED)
    assert (note.code, note.lines) == ("changed_since_preview", ["L00001"])
    world.post_agreed(world.plan())
    assert len(world.additions()) == 2


def test_a_change_that_was_not_chosen_is_left_alone(world: World) -> None:
    load(world, 1, 2, 3)
    plan = world.plan()
    run = world.post_agreed(plan, writes_of(plan).filter(company_name="Customer 00002"))
    assert len(world.additions()) == 1
    assert run.counts["lines"] == 1
    states = dict(changes_of(plan).filter(resource="addition").values_list("company_name", "posted"))
    assert states == {"Customer 00001": False, "Customer 00002": True, "Customer 00003": False}


def test_only_the_newest_plan_of_a_month_can_be_posted(world: World) -> None:
    load(world, 1)
    old = world.plan()
    world.plan()
    with pytest.raises(InvalidInput, match="newer plan"):
        must_be_postable(old)
    assert newest_plan(world.connection, str(OCTOBER)) != old
    assert not old.plan.exists()  # nobody agreed to anything in it


def test_two_postings_of_one_plan_do_not_take_from_each_other(world: World) -> None:
    load(world, 1, 2)
    plan = world.plan()
    waiting = request_run(world.connection, POST_LINES, agreed_request(plan, everything=True), month=plan.month)
    assert agree(plan, waiting) == 4
    late = request_run(world.connection, POST_LINES, agreed_request(plan, everything=True), month=plan.month)
    with pytest.raises(InvalidInput):
        agree(plan, late)
    assert PlanEntry.objects.filter(agreed_in=waiting).count() == 4


def test_an_ending_is_never_chosen_without_what_follows_it(world: World) -> None:
    """A price change of an invoiced period ends one Addition and begins another: half of it would leave a gap."""
    load(world, 1)
    world.post()
    agreement = world.store.rows("agreement")[0]
    world.store.replace(
        "agreement", agreement["id"], {**agreement, "nextInvoiceDate": "2026-12-01T00:00:00Z"}, by="invoicing"
    )
    november = {"invoice_date": date(2026, 11, 30), "charge_start": date(2026, 11, 1), "charge_end": date(2026, 11, 30)}
    world.load([make_line(1, line_id="N1", unit_price=Decimal(12), total=Decimal(120), **november)])
    plan = world.plan(NOVEMBER)
    cancel = writes_of(plan).filter(action="cancel")
    assert cancel.count() == 1
    run = request_run(world.connection, POST_LINES, agreed_request(plan, everything=False), month=plan.month)
    assert agree(plan, run, cancel) == 2


def test_blocked_lines_say_so_until_they_can_be_posted(world: World) -> None:
    """A line's own list shows what the newest plan found."""
    world.load(
        [
            make_line(
                1, charge_type=ChargeType.CORRECTION, total=Decimal(-5), quantity=Decimal(1), unit_price=Decimal(-5)
            )
        ]
    )
    world.map_exactly()
    set_billing_setting(world.connection, "hold_negative_lines", "yes")
    plan = world.plan()
    assert blocked_of(plan).get().code == "withheld_for_review"
    assert world.line("L00001").blocked_code == "withheld_for_review"
    set_billing_setting(world.connection, "hold_negative_lines", "")
    world.plan()
    assert world.line("L00001").blocked_code == ""


def test_pilot_mode_previews_everybody_and_posts_the_enabled(world: World) -> None:
    """Rule 150."""
    load(world, 1, 2)
    set_billing_setting(world.connection, "pilot_mode", "yes")
    Organization.objects.filter(name="Customer 00001").update(posting=True)
    plan = world.plan()
    flags = dict(writes_of(plan).filter(resource="addition").values_list("company_name", "preview_only"))
    assert flags == {"Customer 00001": False, "Customer 00002": True}
    run = world.post_agreed(plan)
    assert (len(world.additions()), run.counts["create"]) == (1, 2)
    with pytest.raises(InvalidInput):
        world.post_agreed(plan, writes_of(plan).filter(company_name="Customer 00002"))
    report = world.post()
    assert len(world.additions()) == 1
    assert report.run.notes.get(kind=RunNote.Kind.BLOCKED).code == "preview_only"


def test_a_survey_looks_at_mapped_customers_without_lines(world: World) -> None:
    """Rule 149: somebody may still bill them by hand."""
    load(world, 1, 2)
    Line.objects.filter(line_id="L00002").delete()
    seen = []
    for survey in (False, True):
        world.plan(survey=survey)
        seen.append(sum("/finance/agreements" in entry.path for entry in world.sandbox.journal.entries()))
    assert seen[1] > seen[0]


def by_hand(world: World, number: int = 1) -> Place:
    """An Addition that a person made on the customer's Agreement in ConnectWise."""
    load(world, number)
    world.post()
    agreement = world.store.rows("agreement")[0]
    product = world.store.rows("catalogItem")[0]
    made = world.store.insert(
        "addition",
        {
            "agreementId": agreement["id"],
            "product": {"id": product["id"]},
            "quantity": Decimal(1),
            "unitPrice": Decimal(7),
            "effectiveDate": "2026-09-01T00:00:00Z",
            "billCustomer": "Billable",
        },
    )
    return Place(agreement["company"]["id"], agreement["id"], made["id"])


def test_endings_are_a_plan_like_any_other(world: World) -> None:
    """Rule 99: Additions made by hand end in bulk, after a look, once; one that Bursar bills is refused."""
    place = by_hand(world)
    ours = next(row["id"] for row in world.additions() if row["id"] != place.addition_id)
    places = [
        place,
        Place(place.company_id, place.agreement_id, ours),
        Place(place.company_id, place.agreement_id, 999999),
    ]
    asked = request_run(world.connection, PLAN_ENDINGS, endings_request(places, date(2026, 9, 30)))
    plan = world.carry(asked)
    assert writes_of(plan).get().remote_id == place.addition_id
    assert set(blocked_of(plan).values_list("code", flat=True)) == {"billed_by_bursar", "addition_missing"}
    world.post_agreed(plan)
    ended = next(row for row in world.additions() if row["id"] == place.addition_id)
    assert str(ended["cancelledDate"]).startswith("2026-09-30")
    again = world.carry(request_run(world.connection, PLAN_ENDINGS, endings_request([place], date(2026, 9, 30))))
    assert changes_of(again).get().action == "leave"


def test_changes_of_a_customer_stand_together_by_agreement(world: World) -> None:
    """A new Agreement first with its Additions; then each Agreement that is there, what ends before what begins."""
    load(world, 1)
    world.post()
    euros = {"currency": "EUR", "offer_id": "offer-1", "offer_name": "Subscription 001"}
    agreement = world.store.rows("agreement")[0]
    world.store.replace(
        "agreement", agreement["id"], {**agreement, "nextInvoiceDate": "2026-12-01T00:00:00Z"}, by="invoicing"
    )
    november = {"invoice_date": date(2026, 11, 30), "charge_start": date(2026, 11, 1), "charge_end": date(2026, 11, 30)}
    dearer = make_line(1, line_id="N1", unit_price=Decimal(12), total=Decimal(120), **november)
    foreign = [make_line(1, line_id=f"N{n}", subscription_id=f"sub-{n}", **(november | euros)) for n in (2, 3)]
    world.load([foreign[0], dearer, foreign[1]])
    plan = world.plan(NOVEMBER)
    rows = list(changes_of(plan).order_by("pk").values_list("resource", "action", "agreement_name", "lines"))
    new, there = (f"Cloud Subscriptions {currency} - CUST00001" for currency in ("EUR", "USD"))
    assert rows == [
        ("agreement", "create", new, []),
        ("addition", "create", new, ["N2"]),
        ("addition", "create", new, ["N3"]),
        ("addition", "cancel", there, []),
        ("addition", "create", there, ["N1"]),
    ]


def test_warnings_are_kept_with_their_customer(world: World) -> None:
    load(world, 1, 2)
    world.post()
    Line.objects.filter(line_id="L00002").update(vanished=True)
    plan = world.plan(NOVEMBER)
    assert warnings_of(plan).filter(code="month_incomplete").exists()
