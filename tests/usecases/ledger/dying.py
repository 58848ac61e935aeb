"""Bursar killed at one boundary: around one request to the books or to ConnectWise, or when an answer is lost."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx2

from bursar.domain.errors import UnknownOutcome
from bursar.ports import Books, Receipt, Write
from psa_sandbox.server import Sandbox
from tests.sandbox_transport import SandboxTransport


class Killed(BaseException):
    """The process is gone: nothing of ours handles it."""


@dataclass
class Boundary:
    """Counts boundaries, and kills at the n-th; 0 never kills."""

    nth: int = 0
    passed: int = 0
    names: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def reach(self, name: str) -> None:
        with self._lock:
            self.passed += 1
            self.names.append(name)
            dies = self.passed == self.nth
        if dies:
            raise Killed(name)


class DyingBooks:
    """Books whose client dies, or never hears the answer (`deaf` says of each write whether it is lost)."""

    def __init__(self, books: Books, boundary: Boundary, *, deaf: Iterator[object] | None = None) -> None:
        self._books = books
        self._boundary = boundary
        self._deaf = deaf

    def __getattr__(self, name: str) -> object:
        return getattr(self._books, name)

    def send(self, write: Write) -> Receipt:
        self._boundary.reach(f"before {write.resource} {write.action}")
        receipt = self._books.send(write)
        self._boundary.reach(f"after {write.resource} {write.action}")
        if self._deaf is not None and next(self._deaf, None):
            raise UnknownOutcome("The answer was lost.")
        return receipt


class DyingTransport(httpx2.BaseTransport):
    """Kills around every write to ConnectWise that makes or deletes a batch."""

    def __init__(self, sandbox: Sandbox, boundary: Boundary) -> None:
        self._inner = SandboxTransport(sandbox)
        self._boundary = boundary

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        writes = request.method != "GET" and request.url.path.lower().endswith("/accounting/batches")
        if not writes:
            return self._inner.handle_request(request)
        self._boundary.reach(f"before {request.method} batch")
        response = self._inner.handle_request(request)
        self._boundary.reach(f"after {request.method} batch")
        return response
