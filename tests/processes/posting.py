"""A process that posts, and may die on the way: `python -m tests.processes.posting prepare|post …`.

Its database is the one that BURSAR_HOME says. The wire is real HTTP; the transport only decides when to die.
"""

import argparse
import json
import os
import signal
import sys
import threading

import django
import httpx2


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


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("verb", choices=["prepare", "post"])
    parser.add_argument("--sandbox", type=json.loads)
    parser.add_argument("--lines", type=int, default=200)
    parser.add_argument("--timeout", default="2")
    parser.add_argument("--boundary")
    parser.add_argument("--nth", type=int, default=0)
    wanted = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bursar.project.settings")
    django.setup()
    if wanted.verb == "prepare":
        _prepare(wanted.sandbox, wanted.lines, wanted.timeout)
    else:
        _post(wanted.boundary, wanted.nth)


def _prepare(sandbox: dict[str, object], count: int, timeout: str) -> None:
    from django.core.management import call_command  # noqa: PLC0415  Django must be set up first

    from tests.processes.preparing import prepare  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    prepare(sandbox, count, timeout)


def _post(boundary: str | None, nth: int) -> None:
    from bursar.domain.period import Month  # noqa: PLC0415
    from bursar.usecases.connections import find_connection  # noqa: PLC0415
    from bursar.usecases.plan_additions import PlanOptions  # noqa: PLC0415
    from bursar.usecases.post_additions import post_additions  # noqa: PLC0415
    from bursar.wiring import SystemClock, connectwise  # noqa: PLC0415

    connection = find_connection(None)
    transport = DyingTransport(boundary, nth) if boundary else None
    with connectwise(connection, transport) as psa:
        report = post_additions(connection, psa, SystemClock(), PlanOptions(Month(2026, 10)))
    verdict = {"counts": report.counts, "verdict": report.reconciliation.verdict, "recovered": report.recovered}
    json.dump(verdict | {"read_back": {c: str(a) for c, a in report.reconciliation.read_back.items()}}, sys.stdout)


if __name__ == "__main__":
    main()
