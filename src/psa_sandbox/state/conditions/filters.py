"""From the three condition parameters to one test of a record."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from psa_sandbox.state import custom_fields
from psa_sandbox.state.conditions.grammar import Comparison, Expression, comparisons
from psa_sandbox.state.conditions.verdicts import verdict
from psa_sandbox.state.errors import bad_query
from psa_sandbox.state.members import Member, member
from psa_sandbox.state.references import expand
from psa_sandbox.state.resources import Resource
from psa_sandbox.state.resources.field import Field
from psa_sandbox.state.store import Record, Store

Test = Callable[[Record], bool]
Find = Callable[[str], Member | None]


def record_test(store: Store, resource: Resource, expression: Expression) -> Test:
    """`conditions` on the record itself. Raises Refusal for a field that reads do not show [guide]."""
    return _build(expression, lambda path: member(store, resource, path))


def child_test(store: Store, resource: Resource, expression: Expression) -> Test:
    """`childConditions`: one element of the named list must satisfy the whole expression [infer]."""
    _refuse_lists(expression, "childConditions")
    roots = {comparison.field.partition("/")[0].lower() for comparison in comparisons(expression)}
    field = resource.by_lower_name.get(min(roots)) if len(roots) == 1 else None
    if field is None or field.type not in {"list", "references"}:
        raise bad_query("childConditions: name one list of the record")
    elements = _elements_of(store, resource, field)
    test = _build(expression, lambda path: _element_member(path.partition("/")[2]))
    return lambda record: any(test(element) for element in elements(record))


def custom_field_test(store: Store, resource: Resource, expression: Expression) -> Test:
    """`customFieldConditions`: one custom field must satisfy the whole expression."""
    _refuse_lists(expression, "customFieldConditions")
    if {comparison.field.lower() for comparison in comparisons(expression)} - {"caption", "value"}:
        raise bad_query("customFieldConditions: only caption and value are known")
    test = _build(expression, _element_member)
    return lambda record: any(test(entry) for entry in custom_fields.shown(store, resource, record))


def _build(expression: Expression, find: Find) -> Test:
    if isinstance(expression, Comparison):
        return _comparison_test(expression, find)
    tests = [_build(term, find) for term in expression.terms]
    return _all_of(tests) if expression.word == "and" else _any_of(tests)


def _comparison_test(comparison: Comparison, find: Find) -> Test:
    found = find(comparison.field)
    if found is None:
        raise bad_query(f"conditions: the field {comparison.field} does not exist")
    read, judge = found.read, verdict(found.type, comparison)
    return lambda record: judge(read(record))


def _all_of(tests: list[Test]) -> Test:
    return lambda record: all(test(record) for test in tests)


def _any_of(tests: list[Test]) -> Test:
    return lambda record: any(test(record) for test in tests)


def _refuse_lists(expression: Expression, parameter: str) -> None:
    if any(comparison.operator.endswith("in") for comparison in comparisons(expression)):
        raise bad_query(f"{parameter}: the operator in is not supported")


def _elements_of(store: Store, resource: Resource, field: Field) -> Callable[[Record], Iterable[Record]]:
    derive = resource.derived.get(field.name)

    def elements(record: Record) -> Iterable[Record]:
        held = derive(store, record) if derive else record.get(field.name)
        shown = expand(store, field, held, "") if field.type == "references" else held
        return [item for item in shown if isinstance(item, dict)] if isinstance(shown, list) else []

    return elements


def _element_member(path: str) -> Member:
    names = path.lower().split("/")

    def read(element: Record) -> object:
        value: object = element
        for name in names:
            lowered = {key.lower(): item for key, item in value.items()} if isinstance(value, dict) else {}
            value = lowered.get(name)
        return value

    return Member("any", read)
