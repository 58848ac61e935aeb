"""What the story stands on: the sandbox as a process of its own, and a home that is nobody else's."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from bursar.domain.errors import BursarError

PATIENCE = 10.0
"""Seconds that a process gets to end by itself."""


class SandboxDidNotStart(BursarError):
    """The sandbox ended before it said where it is."""

    code = "sandbox_did_not_start"
    default_remedy = "Run `bursar sandbox serve` to see what it has to say."


class SandboxProcess:
    """`python -m psa_sandbox serve`, stopped when the block ends. It has a session of its own: Ctrl-C is not for it.

    With `state` it keeps its records in that file. Raises SandboxDidNotStart.
    """

    def __init__(self, state: Path | None = None) -> None:
        self.state = state
        command = [sys.executable, "-m", "psa_sandbox", "serve", "--json", "--port", "0"]
        self._command = [*command, "--state", str(state)] if state else command

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True, start_new_session=True)
        self.facts = self._process.stdout.readline() if self._process.stdout else ""
        """Where it is and with which keys, as one JSON line."""
        if not self.facts:
            _end(self._process)
            raise SandboxDidNotStart("The sandbox did not start.")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _end(self._process)

    @property
    def url(self) -> str:
        return str(json.loads(self.facts)["url"])

    @property
    def port(self) -> int | None:
        return urlsplit(self.url).port

    def wait(self) -> None:
        """Return when the sandbox has ended."""
        self._process.wait()


class PagesDidNotStart(BursarError):
    """The web server ended before it said where it is."""

    code = "pages_did_not_start"
    default_remedy = "Run `bursar serve` to see what it has to say."


class WebProcess:
    """`bursar serve` on the demo's home, on a free port of this machine; stopped when the block ends.

    Raises PagesDidNotStart.
    """

    def __init__(self, home: Path) -> None:
        self._command = [sys.executable, "-m", "bursar.cli", "serve", "--port", "0"]
        self._home = home

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, stdout=subprocess.PIPE, text=True, start_new_session=True, env=_environment(self._home)
        )
        said = self._process.stdout.readline() if self._process.stdout else ""
        address = re.search(r"https?://[^\s]+:\d+", said)
        if address is None:
            _end(self._process)
            raise PagesDidNotStart("The web pages did not start.")
        self.url = address[0]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _end(self._process)


def run_story(home: Path, facts: str, logins: str = "") -> int:
    """Tell the story in a process whose BURSAR_HOME is `home`; the sandbox's facts go in by standard input, keys too.

    So do the logins of the people who are to look around afterwards. Returns its exit code.
    """
    command = [sys.executable, "-m", "bursar.cli.demo"]
    story = subprocess.Popen(command, stdin=subprocess.PIPE, text=True, env=_environment(home))
    try:
        story.communicate(f"{facts.rstrip()}\n{logins}\n")
    finally:
        _end(story)
    return story.returncode


def _environment(home: Path) -> dict[str, str]:
    """The environment without any of the user's own settings of Bursar."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BURSAR_")}
    return kept | {"BURSAR_HOME": str(home), "DJANGO_SETTINGS_MODULE": "bursar.project.settings"}


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for stream in (process.stdin, process.stdout):
        if stream:
            stream.close()
