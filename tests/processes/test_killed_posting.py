"""SIGKILL at each boundary, lost answers, throttling, two at once: one Addition per line, none missing."""

import pytest

from tests.processes.conftest import PostingProcesses

LINES = 200


def expect_each_line_once(processes: PostingProcesses) -> None:
    markers = processes.markers()
    assert len(markers) == len(set(markers)) == LINES


@pytest.mark.parametrize("boundary", ["before-send", "after-send", "after-answer"])
@pytest.mark.parametrize("nth", [1, 90])
def test_killed_and_run_again(processes: PostingProcesses, boundary: str, nth: int) -> None:
    processes.prepare()
    code, left = processes.post("--boundary", boundary, "--nth", str(nth))
    assert code == -9, left
    assert len(processes.markers()) < LINES
    code, report = processes.post()
    assert (code, report["verdict"], report["read_back"]) == (0, "balanced", {"USD": "23000.00"})
    expect_each_line_once(processes)


def test_killed_while_the_write_is_still_on_its_way(processes: PostingProcesses) -> None:
    """The server does the write seconds after the process died: the next run must wait before it believes it absent."""
    processes.prepare("--timeout", "3")
    delay = {"kind": "delay", "method": "POST", "route": "additions$", "skip": 50, "times": 8, "ms": 2500}
    processes.control.post("/faults", json=delay).raise_for_status()
    code, _ = processes.post("--boundary", "before-send", "--nth", "62")
    assert code == -9
    code, report = processes.post()
    assert (code, report["verdict"]) == (0, "balanced")
    expect_each_line_once(processes)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "cut_after", "method": "POST", "every": 10},
        {"kind": "429", "every": 5, "retry_after": 0},
    ],
    ids=["cut-after-the-write", "throttled"],
)
def test_a_bad_line_to_connectwise(processes: PostingProcesses, fault: dict[str, object]) -> None:
    processes.prepare()
    processes.control.post("/faults", json=fault).raise_for_status()
    code, report = processes.post()
    assert code == 0
    if report["verdict"] != "balanced":
        code, report = processes.post()
    assert (code, report["verdict"]) == (0, "balanced")
    expect_each_line_once(processes)
