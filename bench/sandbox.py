"""A sandbox in a process of its own, and clients for it."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from bursar.connectors.connectwise import ConnectWise, Credentials, Options
from bursar.connectors.request_log import Observer

CONCURRENCY = 8
"""Requests under way at once: the default of a connection."""
ROLE = "Bursar Billing"


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox; `latency` is how many seconds each answer is held back."""

    latency: float
    url: str
    company_id: str
    client_id: str
    public_key: str
    private_key: str = field(repr=False)

    def client(self, observe: Observer | None = None, concurrency: int = CONCURRENCY) -> ConnectWise:
        """A client without a rate limit; close it when done."""
        keys = Credentials(self.url, self.company_id, self.public_key, self.private_key, self.client_id)
        return ConnectWise(keys, Options(concurrency, requests_per_minute=None), observe=observe)

    def limit(self, requests: int) -> float:
        """Seconds that so many requests must take: latency ÷ permitted concurrency each."""
        return requests * self.latency / CONCURRENCY


@contextmanager
def running_sandbox(latency_ms: int = 0, **records: int) -> Iterator[Sandbox]:
    """Serve the seed `scale` with so many companies, agreements and additions; stopped on the way out."""
    options = [f"--seed-option={kind}={count}" for kind, count in records.items()]
    command = [sys.executable, "-m", "psa_sandbox", "serve", "--json", "--seed=scale", f"--latency-ms={latency_ms}"]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as server:
        try:
            greeting = server.stdout.readline() if server.stdout else ""
            yield _sandbox(json.loads(greeting), latency_ms / 1000)
        finally:
            server.terminate()


def _sandbox(facts: Mapping[str, object], latency: float) -> Sandbox:
    pairs = facts["keys"]
    if not isinstance(pairs, list):
        raise TypeError("the sandbox printed no keys")
    pair = next(pair for pair in pairs if pair["role"] == ROLE)
    return Sandbox(
        latency=latency,
        url=str(facts["url"]),
        company_id=str(facts["company_id"]),
        client_id=str(facts["client_id"]),
        public_key=pair["public_key"],
        private_key=pair["private_key"],
    )
