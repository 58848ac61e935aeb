"""The REST dialect of a GL export: JSON in and out, and the same records one by one."""

from collections.abc import Iterable, Iterator

from bursar.connectors.connectwise.gl_export_documents import document_of, row_of
from bursar.connectors.connectwise.gl_export_errors import ERRORS, error_of, error_record
from bursar.connectors.connectwise.gl_export_forms import Fields, FieldTable
from bursar.connectors.connectwise.gl_export_lines import Row
from bursar.connectors.connectwise.gl_export_parties import party_of, party_shown, settings_of, settings_shown
from bursar.connectors.connectwise.gl_export_paths import read_fields, write_fields
from bursar.connectors.connectwise.gl_export_tables import (
    BY_RECORD,
    BY_REST,
    CUSTOMER,
    REST_TAXES,
    SECTIONS,
    SETTINGS,
    VENDOR,
    Section,
)
from bursar.connectors.exact_json import JsonObject, JsonValue, parse
from bursar.domain.errors import InvalidInput, SourceUnreadable
from bursar.domain.ledger.documents import Document, RecordType
from bursar.domain.ledger.export import ExportSettings, GlExport, Part, Party, PartyKind
from bursar.domain.plan import Blocked

_REMEDY = "Choose a file that holds a whole export, and check that it arrived as it was sent."
EXPORT_SETTINGS = "exportSettings"
PARTIES = {"vendors": (PartyKind.VENDOR, VENDOR), "customers": (PartyKind.CUSTOMER, CUSTOMER)}


def json_object(text: bytes | str) -> JsonObject:
    """A JSON export. Raises SourceUnreadable."""
    try:
        export = parse(text)
    except ValueError as error:
        raise SourceUnreadable(f"The GL export is not JSON: {error}.", remedy=_REMEDY) from error
    if not isinstance(export, dict):
        raise SourceUnreadable("The GL export is JSON, but not an object.", remedy=_REMEDY)
    return export


def object_records(export: JsonObject) -> Iterator[tuple[str, JsonValue, int]]:
    """Section, record and its place there, one by one, as `record_part` wants them. Raises SourceUnreadable."""
    settings = export.get(EXPORT_SETTINGS)
    if isinstance(settings, dict):
        yield EXPORT_SETTINGS, settings, 1
    for name in (*PARTIES, *BY_REST, ERRORS):
        records = export.get(name)
        if records is None:
            continue
        if not isinstance(records, list):
            raise SourceUnreadable(f"The GL export is not what ConnectWise describes: {name} is no list.")
        for place, record in enumerate(records, start=1):
            yield name, record, place


def record_part(section: str, record: JsonValue, place: int, currency: str) -> Part:
    """One record of a section; unreadable ones are blocked."""
    if not isinstance(record, dict):
        return unreadable(section, place, "", InvalidInput("It is no object."))
    try:
        if section == EXPORT_SETTINGS:
            return settings_of(read_fields(record, SETTINGS))
        if section == ERRORS:
            return error_of(record)
        if section in PARTIES:
            kind, table = PARTIES[section]
            return party_of(read_fields(record, table), kind)
        return document_from_record(BY_REST[section].record, record, currency=currency)
    except InvalidInput as error:
        return unreadable(section, place, _name_of(record), error)


def document_from_record(record: RecordType, fields: JsonObject, *, currency: str) -> Document:
    """The document of one REST record. Raises InvalidInput."""
    section = BY_RECORD[record]
    inner = {section.rest_lines, REST_TAXES if section.tax else ""}
    header = read_fields({name: value for name, value in fields.items() if name not in inner}, section.header)
    lines = tuple(_read_rows(fields, section.rest_lines, section.line))
    return document_of(Row(record, header, lines, tuple(_read_rows(fields, REST_TAXES, section.tax))), currency)


def record_of(document: Document) -> JsonObject:
    """The REST record of a document; `document_from_record` reads it back."""
    section, row = BY_RECORD[document.record], row_of(document)
    record = write_fields(row.header, section.header)
    if section.line:
        record[section.rest_lines] = _written_rows(row.lines, section.line)
    if section.tax and row.taxes:
        record[REST_TAXES] = _written_rows(row.taxes, section.tax)
    return record


def party_record(party: Party) -> JsonObject:
    """The REST record of a customer or vendor."""
    return write_fields(party_shown(party), CUSTOMER if party.kind is PartyKind.CUSTOMER else VENDOR)


def settings_record(settings: ExportSettings) -> JsonObject:
    """The export's options; empty when none are known."""
    return write_fields(settings_shown(settings), SETTINGS)


def object_of(export: GlExport) -> JsonObject:
    """The whole export as REST gives it, every section in its place."""
    whole: JsonObject = {EXPORT_SETTINGS: settings_record(export.settings)}
    whole["vendors"] = [party_record(party) for party in export.vendors]
    whole["customers"] = [party_record(party) for party in export.customers]
    for section in SECTIONS:
        whole[section.rest] = [record_of(document) for document in of_section(export.documents, section)]
    if export.blocked:
        whole[ERRORS] = [*map(error_record, export.blocked)]
    return whole


def of_section(documents: Iterable[Document], section: Section) -> Iterator[Document]:
    """The documents that stand in a section."""
    return (document for document in documents if document.record is section.record)


def unreadable(section: str, place: int, name: str, error: InvalidInput) -> Blocked:
    """What is said of a record that makes no sense."""
    which = f"{section} {name}" if name else f"{section}, record {place}"
    return Blocked(
        subject=f"{section}:{name or place}",
        code="unreadable",
        sentence=f"The export's {which} cannot be read. {error.sentence}",
        remedy="Correct the record in ConnectWise, or report it: the other documents are not held up.",
    )


def _read_rows(fields: JsonObject, name: str, table: FieldTable | None) -> Iterator[Fields]:
    rows = fields.get(name) if table else None
    if rows is None or table is None:
        return
    if not isinstance(rows, list):
        raise InvalidInput(f"Its {name} is no list.")
    for place, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise InvalidInput(f"{name} {place} is no object.")
        try:
            yield read_fields(row, table)
        except InvalidInput as error:
            raise InvalidInput(f"{name} {place}, {error.sentence}") from error


def _written_rows(rows: Iterable[Fields], table: FieldTable) -> list[JsonValue]:
    return [write_fields(row, table) for row in rows]


def _name_of(record: JsonObject) -> str:
    named = record.get("documentNumber") or record.get("id")
    return str(named)[:40] if isinstance(named, str | int) else ""
