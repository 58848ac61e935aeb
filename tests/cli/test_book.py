"""`bursar book`: where documents go. Passwords come in by prompt, environment or file, and never go out again."""

import csv

import pytest

from bursar.store.models import Book, BookCode, BookReference
from tests.cli.command_line import CommandLine
from tests.cli.psa_process import PATIENCE
from tests.cli.terminal import terminal

PLANTED = "PLANTED0password0THAT0nobody0MAY0see"
TRYTON = (
    *("book", "add", "Tryton", "--kind", "tryton", "--url", "http://127.0.0.1:9", "--database", "acme"),
    *("--user", "bursar"),
)


@pytest.fixture
def books(bursar: CommandLine) -> CommandLine:
    bursar.run(*bursar.add_words(), "--no-test", env=bursar.key_of())
    return bursar


def add(books: CommandLine, name: str = "Main", *words: str) -> dict[str, object]:
    folder = str(books.home / name)
    return books.json("book", "add", name, "--kind", "plaintext", "--folder", folder, *words)


def test_a_book_is_tested_stored_shown_and_forgotten(books: CommandLine) -> None:
    assert "Add one with `bursar book add`" in books.run("book", "list").stdout
    assert books.error("book", "show", code=2)["sentence"] == "There is no book yet."
    made = add(books, "Main", "--set", "currency=usd", "--set", "batches=document")
    assert made["tested"] is True
    listed = books.json("book", "list")["books"]
    assert isinstance(listed, list)
    (row,) = listed
    assert (row["name"], row["kind"], row["place"]) == ("Main", "plaintext", {"folder": str(books.home / "Main")})
    assert row["settings"] == {"currency": "USD", "batches": "document"}
    shown = books.json("book", "show")
    traits, settings = shown["traits"], shown["settings"]
    assert isinstance(traits, dict)
    assert isinstance(settings, list)
    assert traits["proof"] == "engine"
    assert {each["name"]: each["value"] for each in settings}["batches"] == "document"
    assert "beancount" in books.run("book", "show", "Main").stdout
    assert books.json("book", "test", "Main")["successful"] is True
    assert books.json("book", "list")["books"] != listed  # it says when it was tested
    assert "--yes" in books.error("book", "remove", "Main", code=2)["remedy"]
    assert books.json("book", "remove", "Main", "--yes")["removed"] == "Main"
    assert books.json("book", "list")["books"] == []


def test_settings_are_listed_changed_all_or_none_and_restored(books: CommandLine) -> None:
    add(books)
    settings = books.json("book", "settings")["settings"]
    assert isinstance(settings, list)
    assert all(each["meaning"] for each in settings)
    text = books.run("book", "set", "Main", "tolerance=0.05", "closed_through=2026-09-30").stdout
    assert "closed_through of 'Main' is 2026-09-30." in text
    refused = books.error("book", "set", "Main", "tolerance=0.10", "closed_through=September", code=2)
    assert refused["code"] == "settings_refused"
    assert "YYYY-MM-DD" in refused["remedy"]
    values = books.json("book", "settings", "Main")["settings"]
    assert isinstance(values, list)
    in_force = {each["name"]: (each["value"], each["changed"]) for each in values}
    assert (in_force["tolerance"], in_force["closed_through"]) == (("0.05", True), ("2026-09-30", True))
    books.run("book", "set", "Main", "closed_through=")
    assert "sets nothing" in books.error("book", "set", "Main", "tolerance", code=2)["sentence"]


