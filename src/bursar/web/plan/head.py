"""What stands above the lists of a plan: how it was made, what it comes to, what needs a look (rules 60 and 95)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils import timezone

from bursar.domain.period import Month
from bursar.domain.plan import Action
from bursar.store.models import PlanEntry, Run
from bursar.store.queries.plan_choice import counts_by_code
from bursar.store.queries.plans import blocked_of
from bursar.usecases.plan_state import Since, changed_since
from bursar.usecases.run_requests import plan_options_of
from bursar.web.plan.lists import BLOCKED, CHANGES, WARNINGS
from bursar.web.plan.subject import Subject, subject_of
from bursar.web.runs.account import PLANNED, MoneyTable, money_of

MASS_CANCELLATION = "mass_cancellation"
CUSTOMERS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Tile:
    """A number that narrows the list to what it counts."""

    title: str
    number: int
    url: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Attention:
    """Something to know before posting, and the page for it."""

    sentence: str
    url: str = ""
    button: str = ""
    tone: str = "warning"


@dataclass(frozen=True, slots=True)
class Head:
    """Everything above the lists."""

    plan: Run
    facts: Sequence[str]
    """What was asked for, beside a month."""
    complete: bool | None
    """Whether the month is loaded completely; None when the plan is of no month."""
    since: Since | None
    tiles: Sequence[Tile]
    money: MoneyTable | None
    attention: Sequence[Attention]
    mass: Sequence[PlanEntry]
    """Customers of whom many subscriptions would end at once; the first few."""
    more_mass: int
    counts: Mapping[str, int]
    """Entries by the name of their list."""


def head_of(plan: Run) -> Head:
    """In a constant number of queries."""
    subject = subject_of(plan)
    blocked, warnings = (dict(counts_by_code(plan, kind)) for kind in (PlanEntry.Kind.BLOCKED, PlanEntry.Kind.WARNING))
    mass = _mass(plan) if MASS_CANCELLATION in blocked else []
    changes = sum(plan.counts.get(action.value, 0) for action in Action)
    return Head(
        plan=plan,
        facts=subject.facts,
        complete=plan.result.get("complete") is True if plan.month else None,
        since=changed_since(plan),
        tiles=list(_tiles(plan, subject)),
        money=money_of(plan),
        attention=list(_attention(plan, blocked, warnings)),
        mass=mass,
        more_mass=blocked.get(MASS_CANCELLATION, 0) - len(mass),
        counts={
            CHANGES.name: changes,
            BLOCKED.name: sum(blocked.values()),
            WARNINGS.name: sum(warnings.values()),
        },
    )


def is_unfinished(month: str, today: date) -> bool:
    """Whether more may still be invoiced in the month (rule 60)."""
    return today <= Month.parse(month).last


def _mass(plan: Run) -> Sequence[PlanEntry]:
    return list(blocked_of(plan).filter(code=MASS_CANCELLATION).order_by("company_name", "pk")[:CUSTOMERS_SHOWN])


def _tiles(plan: Run, subject: Subject) -> Iterator[Tile]:
    changes, blocked = CHANGES.url("list", plan), BLOCKED.url("list", plan)
    for action in subject.actions:
        yield Tile(PLANNED[action], plan.counts.get(action.value, 0), f"{changes}?action={action.value}")
    yield Tile("As they should be", plan.counts.get("leave", 0), f"{changes}?action={Action.LEAVE.value}")
    number = plan.counts.get("blocked", 0)
    yield Tile("Blocked", number, blocked, "is-warning" if number else "")


def _attention(plan: Run, blocked: Mapping[str, int], warnings: Mapping[str, int]) -> Iterator[Attention]:
    if plan.month:
        yield from _about_month(plan)
    if number := int(plan.result.get("preview_only", 0)):
        yield Attention(
            f"Pilot mode: {number:,} of the changes can be previewed only.",
            reverse("mapping:organizations", args=[plan.connection_id]),
            "Enable posting for customers",
            tone="info",
        )
    yield from _named(BLOCKED.url("list", plan), _BLOCKED_SAYS, blocked)
    yield from _named(WARNINGS.url("list", plan), _WARNING_SAYS, warnings)


def _about_month(plan: Run) -> Iterator[Attention]:
    month = plan.month
    if is_unfinished(month, timezone.now().date()):
        yield Attention(
            f"{month} is not over: invoices may still come in. Posting part of a month makes it hard to reconcile."
        )
    if plan.result.get("complete") is not True:
        yield Attention(
            f"{month} was not loaded completely, so subscriptions that are missing in it are not cancelled."
        )
    options = plan_options_of(plan)
    if options.company_ids is not None:
        number = len(options.company_ids)
        yield Attention(f"The plan is limited to {number:,} {'customer' if number == 1 else 'customers'}.", tone="info")


_BLOCKED_SAYS = {
    "prorated_twice": "pro-rated already, and ConnectWise would pro-rate again: blocked",
    "possible_duplicate": "billed by hand already, as it seems: blocked",
    "deleted_in_connectwise": "posted, and the Addition has been deleted in ConnectWise since: blocked",
}
_WARNING_SAYS = {
    "edited_in_connectwise": "edited in ConnectWise since Bursar wrote it",
    "subscription_vanished": "of which subscriptions vanished and are cancelled",
    "company_not_active": "mapped, though not active in ConnectWise",
}


def _named(url: str, says: Mapping[str, str], counts: Mapping[str, int]) -> Iterator[Attention]:
    for code, sentence in says.items():
        if number := counts.get(code, 0):
            yield Attention(f"{number:,} × {sentence}.", f"{url}?code={code}", "Show")
