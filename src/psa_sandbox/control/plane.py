"""The control plane's routes. Everything here is ours; the imitated product has nothing like it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeAlias
from wsgiref.types import StartResponse, WSGIEnvironment

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from psa_sandbox.control import screens
from psa_sandbox.control.faults import Faults
from psa_sandbox.control.injector import FaultInjector
from psa_sandbox.control.journal import Journal
from psa_sandbox.control.wishes import (
    BadWishError,
    Wish,
    clock_step,
    fault_wish,
    shown_fault,
    whole_number,
    wish_of,
    wished_day,
    wished_text,
)
from psa_sandbox.seeds import DEFAULT_SEED, seed
from psa_sandbox.state.agreements import refresh_statuses
from psa_sandbox.state.invoicing import invoice_due
from psa_sandbox.state.record import wire
from psa_sandbox.state.resources import RESOURCES
from psa_sandbox.state.store import Store

PREFIX = "/_control"
ACTOR = "control"

Reply: TypeAlias = tuple[int, object]
Endpoint: TypeAlias = Callable[..., Reply]


@dataclass
class Planting:
    """Which seed the sandbox began with, for a reset."""

    name: str = DEFAULT_SEED
    options: dict[str, int] = field(default_factory=dict)


class ControlPlane:
    """WSGI application for everything under /_control: JSON in, JSON out, no login.

    `changed` is called after each request that may have altered the store.
    """

    def __init__(
        self,
        store: Store,
        *,
        injector: FaultInjector,
        faults: Faults,
        journal: Journal,
        planting: Planting,
        changed: Callable[[], None],
    ) -> None:
        self._store = store
        self._injector = injector
        self._faults = faults
        self._journal = journal
        self._planting = planting
        self._changed = changed
        self._routes = Map([_rule(*row) for row in self._table()])

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request; refusals are {"error": sentence}."""
        request = Request(environ)
        try:
            endpoint, arguments = self._routes.bind_to_environ(environ).match()
            code, content = endpoint(wish_of(request), **arguments)
        except BadWishError as refusal:
            code, content = 400, {"error": str(refusal)}
        except HTTPException as refusal:
            code, content = refusal.code or 500, {"error": refusal.description}
        if request.method != "GET":
            self._changed()
        return Response(_json(content), code, mimetype="application/json")(environ, start_response)

    def _table(self) -> list[tuple[str, str, Endpoint]]:
        return [
            ("POST", "/seed", self._seed),
            ("POST", "/reset", self._reset),
            ("GET", "/clock", self._clock),
            ("POST", "/clock", self._set_clock),
            ("GET", "/faults", self._list_faults),
            ("POST", "/faults", self._add_fault),
            ("DELETE", "/faults", self._clear_faults),
            ("DELETE", "/faults/<int:key>", self._remove_fault),
            ("POST", "/latency", self._set_latency),
            ("GET", "/journal", self._read_journal),
            ("DELETE", "/journal", self._clear_journal),
            ("POST", "/invoice-due", self._invoice_due),
            ("POST", "/expenses", self._enter_expense),
            ("POST", "/transfers", self._transfer),
            ("POST", "/unbatch", self._unbatch),
            ("POST", "/rebatch", self._rebatch),
            ("POST", "/close-batch", self._close_batch),
            ("GET", "/records", self._count_records),
            ("GET", "/records/<kind>", self._records),
        ]

    def _seed(self, wish: Wish) -> Reply:
        name, options = wished_text(wish, "name"), wish.get("options") or {}
        if not isinstance(options, dict):
            raise BadWishError("options must be an object")
        numbers = {key: whole_number(options, key) for key in options}
        try:
            seed(self._store, name, **numbers)
        except ValueError as problem:
            raise BadWishError(str(problem)) from problem
        self._planting.name, self._planting.options = name, numbers
        return 200, self._overview()

    def _reset(self, _wish: Wish) -> Reply:
        seed(self._store, self._planting.name, **self._planting.options)
        self._faults.clear()
        self._journal.clear()
        self._injector.latency_ms = 0
        return 200, self._overview()

    def _overview(self) -> object:
        return {"seed": self._planting.name, "now": self._store.clock.stamp(), "records": self._counts()}

    def _clock(self, _wish: Wish) -> Reply:
        return 200, {"now": self._store.clock.stamp(), "frozen": self._store.clock.frozen}

    def _set_clock(self, wish: Wish) -> Reply:
        with self._store.lock:
            clock_step(wish, self._store.clock)
            refresh_statuses(self._store, by=ACTOR)
        return self._clock(wish)

    def _list_faults(self, _wish: Wish) -> Reply:
        return 200, [shown_fault(armed) for armed in self._faults.on_duty()]

    def _add_fault(self, wish: Wish) -> Reply:
        return 201, shown_fault(self._faults.arm(fault_wish(wish)))

    def _clear_faults(self, _wish: Wish) -> Reply:
        self._faults.clear()
        return 200, []

    def _remove_fault(self, _wish: Wish, key: int) -> Reply:
        found = self._faults.disarm(key)
        return (200, {"removed": key}) if found else (404, {"error": f"there is no fault {key}"})

    def _set_latency(self, wish: Wish) -> Reply:
        self._injector.latency_ms = whole_number(wish, "ms")
        return 200, {"ms": self._injector.latency_ms}

    def _read_journal(self, _wish: Wish) -> Reply:
        return 200, [entry.shown() for entry in self._journal.entries()]

    def _clear_journal(self, _wish: Wish) -> Reply:
        self._journal.clear()
        return 200, []

    def _invoice_due(self, wish: Wish) -> Reply:
        through: date = wished_day(wish, "through")
        invoices = invoice_due(self._store, through, ACTOR)
        return 200, {"through": wire(through), "invoices": [row["id"] for row in invoices]}

    def _enter_expense(self, wish: Wish) -> Reply:
        return 201, {"expense": screens.enter(self._store, wish, ACTOR)["id"]}

    def _transfer(self, wish: Wish) -> Reply:
        return 201, {"transfer": screens.transfer(self._store, wish, ACTOR)["id"]}

    def _unbatch(self, wish: Wish) -> Reply:
        return 200, {"moved": screens.unbatch(self._store, wish, ACTOR)}

    def _rebatch(self, wish: Wish) -> Reply:
        return 200, {"moved": screens.rebatch(self._store, wish, ACTOR)}

    def _close_batch(self, wish: Wish) -> Reply:
        return 200, screens.shown_batch(screens.close_batch(self._store, wish, ACTOR))

    def _count_records(self, _wish: Wish) -> Reply:
        return 200, self._counts()

    def _records(self, _wish: Wish, kind: str) -> Reply:
        if kind not in RESOURCES and kind not in self._store.kinds():
            return 404, {"error": f"there is no kind {kind}"}
        return 200, self._store.rows(kind)

    def _counts(self) -> dict[str, int]:
        return {kind: len(self._store.rows(kind)) for kind in self._store.kinds()}


def _rule(method: str, path: str, endpoint: Endpoint) -> Rule:
    return Rule(PREFIX + path, methods=[method], endpoint=endpoint)


def _json(content: object) -> str:
    return json.dumps(content, default=_exact)


def _exact(value: object) -> str:
    """Amounts are written as text, so that no reader turns them into floats."""
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
