"""The command itself, `bursar lines post`, killed from outside while 200 lines are on their way; then run again."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from tests.processes.conftest import PostingProcesses
from tests.processes.test_killed_posting import LINES, expect_each_line_once

ON_ITS_WAY = {"method": "POST", "route": "additions$", "skip": 80, "times": 8}
HELD = {"kind": "delay", "ms": 2500, **ON_ITS_WAY}
LOST = {"kind": "cut_before", **ON_ITS_WAY}

FAULTS = {
    "before-the-write": [HELD, LOST],  # the server never does what it was asked
    "while-it-is-done": [HELD],  # the server does it after the process died
    "after-the-answer": [],
}


def post_command(processes: PostingProcesses) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "bursar.cli", "lines", "post", "2026-10", "--yes", "--json"]
    return subprocess.Popen(
        command, env=processes.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.005)


def is_time_to_die(processes: PostingProcesses, *, held: bool) -> bool:
    if held:
        return any(fault["hits"] for fault in processes.control.get("/faults").json())
    return processes.control.get("/records").json().get("addition", 0) >= 90


@pytest.mark.parametrize("boundary", FAULTS)
def test_the_command_is_killed_and_run_again(processes: PostingProcesses, boundary: str) -> None:
    processes.prepare("--timeout", "3")
    for fault in FAULTS[boundary]:
        processes.control.post("/faults", json=fault).raise_for_status()
    with post_command(processes) as first:
        wait_until(lambda: is_time_to_die(processes, held=bool(FAULTS[boundary])))
        first.send_signal(signal.SIGKILL)
        first.communicate()
    assert first.returncode == -signal.SIGKILL
    assert len(processes.markers()) < LINES
    processes.control.delete("/faults").raise_for_status()
    with post_command(processes) as second:
        out, errors = second.communicate(timeout=240)
    assert second.returncode == 0, errors
    report = json.loads(out)
    assert report["run"]["verdict"] == "balanced"
    expect_each_line_once(processes)


def test_two_commands_at_once_end_as_one(processes: PostingProcesses) -> None:
    processes.prepare()
    both = [post_command(processes), post_command(processes)]
    ends = [process.communicate(timeout=240) for process in both]
    assert [process.returncode for process in both] == [0, 0], ends
    expect_each_line_once(processes)
