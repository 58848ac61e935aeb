"""The HTTP client at its edges: what is repeated, what never, and what it says."""

import logging
from collections.abc import Callable, Iterator

import httpx2
import pytest

from bursar.connectors.http import HttpClient, HttpOptions, encode_query
from bursar.connectors.request_log import Exchange
from bursar.domain.errors import RemoteError, Throttled, Unavailable, UnknownOutcome
from tests.connectors.manual_clock import ManualClock

URL = "https://psa.example.com/things"
WRITES = ["POST", "PATCH", "PUT", "DELETE"]
Step = httpx2.Response | type[httpx2.RequestError]


class Script:
    """A server that answers with one step after the other, and keeps what it was sent."""

    def __init__(self, *steps: Step) -> None:
        self.requests: list[httpx2.Request] = []
        self.clock = ManualClock()
        self.seen: list[Exchange] = []
        self._steps = iter(steps)

    def client(self, options: HttpOptions | None = None) -> HttpClient:
        transport = httpx2.MockTransport(self._answer)
        return HttpClient("The PSA", options, transport=transport, clock=self.clock, observe=self.seen.append)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        step = next(self._steps)
        if isinstance(step, httpx2.Response):
            return step
        raise step("the wire says no", request=request)


def answer(status: int, **headers: str) -> httpx2.Response:
    return httpx2.Response(status, headers=headers, content=b"{}")


def repeated(make: Callable[[], Step], times: int) -> Iterator[Step]:
    return (make() for _ in range(times))


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_read_is_repeated_until_it_works(status: int) -> None:
    script = Script(answer(status), httpx2.ReadTimeout, httpx2.ConnectError, answer(200))
    assert script.client().request("GET", URL).status == 200
    assert len(script.requests) == 4
    assert len(script.clock.slept) == 3


def test_a_read_gives_up_after_five_attempts() -> None:
    script = Script(*repeated(lambda: answer(503), 9))
    with pytest.raises(Unavailable, match="error 503"):
        script.client().request("GET", URL)
    assert len(script.requests) == 5


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize(
    "step",
    [
        *(httpx2.ReadTimeout, httpx2.ReadError, httpx2.WriteError, httpx2.WriteTimeout),
        *(httpx2.RemoteProtocolError, httpx2.LocalProtocolError, httpx2.CloseError, httpx2.DecodingError),
    ],
)
def test_a_write_whose_answer_is_lost_is_never_repeated(method: str, step: type[httpx2.RequestError]) -> None:
    script = Script(step, answer(201))
    with pytest.raises(UnknownOutcome):
        script.client().request(method, URL, body={})
    assert len(script.requests) == 1


@pytest.mark.parametrize("status", [500, 501, 502, 503, 504])
def test_a_write_that_met_a_server_error_may_have_happened(status: int) -> None:
    script = Script(answer(status), answer(201))
    with pytest.raises(UnknownOutcome, match="may have happened"):
        script.client().request("POST", URL, body={})
    assert len(script.requests) == 1


@pytest.mark.parametrize("step", [httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError])
def test_a_write_that_never_left_is_sent_again(step: type[httpx2.RequestError]) -> None:
    script = Script(step, answer(201))
    assert script.client().request("POST", URL, body={"a": 1}).status == 201
    assert [request.content for request in script.requests] == [b'{"a":1}'] * 2


def test_a_write_that_cannot_leave_is_unavailable_not_unknown() -> None:
    script = Script(*repeated(lambda: httpx2.ConnectError, 9))
    with pytest.raises(Unavailable, match=r"psa\.example\.com"):
        script.client().request("POST", URL, body={})


@pytest.mark.parametrize("method", ["GET", *WRITES])
def test_a_throttled_request_waits_and_goes_again(method: str) -> None:
    script = Script(answer(429, **{"retry-after": "7"}), answer(200))
    start = script.clock.now()
    assert script.client().request(method, URL).status == 200
    assert (script.clock.now() - start).total_seconds() >= 7


