"""`bursar plan`: make, show, list, post a part, post the rest; and `bursar run retry` (rules 85, 88 and 95)."""

from collections.abc import Mapping, Sequence

import pytest

from tests.cli.command_line import CommandLine
from tests.cli.months import MILLSTONE, OCTOBER, SNOWSHOE, WILLOWBEND
from tests.cli.test_lines_post import two_months

Document = Mapping[str, object]


def part(document: Document, name: str) -> Document:
    found = document[name]
    assert isinstance(found, dict)
    return found


def entries(document: Document) -> Sequence[Mapping[str, object]]:
    found = document["entries"]
    assert isinstance(found, list)
    return found


def test_a_plan_is_made_kept_and_shown_without_writing(bursar: CommandLine) -> None:
    two_months(bursar)
    writes = bursar.psa.writes()
    made = part(bursar.json("plan", "make", "2026-10", code=1), "plan")
    assert (made["month"], made["state"], made["stale"]) == ("2026-10", "done", None)
    planned = bursar.json("lines", "plan", "2026-10", code=1)
    totals, kept = planned["totals"], made["totals"]
    assert totals == kept  # the kept plan is the one that `lines plan` shows
    shown = bursar.json("plan", "show")
    assert part(shown, "plan")["id"] == made["id"]
    found = entries(shown)
    assert {entry["kind"] for entry in found} == {"change", "blocked", "warning"}
    update = next(entry for entry in found if entry["company"] == SNOWSHOE and entry["action"] in {"update", "create"})
    assert part(update, "after")["quantity"]
    cancels = entries(bursar.json("plan", "show", str(made["id"])[:8], "--action", "cancel"))
    assert {entry["action"] for entry in cancels} == {"cancel"}
    text = bursar.run("plan", "show", "--month", "2026-10").stdout
    assert "Blocked" in text
    assert "Map the organization" in text
    assert "→" in text
    listed = bursar.json("plan", "list")["plans"]
    assert isinstance(listed, list)
    assert [plan["id"] for plan in listed] == [made["id"]]
    assert bursar.psa.writes() == writes


def test_a_part_is_posted_then_the_rest_then_nothing(bursar: CommandLine) -> None:
    two_months(bursar)
    bursar.run("plan", "make", "2026-10", code=1)
    company = str(bursar.psa.company_record("SnowshoeSports")["id"])
    first = bursar.json("plan", "post", "--company", company, "--yes")
    assert first["balanced"] is True
    posted = entries(bursar.json("plan", "show"))
    assert {entry["company"] for entry in posted if entry["posted"]} == {SNOWSHOE}
    one = next(e for e in posted if e["company"] == MILLSTONE and e["action"] == "cancel")
    assert bursar.json("plan", "post", "--entry", str(one["id"]), "--yes")["written"]
    rest = bursar.json("plan", "post", "--yes", code=1)  # what is blocked still waits
    assert rest["balanced"] is True
    writes = bursar.psa.writes()
    assert bursar.error("plan", "post", "--yes", code=2)["code"] == "invalid_input"
    again = bursar.json("lines", "post", "2026-10", "--yes", code=1)
    assert (again["written"], bursar.psa.writes()) == (0, writes)


def test_posting_asks_first(bursar: CommandLine) -> None:
    two_months(bursar)
    bursar.run("plan", "make", "2026-10", code=1)
    error = bursar.error("plan", "post", code=2)
    assert "no terminal" in error["sentence"]


def test_a_plan_that_knows_less_says_so(bursar: CommandLine) -> None:
    two_months(bursar)
    bursar.run("plan", "make", "2026-10", code=1)
    bursar.run("mapping", "set", "organization", "O-Will", "--exclude")
    assert "made before the newest change (mapping changed" in bursar.run("plan", "show").stdout


def test_without_a_plan_it_is_said_how_to_make_one(bursar: CommandLine) -> None:
    bursar.set_up()
    assert "bursar plan make MONTH" in bursar.error("plan", "show", code=2)["remedy"]
    assert "bursar plan make MONTH" in bursar.run("plan", "list").stdout
    bursar.load(OCTOBER)
    bursar.run("lines", "post", "2026-10", "--yes", code=1)
    runs = bursar.json("run", "list")["runs"]
    assert isinstance(runs, list)
    assert "made no plan" in bursar.error("plan", "show", str(runs[0]["id"]), code=2)["sentence"]


def test_mass_cancellations_are_confirmed_in_a_new_plan(bursar: CommandLine) -> None:
    two_months(bursar)
    bursar.run("config", "set", "mass_cancel_share", "0.1")
    made = part(bursar.json("plan", "make", "2026-10", code=1), "plan")
    blocked = [entry for entry in entries(bursar.json("plan", "show")) if entry["code"] == "mass_cancellation"]
    assert [entry["company"] for entry in blocked] == [MILLSTONE]
    company = str(blocked[0]["company_id"])
    again = part(bursar.json("plan", "make", "2026-10", "--confirm-cancellations", company, code=1), "plan")
    counts, before = part(again, "counts"), part(made, "counts")
    assert counts["cancel"] == int(str(before["cancel"])) + 1


@pytest.mark.parametrize("words", [("plan", "make", "2026-10"), ("plan", "post", "--yes")])
def test_a_run_can_be_left_to_a_worker(bursar: CommandLine, words: tuple[str, ...]) -> None:
    two_months(bursar)
    if words[1] == "post":
        bursar.run("plan", "make", "2026-10", code=1)
    bursar.run(*words, "--no-wait")
    runs = bursar.json("run", "list")["runs"]
    assert isinstance(runs, list)
    assert runs[0]["state"] == "queued"


def test_a_posting_that_left_nothing_to_write_is_not_retried(bursar: CommandLine) -> None:
    """A customer without a contact is blocked; nothing else is left of the posting, so there is nothing to retry."""
    two_months(bursar)
    bursar.run("plan", "make", "2026-10", code=1)
    bursar.json("plan", "post", "--yes", code=1)
    runs = bursar.json("run", "list")["runs"]
    assert isinstance(runs, list)
    error = bursar.error("run", "retry", str(runs[0]["id"]), "--yes", code=2)
    assert error["code"] == "invalid_input"
    assert WILLOWBEND not in error["sentence"]
