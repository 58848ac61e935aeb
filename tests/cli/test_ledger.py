"""`bursar ledger`: exported, looked at, posted exactly so, batched, undone, recreated, taken back and posted anew."""

import csv
import json
import re
import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal

import pytest

from bursar.cli.app import app
from bursar.store.models import LedgerDocument
from tests.cli.command_line import CommandLine
from tests.cli.psa_process import PATIENCE
from tests.cli.terminal import terminal

Row = Mapping[str, object]
INVOICE, OTHER = "10079", "10080"


@pytest.fixture
def ledger(bursar: CommandLine) -> CommandLine:
    """A connection that may do both journeys, and a plaintext book."""
    bursar.add("main", "Bursar")
    folder = str(bursar.home / "books")
    bursar.run("book", "add", "Main", "--kind", "plaintext", "--folder", folder, "--no-test")
    return bursar


def rows(document: Row, name: str) -> Sequence[Row]:
    found = document[name]
    assert isinstance(found, list)
    return found


def part(document: Row, name: str) -> Row:
    found = document[name]
    assert isinstance(found, dict)
    return found


def states(ledger: CommandLine) -> dict[object, object]:
    return {row["number"]: row["state"] for row in rows(ledger.json("ledger", "documents"), "documents")}


def journal(ledger: CommandLine) -> str:
    (path,) = (ledger.home / "books").glob("*.beancount")
    return path.read_text(encoding="utf-8")


def test_from_the_unposted_lists_to_the_books_and_back_again(ledger: CommandLine) -> None:
    exported = ledger.json("ledger", "export", "--output", str(ledger.home), code=1)
    counts = part(exported, "run")["counts"]
    assert counts == {"create": 12, "leave": 0, "blocked": 0, "excluded": 0, "missing": 4}
    assert exported["file"] == str(ledger.home / "connectwise_accounting_interface_get_batch.xml")
    assert set(states(ledger).values()) == {"ready"}
    _post_two(ledger)
    _look_at_the_batch(ledger)
    _undo_and_update(ledger)
    _take_back_and_post_anew(ledger)


def _post_two(ledger: CommandLine) -> None:
    went, failed = ledger.home / "went.xml", ledger.home / "failed.csv"
    files = ("--success-file", str(went), "--fail-file", str(failed))
    posted = ledger.json("ledger", "post", INVOICE, OTHER, "--yes", *files)
    assert (posted["balanced"], part(part(posted, "run"), "counts")["batches"]) == (True, 1)
    found = states(ledger)
    assert (found[INVOICE], found[OTHER], found["10081"]) == ("batched", "batched", "ready")
    assert went.read_text(encoding="utf-8").count("<Transaction ") == 2
    assert list(csv.DictReader(failed.read_text(encoding="utf-8").splitlines())) == []
    assert journal(ledger).count(f'"{INVOICE}"') >= 1
    again = ledger.error("ledger", "post", INVOICE, "--yes", code=2)
    assert "in Main, and in the batch Bursar I" in again["sentence"]


def _look_at_the_batch(ledger: CommandLine) -> None:
    batch = next(row for row in rows(ledger.json("ledger", "batch", "list"), "batches") if row["ours"])
    shown = ledger.json("ledger", "batch", "show", str(batch["name"]))
    assert (len(rows(shown, "entries")), shown["missing"], shown["extra"]) == (batch["entries"], [], [])
    again = ledger.home / "again.json"
    recreated = ledger.json("ledger", "recreate", str(batch["id"]), "--output", str(again))
    assert recreated["batch"] == batch["name"]
    documents = json.loads(again.read_text(encoding="utf-8"))["transactions"]
    assert sorted(document["documentNumber"] for document in documents) == [INVOICE, OTHER]
    assert "In Main" in ledger.run("ledger", "show", INVOICE).stdout
    assert "undone" not in ledger.run("ledger", "batch", "list").stdout.lower()


