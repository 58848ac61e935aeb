"""Who is acting: set once at the edge (page, API, command, worker), read by whatever writes the audit trail."""

import getpass
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or process, the channel it came through, and from where."""

    name: str
    channel: str
    address: str = ""


def this_process(channel: str) -> Actor:
    """The operating system's user on this machine: who runs a command or a worker."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        user = "unknown"
    return Actor(user, channel, socket.gethostname())


_current: ContextVar[Actor | None] = ContextVar("bursar_actor", default=None)


def current_actor() -> Actor:
    """Who acts now; this process when no edge has said otherwise."""
    return _current.get() or this_process("cli")


@contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    """Everything inside is done by `actor`."""
    token = _current.set(actor)
    try:
        yield
    finally:
        _current.reset(token)
