"""Calls to one Tryton as one of its users: logs in when first needed, and again when the session has ended.

Every call is a POST, so the HTTP client takes all of them for writes. What only asks is asked again here.
"""

import random
import threading
from itertools import count

import httpx2

from bursar.connectors.books.clean_text import one_line
from bursar.connectors.books.tryton.credentials import TrytonCredentials
from bursar.connectors.books.tryton.values import Value, Values, decoded, encoded
from bursar.connectors.exact_json import JsonObject, JsonValue
from bursar.connectors.http import Answer, HttpClient
from bursar.connectors.retry import Outcome, RetryPolicy, again_after
from bursar.domain.errors import (
    InvalidInput,
    NotPermitted,
    Rejected,
    RemoteError,
    Unavailable,
    UnknownCompany,
    UnknownOutcome,
    WrongKey,
)
from bursar.domain.site_address import site_address
from bursar.ports import Clock

_LONGEST_ANSWER = 2_000
_FORBIDDEN = "You are not allowed to "
_NOT_LOADED = "'res.user'"
"""What Tryton 8.2 says of a database that it was not started with."""


class Refusal(Rejected):
    """Tryton said no, and nothing was written. `words` are its own."""

    def __init__(self, sentence: str, words: str, *, remedy: str = "") -> None:
        super().__init__(sentence, remedy=remedy, answer=words)
        self.words = words


class Question(Refusal):
    """Tryton asks whether a person really means it. `key` is what the question is known by."""

    def __init__(self, sentence: str, words: str, key: str) -> None:
        super().__init__(sentence, words)
        self.key = key


