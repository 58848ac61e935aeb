"""A real Tryton on PostgreSQL for tests: a process of its own, spoken to as its own clients do.

One template database is built per version of this setup (about a minute). Each worker has a copy of it and a server of
its own; before each test the company is emptied.
"""

import base64
import hashlib
import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import psycopg
import pytest

from tests.conftest import JUDGES
from tests.connectors.books.tryton import company as setup

_LOCK = 8_200_001
"""Taken in PostgreSQL while the template is built: workers of one session take turns."""


class RpcError(Exception):
    """What Tryton says no with: its kind, and its words."""

    def __init__(self, kind: str, words: Any) -> None:
        super().__init__(f"{kind}: {words}")
        self.kind = kind
        self.words = words


class TrytonRpc:
    """A logged-in connection of a person."""

    def __init__(self, url: str, database: str, user: str, password: str) -> None:
        self._url = url
        self._database = database
        self._headers = {"content-type": "application/json", "accept": "application/json"}
        self.user_id, key, *_ = self._ask("common.db.login", user, {"password": password})
        token = base64.b64encode(f"{user}:{self.user_id}:{key}".encode()).decode()
        self._headers["authorization"] = f"Session {token}"
        self._context: dict[str, Any] = {}
        self.read_preferences()

    def __call__(self, method: str, *parameters: Any, **context: Any) -> Any:
        return self._ask(method, *parameters, {**self._context, "language": "en", **context})

    def read_preferences(self) -> None:
        self._context = self("model.res.user.get_preferences", True)  # noqa: FBT003 (the context alone)

    def find(self, model: str, domain: list[Any], *fields: str) -> list[dict[str, Any]]:
        """Records with their fields, oldest first."""
        found = self(f"model.{model}.search_read", domain, 0, None, [["id", "ASC"]], list(fields), active_test=False)
        return [dict(record) for record in found]

    def wizard(self, name: str, model: str, ids: list[int], forms: dict[str, dict[str, Any]], *states: str) -> None:
        """Walk through a wizard: one state after the other, with what a person filled in, who says yes when asked."""
        session, _, _ = self(f"wizard.{name}.create")
        context = {"active_model": model, "active_id": ids[0], "active_ids": ids}
        for state in states:
            self.insist(f"wizard.{name}.execute", session, forms, state, **context)
        self(f"wizard.{name}.delete", session)

    def insist(self, method: str, *parameters: Any, **context: Any) -> Any:
        """Call, and say yes to whatever Tryton asks."""
        try:
            return self(method, *parameters, **context)
        except RpcError as error:
            if error.kind != "UserWarning":
                raise
            self("model.res.user.warning.skip", error.words[0][0])
            return self.insist(method, *parameters, **context)

    def _ask(self, method: str, *parameters: Any) -> Any:
        body = json.dumps({"id": 1, "method": method, "params": parameters}, default=_encoded).encode()
        request = Request(f"{self._url}/{self._database}/rpc/", body, self._headers)  # noqa: S310 (loopback)
        with urlopen(request, timeout=60) as answer:  # noqa: S310
            found = json.loads(answer.read(), object_hook=_decoded)
        if "error" in found:
            raise RpcError(found["error"][0], found["error"][1:])
        return found["result"]


def _encoded(value: Any) -> Any:
    if isinstance(value, Decimal):
        return {"__class__": "Decimal", "decimal": str(value)}
    if isinstance(value, date):
        return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}
    raise TypeError(value)


def _decoded(found: dict[str, Any]) -> Any:
    kind = found.pop("__class__", None)
    if kind == "Decimal":
        return Decimal(found["decimal"])
    if kind == "date":
        return date(**found)
    return datetime(**found) if kind == "datetime" else found  # noqa: DTZ001 (as Tryton says it)


