"""Values as the API writes and reads them: amounts as text, pages of lists, ids, months."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from django.db.models import TextChoices
from ninja import Path, Query
from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, StrictBool, StringConstraints, WithJsonSchema

from bursar.api.problems import Unknown
from bursar.domain.plan import FieldValue
from bursar.store.models import Connection

LARGEST = 2**63 - 1
"""The largest record id that a database keeps."""
PAGE = 50
LARGEST_PAGE = 200
FURTHEST = 10_000_000


def in_full(amount: Decimal) -> str:
    """Every digit, never in scientific notation."""
    return f"{amount:f}"


Amount = Annotated[Decimal, PlainSerializer(in_full, return_type=str)]
"""An exact decimal number; text on the wire."""

Id = Annotated[int, Path(ge=1, le=LARGEST)]
RemoteId = Annotated[int, Field(ge=1, le=LARGEST)]
"""A record id of ConnectWise in an address."""
GivenId = Annotated[int, Field(ge=1, le=LARGEST, strict=True)]
"""The same in a body."""
Flag = StrictBool
"""true or false in a body, and nothing that only looks like it."""
MonthText = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{3}-(0[1-9]|1[0-2])$")]
"""A calendar month, as in 2026-10."""
Words = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\u0000]*$")]
"""Text without the one character that no database keeps."""
Name = Annotated[str, StringConstraints(max_length=80, min_length=1, strip_whitespace=True, pattern=r"^[^\u0000]*$")]

Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description=f"How many at most; {LARGEST_PAGE} is the largest.")]
Offset = Annotated[int, Query(ge=0, le=FURTHEST, description="How many to leave out; `next` of the page before.")]

Plain = str | int | bool | None
"""A field of a ConnectWise record: amounts as text, days in ISO 8601."""


def choices(kind: type[StrEnum] | type[TextChoices]) -> WithJsonSchema:
    """Writes the choices where they are used. Several of our tables call theirs `State`, which is one name there."""
    return WithJsonSchema({"type": "string", "enum": [member.value for member in kind]})


class Given(BaseModel):
    """A body. A name that is not known is a mistake, never ignored."""

    model_config = ConfigDict(extra="forbid")


class Done(BaseModel):
    """Says in a sentence what was done."""

    message: str


def next_of(offset: int, limit: int, found: int) -> int | None:
    """Where the next page begins, when `limit + 1` were looked for; None on the last page."""
    return offset + limit if found > limit else None


def plain(fields: Mapping[str, FieldValue]) -> dict[str, Plain]:
    """Fields of a ConnectWise record for a JSON document."""
    return {name: _plain(value) for name, value in fields.items()}


def _plain(value: FieldValue) -> Plain:
    if isinstance(value, Decimal):
        return in_full(value)
    return value.isoformat() if isinstance(value, date) else value


def connection_at(connection_id: int) -> Connection:
    """The connection of an address. Raises Unknown."""
    found = Connection.objects.filter(pk=connection_id).first()
    if found is None:
        raise Unknown(f"There is no connection {connection_id}.", remedy="GET /api/v1/connections lists them all.")
    return found
