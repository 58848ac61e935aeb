"""One change of each kind out of a plan, told as before and after."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from bursar.cli.demo.narrator import Narrator
from bursar.domain.lines import RECURRING, ChargeType
from bursar.domain.money import to_cents
from bursar.domain.plan import Action, Change, FieldValue, Plan, Resource

MONEY = {"quantity", "unit_price"}


def _starts(*, ends: bool) -> Callable[[Change], bool]:
    return lambda change: change.action is Action.CREATE and (change.after["cancelled"] is not None) is ends


def _alters(*names: str) -> Callable[[Change], bool]:
    """Changes of our own Additions in these money fields and no other."""

    def matches(change: Change) -> bool:
        return change.action is Action.UPDATE and not _adopts(change) and change.differences.keys() & MONEY == {*names}

    return matches


def _completes(change: Change) -> bool:
    return change.action is Action.UPDATE and ChargeType.PURCHASE_FEE in str(change.differences.get("description"))


def _adopts(change: Change) -> bool:
    return change.action is Action.UPDATE and "marker" in change.differences


def _is_second(change: Change) -> bool:
    """A recurring charge that ends: another line of the month keeps the subscription's Addition."""
    recurring = any(f"- {kind}" in str(change.after["description"]) for kind in RECURRING)
    return recurring and _starts(ends=True)(change)


def _comes_to(sign: int) -> Callable[[Change], bool]:
    return lambda change: change.total is not None and (change.total.amount > 0) - (change.total.amount < 0) == sign


KINDS: tuple[tuple[str, Callable[[Change], bool]], ...] = (
    ("New subscription", _starts(ends=False)),
    ("Single charge", _starts(ends=True)),
    ("Second charge for one subscription in the month", _is_second),
    ("Credit", _comes_to(-1)),
    ("Zero, posted all the same", _comes_to(0)),
    ("Odd cents, so quantity 1 at the platform's total", lambda change: "×" in str(change.after["description"])),
    ("New quantity", _alters("quantity")),
    ("New price", _alters("unit_price")),
    ("First full month after a part of one", _completes),
    ("Taken over from a person", _adopts),
    ("Vanished from the platform", lambda change: change.action is Action.CANCEL),
)


def examples(plan: Plan) -> Iterator[tuple[str, Change]]:
    """The first change of each kind, with the kind's title."""
    changes = [change for change in plan.changes if change.resource is Resource.ADDITION and change.writes]
    for title, matches in KINDS:
        found = next((change for change in changes if matches(change)), None)
        if found:
            yield title, found


def tell(narrator: Narrator, title: str, change: Change, companies: Mapping[int, str]) -> None:
    """One change: whose, which, and what becomes of it."""
    narrator.say(f"{title}: {companies[change.company_id or 0]}")
    narrator.detail(f"{(change.before or change.after)['description']}: {_outcome(change)}")


def _outcome(change: Change) -> str:
    after = change.after
    if change.action is Action.CREATE:
        until = f" until {after['cancelled']}" if after["cancelled"] else ""
        return f"{_number(after['quantity'])} × {_price(after['unit_price'])} from {after['effective']}{until}"
    if change.action is Action.CANCEL:
        return f"no end → ends {after['cancelled']}"
    values = change.differences
    altered = [
        f"{label} {shown(values[name][0])} → {shown(values[name][1])}"
        for name, label, shown in (("quantity", "quantity", _number), ("unit_price", "unit price", _price))
        if name in values
    ]
    return ", ".join(altered) or "same quantity and price; Bursar keeps it from now on"


def _number(value: FieldValue) -> str:
    """Without the zeros that ConnectWise pads it with."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _price(value: FieldValue) -> str:
    """With two decimals, or with more where a unit price has more."""
    return f"{value:.2f}" if isinstance(value, Decimal) and value == to_cents(value) else _number(value)
