"""Where a secret comes from: a file, the environment or a hidden prompt; never the command line."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import typer

from bursar.domain.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Secret:
    """One kind of secret that commands take."""

    name: str
    """How a sentence calls it."""
    variable: str
    """The environment variable that holds it for programs."""
    option: str = ""
    """The option that names a file with it; empty when there is none."""

    def asked(self, file: Path | None = None) -> str:
        """The secret itself. Raises InvalidInput when there is none and nobody to ask."""
        if file is not None or os.environ.get(self.variable):
            return self.given(file)
        if not sys.stdin.isatty():
            named = f", or name a file with {self.option}" if self.option else ""
            raise InvalidInput(
                f"No {self.name} was given, and there is no terminal to ask for it.",
                remedy=f"Set {self.variable} in the environment{named}.",
            )
        answer: str = typer.prompt(self.name.capitalize(), hide_input=True, err=True)
        return answer

    def given(self, file: Path | None = None) -> str:
        """The secret from the file or the environment; empty when neither gives one. Never asks."""
        return self._read(file) if file is not None else os.environ.get(self.variable, "")

    def _read(self, file: Path) -> str:
        try:
            return file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise InvalidInput(
                f"The {self.name} file {file} cannot be read.", remedy="Check the path and who may read it."
            ) from None
