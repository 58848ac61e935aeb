"""Files that were lost, restored, damaged, saved in another encoding or used again: what was confirmed stays there."""

import errno
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from bursar.connectors.books.files.adapter import FileBooks, Layout
from bursar.connectors.books.plaintext.adapter import PlaintextBooks
from bursar.connectors.books.plaintext.beancount import BeancountFile
from bursar.domain.errors import RemoteError, Unavailable, UnknownOutcome
from bursar.domain.ledger.documents import DocumentKind
from bursar.ports import Write
from tests.connectors.books.contract import Subject, marker_of, prepared
from tests.connectors.books.openings import OPENINGS, Opening
from tests.connectors.books.samples import SAMPLES

INVOICE = SAMPLES[DocumentKind.AR_INVOICE]
BOTH = ("bursar.beancount", "bursar.hledger")


def invoices(books: PlaintextBooks, count: int) -> list[Write]:
    several = [replace(INVOICE, record_id=str(900 + each), number=f"N{each}") for each in range(count)]
    return prepared(Subject(books, lambda: books), several)


@pytest.mark.parametrize("lost", BOTH)
@pytest.mark.parametrize("older", [False, True])
def test_a_journal_that_was_lost_does_not_take_the_other_one_with_it(tmp_path: Path, lost: str, older: bool) -> None:
    """Deleted, or yesterday's put back: what was confirmed since stays where it is, and a person is told."""
    with PlaintextBooks(tmp_path, name="Main") as books:
        *writes, last = invoices(books, 14)
        for write in writes[:3]:
            books.send(write)
        yesterday = (tmp_path / lost).read_bytes()
        for write in writes[3:]:
            books.send(write)
        (tmp_path / lost).unlink()
        if older:
            (tmp_path / lost).write_bytes(yesterday)
        [kept] = [tmp_path / name for name in BOTH if name != lost]
        before = kept.read_bytes()
        with pytest.raises(RemoteError, match=f"{lost} lacks the last entries that {kept.name} has") as caught:
            books.send(last)
        assert caught.value.remedy
        assert kept.read_bytes() == before
        assert not list(tmp_path.glob("*.torn"))


@pytest.mark.parametrize("name", BOTH)
def test_a_journal_that_was_saved_in_utf16_is_left_alone(tmp_path: Path, name: str) -> None:
    """As an editor does that was asked for "Unicode": every second byte is a zero, and no crash has left it."""
    with PlaintextBooks(tmp_path, name="Main") as books:
        first, second = invoices(books, 2)
        books.send(first)
        path = tmp_path / name
        path.write_bytes(path.read_text(encoding="utf-8").encode("utf-16"))
        before = path.read_bytes()
        for ask in (books.look, books.send):
            with pytest.raises(RemoteError, match=f"{name} has zeros between its entries") as caught:
                ask(second)
            assert caught.value.remedy
        assert path.read_bytes() == before
        assert not list(tmp_path.glob("*.torn"))
        path.write_bytes(before.decode("utf-16").encode())
        assert books.send(second) == books.look(second)
        assert books.look(first)


@pytest.mark.parametrize("layout", list(Layout))
def test_a_file_that_was_restored_is_read_again(tmp_path: Path, layout: Layout) -> None:
    """Broken by a spreadsheet, then put back as it was: the very same file, of the same time."""
    with FileBooks(tmp_path, layout, name="Main", currency="EUR") as books:
        opening = next(each for each in OPENINGS if each.name == layout)
        [write] = prepared(Subject(books, lambda: books, mappings=opening.mappings), [INVOICE])
        receipt = books.send(write)
        [path] = (tmp_path / "outbox").iterdir()
        kept = path.with_suffix(".kept")
        path.rename(kept)
        path.write_bytes(b"saved,otherwise\r\n")
        with pytest.raises(RemoteError, match="does not begin as the files"):
            books.look(write)
        kept.replace(path)
        assert books.look(write) == receipt
        size = path.stat().st_size
        assert books.send(write) == receipt
        assert path.stat().st_size == size


