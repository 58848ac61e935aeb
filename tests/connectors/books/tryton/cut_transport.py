"""A way to Tryton that loses requests or answers at a place that a test chooses."""

import json
from enum import Enum

import httpx2


class Cut(Enum):
    """What is lost."""

    BEFORE = "the request"
    AFTER = "the answer"
    KILLED_BEFORE = "the process, before the request"
    KILLED_AFTER = "the process, before the answer"


class Killed(BaseException):
    """The process is gone: nothing that it would have done afterwards is done."""


class CutTransport(httpx2.BaseTransport):
    """Passes everything on, but for one call: the one at that place, or the first of that method."""

    def __init__(self, place: int | None = None, method: str = "", cut: Cut = Cut.BEFORE) -> None:
        self.inner: httpx2.BaseTransport = httpx2.HTTPTransport()
        self._place = place
        self._method = method
        self._cut = cut
        self.calls: list[str] = []
        self.happened = False

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        method = json.loads(request.read())["method"]
        self.calls.append(method)
        if self.happened or (method != self._method and len(self.calls) - 1 != self._place):
            return self.inner.handle_request(request)
        self.happened = True
        if self._cut in {Cut.AFTER, Cut.KILLED_AFTER}:
            answer = self.inner.handle_request(request)
            answer.read()
        if self._cut in {Cut.KILLED_BEFORE, Cut.KILLED_AFTER}:
            raise Killed
        raise httpx2.ReadError("cut")

    def close(self) -> None:
        self.inner.close()