def _undo_and_update(ledger: CommandLine) -> None:
    batch = next(row for row in rows(ledger.json("ledger", "batch", "list"), "batches") if row["ours"])
    undone = ledger.run("ledger", "undo", str(batch["id"]), "--yes")
    assert "2 documents of it live on in Main" in undone.stderr
    for words in (("batch", "show", str(batch["id"])), ("recreate", str(batch["id"]), "--output", "b.xml")):
        assert "was undone" in ledger.error("ledger", *words, code=2)["sentence"]
    assert states(ledger)[INVOICE] == "posted"
    made = ledger.json("ledger", "update", "--from", str(ledger.home / "went.xml"), "--identifier", "M-1", "--yes")
    assert made["balanced"] is True
    assert part(ledger.json("ledger", "show", INVOICE), "document")["batch"] == "M-1"
    assert "Undo the batch first" in ledger.error("ledger", "void", INVOICE, "--yes", code=2)["remedy"]
    ledger.run("ledger", "undo", "M-1", "--yes")


def _take_back_and_post_anew(ledger: CommandLine) -> None:
    taken = ledger.run("ledger", "void", INVOICE, "--yes")
    assert "They wait to be posted again" in taken.stdout
    assert states(ledger)[INVOICE] == "voided"
    _change_in_the_books(ledger, OTHER)
    ledger.run("ledger", "export", "--no-expenses", "--no-procurement", code=1)
    differing = part(ledger.json("ledger", "show", OTHER), "document")
    assert (differing["state"], differing["code"]) == ("blocked", "changed_in_books")
    assert "was changed in Main" in ledger.error("ledger", "post", OTHER, "--yes", code=2)["sentence"]
    assert "posted anew" in ledger.run("ledger", "decide", OTHER, "repost").stdout
    ledger.run("ledger", "export", "--no-expenses", "--no-procurement", code=1)
    posted = ledger.json("ledger", "post", INVOICE, OTHER, "--yes")
    assert posted["balanced"] is True
    in_the_books = Decimal(0)
    for number in (INVOICE, OTHER):
        shown = ledger.json("ledger", "show", number, "--source")
        document = part(shown, "document")
        assert (document["state"], document["generation"], document["consent"]) == ("batched", 1, "")
        assert part(shown, "source")["documentNumber"] == number
        assert part(shown, "in_the_books")["differs"] is False
        in_the_books += Decimal(str(document["total"]))
    _reconcile(ledger, in_the_books)


def _reconcile(ledger: CommandLine, in_the_books: Decimal) -> None:
    reconciled = ledger.json("ledger", "reconcile", "--period", "2026-10", code=1)
    assert [(row["differing"], row["unknown"]) for row in rows(reconciled, "periods")] == [(0, 0)]
    totals = {(row["family"], row["currency"]): row for row in rows(reconciled, "totals")}
    in_cad, in_usd = totals["invoices", "CAD"], totals["invoices", "USD"]
    assert (in_cad["connectwise"], in_cad["documents"], in_cad["books"]) == ("1522.50", "1522.50", "0.00")
    assert Decimal(str(in_usd["books"])) == in_the_books
    assert in_usd["not_exported"] == "475.98", "a company without account number"
    told = ledger.run("ledger", "reconcile", code=1).stdout
    assert "agree to the cent" in told
    assert "475.98 not exported" in " ".join(told.split())
    assert "agree to the cent" in ledger.run("ledger", "reconcile", "--book", "Main").stdout


def _change_in_the_books(ledger: CommandLine, number: str) -> None:
    """Somebody dates the document another day."""
    for path in (ledger.home / "books").iterdir():
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(rf"^2026-10-28(?=.*{number})", "2026-10-29", text, flags=re.MULTILINE), encoding="utf-8")