def test_a_throttle_without_retry_after_waits_thirty_seconds() -> None:
    script = Script(answer(429), answer(200))
    start = script.clock.now()
    script.client().request("GET", URL)
    assert 30 <= (script.clock.now() - start).total_seconds() <= 31


def test_a_long_throttle_is_reported_at_once() -> None:
    script = Script(answer(429, **{"retry-after": "600"}))
    with pytest.raises(Throttled) as caught:
        script.client().request("POST", URL, body={})
    assert caught.value.retry_after == 600
    assert script.clock.slept == []


def test_retry_after_may_be_a_date() -> None:
    script = Script(answer(429, **{"retry-after": "Fri, 20 Nov 2026 12:00:20 GMT"}), answer(200))
    start = script.clock.now()
    script.client().request("GET", URL)
    assert (script.clock.now() - start).total_seconds() >= 20


@pytest.mark.parametrize("target", ["https://evil.example.net/things", "http://psa.example.com/things", "/login", "::"])
def test_a_redirect_is_never_followed(target: str) -> None:
    script = Script(answer(302, location=target), answer(200))
    with pytest.raises(RemoteError, match="redirect") as caught:
        script.client().request("GET", URL, headers={"authorization": "Basic abc"})
    assert len(script.requests) == 1
    assert not isinstance(caught.value, UnknownOutcome)


def test_a_redirect_after_a_write_leaves_the_outcome_open() -> None:
    with pytest.raises(UnknownOutcome):
        Script(answer(303, location="/done")).client().request("POST", URL, body={})
    with pytest.raises(RemoteError) as caught:
        Script(answer(308, location="/elsewhere")).client().request("POST", URL, body={})
    assert not isinstance(caught.value, UnknownOutcome)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409])
def test_refusals_are_handed_to_the_connector(status: int) -> None:
    assert Script(answer(status)).client().request("POST", URL, body={}).status == status


def test_requests_keep_their_pace() -> None:
    script = Script(*repeated(lambda: answer(200), 40))
    client, start = script.client(HttpOptions(requests_per_minute=60)), script.clock.now()
    for _ in range(34):
        client.request("GET", URL)
    assert (script.clock.now() - start).total_seconds() >= 29


def test_every_attempt_is_observed_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    script = Script(answer(503), httpx2.ReadTimeout, answer(200))
    query: dict[str, str | int] = {"conditions": 'name = "Harbour Dental"', "page": 2}
    script.client().request("GET", URL, query=query, headers={"authorization": "Basic c2VjcmV0"})
    assert [(e.status, e.attempt, e.failure) for e in script.seen] == [
        (503, 1, ""),
        (None, 2, "ReadTimeout"),
        (200, 3, ""),
    ]
    logged = [record for record in caplog.records if record.name == "bursar.http"]
    assert [record.levelname for record in logged] == ["WARNING", "WARNING", "INFO"]
    assert all("GET /things?conditions=…&page=2" in record.getMessage() for record in logged)
    assert "Harbour" not in caplog.text
    assert "c2VjcmV0" not in caplog.text


def test_a_query_is_encoded_for_a_url() -> None:
    assert encode_query({"conditions": 'id in (1,2) and a/b = "x & y"', "page": 1}) == (
        "conditions=id%20in%20(1,2)%20and%20a/b%20%3D%20%22x%20%26%20y%22&page=1"
    )
    script = Script(answer(200))
    script.client().request("GET", URL, query={"q": "50% + [more] ü"})
    assert script.requests[0].url.params["q"] == "50% + [more] ü"


def test_body_and_headers_arrive_as_given() -> None:
    script = Script(answer(201))
    script.client().request("POST", URL, body={"a": None}, headers={"clientid": "x"})
    sent = script.requests[0]
    assert sent.headers["content-type"] == "application/json"
    assert sent.headers["clientid"] == "x"
    assert sent.content == b'{"a":null}'


def test_an_empty_list_is_a_body() -> None:
    script = Script(answer(200))
    script.client().request("PATCH", URL, body=[])
    assert script.requests[0].content == b"[]"
