"""Payments as XML, in the two shapes of Zynk's tasks: the Accounting Interface's, and REST's written as elements."""

from collections.abc import Iterable, Iterator, Mapping

from bursar.connectors.connectwise.files.payment_rows import PaymentRow, Reasons
from bursar.connectors.connectwise.gl_export_errors import XML_MESSAGE
from bursar.connectors.connectwise.gl_export_xml import XSI
from bursar.connectors.connectwise.legacy.safe_xml import Element, nodes
from bursar.connectors.connectwise.legacy.xml_text import DECLARATION, escaped
from bursar.domain.errors import SourceUnreadable
from bursar.domain.ledger.normalise import text as plain

WHAT = "payments file"
LEGACY_ROOT, REST_ROOT = "ArrayOfUpdateInvoicePayment", "InvoicePayments"
_RECORDS = {LEGACY_ROOT: "UpdateInvoicePayment", REST_ROOT: "InvoicePayment"}
_FIELDS: Mapping[str, Mapping[str, str]] = {
    LEGACY_ROOT: {"InvoiceNumber": "number", "PaidAmount": "amount", "DatePaid": "day"},
    REST_ROOT: {
        "id": "payment_id",
        "externalId": "reference",
        "invoice/id": "invoice_id",
        "invoice/identifier": "number",
        "amount": "amount",
        "paymentDate": "day",
    },
}
"""Element → field of the row, by root; a slash leads into an element."""
_REMEDY = f"Choose a file whose root is {LEGACY_ROOT} or {REST_ROOT}, or a CSV with headings."


def payment_elements(source: bytes) -> tuple[str, list[PaymentRow]]:
    """The root, and the rows. Raises SourceUnreadable."""
    root, rows = "", list[PaymentRow]()
    for node in nodes(source, what=WHAT, records_at=2):
        name = node.element.name
        if node.depth == 1:
            root = name
            if root not in _RECORDS:
                raise SourceUnreadable(f"The {WHAT} has the root {root[:40]}.", remedy=_REMEDY)
        elif name != _RECORDS[root]:
            sentence = f"The {WHAT} has {name[:40]} where {_RECORDS[root]} should be."
            raise SourceUnreadable(sentence, remedy=_REMEDY)
        else:
            rows.append(_row(node.element, _FIELDS[root], len(rows) + 1))
    return root, rows


def payments_xml(root: str, rows: Iterable[PaymentRow], reasons: Reasons) -> Iterator[str]:
    """The rows in the shape of a root, each with its reason where it has one."""
    yield f'{DECLARATION}<{root} xmlns:xsi="{XSI}" xmlns:xsd="http://www.w3.org/2001/XMLSchema">\n'
    for row in rows:
        yield f"  <{_RECORDS[root]}>\n"
        yield from _written(row, _FIELDS[root])
        if reason := reasons.get(row.place):
            yield f"    <{XML_MESSAGE}>{escaped(reason)}</{XML_MESSAGE}>\n"
        yield f"  </{_RECORDS[root]}>\n"
    yield f"</{root}>\n"


def _row(record: Element, fields: Mapping[str, str], place: int) -> PaymentRow:
    found: dict[str, str] = {}
    for path, field in fields.items():
        inner = record
        for name in path.split("/"):
            named = [child for child in inner.children if child.name == name]
            if len(named) > 1:
                raise SourceUnreadable(f"The {WHAT} has {name} twice in record {place}.", remedy=_REMEDY)
            inner = named[0] if named else Element(name)
        found[field] = plain(inner.text).strip()
    return PaymentRow(place, **found)


def _written(row: PaymentRow, fields: Mapping[str, str]) -> Iterator[str]:
    inner: dict[str, list[tuple[str, str]]] = {}
    for path, field in fields.items():
        name, _, child = path.partition("/")
        value = str(getattr(row, field))
        if value or field in {"amount", "day"} or (path == "InvoiceNumber"):
            inner.setdefault(name, []).append((child, value))
    for name, values in inner.items():
        if values[0][0]:
            yield f"    <{name}>\n"
            yield from (f"      <{child}>{escaped(value)}</{child}>\n" for child, value in values)
            yield f"    </{name}>\n"
        else:
            yield f"    <{name}>{escaped(values[0][1])}</{name}>\n"
