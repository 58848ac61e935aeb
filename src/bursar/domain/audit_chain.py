"""The audit trail's chain: each entry's hash covers its content and the hash of the entry before."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

START = "0" * 64
"""What the first entry follows."""

Content = Mapping[str, object]
"""JSON values only, and no floats: databases spell them differently."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """One entry as it was read back."""

    number: int
    content: Content
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the chain does not hold, and why."""

    number: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a look along the chain found. `head` is worth noting down elsewhere: it proves that nothing was cut off."""

    entries: int
    head: str
    fault: Fault | None = None


def instant(moment: datetime) -> str:
    """One spelling of an instant, whatever zone or database it comes from."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def seal(number: int, content: Content, previous: str) -> str:
    """The hash of an entry. Raises TypeError for values that do not come back from every database as they went in."""
    _must_be_exact(content)
    text = json.dumps([number, content, previous], sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _must_be_exact(value: object) -> None:
    if isinstance(value, float):
        raise TypeError("a float has no place in the audit trail; write the number as text")
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if not isinstance(name, str):
                raise TypeError(f"the name {name!r} in an audit entry is no text")
            _must_be_exact(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _must_be_exact(inner)


def verify(entries: Iterable[Sealed], expected: str = START) -> Verdict:
    """Walk the chain from its first entry; stop at the first fault.

    `expected` is a head that was noted down earlier: it must still be in the chain, or its end was cut off since.
    """
    count, head, met = 0, START, expected == START
    for entry in entries:
        fault = _fault(entry, count + 1, head)
        if fault is not None:
            return Verdict(count, head, Fault(entry.number, fault))
        count, head = entry.number, entry.hash
        met = met or head == expected
    if not met:
        return Verdict(count, head, Fault(count + 1, "The head noted earlier is not in the trail: its end is missing."))
    return Verdict(count, head)


def _fault(entry: Sealed, expected: int, head: str) -> str | None:
    if entry.number != expected:
        return f"Entry {expected} is missing."
    if entry.previous != head:
        return "It does not follow the entry before it."
    if entry.hash != seal(entry.number, entry.content, entry.previous):
        return "Its content was changed after it was written."
    return None
