"""Which records of a kind a query means."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from psa_sandbox.state.conditions.filters import Test, child_test, custom_field_test, record_test
from psa_sandbox.state.conditions.grammar import Comparison, Expression, parse
from psa_sandbox.state.conditions.verdicts import unbracketed
from psa_sandbox.state.members import member
from psa_sandbox.state.resources import Resource
from psa_sandbox.state.store import Record, Store


@dataclass(frozen=True)
class Conditions:
    """The three condition parameters of a request; empty ones hold for every record."""

    own: str = ""
    child: str = ""
    custom_field: str = ""

    def tests(self, store: Store, resource: Resource) -> list[Test]:
        """A test for each parameter that says something. Raises Refusal 400."""
        builders = ((self.own, record_test), (self.child, child_test), (self.custom_field, custom_field_test))
        return [build(store, resource, parse(text)) for text, build in builders if text.strip()]


def select(store: Store, resource: Resource, under: Record, conditions: Conditions) -> list[Record]:
    """The records under a parent (field and id; empty for all) that meet the conditions, in id order.

    Raises Refusal 400 for conditions that cannot be understood.
    """
    tests = conditions.tests(store, resource)
    rows = _pool(store, resource, under, conditions)
    return [record for record in rows if all(test(record) for test in tests)] if tests else rows


def one(store: Store, resource: Resource, key: int, under: Record) -> Record | None:
    """The record with this id, kept or worked out; None when there is none under the parent."""
    if resource.rows is None:
        return store.get(resource.kind, key)
    return next((record for record in resource.rows(store, under) if record["id"] == key), None)


def holds(store: Store, resource: Resource, record: Record, conditions: Conditions) -> bool:
    """Whether one record meets the conditions. Raises Refusal 400."""
    return all(test(record) for test in conditions.tests(store, resource))


def _pool(store: Store, resource: Resource, under: Record, conditions: Conditions) -> list[Record]:
    if resource.rows is not None:
        return resource.rows(store, under)
    return store.rows(resource.kind, **under) if under else _candidates(store, resource, conditions.own)


def _candidates(store: Store, resource: Resource, text: str) -> list[Record]:
    """All records, or fewer where the conditions demand an equality that an index answers."""
    for comparison in _demanded(parse(text)) if text.strip() else []:
        known = member(store, resource, comparison.field)
        if known is not None and known.indexed_by and known.type in {"text", "integer"}:
            return _looked_up(store, resource.kind, known.indexed_by, comparison)
    return store.rows(resource.kind)


def _demanded(expression: Expression) -> list[Comparison]:
    """Equalities with a value that every record of the answer must meet."""
    terms = [expression] if isinstance(expression, Comparison) else expression.terms
    if not isinstance(expression, Comparison) and expression.word == "or":
        return []
    plain = [term for term in terms if isinstance(term, Comparison) and term.operator in {"=", "in"}]
    return [term for term in plain if all(value.type in {"text", "number"} for value in term.values)]


def _looked_up(store: Store, kind: str, field: str, comparison: Comparison) -> list[Record]:
    keys = [unbracketed(v.value) if isinstance(v.value, str) else v.value for v in comparison.values]
    found: dict[int, Record] = {}
    for key in keys:
        records = _by_id(store, kind, key) if field == "id" else store.find(kind, **{field: key})
        found |= {int(str(record["id"])): record for record in records}
    return [found[key] for key in sorted(found)]


def _by_id(store: Store, kind: str, key: object) -> list[Record]:
    whole = isinstance(key, Decimal) and key == key.to_integral_value()
    found = store.get(kind, int(key)) if isinstance(key, Decimal) and whole else None
    return [found] if found else []
