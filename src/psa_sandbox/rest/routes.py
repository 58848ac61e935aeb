"""Which path and method lead to which handler."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from werkzeug.wrappers import Response

from psa_sandbox.rest import accounting, actions
from psa_sandbox.rest.exchange import Exchange
from psa_sandbox.rest.records import Records
from psa_sandbox.state.errors import Refusal
from psa_sandbox.state.resources import RESOURCES, Mount, Resource
from psa_sandbox.state.resources.resource import COUNT, CREATE, DELETE, GET, LIST, PATCH, PUT

Handler = Callable[[Exchange], Response]

_NUMBER = "{}"
_NAME = "{name}"


@dataclass(frozen=True)
class Route:
    """A path in the vendor's spelling and what each method does there."""

    path: str
    methods: dict[str, Handler] = field(default_factory=dict)


@dataclass(frozen=True)
class Destination:
    """The route a path leads to, and the numbers in it."""

    route: Route
    ids: tuple[int, ...]


class Routes:
    """The route table: one dictionary look-up per request, names in any case, one trailing slash tolerated."""

    def __init__(self) -> None:
        self._by_pattern: dict[str, Route] = {}
        for route in all_routes():
            self._by_pattern.setdefault(_pattern(route.path), Route(route.path)).methods.update(route.methods)

    def __iter__(self) -> Iterator[Route]:
        return iter(self._by_pattern.values())

    def find(self, path: str) -> Destination:
        """Where a path leads. Raises Refusal 404 for an unknown one."""
        words = path.removesuffix("/").split("/")
        numbers = tuple(int(word) for word in words if _is_number(word))
        route = self._by_pattern.get(_joined(words)) or self._by_pattern.get(_joined(_with_name(words)))
        if route is None:
            raise Refusal(404, "ConnectWiseApi", "The endpoint does not exist.")
        return Destination(route, numbers)


def all_routes() -> Iterator[Route]:
    """Every route of the API."""
    for resource in RESOURCES.values():
        for mount in resource.mounts:
            yield from _record_routes(resource, mount)
    yield Route("/finance/closedInvoices/{id}", {"PATCH": actions.amend_closed, "PUT": actions.overwrite_closed})
    yield Route("/finance/accounting/export", {"POST": accounting.export})
    yield Route("/finance/accounting/batches", {"POST": accounting.create_batch})
    yield Route("/finance/accounting/batches/{id}", {"DELETE": accounting.delete_batch})
    yield Route("/finance/accounting/batches/{id}/export", {"POST": accounting.export_batch})
    yield Route("/procurement/purchaseorders/{id}/unbatch", {"POST": accounting.unbatch_order})
    yield Route("/procurement/purchaseorders/{id}/rebatch", {"POST": accounting.rebatch_order})
    yield Route("/finance/agreements/{id}/invoice", {"POST": actions.invoice_agreement})
    yield Route("/system/members/{memberIdentifier}/tokens", {"POST": actions.impersonate})


def _record_routes(resource: Resource, mount: Mount) -> Iterator[Route]:
    records = Records(resource, mount)
    yield from _route(mount, mount.path, {LIST: ("GET", records.browse), CREATE: ("POST", records.create)})
    yield from _route(mount, f"{mount.path}/count", {COUNT: ("GET", records.count)})
    single = {
        GET: ("GET", records.get),
        PUT: ("PUT", records.put),
        PATCH: ("PATCH", records.patch),
        DELETE: ("DELETE", records.delete),
    }
    yield from _route(mount, f"{mount.path}/{{id}}", single)


def _route(mount: Mount, path: str, handlers: Mapping[str, tuple[str, Handler]]) -> Iterator[Route]:
    methods = {method: handler for verb, (method, handler) in handlers.items() if verb in mount.verbs}
    if methods:
        yield Route(path, methods)


def _pattern(path: str) -> str:
    """`/a/{parentId}/b/{id}` as it is looked up: lower case, `{}` for a number, `{name}` for a name."""
    return "/".join(_placeholder(word) for word in path.split("/"))


def _placeholder(word: str) -> str:
    if not word.startswith("{"):
        return word.lower()
    return _NAME if word == "{memberIdentifier}" else _NUMBER


def _joined(words: list[str]) -> str:
    return "/".join(_NUMBER if _is_number(word) else word.lower() for word in words)


def _with_name(words: list[str]) -> list[str]:
    return [*words[:-2], _NAME, *words[-1:]]


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit()
