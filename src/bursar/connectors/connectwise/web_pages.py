"""Addresses of ConnectWise's own pages, for people to open in their browser (docs/psa/agreements.md)."""

from urllib.parse import urlencode

from bursar.connectors.connectwise.discovery import address

_CLIENT = "/v4_6_release/ConnectWise.aspx"
"""The web client of any version; it redirects to the tenant's own [field]."""
_RECORD = "/v4_6_release/services/system_io/router/openrecord.rails"
"""Opens a record by its kind and id, after the login [field]."""


def agreements_page(url: str) -> str:
    """Where ConnectWise lists its Agreements [assumed]. Raises InvalidInput when `url` is no site address."""
    return f"{address(url).login}{_CLIENT}?locale=en_US#startscreen=agreement_list"


def agreement_page(url: str, company: str, agreement_id: int) -> str:
    """Where ConnectWise shows one Agreement with its Additions [field]; `company` is the login company.

    Raises InvalidInput when `url` is no site address.
    """
    query = {"locale": "en_US", "recordType": "AgreementFV", "recid": agreement_id, "companyName": company}
    return f"{address(url).login}{_RECORD}?{urlencode(query)}"
