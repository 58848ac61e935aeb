"""`bursar sandbox serve`: the sandbox's own process, with its exit codes and signals."""

import json
import signal

import httpx2
import pytest

from tests.cli.command_line import CommandLine
from tests.cli.psa_process import PATIENCE


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_with_the_options_that_are_passed_on_until_signalled(bursar: CommandLine, number: int) -> None:
    state = bursar.home / "state.json"
    words = ("--seed", "scale", "--seed-option", "companies=3", "--seed-option", "agreements=0")
    more = ("--seed-option", "additions=0", "--state", str(state), "--rate-limit", "900", "--latency-ms", "1")
    with bursar.process("sandbox", "serve", *words, *more, "--json") as process:
        assert process.stdout is not None
        facts = json.loads(process.stdout.readline())
        assert set(facts) == {"url", "company_id", "client_id", "codebase", "keys"}
        assert {"role", "member", "public_key", "private_key"} == set(facts["keys"][0])
        assert httpx2.get(f"{facts['url']}/_control/records", timeout=PATIENCE).json()["company"] == 3
        process.send_signal(number)
        assert process.wait(PATIENCE) == 0
    assert state.exists()


def test_a_wrong_scenario_ends_with_2(bursar: CommandLine) -> None:
    done = bursar.finished("sandbox", "serve", "--seed", "nowhere")
    assert done.returncode == 2
    assert "nowhere" in done.stderr