class TrytonServer:
    """One trytond with one database."""

    def __init__(self, folder: Path, postgres: str, database: str) -> None:
        self.postgres = postgres
        self.database = database
        self._folder = folder
        self._port = _free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self._config = folder / "trytond.conf"
        where = urlsplit(postgres)
        self._config.write_text(
            f"[database]\nuri = postgresql://{where.netloc}/\n[web]\nlisten = 127.0.0.1:{self._port}\nroot =\n"
            "[session]\ntimeout = 3600\n"
        )
        self._admin: TrytonRpc | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it listens."""
        log = self._folder / "trytond.log"
        with log.open("ab") as written:
            command = [JUDGES / "trytond", "-c", self._config, "-d", self.database]
            self._process = subprocess.Popen(command, stdout=written, stderr=written, cwd=self._folder)
        for _ in range(600):
            try:
                with socket.create_connection(("127.0.0.1", self._port), timeout=1):
                    return
            except OSError:
                assert self._process.poll() is None, log.read_text()
                time.sleep(0.05)
        raise AssertionError(f"trytond does not answer: {log.read_text()}")

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(timeout=20)

    def make_database(self) -> None:
        """An empty database with the modules of the guide."""
        password = self._folder / "password"
        password.write_text(setup.ADMIN_PASSWORD)
        command = [JUDGES / "trytond-admin", "-c", self._config, "-d", self.database, "-u", "account_invoice"]
        done = subprocess.run(
            [*command, "--activate-dependencies", "--email", "admin@example.com", "-p"],
            env=os.environ | {"TRYTONPASSFILE": str(password)},
            capture_output=True,
            cwd=self._folder,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()

    @property
    def admin(self) -> TrytonRpc:
        """Somebody who may do everything."""
        self._admin = self._admin or TrytonRpc(self.url, self.database, setup.ADMIN, setup.ADMIN_PASSWORD)
        return self._admin

    def empty(self) -> None:
        """Forget every entry and every party that a test made, and open what it closed."""
        self.execute(_EMPTY)

    def execute(self, statements: str) -> None:
        """Do something to the database that no user can."""
        with psycopg.connect(f"{self.postgres.rpartition('/')[0]}/{self.database}", autocommit=True) as connection:
            connection.execute(statements.encode())


_EMPTY = """
    TRUNCATE account_move, account_invoice, account_move_reconciliation, res_user_warning, ir_queue
      RESTART IDENTITY CASCADE;
    DELETE FROM party_party WHERE code NOT IN ('OWN', 'JDOE', 'GONE');
    UPDATE party_party SET active = code <> 'GONE';
    UPDATE account_account SET closed = (code = '9990');
    UPDATE account_period SET state = 'open';
    UPDATE account_journal_period SET state = 'open';
    UPDATE account_fiscalyear SET state = 'open';
    UPDATE company_company SET cancel_invoice_out = false;
"""


def _template(folder: Path, postgres: str) -> str:
    """The name of the template; built by the first who asks, while the others wait. Another setup is another one."""
    versions = sorted(each.name for each in JUDGES.parent.glob("lib/*/site-packages/trytond*.dist-info"))
    digest = hashlib.sha256(Path(setup.__file__).read_bytes() + " ".join(versions).encode()).hexdigest()
    name = f"bursar_tryton_{digest[:12]}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            building = f"{name}_building"
            connection.execute(f"DROP DATABASE IF EXISTS {building} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {building}")
            _fill(TrytonServer(folder, postgres, building))
            connection.execute(f"ALTER DATABASE {building} RENAME TO {name}")
            connection.execute(f"ALTER DATABASE {name} IS_TEMPLATE true")
    return name


def _fill(server: TrytonServer) -> None:
    server.make_database()
    server.start()
    try:
        setup.set_up(server.admin, server.admin.read_preferences)
    finally:
        server.stop()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="session")
def tryton_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrytonServer]:
    """A running Tryton with a company (`company.py`); for tests marked `tryton`."""
    postgres = os.environ["BURSAR_TEST_POSTGRES_URL"]
    folder = tmp_path_factory.mktemp("tryton")
    template = _template(folder, postgres)
    database = f"bursar_tryton_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}_{os.getpid()}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {database} TEMPLATE {template}")
        server = TrytonServer(folder, postgres, database)
        try:
            server.start()
            yield server
        finally:
            server.stop()
            connection.execute(f"DROP DATABASE {database} WITH (FORCE)")


@pytest.fixture
def tryton(tryton_server: TrytonServer) -> TrytonServer:
    """The same, its company empty."""
    tryton_server.empty()
    return tryton_server
