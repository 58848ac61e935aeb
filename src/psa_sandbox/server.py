"""The sandbox as one application, and as a server that can be told to stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterable
from types import FrameType
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.serving import BaseWSGIServer

from psa_sandbox.control.faults import Faults
from psa_sandbox.control.injector import FaultInjector
from psa_sandbox.control.journal import Journal, JournalKeeper
from psa_sandbox.control.plane import PREFIX, ControlPlane, Planting
from psa_sandbox.rest import create_rest_app
from psa_sandbox.state.store import Store

_READING = {"GET", "HEAD", "OPTIONS"}


def _nothing() -> None:
    """Nobody wants to know about changes."""


class Sandbox:
    """WSGI application: the PSA's REST API with faults and journal, and the control plane beside it."""

    def __init__(self, store: Store, planting: Planting, *, latency_ms: int, changed: Callable[[], None]) -> None:
        self.store = store
        self.faults = Faults()
        self.journal = Journal(store.clock)
        self._changed = changed
        injector = FaultInjector(create_rest_app(store), self.faults, latency_ms=latency_ms)
        self._api: WSGIApplication = JournalKeeper(injector, self.journal)
        self._control = ControlPlane(
            store,
            injector=injector,
            faults=self.faults,
            journal=self.journal,
            planting=planting,
            changed=changed,
        )

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request. Raises ConnectionCut when a fault wants it."""
        path = environ.get("PATH_INFO", "")
        if path == PREFIX or path.startswith(f"{PREFIX}/"):
            return self._control(environ, start_response)
        try:
            return self._api(environ, start_response)
        finally:
            if environ["REQUEST_METHOD"] not in _READING:
                self._changed()


def create_app(
    store: Store,
    planting: Planting | None = None,
    *,
    latency_ms: int = 0,
    changed: Callable[[], None] = _nothing,
) -> Sandbox:
    """The sandbox over a store that is already planted.

    `planting` says what a reset goes back to; `changed` is called after requests that may have written.
    """
    return Sandbox(store, planting or Planting(), latency_ms=latency_ms, changed=changed)


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM and SIGINT set from now on. Only for the main thread."""
    stop = threading.Event()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_stop)
    return stop


def serve_until(stop: threading.Event, server: BaseWSGIServer) -> None:
    """Serve until the event is set, then stop accepting and close."""
    worker = threading.Thread(target=server.serve_forever, name="server")
    worker.start()
    stop.wait()
    server.shutdown()
    worker.join()
    server.server_close()
