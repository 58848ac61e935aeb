"""HTTP/1.1 connections that stay open, on werkzeug's threaded server."""

from __future__ import annotations

from ssl import SSLContext
from wsgiref.types import WSGIApplication, WSGIEnvironment

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from psa_sandbox.control.answer import Answer, answer_of
from psa_sandbox.control.journal import read_body

MAX_BODY = 64 * 1024 * 1024
_BODILESS = {204, 304}


class KeepAliveHandler(WSGIRequestHandler):
    """Reads each request to its end and writes each answer in one piece, then waits for the next.

    Werkzeug's own handler closes after every answer because it cannot know whether the body was read.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def run_wsgi(self) -> None:
        """Serve one request on the open connection; a cut or lost connection ends it."""
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.wfile.flush()
        self.environ = environ = self.make_environ()
        if not self._is_readable(environ):
            return
        try:
            read_body(environ)
            self._write(answer_of(self.server.app, environ))
        except ConnectionError:
            self.close_connection = True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: the journal knows."""

    def _is_readable(self, environ: WSGIEnvironment) -> bool:
        length = environ.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) <= MAX_BODY:
            return True
        self.send_error(413 if length.isdigit() else 400)
        self.close_connection = True
        return False

    def _write(self, answer: Answer) -> None:
        code, _, reason = answer.status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in answer.headers:
            if name.lower() != "content-length":
                self.send_header(name, value)
        if int(code) not in _BODILESS:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
        self.wfile.flush()


def open_server(app: WSGIApplication, host: str, port: int, tls: SSLContext | None = None) -> BaseWSGIServer:
    """A bound server, one thread a connection; port 0 takes a free one. Raises OSError when taken."""
    return make_server(host, port, app, threaded=True, request_handler=KeepAliveHandler, ssl_context=tls)
