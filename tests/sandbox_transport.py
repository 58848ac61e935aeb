"""The sandbox inside the test's own process, behind the same seam as a network."""

import httpx2

from psa_sandbox.control.faults import ConnectionCut
from psa_sandbox.server import Sandbox


class SandboxTransport(httpx2.BaseTransport):
    """Hands requests to a sandbox. A connection that the sandbox cuts looks like one that a server closed."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._wsgi = httpx2.WSGITransport(app=sandbox)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        try:
            return self._wsgi.handle_request(request)
        except ConnectionCut as cut:
            message = "Server disconnected without sending a response."
            raise httpx2.RemoteProtocolError(message, request=request) from cut
