"""One request on its way through the API, and its answer."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from werkzeug.wrappers import Request, Response

from psa_sandbox.rest.wire import decode, encode
from psa_sandbox.state.errors import Refusal
from psa_sandbox.state.permissions import Caller
from psa_sandbox.state.store import Record, Store

JSON = "application/json"
VENDOR_JSON = "application/vnd.connectwise.com+json"


@dataclass(frozen=True)
class Exchange:
    """A request whose sender is known.

    `base` is the address of the API root without trailing slash; `path` what comes after it; `ids` the
    numbers in the path, in their order.
    """

    request: Request
    store: Store
    caller: Caller
    base: str
    path: str
    ids: tuple[int, ...]
    query: dict[str, str]

    def body(self) -> object:
        """The JSON body. Raises Refusal: 415 for another media type, 400 for broken JSON."""
        media = self.request.mimetype
        if media and "json" not in media:
            raise Refusal(415, "UnsupportedMediaType", f"The media type {media} is not supported.")
        return decode(self.request.get_data())

    def record_body(self) -> Record:
        """The JSON object in the body. Raises Refusal."""
        body = self.body()
        if not isinstance(body, dict):
            raise Refusal(400, "InvalidObject", "The body must be an object.")
        return body

    def answer(self, value: object, status: int = 200) -> Response:
        """An answer with a JSON body in the media type that was asked for."""
        return Response(encode(value), status, content_type=self._content_type())

    def _content_type(self) -> str:
        wanted = self.request.headers.get("Accept", "").lower()
        if VENDOR_JSON not in wanted:
            return f"{JSON}; charset=utf-8"
        version = self.store.site.codebase.removeprefix("v").replace("_", ".")
        _, _, asked = wanted.partition("version=")
        return f"{VENDOR_JSON}; version={asked.split(',')[0].split(';')[0].strip() or version}"


def query_of(request: Request) -> dict[str, str]:
    """Query parameters by lower-case name: the API compares their names without regard to case [field]."""
    pairs = parse_qsl(request.query_string.decode("utf-8", "replace"), keep_blank_values=True)
    return {name.lower(): value for name, value in pairs}


def refused(refusal: Refusal) -> Response:
    """The vendor's error body [spec: ErrorResponseMessage]."""
    entries = [{"code": e.code, "message": e.message, "resource": e.resource, "field": e.field} for e in refusal.errors]
    body = {"code": refusal.code, "message": refusal.message, "errors": entries or None}
    return Response(encode(body), refusal.status, content_type=f"{JSON}; charset=utf-8")
