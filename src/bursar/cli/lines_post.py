"""`bursar lines post`: write a month to ConnectWise, once, and read it back."""

from bursar.cli.adapters import open_psa, queue_run
from bursar.cli.consent import must_agree, must_be_able_to_ask
from bursar.cli.epilog import Shape, epilog
from bursar.cli.exits import finish
from bursar.cli.lines_plan import Preview, show_summary, writes_sentence
from bursar.cli.options import AsJson, CompanyIds, Confirmed, ConnectionName, MonthText, NoWait, Yes
from bursar.cli.output import counted, print_json, remark, say
from bursar.cli.plan_options import plan_options
from bursar.cli.run_document import SHAPE as RUN_SHAPE
from bursar.cli.run_document import report_document
from bursar.cli.run_follow import carry_through
from bursar.cli.run_text import show_report, without_worker
from bursar.store.models import Connection, Run
from bursar.usecases.connections import find_connection
from bursar.usecases.plan_additions import PlanOptions
from bursar.usecases.plan_tally import written_in
from bursar.usecases.run_requests import post_request
from bursar.usecases.runs import POST_LINES

SHAPE: Shape = {**RUN_SHAPE, "": (*RUN_SHAPE[""], "balanced", "written", "recovered")}
EPILOG = epilog(
    "bursar lines post 2026-10",
    "bursar lines post 2026-10 --company 12 --yes",
    "bursar lines post 2026-10 --yes --no-wait",
    "bursar lines post 2026-10 --yes --json",
    keys=SHAPE,
)
WAITING = ("blocked", "failed", "unknown")
"""Counts of what waits for a person."""


def post(
    month: MonthText,
    company: CompanyIds = None,
    confirm_cancellations: Confirmed = None,
    yes: Yes = False,
    no_wait: NoWait = False,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Post a month: create, update and cancel Additions as `lines plan` shows, then read them back and compare.

    The run is carried out by `bursar serve` or `bursar worker`, or by this command when neither is there. Ctrl-C stops
    it within one request. Posting again writes nothing twice, even after an interruption. Without a terminal, --yes is
    needed.
    """
    options = plan_options(month, company, confirm_cancellations)
    must_be_able_to_ask(given=yes)
    chosen = find_connection(connection)
    if not yes:
        _ask(chosen, options, quiet=as_json)
    run = queue_run(chosen, POST_LINES, post_request(options), str(options.month))
    follow_posting(run, no_wait=no_wait, as_json=as_json)


def follow_posting(run: Run, *, no_wait: bool, as_json: bool) -> None:
    """Wait for a posting and say what it came to, or leave it to a worker. Ends with the exit code of its outcome."""
    if no_wait:
        tell_queued(run, as_json=as_json)
        return
    carry_through(run, "Posting")
    if as_json:
        print_json(posted_document(run))
    else:
        tell_posted(run)
    balanced = run.result.get("balanced") is True
    finish(trouble=not balanced or any(run.counts.get(name) for name in WAITING))


def _ask(connection: Connection, options: PlanOptions, *, quiet: bool) -> None:
    """Plan once for the person's eyes. What is posted is planned anew, so nothing rests on an old reading."""
    with open_psa(connection) as psa:
        preview = Preview(connection, psa, options)
        preview.take_all()
    if not quiet:
        show_summary(preview)
    where = f"in ConnectWise company {connection.company} at {connection.url}"
    must_agree(f"Post {options.month}: {writes_sentence(preview)} {where}?", given=False)


def posted_document(run: Run) -> dict[str, object]:
    """A posting as a JSON document."""
    return {
        **report_document(run),
        "balanced": run.result.get("balanced"),
        "written": written_in(run.counts),
        "recovered": run.result.get("recovered", 0),
    }


def tell_queued(run: Run, *, as_json: bool) -> None:
    """Say which run was left to a worker."""
    if as_json:
        print_json(posted_document(run))
    else:
        say(str(run.id))
    if sentence := without_worker():
        remark(sentence)


def tell_posted(run: Run) -> None:
    """Say what a posting came to."""
    if recovered := run.result.get("recovered"):
        say(f"{counted(recovered, 'write')} of an earlier, interrupted run proved to have arrived.")
    show_report(run)
    if not (written_in(run.counts) or run.counts.get("batches")):
        say("Nothing was written in this run.")
    say(f"`bursar run show {str(run.id)[:8]}` shows this again.")
