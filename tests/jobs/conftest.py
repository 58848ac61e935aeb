"""A sandbox server, a database that several processes share, and workers as processes of their own."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import dj_database_url
import psycopg
import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.db import connections
from pytest_django import DjangoDbBlocker

from bursar.store.models import Connection, Run, Worker
from bursar.usecases.billing_settings import set_billing_setting
from bursar.usecases.connections import NewConnection, add_connection
from bursar.usecases.load_invoice_lines import LoadOptions, load_invoice_lines
from bursar.usecases.mappings import accept, suggest_mappings
from bursar.wiring import connectwise
from tests.cli.psa_process import PsaProcess, psa_process
from tests.usecases.world import GivenLines, make_line

PATIENCE = 60.0


def wait_until(true: Callable[[], bool]) -> None:
    """Look often; fail when it never happens."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)


@dataclass
class Jobs:
    """What a test of durable runs works with. Workers are real `bursar worker` processes."""

    psa: PsaProcess
    environment: dict[str, str]
    processes: ExitStack
    workers: list["subprocess.Popen[str]"] = field(default_factory=list)

    def worker(self) -> "subprocess.Popen[str]":
        """A worker that has taken its place: it says so when it listens."""
        command = [sys.executable, "-m", "bursar.cli", "worker"]
        process = self.processes.enter_context(
            subprocess.Popen(command, env=self.environment, stdout=subprocess.PIPE, text=True)
        )
        self.processes.callback(process.kill)
        assert process.stdout is not None
        assert "Carrying out runs" in process.stdout.readline()
        self.workers.append(process)
        return process

    def kill_worker_of(self, run: Run) -> None:
        """SIGKILL for the process that carries the run out."""
        run.refresh_from_db()
        number = Worker.objects.get(executor=run.executor).process
        (worker,) = (worker for worker in self.workers if worker.pid == number)
        worker.kill()
        worker.wait()

    def connection(
        self, name: str = "main", lines: int = 60, customers: range = range(1, 21), **options: str
    ) -> Connection:
        """A connection with lines of October for these customers, mapped, and the Agreement Type chosen."""
        public, private = self.psa.keys["Bursar Billing"]
        psa = self.psa
        made = add_connection(NewConnection(name, psa.url, psa.company, psa.client_id, public, private))
        made.options = {"requests_per_minute": "0", "timeout": "3", **options}
        made.save()
        with connectwise(made) as adapter:
            set_billing_setting(made, "agreement_type", "Cloud Subscriptions", adapter)
            wanted = [
                make_line(customers[n % len(customers)], line_id=f"{name}-L{n}", subscription_id=f"{name}-s{n}")
                for n in range(lines)
            ]
            load_invoice_lines(made, GivenLines(wanted), LoadOptions())
            accept(made, suggest_mappings(made, adapter))
        return made

    def fault(self, **wish: object) -> None:
        self.psa.client.post("/_control/faults", json=wish).raise_for_status()

    def clear_faults(self) -> None:
        self.psa.client.delete("/_control/faults").raise_for_status()

    def fault_hit(self) -> bool:
        return any(fault["hits"] for fault in self.psa.client.get("/_control/faults").json())

    def additions(self) -> list[str]:
        """The markers of all Additions that arrived."""
        return sorted(str(row["serialNumber"]) for row in self.psa.records("addition"))

    def ended(self, run: Run) -> Run:
        """The run at its end."""

        def has_ended() -> bool:
            run.refresh_from_db()
            return not run.active

        wait_until(has_ended)
        return run


def _sqlite(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    shutil.copy(request.getfixturevalue("migrated_sqlite"), folder / "bursar.sqlite3")
    yield f"sqlite:///{folder}/bursar.sqlite3"


def _postgres(request: pytest.FixtureRequest, _folder: Path) -> Iterator[str]:
    with _postgres_database(request.getfixturevalue("migrated_postgres")) as name:
        yield _postgres_url(name)


@contextmanager
def _postgres_database(template: str) -> Iterator[str]:
    server, name = os.environ["BURSAR_TEST_POSTGRES_URL"], f"bursar_jobs_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield name
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _postgres_url(name: str) -> str:
    return f"{os.environ['BURSAR_TEST_POSTGRES_URL'].rpartition('/')[0]}/{name}"


def _migrate(url: str) -> None:
    with this_process_uses(url):
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker) -> Path:
    """A database with Bursar's tables, to be copied: making them takes longer than most tests."""
    path = tmp_path_factory.mktemp("migrated") / "bursar.sqlite3"
    with django_db_blocker.unblock():
        _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The same on PostgreSQL."""
    with _postgres_database("template1") as name:
        with django_db_blocker.unblock():
            _migrate(_postgres_url(name))
        yield name


@contextmanager
def this_process_uses(url: str) -> Iterator[None]:
    """Every thread of the test's process works on the same database as the workers."""
    before, settings = connections["default"], connections.settings["default"]
    extra = {"OPTIONS": settings["OPTIONS"]} if urlsplit(url).scheme == "sqlite" else {"OPTIONS": {}}
    connections.settings["default"] = {**settings, **dj_database_url.parse(url), **extra}
    connections["default"] = connections.create_connection("default")
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"], connections.settings["default"] = before, settings


@pytest.fixture(params=[_sqlite, pytest.param(_postgres, marks=pytest.mark.postgres)], ids=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The URL of a database with Bursar's tables, which this process uses, too."""
    made = request.param(request, tmp_path)
    url = next(made)
    try:
        with django_db_blocker.unblock(), this_process_uses(url):
            yield url
    finally:
        next(made, None)


@pytest.fixture(scope="session")
def small_psa() -> Iterator[PsaProcess]:
    options = [word for pair in ("companies=20", "agreements=0", "additions=0") for word in ("--seed-option", pair)]
    with psa_process("--seed", "scale", *options) as psa:
        yield psa


@pytest.fixture
def jobs(small_psa: PsaProcess, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jobs]:
    monkeypatch.setenv("BURSAR_HOME", str(tmp_path))
    monkeypatch.setenv("BURSAR_ENCRYPTION_KEY", Fernet.generate_key().decode())
    monkeypatch.setenv("BURSAR_DATABASE_URL", database)
    small_psa.reset()
    with ExitStack() as processes:
        yield Jobs(small_psa, dict(os.environ), processes)
