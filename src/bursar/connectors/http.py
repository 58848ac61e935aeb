"""The one HTTP client for all connectors."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self, TypeAlias
from urllib.parse import quote, urlencode

import httpx2

from bursar.connectors.exact_json import JsonValue, dump, parse
from bursar.connectors.rate import RateLimit
from bursar.connectors.request_log import Exchange, Observer, without_values, write_down
from bursar.connectors.retry import THROTTLED, Outcome, RetryPolicy, again_after, seconds_to_wait
from bursar.connectors.system_clock import SystemClock
from bursar.connectors.transport import WayOut
from bursar.domain.errors import RemoteError, Throttled, Unavailable, UnknownOutcome
from bursar.ports import Clock

Query: TypeAlias = Mapping[str, str | int]

_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_NOTHING_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)
_NOT_DONE_REDIRECTS = frozenset({307, 308})
"""Redirects that ask for the same write elsewhere; the others may follow a write that was done."""
_KEEPALIVE_SECONDS = 30.0
SAFE_IN_QUERY = "(),/:"
"""What a query may carry unencoded; URLs stay readable and short."""


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """How to talk to one server. Timeouts are seconds; `requests_per_minute` None means unlimited."""

    concurrency: int = 8
    requests_per_minute: int | None = None
    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    retry: RetryPolicy = field(default_factory=RetryPolicy)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> JsonValue:
        """The body with exact numbers. Raises ValueError when it is not JSON."""
        return parse(self.body)


Readable: TypeAlias = Callable[[Answer], str]
"""What of an answer may be kept for support: its body without secrets."""


def _nothing_kept(_answer: Answer) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class _Call:
    request: httpx2.Request
    path: str
    """For the log: without values."""
    readable: Readable

    @property
    def write(self) -> bool:
        return self.request.method not in _READS


class HttpClient:
    """Sends requests to one system, called `name` in error sentences. Thread-safe; close it when done.

    Raises Throttled, Unavailable (a read failed, or nothing was sent), UnknownOutcome (a write may have happened),
    ForbiddenAddress (the host's name leads to what Bursar never calls) and RemoteError (a redirect, which is never
    followed: the keys would go along). Other answers are returned.
    """

    def __init__(
        self,
        name: str,
        options: HttpOptions | None = None,
        *,
        transport: httpx2.BaseTransport | None = None,
        clock: Clock | None = None,
        observe: Observer | None = None,
    ) -> None:
        self._name = name
        self._options = options or HttpOptions()
        self._clock = clock or SystemClock()
        self._observe = observe
        self._rate = RateLimit(self._options.requests_per_minute, self._clock)
        self._client = _client(self._options, transport)

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        query: Query | None = None,
        body: JsonValue = None,
        readable: Readable = _nothing_kept,
    ) -> Answer:
        """Send a request, again where that is safe. `body` is sent as JSON unless it is None.

        `readable` gives the errors raised here the answer that caused them.
        """
        call = self._call(method, f"{url}?{encode_query(query)}" if query else url, headers or {}, body, readable)
        attempt = 0
        while True:
            attempt += 1
            self._rate.wait()
            result = self._attempt(call, attempt)
            outcome = self._outcome(call, attempt, result)
            pause = again_after(outcome, self._options.retry, random.random())
            if pause is None:
                return self._settle(call, outcome, result)
            self._pause(outcome, pause)

    def close(self) -> None:
        """Give back the connections."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _call(self, method: str, url: str, headers: Mapping[str, str], body: JsonValue, readable: Readable) -> _Call:
        content = None if body is None else dump(body).encode()
        typed = headers if content is None else {**headers, "content-type": "application/json"}
        request = self._client.build_request(method, url, headers=typed, content=content)
        return _Call(request, without_values(url), readable)

    def _attempt(self, call: _Call, attempt: int) -> Answer | httpx2.RequestError:
        started = time.perf_counter()
        result: Answer | httpx2.RequestError
        try:
            response = self._client.send(call.request)
            result = Answer(response.status_code, response.headers, response.content)
        except httpx2.RequestError as error:
            result = error
        self._note(call, attempt, result, (time.perf_counter() - started) * 1000)
        return result

    def _note(self, call: _Call, attempt: int, result: Answer | httpx2.RequestError, spent: float) -> None:
        status = result.status if isinstance(result, Answer) else None
        failure = "" if isinstance(result, Answer) else type(result).__name__
        exchange = Exchange(call.request.method, call.path, status, spent, attempt, failure)
        write_down(exchange)
        if self._observe:
            self._observe(exchange)

    def _outcome(self, call: _Call, attempt: int, result: Answer | httpx2.RequestError) -> Outcome:
        if isinstance(result, Answer):
            pause = seconds_to_wait(result.headers.get("retry-after"), self._clock.now())
            return Outcome(call.write, attempt, result.status, pause)
        return Outcome(call.write, attempt, sent=not isinstance(result, _NOTHING_SENT))

    def _pause(self, outcome: Outcome, seconds: float) -> None:
        if outcome.status == THROTTLED:
            self._rate.hold(seconds)
        else:
            self._clock.sleep(seconds)

    def _settle(self, call: _Call, outcome: Outcome, result: Answer | httpx2.RequestError) -> Answer:
        if isinstance(result, httpx2.RequestError):
            raise self._silence(call, outcome, result) from result
        if result.status == THROTTLED:
            raise self._throttled(call, outcome, result)
        if result.status >= 500:
            raise self._failure(call, result)
        if 300 <= result.status < 400:
            raise self._redirect(call, result)
        return result

    def _silence(self, call: _Call, outcome: Outcome, error: httpx2.RequestError) -> RemoteError:
        what = _WORDS.get(type(error), "the connection failed")
        if outcome.unclear:
            return UnknownOutcome(f"{self._name} was sent a write, but its answer was lost: {what}.")
        return Unavailable(f"{self._name} cannot be reached at {call.request.url.host}: {what}.")

    def _throttled(self, call: _Call, outcome: Outcome, answer: Answer) -> Throttled:
        asked = outcome.retry_after
        pause = "" if asked is None else f" and asks for a pause of {asked:.0f} seconds"
        sentence = f"{self._name} says too many requests{pause}."
        return Throttled(sentence, retry_after=asked, answer=call.readable(answer))

    def _failure(self, call: _Call, answer: Answer) -> RemoteError:
        said = call.readable(answer)
        if call.write:
            sentence = f"{self._name} answered a write with error {answer.status}; it may have happened."
            return UnknownOutcome(sentence, answer=said)
        return Unavailable(f"{self._name} answered with error {answer.status}.", answer=said)

    def _redirect(self, call: _Call, answer: Answer) -> RemoteError:
        if call.write and answer.status not in _NOT_DONE_REDIRECTS:
            return UnknownOutcome(f"{self._name} answered a write with a redirect; it may have happened.")
        return RemoteError(
            f"{self._name} redirects to another address, and Bursar does not take its keys there.",
            remedy=f"Check the site's address. {call.request.url.host} points to {_target_host(call, answer)}.",
        )


