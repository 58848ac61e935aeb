"""The three lists of a plan: what would be written, what is blocked, what should be known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse

from bursar.domain.plan import Action
from bursar.store.models import Connection, PlanEntry, Run
from bursar.store.queries.plan_choice import counts_by_code
from bursar.store.queries.plans import blocked_of, changes_of, warnings_of
from bursar.web.grid.grid import BulkAction, ChoiceFilter, Column, Grid, contains
from bursar.web.plan.rows import PlanRow, presented
from bursar.web.templatetags.states import reason

PlanGrid = Grid[PlanEntry, PlanRow]
POST = BulkAction("post", "Post selected", "paper-plane", "{rows} will be written to ConnectWise.")
ACTIONS = {
    Action.CREATE: "Create",
    Action.UPDATE: "Update",
    Action.CANCEL: "Cancel",
    Action.LEAVE: "Leave as it is",
}
STANDING = ChoiceFilter("posted", "State", "posted", [("False", "Not posted yet"), ("True", "Posted")])


@dataclass(frozen=True, slots=True)
class PlanList:
    """One of the lists."""

    name: str
    title: str
    kind: PlanEntry.Kind
    entries: Callable[[Run], QuerySet[PlanEntry]]
    grid: Callable[[QueryDict, Connection, Run], PlanGrid]
    empty_title: str
    empty_text: str

    def url(self, what: str, plan: Run) -> str:
        """The address of a plan's list itself (`list`) or of something below it."""
        name = self.name if what == "list" else f"{self.name}-{what}"
        return reverse(f"plan:{name}", args=[plan.connection_id, plan.pk])

    def looked_at(self, plan: Run, query: str) -> str:
        """The list as it was looked at; `query` is the address query of the view."""
        kept = QueryDict(query).urlencode()
        return f"{self.url('list', plan)}{'?' if kept else ''}{kept}"


_WHAT: Column[PlanRow] = Column("what", "What", lambda row: row.entry.subject, sort="subject", always=True)
_CUSTOMER: Column[PlanRow] = Column(
    "customer",
    "Customer",
    lambda row: row.entry.company_name,
    sort="company_name",
    template="plan/parts/customer.html",
)
_AGREEMENT: Column[PlanRow] = Column(
    "agreement",
    "Agreement",
    lambda row: row.agreement,
    sort="agreement_name",
    template="plan/parts/agreement.html",
)
_AMOUNT: Column[PlanRow] = Column(
    "amount", "Amount", lambda row: row.entry.amount, sort="amount", template="plan/parts/amount.html", number=True
)
_CURRENCY: Column[PlanRow] = Column("currency", "Currency", lambda row: row.entry.currency, sort="currency")
_LINES: Column[PlanRow] = Column("lines", "Invoice lines", lambda row: row.lines_text, at_first=False)
_CODE: Column[PlanRow] = Column("code", "Code", lambda row: row.entry.code, sort="code", at_first=False)


def _changes(query: QueryDict, connection: Connection, plan: Run) -> PlanGrid:
    return Grid(
        name="Changes",
        columns=(
            _WHAT,
            _CUSTOMER,
            _AGREEMENT,
            Column("action", "Action", lambda row: row.entry.action, sort="action", template="plan/parts/action.html"),
            Column("state", "State", lambda row: row.standing.word, template="plan/parts/standing.html"),
            Column("fields", "Before → after", lambda row: row.changes_text, template="plan/parts/fields.html"),
            _AMOUNT,
            _CURRENCY,
            Column("notes", "Notes", lambda row: row.entry.sentence, at_first=False),
            _LINES,
        ),
        present=lambda found: presented(connection, found),
        search=contains("company_name", "agreement_name", "subject"),
        search_hint="Customer, Agreement or subscription",
        filters=(
            ChoiceFilter("action", "Action", "action", [(action.value, name) for action, name in ACTIONS.items()]),
            *_currencies(plan),
            STANDING,
            *_one_customer(query, plan),
        ),
        actions=(POST,),
        first_sort="customer",
        row_url=lambda row: reverse("plan:entry", args=[connection.pk, row.entry.pk]),
    )


def _blocked(query: QueryDict, connection: Connection, plan: Run) -> PlanGrid:
    return Grid(
        name="Blocked",
        columns=(
            _WHAT,
            _CUSTOMER,
            Column(
                "why",
                "Why, and what to do",
                lambda row: f"{row.entry.sentence} {row.remedy.sentence}".strip(),
                template="plan/parts/why.html",
            ),
            _AMOUNT,
            _CURRENCY,
            _CODE,
            _LINES,
        ),
        present=lambda found: presented(connection, found),
        search=contains("company_name", "subject", "sentence"),
        search_hint="Customer, subscription or reason",
        filters=(_codes(plan, PlanEntry.Kind.BLOCKED), *_currencies(plan), *_one_customer(query, plan)),
        first_sort="customer",
        row_url=lambda row: reverse("plan:entry", args=[connection.pk, row.entry.pk]),
    )


def _warnings(query: QueryDict, connection: Connection, plan: Run) -> PlanGrid:
    return Grid(
        name="Warnings",
        columns=(
            _WHAT,
            _CUSTOMER,
            Column("says", "What to know", lambda row: row.entry.sentence, template="plan/parts/why.html"),
            _CODE,
        ),
        present=lambda found: presented(connection, found),
        search=contains("company_name", "subject", "sentence"),
        search_hint="Customer, subscription or sentence",
        filters=(_codes(plan, PlanEntry.Kind.WARNING), *_one_customer(query, plan)),
        first_sort="customer",
        row_url=lambda row: reverse("plan:entry", args=[connection.pk, row.entry.pk]),
    )


def _currencies(plan: Run) -> Sequence[ChoiceFilter]:
    """No filter where there is nothing to choose."""
    found = sorted({currency for sums in plan.totals.values() for currency in sums})
    return [ChoiceFilter("currency", "Currency", "currency", [(one, one) for one in found])] if len(found) > 1 else []


def _codes(plan: Run, kind: PlanEntry.Kind) -> ChoiceFilter:
    choices = [(code, f"{reason(code)} ({number:,})") for code, number in counts_by_code(plan, kind)]
    return ChoiceFilter("code", "Reason", "code", choices)


def _one_customer(query: QueryDict, plan: Run) -> Sequence[ChoiceFilter]:
    """The customer that the address names; thousands of customers are no list to choose from."""
    company_id = customer_of(query)
    if company_id is None:
        return []
    named = PlanEntry.objects.filter(run=plan, company_id=company_id).values_list("company_name", flat=True)
    name = named.order_by().first() or f"Company {company_id}"
    return [ChoiceFilter("company", "Customer", "company_id", [(str(company_id), name)])]


def customer_of(query: QueryDict) -> int | None:
    """The ConnectWise company that the view is narrowed to."""
    text = query.get("company", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


CHANGES = PlanList(
    "changes",
    "Changes",
    PlanEntry.Kind.CHANGE,
    changes_of,
    _changes,
    "Nothing to write",
    "This plan comes to no change.",
)
BLOCKED = PlanList(
    "blocked",
    "Blocked",
    PlanEntry.Kind.BLOCKED,
    blocked_of,
    _blocked,
    "Nothing is blocked",
    "Everything in this plan can be posted.",
)
WARNINGS = PlanList(
    "warnings",
    "Warnings",
    PlanEntry.Kind.WARNING,
    warnings_of,
    _warnings,
    "No warnings",
    "Nothing stands out in this plan.",
)
LISTS: Sequence[PlanList] = (CHANGES, BLOCKED, WARNINGS)
