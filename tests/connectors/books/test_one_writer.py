"""One writer for each book, and folders that cannot be used."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bursar.domain.errors import RemoteError, Unavailable
from tests.connectors.books.openings import OPENINGS, Opening

HOLDER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from tests.connectors.books.openings import OPENINGS
opening = next(each for each in OPENINGS if each.name == sys.argv[1])
writes = opening.writes(Path(sys.argv[2]))
books = opening.open(Path(sys.argv[2]))
books.send(writes[0])
print("writing", flush=True)
sys.stdin.readline()
"""


@pytest.mark.parametrize("opening", OPENINGS[:2], ids=str)
def test_a_second_process_is_refused_until_the_first_is_gone(tmp_path: Path, opening: Opening) -> None:
    root = str(Path(__file__).parents[3])
    writes = opening.writes(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, opening.name, tmp_path, root],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "writing\n"
        with opening.open(tmp_path) as books:
            with pytest.raises(Unavailable, match="Somebody else is writing to Main") as caught:
                books.send(writes[1])
            assert caught.value.remedy
            assert books.look(writes[0]), "reading needs no lock"
            assert books.look(writes[1]) is None
            holder.kill()
            holder.wait()
            books.send(writes[1])


@pytest.mark.parametrize("opening", OPENINGS, ids=str)
def test_the_lock_is_let_go(tmp_path: Path, opening: Opening) -> None:
    first, second = opening.writes(tmp_path)[:2]
    one, two = opening.open(tmp_path), opening.open(tmp_path)
    one.send(first)
    with pytest.raises(Unavailable):
        two.send(second)
    one.close()
    one.close()
    two.send(second)
    assert two.look(first), "what the other wrote is seen"
    two.close()
    one.send(first)
    one.close()


@pytest.mark.parametrize("opening", OPENINGS, ids=str)
def test_making_an_adapter_touches_nothing(tmp_path: Path, opening: Opening) -> None:
    folder = tmp_path / "not" / "there"
    with opening.open(folder) as books:
        assert list(books.documents(["bursar:d:aaaaaaaaaaaaaaaa:0"])) == []
        assert list(books.settlements(None)) == []
        assert not folder.exists()
        assert books.info().name == "Main"
        assert folder.is_dir()


@pytest.mark.parametrize("opening", OPENINGS, ids=str)
def test_a_folder_that_is_none(tmp_path: Path, opening: Opening) -> None:
    place = tmp_path / "file"
    place.write_text("a file", encoding="ascii")
    writes = opening.writes(tmp_path / "other")
    with opening.open(place / "book") as books:
        for call in (books.info, lambda: books.send(writes[0])):
            with pytest.raises(Unavailable, match="cannot be used"):
                call()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.parametrize("opening", OPENINGS, ids=str)
def test_a_folder_without_the_right_to_write(tmp_path: Path, opening: Opening) -> None:
    tmp_path.chmod(0o500)
    try:
        with opening.open(tmp_path) as books, pytest.raises(RemoteError):
            books.info()
    finally:
        tmp_path.chmod(0o700)
