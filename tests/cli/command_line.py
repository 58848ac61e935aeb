"""Runs the real command line in process, and as a process."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner, Result

from bursar.cli.app import app
from tests.cli.psa_process import PATIENCE, ROLE, PsaProcess
from tests.cli.shapes import assert_documented

WIDTH = "100"
ESCAPE = "\x1b"


GROUPS = {("lines", "profile"), ("book", "route"), ("ledger", "batch")}
"""Groups of commands within a group."""


def words_of_command(words: tuple[str, ...]) -> str:
    if words[:2] in GROUPS:
        return " ".join(words[:3])
    return words[0] if words[0] == "version" else " ".join(words[:2])


@dataclass
class CommandLine:
    """One home, and ways to run commands in it. No output may ever hold a private key of the sandbox."""

    home: Path
    psa: PsaProcess

    def run(self, *words: str, code: int = 0, env: Mapping[str, str] | None = None) -> Result:
        result = CliRunner().invoke(app, words, env={"COLUMNS": WIDTH, **(env or {})}, prog_name="bursar")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        self.assert_clean(result.output)
        return result

    def json(self, *words: str, code: int = 0, env: Mapping[str, str] | None = None) -> dict[str, object]:
        """The document, which has exactly the keys that the help tells of."""
        result = self.run(*words, "--json", code=code, env=env)
        document: dict[str, object] = json.loads(result.stdout)
        assert_documented(words_of_command(words), document)
        return document

    def error(self, *words: str, code: int) -> dict[str, str]:
        """The error of a command that fails."""
        error = self.json(*words, code=code)["error"]
        assert isinstance(error, dict)
        return error

    @contextmanager
    def process(
        self, *words: str, env: Mapping[str, str] | None = None, stdin: int = subprocess.DEVNULL
    ) -> "Iterator[subprocess.Popen[str]]":
        """A command in a process of its own, which does not outlive the test."""
        command = [sys.executable, "-m", "bursar.cli", *words]
        whole = self.environment() | dict(env or {})
        pipe = subprocess.PIPE
        with subprocess.Popen(command, env=whole, stdin=stdin, stdout=pipe, stderr=pipe, text=True) as process:
            try:
                yield process
            finally:
                process.kill()

    def finished(self, *words: str, env: Mapping[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
        with self.process(*words, env=env) as process:
            out, err = process.communicate(timeout=PATIENCE)
        self.assert_clean(out + err)
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BURSAR_")}
        return kept | {"BURSAR_HOME": str(self.home), "COLUMNS": WIDTH}

    def assert_clean(self, output: str) -> None:
        assert ESCAPE not in output
        for _, private_key in self.psa.keys.values():
            assert private_key not in output

    def add_words(self, name: str = "main", role: str = ROLE, **changes: str) -> tuple[str, ...]:
        values = {
            "url": self.psa.url,
            "company": self.psa.company,
            "public-key": self.psa.keys[role][0],
            "client-id": self.psa.client_id,
        } | changes
        return ("connection", "add", name, *(word for key, value in values.items() for word in (f"--{key}", value)))

    def key_of(self, role: str = ROLE) -> dict[str, str]:
        return {"BURSAR_PRIVATE_KEY": self.psa.keys[role][1]}

    def add(self, name: str = "main", role: str = ROLE) -> None:
        self.run(*self.add_words(name, role), env=self.key_of(role))

    def set_up(self) -> None:
        """A connection, and the one setting that nothing goes without."""
        self.add()
        self.run("config", "set", "agreement_type", "Cloud Subscriptions")

    def load(self, text: str, *words: str, name: str = "lines.csv", code: int = 0) -> None:
        """Load a file of this text and save the exact mappings."""
        self.run("lines", "load", str(self.file(name, text)), *words, code=code)
        self.run("mapping", "suggest", "--accept-exact")

    def file(self, name: str, text: str) -> Path:
        path = self.home / name
        path.write_text(text, encoding="utf-8")
        return path
