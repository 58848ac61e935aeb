"""Results as people read them."""

import os
import platform
import sqlite3
import sys
from collections.abc import Sequence


def show(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]], *remarks: str) -> None:
    """Print a table: the first column to the left, the others to the right, remarks below."""
    table = [headings, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(headings))]
    lines = ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in table]
    rule = "  ".join("-" * width for width in widths)
    print("", title, _machine(), "", lines[0], rule, *lines[1:], *([""] if remarks else []), *remarks, sep="\n")
    sys.stdout.flush()


def ratio(value: float, base: float) -> str:
    """So many times the base, two places."""
    return f"{value / base:.2f}"


def seconds(value: float) -> str:
    """A duration."""
    return f"{value:.1f} s"


def verdict(what: str, value: float, target: float) -> str:
    """Whether a ratio keeps its target."""
    return f"{what}: {value:.2f} × the limit; the target is {target:.2f}: {'kept' if value <= target else 'MISSED'}."


def _machine() -> str:
    python, sqlite = platform.python_version(), sqlite3.sqlite_version
    return f"{os.cpu_count()} cores, {platform.system()}, Python {python}, SQLite {sqlite}"
