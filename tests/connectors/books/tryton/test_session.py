"""Logging in, staying logged in, and what is said when that fails. No text holds the password."""

import json
import logging

import httpx2
import pytest

from bursar.connectors.books.tryton import TrytonBooks, TrytonCredentials, TrytonOptions
from bursar.domain.books.references import ReferenceKind
from bursar.domain.errors import (
    InvalidInput,
    NotPermitted,
    RemoteError,
    Unavailable,
    UnknownCompany,
    UnknownOutcome,
    WrongKey,
)
from bursar.domain.ledger.documents import DocumentKind
from tests.connectors.books.tryton import company
from tests.connectors.books.tryton.accountant import Accountant
from tests.connectors.books.tryton.conftest import Open, credentials_for
from tests.connectors.books.tryton.cut_transport import CutTransport
from tests.connectors.books.tryton.deliveries import sample, write_for
from tests.connectors.manual_clock import ManualClock
from tests.tryton_server import TrytonServer

CREDENTIALS = TrytonCredentials("http://127.0.0.1:1", "books", "bursar", "s3cret/pass word")
WRITE = write_for(sample(DocumentKind.INVENTORY_ADJUSTMENT))


def scripted(*answers: object) -> TrytonBooks:
    """A server that answers these one after the other, and the last one for ever."""
    left = list(answers)

    def answer(request: httpx2.Request) -> httpx2.Response:
        found = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(found, Exception):
            raise found
        return found if isinstance(found, httpx2.Response) else httpx2.Response(200, json=found)

    return TrytonBooks(CREDENTIALS, name="Main", transport=httpx2.MockTransport(answer), clock=ManualClock())


LOGGED_IN = ({"id": 1, "result": [4, "key", None]}, {"id": 2, "result": {"company": 1}})


class Recorded(httpx2.HTTPTransport):
    """Straight to Tryton; what was called stays known."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.calls.append(json.loads(request.read())["method"])
        return super().handle_request(request)


@pytest.mark.tryton
class TestAgainstTryton:
    def test_it_says_whose_books_these_are(self, books: TrytonBooks) -> None:
        found = books.info()
        assert (found.name, found.version, found.currency) == ("Cedarpoint IT", "8.2", "EUR")

    def test_nothing_is_asked_before_it_is_used(self, open_books: Open) -> None:
        transport = CutTransport()
        books = open_books(transport)
        assert transport.calls == []
        books.closed_through()
        assert transport.calls[0] == "common.db.login"

    def test_a_session_that_ended_is_renewed(
        self, open_books: Open, tryton: TrytonServer, accountant: Accountant
    ) -> None:
        """Tryton answers 401 before it does anything, so a write is safe to repeat."""
        transport = Recorded()
        books = open_books(transport)
        books.send(WRITE)
        tryton.execute("DELETE FROM ir_session WHERE id = (SELECT max(id) FROM ir_session)")
        books.send(write_for(sample(DocumentKind.INVENTORY_TRANSFER)))
        assert transport.calls.count("common.db.login") == 2
        assert len(accountant.rpc.find("account.move", [])) == 2

    def test_a_wrong_password_is_said_so(self, open_books: Open, tryton: TrytonServer) -> None:
        books = open_books(Recorded(), credentials=credentials_for(tryton, password="nobody's-password"))
        with pytest.raises(WrongKey, match="refuses user bursar and this password") as caught:
            books.info()
        assert "nobody's-password" not in f"{caught.value.sentence} {caught.value.remedy} {caught.value.answer}"
        tryton.execute("TRUNCATE res_user_login_attempt")

    def test_a_user_without_rights_is_told_what_is_missing(
        self, open_books: Open, tryton: TrytonServer, accountant: Accountant
    ) -> None:
        values = {"name": "Guest", "login": "guest", "password": "a-guests-password"}
        own = accountant.rpc.find("company.company", [])[0]["id"]
        [made] = accountant.rpc("model.res.user.create", [values | {"companies": [["add", [own]]], "company": own}])
        books = open_books(credentials=credentials_for(tryton, "guest", "a-guests-password"))
        try:
            for refused in (books.info, lambda: books.send(WRITE)):
                with pytest.raises(NotPermitted) as caught:
                    refused()
                assert "add the group Accounting" in caught.value.remedy
        finally:
            accountant.rpc("model.res.user.write", [made], {"active": False})

    def test_another_company_is_asked_for_by_name(self, open_books: Open, accountant: Accountant) -> None:
        """The user's current company is another one, and stays it."""
        [dollars] = accountant.rpc.find("currency.currency", [["code", "=", "USD"]])
        [party] = accountant.rpc("model.party.party.create", [{"name": "Elsewhere", "code": "ELSE"}])
        with pytest.raises(RemoteError, match="does not work for the company Elsewhere"):
            open_books(options=TrytonOptions(company="Elsewhere")).info()
        values = {"party": party, "currency": dollars["id"]}
        [made] = accountant.rpc("model.company.company.create", [values])
        [user] = accountant.rpc.find("res.user", [["login", "=", company.USER]])
        accountant.rpc("model.res.user.write", [user["id"]], {"companies": [["add", [made]]]})
        try:
            books = open_books(options=TrytonOptions(company="Elsewhere"))
            assert (books.info().name, books.info().currency) == ("Elsewhere", "USD")
            assert books.references(ReferenceKind.ACCOUNT) == []
            assert open_books().info().name == company.NAME
        finally:
            accountant.rpc("model.res.user.write", [user["id"]], {"companies": [["remove", [made]]]})

    def test_the_password_is_in_no_log(self, open_books: Open, caplog: pytest.LogCaptureFixture) -> None:
        books = open_books(Recorded())
        with caplog.at_level(logging.DEBUG):
            books.send(WRITE)
            list(books.settlements(None))
            books.close()
        assert "POST /" in caplog.text
        assert company.PASSWORD not in caplog.text
        assert "common.db.login" not in caplog.text
        assert str(WRITE.fields["marker"]) not in caplog.text


