"""Rows of a JSON file: a list of objects, {"lines": [...]}, or JSON Lines (one object per line)."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from bursar.connectors.billing.csvfile.cells import Cell
from bursar.connectors.billing.csvfile.fault import Fault, raw_text
from bursar.connectors.billing.csvfile.profile import Profile
from bursar.connectors.billing.csvfile.table import BrokenRow, Row, Table
from bursar.connectors.billing.csvfile.text_file import (
    LONGEST_LINE,
    holds_unreadable_bytes,
    open_text,
    physical_lines,
    unreadable_bytes,
)
from bursar.domain.errors import SourceUnreadable

LINES_KEY = "lines"
LINES_SUFFIXES = (".jsonl", ".ndjson")


class _Object(tuple["tuple[str, _Value]", ...]):
    """A JSON object as its pairs, so that a key that is there twice is seen."""

    __slots__ = ()


_Value = str | Decimal | bool | list["_Value"] | _Object | None


class _Item(NamedTuple):
    """One element of the file, before anybody knows the columns. `value` is a Fault when it is not JSON."""

    number: int
    value: _Value | Fault
    text: str | None


@contextmanager
def json_table(path: Path, profile: Profile) -> Iterator[Table]:
    """The table of a JSON file; its headings are all keys of all objects. Raises SourceUnreadable."""
    if _is_json_lines(path, profile):
        # Two passes keep memory flat: the first collects the keys, the second reads the rows.
        headings = _keys(_line_items(path, profile))
        yield Table(headings, _rows(_line_items(path, profile), headings), sparse=True)
    else:
        items = _document_items(path, profile)
        headings = _keys(items)
        yield Table(headings, _rows(items, headings), sparse=True)


def _parse(text: str) -> _Value:
    value: _Value = json.loads(
        text, parse_float=Decimal, parse_int=Decimal, parse_constant=str, object_pairs_hook=_Object
    )
    return value


def _is_json_lines(path: Path, profile: Profile) -> bool:
    """By extension, else when the first line is a whole object that is not the envelope of a list."""
    if path.suffix.casefold() in LINES_SUFFIXES:
        return True
    with open_text(path, profile.encoding) as stream:
        first = next((line.text for line in physical_lines(stream) if line.text.strip()), "")
    try:
        value = _parse(first.strip("\ufeff"))
    except (ValueError, RecursionError):
        return False
    return isinstance(value, _Object) and not isinstance(dict(value).get(LINES_KEY), list)


def _line_items(path: Path, profile: Profile) -> Iterator[_Item]:
    with open_text(path, profile.encoding) as stream:
        for number, line in enumerate(physical_lines(stream), start=1):
            if line.text.strip():
                yield _Item(number, _line_value(line.text, profile.encoding, whole=line.whole), line.text)


def _line_value(text: str, encoding: str, *, whole: bool) -> _Value | Fault:
    if not whole:
        return Fault(f"The line is longer than {LONGEST_LINE:,} characters.", "Export the file again.")
    if holds_unreadable_bytes(text):
        return unreadable_bytes(encoding)
    try:
        return _parse(text.strip("\ufeff"))
    except json.JSONDecodeError as fault:
        return Fault(
            f"The line is not JSON: {fault.msg} at character {fault.pos + 1}.",
            "If it is the last line, the export was interrupted. Export the file again.",
        )
    except RecursionError:
        return Fault("The line is nested too deeply.", "Export the file again as flat objects.")


def _document_items(path: Path, profile: Profile) -> list[_Item]:
    with open_text(path, profile.encoding) as stream:
        text = stream.read()
    if holds_unreadable_bytes(text):
        raise SourceUnreadable(
            f"{path.name} holds bytes that are not {profile.encoding} text.",
            remedy="Set the right encoding in the profile, or export the file as UTF-8.",
        )
    found = _lines_of(_document(text.strip("\ufeff"), path.name))
    if found is None:
        raise SourceUnreadable(
            f'{path.name} holds neither a list of objects nor an object with "{LINES_KEY}".',
            remedy=f'Write [{{…}}, {{…}}] or {{"{LINES_KEY}": [{{…}}, {{…}}]}}, or one object per line.',
        )
    return [_Item(number, value, None) for number, value in enumerate(found, start=1)]


def _document(text: str, where: str) -> _Value:
    try:
        return _parse(text)
    except json.JSONDecodeError as fault:
        raise SourceUnreadable(
            f"{where} is not JSON: {fault.msg} in line {fault.lineno}, column {fault.colno}.",
            remedy="If that is the end of the file, the export was interrupted. Export the file again.",
        ) from None
    except RecursionError:
        raise SourceUnreadable(
            f"{where} is nested too deeply.", remedy="Export it as a list of flat objects."
        ) from None


def _lines_of(document: _Value) -> list[_Value] | None:
    if isinstance(document, _Object):
        document = dict(document).get(LINES_KEY)
    return document if isinstance(document, list) else None


def _keys(items: Iterable[_Item]) -> list[str]:
    """All keys of all objects, in the order in which they first appear."""
    keys: dict[str, None] = {}
    for item in items:
        if isinstance(item.value, _Object):
            keys.update((key, None) for key, _ in item.value)
    return list(keys)


def _rows(items: Iterable[_Item], headings: list[str]) -> Iterator[Row | BrokenRow]:
    for item in items:
        fault = _fault(item.value)
        if fault:
            yield BrokenRow(item.number, fault, raw_text(item.text or _text(item.value)))
        elif isinstance(item.value, _Object):
            found = dict(item.value)
            cells = [_cell(found.get(heading)) for heading in headings]
            yield Row(item.number, cells, item.text or _text(item.value))


def _fault(value: _Value | Fault) -> Fault | None:
    if isinstance(value, Fault):
        return value
    if not isinstance(value, _Object):
        return Fault("The element is not an object.", 'Write each line as {"field": value, …}.')
    keys = [key for key, _ in value]
    twins = {key for key in keys if keys.count(key) > 1}
    return Fault(f'The key "{min(twins)}" is there twice.', "Remove one of the two.") if twins else None


def _cell(value: _Value) -> Cell:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, list | _Object):
        return Fault(f"A value is nested: {_text(value)[:60]}.", "Write texts and numbers only.")
    return value.strip() if isinstance(value, str) else value


def _text(value: _Value | Fault) -> str:
    """The value as JSON again."""
    if isinstance(value, _Object):
        return "{" + ", ".join(f"{json.dumps(key)}: {_text(inner)}" for key, inner in value) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_text, value)) + "]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False, default=str)