def test_what_waits_is_listed_with_what_became_of_it(ledger: CommandLine) -> None:
    assert "`bursar ledger export`" in ledger.run("ledger", "unposted").stdout
    assert "`bursar ledger export`" in ledger.run("ledger", "documents").stdout
    assert "`bursar ledger export`" in ledger.run("ledger", "batch", "list").stdout
    assert ledger.run("ledger", "exceptions").stdout == "Nothing waits for a person.\n"
    assert "no accounts to compare" in ledger.run("ledger", "reconcile").stdout
    shown = ledger.run("ledger", "export", code=1).stdout
    assert "12 to post, 4 not exported." in shown
    assert "Account Number" in " ".join(shown.split())
    text = ledger.run("ledger", "unposted").stdout
    titles = [text.index(f"Unposted {name}") for name in ("invoices", "expenses", "procurement")]
    assert titles == sorted(titles)
    assert "In the documents of jokafor" in text
    found = {row["number"]: row for row in rows(ledger.json("ledger", "unposted"), "records") if row["number"]}
    assert (found[INVOICE]["document"], found[INVOICE]["state"], found[INVOICE]["code"]) == (
        f"transaction:{found[INVOICE]['id']}",
        "ready",
        "",
    )
    assert (found["10084"]["document"], found["10084"]["code"]) == (None, "no_account_number")
    expenses = list(
        csv.DictReader(ledger.run("ledger", "unposted", "--family", "expenses", "--csv").stdout.splitlines())
    )
    assert {row["member"] for row in expenses} == {"jokafor", "rsingh", "tlarsen"}
    blocked = ledger.json("ledger", "exceptions")
    assert {row["code"] for row in rows(blocked, "exceptions")} >= {"no_account_number", "no_vendor_number"}
    assert blocked["open"] == 4


def test_documents_are_found_shown_and_told_apart(ledger: CommandLine) -> None:
    ledger.run("ledger", "export", code=1)
    found = ledger.json("ledger", "documents", "--search", "castle rock", "--family", "invoices")
    assert (found["count"], found["totals"]) == (2, {"USD": "8370.94"})
    assert ledger.json("ledger", "documents", "--state", "blocked")["count"] == 0
    assert "no such document" in ledger.run("ledger", "documents", "--search", "Atlantis").stdout
    shown = ledger.json("ledger", "show", INVOICE)
    journal_rows = rows(shown, "journal")
    sums = [sum(Decimal(str(row[side])) for row in journal_rows) for side in ("debit", "credit")]
    assert sums[0] == sums[1] > 0
    assert [row["code"] for row in rows(shown, "taxes")] == ["Minnesota"]
    assert (shown["in_the_books"], shown["source"]) == (None, None)
    text = ledger.run("ledger", "show", f"transaction:{INVOICE[-2:]}", "--source").stdout
    assert "As it would be posted" in text
    assert '"documentNumber": "10079"' in text
    assert "no document '99'" in ledger.error("ledger", "show", "99", code=2)["sentence"]
    LedgerDocument.objects.filter(number=OTHER).update(number=INVOICE)
    several = ledger.error("ledger", "show", INVOICE, code=2)
    assert ("Several documents" in several["sentence"], "transaction:79" in several["remedy"]) == (True, True)


def test_an_export_is_narrowed_down_and_given_out_in_every_form(ledger: CommandLine) -> None:
    narrow = ("ledger", "export", "--no-expenses", "--no-procurement")
    one = ledger.json(*narrow, "--include", "invoices:79,80", "--exclude", "invoices:80")
    assert [row["number"] for row in rows(one, "documents")] == [INVOICE]
    piped = ledger.run(*narrow, "--include", "invoices:79", "--format", "json").stdout
    assert [row["documentNumber"] for row in json.loads(piped)["transactions"]] == [INVOICE]
    for form, begins in (("legacy-xml", "<?xml"), ("rest-xml", "<?xml"), ("csv", "Record,")):
        assert ledger.run(*narrow, "--include", "invoices:79", "--format", form).stdout.startswith(begins)
    assert rows(ledger.json(*narrow, "--thru", "2026-10-01", code=1), "documents") == []
    writes = ledger.psa.writes()
    for words, said in (
        (("--no-invoices",), "Nothing is asked for"),
        (("--include", "invoices"), "names no records"),
        (("--include", "planets:1"), "no kind of record"),
        (("--thru", "someday"), "not a thru date"),
        (("--format", "pdf"), "no format"),
        (("--output", "export.pdf"), "in which form"),
        (("--format", "csv"), "do not fit into one pipe"),
    ):
        assert said in ledger.error(*narrow, *words, code=2)["sentence"]
    assert ledger.psa.writes() == writes
    assert not LedgerDocument.objects.exclude(marker="").exists()


