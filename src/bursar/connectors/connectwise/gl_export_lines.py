"""Lines and tax rows of an export, and back. Amounts are as the export has them; `signs` turns them."""

from dataclasses import dataclass, replace
from decimal import Decimal

from bursar.connectors.connectwise.gl_export_forms import Fields
from bursar.connectors.connectwise.gl_export_taken import CURRENCY, Shown, Taken, said
from bursar.domain.ledger.documents import Axis, Dimension, Document, Line, RecordType, Tax
from bursar.domain.ledger.signs import line_sign, opposite, turned, turned_tax
from bursar.domain.money import ZERO

TAX_TYPES = frozenset({"ST", "PT", "FT", "ET"})
_AXES = ((Axis.CLASS, "glClass"), (Axis.EXPENSE_CLASS, "expenseClass.name"))


@dataclass(frozen=True, slots=True)
class Row:
    """One record of an export as neutral fields, with its lines, and its taxes where they are listed apart."""

    record: RecordType
    header: Fields
    lines: tuple[Fields, ...] = ()
    taxes: tuple[Fields, ...] = ()


def is_tax(fields: Fields) -> bool:
    """Whether a row is one of tax."""
    return fields.get("glTypeId") in TAX_TYPES


def line_of(fields: Fields, record: RecordType, currency: str) -> Line:
    """A line; `currency` is the document's. Raises InvalidInput."""
    taken = Taken(fields)
    own = taken.currency(currency)
    quantity, cost, total = taken.number("quantity"), taken.number("cost"), taken.number("total")
    if total is None:
        total = (quantity or ZERO) * (cost or ZERO) if record is RecordType.ADJUSTMENT else taken.required("total")
    line = Line(
        account=taken.text("accountNumber"),
        amount=total,
        entry_ids=taken.ids("id"),
        gl_type=taken.text("glTypeId"),
        quantity=quantity,
        unit_price=taken.number("itemPrice"),
        cost=cost,
        cost_account=taken.text("costAccountNumber"),
        inventory_account=taken.text("inventoryAccountNumber"),
        item=taken.text("item.identifier"),
        description=taken.text("description"),
        memo=taken.text("memo"),
        unit=taken.text("unitOfMeasure.name"),
        tax_code=taken.text("taxCodeXref"),
        taxable=taken.flag(_taxable(record)),
        drop_shipped=taken.flag("dropShippedFlag"),
        currency="" if own == currency else own,
        entered=taken.moment("documentDate"),
        dimensions=taken.dimensions(*_AXES),
    )
    return replace(line, more=taken.rest())


def tax_of(fields: Fields, currency: str, *, separate: bool) -> Tax:
    """A tax row. Raises InvalidInput."""
    taken = Taken(fields)
    own = taken.currency(currency)
    rate = taken.number("taxRatePercent")
    tax = Tax(
        account=taken.text("accountNumber"),
        amount=taken.required("total"),
        entry_ids=taken.ids("id"),
        gl_type=taken.text("glTypeId"),
        code=taken.text("taxCode.name"),
        agency=taken.text("taxAgencyXref"),
        rate=taken.number("taxRate") if rate is None else rate,
        description=taken.text("description"),
        memo=taken.text("memo"),
        currency="" if own == currency else own,
        entered=taken.moment("documentDate"),
        dimensions=taken.dimensions(*_AXES),
        separate=separate,
    )
    return replace(tax, more=taken.rest())


def rows_of(row: Row, currency: str, header: int) -> tuple[tuple[Line, ...], tuple[Tax, ...]]:
    """Lines and taxes in our signs; `header` is the sign of the record's total. Raises InvalidInput."""
    sign = line_sign(row.record, header)
    plain = (fields for fields in row.lines if not is_tax(fields))
    lines = tuple(turned(line_of(fields, row.record, currency), sign) for fields in plain)
    within = [tax_of(fields, currency, separate=False) for fields in row.lines if is_tax(fields)]
    apart = [tax_of(fields, currency, separate=True) for fields in row.taxes]
    return lines, tuple(turned_tax(tax, sign) for tax in within + apart)


def line_shown(line: Line, document: Document) -> Fields:
    """The fields of a line."""
    shown: Shown = dict(line.more)
    return said(
        shown
        | _row_shown(line, document)
        | {
            "quantity": line.quantity,
            "itemPrice": line.unit_price,
            "cost": line.cost,
            "costAccountNumber": line.cost_account,
            "inventoryAccountNumber": line.inventory_account,
            "item.identifier": line.item,
            "unitOfMeasure.name": line.unit,
            "taxCodeXref": line.tax_code,
            _taxable(document.record): line.taxable,
            "dropShippedFlag": line.drop_shipped,
        }
    )


def tax_shown(tax: Tax, document: Document) -> Fields:
    """The fields of a tax row."""
    shown: Shown = dict(tax.more)
    shown |= {"taxCode.name": tax.code, "taxAgencyXref": tax.agency, "taxRatePercent": tax.rate}
    return said(shown | _row_shown(tax, document))


def dimensions_shown(dimensions: tuple[Dimension, ...], *places: tuple[Axis, str]) -> Shown:
    """The fields of dimensions, on the axes that a record has."""
    paths = dict(places)
    return {paths[one.axis]: one.value for one in dimensions if one.axis in paths}


def signed(amount: Decimal, sign: int) -> Decimal:
    """The amount, turned when the sign is −1."""
    return opposite(amount) if sign < 0 else amount


def _row_shown(row: Line | Tax, document: Document) -> Shown:
    shown: Shown = {
        "accountNumber": row.account,
        "total": row.amount,
        "id": row.entry_ids,
        "glTypeId": row.gl_type,
        "description": row.description,
        "memo": row.memo,
        "documentDate": row.entered,
    }
    if document.record is not RecordType.ADJUSTMENT:
        shown[CURRENCY] = row.currency or document.currency
    return shown | dimensions_shown(row.dimensions, *_AXES)


def _taxable(record: RecordType) -> str:
    return "taxable" if record is RecordType.PURCHASE else "taxableFlag"
