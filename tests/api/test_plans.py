"""Plans by API: made, read page by page, posted in part and as a whole, and tried again (rules 85 and 88)."""

from collections.abc import Iterator
from datetime import date
from uuid import uuid4

import pytest

from bursar.domain.roles import Role
from bursar.store.models import Connection, PlanEntry, Run
from bursar.usecases.plan_endings import Place
from bursar.usecases.run_requests import endings_request, plan_options_of
from bursar.usecases.runs import PLAN_ENDINGS, PLAN_LINES, POST_LINES, request_run
from tests.api.conftest import Cast, error_of, make_cast
from tests.api.populated import Populated, populate
from tests.usecases.world import World, make_line, make_world


@pytest.fixture
def world(db: None) -> Iterator[World]:
    made = make_world()
    with made.psa:
        made.load([make_line(number) for number in (1, 2, 3)])
        made.map_exactly()
        yield made


def plans_of(connection: Connection) -> str:
    return f"/connections/{connection.pk}/plans"


def waiting(world: World, verb: str) -> Run:
    return Run.objects.get(connection=world.connection, verb=verb, state=Run.State.QUEUED)


def test_a_plan_is_made_read_and_posted(world: World) -> None:
    cast = make_cast()
    made = cast.operator.post(plans_of(world.connection), {"month": "2026-10"})
    assert made.status_code == 202
    run = waiting(world, PLAN_LINES)
    assert made["Location"] == f"/api/v1{plans_of(world.connection)}/{run.pk}"
    assert plan_options_of(run).survey
    world.carry(run)
    plan = cast.viewer.client.get(made["Location"]).json()
    assert (plan["state"], plan["complete"], plan["stale"], plan["counts"]["create"]) == ("done", True, None, 6)
    assert plan["totals"]["planned"] == {"USD": "345.00"}
    assert cast.viewer.get(plans_of(world.connection)).json()["plans"] == [
        {name: value for name, value in plan.items() if name != "stale"}
    ]
    entries = cast.viewer.client.get(f"{made['Location']}/entries", {"kind": "change", "limit": 4}).json()
    assert (len(entries["entries"]), entries["next"]) == (4, 4)
    addition = next(entry for entry in entries["entries"] if entry["resource"] == "addition")
    assert (addition["after"]["unit_price"], addition["amount"], addition["currency"]) == ("11.5000", "115.00", "USD")

    part = cast.operator.client.post(
        f"{made['Location']}/post", {"entries": [addition["id"]]}, content_type="application/json"
    )
    assert part.status_code == 202
    assert world.carry(waiting(world, POST_LINES)).verdict == "balanced"
    assert len(world.additions()) == 1
    cast.operator.client.post(f"{made['Location']}/post", {"everything": True}, content_type="application/json")
    rest = world.carry(waiting(world, POST_LINES))
    assert (rest.verdict, len(world.additions())) == ("balanced", 3)
    writes = world.writes()
    nothing = cast.operator.client.post(
        f"{made['Location']}/post", {"everything": True}, content_type="application/json"
    )
    assert (nothing.status_code, error_of(nothing)["code"], world.writes()) == (422, "invalid_input", writes)
    shown = cast.viewer.client.get(f"{made['Location']}/entries", {"action": "create"}).json()["entries"]
    assert {(entry["posted"], entry["agreed_in"] is None) for entry in shown} == {(True, False)}


@pytest.mark.parametrize(
    ("wanted", "written"),
    [({"company_ids": [2]}, 1), ({"actions": ["create"]}, 3), ({"actions": ["create"], "company_ids": [1, 3]}, 2)],
)
def test_a_part_is_what_all_lists_agree_on(world: World, wanted: dict[str, object], written: int) -> None:
    plan = world.plan()
    ids = {int(row["identifier"][4:]): row["id"] for row in world.store.rows("company") if "CUST" in row["identifier"]}
    if "company_ids" in wanted:
        wanted = wanted | {"company_ids": [ids[number] for number in wanted["company_ids"]]}
    assert make_cast().operator.post(f"{plans_of(world.connection)}/{plan.pk}/post", wanted).status_code == 202
    world.carry(waiting(world, POST_LINES))
    assert len(world.additions()) == written


def test_what_to_post_must_be_said(world: World) -> None:
    cast, plan = make_cast(), world.plan()
    address = f"{plans_of(world.connection)}/{plan.pk}/post"
    for unclear in ({}, {"everything": False}, {"everything": True, "actions": ["create"]}):
        assert error_of(cast.operator.post(address, unclear))["remedy"].startswith("Send everything: true")
    assert cast.operator.post(address, {"actions": ["dance"]}).status_code == 422
    assert not Run.objects.filter(verb=POST_LINES).exists()


def test_the_same_key_gives_the_same_posting(world: World) -> None:
    cast, plan = make_cast(), world.plan()
    address = f"{plans_of(world.connection)}/{plan.pk}/post"
    key = {"Idempotency-Key": "october"}
    answers = [cast.operator.post(address, {"everything": True}, **key) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer["Location"] for answer in answers}) == Run.objects.filter(verb=POST_LINES).count() == 1
    other = cast.operator.post(address, {"actions": ["create"]}, **key)
    assert (other.status_code, error_of(other)["code"]) == (409, "idempotency_key_used")
    world.carry(waiting(world, POST_LINES))
    assert len(world.additions()) == 3
    again = cast.operator.post(address, {"everything": True}, **key)
    assert again["Location"] == answers[0]["Location"]