def test_a_schedule_posts_whatever_is_ready_and_the_files_say_what_went(ledger: CommandLine) -> None:
    went, failed = ledger.home / "went.json", ledger.home / "failed.xml"
    narrow = ("--no-expenses", "--no-procurement", "--success-file", str(went), "--fail-file", str(failed))
    posted = ledger.json("ledger", "post", "--now", *narrow, code=1)
    assert (posted["balanced"], part(part(posted, "run"), "counts")["blocked"]) == (True, 3)
    documents = json.loads(went.read_text(encoding="utf-8"))["transactions"]
    assert {row["documentNumber"] for row in documents} == {INVOICE, OTHER, "10081", "10082", "10083"}
    assert "no account number" in failed.read_text(encoding="utf-8")
    again = ledger.run("ledger", "post", "--now", "--no-expenses", "--no-procurement", code=1)
    assert "Nothing was written in this run." in again.stdout


def test_the_fail_file_has_the_reason_of_each_document(ledger: CommandLine) -> None:
    ledger.run("book", "set", "Main", "currency=USD")
    ledger.run("ledger", "export", "--no-expenses", "--no-procurement", code=1)
    folder = ledger.home / "files"
    folder.mkdir()
    words = ("--success-file", str(folder), "--fail-file", str(ledger.home / "failed.csv"))
    ledger.run("ledger", "post", "--all", "--yes", *words, code=1)
    assert [path.name for path in folder.iterdir()] == ["connectwise_accounting_interface_get_batch_success.xml"]
    text = (ledger.home / "failed.csv").read_text(encoding="utf-8")
    failed = {row["DocumentNumber"]: row["ErrorMessage"] for row in csv.DictReader(text.splitlines())}
    assert "CAD" in failed["10082"]
    assert "10082" not in next(folder.iterdir()).read_text(encoding="utf-8")


REFUSED = (
    (("post",), "Nothing says what to post"),
    (("post", INVOICE, "--all"), "one without the other"),
    (("post", "--all", "--yes", "--location", "Madison"), "go with --now"),
    (("post", "--all", "--yes", "--no-wait", "--fail-file", "x.xml"), "once the run has ended"),
    (("post", "--all", "--yes", "--fail-file", "x.pdf"), "in which form"),
    (("post", "--all", "--yes", "--fail-file", "nowhere/x.xml"), "no folder"),
    (("post", "--all", "--yes", "--fail-file", "x.xml", "--success-file", "x.xml"), "same name"),
    (("post", "--all", "--yes"), "Nothing is ready"),
    (("post", "--all"), "no terminal to ask at"),
    (("void", INVOICE), "no terminal to ask at"),
    (("void", INVOICE, "--yes"), "There is no document"),
    (("decide", INVOICE, "repost"), "There is no document"),
    (("update", "--yes"), "Nothing says what to batch"),
    (("update", "--yes", "--ids", "1", "--from", "x.xml"), "Nothing says what to batch"),
    (("update", "--yes", "--ids", ""), "not one GL entry id"),
    (("update", "--yes", "--ids", "one"), "is not a GL entry id"),
    (("update", "--yes", "--ids", "1", "--identifier", "x" * 51), "too long for a batch"),
    (("undo", "12", "--yes"), "There is no batch"),
    (("documents", "--book", "Nowhere"), "There is no book 'Nowhere'"),
    (("reconcile", "--book", "Nowhere"), "There is no book 'Nowhere'"),
    (("export", "--location", "Nowhere"), "ConnectWise has no location Nowhere"),
    (("recreate", "12"), "A file and a document"),
)


def refused(ledger: CommandLine, *words: str) -> Mapping[str, str]:
    """A refusal of ConnectWise ends with 3, all others with 2."""
    return ledger.error("ledger", *words, code=3 if words[0] == "export" else 2)


