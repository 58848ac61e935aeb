"""GL entry ids that a batch is to be made of: from a success file of any form, Zynk's batches, or a plain list."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bursar.connectors.connectwise.files.export_csv import HEAD_IDS, RECORD, ROW_IDS
from bursar.connectors.connectwise.files.whole_file import is_xml, start_of, text_of, whole
from bursar.connectors.connectwise.gl_export import gl_export_parts
from bursar.connectors.connectwise.gl_export_errors import MESSAGE, XML_MESSAGE
from bursar.connectors.connectwise.legacy.safe_xml import Element, Node, nodes
from bursar.domain.errors import InvalidInput, SourceUnreadable
from bursar.domain.ledger.documents import Document, RecordType
from bursar.domain.ledger.entry_ids import entry_ids_of
from bursar.domain.ledger.normalise import entry_ids, once
from bursar.domain.ledger.unposted import Family, family_of
from bursar.domain.plan import Blocked
from bursar.domain.spreadsheet import csv_rows, heading_key

_WHAT = "file of GL entry ids"
_REMEDY = "Choose a success file, or a list of GL entry ids separated by commas or lines."
_ROOT, _BATCH, _IDENTIFIER = "Batches", "Batch", "batchIdentifier"
_COLUMNS = (HEAD_IDS, ROW_IDS, "GLEntryRecID", "GLEntryID", "GLRecID", "ProcessedRecordIDs")
_ID_HEADINGS = tuple(map(heading_key, _COLUMNS))
_BETWEEN = re.compile(r"[\s,;]+")


@dataclass(frozen=True, slots=True)
class NamedEntries:
    """GL entry ids of one family, or of one batch that the file names."""

    ids: tuple[int, ...]
    family: Family | None = None
    """None where the file does not say."""
    identifier: str = ""
    """What the file calls the batch."""


def entry_ids_in(source: bytes | Iterable[bytes]) -> list[NamedEntries]:
    """The ids, by family or batch; never an empty list, because a batch of nothing is a mistake.

    Raises SourceUnreadable, also when a part of the file makes no sense: half of what was meant is no batch.
    """
    content = whole(source, what=_WHAT)
    if is_xml(content):
        found = _in_xml(content)
    elif start_of(content).startswith(b"{"):
        found = _in_export(content)
    else:
        found = _in_text(text_of(content, what=_WHAT))
    if not found:
        raise SourceUnreadable(f"The {_WHAT} holds not one GL entry id.", remedy=_REMEDY)
    return found


def _in_xml(content: bytes) -> list[NamedEntries]:
    stream = nodes(content, what=_WHAT, records_at=2)
    root = next((node.element.name for node in stream if node.depth == 1), "")
    return list(_batches(stream)) if root == _ROOT else _in_export(content)


def _batches(stream: Iterator[Node]) -> Iterator[NamedEntries]:
    """`Batches/Batch{batchIdentifier, glRecIds/glRecId*}`, as Zynk takes them."""
    for node in stream:
        batch = node.element
        if batch.name != _BATCH:
            raise SourceUnreadable(f"The {_WHAT} has {batch.name[:40]} where a {_BATCH} should be.", remedy=_REMEDY)
        ids = _parsed(",".join(_texts_of(batch, "glRecId")))
        if not ids:
            raise SourceUnreadable(f"The {_WHAT} has a batch without a GL entry id.", remedy=_REMEDY)
        named = next((child.text.strip() for child in batch.children if child.name == _IDENTIFIER), "")
        yield NamedEntries(ids, identifier=named)


def _texts_of(element: Element, name: str) -> Iterator[str]:
    for child in element.children:
        if child.name == name:
            yield child.text
        yield from _texts_of(child, name)


def _in_export(content: bytes) -> list[NamedEntries]:
    families: dict[Family, list[int]] = {}
    for part in gl_export_parts(content, currency=""):
        if isinstance(part, Blocked):
            raise SourceUnreadable(f"The {_WHAT} cannot be used: {part.sentence}", remedy=part.remedy or _REMEDY)
        if isinstance(part, Document):
            _refuse_failed(dict(part.more))
            families.setdefault(family_of(part.record), []).extend(entry_ids_of(part))
    return _by_family(families)


def _in_text(text: str) -> list[NamedEntries]:
    first, *_ = [*text.splitlines(), ""]
    if any(word.isdecimal() for word in _BETWEEN.split(first)) or not text.strip(" \r\n,;"):
        ids = _parsed(",".join(_BETWEEN.split(text)))
        return [NamedEntries(ids)] if ids else []
    families: dict[Family | None, list[int]] = {}
    for row in csv_rows(text, what=_WHAT):
        if row.surplus:
            sentence = f"The {_WHAT} has a row with more cells than headings (line {row.line})."
            raise SourceUnreadable(sentence, remedy="Put several ids of one cell in quotes, or spaces between them.")
        _refuse_failed({XML_MESSAGE: row.cells.get(heading_key(XML_MESSAGE), "")})
        cells = [row.cells[key] for key in _ID_HEADINGS if row.cells.get(key)]
        if not cells and not any(key in row.cells for key in _ID_HEADINGS):
            raise SourceUnreadable(f"The {_WHAT} has no column of GL entry ids.", remedy=_REMEDY)
        families.setdefault(_family(row.cells), []).extend(_parsed(",".join(",".join(cells).split())))
    return _by_family(families)


def _refuse_failed(said: Mapping[str, object]) -> None:
    """What failed is not in the books, and no batch may close it."""
    if said.get(MESSAGE) or said.get(XML_MESSAGE):
        sentence = f"The {_WHAT} is a fail file: its documents are not in the books."
        raise SourceUnreadable(sentence, remedy="Choose the success file of the same run.")


def _family(cells: Mapping[str, str]) -> Family | None:
    try:
        return family_of(RecordType(cells.get(heading_key(RECORD), "")))
    except ValueError:
        return None


def _by_family(families: Mapping[Family | None, list[int]] | Mapping[Family, list[int]]) -> list[NamedEntries]:
    return [NamedEntries(once(ids), family) for family, ids in families.items() if ids]


def _parsed(text: str) -> tuple[int, ...]:
    try:
        return entry_ids(text)
    except InvalidInput as error:
        raise SourceUnreadable(f"The {_WHAT} cannot be used: {error.sentence}", remedy=_REMEDY) from error
