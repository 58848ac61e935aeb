"""Writes as the planner makes them."""

from datetime import date
from decimal import Decimal

from bursar.connectors.connectwise import ConnectWise
from bursar.domain.plan import Action, Fields, FieldValue, Resource
from bursar.domain.psa import Agreement
from bursar.ports import Receipt, Write

OPEN = date(2026, 11, 1)
CLOUD = "Cloud Subscriptions - Alder Brook Dental"


def agreement_named(psa: ConnectWise, name: str = CLOUD) -> Agreement:
    """An agreement of the seeded MSP."""
    return next(agreement for agreement in psa.agreements() if agreement.name == name)


def addition_fields(**changed: FieldValue) -> Fields:
    """A new addition; change what the test is about."""
    return {
        "product_id": 3,
        "quantity": Decimal("3.5"),
        "unit_price": Decimal("4.25"),
        "unit_cost": None,
        "effective": OPEN,
        "cancelled": None,
        "description": "Mail Plus for the front desk",
        "bill_customer": "Billable",
        "marker": "bursar:r:abcdefghijklmnop:0",
        **changed,
    }


def agreement_fields(company_id: int, contact_id: int | None, **changed: FieldValue) -> Fields:
    """A new agreement; change what the test is about."""
    return {
        "name": "Cloud Subscriptions CAD - AlderBrookDental",
        "company_id": company_id,
        "contact_id": contact_id,
        "type_id": 1,
        "start": OPEN,
        "bill_start": OPEN,
        "no_ending_date": True,
        "prorates": False,
        "currency": "CAD",
        "invoicing_cycle": "CalendarYear",
        "employee_comp_rate": "Actual",
        "employee_comp_not_exceed": "Billing",
        "bill_time": "Billable",
        "bill_expenses": "Billable",
        "bill_products": "Billable",
        "billing_cycle_id": 1,
        "location_id": 1,
        "department_id": 1,
        "one_time": False,
        **changed,
    }


def create_addition(agreement_id: int, **changed: FieldValue) -> Write:
    """A create of an addition."""
    return Write(Action.CREATE, Resource.ADDITION, "addition key", addition_fields(**changed), parent_id=agreement_id)


def change_addition(agreement_id: int, receipt: Receipt, action: Action = Action.UPDATE, **fields: FieldValue) -> Write:
    """An update or cancel of an addition that was made."""
    return Write(action, Resource.ADDITION, "addition key", fields, parent_id=agreement_id, remote_id=receipt.remote_id)
