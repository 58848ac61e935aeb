"""Writers at the same time keep the chain whole: threads of several processes, on both databases."""

import json
import os
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

ROOT = Path(__file__).parents[2]
PROCESSES, THREADS, ENTRIES = 2, 3, 15
WRITE = f"import django; django.setup(); from tests.audit.writing import main; main({THREADS}, {ENTRIES})"


def environment(home: Path, **extra: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BURSAR_")}
    return {**kept, "BURSAR_HOME": str(home), "DJANGO_SETTINGS_MODULE": "bursar.project.settings", **extra}


def verify(variables: dict[str, str]) -> dict[str, object]:
    command = [sys.executable, "-m", "bursar.cli", "audit", "verify", "--json"]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=True)
    verdict: dict[str, object] = json.loads(done.stdout)
    return verdict


def write_at_once(variables: dict[str, str]) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITE], env=variables, cwd=ROOT, stderr=subprocess.PIPE)
        for _ in range(PROCESSES)
    ]
    for writer in writers:
        _, complaint = writer.communicate(timeout=120)
        assert (writer.returncode, complaint) == (0, b"")


def check(variables: dict[str, str]) -> None:
    assert verify(variables)["entries"] == 0  # which makes the tables, too
    write_at_once(variables)
    verdict = verify(variables)
    assert (verdict["verified"], verdict["entries"]) == (True, PROCESSES * THREADS * ENTRIES)


def test_writers_at_the_same_time_on_sqlite(tmp_path: Path) -> None:
    check(environment(tmp_path))


@pytest.mark.postgres
def test_writers_at_the_same_time_on_postgres(tmp_path: Path) -> None:
    server = os.environ["BURSAR_TEST_POSTGRES_URL"]
    name = f"audit_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            check(environment(tmp_path, BURSAR_DATABASE_URL=f"{server.rpartition('/')[0]}/{name}"))
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.mark.postgres
def test_the_trail_behaves_the_same_on_postgres() -> None:
    variables = os.environ | {"BURSAR_DATABASE_URL": os.environ["BURSAR_TEST_POSTGRES_URL"]}
    variables.pop("PYTEST_XDIST_WORKER", None)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    done = subprocess.run(
        [*command, "tests/audit/test_trail.py", "tests/web/dashboard/test_counters.py", "tests/web/logs"],
        env=variables, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
