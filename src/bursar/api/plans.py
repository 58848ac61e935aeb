"""Plans that are kept: made by a run, looked at page by page, and posted as a whole or in part (rules 73-88)."""

import json
from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from ninja import Query
from pydantic import BaseModel, Field

from bursar.api.access import Caller
from bursar.api.idempotency import IdempotencyKey, once
from bursar.api.problems import Unknown
from bursar.api.routes import Routes, location
from bursar.api.runs import RunShown, RunState, shown
from bursar.api.values import (
    PAGE,
    Amount,
    Flag,
    Given,
    GivenId,
    Id,
    Limit,
    MonthText,
    Offset,
    Plain,
    RemoteId,
    Words,
    choices,
    connection_at,
    next_of,
    plain,
)
from bursar.domain.errors import InvalidInput
from bursar.domain.period import Month
from bursar.domain.plan import Action, Resource
from bursar.domain.roles import Role
from bursar.jobs.posting import post_plan
from bursar.jobs.queue import start_run
from bursar.store.field_json import Json, from_json
from bursar.store.models import Connection, PlanEntry, Run
from bursar.store.queries.plan_choice import chosen_writes
from bursar.store.queries.run_list import runs_matching
from bursar.usecases.plan_additions import PlanOptions
from bursar.usecases.plan_state import changed_since
from bursar.usecases.run_requests import plan_request
from bursar.usecases.runs import PLAN_ENDINGS, PLAN_LINES

routes = Routes("Plans")
AT = "/connections/{int:connection_id}/plans"
MOST_COMPANIES = 1000
MOST_ENTRIES = 10_000

EntryKind = Annotated[PlanEntry.Kind, choices(PlanEntry.Kind)]
Companies = Annotated[list[GivenId], Field(max_length=MOST_COMPANIES)]


class PlanWanted(Given):
    """The month to plan."""

    month: MonthText
    company_ids: Companies | None = Field(default=None, description="Only these companies, by ConnectWise id.")
    confirm_cancellations_of: Companies = Field(
        default_factory=list, description="Companies whose many cancellations are meant."
    )
    confirm_all_cancellations: Flag = False


class PlanListed(BaseModel):
    """One plan. `id` is that of the run that makes it."""

    id: UUID
    month: str = Field(description="Empty when the plan ends Additions that people made.")
    state: RunState
    requested_by: str
    started_at: datetime
    ended_at: datetime | None
    complete: bool = Field(description="Whether the month was loaded completely.")
    preview_only: int = Field(description="Writes that pilot mode holds back.")
    verdict: str
    counts: dict[str, int]
    totals: dict[str, dict[str, str]] = Field(description="Per kind a map of currency to amount.")


class PlansListed(BaseModel):
    """Newest first. Ask again with `offset=next`; null on the last page."""

    plans: list[PlanListed]
    next: int | None


class PlanInFull(PlanListed):
    """A plan, and whether it still knows everything."""

    stale: str | None = Field(description="What has happened since and may make it another plan; null when nothing.")


class EntryShown(BaseModel):
    """A change, something blocked, or a warning. Only changes have an action, a key and fields."""

    id: int
    kind: EntryKind
    action: Action | None
    resource: Resource | None
    key: str
    company_id: int | None
    company: str
    agreement_id: int | None = Field(description="null: the Agreement is made by this plan, or there is none.")
    agreement: str
    remote_id: int | None
    subject: str
    before: dict[str, Plain] | None
    after: dict[str, Plain] | None
    lines: list[str]
    amount: Amount | None
    currency: str | None
    code: str
    sentence: str
    remedy: str
    preview_only: bool
    posted: bool
    agreed_in: UUID | None = Field(description="The posting that was asked to write it.")


class EntriesShown(BaseModel):
    """By customer. Ask again with `offset=next`; null on the last page."""

    entries: list[EntryShown]
    next: int | None


class PostWanted(Given):
    """What of the plan to post: everything, or what all given lists agree on."""

    everything: Flag = False
    entries: Annotated[list[GivenId], Field(max_length=MOST_ENTRIES)] | None = None
    company_ids: Companies | None = None
    actions: Annotated[list[Action], Field(max_length=len(Action))] | None = None


@routes.post(AT, Role.OPERATOR, RunShown, status=202, may={409})
def make_plan(
    caller: Caller, connection_id: Id, wanted: PlanWanted, response: HttpResponse, key: IdempotencyKey = None
) -> RunShown:
    """Read ConnectWise and keep what posting the month would write; Location is the plan. Nothing is written."""
    connection = connection_at(connection_id)
    options = PlanOptions(
        Month.parse(wanted.month),
        company_ids=None if wanted.company_ids is None else frozenset(wanted.company_ids),
        confirm_cancellations_of=frozenset(wanted.confirm_cancellations_of),
        confirm_all_cancellations=wanted.confirm_all_cancellations,
        survey=wanted.company_ids is None,
    )
    request = plan_request(options)
    asked = json.dumps([PLAN_LINES, wanted.month, request], sort_keys=True)
    run = once(caller, connection, key, asked, lambda: start_run(connection, PLAN_LINES, request, wanted.month))
    response["Location"] = location("connections", connection.pk, "plans", run.pk)
    return shown(run, connection)


