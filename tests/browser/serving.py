"""Bursar's web application as a process of its own, on a home of its own."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 90.0


@dataclass
class Output:
    """What a process has said so far."""

    lines: list[str] = field(default_factory=list)
    said: threading.Condition = field(default_factory=threading.Condition)

    def follow(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            with self.said:
                self.lines.append(line.rstrip())
                self.said.notify_all()
        with self.said:
            self.lines.append("<the process has ended>")
            self.said.notify_all()

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def wait_for(self, pattern: str) -> re.Match[str]:
        """The first match in what was said. Fails when the process ends, or says nothing of the kind for long."""
        with self.said:
            self.said.wait_for(lambda: re.search(pattern, self.text) or "<the process" in self.text, PATIENCE)
            found = re.search(pattern, self.text)
        assert found, f"no {pattern!r} in:\n{self.text}"
        return found


def environment(home: Path, **extra: str) -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BURSAR_")}
    return {**kept, "BURSAR_HOME": str(home), "PYTHONUNBUFFERED": "1", "COLUMNS": "200", **extra}


@contextmanager
def running(*words: str, home: Path, **extra: str) -> Iterator[Output]:
    """`bursar WORDS` until the block ends."""
    command = [sys.executable, "-m", "bursar.cli", *words]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment(home, **extra)
    )
    output = Output()
    reader = threading.Thread(target=output.follow, args=[process], daemon=True)
    reader.start()
    try:
        yield output
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        reader.join(20)
        if process.stdout:
            process.stdout.close()


def bursar(home: Path, *words: str, **extra: str) -> str:
    """Run one command to its end and return what it said."""
    command = [sys.executable, "-m", "bursar.cli", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment(home, **extra))
    return done.stdout
