"""What became of deliveries: the runs that read each one, and what each of them took in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from bursar.store.models import Connection, Delivery, Load, Run


@dataclass(frozen=True, slots=True)
class DeliveryLoad:
    """A run that read a delivery, or is going to; the load is None until it has, and when it failed."""

    run: Run
    load: Load | None


def delivery_mark(pk: int) -> str:
    """The key of a run's result that says that the run read this delivery."""
    return f"delivery {pk}"


def loads_of(connection: Connection, deliveries: Sequence[Delivery]) -> Mapping[int, Sequence[DeliveryLoad]]:
    """The runs of each delivery, newest first: two queries, however many deliveries."""
    if not deliveries:
        return {}
    keys = {delivery_mark(delivery.pk): delivery.pk for delivery in deliveries}
    asked = Q(request__delivery__in=[delivery.pk for delivery in deliveries])
    since = min(delivery.delivered_at for delivery in deliveries)
    runs = Run.objects.filter(asked | Q(result__has_any_keys=list(keys)), connection=connection, started_at__gte=since)
    found = list(runs.order_by("-started_at"))
    loads = Load.objects.filter(connection=connection).in_bulk([run.result.get("load") for run in found])
    read: dict[int, list[DeliveryLoad]] = {}
    for run in found:
        load = loads.get(run.result.get("load", 0))
        for pk in {run.request.get("delivery"), *(keys[key] for key in keys.keys() & run.result.keys())} - {None}:
            read.setdefault(pk, []).append(DeliveryLoad(run, load))
    return read
