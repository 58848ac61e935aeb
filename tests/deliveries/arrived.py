"""One of everything that can come in, for tests that visit every address."""

from collections.abc import Mapping

from bursar.domain.period import Month
from bursar.store.models import ColumnProfile, Connection, Delivery, Load, Rejection
from bursar.store.queries.delivery_list import delivery_mark
from bursar.usecases.deliveries import keep_pushed, keep_upload
from bursar.usecases.runs import LOAD_LINES, request_run
from bursar.wiring import keep_profile
from tests.deliveries.exports import PROFILE, canonical, german_csv, pushed


def everything_comes_in(connection: Connection, times: int = 1) -> None:
    """Uploads, each with a load that rejected rows, pushed lines of several months, and saved profiles."""
    load = Load.objects.filter(connection=connection).latest("pk")
    for number in range(1, times + 1):
        upload = keep_upload(connection, f"export-{number}.csv", [german_csv(), b"\n" * number])
        run = request_run(connection, LOAD_LINES, {"delivery": upload.pk})
        run.state, run.result = "done", {"load": load.pk, delivery_mark(upload.pk): True}
        run.save()
        Rejection.objects.create(load=load, row_number=number, reason="It is empty.", remedy="Fill it in.", raw=";;")
        keep_pushed(connection, Month(2026 - number, 10), pushed([canonical(1, f"{2026 - number}-10")]))
        keep_profile(connection, f"Export {number}", PROFILE)


def ids_of(connection: Connection) -> Mapping[str, object]:
    """By the name that addresses have for it."""
    uploads = Delivery.objects.filter(connection=connection, kind=Delivery.Kind.FILE)
    return {
        "delivery_id": uploads.latest("pk").pk,
        "load_id": Load.objects.filter(connection=connection).latest("pk").pk,
        "profile_id": ColumnProfile.objects.filter(connection=connection).latest("pk").pk,
        "name": "Export 1",
        "month": "2025-10",
    }
