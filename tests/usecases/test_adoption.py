"""Additions made by hand in ConnectWise: proposed, adopted or ended, posted, read back (rule 99)."""

from decimal import Decimal

import pytest

from bursar.domain.errors import InvalidInput
from bursar.domain.plan import Action
from bursar.store.models import AuditEntry, HandAddition
from bursar.store.queries.plans import blocked_of, writes_of
from bursar.usecases.line_values import version_of
from bursar.usecases.refusals import ChangedMeanwhile
from bursar.usecases.review_adoption import (
    AdoptionState,
    adopt,
    adopt_many,
    candidate_lines,
    hand_additions_of,
    keep_both,
    last_day_before,
    lines_behind,
    places_of,
    state_of,
    withdraw,
)
from bursar.usecases.run_requests import endings_request
from bursar.usecases.runs import PLAN_ENDINGS, request_run
from psa_sandbox.state.record import Record
from tests.usecases.screen import Screen
from tests.usecases.world import World, make_line


def agreement(world: World, number: int, name: str) -> Record:
    """One that a person made for a customer years ago."""
    (company,) = world.store.rows("company", identifier=f"CUST{number:05}")
    type_id = next(row["id"] for row in world.store.rows("agreementType"))
    return world.store.insert(
        "agreement",
        {
            "name": name,
            "company": {"id": company["id"]},
            "type": {"id": type_id},
            "agreementStatus": "Active",
            "startDate": "2024-01-01T00:00:00Z",
            "billStartDate": "2024-01-01T00:00:00Z",
            "nextInvoiceDate": "2024-01-01T00:00:00Z",
            "noEndingDateFlag": True,
            "prorateFlag": False,
            "cancelledFlag": False,
        },
    )


def by_hand(world: World, number: int, **values: object) -> Record:
    """An Addition like the line's, entered at the screen."""
    product = next(row for row in world.store.rows("catalogItem") if row["identifier"] == "SKU-001")
    facts: dict[str, object] = {
        "product": {"id": product["id"]},
        "quantity": 10,
        "unitPrice": Decimal("11.50"),
        "effectiveDate": "2026-01-01T00:00:00Z",
        "billCustomer": "Billable",
        "invoiceDescription": f"Seats of customer {number}",
    }
    old = agreement(world, number, f"Managed services {number}")
    made = Screen(world).add(old, **(facts | values))
    invoiced: Record = {**old, "nextInvoiceDate": "2026-10-01T00:00:00Z"}
    world.store.replace("agreement", int(str(old["id"])), invoiced, by="invoicing")
    return made


@pytest.fixture
def legacy(world: World) -> World:
    """Customers 1 and 2 are billed by hand already; customer 3 has an Addition that no line knows."""
    by_hand(world, 1)
    by_hand(world, 2, quantity=8)
    by_hand(world, 3, product={"id": world.store.rows("catalogItem")[5]["id"]})
    world.load(make_line(number) for number in (1, 2, 3))
    world.map_exactly()
    world.plan()
    return world


def row_of(world: World, number: int) -> HandAddition:
    return hand_additions_of(world.connection).get(company_name=f"Customer {number:05}")


def states(world: World) -> list[AdoptionState]:
    rows = list(hand_additions_of(world.connection).order_by("company_name"))
    lines = lines_behind(world.connection, rows)
    return [state_of(row, lines.get(row.line_id)) for row in rows]


def test_rule_99_what_people_made_is_proposed_with_evidence(legacy: World) -> None:
    first, second, third = (row_of(legacy, number) for number in (1, 2, 3))
    assert (first.line_id, first.score, first.product_identifier) == ("L00001", 100, "SKU-001")
    assert (second.line_id, second.score) == ("L00002", 80)
    assert "The quantity is 8 there and 10 on the line." in second.evidence
    assert (third.line_id, third.score, third.evidence) == ("", 0, [])
    assert (first.total, first.currency) == (Decimal("115.00"), "USD")
    assert legacy.line("L00001").adopt is None


def test_rule_99_an_adopted_addition_is_carried_on_where_it_is(legacy: World) -> None:
    row = row_of(legacy, 1)
    adopt(legacy.connection, row.addition_id, "L00001")
    line = legacy.line("L00001")
    assert (line.adopt, line.set_agreement_id) == (row.addition_id, row.agreement_id)
    plan = legacy.plan()
    entry = writes_of(plan).get(company_name="Customer 00001")
    assert (entry.action, entry.remote_id) == ("update", row.addition_id)
    run = legacy.post_agreed(plan, writes_of(plan).filter(pk=entry.pk))
    assert run.result["balanced"]
    assert len([a for a in legacy.additions() if a["agreementId"] == row.agreement_id]) == 1
    legacy.plan()
    assert not hand_additions_of(legacy.connection).filter(addition_id=row.addition_id).exists()