@routes.get(AT, Role.VIEWER, PlansListed)
def list_plans(connection_id: Id, limit: Limit = PAGE, offset: Offset = 0) -> PlansListed:
    """Plans of a connection. Only the newest of a month can be posted."""
    rows = runs_matching(connection_at(connection_id), verb=PLAN_LINES)
    found = list(rows[offset : offset + limit + 1])
    return PlansListed(
        plans=[PlanListed.model_validate(_facts(run)) for run in found[:limit]], next=next_of(offset, limit, len(found))
    )


@routes.get(AT + "/{uuid:plan_id}", Role.VIEWER, PlanInFull)
def get_plan(connection_id: Id, plan_id: UUID) -> PlanInFull:
    """One plan; ask again until its state is neither queued nor running."""
    plan = _plan_at(connection_at(connection_id), plan_id)
    since = changed_since(plan)
    return PlanInFull.model_validate({**_facts(plan), "stale": since.what if since else None})


@routes.get(AT + "/{uuid:plan_id}/entries", Role.VIEWER, EntriesShown)
def list_plan_entries(
    connection_id: Id,
    plan_id: UUID,
    kind: Annotated[EntryKind | None, Query(description="Only entries of this kind.")] = None,
    action: Annotated[Action | None, Query(description="Only changes of this action.")] = None,
    company: Annotated[RemoteId | None, Query(description="Only this company, by ConnectWise id.")] = None,
    code: Annotated[Words | None, Query(description="Only what is blocked or warned of for this reason.")] = None,
    limit: Limit = PAGE,
    offset: Offset = 0,
) -> EntriesShown:
    """What a plan would write, what is blocked and why, and what should be known."""
    plan = _plan_at(connection_at(connection_id), plan_id)
    wanted = {"kind": kind, "action": action, "company_id": company, "code": code}
    rows = PlanEntry.objects.filter(run=plan, **{name: value for name, value in wanted.items() if value is not None})
    found = list(rows.order_by("company_name", "pk")[offset : offset + limit + 1])
    return EntriesShown(entries=[_entry(row) for row in found[:limit]], next=next_of(offset, limit, len(found)))


@routes.post(AT + "/{uuid:plan_id}/post", Role.OPERATOR, RunShown, status=202, may={409})
def post_from_plan(
    caller: Caller,
    connection_id: Id,
    plan_id: UUID,
    wanted: PostWanted,
    response: HttpResponse,
    key: IdempotencyKey = None,
) -> RunShown:
    """Have exactly this written; a change that is another one by then is held back. Location is the posting."""
    connection = connection_at(connection_id)
    plan = _plan_at(connection, plan_id)
    entries = _chosen(plan, wanted)
    asked = json.dumps(["post", str(plan.pk), wanted.model_dump(mode="json")], sort_keys=True)
    run = once(caller, connection, key, asked, lambda: post_plan(plan, entries))
    response["Location"] = location("connections", connection.pk, "runs", run.pk)
    return shown(run, connection)


def _chosen(plan: Run, wanted: PostWanted) -> QuerySet[PlanEntry] | None:
    """None for the whole plan. Raises InvalidInput when it does not say which part."""
    lists = (wanted.entries, wanted.company_ids, wanted.actions)
    if wanted.everything == any(given is not None for given in lists):
        raise InvalidInput(
            "It is not said what to post.", remedy="Send everything: true, or entries, company_ids or actions."
        )
    if wanted.everything:
        return None
    return chosen_writes(plan, entries=wanted.entries, company_ids=wanted.company_ids, actions=wanted.actions)


def _plan_at(connection: Connection, plan_id: UUID) -> Run:
    found = Run.objects.filter(connection=connection, pk=plan_id, verb__in=(PLAN_LINES, PLAN_ENDINGS)).first()
    if found is None:
        raise Unknown(f"There is no plan {plan_id} of '{connection.name}'.", remedy="List the plans of the connection.")
    found.connection = connection
    return found


def _facts(run: Run) -> dict[str, object]:
    same = ("id", "month", "requested_by", "started_at", "ended_at", "verdict", "counts", "totals")
    return {
        **{name: getattr(run, name) for name in same},
        "state": Run.State(run.state),
        "complete": run.result.get("complete") is True,
        "preview_only": int(run.result.get("preview_only", 0)),
    }


def _entry(row: PlanEntry) -> EntryShown:
    return EntryShown(
        id=row.pk,
        kind=PlanEntry.Kind(row.kind),
        action=Action(row.action) if row.action else None,
        resource=Resource(row.resource) if row.resource else None,
        key=row.key,
        company_id=row.company_id,
        company=row.company_name,
        agreement_id=row.agreement_id,
        agreement=row.agreement_name,
        remote_id=row.remote_id,
        subject=row.subject,
        before=_fields(row.before),
        after=_fields(row.after),
        lines=row.lines,
        amount=row.amount,
        currency=row.currency or None,
        code=row.code,
        sentence=row.sentence,
        remedy=row.remedy,
        preview_only=row.preview_only,
        posted=row.posted,
        agreed_in=row.agreed_in_id,
    )


def _fields(stored: dict[str, Json] | None) -> dict[str, Plain] | None:
    return plain(from_json(stored)) if stored is not None else None