def test_a_folder_belongs_to_one_book_and_is_written_in_full(
    books: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(books.home)
    books.run("book", "add", "Main", "--kind", "csv", "--folder", "journal", "--no-test")
    assert Book.objects.get().place == {"folder": str(books.home / "journal")}
    words = ("book", "add", "Other", "--kind", "sage50", "--folder", str(books.home / "journal"), "--no-test")
    assert "needs a currency" in books.error(*words, code=2)["sentence"]
    assert "one place has one writer" in books.error(*words, "--set", "currency=GBP", code=2)["remedy"]
    assert "lacks folder" in books.error("book", "add", "Other", "--kind", "csv", "--no-test", code=2)["sentence"]
    assert books.error("book", "add", "Other", "--kind", "papyrus", code=2)["code"] == "usage"
    books.run("book", "edit", "Main", "--name", "Journal", "--folder", "elsewhere", "--no-test")
    assert (Book.objects.get().name, Book.objects.get().place["folder"]) == ("Journal", str(books.home / "elsewhere"))


def test_files_of_the_home_currency_keep_their_currency(books: CommandLine) -> None:
    """Without one, amounts of every currency would stand in them as if they were of the same."""
    words = ("book", "add", "Sage", "--kind", "sage50", "--folder", str(books.home / "sage"), "--no-test")
    books.run(*words, "--set", "currency=GBP")
    refused = books.error("book", "set", "Sage", "currency=", "tolerance=0.05", code=2)
    assert "needs a currency" in refused["sentence"]
    assert Book.objects.get().policy == {"currency": "GBP"}
    books.run("book", "set", "Sage", "currency=EUR")


def test_a_book_that_cannot_be_reached_is_not_stored(books: CommandLine) -> None:
    file = books.file("no-folder", "")
    words = ("book", "add", "Main", "--kind", "plaintext", "--folder", str(file))
    assert books.error(*words, code=3)["remedy"]
    assert books.json("book", "list")["books"] == []
    books.run(*words, "--no-test")
    tested = books.json("book", "test", code=3)
    assert (tested["successful"], tested["info"]) == (False, None)
    assert "Test is not successful." in books.run("book", "test", code=3).stderr


def test_what_was_corrected_and_tested_is_connected(books: CommandLine) -> None:
    file = books.file("no-folder", "")
    books.run("book", "add", "Main", "--kind", "plaintext", "--folder", str(file), "--no-test")
    assert "Not Connected" in books.run("book", "list").stdout
    books.run("book", "test", code=3)
    books.json("book", "edit", "Main", "--folder", str(books.home / "books"))
    book = Book.objects.get()
    assert (book.state, book.state_reason) == ("connected", "")
    assert book.checked_at is not None
    assert books.error("book", "edit", "Main", "--folder", str(file), code=3)["remedy"]
    book.refresh_from_db()
    assert (book.state, book.place) == ("connected", {"folder": str(books.home / "books")})


def test_an_address_is_checked_and_keeps_its_password_even_without_a_test(books: CommandLine) -> None:
    given = {"BURSAR_BOOK_PASSWORD": PLANTED}
    nowhere = [*TRYTON[:6], "tryton.example.com/a b", *TRYTON[7:]]
    assert "as your browser shows it" in books.run(*nowhere, "--no-test", code=2, env=given).stderr
    assert books.json("book", "list")["books"] == []
    books.run(*TRYTON, "--no-test", env=given)
    moved = ("book", "edit", "Tryton", "--url", "https://tryton.example.com", "--no-test")
    refused = books.error(*moved, code=2)
    assert "not sent to another site" in refused["sentence"]
    books.run(*moved, env=given)
    assert Book.objects.get().place["url"] == "https://tryton.example.com"


def test_the_password_comes_from_environment_or_file_and_is_never_shown(books: CommandLine) -> None:
    assert "BURSAR_BOOK_PASSWORD" in books.error(*TRYTON, "--no-test", code=2)["remedy"]
    assert "No such option" in books.run(*TRYTON, "--password", PLANTED, code=2).stderr
    books.json(*TRYTON, "--no-test", env={"BURSAR_BOOK_PASSWORD": PLANTED})
    file = books.file("password.txt", f"{PLANTED}\n")
    books.run("book", "edit", "Tryton", "--password-file", str(file), "--user", "accounting", "--no-test")
    file.unlink()
    for words in (("book", "list"), ("book", "settings", "Tryton"), ("audit", "list"), ("audit", "list", "--json")):
        assert PLANTED not in books.run(*words).output, words
    assert Book.objects.get().place["user"] == "accounting"
    assert all(PLANTED.encode() not in path.read_bytes() for path in books.home.iterdir() if path.is_file())


def test_at_a_terminal_the_password_is_asked_for_and_not_shown(books: CommandLine) -> None:
    with terminal() as screen, books.process(*TRYTON, "--no-test", stdin=screen.descriptor) as process:
        assert process.stderr is not None
        assert process.stderr.read(10) == "Password: "  # from here on the echo is off
        screen.type(f"{PLANTED}\n")
        out, err = process.communicate(timeout=PATIENCE)
        assert PLANTED not in out + err + screen.screen()
    assert process.returncode == 0, err


def test_routes_are_asked_in_order_and_idle_ones_are_pointed_out(books: CommandLine) -> None:
    assert "no book: `bursar book add`" in books.run("book", "route", "list").stdout
    add(books, "Main", "--no-test")
    assert "goes to Main, the only book" in books.run("book", "route", "list").stdout
    add(books, "Madison", "--no-test")
    assert "several books" in books.run("book", "route", "list").stdout
    books.run("book", "route", "add", "--book", "Main")
    late = ("book", "route", "add", "--book", "Madison", "--location", "Madison", "--kind", "ar_invoice")
    added = books.run(*late)
    assert "never decides" in added.stdout
    assert "move it up" in added.stderr
    moved = books.json("book", "route", "move", "2", "1")["routes"]
    assert isinstance(moved, list)
    assert [(row["book"], row["locations"], row["decides"]) for row in moved] == [
        ("Madison", ["Madison"], True),
        ("Main", [], True),
    ]
    books.run("book", "route", "add", "--exclude", "Counted by hand.", "--kind", "inventory_adjustment", "--at", "1")
    text = books.run("book", "route", "list").stdout
    assert "kind inventory_adjustment" in text
    assert "no book: Counted by hand." in text
    removed = books.json("book", "route", "remove", "1")
    assert isinstance(removed["removed"], dict)
    assert removed["removed"]["reason"] == "Counted by hand."
    assert books.error("book", "route", "remove", "7", code=2)["sentence"] == "There is no route 7."
    assert "Give one of the two" in books.error("book", "route", "add", code=2)["remedy"]


def test_codes_are_mapped_listed_and_make_the_round_trip_through_a_file(books: CommandLine) -> None:
    add(books, "Main", "--no-test")
    assert "`bursar ledger export`" in books.run("book", "mapping").stdout
    book = Book.objects.get()
    BookReference.objects.create(book=book, kind="account", code="Income:Cloud")
    BookCode.objects.create(book=book, kind="account", source="4110", unusable=True)
    BookCode.objects.create(book=book, kind="customer", source="-ACME", label="Acme")
    unusable = books.json("book", "mapping", "Main", "--unusable")["codes"]
    assert isinstance(unusable, list)
    assert [row["source"] for row in unusable] == ["4110"]
    mapped = books.json("book", "map", "Main", "account", "4110", "Income:Cloud")["code"]
    assert isinstance(mapped, dict)
    assert (mapped["target"], mapped["unusable"]) == ("Income:Cloud", False)
    assert "has no account Nowhere" in books.error("book", "map", "Main", "account", "1", "Nowhere", code=2)["sentence"]
    text = books.run("book", "mapping", "--csv").stdout
    rows = list(csv.DictReader(text.splitlines()))
    assert [(row["kind"], row["source"], row["target"]) for row in rows] == [
        ("account", "4110", "Income:Cloud"),
        ("customer", "'-ACME", ""),
    ]
    file = books.file("codes.csv", text.replace("'-ACME,Acme,", "'-ACME,Acme,C-1"))
    assert books.json("book", "mapping-import", "Main", str(file))["done"] == 1, "the other row is as it was"
    assert BookCode.objects.get(source="-ACME").target == "C-1"
    bad = books.file("bad.csv", "kind,source,target\ncustomer,X,Y\nplanet,X,Y\n")
    assert "planet" in books.error("book", "mapping-import", "Main", str(bad), code=2)["sentence"]
    assert not BookCode.objects.filter(source="X").exists()
    for content, said in {"a,b\n": "no row under", "kind;source\naccount;1": "lacks the column target"}.items():
        file = books.file("bad.csv", content)
        assert said in books.error("book", "mapping-import", "Main", str(file), code=2)["sentence"]
    european = books.file("europe.csv", "Kind;Source;Target\ncustomer;'-ACME\n")
    assert books.json("book", "mapping-import", "Main", str(european))["done"] == 1, "an empty target takes it back"
    assert BookCode.objects.get(source="-ACME").target == ""
