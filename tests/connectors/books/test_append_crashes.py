"""Killed at any byte: what was confirmed stays, what was not is written once when it is sent again."""

import logging
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bursar.domain.errors import Unavailable
from bursar.ports import Write
from tests.connectors.books.contract import marker_of
from tests.connectors.books.openings import OPENINGS, PLAINTEXT, Opening

Contents = tuple[bytes, ...]


def _contents(folder: Path, opening: Opening) -> Contents:
    return tuple(path.read_bytes() if path.exists() else b"" for path in _paths(folder, opening))


def _paths(folder: Path, opening: Opening) -> list[Path]:
    return [folder / name for name in opening.files]


def _put(folder: Path, opening: Opening, contents: Contents) -> None:
    for path, data in zip(_paths(folder, opening), contents, strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        if data:
            path.write_bytes(data)


def _states(before: Contents, after: Contents, step: int) -> Iterator[Contents]:
    """What the disk may hold after a kill: files are written one after the other, each from its beginning on.

    Every byte around the ends of lines, every `step`th within them.
    """
    for place, (old, new) in enumerate(zip(before, after, strict=True)):
        for size in range(len(old), len(new)):
            if size % step == 0 or b"\n" in new[max(size - 2, 0) : size + 2]:
                yield (*after[:place], new[:size], *before[place + 1 :])


def _steps(folder: Path, opening: Opening, writes: Sequence[Write]) -> list[Contents]:
    steps = [_contents(folder, opening)]
    for write in writes:
        with opening.open(folder) as books:
            books.send(write)
        steps.append(_contents(folder, opening))
    return steps


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder that costs no disk: these tests write thousands of files."""
    shared = Path("/dev/shm")  # noqa: S108  (a folder of the test, made anew each time)
    with TemporaryDirectory(dir=shared if shared.is_dir() else None) as folder:
        yield Path(folder)


@pytest.mark.parametrize(("opening", "step"), [(each, 1 if each is PLAINTEXT else 5) for each in OPENINGS], ids=str)
def test_cut_off_at_any_byte(memory: Path, opening: Opening, step: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    writes = opening.writes(memory)[4:7]
    steps = _steps(memory, opening, writes[:2])
    # the very first entry with its heading, and one after another
    for place in (0, 1):
        confirmed, write = writes[:place], writes[place]
        for state in _states(steps[place], steps[place + 1], step if place else 5):
            _put(memory, opening, state)
            with opening.open(memory) as books:
                assert [books.look(each) is not None for each in confirmed] == [True] * place
                seen = books.look(write)
                receipt = books.send(write)
                assert seen in (None, receipt)
                assert books.send(writes[2]) == books.look(writes[2])
            _assert_each_once(memory, opening, [*confirmed, write, writes[2]])


def _assert_each_once(folder: Path, opening: Opening, writes: Sequence[Write]) -> None:
    with opening.open(folder) as books:
        present = [each.marker for each in books.documents([marker_of(write) for write in writes])]
        assert present == [marker_of(write) for write in writes]
    for data in _contents(folder, opening):
        assert _entries(data, opening) == [marker_of(write).encode() for write in writes]


def _entries(data: bytes, opening: Opening) -> list[bytes]:
    """The markers in a file, each as often as there is an entry of it, by the plain text alone."""
    lines = data.splitlines()
    if opening.name == "plaintext":
        found = [line.split(b"bursar:", 1)[1] for line in lines if line.startswith((b"  bursar:", b"    ; bursar:"))]
        return [value.strip(b' "') for value in found]
    if opening.name == "iif":
        return [line.split(b"\t")[8].split(b" ")[0] for line in lines if line.startswith(b"TRNS\t")]
    return [line[line.index(b"bursar:d:") :].split(b",")[0] for line in lines[1:] if b"1 of " in line]


@pytest.mark.parametrize("opening", OPENINGS, ids=str)
def test_nothing_that_is_cut_off_is_thrown_away(tmp_path: Path, opening: Opening) -> None:
    first, second, third = opening.writes(tmp_path)[3:6]
    before, after = _steps(tmp_path, opening, [first, second])[1:]
    torn = after[0][: (len(before[0]) + len(after[0])) // 2]
    _put(tmp_path, opening, (torn, *before[1:]))
    with opening.open(tmp_path) as books:
        books.send(third)
    path = _paths(tmp_path, opening)[0]
    assert path.with_name(f"{path.name}.torn").read_bytes().strip() == torn[len(before[0]) :].strip()


@pytest.mark.parametrize("opening", OPENINGS, ids=str)
def test_who_only_looks_repairs_nothing(tmp_path: Path, opening: Opening) -> None:
    """A reader may see an entry that another process is just writing."""
    first, second = opening.writes(tmp_path)[3:5]
    before, after = _steps(tmp_path, opening, [first, second])[1:]
    state = (after[0][:-20], *before[1:])
    _put(tmp_path, opening, state)
    with opening.open(tmp_path) as books:
        assert books.look(first) is not None
        assert books.look(second) is None
    assert _contents(tmp_path, opening) == state


SENDER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from tests.connectors.books.openings import OPENINGS
from tests.connectors.books.contract import marker_of
opening = next(each for each in OPENINGS if each.name == sys.argv[1])
writes = opening.writes(Path(sys.argv[2]))
print("ready", flush=True)
with opening.open(Path(sys.argv[2])) as books:
    for write in writes * 50:
        marker = marker_of(write)
        books.send(write)
        print(marker, flush=True)
"""


@pytest.mark.parametrize("opening", [PLAINTEXT, OPENINGS[1]], ids=str)
def test_a_real_kill(tmp_path: Path, opening: Opening) -> None:
    """A process is killed while it writes; what it confirmed is there, and the next one may write."""
    root = str(Path(__file__).parents[3])
    for lines in (2, 5):
        folder = tmp_path / str(lines)
        with subprocess.Popen(
            [sys.executable, "-c", SENDER, opening.name, folder, root], stdout=subprocess.PIPE, text=True
        ) as sender:
            assert sender.stdout is not None
            assert sender.stdout.readline() == "ready\n"
            confirmed = [sender.stdout.readline().strip() for _ in range(lines)]
            os.kill(sender.pid, signal.SIGKILL)
        writes = opening.writes(folder)
        with opening.open(folder) as books:
            found = [each.marker for each in books.documents(confirmed)]
            assert found == confirmed
            october = [write for write in writes if str(write.fields["day"]) < "2026-11"]
            for write in october:
                books.send(write)
        _assert_all_once(folder, opening, october)


def _assert_all_once(folder: Path, opening: Opening, writes: Sequence[Write]) -> None:
    for data in _contents(folder, opening):
        assert sorted(_entries(data, opening)) == sorted(marker_of(write).encode() for write in writes)


@contextmanager
def _disk_of(size: int) -> Iterator[None]:
    """No file can grow beyond that size."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("opening", OPENINGS, ids=str)
def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path, opening: Opening) -> None:
    first, second = opening.writes(tmp_path)[3:5]
    with opening.open(tmp_path) as books:
        books.send(first)
        before = _contents(tmp_path, opening)
        with _disk_of(len(before[0]) + 100), pytest.raises(Unavailable) as caught:
            books.send(second)
        assert caught.value.remedy
        assert _contents(tmp_path, opening) == before
        assert books.look(second) is None
        assert books.send(second) == books.look(second)


def test_a_disk_that_fills_up_between_the_two_files(tmp_path: Path) -> None:
    """beancount's file has the document then, and the next send completes hledger's."""
    first, second = PLAINTEXT.writes(tmp_path)[3:5]
    _steps(tmp_path, PLAINTEXT, [first])
    hledger = tmp_path / "bursar.hledger"
    hledger.write_bytes(b"; my own remark\n" * 1000 + hledger.read_bytes())
    with PLAINTEXT.open(tmp_path) as books:
        with _disk_of(hledger.stat().st_size + 100), pytest.raises(Unavailable):
            books.send(second)
        assert books.look(second) is None
        receipt = books.send(second)
        assert books.look(second) == receipt
    _assert_each_once(tmp_path, PLAINTEXT, [first, second])


@pytest.mark.parametrize("opening", OPENINGS, ids=str)
def test_zeros_that_a_power_cut_left(tmp_path: Path, opening: Opening) -> None:
    """File systems may have made a file longer before they wrote what belongs there."""
    first, second = opening.writes(tmp_path)[3:5]
    before, after = _steps(tmp_path, opening, [first, second])[1:]
    grown = len(after[0]) - len(before[0])
    for kept in (0, grown // 2, grown - 1):
        data = after[0][: len(before[0]) + kept] + bytes(grown - kept)
        _put(tmp_path, opening, (data, *before[1:]))
        with opening.open(tmp_path) as books:
            assert books.look(first)
            receipt = books.send(second)
            assert books.look(second) == receipt
        _assert_each_once(tmp_path, opening, [first, second])
        assert not any(b"\0" in content for content in _contents(tmp_path, opening))


@pytest.mark.parametrize("opening", OPENINGS, ids=str)
def test_threads_send_together(tmp_path: Path, opening: Opening) -> None:
    """The same documents from many threads at once: each is there once, whoever was first."""
    writes = [write for write in opening.writes(tmp_path) if str(write.fields["day"]) < "2026-11"]
    with opening.open(tmp_path) as books, ThreadPoolExecutor(books.concurrency) as threads:
        receipts = list(threads.map(books.send, writes * 5))
        assert receipts == [books.look(write) for write in writes] * 5
    _assert_all_once(tmp_path, opening, writes)
