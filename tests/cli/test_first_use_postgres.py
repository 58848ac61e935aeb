"""First use on PostgreSQL: processes that start at once take turns there, too."""

import os
from collections.abc import Iterator

import psycopg
import pytest

from tests.cli.command_line import CommandLine
from tests.cli.test_first_use import together

NAME = f"bursar_first_use_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"


@pytest.fixture
def empty_database() -> Iterator[str]:
    """The URL of a database without tables."""
    server = os.environ["BURSAR_TEST_POSTGRES_URL"]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {NAME}")
    yield f"{server.rpartition('/')[0]}/{NAME}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


@pytest.mark.postgres
def test_processes_that_start_at_once_on_an_empty_database_all_work(bursar: CommandLine, empty_database: str) -> None:
    answers = together(bursar, [("connection", "list", "--json")] * 4, {"BURSAR_DATABASE_URL": empty_database})
    assert {(code, err) for code, _, err in answers} == {(0, "")}


@pytest.mark.postgres
def test_a_run_is_found_by_the_beginning_of_its_id(bursar: CommandLine, empty_database: str) -> None:
    environment = {"BURSAR_DATABASE_URL": empty_database}
    with psycopg.connect(empty_database, autocommit=True) as connection:
        bursar.finished(*bursar.add_words(), "--no-test", env=environment | bursar.key_of())
        connection.execute(
            "INSERT INTO store_run (id, connection_id, verb, month, state, started_at, counts, totals, verdict,"
            " request, result, requested_by, channel, stop_requested_by, attempts, executor, done)"
            " SELECT 'abcdef01-2345-4000-8000-000000000000', id, 'post lines', '', 'done', now(), '{}', '{}', '',"
            " '{}', '{}', '', '', '', 1, '', 0 FROM store_connection"
        )
    done = bursar.finished("run", "show", "abcdef01-23", env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert "abcdef01-2345-4000-8000-000000000000" in done.stdout