_WORDS: dict[type[httpx2.RequestError], str] = {
    httpx2.ConnectError: "no connection could be made",
    httpx2.ConnectTimeout: "connecting took too long",
    httpx2.PoolTimeout: "all connections were busy for too long",
    httpx2.ReadTimeout: "the answer took too long",
    httpx2.WriteTimeout: "sending took too long",
    httpx2.ProxyError: "the proxy refused",
    httpx2.DecodingError: "the answer could not be read",
}


def encode_query(query: Query) -> str:
    """Percent-encode a query."""
    return urlencode(query, safe=SAFE_IN_QUERY, quote_via=quote)


def _client(options: HttpOptions, transport: httpx2.BaseTransport | None) -> httpx2.Client:
    size = options.concurrency
    limits = httpx2.Limits(max_connections=size, max_keepalive_connections=size, keepalive_expiry=_KEEPALIVE_SECONDS)
    patience = options.read_timeout
    timeout = httpx2.Timeout(patience, connect=options.connect_timeout, pool=2 * patience)
    agent = {"user-agent": "bursar", "accept": "application/json"}
    way = transport or WayOut(limits)
    return httpx2.Client(transport=way, limits=limits, timeout=timeout, headers=agent, follow_redirects=False)


def _target_host(call: _Call, answer: Answer) -> str:
    try:
        return call.request.url.join(answer.headers.get("location", "")).host or "nowhere"
    except httpx2.InvalidURL:
        return "an unreadable address"
