"""Invoices, credit memos and bills for goods: records with a party, lines and taxes."""

from dataclasses import replace

from bursar.connectors.connectwise.gl_export_lines import Row, dimensions_shown, rows_of, signed
from bursar.connectors.connectwise.gl_export_taken import Shown, Taken
from bursar.domain.ledger.documents import Axis, Document, DocumentKind, PartyRef
from bursar.domain.ledger.signs import header_sign, opposite
from bursar.domain.money import ZERO

_CREDIT_MEMO, _DOWN_PAYMENT = "credit memo", "downpayment"
_SALE_AXES = ((Axis.CLASS, "glClass"), (Axis.TERRITORY, "salesTerritory"))
_PURCHASE_CLASS = ((Axis.CLASS, "purchaseClass"),)


def sale(bare: Document, header: Taken, row: Row) -> Document:
    total = header.required("total")
    billing = header.text("billingType")
    credit = total < ZERO or bare.document_type.casefold() == _CREDIT_MEMO
    sign = -1 if total < ZERO or (credit and not total) else 1
    kind = DocumentKind.AR_INVOICE
    if credit:
        kind = DocumentKind.AR_CREDIT
    elif "".join(filter(str.isalpha, billing)).casefold() == _DOWN_PAYMENT:
        kind = DocumentKind.AR_DOWNPAYMENT
    stated = header.number("salesTax")
    lines, taxes = rows_of(row, bare.currency, sign)
    return replace(
        bare,
        kind=kind,
        total=abs(total),
        control_account=header.text("accountNumber"),
        lines=lines,
        taxes=taxes,
        entry_ids=header.ids("glEntryIds"),
        record_id=header.text("id"),
        party=_company(header, account_number=header.text("companyAccountNumber")),
        due=header.day("dueDate"),
        billing_type=billing,
        gl_type=header.text("glTypeId"),
        terms=header.text("billingTermsXref"),
        description=header.text("description"),
        po_number=header.text("purchaseOrder.name"),
        project=header.text("project.name"),
        stated_tax=opposite(stated) if stated is not None and sign < 0 else stated,
        dimensions=header.dimensions(*_SALE_AXES),
    )


def sale_shown(document: Document) -> Shown:
    sign = header_sign(document.kind)
    return {
        "id": _number_or_text(document.record_id),
        "documentNumber": document.number,
        "total": signed(document.total, sign),
        "salesTax": None if document.stated_tax is None else signed(document.stated_tax, sign),
        "accountNumber": document.control_account,
        "glEntryIds": document.entry_ids,
        "companyAccountNumber": document.party.account_number,
        **_company_shown(document.party),
        "dueDate": document.due,
        "billingType": document.billing_type,
        "glTypeId": document.gl_type,
        "billingTermsXref": document.terms,
        "description": document.description,
        "purchaseOrder.name": document.po_number,
        "project.name": document.project,
        **dimensions_shown(document.dimensions, *_SALE_AXES),
    }


def purchase(bare: Document, header: Taken, row: Row) -> Document:
    total = header.required("total")
    lines, taxes = rows_of(row, bare.currency, -1 if total < ZERO else 1)
    party = _company(header, account_number=header.text("vendorAccountNumber"))
    return replace(
        bare,
        kind=DocumentKind.AP_CREDIT if total < ZERO else DocumentKind.AP_BILL_PO,
        total=abs(total),
        control_account=header.text("apAccountNumber"),
        lines=lines,
        taxes=taxes,
        entry_ids=header.ids("glEntryIds"),
        record_id=header.text("id"),
        party=replace(party, vendor_number=header.text("vendorNumber")),
        terms=header.text("billingTermsXref"),
        description=header.text("description"),
        vendor_invoice=header.text("vendorInvoiceNumber"),
        dimensions=header.dimensions(*_PURCHASE_CLASS),
    )


def purchase_shown(document: Document) -> Shown:
    return {
        "id": document.record_id,
        "documentNumber": document.number,
        "total": signed(document.total, header_sign(document.kind)),
        "apAccountNumber": document.control_account,
        "glEntryIds": document.entry_ids,
        "vendorAccountNumber": document.party.account_number,
        "vendorNumber": document.party.vendor_number,
        **_company_shown(document.party),
        "billingTermsXref": document.terms,
        "description": document.description,
        "vendorInvoiceNumber": document.vendor_invoice,
        **dimensions_shown(document.dimensions, *_PURCHASE_CLASS),
    }


def _company(header: Taken, account_number: str) -> PartyRef:
    return PartyRef(
        account_number=account_number,
        name=header.text("company.name"),
        identifier=header.text("company.identifier"),
        company_id=header.integer("company.id"),
        company_type=header.text("companyType.name"),
    )


def _company_shown(party: PartyRef) -> Shown:
    return {
        "company.name": party.name,
        "company.identifier": party.identifier,
        "company.id": party.company_id,
        "companyType.name": party.company_type,
    }


def _number_or_text(key: str) -> str | int:
    return int(key) if key.isascii() and key.isdecimal() and key == str(int(key)) else key
