"""What was asked and what was answered, for tests and for people who wonder."""

from __future__ import annotations

import json
import re
import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from psa_sandbox.control.answer import Answer, answer_of
from psa_sandbox.control.faults import ConnectionCut
from psa_sandbox.control.injector import FAULT_KEY
from psa_sandbox.state.store import Clock

MAX_ENTRIES = 5000
MAX_BODY = 16_384
REDACTED = "[redacted]"
_SECRET_FIELDS = re.compile(r'("(?:privateKey|password|token|signing_key)"\s*:\s*")[^"]*', re.IGNORECASE)
_SECRET_HEADERS = {"HTTP_AUTHORIZATION", "HTTP_COOKIE"}


@dataclass(frozen=True)
class Entry:
    """One request; `status` is None when the connection was cut. Bodies are kept up to MAX_BODY bytes."""

    number: int
    at: str
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    status: int | None
    response: bytes
    faults: tuple[str, ...]

    def shown(self) -> dict[str, object]:
        """As JSON-able values, secrets redacted."""
        return {
            "number": self.number,
            "at": self.at,
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "headers": self.headers,
            "body": _readable(self.body),
            "status": self.status,
            "response": _readable(self.response),
            "faults": list(self.faults),
        }


class Journal:
    """The last MAX_ENTRIES requests."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._entries: deque[Entry] = deque(maxlen=MAX_ENTRIES)
        self._count = 0

    def record(self, environ: WSGIEnvironment, body: bytes, answer: Answer | None) -> None:
        """Note a request and its answer, None for a connection that was cut."""
        with self._lock:
            self._count += 1
            entry = Entry(
                number=self._count,
                at=self._clock.stamp(),
                method=environ["REQUEST_METHOD"],
                path=environ.get("PATH_INFO", ""),
                query=environ.get("QUERY_STRING", ""),
                headers=_headers(environ),
                body=body[:MAX_BODY],
                status=answer.code if answer else None,
                response=answer.body[:MAX_BODY] if answer else b"",
                faults=tuple(environ.get(FAULT_KEY, ())),
            )
            self._entries.append(entry)

    def entries(self) -> list[Entry]:
        """Everything kept, oldest first."""
        with self._lock:
            return list(self._entries)

    def clear(self) -> None:
        """Forget everything and count from 1 again."""
        with self._lock:
            self._entries.clear()
            self._count = 0


class JournalKeeper:
    """WSGI middleware that writes the journal of an application."""

    def __init__(self, app: WSGIApplication, journal: Journal) -> None:
        self._app = app
        self._journal = journal

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve and record one request; a ConnectionCut is recorded and passes through."""
        body = read_body(environ)
        try:
            answer = answer_of(self._app, environ)
        except ConnectionCut:
            self._journal.record(environ, body, None)
            raise
        self._journal.record(environ, body, answer)
        return answer.send(start_response)


def read_body(environ: WSGIEnvironment) -> bytes:
    """The whole request body, which stays readable for whoever comes next."""
    source, length = environ["wsgi.input"], environ.get("CONTENT_LENGTH")
    if length:
        body = bytes(source.read(int(length)))
    else:
        body = bytes(source.read()) if environ.get("wsgi.input_terminated") else b""
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = BytesIO(body), str(len(body))
    return body


def _headers(environ: WSGIEnvironment) -> dict[str, str]:
    return {
        key.removeprefix("HTTP_").replace("_", "-").lower(): REDACTED if key in _SECRET_HEADERS else str(value)
        for key, value in environ.items()
        if key.startswith("HTTP_") or key == "CONTENT_TYPE"
    }


def _readable(body: bytes) -> object:
    text = _SECRET_FIELDS.sub(rf"\1{REDACTED}", body.decode("utf-8", errors="replace"))
    try:
        return json.loads(text)
    except ValueError:
        return text or None
