"""What the control plane is asked for, read from JSON and checked."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TypeAlias

from werkzeug.wrappers import Request

from psa_sandbox.control.faults import KINDS, ArmedFault, Fault
from psa_sandbox.state.store import Clock

Wish: TypeAlias = dict[str, object]

_FAULT_FIELDS = {"kind", "method", "route", "skip", "times", "every", "chance", "seed", "retry_after", "ms"}


class BadWishError(ValueError):
    """The body of a control request makes no sense; the text says why."""


def wish_of(request: Request) -> Wish:
    """The request's JSON object, empty without a body. Raises BadWishError."""
    body = request.get_data()
    if not body:
        return {}
    try:
        wish = json.loads(body, parse_float=Decimal)
    except ValueError as problem:
        raise BadWishError(f"the body is no JSON: {problem}") from problem
    if not isinstance(wish, dict):
        raise BadWishError("the body must be a JSON object")
    return wish


def whole_number(wish: Wish, field: str, default: int | None = None) -> int:
    """A whole number of zero or more. Raises BadWishError."""
    value = wish.get(field, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise BadWishError(f"{field} must be a whole number of zero or more")
    return value


def wished_text(wish: Wish, field: str, default: str | None = None) -> str:
    """A text. Raises BadWishError."""
    value = wish.get(field, default)
    if not isinstance(value, str):
        raise BadWishError(f"{field} must be a text")
    return value


def wished_day(wish: Wish, field: str) -> date:
    """A date such as 2026-11-01. Raises BadWishError."""
    return _moment(wished_text(wish, field), field).date()


def clock_step(wish: Wish, clock: Clock) -> None:
    """Move a clock to `now` or by `advance_days`; exactly one must be given. Raises BadWishError."""
    if set(wish) == {"now"}:
        clock.set(_moment(wished_text(wish, "now"), "now"))
    elif set(wish) == {"advance_days"}:
        clock.advance(timedelta(days=whole_number(wish, "advance_days")))
    else:
        raise BadWishError("give either now or advance_days")


def fault_wish(wish: Wish) -> Fault:
    """A fault from its JSON form. Raises BadWishError."""
    unknown = sorted(set(wish) - _FAULT_FIELDS)
    if unknown:
        raise BadWishError(f"a fault has no {', '.join(unknown)}")
    kind = next((known for known in KINDS if known == wish.get("kind")), None)
    if kind is None:
        raise BadWishError(f"kind must be one of {', '.join(KINDS)}")
    every = whole_number(wish, "every", 1)
    if every < 1:
        raise BadWishError("every must be at least 1")
    return Fault(
        kind=kind,
        method=wished_text(wish, "method", "").upper(),
        route=_pattern(wish),
        skip=whole_number(wish, "skip", 0),
        times=_optional_number(wish, "times", None),
        every=every,
        chance=_chance(wish),
        seed=whole_number(wish, "seed", 0),
        retry_after=_optional_number(wish, "retry_after", Fault.retry_after),
        ms=whole_number(wish, "ms", 0),
    )


def shown_fault(armed: ArmedFault) -> Wish:
    """A fault on duty as JSON: what was wished, its id, how often it matched and hit."""
    return {"id": armed.id, **asdict(armed.fault), "matched": armed.matched, "hits": armed.hits}


def _optional_number(wish: Wish, field: str, default: int | None) -> int | None:
    return None if wish.get(field, default) is None else whole_number(wish, field, default)


def _pattern(wish: Wish) -> str:
    route = wished_text(wish, "route", "")
    try:
        re.compile(route)
    except re.error as problem:
        raise BadWishError(f"route is no regular expression: {problem}") from problem
    return route


def _chance(wish: Wish) -> float | None:
    value = wish.get("chance")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 <= value <= 1:
        raise BadWishError("chance must be a number from 0 to 1")
    return float(value)


def _moment(text: str, field: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as problem:
        raise BadWishError(f"{field} must be a date or time such as 2026-11-01T09:00:00Z") from problem
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
