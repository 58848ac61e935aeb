"""The conditions builder, judged by the sandbox's own reading of the language."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.connectors.connectwise.query import ROOM, Condition, Value, custom_field, field, in_chunks, literal
from bursar.connectors.http import encode_query
from bursar.domain.errors import InvalidInput
from psa_sandbox.state.conditions.filters import record_test
from psa_sandbox.state.conditions.grammar import parse
from psa_sandbox.state.resources.agreement import ADDITION
from psa_sandbox.state.store import Record, Store

Row = dict[str, Value]
Predicate = Callable[[Row], bool]

texts = st.text("ab Z09é[]*%&+=<>()/,.'", max_size=6)
numbers = st.decimals(-1000, 1000, places=2) | st.integers(-1000, 1000).map(Decimal)
START = datetime(2000, 1, 1, tzinfo=UTC)
moments = st.integers(0, 3_000_000_000).map(lambda seconds: START + timedelta(seconds=seconds))
rows = st.fixed_dictionaries(
    {
        "serialNumber": st.none() | texts,
        "quantity": st.none() | numbers,
        "effectiveDate": st.none() | moments,
        "taxableFlag": st.booleans(),
    }
)
values: dict[str, st.SearchStrategy[Value]] = {"serialNumber": texts, "quantity": numbers, "effectiveDate": moments}


@dataclass(frozen=True)
class Asked:
    """A condition, and what it should mean."""

    condition: Condition
    means: Predicate


def folded(value: Value) -> Value:
    return value.casefold() if isinstance(value, str) else value


def compared(name: str, value: Value, relation: str) -> Asked:
    subject, wanted = field(name), folded(value)
    orders: dict[str, tuple[Condition, Callable[[int], bool]]] = {
        "is": (subject.is_(value), lambda order: order == 0),
        "is not": (subject.is_not(value), lambda order: order != 0),
        "below": (subject.below(value), lambda order: order < 0),
        "at most": (subject.at_most(value), lambda order: order <= 0),
        "above": (subject.above(value), lambda order: order > 0),
        "at least": (subject.at_least(value), lambda order: order >= 0),
    }
    condition, holds = orders[relation]
    return Asked(condition, lambda row: row[name] is not None and holds(order_of(folded(row[name]), wanted)))


def order_of(left: Value, right: Value) -> int:
    if isinstance(left, str) and isinstance(right, str):
        return (left > right) - (left < right)
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return (left > right) - (left < right)
    assert isinstance(left, datetime)
    assert isinstance(right, datetime)
    return (left > right) - (left < right)


@st.composite
def comparisons(draw: st.DrawFn) -> Asked:
    name = draw(st.sampled_from(sorted(values)))
    relation = draw(st.sampled_from(["is", "is not", "below", "at most", "above", "at least"]))
    return compared(name, draw(values[name]), relation)


@st.composite
def memberships(draw: st.DrawFn) -> Asked:
    name = draw(st.sampled_from(sorted(values)))
    chosen = draw(st.lists(values[name], min_size=1, max_size=4))
    among = {folded(value) for value in chosen}
    if draw(st.booleans()):
        return Asked(field(name).is_in(chosen), lambda row: row[name] is not None and folded(row[name]) in among)
    return Asked(field(name).is_not_in(chosen), lambda row: row[name] is not None and folded(row[name]) not in among)


@st.composite
def searches(draw: st.DrawFn) -> Asked:
    name, text = "serialNumber", draw(texts)
    prefix = text.replace("*", "").replace("%", "")

    def holds(row: Row, test: Callable[[str], bool]) -> bool:
        value = row[name]
        return isinstance(value, str) and test(value.casefold())

    return draw(
        st.sampled_from(
            [
                Asked(field(name).contains(text), lambda row: holds(row, lambda found: text.casefold() in found)),
                Asked(field(name).lacks(text), lambda row: holds(row, lambda found: text.casefold() not in found)),
                Asked(
                    field(name).like(f"{prefix}*"),
                    lambda row: holds(row, lambda found: found.startswith(prefix.casefold())),
                ),
                Asked(
                    field(name).unlike(f"*{prefix}"),
                    lambda row: holds(row, lambda found: not found.endswith(prefix.casefold())),
                ),
            ]
        )
    )


@st.composite
def absences(draw: st.DrawFn) -> Asked:
    name = draw(st.sampled_from(sorted(values)))
    if draw(st.booleans()):
        return Asked(field(name).is_(None), lambda row: row[name] is None)
    return Asked(field(name).is_not(None), lambda row: row[name] is not None)


flags = st.booleans().map(
    lambda wanted: Asked(field("taxableFlag").is_(wanted), lambda row: row["taxableFlag"] is wanted)
)


def both(left: Asked, right: Asked) -> Asked:
    return Asked(left.condition & right.condition, lambda row: left.means(row) and right.means(row))


def either(left: Asked, right: Asked) -> Asked:
    return Asked(left.condition | right.condition, lambda row: left.means(row) or right.means(row))


asked = st.recursive(
    comparisons() | memberships() | searches() | absences() | flags,
    lambda inner: st.builds(both, inner, inner) | st.builds(either, inner, inner),
    max_leaves=8,
)


def stored(row: Row) -> Record:
    """A row as the sandbox keeps it."""
    return {
        name: value.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else value
        for name, value in row.items()
    }


@given(asked, st.lists(rows, max_size=6))
def test_a_condition_selects_what_it_means(wanted: Asked, table: list[Row]) -> None:
    matches = record_test(Store(), ADDITION, parse(str(wanted.condition)))
    assert [row for row in table if matches(stored(row))] == [row for row in table if wanted.means(row)]


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        (
            field("company/id").is_in([1, 2]) & field("cancelledFlag").is_(False),
            "company/id in (1,2) and cancelledFlag = False",
        ),
        (field("a").is_(1) & (field("b").is_(2) | field("c").is_(3)), "a = 1 and (b = 2 or c = 3)"),
        ((field("a").is_(1) & field("b").is_(2)) & field("c").is_(3), "a = 1 and b = 2 and c = 3"),
        ((field("a").is_(1) | field("b").is_(2)) | field("c").is_(3), "a = 1 or b = 2 or c = 3"),
        (custom_field("Bursar Key").is_("x"), 'caption = "Bursar Key" and value = "x"'),
        (
            custom_field("A").is_("x") | custom_field("B").is_("y"),
            '(caption = "A" and value = "x") or (caption = "B" and value = "y")',
        ),
    ],
)
def test_how_conditions_are_written(condition: Condition, text: str) -> None:
    assert str(condition) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "True"),
        (False, "False"),
        (None, "null"),
        (7, "7"),
        (Decimal("1E+2"), "100"),
        (Decimal("10.50"), "10.50"),
        ("Harbour", '"Harbour"'),
        ('19" rack', "'19\" rack'"),
        ("O'Neil", '"O\'Neil"'),
        ("a [b]", '"a [[]b]"'),
        (date(2026, 11, 1), "[2026-11-01T00:00:00Z]"),
        (datetime(2026, 11, 1, 2, tzinfo=timezone(timedelta(hours=3))), "[2026-10-31T23:00:00Z]"),
    ],
)
def test_how_values_are_written(value: Value, text: str) -> None:
    assert literal(value) == text


def test_a_text_with_both_quotes_cannot_be_asked_for() -> None:
    with pytest.raises(InvalidInput, match="both kinds of quotes"):
        literal("6' 2\"")


@pytest.mark.parametrize("name", ["", "a b", "a=1 or b", 'x"', "a//b c"])
def test_a_field_name_is_not_a_place_for_a_condition(name: str) -> None:
    with pytest.raises(ValueError, match="not a field name"):
        field(name)


def test_what_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="null"):
        field("a").below(None)
    with pytest.raises(ValueError, match="needs a value"):
        field("a").is_in([])
    with pytest.raises(ValueError, match="time zone"):
        field("a").is_(datetime(2026, 11, 1, tzinfo=UTC).replace(tzinfo=None))


@given(st.lists(st.integers(1, 2**31 - 1), max_size=500))
def test_chunks_ask_for_every_id_and_stay_short(ids: list[int]) -> None:
    conditions = [str(condition) for condition in in_chunks(field("company/id"), ids)]
    asked_for = [int(part) for text in conditions for part in text.split("(")[1].rstrip(")").split(",")]
    assert asked_for == ids
    assert all(len(encode_query({"conditions": text})) <= ROOM + len("conditions=") for text in conditions)
