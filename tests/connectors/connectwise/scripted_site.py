"""A ConnectWise site whose answers a test writes itself, for what no real server does on demand."""

import json
from collections.abc import Callable

import httpx2

from bursar.connectors.connectwise import ConnectWise, Credentials, Options
from tests.connectors.manual_clock import ManualClock

CREDENTIALS = Credentials("https://na.myconnectwise.net", "acme", "PUBLICKEY0", "PRIVATEKEY0", "CLIENTID-0")
INFO = {"CompanyName": "Acme MSP", "Codebase": "v2026_1/", "VersionCode": "v2026.1", "IsCloud": "True"}
BASE = "https://api-na.myconnectwise.net/v2026_1/apis/3.0"
Handler = Callable[[httpx2.Request], httpx2.Response]


class ScriptedSite:
    """Answers companyinfo with `info` (several: one after the other) and hands all else to `handler`."""

    def __init__(self, handler: Handler, *infos: object) -> None:
        self.handler = handler
        self.infos = list(infos) or [INFO]
        self.requests: list[httpx2.Request] = []
        self.discoveries: list[httpx2.Request] = []
        self.clock = ManualClock()

    def connect(self, options: Options | None = None, credentials: Credentials = CREDENTIALS) -> ConnectWise:
        transport = httpx2.MockTransport(self._answer)
        return ConnectWise(credentials, options, transport=transport, clock=self.clock)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        if "/login/companyinfo/" in request.url.path:
            self.discoveries.append(request)
            info = self.infos.pop(0) if len(self.infos) > 1 else self.infos[0]
            return info if isinstance(info, httpx2.Response) else httpx2.Response(200, json=info)
        self.requests.append(request)
        return self.handler(request)


def fault(status: int, code: str, message: str, *errors: dict[str, str]) -> httpx2.Response:
    """An error in the vendor's shape."""
    return httpx2.Response(status, json={"code": code, "message": message, "errors": list(errors) or None})


def sent(request: httpx2.Request) -> object:
    """The JSON body of a request."""
    return json.loads(request.content)
