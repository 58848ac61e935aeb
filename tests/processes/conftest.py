import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest


class PostingProcesses:
    """A sandbox server and the processes that post to it from one Bursar home."""

    def __init__(self, home: Path, sandbox: dict[str, object]) -> None:
        self.sandbox = sandbox
        self.control = httpx2.Client(base_url=f"{sandbox['url']}/_control")
        self.environment = os.environ | {"BURSAR_HOME": str(home)}
        self.environment.pop("BURSAR_DATABASE_URL", None)

    def prepare(self, *options: str) -> None:
        done = self.start("prepare", "--sandbox", json.dumps(self.sandbox), *options)
        _, errors = done.communicate(timeout=120)
        assert done.returncode == 0, errors

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "tests.processes.posting", *arguments]
        return subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def post(self, *arguments: str) -> tuple[int, dict[str, object]]:
        done = self.start("post", *arguments)
        out, errors = done.communicate(timeout=240)
        return done.returncode, json.loads(out) if done.returncode == 0 else {"errors": errors}

    def markers(self) -> list[str]:
        """The serial numbers of all Additions that arrived."""
        rows = self.control.get("/records/addition").raise_for_status().json()
        return sorted(row["serialNumber"] for row in rows)


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[PostingProcesses]:
    command = [sys.executable, "-m", "psa_sandbox", "serve", "--json", "--port", "0", "--seed", "scale"]
    for option in ("companies=20", "agreements=0", "additions=0"):
        command += ["--seed-option", option]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        found = PostingProcesses(tmp_path, json.loads(server.stdout.readline()))
        with found.control:
            yield found
    finally:
        server.terminate()
        server.wait(timeout=10)
        server.stdout.close()
