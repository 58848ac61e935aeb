"""The sandbox as its users run it: a process of its own, real sockets, signals, a state file."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

API = "/v4_6_release/apis/3.0"
ADDITIONS = f"{API}/finance/agreements/1/additions"
PATIENCE = 20.0


@dataclass
class Running:
    """A sandbox process, what it said about itself, and a client with the Admin key."""

    process: subprocess.Popen[str]
    client: httpx2.Client
    port: int

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def additions(self) -> int:
        return int(self.client.get(f"{ADDITIONS}/count").json()["count"])

    def post_addition(self) -> httpx2.Response:
        body = {"product": {"identifier": "EXO-P1"}, "billCustomer": "Billable", "effectiveDate": "2026-10-01"}
        return self.client.post(ADDITIONS, json=body)

    def set_fault(self, **wish: object) -> None:
        assert self.client.post("/_control/faults", json=wish).status_code == 201


Start = Callable[..., Running]


@pytest.fixture
def start() -> Iterator[Start]:
    with ExitStack() as stack:

        def begin(*arguments: str) -> Running:
            command = [sys.executable, "-m", "psa_sandbox", "serve", "--json", *arguments]
            process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
            stack.callback(process.kill)
            assert process.stdout is not None
            facts = json.loads(process.stdout.readline())
            pair = next(pair for pair in facts["keys"] if pair["role"] == "Admin")
            login = (f"{facts['company_id']}+{pair['public_key']}", pair["private_key"])
            headers = {"clientId": facts["client_id"]}
            client = httpx2.Client(base_url=facts["url"], auth=login, headers=headers, timeout=PATIENCE)
            stack.enter_context(client)
            return Running(process, client, int(facts["url"].rpartition(":")[2]))

        yield begin


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_signalled_and_exits_with_0(start: Start, number: int) -> None:
    running = start()
    info = running.client.get("/login/companyinfo/cedarpoint").json()
    assert info["CompanyName"] == "Cedar Point IT"
    assert running.client.get(f"{API}/company/companies/count").json() == {"count": 47}
    assert running.stop(number) == 0


def test_without_json_a_table_names_roles_and_keys() -> None:
    command = [sys.executable, "-m", "psa_sandbox", "serve", "--seed", "empty"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(11)]
        process.terminate()
        assert process.wait(PATIENCE) == 0
    assert lines[0].startswith("url         http://127.0.0.1:")
    assert any(line.startswith("Bursar Billing      ") for line in lines)


@pytest.mark.parametrize(
    "arguments",
    [["--seed", "nowhere"], ["--seed", "msp", "--seed-option", "companies=3"], ["--seed-option", "many"]],
)
def test_wrong_arguments_end_with_2(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "psa_sandbox", "serve", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 2
    assert "error:" in done.stderr


def test_one_connection_serves_many_requests_of_all_sorts(start: Start) -> None:
    running = start()
    with socket.create_connection(("127.0.0.1", running.port), PATIENCE) as raw:
        stream = raw.makefile("rwb")
        for body in (b"", b'{"name": "Net 90", "dueDays": 90}'):
            head = f"POST {API}/finance/billingTerms HTTP/1.1\r\nHost: psa\r\nclientId: test\r\n"
            stream.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            stream.flush()
            assert b"401" in stream.readline()
            length = 0
            while (line := stream.readline().strip().lower()) != b"":
                assert line != b"connection: close"
                length = int(line.split(b":")[1]) if line.startswith(b"content-length:") else length
            assert json.loads(stream.read(length))["code"] == "Unauthorized"


def test_chunked_bodies_and_deletes_work(start: Start) -> None:
    running = start()
    term = running.client.post(
        f"{API}/finance/billingTerms",
        content=iter([b'{"name": "Net 90",', b' "dueDays": 90}']),
        headers={"Content-Type": "application/json"},
    )
    assert term.status_code == 201
    gone = running.client.request("DELETE", f"{API}/finance/billingTerms/{term.json()['id']}")
    assert (gone.status_code, gone.content) == (204, b"")
    assert running.client.get(f"{API}/finance/billingTerms/count").json() == {"count": 5}


def test_a_cut_before_the_write_loses_it(start: Start) -> None:
    running = start()
    before = running.additions()
    running.set_fault(kind="cut_before", method="POST", times=1)
    with pytest.raises(httpx2.TransportError):
        running.post_addition()
    assert running.additions() == before
    assert running.post_addition().status_code == 201


def test_a_cut_after_the_write_keeps_it(start: Start) -> None:
    running = start()
    before = running.additions()
    running.set_fault(kind="cut_after", method="POST", times=1)
    with pytest.raises(httpx2.TransportError):
        running.post_addition()
    assert running.additions() == before + 1


def test_the_rate_limit_answers_429(start: Start) -> None:
    running = start("--rate-limit", "3")
    answers = [running.client.get(f"{API}/company/companies/1") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_latency_is_added_to_every_answer(start: Start) -> None:
    running = start("--latency-ms", "50")
    began = time.monotonic()
    running.additions()
    assert time.monotonic() - began >= 0.05


def test_a_state_file_survives_a_restart(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "psa.json"
    first = start("--state", str(file))
    added = first.post_addition().json()
    first.client.post("/_control/clock", json={"now": "2026-12-24T08:00:00Z"})
    assert first.stop() == 0
    second = start("--state", str(file), "--seed", "empty")
    assert second.client.get(f"{ADDITIONS}/{added['id']}").json()["extPrice"] == added["extPrice"]
    assert second.client.get("/_control/clock").json()["now"] == "2026-12-24T08:00:00Z"
    assert [path.name for path in tmp_path.iterdir()] == ["psa.json"]


def test_a_write_reaches_the_state_file_without_a_stop(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "psa.json"
    running = start("--state", str(file))
    running.client.post(f"{API}/finance/billingTerms", json={"name": "Net 90", "dueDays": 90})
    until(lambda: "Net 90" in file.read_text("utf-8"))
    running.stop(signal.SIGKILL)
    after = start("--state", str(file))
    assert after.client.get(f"{API}/finance/billingTerms/count").json() == {"count": 6}


def test_the_state_file_is_written_at_most_once_a_second(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "psa.json"
    running = start("--state", str(file))
    versions = {file.stat().st_mtime_ns}
    ends = time.monotonic() + 1.5
    while time.monotonic() < ends:
        running.client.post("/_control/clock", json={"advance_days": 1})
        versions.add(file.stat().st_mtime_ns)
    assert 2 <= len(versions) <= 4


def test_a_file_that_is_no_state_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "psa.json"
    file.write_text("[]")
    command = [sys.executable, "-m", "psa_sandbox", "serve", "--state", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.returncode, file.read_text()) == (2, "[]")
