"""What a person sees and what a program reads: text, tables and JSON documents."""

import json
import os
import sys
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

PIPED_WIDTH = 160
"""Columns when nobody watches and COLUMNS does not say otherwise."""
NOTHING = "–"


def out() -> Console:
    """Standard output; colours and the terminal's width only on a terminal."""
    return Console(markup=False, highlight=False, emoji=False, width=_width(sys.stdout.isatty()))


def err() -> Console:
    """Standard error, likewise."""
    return Console(markup=False, highlight=False, emoji=False, stderr=True, width=_width(sys.stderr.isatty()))


def _width(is_terminal: bool) -> int | None:
    given = os.environ.get("COLUMNS", "")
    return None if is_terminal or given.isdigit() else PIPED_WIDTH


def say(text: str = "", *, style: str = "", indent: int = 0) -> None:
    """One paragraph on standard output."""
    _print(out(), text, style, indent)


def remark(text: str, *, style: str = "") -> None:
    """One paragraph on standard error, for what is not the answer itself."""
    _print(err(), text, style, 0)


def complain(sentence: str, remedy: str) -> None:
    """An error for a person: what happened, then what to do."""
    remark(f"Error: {sentence}", style="bold red")
    if remedy:
        remark(f"What to do: {remedy}")


def _print(console: Console, text: str, style: str, indent: int) -> None:
    body = Text(printable(text), style=style)
    if console.is_terminal and text:
        console.print(Padding(body, (0, 0, 0, indent), expand=False))
    else:  # whoever reads this from a pipe wants one paragraph on one line
        console.print(Text(" " * indent) + body, soft_wrap=True)


def printable(text: str) -> str:
    """The text without control characters, which could move a terminal's cursor; line breaks stay."""
    return "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text)


def print_json(document: Mapping[str, object]) -> None:
    """One JSON document on standard output; amounts as text, days and instants in ISO 8601."""
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False, default=_plain) + "\n")
    sys.stdout.flush()


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in a JSON document")


def money_column(heading: str) -> Column:
    """A column of amounts or numbers, aligned at their end and never broken."""
    return Column(heading, justify="right", no_wrap=True)


class Listing:
    """A table: readable on a narrow terminal, plain when piped."""

    def __init__(self, *columns: Column | str) -> None:
        self._table = Table(*columns, box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)

    def row(self, *cells: object, style: str = "") -> None:
        """Add one row; values are shown as a person reads them."""
        self._table.add_row(*(Text(shown(cell), style=style) for cell in cells))

    @property
    def is_empty(self) -> bool:
        return self._table.row_count == 0

    def show(self, *, title: str = "", if_empty: str = "") -> None:
        """Print the table, or the sentence that stands for an empty one."""
        if self.is_empty:
            if if_empty:
                say(if_empty)
            return
        if title:
            say(title, style="bold")
        _print_table(self._table)
        say()


def _print_table(table: Table) -> None:
    console = out()
    if console.is_terminal:
        console.print(table)
        return
    with console.capture() as captured:
        console.print(table)
    sys.stdout.writelines(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def counted(number: int, noun: str) -> str:
    """A number with its noun, as in "1 line" and "2 lines"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def shown(value: object) -> str:
    """A value as a person reads it."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return moment(value)
    return printable(str(value))


def moment(instant: datetime) -> str:
    """An instant in the user's zone, with the zone's name and offset."""
    local = instant.astimezone()
    offset = local.strftime("%z")
    return f"{local:%Y-%m-%d %H:%M} {local:%Z} ({offset[:3]}:{offset[3:]})"
