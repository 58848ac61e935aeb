"""`bursar payments`: read from the books or a file, compared with ConnectWise, written once, told row by row."""

import csv
import sys
from collections.abc import Mapping, Sequence

import pytest

from bursar.cli.app import app
from bursar.store.models import Connection, InvoiceSettlement
from bursar.usecases.take_in_payment_file import take_in_payment_file
from bursar.wiring import SystemClock
from bursar.wiring.files import payment_file
from tests.cli.command_line import CommandLine

Row = Mapping[str, object]
PAID = """\
invoice,amount,date,currency
10079,1000.00,2026-11-02,USD
10079,500.00,2026-11-05,USD
10080,2414.38,2026-11-03,USD
"""
TROUBLED = PAID + "99999,10.00,2026-11-03,USD\n10081,ten,2026-11-03,USD\n"


@pytest.fixture
def paid(bursar: CommandLine) -> CommandLine:
    bursar.add("main", "Bursar")
    return bursar


def rows(document: Row, name: str) -> Sequence[Row]:
    found = document[name]
    assert isinstance(found, list)
    return found


def in_connectwise(paid: CommandLine) -> list[tuple[str, str]]:
    return sorted((str(row["invoice"]), str(row["amount"])) for row in paid.psa.records("payment"))


def test_a_file_is_taken_in_compared_written_and_told_row_by_row(paid: CommandLine) -> None:
    before = in_connectwise(paid)
    went, failed = paid.home / "went.csv", paid.home / "failed.csv"
    file = paid.file("payments.csv", TROUBLED)
    files = ("--success-file", str(went), "--fail-file", str(failed))
    done = paid.json("payments", "file", str(file), "--yes", *files, code=1)
    assert {row["number"] for row in rows(done, "succeeded")} == {"10079", "10080"}
    assert {row["number"] for row in rows(done, "failed")} == {"99999", "10081"}
    assert len(in_connectwise(paid)) == len(before) + 2
    with went.open(encoding="utf-8", newline="") as stream:
        assert [row["Invoice"] for row in csv.DictReader(stream)] == ["10079", "10079", "10080"]
    with failed.open(encoding="utf-8", newline="") as stream:
        reasons = {row["Invoice"]: row["ErrorMessage"] for row in csv.DictReader(stream)}
    assert "no invoice 99999" in reasons["99999"]
    assert "ten" in reasons["10081"]
    states = {row["number"]: (row["state"], row["in_connectwise"]) for row in rows(done, "payments")}
    assert states["10079"] == ("applied", "1500.00")
    after = in_connectwise(paid)
    again = paid.run("payments", "file", str(file), "--yes", code=1).stdout
    assert "was taken in before" in again
    assert "Nothing was to be written." in again
    assert in_connectwise(paid) == after


def test_what_was_paid_is_pulled_listed_chosen_and_posted(paid: CommandLine) -> None:
    assert "`bursar payments pull`" in paid.run("payments", "list").stdout
    assert "Nothing to do." in paid.run("payments", "pull").stdout
    error = paid.error("payments", "file", str(paid.file("p.csv", PAID)), code=2)
    assert "no terminal" in error["sentence"]
    _take_in(paid, "p.csv", PAID)
    pulled = paid.json("payments", "pull")
    found = {row["number"]: row for row in rows(pulled, "payments")}
    assert (found["10079"]["paid"], found["10079"]["action"], found["10079"]["source"]) == (
        "1500.00",
        ["create"],
        "payment file",
    )
    text = paid.run("payments", "list").stdout
    assert "enter it" in text
    writes = len(in_connectwise(paid))
    assert "--yes" in paid.error("payments", "post", "10079", code=2)["remedy"]
    assert paid.json("payments", "post", "10079", "--yes")["balanced"] is True
    assert len(in_connectwise(paid)) == writes + 1
    done = paid.error("payments", "post", "10079", "--yes", code=2)
    assert "Nothing is to be written for invoice 10079" in done["sentence"]
    assert paid.json("payments", "list", "--state", "applied")["count"] == 1
    assert paid.json("payments", "post", "--now")["balanced"] is True
    assert len(in_connectwise(paid)) == writes + 2
    assert "Nothing is to be written" in paid.error("payments", "post", "--all", "--yes", code=2)["sentence"]
    chosen = paid.json("payments", "choose", "10079", "--file")["payment"]
    assert isinstance(chosen, dict)
    assert (chosen["source"], chosen["state"]) == ("payment file", "new")


