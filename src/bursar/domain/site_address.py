"""Where a connection may lead: how a site's address is written, and which network addresses are never called.

A connection's address is typed by a person or read from a file, and Bursar calls it with keys, from inside the
customer's network. So one spelling is accepted and every other refused (rule 6), and services that tell a machine's
secrets to whoever asks from inside cannot be reached.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias
from urllib.parse import urlsplit

from bursar.domain.errors import InvalidInput

NetworkAddress: TypeAlias = IPv4Address | IPv6Address

REGIONS = {
    "North America": "https://na.myconnectwise.net",
    "Europe": "https://eu.myconnectwise.net",
    "Australia": "https://au.myconnectwise.net",
    "South Africa": "https://za.myconnectwise.net",
    "Staging": "https://staging.connectwisedev.com",
}
"""The ConnectWise cloud by region (rule 127); every other address is a customer's own server."""

_PRINTABLE = re.compile(r"[!-~]+")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LONGEST = 200
_REMEDY = "Enter it as your browser shows it on the ConnectWise login page, for example https://na.myconnectwise.net."

_REFUSED: tuple[tuple[str, IPv4Network | IPv6Network], ...] = tuple(
    (why, ip_network(network))
    for why, networks in {
        "no machine's address": ("0.0.0.0/8", "::/128", "240.0.0.0/4"),
        "a link-local address, where cloud machines keep their metadata": ("169.254.0.0/16", "fe80::/10"),
        "an address where cloud machines keep their metadata": (
            *("100.100.100.200/32", "168.63.129.16/32", "192.0.0.0/24"),
            *("fd00:ec2::254/128", "fd20:ce::254/128"),
        ),
        "a multicast address": ("224.0.0.0/4", "ff00::/8"),
        "an IPv4 address written as IPv6": (
            *("::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16"),
        ),
    }.items()
    for network in networks
)
_IPV4_COMPATIBLE = ip_network("::/96")
"""Deprecated; only `::` and `::1` in it are addresses of their own."""


@dataclass(frozen=True, slots=True)
class SiteAddress:
    """A site as it is stored and called. `host` is a name in lower case or an IP address without brackets."""

    scheme: str
    host: str
    port: int | None = None

    @property
    def shown_host(self) -> str:
        """The host as it stands in a URL."""
        return f"[{self.host}]" if ":" in self.host else self.host

    @property
    def suffix(self) -> str:
        """The port with its colon, or nothing."""
        return f":{self.port}" if self.port is not None else ""

    def __str__(self) -> str:
        return f"{self.scheme}://{self.shown_host}{self.suffix}"


def site_address(text: str) -> SiteAddress:
    """Read the absolute address of a site; a path is left out. Raises InvalidInput for what could mislead (rule 6).

    Keys travel over https only; plain http is for this machine, where a sandbox may run.
    """
    url = text.strip()
    if not url:
        raise InvalidInput("The address is empty.", remedy=_REMEDY)
    if len(url) > _LONGEST or not _PRINTABLE.fullmatch(url) or "\\" in url:
        raise _unreadable()
    scheme, host, port = _parts(url)
    if scheme != "https" and not (scheme == "http" and is_this_machine(host)):
        raise InvalidInput("The site's address must begin with https://.", remedy=f"Use https://{host}.")
    if (address := _literal(host)) is not None and (why := never_called(address)) is not None:
        raise InvalidInput(f"{host} is {why}; Bursar never calls it.", remedy=_REMEDY)
    return SiteAddress(scheme, host, port)


def is_this_machine(host: str) -> bool:
    """Whether the name or address can only mean the machine that Bursar runs on."""
    address = _literal(host)
    return address.is_loopback if address else host == "localhost" or host.endswith(".localhost")


def never_called(address: NetworkAddress) -> str | None:
    """Why Bursar never connects to this network address; None when it may. Private networks and loopback are fine."""
    for why, network in _REFUSED:
        if address in network:
            return why
    if address in _IPV4_COMPATIBLE and not address.is_loopback:
        return "an IPv4 address written as IPv6"
    return None


def _parts(url: str) -> tuple[str, str, int | None]:
    if "://" not in url:
        raise InvalidInput("The site's address must begin with https://.", remedy=_REMEDY)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _unreadable() from None
    if "@" in parts.netloc:
        raise InvalidInput("The address contains a user name.", remedy="Enter the address alone; keys have own fields.")
    if "?" in url or "#" in url:
        raise InvalidInput("The address contains more than a site.", remedy="Leave out everything from ? or # on.")
    if port == 0 or parts.netloc.endswith(":") or not _is_host(host, bracketed="[" in parts.netloc):
        raise _unreadable()
    return parts.scheme, host, port


def _is_host(host: str, *, bracketed: bool) -> bool:
    """One spelling each: dotted quads without zeros in front, plain IPv6, names without a dot at the end."""
    if bracketed:
        return isinstance(_literal(host), IPv6Address)
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):  # 2130706433, 0x7f.1 and 0177.0.0.1 are all read as IPv4 by some resolver
        return isinstance(_literal(host), IPv4Address)
    return len(host) <= 253 and all(_LABEL.fullmatch(label) for label in labels)


def _literal(host: str) -> NetworkAddress | None:
    try:
        return ip_address(host) if "%" not in host else None
    except ValueError:
        return None


def _unreadable() -> InvalidInput:
    return InvalidInput("This is not a site address.", remedy=_REMEDY)
