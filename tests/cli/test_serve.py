"""`bursar serve` and `bursar worker`: they say where they are, carry runs out, and end when they are told to."""

import re
import signal
import subprocess

import httpx2
import pytest

from bursar.store.models import Person, Run, Worker
from tests.cli.command_line import CommandLine
from tests.cli.months import SEPTEMBER
from tests.cli.psa_process import PATIENCE


def address_of(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    found = re.search(r"Bursar is at (http://127\.0\.0\.1:\d+)\.", process.stdout.readline())
    assert found
    return found[1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_end(bursar: CommandLine, number: signal.Signals) -> None:
    with bursar.process("serve", "--port", "0") as process:
        address = address_of(process)
        assert httpx2.get(f"{address}/healthz").is_success
        process.send_signal(number)
        assert process.wait(PATIENCE) == 0
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"{address}/healthz")
    assert not Worker.objects.exists()


def test_the_set_up_code_is_shown_until_somebody_can_log_in(bursar: CommandLine) -> None:
    for code_shown in (True, False):
        with bursar.process("serve", "--port", "0", "--no-worker") as process:
            address_of(process)
            process.terminate()
            assert process.stdout is not None
            assert ("the set-up code is" in process.stdout.read()) == code_shown
        Person.objects.get_or_create(email="ann@example.com", defaults={"password": "!"})


def test_it_refuses_to_be_reached_from_elsewhere_without_a_public_address(bursar: CommandLine) -> None:
    result = bursar.run("serve", "--host", "192.0.2.1", code=2)
    assert "BURSAR_PUBLIC_URL" in result.stderr


@pytest.mark.parametrize("words", [("serve", "--port", "0"), ("worker",)])
def test_it_carries_out_what_commands_ask_for(bursar: CommandLine, words: tuple[str, ...]) -> None:
    bursar.set_up()
    bursar.load(SEPTEMBER)
    with bursar.process(*words) as process:
        assert process.stdout is not None
        process.stdout.readline()
        executor = Worker.objects.get().executor
        assert bursar.json("lines", "post", "2026-09", "--yes")["balanced"] is True
        assert Run.objects.get(verb="post lines").executor == executor
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