class Session:
    """A user's session. Thread-safe. Raises InvalidInput when the address cannot be used."""

    def __init__(self, credentials: TrytonCredentials, http: HttpClient, clock: Clock, name: str) -> None:
        self._credentials = credentials
        self._http = http
        self._clock = clock
        self.name = name
        self.site = _address(credentials.url)
        self.database = credentials.database
        self._base = f"{self.site}/{_database(credentials.database)}"
        self._retry = RetryPolicy()
        self._numbers = count(1)
        self._header = ""
        self._user_id = 0
        self._preferences: Values = {}
        self._company: Values = {}
        self._lock = threading.RLock()

    @property
    def user_id(self) -> int:
        """The user's id. Logs in when needed."""
        self._log_in()
        return self._user_id

    @property
    def preferences(self) -> Values:
        """What the user works with: company, and the like."""
        self._log_in()
        return self._preferences

    def work_for(self, company: int) -> None:
        """From now on in the name of this company."""
        self._company = {"company": company}

    def version(self) -> str:
        """The series of the server, as in 8.2."""
        return str(self._ask_until_answered(f"{self.site}/rpc/", "common.server.version", [], {}))

    def read(self, method: str, *parameters: Value, **context: Value) -> Value:
        """Ask for something; again where an answer is lost. Raises the RemoteError family."""
        return self._called(method, parameters, context, write=False)

    def write(self, method: str, *parameters: Value, **context: Value) -> Value:
        """Change something, once. Raises Refusal when nothing was written, UnknownOutcome when nobody can say."""
        return self._called(method, parameters, context, write=True)

    def close(self) -> None:
        """End the session, if there is one and the server can be reached."""
        with self._lock:
            if not self._header:
                return
            headers, self._header = {"authorization": self._header}, ""
        try:
            self._ask(f"{self._base}/rpc/", "common.db.logout", [], headers)
        except RemoteError:
            return  # it ends by itself

    def _called(self, method: str, parameters: tuple[Value, ...], context: Values, *, write: bool) -> Value:
        shared: Values = {name: value for name, value in self.preferences.items() if name in _SHARED}
        sent: list[Value] = [*parameters, {**shared, **self._company, "language": "en", **context}]
        for attempt in (1, 2):
            header = self._log_in()
            headers = {"authorization": header}
            try:
                if write:
                    return self._ask(f"{self._base}/rpc/", method, sent, headers)
                return self._ask_until_answered(f"{self._base}/rpc/", method, sent, headers)
            except _SessionEnded:
                if attempt > 1:
                    break
                self._forget(header)
        raise WrongKey(f"{self.name} ends the session of user {self._credentials.user} at once.", remedy=_LOGIN_REMEDY)

    def _log_in(self) -> str:
        with self._lock:
            if not self._header:
                header = self._new_session()
                found = self._ask_until_answered(
                    f"{self._base}/rpc/", "model.res.user.get_preferences", [True, {}], {"authorization": header}
                )
                self._preferences = found if isinstance(found, dict) else {}
                self._header = header  # only now: without its preferences a user works for no company
            return self._header

    def _forget(self, header: str) -> None:
        with self._lock:
            if self._header == header:
                self._header = ""

    def _new_session(self) -> str:
        password: Values = {"password": self._credentials.password}
        try:
            found = self._ask_until_answered(
                f"{self._base}/rpc/", "common.db.login", [self._credentials.user, password], {}
            )
        except _SessionEnded as error:
            raise WrongKey(
                f"{self.name} refuses user {self._credentials.user} and this password.", remedy=_LOGIN_REMEDY
            ) from error
        if not isinstance(found, list) or len(found) < 2:
            raise self._strange("common.db.login")
        self._user_id = int(str(found[0]))
        return self._credentials.session_header(self._user_id, str(found[1]))

    def _ask_until_answered(self, url: str, method: str, parameters: list[Value], headers: dict[str, str]) -> Value:
        for attempt in count(1):
            try:
                return self._ask(url, method, parameters, headers)
            except _Failed as error:
                raise RemoteError(f"{error.what}.", remedy=error.remedy, answer=error.answer) from error
            except UnknownOutcome as error:
                pause = again_after(Outcome(write=False, attempt=attempt), self._retry, random.random())
                if pause is None:
                    sentence = f"{self.name} was asked {attempt} times, and no answer arrived."
                    raise Unavailable(sentence, remedy=_SERVER_REMEDY, answer=error.answer) from error
                self._clock.sleep(pause)
        raise AssertionError("unreachable")

    def _ask(self, url: str, method: str, parameters: list[Value], headers: dict[str, str]) -> Value:
        body: JsonObject = {
            "id": next(self._numbers),
            "method": method,
            "params": [encoded(parameter) for parameter in parameters],
        }
        answer = self._http.request("POST", url, headers=httpx2.Headers(headers), body=body, readable=self._readable)
        if not answer.ok:
            raise self._refused_call(answer, method)
        try:
            found = answer.json()
        except ValueError as error:
            raise self._strange(method) from error
        if not isinstance(found, dict):
            raise self._strange(method)
        if found.get("error") is not None:
            raise self._refusal(found["error"], method)
        try:
            return decoded(found.get("result"))
        except ValueError as error:
            raise self._strange(method) from error

    def _refused_call(self, answer: Answer, method: str) -> RemoteError:
        if answer.status == 401:
            return _SessionEnded(f"{self.name} wants a new login.")
        if answer.status == 403:
            return NotPermitted(f"{self.name} does not let anybody call {method}.", remedy=_SERVER_REMEDY)
        if answer.status == 404:
            return UnknownCompany(
                f"There is no database '{self._credentials.database}' at {self.site}.",
                remedy="Check the address and the database's name, as they stand in the login of Tryton.",
            )
        sentence = f"{self.name} answered {answer.status} to {method}."
        return RemoteError(sentence, remedy=_SERVER_REMEDY, answer=self._readable(answer))

    def _refusal(self, error: JsonValue, method: str) -> RemoteError:
        kind, said = (error[0], error[1:]) if isinstance(error, list) and error else ("", [])
        parts = said[0] if said and isinstance(said[0], list) else said
        words = [self._quoted(part) for part in parts if isinstance(part, str)]
        if kind == "UserError" and words:
            return self._user_error(" ".join(filter(None, words)))
        if kind == "UserWarning" and len(words) > 1:
            text = " ".join(filter(None, words[1:]))
            return Question(f"{self.name} asks: {_ended(text)}", text, str(parts[0]))
        if kind == "LoginException":
            return WrongKey(
                f"{self.name} asks user {self._credentials.user} for more than a password.",
                remedy="Let Bursar have a user of its own that logs in with a password alone.",
            )
        if str(kind) == _NOT_LOADED:
            return Unavailable(
                f"Tryton has not loaded the database '{self._credentials.database}' since it was started.",
                remedy="Start Tryton with the database's name: trytond -d NAME, or TRYTOND_DATABASE_NAMES.",
            )
        told = self._quoted(kind)
        return _Failed(f"{self.name} failed on {method}{f': {told}' if told else ''}", _SERVER_REMEDY, told)

    def _user_error(self, words: str) -> RemoteError:
        if words.startswith(_FORBIDDEN):
            return NotPermitted(
                f"User {self._credentials.user} may not do this in {self.name}: {_ended(words)}",
                remedy="In Tryton, Administration > Users, add the group Accounting to this user.",
                answer=words,
            )
        return Refusal(f"{self.name} refused: {_ended(words)}", words)

    def _strange(self, method: str) -> RemoteError:
        what = f"{self.name} answered {method} in a way that Bursar cannot read"
        return _Failed(what, "Check that the address leads to Tryton 8.2 itself, then report this.")

    def _readable(self, answer: Answer) -> str:
        return self._quoted(answer.body.decode("utf-8", "replace"))

    def _quoted(self, text: object) -> str:
        return one_line(self._credentials.scrub(str(text)))[:_LONGEST_ANSWER]


class _SessionEnded(WrongKey):
    """401: nothing was done."""


class _Failed(UnknownOutcome):
    """An answer that says nothing of what was done: after a write it must be looked for, a question has failed."""

    def __init__(self, what: str, remedy: str, answer: str = "") -> None:
        super().__init__(f"{what}. A write may have happened.", remedy=remedy, answer=answer)
        self.what = what


_SHARED = frozenset({"company", "companies", "company_filter", "employee", "groups"})
"""What of a user's preferences goes along with every call, as Tryton's own clients do."""
_LOGIN_REMEDY = "Check the user and the password in the settings of the book; try them in Tryton itself."
_SERVER_REMEDY = "Look at the log of the Tryton server, then run again."


def _ended(words: str) -> str:
    return words if words.endswith((".", "!", "?")) else f"{words}."


def _address(url: str) -> str:
    try:
        return str(site_address(url))
    except InvalidInput as error:
        raise InvalidInput(
            error.sentence,
            remedy="Enter the server as your browser shows it, for example https://tryton.example.com. Plain http is"
            " for this machine only.",
        ) from None


def _database(name: str) -> str:
    if not name or not all(sign.isalnum() or sign in "_-" for sign in name) or not name.isascii():
        raise InvalidInput(
            f"'{name}' is no name of a database.", remedy="Enter it as it stands in the login of Tryton."
        )
    return name
