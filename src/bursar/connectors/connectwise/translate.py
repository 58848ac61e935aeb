"""ConnectWise records as domain values, and as the fields of a receipt."""

from bursar.connectors.connectwise.marker import Marker
from bursar.connectors.connectwise.wire import (
    AdditionRecord,
    AgreementRecord,
    AgreementTypeRecord,
    CatalogItemRecord,
    CompanyRecord,
    CurrencyRecord,
    CurrencyReference,
    ListRecord,
    Reference,
)
from bursar.domain.lists import Choice
from bursar.domain.money import ZERO
from bursar.domain.plan import Fields
from bursar.domain.psa import Addition, Agreement, AgreementType, CatalogItem, Company

_NO_ID = 0
"""Stands for a reference that ConnectWise left out of a record that must have it; no record has this id."""
_ACTIVE, _CANCELLED = "Active", "Cancelled"
_DEFAULT_CLASS = "NonInventory"


def agreement_type(record: AgreementTypeRecord) -> AgreementType:
    """An agreement type."""
    return AgreementType(record.id, record.name, record.inactive)


def choice(record: ListRecord) -> Choice:
    """An entry of a list, with the category of a subcategory. A product is called by its description."""
    return Choice(
        id=record.id,
        name=record.name or record.description or record.identifier,
        identifier=record.identifier,
        inactive=record.inactive,
        parent_id=_id(record.category),
        trait=record.status.name if record.status else record.product_class,
    )


def company(record: CompanyRecord) -> Company:
    """A company with its default contact."""
    return Company(
        id=record.id,
        identifier=record.identifier,
        name=record.name,
        status=record.status.name if record.status else _ACTIVE,
        deleted=record.deleted,
        contact_id=_id(record.default_contact),
        currency=currency_code(record.currency),
    )


def catalog_item(record: CatalogItemRecord) -> CatalogItem:
    """A catalogue item; without a class it is Non-Inventory [spec]."""
    return CatalogItem(
        id=record.id,
        identifier=record.identifier,
        description=record.description,
        product_class=record.product_class or _DEFAULT_CLASS,
        inactive=record.inactive,
        price=record.price,
    )


def agreement(record: AgreementRecord) -> Agreement:
    """An agreement."""
    return Agreement(
        id=record.id,
        name=record.name,
        company_id=_id(record.company) or _NO_ID,
        type_id=_id(record.type) or _NO_ID,
        currency=currency_code(record.currency),
        status=record.status or (_CANCELLED if record.cancelled else _ACTIVE),
        start=record.start,
        end=record.end,
        bill_start=record.bill_start,
        next_invoice=record.next_invoice,
        prorates=record.prorates,
        cancelled=record.cancelled,
        type_name=record.type.name if record.type else "",
        billing_cycle=record.billing_cycle.name if record.billing_cycle else "",
    )


def agreement_fields(record: AgreementRecord) -> Fields:
    """An agreement under the names that writes use."""
    return {
        "name": record.name,
        "company_id": _id(record.company),
        "contact_id": _id(record.contact),
        "type_id": _id(record.type),
        "start": record.start,
        "bill_start": record.bill_start,
        "currency": currency_code(record.currency),
        "billing_cycle_id": _id(record.billing_cycle),
        "location_id": _id(record.location),
        "department_id": _id(record.department),
        "employee_comp_rate": record.employee_comp_rate,
        "employee_comp_not_exceed": record.employee_comp_not_exceed,
        "invoicing_cycle": record.invoicing_cycle,
        "bill_time": record.bill_time,
        "bill_expenses": record.bill_expenses,
        "bill_products": record.bill_products,
        "one_time": record.one_time,
        "prorates": record.prorates,
        "no_ending_date": record.no_ending_date,
    }


def addition(record: AdditionRecord, agreement_id: int, marker: Marker) -> Addition:
    """An addition of the agreement it was read from."""
    return Addition(
        id=record.id,
        agreement_id=agreement_id,
        product_id=_id(record.product) or _NO_ID,
        quantity=ZERO if record.quantity is None else record.quantity,
        unit_price=ZERO if record.unit_price is None else record.unit_price,
        unit_cost=record.unit_cost,
        effective=record.effective,
        cancelled=record.cancelled,
        description=record.description,
        bill_customer=record.bill_customer,
        marker=marker.read(record),
        total=record.total,
    )


def addition_fields(record: AdditionRecord, marker: Marker) -> Fields:
    """An addition under the names that writes use, and `total`, the extended price ConnectWise computed."""
    return {
        "product_id": _id(record.product),
        "quantity": record.quantity,
        "unit_price": record.unit_price,
        "unit_cost": record.unit_cost,
        "effective": record.effective,
        "cancelled": record.cancelled,
        "description": record.description,
        "bill_customer": record.bill_customer,
        "marker": marker.read(record),
        "total": record.total,
    }


def currency_code(reference: CurrencyReference | None) -> str | None:
    """The ISO code of a currency; None when no part of the reference looks like one."""
    if reference is None:
        return None
    return _iso(reference.currency_code, reference.iso_code, reference.currency_identifier, reference.name)


def code_of_currency(record: CurrencyRecord) -> str | None:
    """The ISO code of a currency that is set up in ConnectWise."""
    named = record.currency_code.name if record.currency_code else ""
    return _iso(named, record.currency_identifier, record.name)


def _iso(*texts: str) -> str | None:
    return next((text.upper() for text in texts if len(text) == 3 and text.isalpha()), None)


def _id(reference: Reference | None) -> int | None:
    return reference.id if reference else None
