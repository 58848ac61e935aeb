"""`bursar lines post`: write a month to ConnectWise, once, and read it back."""

from bursar.cli.adapters import open_psa, real_clock
from bursar.cli.consent import must_agree, must_be_able_to_ask
from bursar.cli.epilog import Shape, epilog
from bursar.cli.exits import finish
from bursar.cli.lines_plan import Preview, show_summary, writes_sentence
from bursar.cli.options import AsJson, CompanyIds, Confirmed, ConnectionName, MonthText, Yes
from bursar.cli.output import counted, print_json, say
from bursar.cli.plan_options import plan_options
from bursar.cli.plan_tally import written_in
from bursar.cli.progress import progress_of
from bursar.cli.run_document import SHAPE as RUN_SHAPE
from bursar.cli.run_document import report_document
from bursar.cli.run_text import show_report
from bursar.ports import Psa
from bursar.store.models import Connection
from bursar.usecases.connections import find_connection
from bursar.usecases.plan_additions import PlanOptions
from bursar.usecases.post_additions import RunReport, Watch, post_additions

SHAPE: Shape = {**RUN_SHAPE, "": (*RUN_SHAPE[""], "balanced", "written", "recovered")}
EPILOG = epilog(
    "bursar lines post 2026-10",
    "bursar lines post 2026-10 --company 12 --yes",
    "bursar lines post 2026-10 --yes --json",
    keys=SHAPE,
)


def post(
    month: MonthText,
    company: CompanyIds = None,
    confirm_cancellations: Confirmed = None,
    yes: Yes = False,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Post a month: create, update and cancel Additions as `lines plan` shows, then read them back and compare.

    Posting again writes nothing twice, even after an interruption. Without a terminal, --yes is needed.
    """
    options = plan_options(month, company, confirm_cancellations)
    must_be_able_to_ask(given=yes)
    chosen = find_connection(connection)
    with open_psa(chosen) as psa:
        if not yes:
            _ask(chosen, psa, options, quiet=as_json)
        with progress_of("Posting") as bar:
            report = post_additions(chosen, psa, real_clock(), options, Watch(lines=bar.expect, done=bar.advance))
    if as_json:
        print_json({**report_document(report.run), **_facts(report)})
    else:
        _tell(report)
    finish(trouble=report.troubled > 0 or not report.reconciliation.balanced)


def _ask(connection: Connection, psa: Psa, options: PlanOptions, *, quiet: bool) -> None:
    """Plan once for the person's eyes. What is posted is planned anew, so nothing rests on an old reading."""
    preview = Preview(connection, psa, options)
    preview.take_all()
    if not quiet:
        show_summary(preview)
    where = f"in ConnectWise company {connection.company} at {connection.url}"
    must_agree(f"Post {options.month}: {writes_sentence(preview)} {where}?", given=False)


def _facts(report: RunReport) -> dict[str, object]:
    balanced = report.reconciliation.balanced
    return {"balanced": balanced, "written": written_in(report.counts), "recovered": report.recovered}


def _tell(report: RunReport) -> None:
    if report.recovered:
        say(f"{counted(report.recovered, 'write')} of an earlier, interrupted run proved to have arrived.")
    show_report(report.run)
    if not written_in(report.counts):
        say("Nothing was written in this run.")
    say(f"`bursar run show {str(report.run.id)[:8]}` shows this again.")