def test_a_server_that_is_down_is_unavailable() -> None:
    books = TrytonBooks(CREDENTIALS, name="Main", clock=ManualClock())
    with pytest.raises(Unavailable, match=r"Main cannot be reached at 127\.0\.0\.1"):
        books.info()


def test_an_unknown_database_is_said_so() -> None:
    """What Tryton answers after half a minute of trying to connect."""
    with pytest.raises(UnknownCompany, match=r"There is no database 'books' at http://127\.0\.0\.1:1\."):
        scripted(httpx2.Response(404)).info()


def test_who_asks_asks_again() -> None:
    books = scripted(*LOGGED_IN, httpx2.ReadError("cut"), httpx2.Response(503), {"id": 3, "result": []})
    assert books.references(ReferenceKind.TERM) == []


def test_who_is_never_answered_says_so() -> None:
    books = scripted(*LOGGED_IN, httpx2.Response(503))
    with pytest.raises(Unavailable, match=r"Main was asked 5 times, and no answer arrived\."):
        books.references(ReferenceKind.TERM)


@pytest.mark.parametrize(
    ("error", "kind", "sentence"),
    [
        (["LoginException", ["code", "Code", "char"]], WrongKey, "asks user bursar for more than a password"),
        (["'res.user'", ""], Unavailable, "has not loaded the database 'books' since it was started"),
        (["division by zero", "trace"], RemoteError, "failed on common.db.login: division by zero"),
    ],
)
def test_a_login_that_fails_says_why(error: object, kind: type[RemoteError], sentence: str) -> None:
    with pytest.raises(kind, match=sentence) as caught:
        scripted({"id": 1, "error": error}).info()
    assert caught.value.remedy


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(500, text="s3cret/pass word"),
        httpx2.Response(200, text="<html>s3cret/pass word</html>"),
        {"id": 1, "error": ["cannot log in with s3cret/pass word", ""]},
        {"id": 1, "result": {"__class__": "Decimal"}},
        {"id": 1, "result": "nothing"},
        ["nothing"],
    ],
)
def test_no_error_repeats_the_password(answer: object) -> None:
    with pytest.raises(RemoteError) as caught:
        scripted(answer).info()
    told = json.dumps([caught.value.sentence, caught.value.remedy, caught.value.answer, str(caught.value)])
    assert "s3cret" not in told
    assert "s3cret" not in repr(CREDENTIALS)


@pytest.mark.parametrize("password", ['s3cret"pass\\word', "s3cret  pass", "s3crét'pass", " s3cret-pass "])
def test_no_error_repeats_a_password_that_is_written_in_another_way(password: str) -> None:
    """As JSON has it, or with its spaces drawn together."""
    for text in (json.dumps({"params": ["bursar", {"password": password}]}), f"no: {password}."):
        answered = httpx2.MockTransport(lambda _, text=text: httpx2.Response(400, text=text))
        credentials = TrytonCredentials("http://127.0.0.1:1", "books", "bursar", password)
        books = TrytonBooks(credentials, name="Main", transport=answered, clock=ManualClock())
        with pytest.raises(RemoteError) as caught:
            books.info()
        assert "s3cr" not in caught.value.answer


