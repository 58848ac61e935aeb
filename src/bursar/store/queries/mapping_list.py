"""Organizations and offers as the Mapping pages list them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Count, Model, Q, QuerySet

from bursar.store.models import Connection, Offer, Organization

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Records:
    """The rows that were asked for, by name, and how many records of each mapping status there are in all."""

    rows: QuerySet[Organization] | QuerySet[Offer]
    counts: Mapping[str, int]


def organizations_matching(connection: Connection, text: str = "", state: str = "") -> Records:
    """`text` is looked for in name and id; empty text and state mean all."""
    every = Organization.objects.filter(connection=connection)
    rows = every.filter(Q(name__icontains=text) | Q(organization_id__icontains=text)) if text else every
    rows = rows.filter(state=state) if state else rows
    return Records(rows.order_by("name", "pk").prefetch_related("companies"), _counts(every))


def offers_matching(connection: Connection, text: str = "", state: str = "") -> Records:
    """`text` is looked for in name and id; empty text and state mean all."""
    every = Offer.objects.filter(connection=connection)
    rows = every.filter(Q(name__icontains=text) | Q(offer_id__icontains=text)) if text else every
    rows = rows.filter(state=state) if state else rows
    return Records(rows.order_by("name", "pk"), _counts(every))


def _counts(rows: QuerySet[M]) -> Mapping[str, int]:
    return dict(rows.values_list("state").annotate(number=Count("*")).order_by())
