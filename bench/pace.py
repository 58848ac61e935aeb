"""How fast something went: against a plain loop, and against the arithmetic limit."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.sandbox import Sandbox
from bench.table import ratio, seconds, show, verdict

_HEADINGS = ("what", "requests", "took", "limit", "× the limit", "× faster than a loop")


@dataclass(frozen=True, slots=True)
class Pace:
    """Requests and seconds, and the seconds of a loop that makes the same requests one at a time."""

    name: str
    requests: int
    took: float
    loop: float

    def with_next(self, following: "Pace", name: str) -> "Pace":
        """Both, one after the other."""
        return Pace(name, self.requests + following.requests, self.took + following.took, self.loop + following.loop)


def show_paces(title: str, sandbox: Sandbox, paces: Sequence[Pace], judged: Pace, target: float, remark: str) -> None:
    """Print them; `judged` is the one that the target is about, as a multiple of the limit."""
    sentence = verdict(judged.name, judged.took / sandbox.limit(judged.requests), target)
    show(title, _HEADINGS, [_row(sandbox, pace) for pace in paces], sentence, remark)


def _row(sandbox: Sandbox, pace: Pace) -> list[str]:
    limit = sandbox.limit(pace.requests)
    times = (ratio(pace.took, limit), ratio(pace.loop, pace.took))
    return [pace.name, f"{pace.requests:,}", seconds(pace.took), seconds(limit), *times]
