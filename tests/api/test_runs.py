"""Runs by API: asked for once, followed, stopped; and what is shown of lines and plans."""

from decimal import Decimal
from pathlib import Path
from uuid import uuid4

from django.db import transaction

from bursar.domain.roles import Role
from bursar.store.models import AuditEntry, Connection, Run
from tests.api.conftest import Cast, error_of
from tests.api.populated import populate

POST = {"verb": "post lines", "month": "2026-10"}


def runs_of(connection: Connection) -> str:
    return f"/connections/{connection.pk}/runs"


def test_a_run_is_queued_and_can_be_followed(cast: Cast, connection: Connection) -> None:
    wanted = POST | {"company_ids": [7, 3], "confirm_cancellations_of": [3]}
    answer = cast.operator.post(runs_of(connection), wanted)
    assert answer.status_code == 202
    run = Run.objects.get()
    assert answer["Location"] == f"/api/v1/connections/{connection.pk}/runs/{run.pk}"
    shown = cast.viewer.client.get(answer["Location"]).json()
    assert shown == answer.json()
    assert (shown["state"], shown["verb"], shown["month"], shown["channel"]) == (
        "queued",
        "post lines",
        "2026-10",
        "api",
    )
    assert shown["requested_by"] == "operator@example.com (token operator's)"
    assert run.request["company_ids"] == [3, 7]
    assert run.request["confirm_cancellations_of"] == [3]


def test_the_same_key_gives_the_same_run(cast: Cast, connection: Connection) -> None:
    answers = [cast.operator.post(runs_of(connection), POST, **{"Idempotency-Key": "october"}) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer["Location"] for answer in answers}) == Run.objects.count() == 1
    assert AuditEntry.objects.filter(action="run requested").count() == 1


def test_a_key_is_one_person_s_for_one_connection(cast: Cast, connection: Connection) -> None:
    for program in (cast.operator, cast.administrator):
        program.post(runs_of(connection), POST, **{"Idempotency-Key": "october"})
    assert Run.objects.count() == 2


def test_another_request_under_the_same_key_is_refused(cast: Cast, connection: Connection) -> None:
    key = {"Idempotency-Key": "october"}
    cast.operator.post(runs_of(connection), POST, **key)
    for other in (POST | {"month": "2026-11"}, POST | {"company_ids": [1]}, {"verb": "sync organizations"}):
        answer = cast.operator.post(runs_of(connection), other, **key)
        assert answer.status_code == 409
        assert error_of(answer)["code"] == "idempotency_key_used"
    assert Run.objects.count() == 1


def test_without_a_key_every_request_is_a_run(cast: Cast, connection: Connection) -> None:
    for _ in range(2):
        cast.operator.post(runs_of(connection), POST)
    assert Run.objects.count() == 2


def test_what_a_run_lacks_is_said(cast: Cast, connection: Connection) -> None:
    assert cast.operator.post(runs_of(connection), {"verb": "post lines"}).status_code == 422
    assert cast.operator.post(runs_of(connection), {"verb": "load lines"}).status_code == 409
    assert cast.operator.post(runs_of(connection), {"verb": "dance"}).status_code == 422
    assert not Run.objects.exists()


def test_a_load_reads_the_stored_source_only(cast: Cast, connection: Connection, tmp_path: Path) -> None:
    """A path in the request would let an operator read files of the server."""
    connection.source = {"path": str(tmp_path), "profile": "canonical"}
    connection.save()
    assert cast.operator.post(runs_of(connection), {"verb": "load lines", "path": "/etc/passwd"}).status_code == 422
    assert cast.operator.post(runs_of(connection), {"verb": "load lines", "month": "2026-10"}).status_code == 202
    assert Run.objects.get().request["path"] == ""


def test_a_disconnected_connection_starts_nothing(cast: Cast, connection: Connection) -> None:
    cast.administrator.post(f"/connections/{connection.pk}/disconnect")
    for path, body in ((runs_of(connection), POST), (f"/connections/{connection.pk}/test", None)):
        answer = cast.operator.post(path, body)
        assert answer.status_code == 409
        assert error_of(answer)["code"] == "not_configured"


def test_stop(cast: Cast, connection: Connection) -> None:
    location = cast.operator.post(runs_of(connection), POST)["Location"]
    stopped = cast.operator.client.post(f"{location}/stop")
    assert stopped.json()["state"] == "cancelled"
    assert stopped.json()["stop_requested_by"] == "operator@example.com (token operator's)"
    again = cast.operator.client.post(f"{location}/stop")
    assert again.status_code == 422


def test_a_run_of_another_connection_is_not_there(cast: Cast, connection: Connection) -> None:
    with transaction.atomic():
        other = Connection.objects.create(name="other")
    run = Run.objects.create(connection=other, verb="post lines")
    assert cast.viewer.get(f"{runs_of(connection)}/{run.pk}").status_code == 404
    assert cast.viewer.get(f"{runs_of(connection)}/{uuid4()}").status_code == 404


def test_notes_and_postings_carry_money_as_text(cast: Cast, connection: Connection) -> None:
    run = populate(connection, cast.people[Role.ADMINISTRATOR]).run
    note = cast.viewer.get(f"{runs_of(connection)}/{run.pk}/notes").json()["notes"][0]
    posting = cast.viewer.get(f"{runs_of(connection)}/{run.pk}/postings", state="posted").json()["postings"][0]
    for item in (note, posting):
        assert (item["amount"], item["currency"]) == ("12.30", "USD")


def test_lines_of_a_month(cast: Cast, connection: Connection) -> None:
    populate(connection, cast.people[Role.ADMINISTRATOR])
    path = f"/connections/{connection.pk}/lines"
    lines = cast.viewer.get(path, month="2026-10", status="ready").json()["lines"]
    assert [line["line_id"] for line in lines] == ["L00001", "L00002"]  # the third is posted
    assert {(line["total"], line["currency"], line["effective"]) for line in lines} == {("115.00", "USD", "2026-10-01")}
    assert cast.viewer.get(path, month="2026-11").json() == {"lines": [], "next": None}
    assert cast.viewer.get(path, status="unmapped").json()["lines"] == []


def test_the_plan_of_a_month(cast: Cast, connection: Connection) -> None:
    """Companies that ConnectWise does not have block their lines, and nothing gets lost in the sums."""
    populate(connection, cast.people[Role.ADMINISTRATOR])
    path = f"/connections/{connection.pk}/plan"
    assert error_of(cast.viewer.get(path, month="2026-10"))["code"] == "not_configured"
    connection.billing = {"agreement_type": {"id": 1, "name": "Cloud Subscriptions"}}
    connection.save()
    plan = cast.viewer.get(path, month="2026-10").json()
    assert plan["counts"]["lines"] == 3
    sums = [Decimal(amounts.get("USD", "0")) for amounts in plan["totals"].values()]
    assert sum(sums) == Decimal("345.00")
    assert all(isinstance(amount, str) for amounts in plan["totals"].values() for amount in amounts.values())
