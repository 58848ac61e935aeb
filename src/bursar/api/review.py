"""Adoption and drift: what people made or changed by hand in ConnectWise, and what is decided (rules 97 and 99)."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

from django.http import HttpResponse
from ninja import Query
from pydantic import BaseModel, Field

from bursar.api.access import Caller
from bursar.api.idempotency import IdempotencyKey, once
from bursar.api.line_edits import Day, Version
from bursar.api.routes import Routes, location
from bursar.api.runs import RunShown, shown
from bursar.api.values import (
    PAGE,
    Amount,
    Given,
    GivenId,
    Id,
    Limit,
    Offset,
    Plain,
    Words,
    choices,
    connection_at,
    next_of,
    plain,
)
from bursar.domain.roles import Role
from bursar.jobs.queue import start_run
from bursar.store.field_json import from_json
from bursar.store.models import Connection, Drift, HandAddition, Line
from bursar.store.queries.variances import newest_review
from bursar.usecases.line_values import version_of
from bursar.usecases.review_adoption import (
    AdoptionState,
    adopt,
    adopt_many,
    find_hand_addition,
    hand_additions_of,
    keep_both,
    lines_behind,
    places_of,
    state_of,
    withdraw,
)
from bursar.usecases.review_drift import Decision, DriftFacts, DriftState, decide, decide_many, drifts_of, facts_of
from bursar.usecases.run_requests import endings_request
from bursar.usecases.runs import PLAN_ENDINGS

routes = Routes("Review")
C = "/connections/{int:connection_id}"
MOST_ADDITIONS = 1000

Additions = Annotated[list[GivenId], Field(min_length=1, max_length=MOST_ADDITIONS)]
DriftKind = Annotated[Drift.Kind, choices(Drift.Kind)]


class AdoptionDeed(StrEnum):
    """What is decided about an Addition that a person made."""

    ADOPT = "adopt"
    KEEP_BOTH = "keep_both"
    WITHDRAW = "withdraw"


class HandAdditionShown(BaseModel):
    """An Addition that a person made, and the line proposed for it."""

    addition_id: int
    company_id: int
    company_name: str
    agreement_id: int
    agreement_name: str
    product_id: int
    product_identifier: str
    description: str
    quantity: Amount
    unit_price: Amount
    total: Amount
    currency: str
    effective: date | None
    cancelled: date | None
    line_id: str | None
    evidence: list[str]
    score: int = Field(description="0 to 100; from 90 on only the description may differ.")
    state: AdoptionState
    version: str | None = Field(description="Of the line. Send it back with a decision.")


class AdoptionShown(BaseModel):
    """The best proposals first. Ask again with `offset=next`; null on the last page."""

    month: str | None = Field(description="Month of the plan that found them; null before the first one.")
    made_at: datetime | None
    additions: list[HandAdditionShown]
    next: int | None


class AdoptionDecision(Given):
    """About one Addition. `line_id` says which line adopts it; without it, the one that is proposed."""

    addition_id: GivenId
    do: AdoptionDeed
    line_id: Words | None = None
    version: Version = None


class AdoptionsWanted(Given):
    """Which proposals are adopted: all from a score on, or only these Additions of them."""

    minimum_score: int = Field(ge=1, le=100)
    additions: list[GivenId] | None = Field(default=None, max_length=MOST_ADDITIONS)


class AdoptedShown(BaseModel):
    """How many were decided, and how many stay as they were."""

    adopted: int
    left: int


class EndingsWanted(Given):
    """Additions that people made, and the last day on which they bill."""

    additions: Additions
    last_day: Day


class EditShown(BaseModel):
    """A field: Bursar's value, and what is in ConnectWise now."""

    field: str
    bursar: Plain
    connectwise: Plain


class DriftShown(BaseModel):
    """An Addition of Bursar's that is not as Bursar wrote it."""

    addition_id: int
    agreement_id: int
    agreement_name: str
    company_id: int
    company_name: str
    subscription_name: str
    kind: DriftKind
    edits: list[EditShown]
    line_id: str | None
    state: DriftState
    decisions: list[Decision] = Field(description="What can be decided.")
    version: str = Field(description="Send it back with a decision.")


class DriftsShown(BaseModel):
    """By customer. Ask again with `offset=next`; null on the last page."""

    month: str | None = Field(description="Month of the plan that found them; null before the first one.")
    made_at: datetime | None
    drifts: list[DriftShown]
    next: int | None


class DriftDecision(Given):
    """About one Addition."""

    addition_id: GivenId
    decision: Decision
    version: Version = None


class DriftsDecision(Given):
    """The same about several Additions."""

    additions: Additions
    decision: Decision


class DecidedShown(BaseModel):
    """How many were decided; `reasons` counts why others stay as they were."""

    decided: int
    left: int
    reasons: dict[str, int]


@routes.get(f"{C}/adoption", Role.VIEWER, AdoptionShown)
def list_hand_additions(
    connection_id: Id,
    minimum_score: Annotated[int, Query(ge=0, le=100, description="Only proposals from this score on.")] = 0,
    limit: Limit = PAGE,
    offset: Offset = 0,
) -> AdoptionShown:
    """Billable Additions that people made, as the newest plan of all customers found them."""
    connection = connection_at(connection_id)
    plan = newest_review(connection)
    rows = hand_additions_of(connection).filter(score__gte=minimum_score).order_by("-score", "pk")
    found = list(rows[offset : offset + limit + 1])
    return AdoptionShown(
        month=plan.month if plan else None,
        made_at=plan.ended_at if plan else None,
        additions=_additions(connection, found[:limit]),
        next=next_of(offset, limit, len(found)),
    )


