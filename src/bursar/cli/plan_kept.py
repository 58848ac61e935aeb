"""A kept plan as a person reads it, and as a JSON document."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db.models import QuerySet

from bursar.cli.output import Listing, moment, money_column, say, shown
from bursar.cli.plan_tally import INTENDED, counts_sentence, show_totals
from bursar.cli.plan_text import STYLES, number, reason
from bursar.domain.money import Money
from bursar.domain.plan import Action, FieldValue
from bursar.store.field_json import from_json
from bursar.store.models import PlanEntry, Run
from bursar.store.queries.plan_choice import Choice
from bursar.usecases.plan_state import changed_since

PLAN_KEYS = (
    *("id", "connection", "month", "state", "requested_by", "started_at", "ended_at", "complete", "preview_only"),
    *("verdict", "counts", "totals", "stale"),
)
ENTRY_KEYS = (
    *("id", "kind", "action", "resource", "key", "company_id", "company", "agreement_id", "agreement", "remote_id"),
    *("subject", "before", "after", "lines", "amount", "currency", "code", "sentence", "remedy", "preview_only"),
    "posted",
)
BRIEF = ("product_id", "quantity", "unit_price", "effective", "cancelled")
"""What a new Addition is summed up by."""


def plan_document(plan: Run) -> dict[str, object]:
    """The facts of a plan; `stale` says what it does not know, null when nothing."""
    since = changed_since(plan)
    same = ("id", "month", "state", "requested_by", "started_at", "ended_at", "verdict", "counts", "totals")
    facts = {name: getattr(plan, name) for name in same}
    own = {"connection": plan.connection.name, "stale": since.what if since else None}
    made = {"complete": plan.result.get("complete") is True, "preview_only": plan.result.get("preview_only", 0)}
    return facts | own | made


def entry_document(entry: PlanEntry) -> dict[str, object]:
    """One entry, with all fields of a change."""
    same = (
        *("kind", "action", "resource", "key", "company_id", "agreement_id", "remote_id", "subject", "lines", "amount"),
        *("currency", "code", "sentence", "remedy", "preview_only", "posted"),
    )
    return {
        "id": entry.pk,
        **{name: getattr(entry, name) for name in same},
        "company": entry.company_name,
        "agreement": entry.agreement_name,
        "before": from_json(entry.before) if entry.before is not None else None,
        "after": from_json(entry.after) if entry.after is not None else None,
    }


def show_plan(plan: Run) -> None:
    """What a plan comes to, and what should be known before it is posted."""
    say(f"Plan {str(plan.id)[:8]} of {plan.month}, made {moment(plan.started_at)}", style="bold")
    say(counts_sentence(plan.counts))
    say()
    show_totals({kind: {c: Decimal(a) for c, a in sums.items()} for kind, sums in plan.totals.items()})
    if plan.result.get("complete") is not True:
        say(f"{plan.month} was not loaded completely, so missing subscriptions are not cancelled.", style="yellow")
    if held := plan.result.get("preview_only"):
        say(f"Pilot mode: {held} of the changes can be previewed only.", style="yellow")
    if since := changed_since(plan):
        say(f"It was made before the newest change ({since.what}): make it again.", style="yellow")
    say("Nothing has been written. `bursar plan show` shows each change, `bursar plan post` writes them.")


def show_entries(entries: QuerySet[PlanEntry]) -> None:
    """Changes, then what is blocked, then warnings."""
    found = list(entries.exclude(action=Action.LEAVE))
    _show_changes([entry for entry in found if entry.kind == PlanEntry.Kind.CHANGE])
    _show_reasons("Blocked", [entry for entry in found if entry.kind == PlanEntry.Kind.BLOCKED])
    _show_reasons("Worth knowing", [entry for entry in found if entry.kind == PlanEntry.Kind.WARNING])


def _show_changes(entries: Sequence[PlanEntry]) -> None:
    listing = Listing(money_column("Entry"), "", "Customer", "What would be written", money_column("Lines come to"))
    for entry in entries:
        what = "\n".join([entry.subject, *_differences(entry), *filter(None, [_standing(entry)])])
        style = STYLES[Action(entry.action)]
        listing.row(entry.pk, entry.action, entry.company_name, what, _money(entry), style=style)
    listing.show()


def _show_reasons(heading: str, entries: Iterable[PlanEntry]) -> None:
    listing = Listing(heading, "", money_column("Amount"))
    for entry in entries:
        listing.row(entry.subject, reason(entry.sentence, entry.remedy), _money(entry))
    listing.show()


def _differences(entry: PlanEntry) -> list[str]:
    before, after = from_json(entry.before or {}), from_json(entry.after or {})
    if entry.before is None:
        told = [f"{_name(name)} {_value(after[name])}" for name in BRIEF if after.get(name) is not None]
        return [", ".join(told)] if told else []
    names = (name for name in after if before.get(name) != after[name])
    return [f"{_name(name)} {_value(before.get(name))} → {_value(after[name])}" for name in names]


def _name(field: str) -> str:
    return field.removesuffix("_id").replace("_", " ")


def _value(value: FieldValue) -> str:
    return number(value) if isinstance(value, Decimal) else shown(value)


def _standing(entry: PlanEntry) -> str:
    if entry.posted:
        return "Posted."
    return "For preview only." if entry.preview_only else ""


def _money(entry: PlanEntry) -> str:
    return "" if entry.amount is None else str(Money(entry.amount, entry.currency))


def writes_of(choice: Choice) -> str:
    """What a person is asked to agree to."""
    parts = [f"{action} {choice.counts[action]}" for action in INTENDED if choice.counts.get(action)]
    money = [str(Money(amount, currency)) for currency, amount in choice.money.items()]
    for_money = f", {' and '.join(money)} in all" if money else ""
    return f"{', '.join(parts) or 'write nothing'}{for_money}"