def test_who_could_not_read_what_the_user_works_with_asks_again() -> None:
    """Else everything after it would be asked, and written, without a company."""
    asked: list[dict[str, object]] = []
    answers = {"common.db.login": [4, "key", None], "model.res.user.get_preferences": {"company": 1}}
    down = [True]

    def answer(request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content)
        asked.append(body)
        if body["method"] == "model.res.user.get_preferences" and down[0]:
            return httpx2.Response(503)
        return httpx2.Response(200, json={"result": answers.get(body["method"], [])})

    books = TrytonBooks(CREDENTIALS, name="Main", transport=httpx2.MockTransport(answer), clock=ManualClock())
    with pytest.raises(Unavailable):
        books.references(ReferenceKind.TERM)
    down[0] = False
    assert books.references(ReferenceKind.TERM) == []
    assert asked[-1]["params"][-1]["company"] == 1  # type: ignore[index]  # the context comes last


def test_invoices_are_read_some_at_a_time() -> None:
    """However many there are: the next page is asked for when the one before was dealt with."""
    asked: list[object] = []

    def page(after: int) -> list[dict[str, object]]:
        decimal = {"__class__": "Decimal", "decimal": "1"}
        same = {"type": "out", "reference": "1", "state": "posted", "total_amount": decimal, "create_uid": 4, "move": 1}
        own = {"currency.": {"id": 1, "code": "EUR"}, "payment_lines": [], "lines_to_pay": []}
        numbers = range(after + 1, min(after + 500, 1_200) + 1)
        return [{"id": n, **same, **own, "comment": f"{n} [bursar:d:aaaaaaaaaaaaaaaa:{n}]"} for n in numbers]

    def answer(request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content)
        found = next((kept["result"] for kept in LOGGED_IN if body["method"] in _LOGIN[kept["id"]]), None)
        if body["method"] == "model.company.company.search_read":
            found = [{"id": 1, "party.": {"id": 1, "name": "A"}, "currency.": {"id": 1, "code": "EUR"}}]
        if body["method"] == "model.account.invoice.search_read":
            domain = body["params"][0]
            if domain[1][0] == "comment":
                asked.append(domain[-1][2])
                found = page(domain[-1][2])
        return httpx2.Response(200, json={"result": found or []})

    books = TrytonBooks(CREDENTIALS, name="Main", transport=httpx2.MockTransport(answer), clock=ManualClock())
    told = books.settlements(None)
    next(iter(told))
    assert asked == [0]
    assert len(list(told)) == 1_199
    assert asked == [0, 500, 1_000]


_LOGIN = {1: "common.db.login", 2: "model.res.user.get_preferences"}


@pytest.mark.parametrize(
    "answer", [httpx2.ReadError("cut"), httpx2.Response(500), httpx2.Response(200, text="?"), {"error": ["boom", ""]}]
)
def test_a_write_without_an_answer_may_have_happened(answer: object) -> None:
    company_answer = {"result": [{"id": 1, "party.": {"id": 1, "name": "A"}, "currency.": {"id": 1, "code": "EUR"}}]}
    accounts = [{"id": number, "code": code} for number, code in enumerate(("1400", "1410", "5900", "5910"))]
    books = scripted(
        *LOGGED_IN,
        company_answer,
        {"result": []},
        {"result": accounts},
        {"result": [{"id": 1, "code": "MISC", "type": "general"}]},
        {"result": [{"id": 1, "start_date": _day(1), "end_date": _day(31), "state": "open"}]},
        answer,
    )
    with pytest.raises(UnknownOutcome):
        books.send(WRITE)


def _day(day: int) -> dict[str, object]:
    return {"__class__": "date", "year": 2026, "month": 10, "day": day}


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("http://tryton.example.com", "must begin with https"),
        ("https://169.254.169.254", "Bursar never calls it"),
        ("https://user:pass@tryton.example.com", "contains a user name"),
        ("", "address is empty"),
    ],
)
def test_addresses_that_are_never_called(url: str, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence) as caught:
        TrytonBooks(TrytonCredentials(url, "books", "bursar", "secret"), name="Main")
    assert "ConnectWise" not in caught.value.remedy


@pytest.mark.parametrize("database", ["", "a/b", "a b", "../rpc", "bücher"])
def test_databases_whose_name_is_none(database: str) -> None:
    with pytest.raises(InvalidInput, match="is no name of a database"):
        TrytonBooks(TrytonCredentials("https://tryton.example.com", database, "bursar", "secret"), name="Main")


def test_options_are_checked() -> None:
    with pytest.raises(InvalidInput, match="requests per minute"):
        TrytonOptions(requests_per_minute=0)
