"""The same key gives the same run: what lets a program ask again when an answer was lost."""

from collections.abc import Callable
from typing import Annotated
from uuid import NAMESPACE_URL, uuid5

from django.db import transaction
from ninja import Header

from bursar.api.access import Caller
from bursar.domain.errors import BursarError
from bursar.store.models import Connection, Run

KEY = "idempotency"
"""Where a run's request keeps what its Idempotency-Key was turned into."""
ASKED = "idempotency_of"
"""Where it keeps what was asked for under that key."""

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


class KeyUsed(BursarError):
    """An Idempotency-Key came again with another request."""

    code = "idempotency_key_used"
    default_remedy = "Use a new key for every new run."


def once(caller: Caller, connection: Connection, key: str | None, asked: str, begin: Callable[[], Run]) -> Run:
    """The run that this key has started already, or a new one; without a key always a new one. Raises KeyUsed.

    `asked` says everything that was asked for; a key is one person's for one connection.
    """
    if key is None:
        return begin()
    mark = str(uuid5(NAMESPACE_URL, f"{caller.person.pk}/{connection.pk}/{key}"))
    wanted = str(uuid5(NAMESPACE_URL, asked))
    with transaction.atomic():
        Connection.objects.select_for_update().get(pk=connection.pk)  # two requests with one key: one after the other
        earlier = Run.objects.filter(connection=connection, **{f"request__{KEY}": mark}).first()
        if earlier is None:
            run = begin()
            run.request = {**run.request, KEY: mark, ASKED: wanted}
            run.save(update_fields=["request"])
            return run
    if earlier.request.get(ASKED) != wanted:
        raise KeyUsed("This Idempotency-Key has started another run.")
    return earlier
