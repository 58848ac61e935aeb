"""How fast the client reads in bulk, against one request at a time and against the arithmetic limit."""

import sys
from collections.abc import Sequence
from time import perf_counter

from bench.pace import Pace, show_paces
from bench.sandbox import CONCURRENCY, Sandbox, running_sandbox
from bench.size import wanted_size
from bench.traffic import Traffic
from bursar.connectors.connectwise import ConnectWise

FULL_SIZE = 20_000
LATENCY_MS = 40
SAMPLE = 300
TARGET = 1.5


def main() -> int:
    """Read everything from a sandbox of the wanted size."""
    size = wanted_size("reading", "agreements, and as many additions", FULL_SIZE, 100)
    with running_sandbox(LATENCY_MS, companies=size // 10, agreements=size, additions=size) as sandbox:
        agreements, additions = _measure(sandbox)
        both = agreements.with_next(additions, "both")
        show_paces(
            f"Reading {size:,} agreements and {size:,} additions, {LATENCY_MS} ms latency, {CONCURRENCY} at once",
            sandbox,
            [agreements, additions, both],
            both,
            TARGET,
            f"The loop over additions was measured on {min(SAMPLE, size)} requests and scaled.",
        )
    return 0


def _measure(sandbox: Sandbox) -> tuple[Pace, Pace]:
    traffic = Traffic()
    with sandbox.client(traffic) as psa, sandbox.client(concurrency=1) as plain:
        for client in (psa, plain):
            client.info()
        agreements, ids = _read_agreements(psa, plain, traffic)
        return agreements, _read_additions(psa, plain, traffic, ids)


def _read_agreements(psa: ConnectWise, plain: ConnectWise, traffic: Traffic) -> tuple[Pace, list[int]]:
    traffic.clear()
    began = perf_counter()
    ids = [agreement.id for agreement in psa.agreements(None)]
    took = perf_counter() - began
    began = perf_counter()
    assert {agreement.id for agreement in plain.agreements(None)} == set(ids)
    return Pace("agreements", traffic.requests, took, perf_counter() - began), ids


def _read_additions(psa: ConnectWise, plain: ConnectWise, traffic: Traffic, ids: Sequence[int]) -> Pace:
    traffic.clear()
    began = perf_counter()
    found = sum(len(additions) for _, additions in psa.additions(ids))
    took = perf_counter() - began
    assert found == len(ids)
    sample = ids[:SAMPLE]
    began = perf_counter()
    for agreement_id in sample:
        assert len(list(plain.additions([agreement_id]))) == 1
    return Pace("additions", traffic.requests, took, (perf_counter() - began) * len(ids) / len(sample))


if __name__ == "__main__":
    sys.exit(main())
