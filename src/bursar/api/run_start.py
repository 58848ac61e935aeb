"""Asking for a run: it is queued, and whichever process is there carries it out."""

from enum import StrEnum
from typing import Annotated
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import transaction
from django.http import HttpResponse
from ninja import Header
from pydantic import Field

from bursar.api.access import Caller
from bursar.api.routes import location
from bursar.api.runs import RunShown, routes, shown
from bursar.api.values import Flag, Given, GivenId, Id, MonthText, connection_at
from bursar.domain.errors import BursarError, InvalidInput, NotConfigured
from bursar.domain.period import Month
from bursar.domain.roles import Role
from bursar.jobs.queue import start_run
from bursar.store.models import Connection, Run
from bursar.usecases.plan_additions import PlanOptions
from bursar.usecases.run_requests import LoadRequest, post_request
from bursar.usecases.runs import LOAD_LINES, POST_LINES, SYNC_ORGANIZATIONS

KEY = "idempotency"
"""Where a run's request keeps what its Idempotency-Key was turned into."""
MOST_COMPANIES = 1000

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[!-~]+$",
        description="The same key gives the same run, however often it is sent.",
    ),
]
Companies = Annotated[list[GivenId], Field(max_length=MOST_COMPANIES)]


class Verb(StrEnum):
    """What a run can be."""

    POST_LINES = POST_LINES
    LOAD_LINES = LOAD_LINES
    SYNC_ORGANIZATIONS = SYNC_ORGANIZATIONS


class RunWanted(Given):
    """What to run. A posting needs a month; a load takes one, and reads the connection's stored source."""

    verb: Verb
    month: MonthText | None = None
    company_ids: Companies | None = Field(default=None, description="Posting: only these companies.")
    confirm_cancellations_of: Companies = Field(
        default_factory=list, description="Posting: companies whose many cancellations are meant."
    )
    confirm_all_cancellations: Flag = False
    whole: Flag | None = Field(default=None, description="Load: whether the source holds whole months.")


class KeyUsed(BursarError):
    """An Idempotency-Key came again with another request."""

    code = "idempotency_key_used"
    default_remedy = "Use a new key for every new run."


@routes.post("/connections/{int:connection_id}/runs", Role.OPERATOR, RunShown, status=202, may={409})
def start_one_run(
    caller: Caller, connection_id: Id, wanted: RunWanted, response: HttpResponse, key: IdempotencyKey = None
) -> RunShown:
    """Queue a run and answer at once; Location tells where to follow it."""
    connection = connection_at(connection_id)
    request = _request(connection, wanted)
    if key is None:
        run = start_run(connection, wanted.verb.value, request, wanted.month or "")
    else:
        run = _start_once(
            connection, wanted, request, uuid5(NAMESPACE_URL, f"{caller.person.pk}/{connection.pk}/{key}")
        )
    response["Location"] = location("connections", connection.pk, "runs", run.pk)
    return shown(run, connection)


def _request(connection: Connection, wanted: RunWanted) -> dict[str, object]:
    """What any process needs to carry it out. Raises InvalidInput, NotConfigured."""
    if wanted.verb is Verb.SYNC_ORGANIZATIONS:
        return {}
    if wanted.verb is Verb.LOAD_LINES:
        if not connection.source:
            raise NotConfigured("No source is stored.", remedy="Store one with `bursar lines source PATH`.")
        return LoadRequest(whole=wanted.whole).as_json()
    if wanted.month is None:
        raise InvalidInput("A posting needs a month.", remedy="Send month as YYYY-MM.")
    options = PlanOptions(
        Month.parse(wanted.month),
        company_ids=None if wanted.company_ids is None else frozenset(wanted.company_ids),
        confirm_cancellations_of=frozenset(wanted.confirm_cancellations_of),
        confirm_all_cancellations=wanted.confirm_all_cancellations,
    )
    return post_request(options)


def _start_once(connection: Connection, wanted: RunWanted, request: dict[str, object], mark: UUID) -> Run:
    """The run that this mark has started already, or a new one. Raises KeyUsed."""
    asked = request | {KEY: str(mark)}
    with transaction.atomic():
        Connection.objects.select_for_update().get(pk=connection.pk)  # two requests with one key: one after the other
        earlier = Run.objects.filter(connection=connection, **{f"request__{KEY}": str(mark)}).first()
        if earlier is None:
            return start_run(connection, wanted.verb.value, asked, wanted.month or "")
    if (earlier.verb, earlier.month, earlier.request) != (wanted.verb.value, wanted.month or "", asked):
        raise KeyUsed("This Idempotency-Key has started another run.")
    return earlier