@pytest.mark.parametrize("opening", OPENINGS, ids=str)
def test_a_book_that_was_closed_and_emptied_is_used_again(tmp_path: Path, opening: Opening) -> None:
    first, second = opening.writes(tmp_path)[3:5]
    paths = [tmp_path / name for name in opening.files]
    with opening.open(tmp_path) as books:
        books.send(first)
        books.send(second)
        books.close()
        for path in paths:
            path.unlink()
        assert not list(books.documents([marker_of(first), marker_of(second)]))
        assert not books.balances([])
        receipt = books.send(second)
        assert books.look(second) == receipt
    again = [path.read_bytes() for path in paths]
    for path in paths:
        path.unlink()
    with opening.open(tmp_path) as books:
        books.send(second)
    assert again == [path.read_bytes() for path in paths], "what accounts it declares, too"


@contextmanager
def _no_more_files() -> Iterator[None]:
    """Nothing can be opened any more; what is open goes on."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.dup(0)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_an_entry_that_is_written_is_never_said_not_to_be(tmp_path: Path) -> None:
    """The index of markers needs a temporary file once it is large; that there is none says nothing of the entry."""
    file = BeancountFile(tmp_path, "Main")
    told = 0

    def append(number: int) -> None:
        marker = f"bursar:{number}:{'x' * 4000}"
        entry = f'2026-10-31 * "x"\n  bursar: "{marker}"\n  kind: "journal"\n  currency: "EUR"\n\n'
        file.append(marker, entry.encode())

    append(told)
    with _no_more_files(), suppress(OSError, Unavailable):
        for _ in range(2000):
            append(told + 1)
            told += 1
    assert file.path.read_bytes().count(b'  bursar: "') == told + 1 < 2000
    append(told + 1)
    assert len(list(file.entries())) == told + 2
    assert file.holds(f"bursar:{told}:{'x' * 4000}")
    file.close()


@pytest.mark.parametrize("ask", ["look", "send"])
@pytest.mark.parametrize("opening", OPENINGS, ids=str)
def test_what_a_killed_process_wrote_is_on_the_disk_before_it_is_confirmed(
    tmp_path: Path, opening: Opening, ask: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have been killed before it could wait for the disk; only that process knew."""
    write = opening.writes(tmp_path)[3]
    with opening.open(tmp_path) as books:
        receipt = books.send(write)
    settled: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: settled.append(os.fstat(descriptor).st_ino))
    with opening.open(tmp_path) as books:
        assert getattr(books, ask)(write) == receipt
        assert sorted(settled) == sorted((tmp_path / name).stat().st_ino for name in opening.files)
        assert books.send(write) == receipt
        assert len(settled) == len(opening.files), "once is enough"


def test_a_disk_that_fails_to_the_end_does_not_keep_the_book_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_descriptor: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with PlaintextBooks(tmp_path, name="Main") as other, monkeypatch.context() as failing:
        books = PlaintextBooks(tmp_path, name="Main")
        first, second = invoices(books, 2)
        books.send(first)
        failing.setattr(os, "fsync", fails)
        with pytest.raises(UnknownOutcome):
            books.send(second)
        with pytest.raises(UnknownOutcome):
            books.close()
        failing.undo()
        assert other.send(second) == other.look(second)
        assert other.look(first)


def test_what_a_closing_disk_did_not_confirm_is_confirmed_to_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An editor replaces the file while one thread waits for the disk and another one opens the new file."""

    def fails(_descriptor: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    file = BeancountFile(tmp_path, "Main")
    file.append("first", b"; one\n")
    file.settle()
    file.append("second", b"; two\n")
    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(UnknownOutcome):
        file.close()
    with pytest.raises(UnknownOutcome):
        file.settle()


@pytest.mark.parametrize(
    ("old", "new"), [(b"\r\nSI,", b"\r\nInv,"), (b"\r\nSI,", b"\r\n,"), (b",31/10/2026,", b",31.10.,")]
)
def test_a_row_of_sage_that_means_nothing_any_more_is_named(tmp_path: Path, old: bytes, new: bytes) -> None:
    opening = next(each for each in OPENINGS if each.name == "sage50")
    with opening.open(tmp_path) as books:
        [write] = prepared(Subject(books, lambda: books, mappings=opening.mappings), [INVOICE])
        books.send(write)
        path = tmp_path / opening.files[0]
        path.write_bytes(path.read_bytes().replace(old, new))
        with pytest.raises(RemoteError, match=r"2026-10\.sage\.csv has a line that cannot be read"):
            books.look(write)
