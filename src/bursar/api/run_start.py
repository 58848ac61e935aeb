"""Asking for a run: it is queued, and whichever process is there carries it out."""

import json
from enum import StrEnum
from typing import Annotated

from django.http import HttpResponse
from pydantic import Field

from bursar.api.access import Caller
from bursar.api.idempotency import IdempotencyKey, once
from bursar.api.routes import location
from bursar.api.runs import RunShown, routes, shown
from bursar.api.values import Flag, Given, GivenId, Id, MonthText, Name, connection_at
from bursar.domain.errors import InvalidInput, NotConfigured
from bursar.domain.period import Month
from bursar.domain.roles import Role
from bursar.jobs.queue import start_run
from bursar.store.models import Connection
from bursar.usecases.deliveries import deliveries, pushed_deliveries
from bursar.usecases.plan_additions import PlanOptions
from bursar.usecases.run_requests import LoadRequest, post_request
from bursar.usecases.runs import LOAD_LINES, POST_LINES, SYNC_ORGANIZATIONS
from bursar.wiring import profile_document

MOST_COMPANIES = 1000

Companies = Annotated[list[GivenId], Field(max_length=MOST_COMPANIES)]


class Verb(StrEnum):
    """What a run can be."""

    POST_LINES = POST_LINES
    LOAD_LINES = LOAD_LINES
    SYNC_ORGANIZATIONS = SYNC_ORGANIZATIONS


class RunWanted(Given):
    """What to run. A posting needs a month.

    A load takes one, and reads a delivery, or else everything there is to load by period: the stored source and
    pushed lines.
    """

    verb: Verb
    month: MonthText | None = None
    company_ids: Companies | None = Field(default=None, description="Posting: only these companies.")
    confirm_cancellations_of: Companies = Field(
        default_factory=list, description="Posting: companies whose many cancellations are meant."
    )
    confirm_all_cancellations: Flag = False
    whole: Flag | None = Field(default=None, description="Load: whether the source holds whole months.")
    delivery: GivenId | None = Field(default=None, description="Load: the delivery to read instead.")
    profile: Name | None = Field(default=None, description="Load: the saved or shipped column profile to read it with.")


@routes.post("/connections/{int:connection_id}/runs", Role.OPERATOR, RunShown, status=202, may={409})
def start_one_run(
    caller: Caller, connection_id: Id, wanted: RunWanted, response: HttpResponse, key: IdempotencyKey = None
) -> RunShown:
    """Queue a run and answer at once; Location tells where to follow it."""
    connection = connection_at(connection_id)
    request = _request(connection, wanted)
    month = wanted.month or ""
    asked = json.dumps([wanted.verb.value, month, request], sort_keys=True)
    run = once(caller, connection, key, asked, lambda: start_run(connection, wanted.verb.value, request, month))
    response["Location"] = location("connections", connection.pk, "runs", run.pk)
    return shown(run, connection)


def _request(connection: Connection, wanted: RunWanted) -> dict[str, object]:
    """What any process needs to carry it out. Raises InvalidInput, NotConfigured."""
    if wanted.verb is Verb.SYNC_ORGANIZATIONS:
        return {}
    if wanted.verb is Verb.LOAD_LINES:
        return _load_request(connection, wanted).as_json()
    if wanted.month is None:
        raise InvalidInput("A posting needs a month.", remedy="Send month as YYYY-MM.")
    options = PlanOptions(
        Month.parse(wanted.month),
        company_ids=None if wanted.company_ids is None else frozenset(wanted.company_ids),
        confirm_cancellations_of=frozenset(wanted.confirm_cancellations_of),
        confirm_all_cancellations=wanted.confirm_all_cancellations,
    )
    return post_request(options)


def _load_request(connection: Connection, wanted: RunWanted) -> LoadRequest:
    """Where the lines are. Raises InvalidInput, NotConfigured."""
    if wanted.profile:
        profile_document(connection, wanted.profile)  # a name of a profile, never a path on the server
    if wanted.delivery is not None:
        if not deliveries(connection).filter(pk=wanted.delivery).exists():
            raise InvalidInput(f"There is no delivery {wanted.delivery}.", remedy="GET …/deliveries lists them all.")
    elif not connection.source and not pushed_deliveries(connection).exists():
        raise NotConfigured(
            "No source is stored, and no lines were pushed.",
            remedy="Store one with `bursar lines source PATH`, push lines, or upload a file and send its `delivery`.",
        )
    return LoadRequest(profile=wanted.profile or "", whole=wanted.whole, delivery=wanted.delivery)
