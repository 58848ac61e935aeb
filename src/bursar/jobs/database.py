"""Where the queue is kept: a file beside a SQLite database, or the schema `dbos` of a PostgreSQL database."""

import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from dbos import DBOS, DBOSClient
from django.db import connection as database
from sqlalchemy import URL

APPLICATION = "bursar"
VERSION = "1"
"""Never changes: a run that was queued before an upgrade is carried out after it."""
QUEUE = "runs"
AT_ONCE = 8
"""Runs that one process carries out at the same time, each of another connection."""
LOOK_EVERY = 0.25
"""Seconds between two looks into the queue."""

engine_log = logging.getLogger("dbos")
engine_log.setLevel(logging.WARNING)
engine_log.addHandler(
    logging.NullHandler()
)  # with a handler of its own, the engine would go past Bursar's log settings


def queue_url() -> str:
    """The database of the queue, as SQLAlchemy writes it. May hold a password: never to be shown."""
    settings = database.settings_dict
    if database.vendor == "sqlite":
        return f"sqlite:///{_file(str(settings['NAME']))}"
    url = URL.create(
        "postgresql",
        username=settings["USER"] or None,
        password=settings["PASSWORD"] or None,
        host=settings["HOST"] or None,
        port=int(settings["PORT"]) if settings["PORT"] else None,
        database=settings["NAME"],
        query={name: str(value) for name, value in settings["OPTIONS"].items() if name.startswith("ssl")},
    )
    return url.render_as_string(hide_password=False)


def _file(name: str) -> Path:
    if "mode=memory" in name or name == ":memory:":
        return Path(tempfile.gettempdir()) / f"bursar-in-memory-{os.getpid()}-jobs"
    return Path(f"{name}-jobs").resolve()


@contextmanager
def queue_client() -> Iterator[DBOSClient]:
    """A way to the queue for whoever does not carry runs out. Makes the queue's tables on first use."""
    url = queue_url()
    _prepare(url)
    client = _client(url)
    try:
        yield client
    finally:
        client.destroy()


def _client(url: str) -> DBOSClient:
    return DBOSClient(
        system_database_url=url,
        system_database_pool_size=2,
        application_name=APPLICATION,
        retry_connection_errors=False,
    )


@lru_cache(maxsize=8)
def _prepare(url: str) -> None:
    """Once per process: the tables, and the queue that gives each connection one run at a time."""
    DBOS.migrate(url)
    client = _client(url)
    try:
        client.register_queue(
            QUEUE,
            partition_concurrency=1,
            worker_concurrency=AT_ONCE,
            polling_interval_sec=LOOK_EVERY,
            application_name=APPLICATION,
        )
    finally:
        client.destroy()
