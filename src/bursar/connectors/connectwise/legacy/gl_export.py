"""The legacy dialect of a GL export: attributes of XML elements, each a text."""

from collections.abc import Iterable, Iterator, Mapping

from bursar.connectors.connectwise.gl_export_documents import document_of, row_of
from bursar.connectors.connectwise.gl_export_errors import (
    LEGACY_ERROR,
    LEGACY_ERRORS,
    error_attributes,
    error_of,
)
from bursar.connectors.connectwise.gl_export_forms import Fields, FieldTable
from bursar.connectors.connectwise.gl_export_lines import Row
from bursar.connectors.connectwise.gl_export_parties import party_of, party_shown, settings_of, settings_shown
from bursar.connectors.connectwise.gl_export_rest import of_section, unreadable
from bursar.connectors.connectwise.gl_export_tables import (
    BY_LEGACY,
    BY_RECORD,
    CUSTOMER,
    LEGACY_TAX,
    SECTIONS,
    SETTINGS,
    VENDOR,
    Section,
)
from bursar.connectors.connectwise.legacy.safe_xml import Element
from bursar.connectors.connectwise.legacy.xml_text import DECLARATION, block, is_name, opening
from bursar.domain.errors import InvalidInput
from bursar.domain.ledger import normalise
from bursar.domain.ledger.documents import Document
from bursar.domain.ledger.export import GlExport, NonReimbursable, Part, Party, PartyKind
from bursar.domain.plan import Blocked

ROOT, EXPENSE_BILLS, NON_REIMBURSABLE = "GLExport", "ExpenseBills", "NonReimbursableExpenseRecIDs"
PARTIES = {
    "Vendors": (PartyKind.VENDOR, "Vendor", VENDOR),
    "Customers": (PartyKind.CUSTOMER, "Customer", CUSTOMER),
}


def is_section(name: str) -> bool:
    """Whether the legacy dialect has such a section."""
    return name in PARTIES or name in BY_LEGACY or name == LEGACY_ERRORS


def settings_part(attributes: Mapping[str, str]) -> Part:
    """The options on the root element."""
    try:
        return settings_of(_read(attributes, SETTINGS))
    except InvalidInput as error:
        return unreadable(ROOT, 1, "", error)


def section_part(attributes: Mapping[str, str]) -> Part | None:
    """What a section says before its records: the ids of expenses without a bill."""
    try:
        ids = normalise.entry_ids(attributes.get(NON_REIMBURSABLE, ""))
    except InvalidInput as error:
        return unreadable(EXPENSE_BILLS, 1, NON_REIMBURSABLE, error)
    return NonReimbursable(ids) if ids else None


def record_part(section: str, element: Element, place: int, currency: str) -> Part:
    """One record of a section; unreadable ones are blocked."""
    try:
        if section == LEGACY_ERRORS:
            return error_of({**element.attributes})
        if section in PARTIES:
            kind, _name, table = PARTIES[section]
            return party_of(_read(element.attributes, table), kind)
        return document_of(_row(BY_LEGACY[section], element), currency)
    except InvalidInput as error:
        return unreadable(section, place, element.attributes.get("DocumentNumber", "")[:40], error)


def legacy_xml(export: GlExport) -> Iterator[str]:
    """The export as the Accounting Interface would give it, piece by piece.

    Fields that only REST has, such as ids of companies, have no attribute there and are left out.
    """
    yield DECLARATION
    yield opening(ROOT, _written(settings_shown(export.settings), SETTINGS)) + "\n"
    for name, parties in (("Vendors", export.vendors), ("Customers", export.customers)):
        yield from _section(name, {}, (_party(name, party) for party in parties))
    for section in SECTIONS:
        attributes = {}
        if section.legacy == EXPENSE_BILLS and export.non_reimbursable_ids:
            attributes = {NON_REIMBURSABLE: ",".join(map(str, export.non_reimbursable_ids))}
        documents = of_section(export.documents, section)
        yield from _section(section.legacy, attributes, map(record_xml, documents))
    yield from _section(LEGACY_ERRORS, {}, map(_error, export.blocked))
    yield f"</{ROOT}>\n"


def record_xml(document: Document) -> str:
    """One document as its element."""
    section, row = BY_RECORD[document.record], row_of(document)
    lines = [block(3, section.legacy_line, _written(fields, section.line), ()) for fields in row.lines if section.line]
    taxes = [block(3, LEGACY_TAX, _written(fields, section.tax), ()) for fields in row.taxes if section.tax]
    return block(2, section.legacy_record, _written(row.header, section.header), lines + taxes)


def _section(name: str, attributes: Mapping[str, str], records: Iterable[str]) -> Iterator[str]:
    """A section with its records; one without records and attributes is left out, as ConnectWise does."""
    opened = False
    for record in records:
        if not opened:
            yield f"\t{opening(name, attributes)}\n"
            opened = True
        yield record
    if opened:
        yield f"\t</{name}>\n"
    elif attributes:
        yield f"\t{opening(name, attributes, empty=True)}\n"


def _error(blocked: Blocked) -> str:
    return block(2, LEGACY_ERROR, error_attributes(blocked), ())


def _party(section: str, party: Party) -> str:
    _kind, name, table = PARTIES[section]
    return block(2, name, _written(party_shown(party), table), ())


def _row(section: Section, element: Element) -> Row:
    lines: list[Fields] = []
    taxes: list[Fields] = []
    for place, child in enumerate(element.children, start=1):
        try:
            if section.tax and child.name == LEGACY_TAX:
                taxes.append(_read(child.attributes, section.tax))
            elif section.line and child.name == section.legacy_line:
                lines.append(_read(child.attributes, section.line))
            else:
                _refuse_element(child.name)
        except InvalidInput as error:
            raise InvalidInput(f"{child.name} {place}: {error.sentence}") from error
    return Row(section.record, _read(element.attributes, section.header), tuple(lines), tuple(taxes))


def _refuse_element(name: str) -> None:
    raise InvalidInput(f"'{name[:40]}' is not an element that Bursar knows there.")


def _read(attributes: Mapping[str, str], table: FieldTable) -> Fields:
    fields: Fields = {}
    for name, text in attributes.items():
        if not text or ":" in name or name == "xmlns":
            continue
        known = table.by_attribute.get(name)
        try:
            value = known.form.from_legacy(text) if known else normalise.text(text) or None
        except InvalidInput as error:
            raise InvalidInput(f"{name}: {error.sentence}") from error
        if value is not None:
            fields[known.path if known else name] = value
    return fields


def _written(fields: Fields, table: FieldTable | None) -> dict[str, str]:
    """Attributes: all that the dialect is known to have, blank where there is nothing to say, then unknown ones."""
    if table is None:
        return {}
    written: dict[str, str] = {}
    for name, field in table.by_attribute.items():
        value = fields.get(field.path)
        if value is not None or not field.optional:
            written[name] = "" if value is None else field.form.to_legacy(value)
    for path, value in sorted(fields.items()):
        if path not in table.by_path and path[0].isupper() and is_name(path):
            written[path] = str(value)
    return written
