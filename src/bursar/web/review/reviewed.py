"""What stands beside the rows of Adoption and Drift: the plan that found them, and where a decision goes."""

from collections.abc import Mapping
from typing import Protocol

from django.urls import reverse

from bursar.store.models import Connection
from bursar.store.queries.variances import newest_review


class Beside(Protocol):
    """What a list says of the connection, whatever its rows are."""

    def __call__(self, connection: Connection, rows: object, found: object, /) -> Mapping[str, object]: ...


def reviewed(tab: str) -> Beside:
    """For the list of this name."""

    def beside(connection: Connection, _rows: object, _found: object, /) -> Mapping[str, object]:
        return {
            "tab": tab,
            "plan": newest_review(connection),
            "decide_url": reverse(f"review:{tab}-decide", args=[connection.pk]),
        }

    return beside
