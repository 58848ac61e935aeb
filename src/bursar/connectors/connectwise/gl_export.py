"""A GL export, in whichever dialect it comes: read as documents, written again in any of them.

Every reader takes `currency`, the code for records that name none: the home currency of the ConnectWise company.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TypeAlias

from bursar.connectors.connectwise.gl_export_rest import (
    EXPORT_SETTINGS,
    json_object,
    object_of,
    object_records,
    record_part,
    unreadable,
)
from bursar.connectors.connectwise.gl_export_tables import BY_REST
from bursar.connectors.connectwise.gl_export_xml import RECORDS, leaf, record_json, rest_xml
from bursar.connectors.connectwise.legacy import gl_export as legacy
from bursar.connectors.connectwise.legacy.gl_export import legacy_xml
from bursar.connectors.connectwise.legacy.safe_xml import Element, nodes
from bursar.connectors.exact_json import JsonObject, JsonValue, dump
from bursar.domain.errors import InvalidInput, SourceUnreadable
from bursar.domain.ledger.export import GlExport, Part, gathered
from bursar.domain.plan import Blocked

__all__ = ["gl_export_parts", "gl_export_records", "legacy_xml", "read_gl_export", "rest_json", "rest_xml"]
_WHAT = "GL export"
Record: TypeAlias = "Element | JsonValue"
"""What a part was read from: an element of XML, or JSON."""


def read_gl_export(source: bytes | Iterable[bytes], *, currency: str) -> GlExport:
    """A whole export. Raises SourceUnreadable; single records that make no sense are in `blocked`."""
    return gathered(gl_export_parts(source, currency=currency))


def gl_export_parts(source: bytes | Iterable[bytes], *, currency: str) -> Iterator[Part]:
    """An export part by part, as its bytes arrive; XML is never held as a whole. Raises SourceUnreadable."""
    return (part for part, _ in gl_export_records(source, currency=currency))


def gl_export_records(source: bytes | Iterable[bytes], *, currency: str) -> Iterator[tuple[Part, Record]]:
    """Each part with the record it was read from. Raises SourceUnreadable."""
    chunks = iter((source,)) if isinstance(source, bytes) else iter(source)
    first = b""
    while not first.lstrip():
        following = next(chunks, None)
        if following is None:
            raise SourceUnreadable(f"The {_WHAT} is empty.")
        first += following
    if first.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"{", b"[")):
        export = json_object(b"".join(chain((first,), chunks)))
        for section, record, place in object_records(export):
            yield record_part(section, record, place, currency), record
    else:
        yield from _xml_records(chain((first,), chunks), currency)


def _xml_records(source: Iterable[bytes], currency: str) -> Iterator[tuple[Part, Record]]:
    """The parts of an XML export of either dialect: sections tell which."""
    section, place = "", 0
    settings: JsonObject = {}
    for node in nodes(source, what=_WHAT, records_at=3):
        element = node.element
        if node.depth == 1:
            yield from _root(element)
        elif node.depth == 2:
            if settings:
                yield record_part(EXPORT_SETTINGS, settings, 1, currency), settings
                settings = {}
            section, place = element.name, 0
            yield from _section(element)
        elif section == EXPORT_SETTINGS:
            settings[element.name] = leaf(element)
        else:
            place += 1
            yield from _record(section, element, place, currency)
    if settings:
        yield record_part(EXPORT_SETTINGS, settings, 1, currency), settings


def rest_json(export: GlExport) -> str:
    """The export as REST gives it."""
    return dump(object_of(export))


def _root(element: Element) -> Iterator[tuple[Part, Record]]:
    if element.name != legacy.ROOT:
        raise SourceUnreadable(
            f"The file is no GL export: its root is {element.name[:40]}, not {legacy.ROOT}.",
            remedy="Choose a file that the Accounting Interface or the REST export wrote.",
        )
    if any(":" not in name for name in element.attributes):
        yield legacy.settings_part(element.attributes), element


def _section(element: Element) -> Iterator[tuple[Part, Record]]:
    if element.name == legacy.EXPENSE_BILLS:
        part = legacy.section_part(element.attributes)
        if part:
            yield part, element
    elif not (legacy.is_section(element.name) or element.name in {*RECORDS, EXPORT_SETTINGS}):
        blocked = Blocked(
            subject=element.name[:40],
            code="unknown_section",
            sentence=f"The export has a section {element.name[:40]}, which Bursar does not know.",
            remedy="Its records were not read. Report the section, so that it can be taught.",
        )
        yield blocked, element


def _record(section: str, element: Element, place: int, currency: str) -> Iterator[tuple[Part, Record]]:
    if legacy.is_section(section):
        yield legacy.record_part(section, element, place, currency), element
    elif section in BY_REST or section in RECORDS:
        try:
            record = record_json(element)
        except InvalidInput as error:
            yield unreadable(section, place, "", error), element
        else:
            yield record_part(section, record, place, currency), element
