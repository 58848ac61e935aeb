"""How many requests it costs to plan a month again that has been posted and has not changed since."""

import sys
from collections import Counter
from dataclasses import dataclass

from bench.billing import connected, load_mapped
from bench.invoice_lines import DealtLines
from bench.sandbox import running_sandbox
from bench.size import wanted_size
from bench.table import show
from bench.traffic import Traffic
from bursar.connectors.connectwise import ConnectWise
from bursar.connectors.system_clock import SystemClock
from bursar.domain.period import Month
from bursar.domain.plan import Action
from bursar.store.models import Connection
from bursar.usecases.plan_additions import MonthPlanner, PlanOptions
from bursar.usecases.post_additions import post_additions

FULL_SIZE = 50_000
LINES_PER_COMPANY = 20
ALLOWED_BESIDES = 0.1
"""Requests per agreement, beyond the one that reads its Additions, that count as a handful."""
MONTH = Month(2026, 10)


@dataclass(frozen=True, slots=True)
class Replanned:
    """What planning again found and asked for."""

    unchanged: int
    writes: int
    by_route: Counter[str]


def main() -> int:
    """Post a month of the wanted size, then count what planning it again asks for."""
    size = wanted_size("replanning", "invoice lines", FULL_SIZE, LINES_PER_COMPANY)
    lines = DealtLines(MONTH, size, size // LINES_PER_COMPANY)
    traffic = Traffic()
    with (
        running_sandbox(companies=lines.companies, agreements=0, additions=0) as sandbox,
        sandbox.client(traffic) as psa,
    ):
        connection = connected(sandbox, psa)
        load_mapped(connection, psa, lines)
        report = post_additions(connection, psa, SystemClock(), PlanOptions(MONTH))
        assert report.reconciliation.balanced
        traffic.clear()
        _report(lines, _replan(connection, psa, traffic))
    return 0


def _replan(connection: Connection, psa: ConnectWise, traffic: Traffic) -> Replanned:
    planner = MonthPlanner(connection, psa, PlanOptions(MONTH))
    unchanged = writes = 0
    for item in planner.plans(planner.sort_lines()):
        unchanged += item.plan.count(Action.LEAVE)
        writes += len(item.plan.writes)
    return Replanned(unchanged, writes, traffic.by_route())


def _report(lines: DealtLines, found: Replanned) -> None:
    assert (found.unchanged, found.writes) == (lines.count, 0)
    total = found.by_route.total()
    rows = [_row(route, requests, lines) for route, requests in found.by_route.most_common()]
    besides = (total - lines.companies) / lines.companies
    kept = "kept" if besides <= ALLOWED_BESIDES else "MISSED"
    show(
        f"Planning an unchanged month again: {lines.count:,} lines on {lines.companies:,} agreements",
        ["request", "times", "per agreement", "per line"],
        [*rows, _row("all", total, lines)],
        f"The target is one read per agreement page and a handful besides, never one per line: {kept}.",
    )


def _row(name: str, requests: int, lines: DealtLines) -> list[str]:
    return [name, f"{requests:,}", f"{requests / lines.companies:.3f}", f"{requests / lines.count:.4f}"]


if __name__ == "__main__":
    sys.exit(main())
