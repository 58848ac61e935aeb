"""`bursar run`: what runs did and do; and a stop for one under way."""

from typing import Annotated

import typer

from bursar.cli import lines_post, run_document
from bursar.cli.adapters import queue_again
from bursar.cli.consent import must_agree
from bursar.cli.epilog import Shape, epilog
from bursar.cli.first_use import with_store
from bursar.cli.options import AsJson, ConnectionName, NoWait, Yes
from bursar.cli.output import Listing, counted, moment, print_json, say
from bursar.cli.run_follow import watch
from bursar.cli.run_text import show_report
from bursar.store.models import Run
from bursar.store.queries.runs import latest_runs, run_by_prefix
from bursar.usecases.connections import find_connection
from bursar.usecases.runs import stop_run

app = typer.Typer(help="What runs did and do: list, show, stop, retry.")

LIST_SHAPE: Shape = {"": ("runs",), "runs[]": run_document.RUN_KEYS}
STOP_SHAPE: Shape = {"": ("run",), "run": run_document.RUN_KEYS}
SHORT_ID = 8

RunId = Annotated[str, typer.Argument(metavar="ID", help="The run's id, or its beginning.")]


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


@app.command(
    "show",
    epilog=epilog(
        "bursar run show 3f2a",
        "bursar run show 3f2a --follow",
        "bursar run show 3f2a --json",
        keys=run_document.SHAPE,
    ),
)
@with_store
def show_run(
    run_id: RunId,
    follow: Annotated[bool, typer.Option("--follow", help="Wait for its end first, with its progress.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show a run: totals, verdict, what was blocked with remedies, and the writes that failed."""
    run = run_by_prefix(run_id)
    if follow:
        watch(run, run.verb.capitalize())
    if as_json:
        print_json(run_document.report_document(run))
        return
    say(f"Run {run.id}", style="bold")
    say(_headline(run))
    if run.active and run.expected is not None:
        say(f"{run.done} of {counted(run.expected, 'line')} done.")
    say()
    show_report(run)


@app.command("stop", epilog=epilog("bursar run stop 3f2a", "bursar run stop 3f2a --json", keys=STOP_SHAPE))
@with_store
def stop(run_id: RunId, as_json: AsJson = False) -> None:
    """Stop a run: requests under way end and are noted, no further one leaves. What was posted stays posted."""
    run = stop_run(run_by_prefix(run_id))
    if as_json:
        print_json({"run": run_document.run_document(run)})
        return
    name = f"Run {str(run.id)[:SHORT_ID]} ({run.verb} {run.month})".replace(" )", ")")
    say(f"{name} is stopped." if not run.active else f"{name} stops after the requests that are under way.")


@app.command(
    "retry",
    epilog=epilog("bursar run retry 3f2a", "bursar run retry 3f2a --yes --json", keys=lines_post.SHAPE),
)
@with_store
def retry(run_id: RunId, yes: Yes = False, no_wait: NoWait = False, as_json: AsJson = False) -> None:
    """Post what a posting did not post: what failed, was blocked by it, or has an unknown outcome."""
    run = run_by_prefix(run_id)
    must_agree(f"Post once more what run {str(run.id)[:SHORT_ID]} of {run.connection.name} did not post?", given=yes)
    lines_post.follow_posting(queue_again(run), no_wait=no_wait, as_json=as_json)


def _headline(run: Run) -> str:
    ended = f", ended {moment(run.ended_at)}" if run.ended_at else ""
    what = f"{run.verb} {run.month}".strip()
    return f"{run.connection.name}: {what}, {run.state}, started {moment(run.started_at)}{ended}"
