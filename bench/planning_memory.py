"""How much memory it takes to plan a month of a million lines, against a month of a tenth of them."""

import resource
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from bench.billing import connected, load_mapped
from bench.invoice_lines import DealtLines
from bench.processes import in_its_own_process
from bench.sandbox import Sandbox, running_sandbox
from bench.size import wanted_size
from bench.table import ratio, show
from bursar.domain.period import Month
from bursar.domain.plan import Action, Resource
from bursar.store.models import Connection
from bursar.usecases.plan_additions import MonthPlanner, PlanOptions

FULL_SIZE = 1_000_000
SHARE = 10
"""The small month has one line for so many of the large one."""
COMPANIES = 2000
MONTHS = Month(2026, 8), Month(2026, 9), Month(2026, 10)
"""One without lines, a small one, a large one."""
_UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes in which the system counts resident memory."""


@dataclass(frozen=True, slots=True)
class Peak:
    """The most resident memory, in bytes, of a process that planned a month: with all lines sorted, and in all."""

    lines: int
    when_sorted: int
    most: int


def main() -> int:
    """Load the months, then plan each in a process of its own."""
    size = wanted_size("planning_memory", "invoice lines of the large month", FULL_SIZE, 10 * SHARE)
    companies = min(COMPANIES, size // SHARE)
    counts = zip(MONTHS, (0, size // SHARE, size), strict=True)
    months = [DealtLines(month, count, companies) for month, count in counts]
    with running_sandbox(companies=companies, agreements=companies, additions=0) as sandbox:
        in_its_own_process(_load, sandbox, months)
        _report(companies, [in_its_own_process(_plan, sandbox, lines) for lines in months])
    return 0


def _load(sandbox: Sandbox, months: Sequence[DealtLines]) -> None:
    with sandbox.client() as psa:
        connection = connected(sandbox, psa)
        for lines in months:
            load_mapped(connection, psa, lines)


def _plan(sandbox: Sandbox, lines: DealtLines) -> Peak:
    planned = 0
    with sandbox.client() as psa:
        planner = MonthPlanner(Connection.objects.get(), psa, PlanOptions(lines.month))
        placed = planner.sort_lines()
        when_sorted = _peak()
        for item in planner.plans(placed):
            changes = (change for change in item.plan.changes if change.resource is Resource.ADDITION)
            planned += sum(change.action is Action.CREATE for change in changes)
    assert planned == lines.count
    return Peak(lines.count, when_sorted, _peak())


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT


def _report(companies: int, peaks: Sequence[Peak]) -> None:
    _, small, large = peaks
    grown = (large.most - small.most) / (large.lines - small.lines)
    times = ratio(large.most, small.most)
    show(
        f"Memory for planning months of up to {large.lines:,} lines of {companies:,} companies",
        ["lines", "all sorted", "peak"],
        [
            *([f"{peak.lines:,}", _mib(peak.when_sorted), _mib(peak.most)] for peak in peaks),
            [f"{large.lines:,} ÷ {small.lines:,}", ratio(large.when_sorted, small.when_sorted), times],
        ],
        f"{SHARE} times the lines take {times} times the memory: {grown:.1f} bytes for each further line.",
    )


def _mib(count: int) -> str:
    return f"{count / 2**20:.0f} MiB"


if __name__ == "__main__":
    sys.exit(main())
