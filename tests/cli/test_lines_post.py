"""`bursar lines plan` and `lines post`: previewed, posted once, reconciled, and the exit code tells."""

import json
import re
import signal
from collections.abc import Callable

import pytest

from tests.cli.command_line import CommandLine
from tests.cli.months import BAD_ROW, OCTOBER, SEPTEMBER, SNOWSHOE, line, month_file
from tests.cli.psa_process import PATIENCE
from tests.cli.terminal import terminal
from tests.conftest import scrub

Golden = Callable[[str, str], None]


def totals(document: dict[str, object]) -> dict[str, dict[str, str]]:
    run = document["run"]
    assert isinstance(run, dict)
    found: dict[str, dict[str, str]] = run["totals"]
    return found


def two_months(bursar: CommandLine, concurrency: str = "8") -> None:
    """September is posted, October is loaded with more seats, a vanished subscription and troubles."""
    bursar.set_up()
    bursar.run("connection", "option", "main", "concurrency", concurrency)
    bursar.load(SEPTEMBER, name="september.csv")
    bursar.run("lines", "post", "2026-09", "--yes")
    bursar.load(OCTOBER, name="october.csv")


def test_a_plan_tells_everything_and_writes_nothing(bursar: CommandLine) -> None:
    two_months(bursar)
    writes = bursar.psa.writes()
    document = bursar.json("lines", "plan", "2026-10", code=1)
    assert bursar.psa.writes() == writes
    counts = document["counts"]
    assert isinstance(counts, dict)
    assert (counts["lines"], counts["excluded"], counts["blocked"]) == (11, 1, 2)
    companies = document["companies"]
    assert isinstance(companies, list)
    codes = {blocked["code"] for company in companies for blocked in company["blocked"]}
    assert codes == {"not_mapped", "company_without_contact"}
    actions = [change["action"] for company in companies for change in company["changes"]]
    assert actions.count("cancel") == counts["cancel"] > 0
    assert document["totals"] == {
        "planned": {"EUR": "148.00", "USD": "388.37"},
        "held": {"USD": "80.00"},
        "excluded": {"USD": "40.00"},
    }


def test_a_plan_can_be_limited_to_companies(bursar: CommandLine) -> None:
    two_months(bursar)
    company = str(bursar.psa.company_record("SnowshoeSports")["id"])
    companies = bursar.json("lines", "plan", "2026-10", "--company", company)["companies"]
    assert isinstance(companies, list)
    assert [item["company"]["identifier"] for item in companies] == ["SnowshoeSports"]


def test_golden_plan_and_post(bursar: CommandLine, golden: Golden) -> None:
    two_months(bursar, "1")  # one write after the other, so that every record gets the same id every time
    golden("cli-lines-plan.txt", scrub(bursar.run("lines", "plan", "2026-10", code=1).stdout))
    posted = bursar.run("lines", "post", "2026-10", "--yes", code=1).stdout
    golden("cli-lines-post.txt", re.sub(r"run show \w+", "run show <id>", scrub(posted)))


@pytest.mark.parametrize("width", [80, 160])
def test_tables_keep_to_the_width(bursar: CommandLine, width: int) -> None:
    two_months(bursar)
    environment = {"COLUMNS": str(width)}
    for words in (("lines", "plan", "2026-10"), ("lines", "list"), ("config", "show")):
        code = 1 if words[1] == "plan" else 0
        text = bursar.run(*words, code=code, env=environment).stdout
        rows = [row for row in text.splitlines() if "   " in row.strip() or "──" in row]
        assert rows
        assert max(map(len, rows)) <= width


def test_posting_is_reconciled_and_posting_again_writes_nothing(bursar: CommandLine) -> None:
    two_months(bursar)
    first = bursar.json("lines", "post", "2026-10", "--yes", code=1)
    assert first["balanced"] is True
    assert totals(first)["planned"] == totals(first)["posted"] == totals(first)["read_back"]
    assert totals(first)["held"] == {"USD": "80.00"}
    notes = first["notes"]
    assert isinstance(notes, list)
    assert {note["code"] for note in notes if note["kind"] == "blocked"} == {"not_mapped", "company_without_contact"}
    writes = bursar.psa.writes()
    again = bursar.run("lines", "post", "2026-10", "--yes", code=1).stdout
    assert "Verdict: balanced" in again
    assert "Nothing was written in this run." in again
    assert bursar.psa.writes() == writes


def test_a_month_without_trouble_ends_with_0(bursar: CommandLine) -> None:
    bursar.set_up()
    bursar.load(SEPTEMBER)
    bursar.run("lines", "plan", "2026-09")
    assert bursar.json("lines", "post", "2026-09", "--yes")["written"] == 8
    assert "Everything as it should be: 2 more customers." in bursar.run("lines", "plan", "2026-09").stdout


def test_a_month_without_lines_is_pointed_out(bursar: CommandLine) -> None:
    bursar.set_up()
    assert "No lines of 2026-09 are loaded." in bursar.run("lines", "plan", "2026-09").stdout


def test_an_incomplete_month_cancels_nothing_and_says_so(bursar: CommandLine) -> None:
    bursar.set_up()
    bursar.load(SEPTEMBER, name="september.csv")
    bursar.run("lines", "post", "2026-09", "--yes")
    bursar.load(month_file([line(1, SNOWSHOE), BAD_ROW]), name="october.csv", code=1)
    document = bursar.json("lines", "plan", "2026-10")
    counts = document["counts"]
    assert isinstance(counts, dict)
    assert (document["complete"], counts["cancel"]) == (False, 0)
    assert "not loaded completely" in bursar.run("lines", "plan", "2026-10").stdout


