"""Authenticated calls to one ConnectWise PSA."""

from collections.abc import Mapping
from typing import TypeVar

import httpx2
from pydantic import TypeAdapter, ValidationError

from bursar.connectors.connectwise.credentials import Credentials
from bursar.connectors.connectwise.discovery import CompanyInfo, Site, address
from bursar.connectors.connectwise.faults import Complaint, complaint, readable, refusal
from bursar.connectors.connectwise.resources import Endpoint
from bursar.connectors.exact_json import JsonValue
from bursar.connectors.http import Answer, HttpClient, Query
from bursar.domain.errors import RemoteError, UnknownOutcome

T = TypeVar("T")


class Session:
    """Finds the site, adds the keys, and turns refusals into errors. Thread-safe."""

    def __init__(self, credentials: Credentials, http: HttpClient) -> None:
        self._credentials = credentials
        self._http = http
        self._site = Site(address(credentials.url), credentials.company, http)
        self._headers = _headers(credentials)
        self._was_let_in = False

    def info(self) -> CompanyInfo:
        """What the site says about the company, asked anew."""
        return self._site.info()

    def get(
        self, endpoint: Endpoint, path: str, query: Query | None = None, extra: Mapping[str, str] | None = None
    ) -> Answer:
        """Read. Raises the RemoteError family."""
        return self._call("GET", endpoint, path, query=query, extra=extra)

    def post(self, endpoint: Endpoint, path: str, body: JsonValue) -> Answer:
        """Create, once. Raises UnknownOutcome when nobody can say whether it happened."""
        return self._call("POST", endpoint, path, body=body)

    def patch(self, endpoint: Endpoint, path: str, body: JsonValue) -> Answer:
        """Change, once. Raises UnknownOutcome when nobody can say whether it happened."""
        return self._call("PATCH", endpoint, path, body=body)

    def delete(self, endpoint: Endpoint, path: str) -> Answer:
        """Remove, once. Raises UnknownOutcome when nobody can say whether it happened."""
        return self._call("DELETE", endpoint, path)

    def _call(
        self,
        method: str,
        endpoint: Endpoint,
        path: str,
        *,
        query: Query | None = None,
        extra: Mapping[str, str] | None = None,
        body: JsonValue = None,
    ) -> Answer:
        headers = {**self._headers, **extra} if extra else self._headers

        def ask(base: str) -> Answer:
            return self._http.request(
                method, base + path, headers=headers, query=query, body=body, readable=self._readable
            )

        base = self._site.base()
        answer = ask(base)
        if self._route_is_missing(answer) and (moved := self._site.moved_from(base)):
            answer = ask(moved)  # nothing can have been written: the route was not there
        if not answer.ok:
            raise self._refusal(answer, endpoint)
        self._was_let_in = True
        return answer

    def _route_is_missing(self, answer: Answer) -> bool:
        return answer.status == 404 and not self._complaint(answer).record_is_missing

    def _refusal(self, answer: Answer, endpoint: Endpoint) -> RemoteError:
        doubtful = self._site.cloud and not self._was_let_in
        return refusal(self._complaint(answer), endpoint, maybe_wrong_key=doubtful)

    def _readable(self, answer: Answer) -> str:
        return readable(answer, self._credentials)

    def _complaint(self, answer: Answer) -> Complaint:
        return complaint(answer, self._credentials)


def read_as(shape: TypeAdapter[T], answer: Answer, endpoint: Endpoint) -> T:
    """The answer to a read as records. Raises RemoteError when it has another shape."""
    try:
        return shape.validate_python(read_json(answer, endpoint))
    except ValidationError as error:
        raise _strange(endpoint, _places(error)) from None  # its text repeats customers' data


def read_json(answer: Answer, endpoint: Endpoint) -> JsonValue:
    """The answer to a read as it came. Raises RemoteError when it is not JSON."""
    try:
        return answer.json()
    except ValueError as error:
        raise _strange(endpoint, "not JSON") from error


def written_as(shape: TypeAdapter[T], answer: Answer, endpoint: Endpoint) -> T:
    """The answer to a write. Raises UnknownOutcome when it cannot be read: the write was accepted, but as what?"""
    try:
        return read_as(shape, answer, endpoint)
    except RemoteError as error:
        raise UnknownOutcome(f"{error.sentence} The write may have happened.") from error


def _strange(endpoint: Endpoint, why: str) -> RemoteError:
    return RemoteError(
        f"ConnectWise answered about the {endpoint.noun} in a way that Bursar cannot read: {why}.",
        remedy="Check that the site's address leads to ConnectWise itself, then report this.",
    )


def _places(error: ValidationError) -> str:
    places = [".".join(map(str, fault["loc"])) for fault in error.errors(include_input=False)[:3]]
    return "unexpected " + ", ".join(place or "answer" for place in places)


def _headers(credentials: Credentials) -> httpx2.Headers:
    return httpx2.Headers({"authorization": credentials.basic, "clientid": credentials.client_id.strip()})
