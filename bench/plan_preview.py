"""How much memory and time a kept plan takes with a distributor's month, against a tenth of it."""

import resource
import sys
import time
from dataclasses import dataclass

from bench.billing import connected, load_mapped
from bench.invoice_lines import DealtLines
from bench.processes import in_its_own_process
from bench.sandbox import Sandbox, running_sandbox
from bench.size import wanted_size
from bench.table import ratio, seconds, show
from bursar.domain.period import Month
from bursar.store.models import Connection, Run
from bursar.store.queries.plans import writes_of
from bursar.usecases.make_plan import make_plan
from bursar.usecases.plan_additions import PlanOptions
from bursar.usecases.run_requests import plan_request
from bursar.usecases.runs import PLAN_LINES
from bursar.usecases.watch import Watch

FULL_SIZE = 50_000
SHARE = 10
COMPANIES = 5000
MONTHS = Month(2026, 9), Month(2026, 10)
_UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes in which the system counts resident memory."""


@dataclass(frozen=True, slots=True)
class Made:
    """A plan that was made: its lines, the seconds it took, and the most resident memory in bytes."""

    lines: int
    first: float
    """Seconds until the first customers could be looked at."""
    took: float
    most: int


def main() -> int:
    """Load two months, then make the plan of each in a process of its own."""
    size = wanted_size("plan_preview", "invoice lines of the large month", FULL_SIZE, 10 * SHARE)
    companies = min(COMPANIES, size // SHARE)
    months = [DealtLines(m, n, companies) for m, n in zip(MONTHS, (size // SHARE, size), strict=True)]
    with running_sandbox(companies=companies, agreements=0, additions=0) as sandbox:
        in_its_own_process(_load, sandbox, months)
        small, large = (in_its_own_process(_make, sandbox, lines) for lines in months)
    show(
        f"A plan kept for {size:,} lines of {companies:,} customers against {size // SHARE:,} lines",
        ("lines", "first customers", "whole plan", "most memory"),
        [(f"{m.lines:,}", seconds(m.first), seconds(m.took), f"{m.most / 2**20:.0f} MiB") for m in (small, large)],
        f"{SHARE} times the lines, {ratio(large.most, small.most)} times the memory.",
    )
    return 0


def _load(sandbox: Sandbox, months: list[DealtLines]) -> None:
    with sandbox.client() as psa:
        connection = connected(sandbox, psa)
        for lines in months:
            load_mapped(connection, psa, lines)


def _make(sandbox: Sandbox, lines: DealtLines) -> Made:
    request = plan_request(PlanOptions(lines.month, survey=True))
    run = Run.objects.create(
        connection=Connection.objects.get(), verb=PLAN_LINES, month=str(lines.month), request=request
    )
    start = time.perf_counter()
    first: list[float] = []
    with sandbox.client() as psa:
        make_plan(run, psa, Watch(done=lambda count: first.append(time.perf_counter() - start) if count else None))
    took = time.perf_counter() - start
    assert writes_of(run).filter(resource="addition").count() == lines.count
    return Made(lines.count, first[0], took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT)


if __name__ == "__main__":
    sys.exit(main())
