"""Rows that a person adds, removes and moves in a form before it is saved. Works with and without JavaScript:
every such button sends the whole form, which comes back changed and not saved."""

from collections.abc import MutableMapping
from dataclasses import dataclass

from django.http import QueryDict


@dataclass(frozen=True, slots=True)
class Row:
    """What is on the left, and on the right of it. Ordered lists have a left side only."""

    left: str = ""
    right: str = ""


Rows = list[Row]


def posted_rows(data: QueryDict, name: str) -> Rows:
    """The rows of a form as they were sent."""
    left, right = data.getlist(f"{name}.left"), data.getlist(f"{name}.right")
    right += [""] * (len(left) - len(right))
    return [Row(*pair) for pair in zip(left, right, strict=False)]


def edit_rows(rows: MutableMapping[str, Rows], deed: str) -> str:
    """Carry out `add:name`, `remove:name:2`, `up:name:2` or `down:name:2` (counted from 0).

    Returns which control should have the focus now; empty when the deed names nothing that is there.
    """
    verb, _, rest = deed.partition(":")
    name, _, number = rest.partition(":")
    if name not in rows:
        return ""
    here = rows[name]
    if verb == "add":
        here.append(Row())
        return f"{name}:{len(here) - 1}:left"
    at = int(number) if number.isdecimal() and len(number) < 5 else len(here)
    if at >= len(here):
        return ""
    if verb == "remove":
        del here[at]
        return f"{name}:add"
    return _move(here, name, at, verb)


def _move(here: Rows, name: str, at: int, verb: str) -> str:
    to = at + {"up": -1, "down": 1}.get(verb, 0)
    if to == at or not 0 <= to < len(here):
        return ""
    here[at], here[to] = here[to], here[at]
    last = 0 if verb == "up" else len(here) - 1
    still = verb if to != last else {"up": "down", "down": "up"}[verb]
    return f"{name}:{to}:{still}"


def pairs(rows: Rows) -> list[tuple[str, str]]:
    return [(row.left, row.right) for row in rows]