def test_the_same_key_makes_one_plan(world: World) -> None:
    cast = make_cast()
    answers = [
        cast.operator.post(plans_of(world.connection), {"month": "2026-10"}, **{"Idempotency-Key": "p"})
        for _ in range(2)
    ]
    assert len({answer["Location"] for answer in answers}) == Run.objects.filter(verb=PLAN_LINES).count() == 1


def test_rule_99_a_plan_of_endings_is_read_and_posted_like_any_other(world: World) -> None:
    cast = make_cast()
    world.post()
    agreement, product = world.store.rows("agreement")[0], world.store.rows("catalogItem")[0]
    values = {"product": {"id": product["id"]}, "effectiveDate": "2026-09-01T00:00:00Z", "billCustomer": "Billable"}
    made = world.store.insert("addition", {"agreementId": agreement["id"], **values})
    place = Place(agreement["company"]["id"], agreement["id"], made["id"])
    plan = world.carry(request_run(world.connection, PLAN_ENDINGS, endings_request([place], date(2026, 9, 30))))
    address = f"{plans_of(world.connection)}/{plan.pk}"
    shown = cast.viewer.get(address).json()
    assert (shown["month"], shown["state"], shown["counts"]["cancel"]) == ("", "done", 1)
    entry = cast.viewer.get(f"{address}/entries").json()["entries"][0]
    assert (entry["remote_id"], entry["after"]["cancelled"]) == (made["id"], "2026-09-30")
    assert cast.operator.post(f"{address}/post", {"everything": True}).status_code == 202
    assert world.carry(waiting(world, POST_LINES)).counts["cancel"] == 1


def test_a_plan_that_was_replaced_cannot_be_posted(world: World) -> None:
    cast, old = make_cast(), world.plan()
    world.plan()
    answer = cast.operator.post(f"{plans_of(world.connection)}/{old.pk}/post", {"everything": True})
    assert (answer.status_code, "newer plan" in str(error_of(answer)["sentence"])) == (422, True)


def test_a_plan_says_what_it_does_not_know(world: World) -> None:
    cast, plan = make_cast(), world.plan()
    world.load([make_line(4)])
    assert cast.viewer.get(f"{plans_of(world.connection)}/{plan.pk}").json()["stale"] == "lines loaded"


def test_what_failed_is_tried_again(world: World) -> None:
    cast = make_cast()
    plan = world.plan()
    other = world.store.rows("company", identifier="CUST00002")[0]
    values = {"company": {"id": other["id"]}, "contact": other["defaultContact"], "type": {"id": 1}}
    in_the_way = world.store.insert("agreement", {"name": "Cloud Subscriptions USD - CUST00001", **values})
    run = world.post_agreed(plan)
    assert run.counts["failed"] == 1
    world.store.delete("agreement", int(str(in_the_way["id"])))
    answer = cast.operator.post(f"/connections/{world.connection.pk}/runs/{run.pk}/retry")
    again = waiting(world, POST_LINES)
    assert (answer.status_code, answer["Location"].endswith(str(again.pk))) == (202, True)
    world.carry(again)
    assert len(world.additions()) == 3
    assert cast.operator.post(f"/connections/{world.connection.pk}/runs/{again.pk}/retry").status_code == 422


def test_filters_of_entries(cast: Cast, connection: Connection) -> None:
    filled: Populated = populate(connection, cast.people[Role.ADMINISTRATOR], times=2)
    address = f"{plans_of(connection)}/{filled.plan.pk}/entries"

    def kinds(**query: object) -> list[str]:
        return sorted(entry["kind"] for entry in cast.viewer.get(address, **query).json()["entries"])

    assert kinds(kind="blocked") == ["blocked"] * 2
    assert kinds(action="create") == ["change"] * 2
    assert kinds(code="no_contact") == ["blocked"] * 2 + ["warning"] * 2
    assert kinds(company=7, kind="warning") == ["warning"] * 2
    assert kinds(company=8) == []
    assert cast.viewer.get(address, kind="mad").status_code == 422


def test_a_plan_of_another_connection_is_not_there(cast: Cast, connection: Connection) -> None:
    filled = populate(connection, cast.people[Role.ADMINISTRATOR])
    other = Connection.objects.create(name="other")
    for address in (f"{plans_of(other)}/{filled.plan.pk}", f"{plans_of(connection)}/{uuid4()}"):
        assert cast.viewer.get(address).status_code == 404
        assert cast.viewer.get(f"{address}/entries").status_code == 404
        assert cast.operator.post(f"{address}/post", {"everything": True}).status_code == 404
    assert cast.viewer.get(f"{plans_of(connection)}/{filled.run.pk}").status_code == 404  # a posting is no plan
    assert not PlanEntry.objects.filter(agreed_in__isnull=False).exists()
