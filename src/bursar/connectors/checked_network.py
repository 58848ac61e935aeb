"""Connections go to the network address that was checked, whatever a name server answers a moment later."""

import socket
from collections.abc import Callable, Iterable, Sequence
from ipaddress import ip_address

import httpcore2

from bursar.domain.errors import ForbiddenAddress
from bursar.domain.site_address import is_this_machine, never_called

Resolver = Callable[[str, int], Sequence[str]]
"""Host name and port → IP addresses, best first. Raises OSError."""


def system_resolver(host: str, port: int) -> Sequence[str]:
    """What this machine would connect to, without doubles."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class CheckedNetwork(httpcore2.NetworkBackend):
    """Resolves a name once, refuses what may never be called, and connects to exactly those addresses.

    Raises ForbiddenAddress. One refused address among several refuses the name: that is how rebinding begins.
    """

    def __init__(self, resolve: Resolver = system_resolver) -> None:
        self._resolve = resolve
        self._network = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        failure: httpcore2.ConnectError | httpcore2.ConnectTimeout | None = None
        for address in self._checked(host, port):
            try:
                return self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore2.ConnectError(f"{host} has no address")

    def _checked(self, host: str, port: int) -> Sequence[str]:
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError(str(error)) from error
        for text in addresses:
            self._check(host, text)
        return addresses

    def _check(self, host: str, text: str) -> None:
        address = ip_address(text.partition("%")[0])
        if (why := never_called(address)) is not None:
            raise ForbiddenAddress(f"{host} leads to {text}, which is {why}; Bursar never calls it.")
        if is_this_machine(host) and not address.is_loopback:  # plain http is allowed to this machine only
            raise ForbiddenAddress(f"{host} should be this machine, but leads to {text}.")
