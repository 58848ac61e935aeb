"""A plan as a JSON document."""

from collections.abc import Mapping
from decimal import Decimal

from bursar.cli.epilog import Shape
from bursar.domain.money import Money
from bursar.domain.plan import Action, Blocked, Change, Plan
from bursar.domain.psa import Company
from bursar.usecases.plan_additions import CompanyPlan
from bursar.usecases.plan_tally import PlanTally

CHANGE_KEYS = ("key", "action", "resource", "remote_id", "parent_id", "lines", "amount", "currency", "before", "after")
BLOCKED_KEYS = ("subject", "code", "sentence", "remedy", "lines", "amount", "currency")
SHAPE: Shape = {
    "": ("connection", "month", "complete", "companies", "counts", "totals", "notes"),
    "companies[]": ("company", "changes", "left", "blocked", "notices"),
    "companies[].company": ("id", "identifier", "name"),
    "companies[].changes[]": (*CHANGE_KEYS, "notes"),
    "companies[].blocked[]": BLOCKED_KEYS,
    "companies[].notices[]": ("subject", "code", "sentence"),
    "counts": ("lines", "excluded", "create", "update", "cancel", "leave", "blocked"),
    "totals": ("planned", "held", "excluded"),
}


def company_document(item: CompanyPlan) -> dict[str, object]:
    """One company; `company` is null for what could not be brought to any."""
    plan = item.plan
    return {
        "company": _company(item.company),
        "changes": [_change(change) for change in plan.writes],
        "left": plan.count(Action.LEAVE),
        **_troubles(plan),
    }


def _troubles(plan: Plan) -> dict[str, object]:
    notices = [{"subject": n.subject, "code": n.code, "sentence": n.sentence} for n in plan.notices]
    return {"blocked": [_blocked(item) for item in plan.blocked], "notices": notices}


def _company(company: Company | None) -> dict[str, object] | None:
    return {"id": company.id, "identifier": company.identifier, "name": company.name} if company else None


def _change(change: Change) -> dict[str, object]:
    return {
        "key": change.key,
        "action": change.action,
        "resource": change.resource,
        "remote_id": change.remote_id,
        "parent_id": change.parent_id,
        "lines": change.lines,
        **_amount(change.total),
        "before": change.before,
        "after": change.after,
        "notes": change.notes,
    }


def _blocked(item: Blocked) -> dict[str, object]:
    facts = {"subject": item.subject, "code": item.code, "sentence": item.sentence, "remedy": item.remedy}
    return {**facts, "lines": item.lines, **_amount(item.total)}


def _amount(money: Money | None) -> dict[str, object]:
    return {"amount": money.amount if money else None, "currency": money.currency if money else None}


def totals_document(totals: Mapping[str, Mapping[str, Decimal]]) -> dict[str, dict[str, Decimal]]:
    """Per kind a map of currency to amount."""
    return {kind: dict(sums) for kind, sums in totals.items()}


def tally_document(tally: PlanTally) -> dict[str, object]:
    """Counts and totals of all companies."""
    return {"counts": tally.counts, "totals": totals_document(tally.totals)}
