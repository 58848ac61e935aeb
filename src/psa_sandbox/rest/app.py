"""The REST API as a WSGI application."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.wrappers import Request, Response

from psa_sandbox.rest.actions import system_info
from psa_sandbox.rest.authentication import authenticated
from psa_sandbox.rest.company_info import PREFIX as COMPANY_INFO
from psa_sandbox.rest.company_info import company_info
from psa_sandbox.rest.exchange import Exchange, query_of, refused
from psa_sandbox.rest.routes import Destination, Routes
from psa_sandbox.rest.throttle import Throttle, too_many_requests
from psa_sandbox.rest.wire import encode
from psa_sandbox.state.errors import Refusal
from psa_sandbox.state.store import Store

_ROOT = re.compile(r"(/(v4_6_release|v\d{4}_\d+)/apis/3\.0)(/.*)", re.IGNORECASE)
_ANY_VERSION = "v4_6_release"
_OPEN_PATH = "/system/info"


def create_rest_app(store: Store, *, monotonic: Callable[[], float] = time.monotonic) -> WSGIApplication:
    """The PSA's REST API over a store; `monotonic` counts the seconds of the request limit."""
    return _RestApp(store, monotonic)


class _RestApp:
    def __init__(self, store: Store, monotonic: Callable[[], float]) -> None:
        self._store = store
        self._throttle = Throttle(monotonic)
        self._routes = Routes()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        try:
            with self._store.lock:
                return self._served(request)
        except Refusal as refusal:
            return refused(refusal)

    def _served(self, request: Request) -> Response:
        if request.path.lower().startswith(COMPANY_INFO):
            return company_info(self._store, request)
        root, path = self._split(request.path)
        seconds = self._throttle.wait(self._store.site.requests_per_minute)
        if seconds:
            return too_many_requests(seconds)
        if path.lower().removesuffix("/") == _OPEN_PATH and request.method == "GET":
            return Response(encode(system_info(self._store)), content_type="application/json; charset=utf-8")
        return self._routed(request, root, path)

    def _routed(self, request: Request, root: str, path: str) -> Response:
        caller = authenticated(self._store, request)
        found = self._routes.find(path)
        handler = found.route.methods.get(request.method)
        if handler is None:
            return _wrong_method(request, found)
        base = f"{request.scheme}://{request.host}{root}"
        query = query_of(request)
        return handler(Exchange(request, self._store, caller, base, path.removesuffix("/"), found.ids, query))

    def _split(self, path: str) -> tuple[str, str]:
        """The API root and what follows it. Raises Refusal 404 for another tenant's version."""
        match = _ROOT.fullmatch(path)
        if match is None or match[2].lower() not in {_ANY_VERSION, self._store.site.codebase.lower()}:
            raise Refusal(404, "ConnectWiseApi", "The endpoint does not exist.")
        return match[1], match[3]


def _wrong_method(request: Request, found: Destination) -> Response:
    message = f"The requested resource does not support http method '{request.method}'."
    response = refused(Refusal(405, "ConnectWiseApi", message))
    response.headers["Allow"] = ", ".join(sorted(found.route.methods))
    return response
