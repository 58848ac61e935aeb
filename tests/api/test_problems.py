"""One error shape everywhere, and nothing in it that was sent."""

import json

import pytest
from django.db import OperationalError
from django.db import connection as database
from django.http import HttpResponse
from django.test import Client, RequestFactory

from bursar.api.problems import answer_for
from bursar.domain.errors import (
    BursarError,
    FieldFault,
    InvalidInput,
    NotConfigured,
    NotFound,
    Rejected,
    RemoteError,
    Throttled,
    Unavailable,
    WrongKey,
)
from bursar.store.models import Connection
from bursar.store.writer_lock import AnotherWriter
from bursar.usecases.refusals import SettingsRefused
from tests.api.conftest import Cast, Program, credentials, error_of
from tests.cli.psa_process import PsaProcess

CANARY = "canary-4711-secret"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (InvalidInput("x"), 422, "invalid_input"),
        (NotConfigured("x"), 409, "not_configured"),
        (AnotherWriter("x"), 409, "another_writer"),
        (NotFound("x"), 404, "not_found"),
        (RemoteError("x"), 502, "remote_error"),
        (WrongKey("x"), 502, "wrong_key"),
        (Unavailable("x"), 502, "unavailable"),
        (Throttled("x"), 503, "throttled"),
        (BursarError("x"), 409, "error"),
        (OperationalError("database is locked"), 503, "busy"),
    ],
)
def test_status_by_class(error: Exception, status: int, code: str) -> None:
    answer = answer_for(RequestFactory().get("/api/v1/x"), error)
    assert answer.status_code == status
    assert error_of(HttpAnswer(answer))["code"] == code


class HttpAnswer:
    """An answer that no test client has seen."""

    def __init__(self, answer: HttpResponse) -> None:
        self._answer = answer

    def json(self) -> object:
        return json.loads(self._answer.content)


def test_throttled_says_how_long_to_wait() -> None:
    request = RequestFactory().get("/api/v1/x")
    assert answer_for(request, Throttled("x", retry_after=41.6))["Retry-After"] == "42"
    assert int(answer_for(request, Throttled("x"))["Retry-After"]) > 0
    assert int(answer_for(request, OperationalError())["Retry-After"]) > 0


def test_refused_fields_are_named() -> None:
    request = RequestFactory().get("/api/v1/x")
    rejected = Rejected("x", fields=[FieldFault("quantity", "Invalid", "It is negative.")])
    refused = SettingsRefused({"markup": InvalidInput("No number.")})
    assert HttpAnswer(answer_for(request, rejected)).json()["error"]["fields"] == [
        {"field": "quantity", "code": "Invalid", "message": "It is negative."}
    ]
    assert HttpAnswer(answer_for(request, refused)).json()["error"]["fields"] == [
        {"field": "markup", "code": "invalid_input", "message": "No number."}
    ]


def test_a_defect_says_nothing_about_itself(caplog: pytest.LogCaptureFixture) -> None:
    answer = answer_for(RequestFactory().get("/api/v1/x"), ZeroDivisionError(CANARY))
    assert answer.status_code == 500
    assert CANARY not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()
    assert any(record.exc_info for record in caplog.records), "the server's log has it"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "path", ["/api/", "/api/v1", "/api/v1/", "/api/v2/whoami", "/api/v1/nothing", "/api/v1/whoami/"]
)
def test_an_unknown_address(method: str, path: str) -> None:
    answer = Client(enforce_csrf_checks=True).generic(method, path)
    assert answer.status_code == 404
    assert error_of(answer)["code"] == "not_found"


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/whoami"), ("PUT", "/connections"), ("TRACE", "/people")])
def test_a_wrong_method(method: str, path: str, cast: Cast) -> None:
    answer = cast.administrator.send(method, path)
    assert answer.status_code == 405
    assert "GET" in answer["Allow"]
    assert error_of(answer)["code"] == "wrong_method"


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b'{"email": NaN}', b"[" * 100_000, b"9" * 5000])
def test_a_broken_body(body: bytes, cast: Cast) -> None:
    answer = cast.administrator.client.post("/api/v1/invitations", body, content_type="application/json")
    assert answer.status_code == 400
    assert error_of(answer)["code"] == "broken_body"


def test_a_body_that_is_too_large(cast: Cast) -> None:
    body = json.dumps({"email": "x" * 3_000_000})
    answer = cast.administrator.client.post("/api/v1/invitations", body, content_type="application/json")
    assert answer.status_code == 413
    assert error_of(answer)["code"] == "too_large"


def test_too_many_values(cast: Cast, connection: Connection) -> None:
    query = "&".join(f"company={number}" for number in range(1, 2000))
    answer = cast.viewer.client.get(f"/api/v1/connections/{connection.pk}/plan?month=2026-10&{query}")
    assert answer.status_code == 400
    error_of(answer)


def test_values_that_do_not_fit_are_named_and_not_repeated(cast: Cast, psa: PsaProcess) -> None:
    body = credentials(psa) | {"private_key": [CANARY], "public_key": {"x": CANARY}, "unknown": CANARY}
    answer = cast.administrator.post("/connections", body)
    assert answer.status_code == 422
    fields = error_of(answer)["fields"]
    assert {"body.new.private_key", "body.new.public_key", "body.new.unknown"} == {each["field"] for each in fields}
    assert CANARY not in answer.content.decode()


def test_a_number_that_no_database_keeps(cast: Cast) -> None:
    assert cast.viewer.get(f"/connections/{10**30}").status_code == 422
    assert cast.viewer.get(f"/connections/{2**63 - 1}").status_code == 404


def test_what_is_not_there(cast: Cast) -> None:
    answer = cast.viewer.get("/connections/4711")
    assert answer.status_code == 404
    assert "4711" in str(error_of(answer)["sentence"])


def test_a_busy_database(cast: Cast) -> None:
    """A wrapper of Django's own stands for a lock that lasts longer than we wait."""

    def locked(*_: object) -> None:
        raise OperationalError("database is locked")

    with database.execute_wrapper(locked):
        answer = cast.viewer.get("/whoami")
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert error_of(answer)["code"] == "busy"


def test_wrong_credentials_are_said_to_be_wrong(cast: Cast, psa: PsaProcess) -> None:
    answer = cast.administrator.post("/connections", credentials(psa) | {"private_key": CANARY})
    assert answer.status_code == 502
    assert error_of(answer)["code"] == "wrong_key"
    assert CANARY not in answer.content.decode()
    assert not Connection.objects.exists()


def test_pages_of_errors_are_not_cached(cast: Cast) -> None:
    assert "no-store" in Program("bursar_wrong").get("/whoami")["Cache-Control"]