def test_what_cannot_be_meant_is_refused_before_anything_is_sent(ledger: CommandLine) -> None:
    writes = ledger.psa.writes()
    for words, said in REFUSED:
        error = refused(ledger, *words)
        assert said in error["sentence"], words
        assert error["remedy"], words
    assert ledger.psa.writes() == writes


def test_a_file_that_cannot_be_written_is_named_as_it_was_given(ledger: CommandLine) -> None:
    path = ledger.home / "nowhere" / "all.xml"
    error = ledger.error("ledger", "export", "--output", str(path), code=1)
    assert error["sentence"] == f"{path}: No such file or directory."


def test_a_batch_of_what_is_in_the_books_already_was_written(ledger: CommandLine) -> None:
    ledger.run("ledger", "export", "--no-expenses", "--no-procurement", code=1)
    ledger.run("ledger", "post", INVOICE, "--yes")
    batch = next(row for row in rows(ledger.json("ledger", "batch", "list"), "batches") if row["ours"])
    ledger.run("ledger", "undo", str(batch["id"]), "--yes")
    again = ledger.run("ledger", "post", INVOICE, "--yes").stdout
    assert ("1 batches made" in again, "Nothing was written" in again) == (True, False)


def test_the_same_command_goes_on_with_what_was_agreed_to_before(ledger: CommandLine) -> None:
    """As after a kill: the documents are in the hands of a posting that no process carries out."""
    ledger.run("ledger", "export", "--no-expenses", "--no-procurement", code=1)
    run = ledger.run("ledger", "post", "--all", "--yes", "--no-wait").stdout.strip()
    again = ledger.run("ledger", "post", "--all", "--yes", code=1)
    assert f"Run {run[:8]} is posting them already" in again.stderr
    assert f"`bursar run show {run[:8]}`" in again.stdout
    assert {INVOICE, OTHER} <= {number for number, state in states(ledger).items() if state == "batched"}
    assert "Nothing is ready" in ledger.error("ledger", "post", "--all", "--yes", code=2)["sentence"]


def test_what_changes_while_somebody_is_asked_is_left_out(
    ledger: CommandLine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger.run("ledger", "export", "--no-expenses", "--no-procurement", code=1)

    class Terminal:
        """Another export ends before the person says yes."""

        def isatty(self) -> bool:
            return True

        def readline(self) -> str:
            LedgerDocument.objects.filter(number=INVOICE).update(fingerprint="of another document")
            return "y\n"

    monkeypatch.setattr(sys, "stdin", Terminal())
    app(["ledger", "post", "--all"], standalone_mode=False)
    assert "1 document became another one while you were asked: left out." in capsys.readouterr().err
    assert (states(ledger)[INVOICE], states(ledger)[OTHER]) == ("ready", "batched")


def test_a_batch_by_hand_warns_of_what_is_in_no_book(ledger: CommandLine) -> None:
    ledger.run("ledger", "export", code=1)
    ids = LedgerDocument.objects.get(number=INVOICE).entry_ids
    done = ledger.run("ledger", "update", "--ids", ",".join(map(str, ids)), "--identifier", "M-1", "--yes")
    assert f"1 document of these is not in the books: Invoice {INVOICE}." in done.stderr
    refused = ledger.json("ledger", "update", "--ids", str(ids[0]), "--identifier", "M-2", "--yes", code=1)
    assert "is in batch M-1" in str(rows(refused, "postings")[0]["sentence"])
    assert not LedgerDocument.objects.exclude(marker="").exists()


def test_at_a_terminal_the_documents_are_shown_and_a_yes_is_asked_for(ledger: CommandLine) -> None:
    ledger.run("ledger", "export", "--no-expenses", "--no-procurement", "--include", "invoices:79")
    with terminal() as screen, ledger.process("ledger", "post", INVOICE, stdin=screen.descriptor) as process:
        screen.type("y\n")
        out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, err
    assert "Castle Rock Manufacturing" in out
    assert "Post 1 document, 8,146.50 USD, to Main?" in err
    assert "Verdict: balanced" in out
