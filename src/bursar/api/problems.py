"""The one error shape, as the command line prints it, and the status that each kind of error has."""

import logging
from collections.abc import Mapping, Sequence
from functools import singledispatch

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import BaseModel, Field

from bursar.domain.errors import (
    BursarError,
    FieldFault,
    InvalidInput,
    NotConfigured,
    NotFound,
    Rejected,
    RemoteError,
    Throttled,
    Unavailable,
)
from bursar.store.writer_lock import AnotherWriter
from bursar.usecases.refusals import ChangedMeanwhile, SettingsRefused

log = logging.getLogger("bursar.api")

RETRY_AFTER = 5
"""Seconds to wait when nobody said how long."""
SHOWN_FIELD = 120
"""Longest field name that is repeated to whoever sent it."""


class FieldProblem(BaseModel):
    """One value that was refused."""

    field: str
    code: str
    message: str


class Problem(BaseModel):
    """What went wrong, in a sentence, and what to do about it."""

    code: str = Field(description="For programs; stays the same from version to version.")
    sentence: str = Field(description="For people: what happened.")
    remedy: str = Field(description="For people: what to do. Empty when there is nothing to say.")
    fields: list[FieldProblem] = Field(description="The values that were refused, when the error is about values.")


class ProblemAnswer(BaseModel):
    """Every answer that is not a success."""

    error: Problem


class Unknown(BursarError):
    """Nothing of that id or name is here."""

    code = "not_found"


class NotAllowed(BursarError):
    """Somebody is logged in, and may not do this."""

    code = "forbidden"


class NotLoggedIn(BursarError):
    """Nobody is logged in."""

    code = "not_authenticated"
    default_remedy = "Send the header `Authorization: Bearer bursar_…` with a token from your profile page."


STATUS: Mapping[type[BursarError], int] = {
    NotLoggedIn: 401,
    NotAllowed: 403,
    Unknown: 404,
    NotFound: 404,
    NotConfigured: 409,
    AnotherWriter: 409,
    ChangedMeanwhile: 409,
    InvalidInput: 422,
    Throttled: 503,
    Unavailable: 502,
    RemoteError: 502,
    BursarError: 409,
}
"""The nearest class above an error's own class counts."""


def status_of(error: BursarError) -> int:
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def problem(status: int, code: str, sentence: str, remedy: str = "", fields: Sequence[FieldFault] = ()) -> JsonResponse:
    """An answer in the one error shape."""
    shown = [{"field": f.field, "code": f.code, "message": f.message} for f in fields]
    error = {"code": code, "sentence": sentence, "remedy": remedy, "fields": shown}
    return JsonResponse({"error": error}, status=status)


def answer_for(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    """The answer to whatever went wrong."""
    answer = _answer(error)
    if answer.status_code == 500 and isinstance(error, Exception):
        log.error("%s %s failed", request.method, request.path, exc_info=error)
    return answer


@singledispatch
def _answer(_error: object) -> HttpResponse:
    """A defect of Bursar: the log has it all, the answer nothing."""
    return problem(
        500,
        "defect",
        "Something went wrong in Bursar. Nothing was posted twice.",
        "The error is in the server's log; please try again.",
    )


@_answer.register
def _(error: BursarError) -> HttpResponse:
    answer = problem(status_of(error), error.code, error.sentence, error.remedy, _faults(error))
    if answer.status_code == 401:
        answer["WWW-Authenticate"] = 'Bearer realm="Bursar"'
    if answer.status_code == 503:
        seconds = error.retry_after if isinstance(error, Throttled) else None
        answer["Retry-After"] = str(max(1, round(seconds or RETRY_AFTER)))
    return answer


def _faults(error: BursarError) -> Sequence[FieldFault]:
    if isinstance(error, Rejected):
        return error.fields
    if isinstance(error, SettingsRefused):
        return [FieldFault(name, fault.code, fault.sentence) for name, fault in error.faults.items()]
    return ()


@_answer.register
def _(_error: AuthenticationError) -> HttpResponse:
    return _answer(NotLoggedIn("Nobody is logged in."))


@_answer.register
def _(error: ValidationError) -> HttpResponse:
    """Values that do not fit. What was sent is not repeated: it may be a secret."""
    fields = [
        FieldFault(".".join(str(part) for part in fault["loc"])[:SHOWN_FIELD], str(fault["type"]), str(fault["msg"]))
        for fault in error.errors
    ]
    return problem(422, "invalid_input", "Some values cannot be used; nothing was changed.", "See fields.", fields)


@_answer.register
def _(error: HttpError) -> HttpResponse:
    """What ninja refuses by itself: a body that cannot be parsed."""
    if error.status_code == 400:
        return problem(400, "broken_body", "The body is not JSON.", "Send one JSON document in UTF-8.")
    return problem(error.status_code, "refused", "The request was refused.")


@_answer.register
def _(_error: Http404) -> HttpResponse:
    return no_such_address()


@_answer.register
def _(_error: RequestDataTooBig) -> HttpResponse:
    return problem(413, "too_large", "The body is too large; nothing was changed.", "Send it in smaller parts.")


@_answer.register
def _(_error: SuspiciousOperation) -> HttpResponse:
    """More values than Django reads, or an address that means mischief."""
    return problem(400, "broken_request", "The request cannot be read.", "Send fewer or simpler values.")


@_answer.register
def _(_error: UnreadablePostError) -> HttpResponse:
    return problem(400, "broken_body", "The body ended too early.", "Send the request again.")


@_answer.register
def _(error: OperationalError) -> HttpResponse:
    """The database: locked for longer than we wait, or out of reach."""
    log.warning("The database did not answer a request of the API: %s", type(error).__name__)
    answer = problem(503, "busy", "The database is busy; nothing was changed.", "Send the request again in a moment.")
    answer["Retry-After"] = str(RETRY_AFTER)
    return answer


def no_such_address() -> HttpResponse:
    return problem(404, "not_found", "There is nothing at this address.", "See /api/docs for all addresses.")


def wrong_method(allowed: Sequence[str]) -> HttpResponse:
    """The address is there, for other methods."""
    names = ", ".join(sorted(allowed))
    answer = problem(405, "wrong_method", "This address does not take that method.", f"Use one of: {names}.")
    answer["Allow"] = names
    return answer
