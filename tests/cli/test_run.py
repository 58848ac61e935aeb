"""`bursar run`: what earlier runs did, also after they ended badly."""

from bursar.store.models import Connection, Run
from tests.cli.command_line import CommandLine
from tests.cli.months import OCTOBER, SEPTEMBER
from tests.cli.psa_process import PATIENCE


def run_ids(bursar: CommandLine, *words: str) -> list[str]:
    """Postings; loads are runs, too."""
    rows = bursar.json("run", "list", *words)["runs"]
    assert isinstance(rows, list)
    return [row["id"] for row in rows if row["verb"] == "post lines"]


def test_runs_are_listed_newest_first(bursar: CommandLine) -> None:
    bursar.set_up()
    assert bursar.run("run", "list").stdout == "There is no run yet.\n"
    bursar.load(SEPTEMBER)
    for _ in range(3):
        bursar.run("lines", "post", "2026-09", "--yes")
    found = run_ids(bursar)
    assert len(found) == 3
    assert run_ids(bursar, "--limit", "1") == found[:1]
    assert found[0][:8] in bursar.run("run", "list").stdout


def test_a_run_is_shown_by_the_beginning_of_its_id(bursar: CommandLine) -> None:
    bursar.set_up()
    bursar.load(OCTOBER)
    bursar.run("lines", "post", "2026-10", "--yes", code=1)
    (run_id,) = run_ids(bursar)
    text = bursar.run("run", "show", run_id[:6]).stdout
    assert run_id in text
    assert "Verdict: balanced" in text
    assert "Nobody Knows" in text
    assert "→ Map the organization or offer" in text
    document = bursar.json("run", "show", run_id.upper())
    assert document["postings"] == []


def test_unknown_and_ambiguous_ids_are_usage_errors(bursar: CommandLine) -> None:
    bursar.add()
    connection = Connection.objects.get()
    for tail in ("0", "1"):
        Run.objects.create(id=f"abcdef00-0000-4000-8000-00000000000{tail}", connection=connection, verb="post lines")
    assert "Several runs" in bursar.error("run", "show", "abcdef", code=2)["sentence"]
    assert bursar.json("run", "show", "abcdef00-0000-4000-8000-000000000001")["notes"] == []
    for unknown in ("0123", "x%", "abcdef00-0000-4000-8000-000000000002"):
        assert "no run" in bursar.error("run", "show", unknown, code=2)["sentence"]


def test_a_run_is_left_to_a_worker_followed_and_shown(bursar: CommandLine) -> None:
    bursar.set_up()
    bursar.load(SEPTEMBER)
    left = bursar.run("lines", "post", "2026-09", "--yes", "--no-wait")
    run_id = left.stdout.strip()
    assert "No worker is alive" in left.stderr
    assert bursar.psa.writes() == 0
    with bursar.process("worker"):
        shown = bursar.json("run", "show", run_id[:8], "--follow")
    run = shown["run"]
    assert isinstance(run, dict)
    assert (run["id"], run["state"], run["verdict"]) == (run_id, "done", "balanced")


def test_a_command_takes_over_what_waits_before_its_own_run(bursar: CommandLine) -> None:
    bursar.set_up()
    bursar.load(SEPTEMBER)
    bursar.run("lines", "post", "2026-09", "--yes", "--no-wait")
    assert bursar.json("lines", "post", "2026-09", "--yes")["written"] == 0
    runs = Run.objects.filter(verb="post lines").order_by("started_at")
    assert [(run.state, run.counts["create"]) for run in runs[:1]] == [("done", 8)]


def test_a_run_is_stopped_once(bursar: CommandLine) -> None:
    bursar.set_up()
    bursar.load(SEPTEMBER)
    run_id = bursar.run("lines", "post", "2026-09", "--yes", "--no-wait").stdout.strip()
    stopped = bursar.json("run", "stop", run_id[:8])["run"]
    assert isinstance(stopped, dict)
    assert (stopped["state"], stopped["verdict"]) == ("cancelled", "stopped before it began")
    assert "ended already" in bursar.error("run", "stop", run_id, code=2)["sentence"]
    assert bursar.psa.writes() == 0


def test_a_run_that_somebody_else_stops_tells_its_command_so(bursar: CommandLine) -> None:
    bursar.set_up()
    bursar.load(SEPTEMBER)
    bursar.psa.latency(400)
    with bursar.process("lines", "post", "2026-09", "--yes") as process:
        bursar.psa.wait_for_write()
        bursar.run("run", "stop", str(Run.objects.get(verb="post lines").id))
        out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1, err
    assert "Verdict: stopped after" in out