@routes.post(f"{C}/adoption/decide", Role.OPERATOR, HandAdditionShown, may={409})
def decide_adoption(connection_id: Id, wanted: AdoptionDecision) -> HandAdditionShown:
    """Decide about one Addition; 409 when its line changed since. The next plan shows what follows."""
    connection = connection_at(connection_id)
    row = find_hand_addition(connection, wanted.addition_id)
    if wanted.do is AdoptionDeed.ADOPT:
        adopt(connection, row.addition_id, wanted.line_id or row.line_id, shown=wanted.version)
    elif wanted.do is AdoptionDeed.KEEP_BOTH:
        keep_both(connection, row.addition_id, shown=wanted.version)
    else:
        withdraw(connection, row.addition_id, shown=wanted.version)
    return _additions(connection, [find_hand_addition(connection, row.addition_id)])[0]


@routes.post(f"{C}/adoption/adopt", Role.OPERATOR, AdoptedShown, may={409})
def adopt_proposals(connection_id: Id, wanted: AdoptionsWanted) -> AdoptedShown:
    """Adopt many by the lines proposed for them; what somebody decided already stays."""
    connection = connection_at(connection_id)
    rows = hand_additions_of(connection).filter(score__gte=wanted.minimum_score)
    if wanted.additions is not None:
        rows = rows.filter(addition_id__in=wanted.additions)
    report = adopt_many(connection, rows)
    return AdoptedShown(adopted=report.adopted, left=report.left)


@routes.post(f"{C}/adoption/end", Role.OPERATOR, RunShown, status=202, may={409})
def plan_endings(
    caller: Caller, connection_id: Id, wanted: EndingsWanted, response: HttpResponse, key: IdempotencyKey = None
) -> RunShown:
    """Make a plan that ends these Additions. Nothing is written before that plan is posted."""
    connection = connection_at(connection_id)
    rows = hand_additions_of(connection).filter(addition_id__in=wanted.additions)
    request = endings_request(places_of(rows), wanted.last_day)
    asked = json.dumps([PLAN_ENDINGS, request], sort_keys=True)
    run = once(caller, connection, key, asked, lambda: start_run(connection, PLAN_ENDINGS, request))
    response["Location"] = location("connections", connection.pk, "runs", run.pk)
    return shown(run, connection)


@routes.get(f"{C}/drift", Role.VIEWER, DriftsShown)
def list_drift(
    connection_id: Id,
    kind: Annotated[DriftKind | None, Query(description="Only what was edited, ended or deleted.")] = None,
    limit: Limit = PAGE,
    offset: Offset = 0,
) -> DriftsShown:
    """What people changed after Bursar wrote it, as the newest plan of all customers found it."""
    connection = connection_at(connection_id)
    plan = newest_review(connection)
    rows = drifts_of(connection).order_by("company_name", "pk")
    if kind is not None:
        rows = rows.filter(kind=kind)
    found = list(rows[offset : offset + limit + 1])
    return DriftsShown(
        month=plan.month if plan else None,
        made_at=plan.ended_at if plan else None,
        drifts=[_drift(item) for item in facts_of(connection, found[:limit])],
        next=next_of(offset, limit, len(found)),
    )


@routes.post(f"{C}/drift/decide", Role.OPERATOR, DriftShown, may={409})
def decide_drift(connection_id: Id, wanted: DriftDecision) -> DriftShown:
    """Accept, overwrite or recreate one; 409 when somebody decided since. The next plan shows what follows."""
    connection = connection_at(connection_id)
    return _drift(decide(connection, wanted.addition_id, wanted.decision, shown=wanted.version))


@routes.post(f"{C}/drift/decide-many", Role.OPERATOR, DecidedShown)
def decide_many_drifts(connection_id: Id, wanted: DriftsDecision) -> DecidedShown:
    """Decide the same about several Additions; those of which it cannot be said stay as they are."""
    connection = connection_at(connection_id)
    rows = drifts_of(connection).filter(link__addition_id__in=wanted.additions)
    report = decide_many(connection, rows, wanted.decision)
    return DecidedShown(decided=report.decided, left=report.left, reasons=dict(report.reasons))


def _additions(connection: Connection, rows: Sequence[HandAddition]) -> list[HandAdditionShown]:
    lines = lines_behind(connection, rows)
    return [_addition(row, lines.get(row.line_id)) for row in rows]


def _addition(row: HandAddition, line: Line | None) -> HandAdditionShown:
    own = {"line_id", "evidence", "state", "version"}
    same = {name: getattr(row, name) for name in HandAdditionShown.model_fields if name not in own}
    return HandAdditionShown(
        **same,
        line_id=row.line_id or None,
        evidence=[str(sentence) for sentence in row.evidence],
        state=state_of(row, line),
        version=version_of(line) if line else None,
    )


def _drift(facts: DriftFacts) -> DriftShown:
    row, link = facts.row, facts.row.link
    ours = plain(from_json({name: edit[0] for name, edit in row.edits.items()}))
    theirs = plain(from_json({name: edit[1] for name, edit in row.edits.items()}))
    return DriftShown(
        addition_id=link.addition_id,
        agreement_id=link.agreement_id,
        agreement_name=row.agreement_name,
        company_id=row.company_id,
        company_name=row.company_name,
        subscription_name=link.subscription_name,
        kind=Drift.Kind(row.kind),
        edits=[EditShown(field=name, bursar=ours[name], connectwise=theirs[name]) for name in row.edits],
        line_id=row.line_id or None,
        state=facts.state,
        decisions=list(facts.decisions),
        version=facts.version,
    )
