"""The way out: straight to checked addresses, or through the proxy that the environment names."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from urllib.request import getproxies, proxy_bypass

import httpcore2
import httpx2

from bursar.connectors.checked_network import CheckedNetwork
from bursar.domain.site_address import is_this_machine

_SAME_MEANING: Mapping[type[Exception], type[httpx2.TransportError]] = {
    httpcore2.ConnectTimeout: httpx2.ConnectTimeout,
    httpcore2.ReadTimeout: httpx2.ReadTimeout,
    httpcore2.WriteTimeout: httpx2.WriteTimeout,
    httpcore2.PoolTimeout: httpx2.PoolTimeout,
    httpcore2.ConnectError: httpx2.ConnectError,
    httpcore2.ReadError: httpx2.ReadError,
    httpcore2.WriteError: httpx2.WriteError,
    httpcore2.RemoteProtocolError: httpx2.RemoteProtocolError,
    httpcore2.LocalProtocolError: httpx2.LocalProtocolError,
    httpcore2.UnsupportedProtocol: httpx2.UnsupportedProtocol,
}
_CORE_FAILURES = tuple(_SAME_MEANING)


@contextmanager
def _told_as_httpx() -> Iterator[None]:
    try:
        yield
    except _CORE_FAILURES as error:
        raise _SAME_MEANING[type(error)](str(error)) from error


class _Body(httpx2.SyncByteStream):
    """An answer's bytes as they arrive."""

    def __init__(self, answer: httpcore2.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        with _told_as_httpx():
            yield from self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class StraightTransport(httpx2.BaseTransport):
    """Pooled connections to checked addresses only. TLS is verified against the name, not the address."""

    def __init__(self, limits: httpx2.Limits, network: httpcore2.NetworkBackend | None = None) -> None:
        self._pool = httpcore2.ConnectionPool(
            ssl_context=httpx2.create_ssl_context(),
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            network_backend=network or CheckedNetwork(),
        )

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url
        sent = httpcore2.Request(
            request.method,
            httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=_content(request),
            extensions=request.extensions,
        )
        with _told_as_httpx():
            answer = self._pool.handle_request(sent)
        return httpx2.Response(
            answer.status, headers=answer.headers, stream=_Body(answer), extensions=dict(answer.extensions)
        )

    def close(self) -> None:
        self._pool.close()


def _content(request: httpx2.Request) -> Iterable[bytes]:
    return (request.read(),)


class WayOut(httpx2.BaseTransport):
    """Straight, except to hosts for which the environment names a proxy: then the proxy decides what may be reached."""

    def __init__(self, limits: httpx2.Limits, straight: httpx2.BaseTransport | None = None) -> None:
        self._straight = straight or StraightTransport(limits)
        named = getproxies()
        self._proxies = {
            scheme: httpx2.HTTPTransport(proxy=proxy if "://" in proxy else f"http://{proxy}", limits=limits)
            for scheme in ("http", "https")
            if (proxy := named.get(scheme) or named.get("all"))
        }

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        proxy = self._proxies.get(request.url.scheme)
        host = request.url.host
        straight = proxy is None or is_this_machine(host) or proxy_bypass(host)
        return (self._straight if straight or proxy is None else proxy).handle_request(request)

    def close(self) -> None:
        for transport in (self._straight, *self._proxies.values()):
            transport.close()
