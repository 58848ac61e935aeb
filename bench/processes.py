"""Work in a process of its own, so that its memory is not counted with anything else's."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def in_its_own_process(work: Callable[P, R], *given: P.args, **named: P.kwargs) -> R:
    """A fork, so that the memory of one piece of work is not counted with another's."""
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as process:
        return process.submit(work, *given, **named).result()
