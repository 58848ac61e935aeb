"""The REST dialect of a GL export written as XML elements, as tools that save it to a file do."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from bursar.connectors.connectwise.gl_export_errors import ERRORS, MESSAGE, XML_MESSAGE, error_record
from bursar.connectors.connectwise.gl_export_forms import plain
from bursar.connectors.connectwise.gl_export_paths import OLDER_NAMES
from bursar.connectors.connectwise.gl_export_rest import (
    EXPORT_SETTINGS,
    of_section,
    party_record,
    record_of,
    settings_record,
)
from bursar.connectors.connectwise.gl_export_tables import SECTIONS
from bursar.connectors.connectwise.legacy.safe_xml import Element
from bursar.connectors.connectwise.legacy.xml_text import DECLARATION, escaped, is_name
from bursar.connectors.exact_json import JsonObject, JsonValue
from bursar.domain.errors import InvalidInput
from bursar.domain.ledger import normalise
from bursar.domain.ledger.export import GlExport

XSI = "http://www.w3.org/2001/XMLSchema-instance"
RECORDS = {
    "vendors": "vendor",
    "customers": "customer",
    "transactions": "transaction",
    "expenses": "expense",
    "expenseBills": "expenseBill",
    "purchaseTransactions": "purchaseTransaction",
    "adjustmentTransactions": "adjustmentTransaction",
    "inventoryTransfers": "inventoryTransfer",
    ERRORS: "error",
}
_ITEMS = {"taxLevels": "taxLevel"}
_LISTS = frozenset({*_ITEMS, "detail", "purchaseDetail", "purchaseDetailTax", "adjustmentDetail"})
_WRITTEN_AS = {newer: older for older, newer in OLDER_NAMES.items()} | {MESSAGE: XML_MESSAGE}
_READ_AS = {XML_MESSAGE: MESSAGE}
_INTEGERS = frozenset({"id", "taxLevel", "numberOfDecimals"})
_NUMBERS = frozenset({"taxAmount", "taxableAmount", "taxRate", "taxGroupRate", "countryTaxRate", "compositeTaxRate"})
_FLAGS = {"true": True, "false": False}
_WHOLE = re.compile(r"0|[1-9][0-9]{0,17}")


def record_json(element: Element) -> JsonObject:
    """The JSON record that an element stands for. Raises InvalidInput."""
    record: JsonObject = {}
    for child in element.children:
        name = _READ_AS.get(child.name, child.name)
        if name in record:
            raise InvalidInput(f"It has {child.name} twice.")
        record[name] = _value(child)
    return record


def leaf(element: Element) -> JsonValue:
    """The value of an element without children. Raises InvalidInput."""
    text = element.text
    if element.attributes.get("xsi:nil") == "true" or not text:
        return None
    if element.name in _INTEGERS and _WHOLE.fullmatch(text):
        return int(text)
    if element.name in _NUMBERS:
        return normalise.number(text)
    return _FLAGS.get(text, text)


def rest_xml(export: GlExport) -> Iterator[str]:
    """The export as elements, piece by piece. Fields whose names cannot be element names are left out."""
    yield f'{DECLARATION}<GLExport xmlns:xsi="{XSI}" xmlns:xsd="http://www.w3.org/2001/XMLSchema">\n'
    settings = settings_record(export.settings)
    if settings:
        yield _element(EXPORT_SETTINGS, settings, 1)
    yield from _section("vendors", map(party_record, export.vendors))
    yield from _section("customers", map(party_record, export.customers))
    for section in SECTIONS:
        yield from _section(section.rest, map(record_of, of_section(export.documents, section)))
    yield from _section(ERRORS, map(error_record, export.blocked))
    yield "</GLExport>\n"


def _value(element: Element) -> JsonValue:
    children = element.children
    if element.name in _LISTS or (children and all(child.name == f"{element.name}Item" for child in children)):
        return [record_json(child) if child.children else leaf(child) for child in children]
    return record_json(element) if children else leaf(element)


def _section(name: str, records: Iterable[JsonObject]) -> Iterator[str]:
    opened = False
    for record in records:
        if not opened:
            yield f"  <{name}>\n"
            opened = True
        yield _element(RECORDS[name], record, 2)
    if opened:
        yield f"  </{name}>\n"


def _element(name: str, value: JsonValue, depth: int) -> str:
    if not is_name(name):
        return ""
    indent, name = "  " * depth, _WRITTEN_AS.get(name, name)
    if name == "id" and isinstance(value, list):
        value = ",".join(map(str, value))
    if isinstance(value, dict):
        inside = "".join(_element(key, item, depth + 1) for key, item in value.items())
    elif isinstance(value, list):
        inside = "".join(_element(_ITEMS.get(name, f"{name}Item"), item, depth + 1) for item in value)
    else:
        text = escaped(_text(value))
        return f"{indent}<{name}>{text}</{name}>\n" if text else f"{indent}<{name} />\n"
    return f"{indent}<{name}>\n{inside}{indent}</{name}>\n" if inside else f"{indent}<{name} />\n"


def _text(value: JsonValue) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return plain(value)
    return "" if value is None else str(value)
