"""Posting over real HTTP by a process that may kill itself at one boundary of one write."""

import json
import os
import signal
import sys
import threading

import httpx2

from bursar.domain.period import Month
from bursar.usecases.connections import find_connection
from bursar.usecases.plan_additions import PlanOptions
from bursar.usecases.post_additions import post_additions
from bursar.wiring import SystemClock, connectwise


class DyingTransport(httpx2.BaseTransport):
    """Kills its own process at one boundary of the n-th write to an agreement's additions."""

    def __init__(self, boundary: str, nth: int) -> None:
        self._inner = httpx2.HTTPTransport(limits=httpx2.Limits(max_connections=None))
        self._boundary = boundary
        self._left = nth
        self._lock = threading.Lock()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        mine = request.method == "POST" and request.url.path.rstrip("/").endswith("additions") and self._is_nth()
        if mine and self._boundary == "before-send":
            os.kill(os.getpid(), signal.SIGKILL)
        response = self._inner.handle_request(request)
        if not mine:
            return response
        if self._boundary == "after-send":
            os.kill(os.getpid(), signal.SIGKILL)
        response.read()
        threading.Timer(0.001, os.kill, (os.getpid(), signal.SIGKILL)).start()
        return response

    def _is_nth(self) -> bool:
        with self._lock:
            self._left -= 1
            return self._left == 0


def post(boundary: str | None, nth: int) -> None:
    """Post October and print what came of it as JSON; or die on the way."""
    connection = find_connection(None)
    transport = DyingTransport(boundary, nth) if boundary else None
    with connectwise(connection, transport) as psa:
        report = post_additions(connection, psa, SystemClock(), PlanOptions(Month(2026, 10)))
    verdict = {"counts": report.counts, "verdict": report.reconciliation.verdict, "recovered": report.recovered}
    json.dump(verdict | {"read_back": {c: str(a) for c, a in report.reconciliation.read_back.items()}}, sys.stdout)
