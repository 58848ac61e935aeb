"""A company's plan as a person reads it."""

from collections.abc import Sequence
from decimal import Decimal

from bursar.cli.output import Listing, money_column, say, shown
from bursar.domain.plan import Action, Blocked, Change, FieldValue, Notice, Resource
from bursar.domain.psa import Company
from bursar.usecases.plan_additions import CompanyPlan

STYLES = {Action.CREATE: "green", Action.UPDATE: "yellow", Action.CANCEL: "red", Action.LEAVE: ""}
NOWHERE = "Without a company"


def show_company_plan(item: CompanyPlan) -> None:
    """Each write with its values, how many are left, what is blocked and why, and warnings."""
    plan = item.plan
    say(_heading(item.company), style="bold")
    writes = Listing("", "What would be written", money_column("Lines come to"))
    for change in plan.writes:
        writes.row(change.action, describe(change), change.total or "", style=STYLES[change.action])
    writes.show()
    if left := plan.count(Action.LEAVE):
        say(f"{left} as they should be.", indent=2)
        say()
    show_blocked(plan.blocked)
    show_notices(plan.notices)


def _heading(company: Company | None) -> str:
    return f"{company.name} ({company.identifier}, {company.id})" if company else NOWHERE


def describe(change: Change) -> str:
    """What the change does, one thing a line."""
    if change.resource is Resource.AGREEMENT:
        details = [f"Agreement '{change.after['name']}' from {change.after['start']}"]
    elif change.action is Action.CREATE:
        details = _created(change)
    else:
        details = [f"Addition {change.remote_id}: {change.after['description']}", *_differences(change)]
    return "\n".join([*details, *change.notes])


def _created(change: Change) -> list[str]:
    after = change.after
    where = f" on Agreement {change.parent_id}" if change.parent_id else ""
    until = f" until {after['cancelled']}" if after["cancelled"] else ""
    price = f"{_value(after['quantity'])} × {_value(after['unit_price'])}"
    values = f"product {after['product_id']}, {price}, from {after['effective']}{until}"
    return [f"Addition{where}: {after['description']}", values]


def _differences(change: Change) -> list[str]:
    return [
        f"{name.removesuffix('_id').replace('_', ' ')} {_value(before)} → {_value(after)}"
        for name, (before, after) in change.differences.items()
    ]


def _value(value: FieldValue) -> str:
    return number(value) if isinstance(value, Decimal) else shown(value)


def number(value: Decimal) -> str:
    """Without the zeros that only fill up; a price keeps its cents."""
    text = f"{value:f}"
    if "." not in text:
        return text
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals.rstrip('0'):0<2}"


def show_blocked(blocked: Sequence[Blocked]) -> None:
    """Everything that waits for a person, each with its remedy."""
    listing = Listing("Blocked", "", money_column("Amount"))
    for item in blocked:
        listing.row(item.subject, reason(item.sentence, item.remedy), item.total or "")
    listing.show()


def reason(sentence: str, remedy: str) -> str:
    """Why, and on the next line what to do."""
    return f"{sentence}\n→ {remedy}" if remedy else sentence


def show_notices(notices: Sequence[Notice]) -> None:
    """Warnings that stop nothing."""
    listing = Listing("Worth knowing", "")
    for item in notices:
        listing.row(item.subject, item.sentence)
    listing.show()