def test_what_is_set_against_an_invoice_is_told_before_it_is_written(paid: CommandLine) -> None:
    folder = paid.home / "books"
    paid.run("book", "add", "Main", "--kind", "plaintext", "--folder", str(folder))
    cash = "id,invoice,date,amount,currency,kind,credit\nR-1,10079,2026-11-05,100.00,USD,cash,\n"
    credit = "R-2,10079,2026-11-20,20.00,USD,credit,10083\n"
    told = folder / "payments.csv"
    told.write_text(f"{cash}{credit}R-3,,2026-11-20,5.00,USD,cash,\n", encoding="utf-8")
    pulled = " ".join(paid.run("payments", "pull", code=1, env={"COLUMNS": "200"}).stdout.split())
    assert "enter it, with credit 10083: 20.00 USD" in pulled
    assert "row 4: it names no invoice" in pulled
    told.write_text(cash + credit, encoding="utf-8")
    paid.run("payments", "post", "--now")
    told.write_text(cash, encoding="utf-8")
    pulled = " ".join(paid.run("payments", "pull", env={"COLUMNS": "200"}).stdout.split())
    assert ("take a credit off it" in pulled, "delete it" in pulled) == (True, False)


def _take_in(paid: CommandLine, name: str, text: str) -> None:
    """As the page does: nothing is compared yet."""
    found = payment_file(text.encode()).settlements()
    take_in_payment_file(Connection.objects.get(), name, name, found, SystemClock().now())
    assert InvoiceSettlement.objects.count() == 2


def test_what_a_file_could_not_say_is_not_written_with_it(paid: CommandLine) -> None:
    """10079 waits since an earlier file; the row of this one is bad, so that it asks for nothing there."""
    before = in_connectwise(paid)
    _take_in(paid, "earlier.csv", PAID)
    text = "invoice,amount,date\n10079,ten,2026-11-03\n10081,5.00,2026-11-03\n"
    done = paid.json("payments", "file", str(paid.file("p.csv", text)), "--yes", code=1)
    assert [row["number"] for row in rows(done, "failed")] == ["10079"]
    assert len(in_connectwise(paid)) == len(before) + 1


def test_what_changes_while_somebody_is_asked_is_left_out(
    paid: CommandLine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = in_connectwise(paid)
    _take_in(paid, "p.csv", PAID)
    paid.json("payments", "pull")

    class Terminal:
        """Another pull ends before the person says yes."""

        def isatty(self) -> bool:
            return True

        def readline(self) -> str:
            InvoiceSettlement.objects.filter(number="10079").update(fingerprint="of another payment")
            return "y\n"

    monkeypatch.setattr(sys, "stdin", Terminal())
    app(["payments", "post", "--all"], standalone_mode=False)
    assert "1 invoice became another payment while you were asked: left out." in capsys.readouterr().err
    assert {agreed.number for agreed in InvoiceSettlement.objects.exclude(agreed_in=None)} == {"10080"}
    assert len(in_connectwise(paid)) == len(before) + 1


@pytest.mark.parametrize("words", [("post",), ("post", "10079", "--all"), ("choose", "10079")])
def test_what_says_nothing_is_refused(paid: CommandLine, words: tuple[str, ...]) -> None:
    assert paid.error("payments", *words, code=2)["sentence"].startswith("Nothing says")


def test_what_is_no_payment_file_is_refused_and_nothing_is_kept(paid: CommandLine) -> None:
    for text, said in (("<a/>", "the root a"), ("a,b\n1,2\n", "no column Invoice"), ("", "not one payment")):
        error = paid.error("payments", "file", str(paid.file("p.csv", text)), "--yes", code=2)
        assert (error["code"], said in error["sentence"]) == ("source_unreadable", True), error
    words = ("payments", "file", str(paid.file("p.csv", PAID)), "--yes", "--fail-file", "nowhere/x.csv")
    assert "no folder" in paid.error(*words, code=2)["sentence"]
    assert "Nothing is known" in paid.error("payments", "post", "10079", "--yes", code=2)["sentence"]
    assert not InvoiceSettlement.objects.exists()
