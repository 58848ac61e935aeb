"""How a route is declared: its address, the role it needs, and every answer that it may give."""

from collections.abc import Callable, Collection, Mapping
from functools import partial, wraps
from inspect import Parameter, signature
from typing import ParamSpec, TypeVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from ninja import Router
from ninja.responses import Status
from pydantic import BaseModel

from bursar.api.access import caller_of, needs
from bursar.api.problems import ProblemAnswer
from bursar.domain.roles import Role
from bursar.usecases.acting import acting_as

P = ParamSpec("P")
R = TypeVar("R", bound=BaseModel | HttpResponseBase | None)

NEEDS = "bursar_needs"
"""The mark of a view that says which role it needs."""
CALLER = "caller"
"""The parameter of a view that wants to know who calls."""
PIECES = "pieces"
"""The parameter of a view that reads the body itself, piece by piece, because it may be large."""
PIECE = 1024**2

ALWAYS = frozenset({400, 401, 403, 500, 503})
WITH_VALUES = frozenset({422})
WITH_ID = frozenset({404})
WITH_BODY = frozenset({413})
REMOTE = frozenset({404, 409, 422, 502, 503})
"""What a route may answer because ConnectWise said so."""

LOCATION = {"Location": {"description": "Address of what was made.", "schema": {"type": "string"}, "required": True}}
RETRY = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "string"}, "required": True}}


class Routes:
    """The routes of one noun. A route cannot be declared without the role it needs."""

    def __init__(self, tag: str) -> None:
        self.router = Router(tags=[tag])

    def get(
        self,
        path: str,
        role: Role,
        answer: type[BaseModel] | None,
        *,
        may: Collection[int] = (),
        content: Collection[str] = (),
    ) -> Callable[[Callable[P, R]], Callable[P, R]]:
        """Something that only reads. `content` are the media types that an answer may have instead of JSON."""
        return self._route("GET", path, role, answer, 200, may, content)

    def post(
        self,
        path: str,
        role: Role,
        answer: type[BaseModel] | None,
        *,
        status: int = 200,
        may: Collection[int] = (),
        takes: Mapping[str, object] | None = None,
    ) -> Callable[[Callable[P, R]], Callable[P, R]]:
        """Something that makes or does. 201 and 202 say in Location where the result is.

        `takes`: media type and schema of a body that the view reads itself.
        """
        return self._route("POST", path, role, answer, status, {*WITH_BODY, *may}, takes=takes)

    def put(
        self,
        path: str,
        role: Role,
        answer: type[BaseModel] | None,
        *,
        may: Collection[int] = (),
        takes: Mapping[str, object] | None = None,
    ) -> Callable[[Callable[P, R]], Callable[P, R]]:
        """Something that replaces. `takes` as for `post`."""
        return self._route("PUT", path, role, answer, 200, {*WITH_BODY, *may}, takes=takes)

    def patch(
        self, path: str, role: Role, answer: type[BaseModel] | None, *, may: Collection[int] = ()
    ) -> Callable[[Callable[P, R]], Callable[P, R]]:
        """Something that changes what it names and leaves the rest."""
        return self._route("PATCH", path, role, answer, 200, {*WITH_BODY, *may})

    def delete(self, path: str, role: Role, *, may: Collection[int] = ()) -> Callable[[Callable[P, R]], Callable[P, R]]:
        """Something that takes away, and answers nothing."""
        return self._route("DELETE", path, role, None, 204, may)

    def _route(
        self,
        method: str,
        path: str,
        role: Role,
        answer: type[BaseModel] | None,
        status: int,
        may: Collection[int],
        content: Collection[str] = (),
        takes: Mapping[str, object] | None = None,
    ) -> Callable[[Callable[P, R]], Callable[P, R]]:
        refusals = {*ALWAYS, *WITH_VALUES, *(WITH_ID if "{" in path else ()), *may}

        def declare(view: Callable[P, R]) -> Callable[P, R]:
            self.router.add_api_operation(
                path,
                [method],
                _acting(view, role, status),
                auth=needs(role),
                operation_id=view.__name__,
                summary=view.__name__.replace("_", " ").capitalize(),
                response={status: answer, **dict.fromkeys(sorted(refusals), ProblemAnswer)},
                openapi_extra=_extra(role, status, content, takes),
            )
            return view

        return declare


def _acting(view: Callable[P, R], role: Role, status: int) -> Callable[..., HttpResponseBase | Status[R]]:
    """The view, run in its caller's name. It gets the request's values, and the caller if it asks for `caller`."""
    wanted = signature(view)

    @wraps(view)
    def run(request: HttpRequest, *args: P.args, **values: P.kwargs) -> HttpResponseBase | Status[R]:
        caller = caller_of(request)
        if CALLER in wanted.parameters:
            values[CALLER] = caller
        if PIECES in wanted.parameters:
            values[PIECES] = iter(partial(request.read, PIECE), b"")
        with acting_as(caller.actor):
            result = view(*args, **values)
        return result if isinstance(result, HttpResponseBase) else Status(status, result)

    values = [parameter for parameter in wanted.parameters.values() if parameter.name not in {CALLER, PIECES}]
    request = Parameter("request", Parameter.POSITIONAL_OR_KEYWORD, annotation=HttpRequest)
    for name, value in {NEEDS: role, "__signature__": wanted.replace(parameters=[request, *values])}.items():
        setattr(run, name, value)
    return run


def location(*parts: object) -> str:
    """An address of the API, for Location."""
    return reverse("api:api-root") + "/".join(("v1", *map(str, parts)))


def _type_of(media: str) -> str:
    return "object" if media == "application/json" else "string"


def _extra(role: Role, status: int, content: Collection[str], takes: Mapping[str, object] | None) -> dict[str, object]:
    """What ninja does not write by itself: the role, headers, media types."""
    answers: dict[int, dict[str, object]] = {503: {"headers": RETRY}}
    if status in {201, 202}:
        answers[status] = {"headers": LOCATION}
    if content:
        answers[status] = {"content": {media: {"schema": {"type": _type_of(media)}} for media in content}}
    extra: dict[str, object] = {"x-role": role.value, "responses": answers}
    if takes:
        media = {media: {"schema": schema} for media, schema in takes.items()}
        extra["requestBody"] = {"required": True, "content": media}
    return extra
