"""WSGI middleware that lets the faults happen."""

from __future__ import annotations

import base64
import binascii
import contextlib
import socket
import time
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from psa_sandbox.control.answer import Answer, answer_of, json_answer
from psa_sandbox.control.faults import ConnectionCut, Fault, Faults

FAULT_KEY = "psa_sandbox.faults"
SOCKET_KEY = "werkzeug.socket"


class FaultInjector:
    """Stands in front of an application; adds a constant latency and breaks what the faults say."""

    def __init__(self, app: WSGIApplication, faults: Faults, *, latency_ms: int = 0) -> None:
        self._app = app
        self._faults = faults
        self.latency_ms = latency_ms

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request. Raises ConnectionCut when a fault cuts it."""
        return self._answer(environ).send(start_response)

    def _answer(self, environ: WSGIEnvironment) -> Answer:
        struck = self._faults.striking(environ["REQUEST_METHOD"], environ.get("PATH_INFO", ""))
        environ[FAULT_KEY] = [fault.kind for fault in struck]
        _sleep(self.latency_ms + sum(fault.ms for fault in struck if fault.is_delay))
        decisive = next((fault for fault in struck if not fault.is_delay), None)
        return self._broken(decisive, environ) if decisive else answer_of(self._app, environ)

    def _broken(self, fault: Fault, environ: WSGIEnvironment) -> Answer:
        match fault.kind:
            case "429":
                return throttled(fault.retry_after)
            case "500":
                return timed_out()
            case "cut_before":
                cut(environ)
            case "cut_after":
                answer_of(self._app, environ)
                cut(environ)
            case "expired_key":
                _spoil_key(environ)
        return answer_of(self._app, environ)


def throttled(retry_after: int | None) -> Answer:
    """429 with the body that differs from all other errors [guide]."""
    wait = f" in {retry_after} seconds" if retry_after is not None else ""
    body = {"error": "ConnectWiseAPI", "message": f"Too many requests. Please try again{wait}."}
    headers = [("Retry-After", str(retry_after))] if retry_after is not None else []
    return json_answer("429 Too Many Requests", body, *headers)


def timed_out() -> Answer:
    """500 as the vendor words it, spelling included [client]."""
    body = {"code": "ConnectWiseApi", "message": "A timeout has occured. Please try again.", "errors": None}
    return json_answer("500 Internal Server Error", body)


def cut(environ: WSGIEnvironment) -> None:
    """Shut the client's socket, where there is one, and raise ConnectionCut."""
    connection = environ.get(SOCKET_KEY)
    if isinstance(connection, socket.socket):
        with contextlib.suppress(OSError):  # the client may have gone first
            connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionCut("the sandbox cut the connection")


def _spoil_key(environ: WSGIEnvironment) -> None:
    """Make the private key of this request wrong, so that it is refused as an expired one is."""
    scheme, _, encoded = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    try:
        user = base64.b64decode(encoded).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        user = ""
    environ["HTTP_AUTHORIZATION"] = f"{scheme} {base64.b64encode(f'{user}:expired'.encode()).decode()}"


def _sleep(milliseconds: int) -> None:
    if milliseconds > 0:
        time.sleep(milliseconds / 1000)
