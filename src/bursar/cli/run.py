"""`bursar run`: what earlier runs did."""

from typing import Annotated

import typer

from bursar.cli import run_document
from bursar.cli.epilog import Shape, epilog
from bursar.cli.first_use import with_store
from bursar.cli.options import AsJson, ConnectionName
from bursar.cli.output import Listing, moment, print_json, say
from bursar.cli.run_text import show_report
from bursar.store.models import Run
from bursar.store.queries.runs import latest_runs, run_by_prefix
from bursar.usecases.connections import find_connection

app = typer.Typer(help="What earlier runs did: list, show.")

LIST_SHAPE: Shape = {"": ("runs",), "runs[]": run_document.RUN_KEYS}
SHORT_ID = 8


@app.command("list", epilog=epilog("bursar run list", "bursar run list --limit 0 --json", keys=LIST_SHAPE))
@with_store
def show_runs(
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=0, help="How many to show; 0 for all.")] = 20,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """List runs, the newest first."""
    runs = latest_runs(find_connection(connection), limit)
    if as_json:
        print_json({"runs": [run_document.run_document(run) for run in runs]})
        return
    listing = Listing("Run", "Started", "What", "State", "Verdict")
    for run in runs:
        listing.row(str(run.id)[:SHORT_ID], moment(run.started_at), f"{run.verb} {run.month}", run.state, run.verdict)
    listing.show(if_empty="There is no run yet.")


@app.command("show", epilog=epilog("bursar run show 3f2a", "bursar run show 3f2a --json", keys=run_document.SHAPE))
@with_store
def show_run(
    run_id: Annotated[str, typer.Argument(metavar="ID", help="The run's id, or its beginning.")],
    as_json: AsJson = False,
) -> None:
    """Show a run: totals, verdict, what was blocked with remedies, and the writes that failed."""
    run = run_by_prefix(run_id)
    if as_json:
        print_json(run_document.report_document(run))
        return
    say(f"Run {run.id}", style="bold")
    say(_headline(run))
    say()
    show_report(run)


def _headline(run: Run) -> str:
    ended = f", ended {moment(run.ended_at)}" if run.ended_at else ""
    return f"{run.connection.name}: {run.verb} {run.month}, {run.state}, started {moment(run.started_at)}{ended}"
