"""`bursar lines set`: what a person decides about one line, or about many at once."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

import typer

from bursar.cli.adapters import open_psa
from bursar.cli.consent import must_agree
from bursar.cli.epilog import Shape, epilog
from bursar.cli.options import AsJson, ConnectionName, Yes
from bursar.cli.output import counted, print_json, say, shown
from bursar.domain.errors import InvalidInput
from bursar.domain.period import Month
from bursar.store.models import Connection, Line
from bursar.store.queries.line_list import LineStatus
from bursar.usecases.agreement_choices import AgreementChoice, fits_all
from bursar.usecases.connections import find_connection
from bursar.usecases.edit_lines import (
    COLUMNS,
    EditReport,
    OverrideValue,
    accept_change,
    edit_line,
    edit_many,
    find_line,
    reset_line,
    reset_many,
    version_of,
)
from bursar.usecases.select_lines import Selection, select_lines

REPORT = ("changed", "unchanged", "refused", "agreements_taken_away", "reasons")
SHAPE: Shape = {"": ("connection", "line_id", "overrides", *REPORT), "overrides": tuple(COLUMNS)}
"""For many lines, `line_id` and `overrides` are null; `reasons` counts why lines were refused."""
EPILOG = epilog(
    "bursar lines set L-90017 --company 12 --start 2026-10-01",
    "bursar lines set L-90017 --end none (back to rule or default)",
    "bursar lines set L-90017 --adopt 345",
    "bursar lines set L-90017 L-90018 --agreement 31 --yes",
    "bursar lines set --month 2026-10 --organization ORG-1001 --by-hand",
    keys=SHAPE,
)
NONE = "none"


def _id_text(name: str, what: str) -> object:
    return typer.Option(name, metavar="ID|none", help=what)


def set_line(
    line_ids: Annotated[
        list[str] | None, typer.Argument(metavar="LINE_ID", help="The line, as `lines list` shows it; or several.")
    ] = None,
    month: Annotated[str | None, typer.Option("--month", metavar="YYYY-MM", help="All lines of this month.")] = None,
    status: Annotated[
        LineStatus | None, typer.Option("--status", metavar="|".join(LineStatus), help="All lines that stand so.")
    ] = None,
    organization: Annotated[
        str | None, typer.Option("--organization", metavar="ID", help="All lines of this customer of the platform.")
    ] = None,
    company: Annotated[str | None, _id_text("--company", "ConnectWise company that gets the line.")] = None,
    product: Annotated[str | None, _id_text("--product", "Product of the ConnectWise catalogue.")] = None,
    agreement: Annotated[str | None, _id_text("--agreement", "Agreement that takes the line.")] = None,
    start: Annotated[
        str | None, typer.Option("--start", metavar="DATE|none", help="Effective date, as YYYY-MM-DD.")
    ] = None,
    end: Annotated[str | None, typer.Option("--end", metavar="DATE|none", help="Cancelled date.")] = None,
    approve: Annotated[
        bool | None, typer.Option("--approve/--no-approve", help="Post it although a setting withholds such lines.")
    ] = None,
    adopt: Annotated[str | None, _id_text("--adopt", "Addition made by hand that stands for this line.")] = None,
    keep_both: Annotated[
        bool | None, typer.Option("--keep-both/--no-keep-both", help="A similar Addition made by hand is another one.")
    ] = None,
    overwrite: Annotated[
        bool | None, typer.Option("--overwrite/--no-overwrite", help="Write over edits made in ConnectWise.")
    ] = None,
    post_again: Annotated[
        bool | None, typer.Option("--post-again/--no-post-again", help="Create anew what was deleted in ConnectWise.")
    ] = None,
    by_hand: Annotated[
        bool | None, typer.Option("--by-hand/--no-by-hand", help="A person bills it in ConnectWise, without Bursar.")
    ] = None,
    accept: Annotated[
        bool, typer.Option("--accept-change", help="The change of this posted line is dealt with in ConnectWise.")
    ] = False,
    reset: Annotated[bool, typer.Option("--reset", help="Take everything set by hand away again.")] = False,
    connection: ConnectionName = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Decide by hand what becomes of lines. What a person sets beats rules and mappings, and survives reloading.

    Several lines, or all of a month, status or organization, get the same values; posted ones stay as they are.
    """
    chosen = find_connection(connection)
    wanted: dict[str, OverrideValue | str] = {
        "company": _given(company, _record_id),
        "product": _given(product, _record_id),
        "agreement": _given(agreement, _record_id),
        "start": _given(start, _day),
        "end": _given(end, _day),
        "approve": _flag(approve),
        "adopt": _given(adopt, _record_id),
        "keep_both": _flag(keep_both),
        "overwrite": _flag(overwrite),
        "post_again": _flag(post_again),
        "by_hand": _flag(by_hand),
    }
    values = {name: value for name, value in wanted.items() if not isinstance(value, str)}
    deed = Deed(values, accept=accept, reset=reset)
    lines = Selection(line_ids or (), Month.parse(month) if month else None, status, organization or "")
    if len(lines.line_ids) == 1 and not (month or status or organization):
        line, report = _one(chosen, lines.line_ids[0], deed)
    else:
        line, report = None, _many(chosen, lines, deed, yes=yes)
    if as_json:
        print_json(_document(chosen, line, report))
    else:
        _tell(line, report)


