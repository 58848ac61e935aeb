"""The ledger by API: a book, an export, exactly what was shown posted, a batch undone and made anew, payments."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from django.http import HttpResponse

from bursar.jobs.journeys import journey_of
from bursar.store.models import AuditEntry, Book, Connection, LedgerDocument, Run
from bursar.store.writer_lock import sole_writer
from bursar.usecases.carry_out import carry_out
from bursar.usecases.runs import begin
from bursar.usecases.watch import Watch
from bursar.wiring import SystemClock
from tests.api.conftest import Cast, Program, error_of

INVOICE, OTHER = "10079", "10080"
INVOICES = {"families": ["invoices"]}
PLANTED = "PLANTED0password0THAT0nobody0MAY0see"


def streamed(answer: HttpResponse) -> str:
    assert answer.status_code == 200, answer.content
    return b"".join(answer).decode()


class Desk:
    """One connection over the API, with a worker at hand."""

    def __init__(self, cast: Cast, connection: Connection) -> None:
        self.cast = cast
        self.connection = connection
        self.at = f"/connections/{connection.pk}"

    def get(self, path: str, **query: object) -> Mapping[str, object]:
        answer = self.cast.viewer.get(f"{self.at}{path}", **query)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def run(self, path: str, body: object = None, program: Program | None = None, **headers: str) -> Run:
        """Ask for a run and carry it out."""
        answer = (program or self.cast.operator).post(f"{self.at}{path}", body, **headers)
        assert answer.status_code == 202, answer.content
        run = Run.objects.get(pk=answer.json()["id"])
        assert answer["Location"] == f"/api/v1{self.at}/runs/{run.pk}"
        with sole_writer(run.connection):
            assert begin(run, "a worker")
            carry_out(run, SystemClock(), lambda: journey_of(run)(run, Watch()))
        run.refresh_from_db()
        return run

    def document(self, number: str) -> Mapping[str, object]:
        row = LedgerDocument.objects.get(connection=self.connection, number=number)
        return self.get(f"/ledger/documents/{row.pk}")

    def refused(self, path: str, body: object) -> Mapping[str, object]:
        answer = self.cast.operator.post(f"{self.at}{path}", body)
        assert answer.status_code == 422, answer.content
        return error_of(answer)


@pytest.fixture
def desk(cast: Cast, connection: Connection, tmp_path: Path) -> Desk:
    made = Desk(cast, connection)
    book = {"name": "Main", "kind": "plaintext", "folder": str(tmp_path / "books")}
    assert cast.administrator.post(f"{made.at}/books", book).status_code == 201
    return made


def test_from_the_unposted_lists_to_the_books_and_back_again(desk: Desk) -> None:
    exported = desk.run("/ledger/export", INVOICES)
    assert exported.counts == {"create": 5, "leave": 0, "blocked": 0, "excluded": 0, "missing": 3}
    waiting = {row["number"]: row for row in desk.get("/ledger/unposted", family="invoices")["records"]}
    assert (waiting[INVOICE]["state"], waiting["10084"]["code"]) == ("ready", "no_account_number")
    shown = desk.document(INVOICE)
    assert [row["account"] for row in shown["journal"]][:2] == ["1100", "4410"]
    assert (shown["taxes"][0]["code"], shown["delivered_journal"]) == ("Minnesota", None)
    assert json.loads(str(shown["source"]))["documentNumber"] == INVOICE
    posted = desk.run("/ledger/post", {"documents": [shown["id"], desk.document(OTHER)["id"]]})
    assert (posted.verdict, posted.counts["not_selected"]) == ("balanced", 3)
    assert {row["number"] for row in desk.get("/ledger/documents", state="batched")["documents"]} == {INVOICE, OTHER}
    went = streamed(desk.cast.viewer.get(f"{desk.at}/ledger/postings/{posted.pk}/file", which="success", format="json"))
    assert {row["documentNumber"] for row in json.loads(went)["transactions"]} == {INVOICE, OTHER}
    _batches(desk, went)
    _taken_back(desk)


def _batches(desk: Desk, went: str) -> None:
    batch = next(row for row in desk.get("/ledger/batches")["batches"] if row["ours"])
    at = f"/ledger/batches/{batch['id']}"
    entries = desk.get(f"{at}/entries")
    assert sorted(row["id"] for row in entries["entries"]) == sorted(batch["entry_ids"])
    assert (entries["missing_ids"], entries["extra_ids"]) == ([], [])
    assert "live on in Main" in str(desk.get(at)["undo_warning"])
    again = streamed(desk.cast.viewer.get(f"{desk.at}{at}/export", format="csv"))
    assert {line.split(",")[4] for line in again.splitlines()[1:]} == {INVOICE, OTHER}
    assert desk.run(f"{at}/undo").verdict == "balanced"
    assert desk.document(INVOICE)["state"] == "posted"
    answer = desk.cast.operator.client.generic(
        "POST", f"/api/v1{desk.at}/ledger/batches/from-file?identifier=M-1", went, "application/octet-stream"
    )
    assert answer.status_code == 202, answer.content
    run = Run.objects.get(pk=answer.json()["id"])
    assert (run.request["identifier"], run.request["entry_ids"]) == ("M-1", sorted(batch["entry_ids"]))


def _taken_back(desk: Desk) -> None:
    document = desk.document(INVOICE)
    assert desk.run("/ledger/void", {"documents": [document["id"]]}).verdict == "balanced"
    assert desk.document(INVOICE)["state"] == "voided"
    desk.run("/ledger/export", INVOICES)
    assert desk.run("/ledger/post", {"everything": True}).verdict == "balanced"
    anew = desk.document(INVOICE)
    assert (anew["state"], anew["generation"], anew["delivered_journal"]) == ("batched", 1, anew["journal"])
    balances = desk.get("/ledger/reconciliation", period="2026-10")
    assert (balances["differing"], bool(balances["balances"])) == (0, True)
    assert desk.get("/ledger/reconciliation", only_differing="true")["balances"] == []
    totals = desk.get("/ledger/reconciliation/totals", period="2026-10")
    in_cad = next(total for total in totals["totals"] if (total["family"], total["currency"]) == ("invoices", "CAD"))
    assert (in_cad["connectwise"], in_cad["documents"], in_cad["books"]) == ("1522.50", "1522.50", "1522.50")
    assert (in_cad["agrees"], totals["agrees"]) == (True, False), "one invoice came without an account number"
    assert desk.get("/ledger/reconciliation/totals", period="2020-01") == {"totals": [], "agrees": True}
    assert {row["code"] for row in desk.get("/ledger/exceptions", journey="ledger")["exceptions"]} >= {
        "no_account_number"
    }


def test_a_schedule_posts_whatever_is_ready_and_the_same_key_gives_the_same_run(desk: Desk) -> None:
    key = {"Idempotency-Key": "tonight"}
    wanted = {"now": {**INVOICES, "thru": "2026-10-28"}}
    run = desk.run("/ledger/post", wanted, **key)
    assert (run.verdict, run.counts["batches"]) == ("balanced", 1)
    again = desk.cast.operator.post(f"{desk.at}/ledger/post", wanted, **key)
    assert (again.status_code, again.json()["id"]) == (202, str(run.pk))
    other = desk.cast.operator.post(f"{desk.at}/ledger/post", {"everything": True}, **key)
    assert (other.status_code, error_of(other)["code"]) == (409, "idempotency_key_used")
    text = streamed(
        desk.cast.viewer.get(f"{desk.at}/ledger/export-file", format="json", families="invoices", thru="2026-10-28")
    )
    assert json.loads(text)["transactions"] == []


def test_what_cannot_be_meant_is_refused_and_nothing_is_started(desk: Desk) -> None:
    for path, body, said in (
        ("/ledger/export", {"thru": "someday"}, "not a thru date"),
        ("/ledger/post", {}, "not said what to post"),
        ("/ledger/post", {"everything": True, "documents": [1]}, "not said what to post"),
        ("/ledger/post", {"everything": True}, "None of these documents"),
        ("/ledger/post", {"documents": [99]}, "There is no document 99"),
        ("/ledger/void", {"documents": [99]}, "There is no document 99"),
        ("/ledger/batches", {"entry_ids": [1], "identifier": "x" * 51}, "too long for a batch"),
        ("/payments/post", {}, "not said what to post"),
        ("/payments/post", {"numbers": ["10079"]}, "Nothing is known of payments"),
        ("/payments/post", {"everything": True}, "Nothing is to be written"),
    ):
        assert said in str(desk.refused(path, body)["sentence"]), path
    assert not Run.objects.exists()
    for path in ("/ledger/documents/99", "/ledger/batches/99", "/books/99", "/routes/99"):
        assert desk.cast.viewer.get(f"{desk.at}{path}").status_code == 404


def test_payments_come_in_by_file_are_compared_and_written_once(desk: Desk) -> None:
    text = "invoice,amount,date\n10079,1500.00,2026-11-02\n99999,1.00,2026-11-02\n"
    path = f"/api/v1{desk.at}/payments/files?filename=paid.csv"
    taken = desk.cast.operator.client.generic("POST", path, text, "application/octet-stream").json()
    assert ([row["number"] for row in taken["failed"]], taken["taken_in_before"]) == ([INVOICE, "99999"], False)
    assert desk.cast.operator.client.generic("POST", path, text, "application/octet-stream").json()["taken_in_before"]
    desk.run("/payments/pull", {})
    listed = {row["number"]: row for row in desk.get("/payments")["payments"]}
    assert (listed[INVOICE]["actions"], listed[INVOICE]["paid"]) == (["create"], "1500.00")
    assert (listed["99999"]["state"], listed["99999"]["code"]) == ("exception", "invoice_unknown")
    assert desk.run("/payments/post", {"numbers": [INVOICE]}).verdict == "balanced"
    assert desk.get("/payments", state="applied")["payments"][0]["in_connectwise"] == "1500.00"
    outcome = desk.get(f"/payments/files/{taken['id']}")
    assert [row["number"] for row in outcome["succeeded"]] == [INVOICE]
    assert "99999" in outcome["failed"][0]["error"]
    broken = desk.cast.operator.client.generic("POST", path, "nothing", "application/octet-stream")
    assert error_of(broken)["code"] == "source_unreadable"


def test_a_password_goes_in_and_never_comes_out(desk: Desk) -> None:
    place = {"url": "http://127.0.0.1:9", "database": "acme", "user": "bursar"}
    new = {"name": "Tryton", "kind": "tryton", **place, "password": PLANTED, "test": False}
    made = desk.cast.administrator.post(f"{desk.at}/books", new)
    assert made.status_code == 201, made.content
    at = f"{desk.at}/books/{made.json()['id']}"
    changed = desk.cast.administrator.send("PATCH", at, {"user": "accounting", "test": False})
    assert changed.json()["place"] == place | {"user": "accounting"}
    moved = desk.cast.administrator.send("PATCH", at, {"url": "https://tryton.example.com", "test": False})
    assert (moved.status_code, error_of(moved)["remedy"]) == (422, "Enter the password again.")
    nowhere = desk.cast.administrator.send("PATCH", at, {"url": "a b", "password": PLANTED, "test": False})
    assert nowhere.status_code == 422
    listed = desk.cast.viewer.get(f"{desk.at}/books")
    failed = desk.cast.operator.post(f"{at}/test")
    assert (failed.status_code, error_of(failed)["code"]) == (502, "unavailable")
    audit = desk.cast.administrator.get("/audit")
    for answer in (made, changed, moved, nowhere, listed, failed, audit):
        assert PLANTED not in answer.content.decode()
    assert Book.objects.get(name="Tryton").sealed_secret
    assert AuditEntry.objects.filter(action="book added").count() == 2


def test_books_are_tested_first_and_a_folder_is_named_in_full(desk: Desk, tmp_path: Path) -> None:
    relative = {"name": "B", "kind": "csv", "folder": "books"}
    answer = desk.cast.administrator.post(f"{desk.at}/books", relative)
    assert (answer.status_code, error_of(answer)["remedy"]) == (422, "Send an absolute path on the server.")
    file = tmp_path / "a-file"
    file.touch()
    unreachable = desk.cast.administrator.post(f"{desk.at}/books", {**relative, "folder": str(file)})
    assert unreachable.status_code == 502
    taken = desk.cast.administrator.post(f"{desk.at}/books", {**relative, "folder": str(tmp_path / "books")})
    assert "one place has one writer" in str(error_of(taken)["remedy"])
    settings = desk.cast.administrator.send(
        "PATCH", f"{desk.at}/books/{Book.objects.get().pk}/settings", {"settings": {"tolerance": "x", "cogs": "yes"}}
    )
    assert [fault["field"] for fault in error_of(settings)["fields"]] == ["tolerance"]
    assert Book.objects.get().policy == {}


def test_codes_and_routes_are_kept_all_or_none(desk: Desk) -> None:
    book = Book.objects.get().pk
    at = f"{desk.at}/books/{book}/codes"
    codes = [{"kind": "customer", "source": f"C{n}", "target": f"K{n}"} for n in (1, 2)]
    assert desk.cast.operator.send("PUT", at, {"codes": codes}).json() == {"set": 2}
    assert [row["target"] for row in desk.get(f"/books/{book}/codes", kind="customer")["codes"]] == ["K1", "K2"]
    blank = [*codes, {"kind": "customer", "source": "", "target": "K3"}]
    assert desk.cast.operator.send("PUT", at, {"codes": blank}).status_code == 422
    first = desk.cast.administrator.post(f"{desk.at}/routes", {"book_id": book}).json()
    late = desk.cast.administrator.post(f"{desk.at}/routes", {"reason": "Late", "kinds": ["journal"]}).json()
    assert (first["decides"], late["decides"], late["position"]) == (True, False, 2)
    moved = desk.cast.administrator.post(f"{desk.at}/routes/{late['id']}/move", {"position": 1}).json()["routes"]
    assert [(row["reason"], row["decides"]) for row in moved] == [("Late", True), ("", True)]
    assert desk.cast.administrator.post(f"{desk.at}/routes", {"reason": ""}).status_code == 422
    assert desk.cast.administrator.send("DELETE", f"{desk.at}/routes/{late['id']}").status_code == 204
    assert [row["position"] for row in desk.get("/routes")["routes"]] == [1]