def test_many_cancellations_wait_for_a_confirmation(bursar: CommandLine) -> None:
    bursar.set_up()
    bursar.load(SEPTEMBER, name="september.csv")
    bursar.run("lines", "post", "2026-09", "--yes")
    bursar.load(month_file([line(1, SNOWSHOE)]), name="october.csv")
    assert "cancel" in bursar.run("lines", "plan", "2026-10", code=1).stdout
    confirmed = bursar.json("lines", "plan", "2026-10", "--confirm-cancellations", "all")
    counts = confirmed["counts"]
    assert isinstance(counts, dict)
    assert counts["cancel"] == 5
    wrong = bursar.error("lines", "plan", "2026-10", "--confirm-cancellations", "some", code=2)
    assert "all" in wrong["remedy"]


def test_without_a_terminal_and_without_yes_nothing_is_posted(bursar: CommandLine) -> None:
    bursar.set_up()
    bursar.load(SEPTEMBER)
    assert "--yes" in bursar.error("lines", "post", "2026-09", code=2)["remedy"]
    assert bursar.psa.writes() == 0


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 1)])
def test_at_a_terminal_the_summary_is_shown_and_a_yes_is_asked_for(bursar: CommandLine, answer: str, code: int) -> None:
    bursar.set_up()
    bursar.load(SEPTEMBER)
    with terminal() as screen, bursar.process("lines", "post", "2026-09", stdin=screen.descriptor) as process:
        screen.type(f"{answer}\n")
        out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == code, err
    assert "6 lines (0 left out on purpose): 8 to create" in out
    assert "Post 2026-09: create 8 in ConnectWise company cedarpoint" in err
    assert ("Verdict: balanced" in out) == (answer == "y")
    assert (bursar.psa.writes() == 0) == (answer == "n")


def test_a_write_that_fails_is_listed_with_its_remedy(bursar: CommandLine) -> None:
    bursar.set_up()
    bursar.load(SEPTEMBER)
    wanted: dict[str, object] = {"name": "Cloud Subscriptions USD - SnowshoeSports", "type": {"id": 1}}
    company = bursar.psa.company_record("MillstonePress")  # somebody else has the name that Bursar needs
    owner = {"company": {"id": company["id"]}, "contact": company["defaultContact"]}
    bursar.psa.create("/finance/agreements", {**wanted, **owner, "startDate": "2026-09-01T00:00:00Z"})
    document = bursar.json("lines", "post", "2026-09", "--yes", code=1)
    postings = document["postings"]
    assert isinstance(postings, list)
    assert {posting["state"] for posting in postings} == {"failed", "blocked"}
    assert all(posting["sentence"] and posting["remedy"] for posting in postings)
    text = bursar.run("lines", "post", "2026-09", "--yes", code=1).stdout
    assert "Not written" in text
    assert "differs by" in text


@pytest.mark.parametrize(
    ("key", "changes", "expected"),
    [("wrong", {}, "wrong_key"), (None, {"company": "nowhere"}, "unknown_company")],
)
def test_unusable_credentials_end_with_3(
    bursar: CommandLine, key: str | None, changes: dict[str, str], expected: str
) -> None:
    environment = {"BURSAR_PRIVATE_KEY": key} if key else bursar.key_of()
    bursar.run(*bursar.add_words(**changes), "--no-test", env=environment)
    bursar.run("lines", "load", str(bursar.file("september.csv", SEPTEMBER)))
    error = bursar.error("mapping", "suggest", code=3)
    assert error["code"] == expected
    assert error["remedy"]


def test_a_role_without_agreements_ends_with_3_and_is_told_the_missing_row(bursar: CommandLine) -> None:
    bursar.add("main", "No Agreements")
    bursar.run("config", "set", "agreement_type", "Cloud Subscriptions")
    bursar.load(SEPTEMBER)
    assert bursar.error("lines", "plan", "2026-09", code=3)["code"] == "not_permitted"
    failed = bursar.run("lines", "post", "2026-09", "--yes", code=3)
    assert "allow the Finance > Agreements row" in failed.stderr
    runs = bursar.json("run", "list")["runs"]
    assert isinstance(runs, list)
    assert [run["state"] for run in runs if run["verb"] == "post lines"] == ["failed"]


def test_without_an_agreement_type_nothing_is_planned(bursar: CommandLine) -> None:
    bursar.add()
    bursar.load(SEPTEMBER)
    assert bursar.error("lines", "plan", "2026-09", code=2)["code"] == "not_configured"


def test_ctrl_c_leaves_with_130_and_running_again_ends_well(bursar: CommandLine) -> None:
    bursar.set_up()
    bursar.load(SEPTEMBER)
    bursar.psa.latency(400)
    with bursar.process("lines", "post", "2026-09", "--yes") as process:
        bursar.psa.wait_for_write()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert err.splitlines()[-2:] == [  # a request that was under way may be logged before
        "Error: Interrupted.",
        "What to do: Run the same command again whenever you like: nothing is written twice.",
    ]
    bursar.psa.latency(0)
    assert bursar.json("lines", "post", "2026-09", "--yes")["balanced"] is True
    markers = [row["serialNumber"] for row in bursar.psa.records("addition") if row.get("serialNumber")]
    assert len(markers) == len(set(markers)) == 6
    runs = json.loads(bursar.run("run", "list", "--json").stdout)["runs"]
    assert [run["state"] for run in runs if run["verb"] == "post lines"] == ["done", "cancelled"]
    assert runs[1]["verdict"].startswith("stopped after ")