def test_rule_99_both_may_be_wanted(legacy: World) -> None:
    assert blocked_of(legacy.plan()).filter(code="possible_duplicate").count() == 2
    keep_both(legacy.connection, row_of(legacy, 1).addition_id)
    assert states(legacy) == [AdoptionState.KEPT, AdoptionState.OPEN, AdoptionState.LEGACY]
    assert blocked_of(legacy.plan()).filter(code="possible_duplicate").count() == 1


def test_another_line_may_be_chosen_and_the_one_before_gives_it_up(legacy: World) -> None:
    row = row_of(legacy, 1)
    legacy.load([*(make_line(number) for number in (1, 2, 3)), make_line(1, line_id="LX", subscription_id="sub-x")])
    assert [line.line_id for line in candidate_lines(legacy.connection, row)] == ["L00001", "LX"]
    assert [line.line_id for line in candidate_lines(legacy.connection, row, "lx")] == ["LX"]
    adopt(legacy.connection, row.addition_id, "L00001")
    adopt(legacy.connection, row.addition_id, "LX")
    assert (legacy.line("L00001").adopt, legacy.line("LX").adopt) == (None, row.addition_id)
    assert states(legacy)[0] is AdoptionState.ADOPTED
    withdraw(legacy.connection, row.addition_id)
    assert legacy.line("LX").adopt is None


def test_a_line_of_another_customer_is_refused(legacy: World) -> None:
    with pytest.raises(InvalidInput, match="does not go to Customer 00001"):
        adopt(legacy.connection, row_of(legacy, 1).addition_id, "L00002")


def test_what_the_plan_does_not_know_is_refused(legacy: World) -> None:
    with pytest.raises(InvalidInput, match="no Addition 999999"):
        adopt(legacy.connection, 999999, "L00001")
    with pytest.raises(InvalidInput, match="No line was found"):
        keep_both(legacy.connection, row_of(legacy, 3).addition_id)


def test_two_people_the_second_is_told(legacy: World) -> None:
    row = row_of(legacy, 1)
    shown = version_of(legacy.line("L00001"))
    adopt(legacy.connection, row.addition_id, "L00001", shown=shown)
    with pytest.raises(ChangedMeanwhile):
        keep_both(legacy.connection, row.addition_id, shown=shown)
    assert legacy.line("L00001").adopt == row.addition_id


def test_many_at_once_adopt_what_is_proposed_and_open(legacy: World) -> None:
    keep_both(legacy.connection, row_of(legacy, 2).addition_id)
    report = adopt_many(legacy.connection, hand_additions_of(legacy.connection))
    assert (report.adopted, report.left) == (1, 2)
    entry = AuditEntry.objects.get(action="Additions adopted in bulk")
    assert entry.after == {
        "adopted": 1,
        "left as they were": 2,
        "lines": {"L00001": row_of(legacy, 1).addition_id},
    }
    run = legacy.post_agreed(legacy.plan(), None)
    assert run.result["balanced"]


def test_rule_99_legacy_additions_end_by_a_plan_of_their_own(legacy: World) -> None:
    adopt(legacy.connection, row_of(legacy, 1).addition_id, "L00001")
    with pytest.raises(InvalidInput, match="cannot be ended"):
        places_of(hand_additions_of(legacy.connection))
    gone = row_of(legacy, 3)
    last_day = last_day_before(gone.run.month)
    places = places_of(hand_additions_of(legacy.connection).filter(pk=gone.pk))
    plan = legacy.carry(request_run(legacy.connection, PLAN_ENDINGS, endings_request(places, last_day)))
    (entry,) = writes_of(plan)
    assert (entry.action, entry.remote_id) == (Action.CANCEL, gone.addition_id)
    assert legacy.post_agreed(plan).counts["cancel"] == 1
    ended = legacy.store.get("addition", gone.addition_id)
    assert ended is not None
    assert str(ended["cancelledDate"]).startswith("2026-09-30")


def test_without_a_plan_there_is_nothing_to_decide(world: World) -> None:
    assert not hand_additions_of(world.connection).exists()
    with pytest.raises(InvalidInput, match="No Addition was selected"):
        places_of(hand_additions_of(world.connection))
