"""A WSGI answer held in one piece, so that it can be recorded, dropped or passed on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import TracebackType
from typing import TypeAlias
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

ExcInfo: TypeAlias = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]


@dataclass
class Answer:
    """Status line such as `200 OK`, headers and the whole body."""

    status: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    @property
    def code(self) -> int:
        """The number in the status line."""
        return int(self.status.split(" ", 1)[0])

    def send(self, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a WSGI server with it."""
        start_response(self.status, self.headers)
        return [self.body]


def answer_of(app: WSGIApplication, environ: WSGIEnvironment) -> Answer:
    """Run an application to its end. What it raises passes through."""
    answer = Answer()
    written: list[bytes] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], _exc_info: ExcInfo | None = None, /
    ) -> Callable[[bytes], object]:
        answer.status, answer.headers = status, headers
        return written.append

    chunks = app(environ, start_response)
    try:
        written.extend(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    answer.body = b"".join(written)
    return answer


def json_answer(status: str, content: object, *headers: tuple[str, str]) -> Answer:
    """An answer with a JSON body."""
    body = json.dumps(content).encode()
    fixed = [("Content-Type", "application/json; charset=utf-8"), ("Content-Length", str(len(body)))]
    return Answer(status, [*fixed, *headers], body)
