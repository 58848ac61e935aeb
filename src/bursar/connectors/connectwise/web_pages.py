"""Addresses of ConnectWise's own pages, for people to open in their browser (docs/psa/agreements.md)."""

from bursar.connectors.connectwise.discovery import address

_CLIENT = "/v4_6_release/ConnectWise.aspx"
"""The web client of any version; it redirects to the tenant's own [field]."""


def agreements_page(url: str) -> str:
    """Where ConnectWise lists its Agreements [assumed]. Raises InvalidInput when `url` is no site address."""
    return f"{address(url).login}{_CLIENT}?locale=en_US#startscreen=agreement_list"
