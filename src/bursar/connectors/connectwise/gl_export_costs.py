"""Expenses, adjustments of stock and transfers: records against an account of their own."""

from dataclasses import replace
from decimal import Decimal

from bursar.connectors.connectwise.gl_export_lines import Row, dimensions_shown, line_of, rows_of, signed
from bursar.connectors.connectwise.gl_export_taken import Shown, Taken
from bursar.domain.ledger.documents import Axis, Document, DocumentKind, Line, PartyRef
from bursar.domain.ledger.normalise import entry_ids_or_none
from bursar.domain.ledger.signs import header_sign, opposite
from bursar.domain.money import ZERO

_CLASS = ((Axis.CLASS, "glClass"),)


def expense_bill(bare: Document, header: Taken, row: Row) -> Document:
    total = header.required("total")
    lines, taxes = rows_of(row, bare.currency, -1 if total < ZERO else 1)
    return replace(
        bare,
        kind=DocumentKind.AP_CREDIT if total < ZERO else DocumentKind.AP_BILL_EXPENSE,
        total=abs(total),
        control_account=header.text("apAccountNumber"),
        lines=lines,
        taxes=taxes,
        entry_ids=header.ids("id"),
        party=_member(header),
        dimensions=header.dimensions(*_CLASS),
    )


def expense_bill_shown(document: Document) -> Shown:
    return {
        "documentNumber": document.number,
        "total": signed(document.total, header_sign(document.kind)),
        "apAccountNumber": document.control_account,
        "id": document.entry_ids,
        **_member_shown(document.party),
        **dimensions_shown(document.dimensions, *_CLASS),
    }


def expense(bare: Document, header: Taken, _row: Row) -> Document:
    """One expense against its offset. Without an offset, whose entry may be in another batch, against the payable."""
    amount, ids = header.required("total"), header.ids("id")
    line = Line(
        account=header.text("accountNumber"),
        amount=amount,
        entry_ids=ids,
        gl_type=header.text("glTypeId"),
        dimensions=header.dimensions(*_CLASS),
    )
    return replace(
        bare,
        number=str(ids[0]) if ids else "",
        total=_against(amount, header.number("offset.total")),
        control_account=header.text("offset.accountNumber") or header.kept("apAccountNumber"),
        lines=(line,),
        entry_ids=header.ids("offset.id"),
        party=_member(header),
        project=header.text("project.name"),
        description=header.text("description"),
    )


def expense_shown(document: Document) -> Shown:
    line = document.lines[0]
    return {
        "id": line.entry_ids,
        "accountNumber": line.account,
        "total": line.amount,
        "glTypeId": line.gl_type,
        **dimensions_shown(line.dimensions, *_CLASS),
        "offset.id": document.entry_ids,
        "offset.accountNumber": document.control_account,
        "offset.total": opposite(document.total),
        **_member_shown(document.party),
        "project.name": document.project,
        "description": document.description,
    }


def adjustment(bare: Document, header: Taken, row: Row) -> Document:
    """An adjustment of stock: each line has the sign of its quantity, more stock being positive (assumed)."""
    key = header.text("id")
    lines = tuple(_by_quantity(line_of(fields, row.record, bare.currency)) for fields in row.lines)
    return replace(
        bare,
        kind=DocumentKind.INVENTORY_ADJUSTMENT,
        number=header.text("adjustmentDescription"),
        total=sum((line.amount for line in lines), ZERO),
        control_account=header.text("accountNumber"),
        lines=lines,
        entry_ids=entry_ids_or_none(key),
        record_id=key,
        gl_type=header.text("glTypeID"),
        dimensions=header.dimensions(*_CLASS),
    )


def adjustment_shown(document: Document) -> Shown:
    return {
        "id": document.record_id,
        "adjustmentDescription": document.number,
        "accountNumber": document.control_account,
        "glTypeID": document.gl_type,
        **dimensions_shown(document.dimensions, *_CLASS),
    }


def transfer(bare: Document, header: Taken, _row: Row) -> Document:
    """Stock moved from the offset's account to the record's."""
    key, number = header.text("id"), header.number("transferId")
    total = header.required("total")
    line = Line(
        account=header.text("accountNumber"),
        amount=total,
        entry_ids=entry_ids_or_none(key),
        gl_type=header.text("glTypeId"),
        quantity=header.number("quantity"),
        unit_price=header.number("itemPrice"),
        cost=header.number("cost"),
        cost_account=header.text("costAccountNumber"),
        inventory_account=header.text("inventoryAccountNumber"),
        item=header.text("item.identifier"),
        unit=header.text("unitOfMeasure.name"),
        dimensions=header.dimensions(*_CLASS),
    )
    return replace(
        bare,
        kind=DocumentKind.INVENTORY_TRANSFER,
        number="" if number is None else f"{number:f}",
        total=_against(total, header.number("offset.total")),
        control_account=header.text("offset.accountNumber"),
        lines=(line,),
        entry_ids=header.ids("offset.id"),
        record_id=key,
        description=header.text("description"),
    )


def transfer_shown(document: Document) -> Shown:
    line = document.lines[0]
    return {
        "id": document.record_id,
        "transferId": Decimal(document.number) if document.number else None,
        "accountNumber": line.account,
        "total": line.amount,
        "glTypeId": line.gl_type,
        "quantity": line.quantity,
        "itemPrice": line.unit_price,
        "cost": line.cost,
        "costAccountNumber": line.cost_account,
        "inventoryAccountNumber": line.inventory_account,
        "item.identifier": line.item,
        "unitOfMeasure.name": line.unit,
        **dimensions_shown(line.dimensions, *_CLASS),
        "offset.id": document.entry_ids,
        "offset.accountNumber": document.control_account,
        "offset.total": opposite(document.total),
        "description": document.description,
    }


def _member(header: Taken) -> PartyRef:
    return PartyRef(
        vendor_number=header.text("vendorNumber"),
        name=header.text("member.name"),
        member=header.text("member.identifier"),
    )


def _member_shown(party: PartyRef) -> Shown:
    return {"vendorNumber": party.vendor_number, "member.name": party.name, "member.identifier": party.member}


def _against(amount: Decimal, offset: Decimal | None) -> Decimal:
    """What the offset says the row comes to: the other sign of it, or the same where it is shown without one."""
    if offset is None:
        return amount
    return offset if offset * amount > ZERO else opposite(offset)


def _by_quantity(line: Line) -> Line:
    size = abs(line.amount)
    if not line.quantity:
        return line
    return replace(line, amount=size if line.quantity > ZERO else opposite(size))
