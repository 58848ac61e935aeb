"""Runs of the ledger: export what waits, post documents exactly as they were shown, take them back."""

import json
from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpResponse
from pydantic import Field

from bursar.api.access import Caller
from bursar.api.idempotency import IdempotencyKey, once
from bursar.api.routes import Routes, location
from bursar.api.runs import RunShown, shown
from bursar.api.values import Flag, Given, GivenId, Id, Words, connection_at
from bursar.domain.errors import InvalidInput
from bursar.domain.ledger.unposted import Family
from bursar.domain.roles import Role
from bursar.jobs.ledger import post_documents, post_whatever_is_ready, start_export, take_back
from bursar.store.models import Connection, LedgerDocument, Run
from bursar.usecases.ledger_wish import LedgerWish, ledger_wish

routes = Routes("Ledger")
AT = "/connections/{int:connection_id}/ledger"
MOST_IDS = 1000

RecordIds = Annotated[list[Words], Field(max_length=MOST_IDS)]
DocumentIds = Annotated[list[GivenId], Field(min_length=1, max_length=MOST_IDS)]


class LedgerWanted(Given):
    """Which records are meant. What is left out means all."""

    families: list[Family] = Field(default_factory=lambda: list(Family), min_length=1, max_length=len(Family))
    location: Words = Field(default="", description="Name or id of a location.")
    thru: Words = Field(
        default="",
        description="Last day, YYYY-MM-DD or relative: today, yesterday, today - 3, end of month, end of last month.",
    )
    included: dict[Family, RecordIds] = Field(default_factory=dict, description="Only these, by ids of `unposted`.")
    excluded: dict[Family, RecordIds] = Field(default_factory=dict, description="All but these.")

    @property
    def wish(self) -> LedgerWish:
        """Raises InvalidInput."""
        return ledger_wish(
            [family.value for family in self.families],
            location=self.location,
            thru=self.thru,
            included={family.value: ids for family, ids in self.included.items()},
            excluded={family.value: ids for family, ids in self.excluded.items()},
        )


class LedgerPostWanted(Given):
    """What to post: these documents as they were shown, everything that is ready so, or whatever is ready by then."""

    documents: DocumentIds | None = None
    everything: Flag = Field(default=False, description="Everything that is ready, as it was shown.")
    now: LedgerWanted | None = Field(
        default=None, description="Export first, and post whatever is ready, without a look: for schedules."
    )


class DocumentsGiven(Given):
    """Documents, by id."""

    documents: DocumentIds


@routes.post(f"{AT}/export", Role.OPERATOR, RunShown, status=202, may={409})
def export_ledger(
    caller: Caller, connection_id: Id, wanted: LedgerWanted, response: HttpResponse, key: IdempotencyKey = None
) -> RunShown:
    """Read what waits in ConnectWise and keep what posting would write; Location is the run. Nothing is written."""
    connection = connection_at(connection_id)
    wish = wanted.wish
    asked = json.dumps(["export ledger", wish.as_json()], sort_keys=True)
    return answered(connection, once(caller, connection, key, asked, lambda: start_export(connection, wish)), response)


@routes.post(f"{AT}/post", Role.OPERATOR, RunShown, status=202, may={409})
def post_ledger(
    caller: Caller, connection_id: Id, wanted: LedgerPostWanted, response: HttpResponse, key: IdempotencyKey = None
) -> RunShown:
    """Post documents to the books and close in ConnectWise what they confirmed; Location is the run."""
    connection = connection_at(connection_id)
    if (wanted.documents is not None) + wanted.everything + (wanted.now is not None) != 1:
        raise InvalidInput("It is not said what to post.", remedy="Send either documents, or everything: true, or now.")
    asked = json.dumps(["post ledger", wanted.model_dump(mode="json")], sort_keys=True)
    run = once(caller, connection, key, asked, lambda: _posting(connection, wanted))
    return answered(connection, run, response)


@routes.post(f"{AT}/void", Role.OPERATOR, RunShown, status=202, may={409})
def void_documents(
    caller: Caller, connection_id: Id, wanted: DocumentsGiven, response: HttpResponse, key: IdempotencyKey = None
) -> RunShown:
    """Take documents back from the books without posting them anew; Location is the run."""
    connection = connection_at(connection_id)
    rows = chosen(connection, wanted.documents)
    asked = json.dumps(["void documents", sorted(wanted.documents)])
    return answered(connection, once(caller, connection, key, asked, lambda: take_back(connection, rows)), response)


def answered(connection: Connection, run: Run, response: HttpResponse) -> RunShown:
    """The run that was asked for, and where to follow it."""
    response["Location"] = location("connections", connection.pk, "runs", run.pk)
    return shown(run, connection)


def chosen(connection: Connection, ids: list[int]) -> QuerySet[LedgerDocument]:
    """The documents of these ids. Raises InvalidInput when one is not there."""
    rows = LedgerDocument.objects.filter(connection=connection, pk__in=ids)
    missing = set(ids) - set(rows.values_list("pk", flat=True))
    if missing:
        raise InvalidInput(f"There is no document {min(missing)}.", remedy="Nothing was started. List the documents.")
    return rows


def _posting(connection: Connection, wanted: LedgerPostWanted) -> Run:
    if wanted.now is not None:
        return post_whatever_is_ready(connection, wanted.now.wish)
    return post_documents(connection, chosen(connection, wanted.documents) if wanted.documents else None)
