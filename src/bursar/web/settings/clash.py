"""Two people saved the same page: what the second one is told."""

from collections.abc import Sequence
from dataclasses import dataclass

from bursar.usecases.refusals import ChangedMeanwhile


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting that is stored otherwise than the form has it."""

    label: str
    stored: str
    entered: str


@dataclass(frozen=True, slots=True)
class Clash:
    """Who saved in between, and what differs from the form now."""

    error: ChangedMeanwhile
    differences: Sequence[Difference]
