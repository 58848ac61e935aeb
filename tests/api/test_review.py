"""Adoption and drift through the API: list, decide, and plan endings (rules 97 and 99)."""

import pytest

from bursar.store.models import Line, Run
from bursar.usecases.runs import PLAN_ENDINGS
from tests.api.conftest import Cast, error_of
from tests.web.review.found_by_hand import drifted, lines_of, made_by_hand
from tests.web.review.many_variances import a_plan
from tests.web.visitors import a_connection

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> str:
    """A connection whose newest plan found two proposals, a legacy Addition, and an edit."""
    connection = a_connection()
    lines_of(connection, 1, 2, 3, 4)
    plan = a_plan(connection)
    made_by_hand(plan, 1)
    made_by_hand(plan, 2, 80)
    made_by_hand(plan, 3, 0)
    drifted(plan, 4)
    return f"/connections/{connection.pk}"


def test_rule_99_proposals_are_listed_adopted_and_withdrawn(at: str, cast: Cast) -> None:
    listed = cast.viewer.send("GET", f"{at}/adoption").json()
    assert [(item["addition_id"], item["line_id"], item["state"]) for item in listed["additions"]] == [
        (7001, "L00001", "open"),
        (7002, "L00002", "open"),
        (7003, None, "legacy"),
    ]
    assert (listed["month"], listed["next"], listed["additions"][0]["total"]) == ("2026-10", None, "115.00")
    version = listed["additions"][0]["version"]
    wanted = {"addition_id": 7001, "do": "adopt", "version": version}
    assert cast.operator.send("POST", f"{at}/adoption/decide", wanted).json()["state"] == "adopted"
    assert Line.objects.get(line_id="L00001").adopt == 7001
    stale = cast.operator.send("POST", f"{at}/adoption/decide", wanted | {"do": "keep_both"})
    assert (stale.status_code, error_of(stale)["code"]) == (409, "changed_meanwhile")
    withdrawn = cast.operator.send("POST", f"{at}/adoption/decide", {"addition_id": 7001, "do": "withdraw"})
    assert withdrawn.json()["state"] == "open"


def test_rule_99_many_proposals_at_once(at: str, cast: Cast) -> None:
    page = cast.viewer.send("GET", f"{at}/adoption?minimum_score=90").json()
    assert [item["addition_id"] for item in page["additions"]] == [7001]
    done = cast.operator.send("POST", f"{at}/adoption/adopt", {"minimum_score": 60, "additions": [7002, 7003]})
    assert done.json() == {"adopted": 1, "left": 0}


def test_rule_99_endings_are_a_run(at: str, cast: Cast) -> None:
    wanted = {"additions": [7003], "last_day": "2026-09-30"}
    answer = cast.operator.send("POST", f"{at}/adoption/end", wanted)
    run = Run.objects.get(verb=PLAN_ENDINGS)
    assert (answer.status_code, answer.json()["id"]) == (202, str(run.pk))
    assert answer["Location"].endswith(f"/runs/{run.pk}")
    assert run.request == {"additions": [[3, 50, 7003]], "last_day": "2026-09-30"}
    unknown = cast.operator.send("POST", f"{at}/adoption/end", wanted | {"additions": [1]})
    assert unknown.status_code == 422


def test_rule_97_drift_is_listed_and_decided(at: str, cast: Cast) -> None:
    (found,) = cast.viewer.send("GET", f"{at}/drift").json()["drifts"]
    assert found["edits"] == [{"field": "unit_price", "bursar": "11.5000", "connectwise": "9"}]
    assert (found["state"], found["decisions"], found["kind"]) == ("open", ["accept", "overwrite"], "edited")
    wanted = {"addition_id": 8004, "decision": "overwrite", "version": found["version"]}
    assert cast.operator.send("POST", f"{at}/drift/decide", wanted).json()["state"] == "overwrite"
    stale = cast.operator.send("POST", f"{at}/drift/decide", wanted | {"decision": "accept"})
    assert error_of(stale)["code"] == "changed_meanwhile"
    assert cast.viewer.send("GET", f"{at}/drift?kind=deleted").json()["drifts"] == []


def test_rule_97_many_at_once(at: str, cast: Cast) -> None:
    wanted = {"additions": [8004], "decision": "recreate"}
    done = cast.operator.send("POST", f"{at}/drift/decide-many", wanted).json()
    assert done == {"decided": 0, "left": 1, "reasons": {"Overwrite or accept it.": 1}}
    done = cast.operator.send("POST", f"{at}/drift/decide-many", wanted | {"decision": "accept"}).json()
    assert (done["decided"], done["left"]) == (1, 0)
