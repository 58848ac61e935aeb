"""The only module that builds adapters from connections and hands them to use cases."""

from pathlib import Path

import httpx2

from bursar.connectors.billing.csvfile.profile import load_profile
from bursar.connectors.billing.csvfile.source import FileSource, FolderSource, open_source, source_digest
from bursar.connectors.connectwise.client import ConnectWise
from bursar.connectors.connectwise.credentials import Credentials
from bursar.connectors.connectwise.options import Options
from bursar.connectors.connectwise.web_pages import agreements_page
from bursar.connectors.system_clock import SystemClock
from bursar.ports import Clock
from bursar.store.models import Connection
from bursar.store.vault import open_sealed

__all__ = ["SystemClock", "agreements_page", "connectwise", "line_source", "source_digest"]


def connectwise(
    connection: Connection, transport: httpx2.BaseTransport | None = None, clock: Clock | None = None
) -> ConnectWise:
    """The ConnectWise behind a connection. Tests hand in a transport and a clock; nobody else does."""
    given = connection.options
    rate = int(given.get("requests_per_minute", 900))
    seconds = float(given.get("timeout", 60))
    return ConnectWise(
        Credentials(
            url=connection.url,
            company=connection.company,
            public_key=connection.public_key,
            private_key=open_sealed(connection.sealed_private_key),
            client_id=connection.client_id,
        ),
        Options(
            concurrency=int(given.get("concurrency", 8)),
            requests_per_minute=rate or None,
            connect_timeout=min(10.0, seconds),
            read_timeout=seconds,
            marker_field=given.get("marker_field"),
        ),
        transport=transport,
        clock=clock,
    )


def line_source(path: Path, profile: str) -> FileSource | FolderSource:
    """A file or folder of invoice lines, read through a column profile (a built-in name or a path)."""
    return open_source(path, load_profile(profile))
