"""Connections reach checked addresses only, whatever a name server or a redirect says (done-when 4)."""

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpcore2
import httpx2
import pytest

from bursar.connectors.checked_network import CheckedNetwork, system_resolver
from bursar.connectors.connectwise import ConnectWise, Credentials
from bursar.connectors.http import HttpClient
from bursar.connectors.transport import StraightTransport, WayOut
from bursar.domain.errors import ForbiddenAddress, RemoteError, Unavailable
from tests.connectors.manual_clock import ManualClock

LIMITS = httpx2.Limits(max_connections=2)


class Listener(ThreadingHTTPServer):
    """A server that notes what it was asked, and answers or sends elsewhere."""

    def __init__(self, target: str = "") -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = target
        self.seen: list[dict[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Listener
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.seen.append({name.lower(): value for name, value in self.headers.items()})
        if self.server.target:
            self.send_response(302)
            self.send_header("location", self.server.target)
        else:
            self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@contextmanager
def listening(target: str = "") -> Iterator[Listener]:
    with Listener(target) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def answers(*addresses: str) -> Callable[[str, int], Sequence[str]]:
    """A name server that always says the same."""
    return lambda _host, _port: addresses


@contextmanager
def client(resolve: Callable[[str, int], Sequence[str]]) -> Iterator[HttpClient]:
    straight = StraightTransport(LIMITS, CheckedNetwork(resolve))
    with HttpClient("ConnectWise", transport=WayOut(LIMITS, straight), clock=ManualClock()) as http:
        yield http


@pytest.mark.parametrize(
    "address",
    [
        *("169.254.169.254", "fe80::1", "fe80::1%eth0", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe::"),
        *("fd00:ec2::254", "100.100.100.200", "168.63.129.16", "224.0.0.1", "0.1.2.3", "255.255.255.255", "::"),
    ],
)
def test_a_name_that_leads_inside_is_refused(address: str) -> None:
    with client(answers(address)) as http, pytest.raises(ForbiddenAddress, match=r"psa\.example\.com leads to"):
        http.request("GET", "https://psa.example.com/login/companyinfo/acme")


def test_one_bad_answer_among_good_ones_is_enough() -> None:
    with listening() as server, client(answers("127.0.0.1", "169.254.169.254")) as http:
        with pytest.raises(ForbiddenAddress):
            http.request("GET", f"http://psa.example.com:{server.server_port}/")
        assert server.seen == []


def test_the_checked_address_is_the_one_that_is_called() -> None:
    """A rebinding name server says something else the second time; nobody asks it twice for one connection."""
    with listening() as server:
        script = iter([["127.0.0.1"], ["169.254.169.254"]])
        with client(lambda _host, _port: next(script)) as http:
            assert http.request("GET", f"http://psa.example.com:{server.server_port}/").status == 200
            assert http.request("GET", f"http://psa.example.com:{server.server_port}/").status == 200  # kept alive
            with pytest.raises(ForbiddenAddress):
                http.request("GET", f"http://other.example.com:{server.server_port}/")
        assert [request["host"] for request in server.seen] == [f"psa.example.com:{server.server_port}"] * 2


def test_a_name_for_this_machine_must_lead_to_it() -> None:
    with client(answers("10.0.0.5")) as http, pytest.raises(ForbiddenAddress, match="should be this machine"):
        http.request("GET", "http://psa.localhost/")


def test_the_next_address_is_tried_when_the_first_does_not_answer() -> None:
    with listening() as server, client(answers("127.0.0.2", "127.0.0.1")) as http:
        assert http.request("GET", f"http://psa.example.com:{server.server_port}/").status == 200


@pytest.mark.parametrize("failure", [socket.gaierror("unknown name"), UnicodeError("label too long")])
def test_a_name_that_nobody_knows_is_no_connection(failure: Exception) -> None:
    def resolve(_host: str, _port: int) -> Sequence[str]:
        raise failure

    for resolver in (resolve, answers()):
        with client(resolver) as http, pytest.raises(Unavailable, match="no connection could be made"):
            http.request("GET", "https://psa.example.com/")


def test_what_the_system_resolves_is_checked_without_being_told() -> None:
    assert "127.0.0.1" in system_resolver("127.0.0.1", 443)
    with HttpClient("ConnectWise", clock=ManualClock()) as http, pytest.raises(ForbiddenAddress):
        http.request("GET", "http://169.254.169.254/latest/meta-data/")


def test_files_are_never_connected_to() -> None:
    with pytest.raises(NotImplementedError):
        CheckedNetwork().connect_unix_socket("/run/secret.sock")
    with HttpClient("ConnectWise", clock=ManualClock()) as http, pytest.raises(Unavailable):
        http.request("GET", "file:///etc/passwd")


def test_redirects_are_not_followed_and_no_key_leaves() -> None:
    with listening() as thief, listening(target=f"{thief.url}/login") as site:
        credentials = Credentials(site.url, "acme", "PUBLICKEY0", "PRIVATEKEY0", "CLIENTID-0")
        with ConnectWise(credentials, clock=ManualClock()) as psa, pytest.raises(RemoteError, match="redirects"):
            psa.info()
        headers = {"authorization": "Basic secret", "clientid": "CLIENTID-0"}
        with HttpClient("ConnectWise", clock=ManualClock()) as http, pytest.raises(RemoteError) as caught:
            http.request("GET", f"{site.url}/apis", headers=headers)
        assert "127.0.0.1" in caught.value.remedy
        assert len(site.seen) == 2
        assert thief.seen == []


def test_a_proxy_of_the_environment_is_used_but_not_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening() as proxy, listening() as site:
        monkeypatch.setenv("http_proxy", proxy.url)
        with HttpClient("ConnectWise", clock=ManualClock()) as http:
            assert http.request("GET", f"{site.url}/").status == 200
            assert (len(site.seen), len(proxy.seen)) == (1, 0)
            assert http.request("GET", "http://psa.example.com/").status == 200
            assert [request["host"] for request in proxy.seen] == ["psa.example.com"]


def test_pool_failures_keep_their_meaning() -> None:
    def refuse(_host: str, _port: int) -> Sequence[str]:
        raise httpcore2.ConnectTimeout("too slow")

    transport = StraightTransport(LIMITS, CheckedNetwork(refuse))
    with pytest.raises(httpx2.ConnectTimeout):
        transport.handle_request(httpx2.Request("GET", "http://psa.example.com/"))
    transport.close()
