"""The use-case tests once more, on PostgreSQL instead of SQLite."""

import os
import subprocess
import sys

import pytest


@pytest.mark.long
@pytest.mark.postgres
def test_the_use_cases_behave_the_same_on_postgres() -> None:
    environment = os.environ | {"BURSAR_DATABASE_URL": os.environ["BURSAR_TEST_POSTGRES_URL"]}
    environment.pop("PYTEST_XDIST_WORKER", None)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "tests/usecases"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