@dataclass(frozen=True, slots=True)
class Deed:
    """What is done with the lines: exactly one of the three. Raises InvalidInput otherwise."""

    values: Mapping[str, OverrideValue]
    accept: bool
    reset: bool

    def __post_init__(self) -> None:
        if bool(self.values) + self.accept + self.reset != 1:
            raise InvalidInput(
                "Give what to set, or --accept-change, or --reset.",
                remedy="`bursar lines set --help` lists what can be set.",
            )


def _one(connection: Connection, line_id: str, deed: Deed) -> tuple[Line, EditReport]:
    before = find_line(connection, line_id)
    if deed.reset:
        line = reset_line(connection, line_id)
    elif deed.accept:
        line = accept_change(connection, line_id)
    else:
        line = edit_line(connection, line_id, deed.values, agreement=_agreement(connection, [before.pk], deed))
    changed = version_of(line) != version_of(before)
    taken = "agreement" not in deed.values and line.set_agreement_id != before.set_agreement_id
    return line, EditReport(int(changed), int(not changed), agreements_taken_away=int(taken and not deed.reset))


def _many(connection: Connection, lines: Selection, deed: Deed, *, yes: bool) -> EditReport:
    if deed.accept:
        raise InvalidInput("A change is accepted line by line.", remedy="Give one LINE_ID with --accept-change.")
    keys = select_lines(connection, lines)
    agreement = _agreement(connection, keys, deed)
    what = "Take what was set by hand away from" if deed.reset else f"Set {_words(deed.values)} on"
    must_agree(f"{what} {counted(len(keys), 'line')}?", given=yes)
    return reset_many(connection, keys) if deed.reset else edit_many(connection, keys, deed.values, agreement=agreement)


def _agreement(connection: Connection, keys: Collection[int], deed: Deed) -> AgreementChoice | None:
    """The Agreement that is to be set, as ConnectWise has it now."""
    wanted, company = deed.values.get("agreement"), deed.values.get("company")
    if not isinstance(wanted, int):
        return None
    with open_psa(connection) as psa:
        return fits_all(psa, connection, keys, wanted, company if isinstance(company, int) else None)


NOT_GIVEN = "not given"


def _given(text: str | None, read: Callable[[str], OverrideValue]) -> OverrideValue | str:
    if text is None:
        return NOT_GIVEN
    return None if text.strip().casefold() == NONE else read(text.strip())


def _flag(value: bool | None) -> OverrideValue | str:
    return NOT_GIVEN if value is None else value


def _record_id(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise InvalidInput(f"'{text}' is not a record id.", remedy="Write the number that ConnectWise shows, or none.")
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(f"'{text}' is not a date.", remedy="Write it as YYYY-MM-DD, or none.") from None


def _overrides(line: Line) -> dict[str, object]:
    return {name: getattr(line, column) for name, column in COLUMNS.items()}


def _document(connection: Connection, line: Line | None, report: EditReport) -> dict[str, object]:
    return {
        "connection": connection.name,
        "line_id": line.line_id if line else None,
        "overrides": _overrides(line) if line else None,
        **{name: getattr(report, name) for name in REPORT[:-1]},
        "reasons": dict(report.reasons),
    }


def _words(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {shown(value)}" for name, value in values.items())


def _tell(line: Line | None, report: EditReport) -> None:
    if line is not None:
        in_force = _words({name: value for name, value in _overrides(line).items() if value})
        say(f"Line {line.line_id}: {in_force or 'nothing is set by hand'}.")
    else:
        say(f"{counted(report.changed, 'line')} changed, {report.unchanged} had it already.")
        for why, number in report.reasons.items():
            say(f"Left as before: {counted(number, 'line')}, {why}.")
    if report.agreements_taken_away:
        say("The chosen Agreement belonged to the company before and was taken away.")
