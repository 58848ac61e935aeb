"""Our marker in Tryton: behind ConnectWise's number, in the comment of an invoice or the description of an entry.

Both survive posting and can be searched; the reference of an invoice belongs to the number that people look for. A copy
or a credit note that somebody makes of an invoice takes the comment along, so of several with one marker the first is
ours.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from bursar.connectors.books.tryton.values import Value

_MARKER = re.compile(r"bursar:d:[a-z2-7]{16}:\d{1,6}")
_MARK = re.compile(rf"^(.*?) ?\[({_MARKER.pattern})\]", re.MULTILINE)
OURS = "%[bursar:d:%"
"""What the text of all our documents is like."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a text says: ConnectWise's number, and our marker."""

    number: str
    marker: str

    def __str__(self) -> str:
        return f"{self.number} [{self.marker}]"


def mark_in(text: str) -> Mark | None:
    """The mark in a text, whatever else people wrote there; None when there is none."""
    found = _MARK.search(text)
    return Mark(found[1], found[2]) if found else None


def series_of(marker: str) -> str:
    """The marker without its generation."""
    return marker.rpartition(":")[0]


def is_marker(text: str) -> bool:
    """Whether a text is a marker of ours."""
    return _MARKER.fullmatch(text) is not None


def having(field: str, markers: Collection[str]) -> Value:
    """The clause that finds these markers."""
    clauses: list[Value] = [[field, "like", f"%[{marker}]%"] for marker in markers]
    return ["OR", *clauses]


def of_series(field: str, marker: str) -> Value:
    """The clause that finds every generation of a marker."""
    return [field, "like", f"%[{series_of(marker)}:%"]


def markers_in(markers: Iterable[str]) -> list[str]:
    """Those that can be ours, each once."""
    return [marker for marker in dict.fromkeys(markers) if is_marker(marker)]
