"""`bursar lines set`: what a person decides about one line."""

from collections.abc import Callable
from datetime import date
from typing import Annotated

import typer

from bursar.cli.epilog import Shape, epilog
from bursar.cli.options import AsJson, ConnectionName
from bursar.cli.output import print_json, say, shown
from bursar.domain.errors import InvalidInput
from bursar.store.models import Line
from bursar.usecases.connections import find_connection
from bursar.usecases.override_line import COLUMNS, OverrideValue, accept_change, override_line, reset_line

SHAPE: Shape = {"": ("connection", "line_id", "overrides"), "overrides": tuple(COLUMNS)}
EPILOG = epilog(
    "bursar lines set L-90017 --company 12 --start 2026-10-01",
    "bursar lines set L-90017 --end none (back to rule or default)",
    "bursar lines set L-90017 --adopt 345",
    keys=SHAPE,
)
NONE = "none"


def _id_text(name: str, what: str) -> object:
    return typer.Option(name, metavar="ID|none", help=what)


def set_line(
    line_id: Annotated[str, typer.Argument(metavar="LINE_ID", help="The line, as `lines list` shows it.")],
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
    accept: Annotated[
        bool, typer.Option("--accept-change", help="The change of this posted line is dealt with in ConnectWise.")
    ] = False,
    reset: Annotated[bool, typer.Option("--reset", help="Take everything set by hand away again.")] = False,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Decide by hand what becomes of one line. What a person sets beats rules and mappings, and survives reloading."""
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
    }
    values = {name: value for name, value in wanted.items() if not isinstance(value, str)}
    if bool(values) + accept + reset != 1:
        raise InvalidInput(
            "Give what to set, or --accept-change, or --reset.",
            remedy="`bursar lines set --help` lists what can be set.",
        )
    if reset:
        line = reset_line(chosen, line_id)
    else:
        line = accept_change(chosen, line_id) if accept else override_line(chosen, line_id, values)
    if as_json:
        print_json({"connection": chosen.name, "line_id": line.line_id, "overrides": _overrides(line)})
    else:
        _tell(line)


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


def _tell(line: Line) -> None:
    in_force = [f"{name.replace('_', ' ')} {shown(value)}" for name, value in _overrides(line).items() if value]
    say(f"Line {line.line_id}: {', '.join(in_force) or 'nothing is set by hand'}.")
