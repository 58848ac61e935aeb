"""Keys reach the Authorization header and nothing else: no log, no error, no repr, no URL."""

import logging
import traceback
from collections.abc import Callable

import httpx2
import pytest

from bursar.connectors.connectwise import ConnectWise, Options
from bursar.domain.errors import BursarError
from tests.connectors.connectwise.sample_writes import create_addition
from tests.connectors.connectwise.scripted_site import CREDENTIALS, ScriptedSite

TOKEN = CREDENTIALS.basic.removeprefix("Basic ")
SECRETS = (CREDENTIALS.public_key, CREDENTIALS.private_key, CREDENTIALS.client_id, TOKEN)
Handler = Callable[[httpx2.Request], httpx2.Response]


def everything_it_knows(request: httpx2.Request) -> str:
    """What a server could send back: the header, and the keys in it."""
    return f"{request.headers} {request.headers['authorization']} {' '.join(SECRETS)}"


def echo(status: int) -> Handler:
    """A server that repeats the keys in every place an answer has."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        said = everything_it_knows(request)
        entry = {"code": said, "message": said, "resource": said, "field": said}
        headers = {"location": f"https://{CREDENTIALS.public_key}@example.com/", "link": said, "retry-after": "99"}
        return httpx2.Response(status, json={"code": said, "message": said, "errors": [entry]}, headers=headers)

    return answer


def html(request: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(200, html=f"<html>{everything_it_knows(request)}</html>")


def silence(request: httpx2.Request) -> httpx2.Response:
    raise httpx2.ReadTimeout("timed out", request=request)


def refused_connection(request: httpx2.Request) -> httpx2.Response:
    raise httpx2.ConnectError("refused", request=request)


HANDLERS = [
    *(echo(status) for status in (200, 302, 400, 401, 403, 404, 405, 409, 429, 500, 503)),
    *(html, silence, refused_connection),
]


def attempt(call: Callable[[], object]) -> BursarError:
    with pytest.raises(BursarError) as caught:
        call()
    return caught.value


@pytest.mark.parametrize("handler", HANDLERS)
def test_no_key_in_any_error_log_or_repr(handler: Handler, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    site = ScriptedSite(handler)
    psa = site.connect(Options(requests_per_minute=None))
    calls: tuple[Callable[[], object], ...] = (psa.info, psa.agreement_types, lambda: psa.send(create_addition(1)))
    errors = [attempt(call) for call in calls]
    told = [caplog.text, repr(CREDENTIALS), repr(psa), *(str(vars(record)) for record in caplog.records)]
    for error in errors:
        told += [str(error), repr(error), str(vars(error)), *traceback.format_exception(error)]
    told += [str(request.url) for request in [*site.requests, *site.discoveries]]
    assert site.requests[0].headers["authorization"] == CREDENTIALS.basic
    assert [secret for secret in SECRETS if any(secret in text for text in told)] == []


def test_the_repr_still_says_which_connection_it_is() -> None:
    assert repr(CREDENTIALS) == "Credentials(url='https://na.myconnectwise.net', company='acme')"


def test_keys_with_white_space_around_them_work() -> None:
    site = ScriptedSite(lambda _: httpx2.Response(200, json={"count": 0}))
    padded = type(CREDENTIALS)(
        f" {CREDENTIALS.url} ", " acme ", f"{CREDENTIALS.public_key}\n", f" {CREDENTIALS.private_key}", "CLIENTID-0\n"
    )
    site.connect(credentials=padded).info()
    assert site.requests[0].headers["authorization"] == CREDENTIALS.basic
    assert site.requests[0].headers["clientid"] == "CLIENTID-0"


def test_the_address_may_not_expose_the_keys() -> None:
    insecure = type(CREDENTIALS)("http://na.myconnectwise.net", "acme", "a", "b", "c")
    with pytest.raises(BursarError, match="https"):
        ConnectWise(insecure)
