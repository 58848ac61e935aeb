"""How fast a month is posted, against one write at a time and against the arithmetic limit."""

import sys
from time import perf_counter

from bench.billing import connected, load_mapped
from bench.invoice_lines import DealtLines
from bench.pace import Pace, show_paces
from bench.sandbox import CONCURRENCY, Sandbox, running_sandbox
from bench.size import wanted_size
from bench.traffic import Traffic
from bursar.connectors.connectwise import ConnectWise
from bursar.connectors.system_clock import SystemClock
from bursar.domain.period import Month
from bursar.domain.plan import Resource
from bursar.store.models import Posting
from bursar.store.queries.journal import write_of
from bursar.usecases.plan_additions import PlanOptions
from bursar.usecases.post_additions import post_additions

FULL_SIZE = 5000
LINES_PER_COMPANY = 20
LATENCY_MS = 40
SAMPLE = 300
TARGET = 1.3
MONTH = Month(2026, 10)


def main() -> int:
    """Post a month of the wanted size from its lines to its reconciliation."""
    size = wanted_size("posting", "additions to post", FULL_SIZE, LINES_PER_COMPANY)
    companies = size // LINES_PER_COMPANY
    with running_sandbox(LATENCY_MS, companies=companies, agreements=0, additions=0) as sandbox:
        posting, whole = _measure(sandbox, DealtLines(MONTH, size, companies))
        show_paces(
            f"Posting {size:,} additions on {companies:,} new agreements, "
            f"{LATENCY_MS} ms latency, {CONCURRENCY} at once",
            sandbox,
            [posting, whole],
            posting,
            TARGET,
            f"The loop was measured on {min(SAMPLE, size)} writes and as many reads, without a journal, and scaled.",
        )
    return 0


def _measure(sandbox: Sandbox, lines: DealtLines) -> tuple[Pace, Pace]:
    traffic = Traffic()
    with sandbox.client(traffic) as psa:
        connection = connected(sandbox, psa)
        load_mapped(connection, psa, lines)
        traffic.clear()
        began = perf_counter()
        report = post_additions(connection, psa, SystemClock(), PlanOptions(MONTH))
        took = perf_counter() - began
    assert report.reconciliation.balanced
    assert report.counts["create"] == lines.count + lines.companies
    per_write, per_read = _one_at_a_time(sandbox)
    writes, reads = traffic.writes, traffic.requests - traffic.writes
    return (
        Pace("posting", writes, traffic.writing_seconds(), writes * per_write),
        Pace("from lines to reconciled", traffic.requests, took, writes * per_write + reads * per_read),
    )


def _one_at_a_time(sandbox: Sandbox) -> tuple[float, float]:
    """Seconds per write and per read of a plain loop: the first writes of the run once more, then their agreements."""
    rows = list(Posting.objects.filter(resource=Resource.ADDITION).order_by("pk")[:SAMPLE])
    with sandbox.client(concurrency=1) as plain:
        plain.info()
        began = perf_counter()
        for row in rows:
            row.remote_id = None
            plain.send(write_of(row))
        written = perf_counter()
        for row in rows:
            _read(plain, row.parent_id)
        return (written - began) / len(rows), (perf_counter() - written) / len(rows)


def _read(plain: ConnectWise, agreement_id: int | None) -> None:
    assert agreement_id is not None
    assert list(plain.additions([agreement_id]))


if __name__ == "__main__":
    sys.exit(main())
