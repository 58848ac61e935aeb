"""A terminal for a command that asks questions."""

import os
import pty
import select
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

MOMENT = 0.2
"""Seconds within which an echo would have arrived."""


@dataclass
class Terminal:
    """`descriptor` is for the command; the person is on the other side."""

    descriptor: int
    person: int

    def type(self, text: str) -> None:
        os.write(self.person, text.encode())

    def screen(self) -> str:
        """What the terminal has echoed so far."""
        shown = b""
        while select.select([self.person], [], [], MOMENT)[0]:
            shown += os.read(self.person, 10_000)
        return shown.decode()


@contextmanager
def terminal() -> Iterator[Terminal]:
    person, descriptor = pty.openpty()
    try:
        yield Terminal(descriptor, person)
    finally:
        os.close(person)
        os.close(descriptor)
