"""`bursar lines load`: take in a file or folder of invoice lines."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from bursar.cli.adapters import open_asked, queue_run, real_clock
from bursar.cli.epilog import Shape, epilog
from bursar.cli.exits import finish
from bursar.cli.lines_source import ProfileName, lasting
from bursar.cli.options import AsJson, ConnectionName
from bursar.cli.output import Listing, counted, moment, money_column, print_json, say
from bursar.cli.run_follow import RunFailed, carry_through
from bursar.domain.period import Month
from bursar.store.models import Connection, Load, Rejection
from bursar.usecases.connections import find_connection
from bursar.usecases.load_invoice_lines import COUNTS, LoadReport, report_of
from bursar.usecases.run_requests import LoadRequest
from bursar.usecases.runs import LOAD_LINES

SHAPE: Shape = {
    "": ("connection", "source", "months", "complete", *COUNTS, "rejected_rows", "same_as", "notes"),
    "rejected_rows[]": ("row", "reason", "remedy"),
    "same_as": ("source", "loaded_at"),
}
EPILOG = epilog(
    "bursar lines load october.csv",
    "bursar lines load export.xlsx --profile my-profile.json --month 2026-10 --whole",
    "bursar lines load export.csv --profile 'Cloud export' (saved in the browser)",
    "bursar lines load --month 2026-10 (from the stored source, and what was pushed)",
    keys=SHAPE,
)
SHOWN_ROWS = 100


def load(
    path: Annotated[
        Path | None, typer.Argument(metavar="PATH", help="File or folder. [default: stored source and pushed lines]")
    ] = None,
    profile: ProfileName = None,
    month: Annotated[str | None, typer.Option("--month", metavar="YYYY-MM", help="Only lines of this month.")] = None,
    whole: Annotated[
        bool | None,
        typer.Option("--whole/--part", help="Whether this is the whole month. [default: judged by what is known]"),
    ] = None,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Load invoice lines. Loading the same again changes nothing, and posted lines are never altered.

    Bad rows are listed with their number, and the good ones are loaded. Lines that are missing from a whole month are
    marked as vanished.
    """
    chosen = find_connection(connection)
    asked = Month.parse(month) if month else None
    wanted = LoadRequest(_whole_path(path), lasting(profile, chosen) if profile else "", whole)
    with open_asked(chosen, wanted):
        pass  # a wrong path or profile is told before anything is queued
    run = queue_run(chosen, LOAD_LINES, wanted.as_json(), str(asked) if asked else "")
    report = report_of(carry_through(run, "Loading"))
    if report is None:
        raise RunFailed("The load was stopped: nothing was taken in.", remedy="Load again whenever you like.")
    rejections = list(report.load.rejections.order_by("pk"))
    if as_json:
        print_json(_document(chosen, report, rejections))
    else:
        _tell(report, rejections)
    finish(trouble=bool(rejections))


def _whole_path(path: Path | None) -> str:
    """Whoever carries the load out starts in another folder."""
    return str(path.expanduser().resolve()) if path else ""


def _notes(report: LoadReport) -> list[str]:
    notes = []
    if report.taken_as_part:
        notes.append(
            "Many known lines are missing here, so this was taken for a part of the month and nothing was marked as"
            " vanished. If it is the whole month, load it again with --whole."
        )
    present = str(Month.of(real_clock().now().date()))
    notes += [
        f"{month} is not over yet: its invoices may still grow." for month in report.load.months if month >= present
    ]
    return notes


def _tell(report: LoadReport, rejections: Sequence[Rejection]) -> None:
    load = report.load
    months = ", ".join(load.months) or "no month"
    say(f"{load.source}: {months}, {'complete' if load.complete else 'not complete'}", style="bold")
    if report.same_as is not None:
        say(f"This is the same content as the load of {_earlier(report.same_as)}.")
    listing = Listing("Lines", money_column("Count"))
    for name in COUNTS:
        listing.row(name.replace("_", " "), getattr(load, name))
    listing.show()
    for note in _notes(report):
        say(note, style="yellow")
    _tell_rejections(rejections)


def _earlier(load: Load) -> str:
    return f"{load.source} at {moment(load.loaded_at)}"


def _tell_rejections(rejections: Sequence[Rejection]) -> None:
    listing = Listing(money_column("Row"), "Why it was rejected", "What to do")
    for row in rejections[:SHOWN_ROWS]:
        listing.row(row.row_number, row.reason, row.remedy)
    listing.show()
    if len(rejections) > SHOWN_ROWS:
        say(f"Also rejected: {counted(len(rejections) - SHOWN_ROWS, 'row')}; --json lists them all.")


def _document(connection: Connection, report: LoadReport, rejections: Sequence[Rejection]) -> dict[str, object]:
    load, same = report.load, report.same_as
    return {
        "connection": connection.name,
        "source": load.source,
        "months": load.months,
        "complete": load.complete,
        **{name: getattr(load, name) for name in COUNTS},
        "rejected_rows": [{"row": r.row_number, "reason": r.reason, "remedy": r.remedy} for r in rejections],
        "same_as": {"source": same.source, "loaded_at": same.loaded_at} if same else None,
        "notes": _notes(report),
    }
