"""The sandbox as a process of its own, reached over HTTP as a user's Bursar reaches it."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import httpx2

API = "/v4_6_release/apis/3.0"
PATIENCE = 60
ROLE = "Bursar Billing"


@dataclass(frozen=True)
class PsaProcess:
    """Where it is and its keys; its control plane through `client`."""

    url: str
    company: str
    client_id: str
    keys: Mapping[str, tuple[str, str]]
    """Security role → public and private key."""
    client: httpx2.Client

    def reset(self) -> None:
        """Back to the believable MSP, without faults, delays and journal."""
        self.client.post("/_control/reset").raise_for_status()

    def latency(self, milliseconds: int) -> None:
        self.client.post("/_control/latency", json={"ms": milliseconds}).raise_for_status()

    def records(self, kind: str) -> list[dict[str, object]]:
        found: list[dict[str, object]] = self.client.get(f"/_control/records/{kind}").json()
        return found

    def company_record(self, identifier: str) -> dict[str, object]:
        return next(row for row in self.records("company") if row["identifier"] == identifier)

    def create(self, path: str, body: dict[str, object]) -> None:
        """Make a record as a person with all rights would."""
        public, private = self.keys["Admin"]
        headers = {"clientId": self.client_id}
        login = (f"{self.company}+{public}", private)
        self.client.post(f"{API}{path}", json=body, auth=login, headers=headers).raise_for_status()

    def wait_for_write(self) -> None:
        """Return when a write is under way or done."""
        deadline = time.monotonic() + PATIENCE
        while not self.writes():
            assert time.monotonic() < deadline, "nothing was written"
            time.sleep(0.02)

    def writes(self) -> int:
        journal = self.client.get("/_control/journal").json()
        return sum(entry["method"] in {"POST", "PATCH", "PUT", "DELETE"} for entry in journal)


@contextmanager
def psa_process(*words: str) -> Iterator[PsaProcess]:
    command = [sys.executable, "-m", "psa_sandbox", "serve", "--json", "--port", "0", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            facts = json.loads(process.stdout.readline())
            keys = {pair["role"]: (pair["public_key"], pair["private_key"]) for pair in facts["keys"]}
            with httpx2.Client(base_url=facts["url"], timeout=PATIENCE) as client:
                yield PsaProcess(facts["url"], facts["company_id"], facts["client_id"], keys, client)
        finally:
            process.terminate()
            process.wait(PATIENCE)
