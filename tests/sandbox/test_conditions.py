"""The conditions language: what the reference says, and that a printed tree means what it meant."""

from __future__ import annotations

import random
from decimal import Decimal

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_psa import small_store

from psa_sandbox.state.conditions.filters import record_test
from psa_sandbox.state.conditions.grammar import Comparison, Expression, Junction, Value, parse
from psa_sandbox.state.errors import Refusal
from psa_sandbox.state.resources import RESOURCES
from psa_sandbox.state.store import Record

COMPANY = RESOURCES["company"]
STORE = small_store()
RECORD: Record = {
    "id": 7,
    "identifier": "Angry Fox",
    "name": "Angry Fox, Co. [Closed] 100%",
    "status": {"id": 1},
    "annualRevenue": Decimal("10.50"),
    "numberOfEmployees": 12,
    "isVendorFlag": True,
    "dateAcquired": "2026-03-31T12:00:00Z",
    "phoneNumber": None,
    "_info": {"lastUpdated": "2026-08-20T18:04:26Z", "updatedBy": "ann"},
}


def holds(text: str, record: Record = RECORD) -> bool:
    return record_test(STORE, COMPANY, parse(text))(record)


@pytest.mark.parametrize(
    "text",
    [
        "id = 7",
        "id=7 AND annualRevenue=10.5",
        'identifier = "angry fox"',
        "identifier = 'ANGRY FOX'",
        'Identifier="Angry Fox"',
        "Status/Id = 1",
        'status/name = "active"',
        "id in (1, 2, 7)",
        "id not in (1,2)",
        'identifier in ("Abc", "Angry Fox")',
        'name contains "fox"',
        'name Not Contains "Low Priority"',
        'name like "Angry*"',
        'name like "%fox%"',
        'name not like "fox*"',
        'name like "*[[]Closed] 100*"',
        'name contains "[[]closed]"',
        "isVendorFlag = True",
        "isVendorFlag = true",
        "isVendorFlag != FALSE",
        "leadFlag = false",
        "phoneNumber = null",
        "identifier != null",
        "lastUpdated > [2016-08-20T18:04:26Z]",
        "LastUpdated >= [2026-08-20T18:04:26Z]",
        "_info/lastUpdated < [2026-08-21]",
        'updatedBy = "ANN"',
        "dateAcquired > [2026-03-31]",
        "dateAcquired > 2026-03-31",
        "dateAcquired < 2026-04-01T00:00:00Z",
        "dateAcquired = [2026-03-31T14:00:00+02:00]",
        "numberOfEmployees <= 12 and numberOfEmployees >= 12",
        "annualRevenue > -1.5",
        "id = 8 or id = 7",
        "id = 7 or id = 8 and id = 9",
        "(id = 7 or id = 8) and (identifier != 'x')",
        "not_there_either = 1 or id = 7".replace("not_there_either", "numberOfEmployees"),
        "id=7 and((id=7))",
    ],
)
def test_holds(text: str) -> None:
    assert holds(text)


@pytest.mark.parametrize(
    "text",
    [
        "id = 8",
        "id != 7",
        "(id = 7 or id = 8) and id = 9",
        'identifier = "Angry*"',
        'name like "Fox"',
        'name contains "Fox*"',
        'phoneNumber != "5"',
        'phoneNumber not like "5*"',
        'phoneNumber not in ("5")',
        'phoneNumber < "5"',
        "parentCompany/id = 1",
        "id not in (7, 8)",
        "isVendorFlag = false",
        "dateAcquired > [2026-04-01]",
    ],
)
def test_does_not_hold(text: str) -> None:
    assert not holds(text)


@pytest.mark.parametrize(
    "text",
    [
        "nonsense = 1",
        "status/nonsense = 1",
        "status/name/id = 1",
        "customFields = null",
        "id",
        "id =",
        "id == 7",
        "id = seven",
        "id = 7 and",
        "and id = 7",
        "(id = 7",
        "id = 7)",
        "id = 7 id = 8",
        "not id = 7",
        "not (id = 7)",
        "id in 7",
        "id in ()",
        "id in (7",
        'id = "7"',
        "identifier = 7",
        "id like '7'",
        "id > null",
        "id in (null)",
        "isVendorFlag > false",
        "isVendorFlag = 1",
        'dateAcquired > "2026-01-01"',
        "dateAcquired > [yesterday]",
        "dateAcquired > 2026-13-01",
        "status = 1",
        "types = 1",
        'identifier = "open',
        "id = 7; drop",
        "7 = id",
        "(" * 60 + "id = 7" + ")" * 60,
    ],
)
def test_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refusal:
        holds(text)
    assert (refusal.value.status, refusal.value.errors) == (400, [])


def test_and_binds_tighter_than_or() -> None:
    assert parse("id=1 or id=2 and id=3") == parse("id=1 or (id=2 and id=3)")


TEXTS = st.text(st.characters(codec="ascii", exclude_characters="\"'[", min_codepoint=32), max_size=6)
NUMBERS = st.decimals(-1000, 1000, places=2, allow_nan=False)
MOMENTS = st.datetimes().map(lambda moment: f"{moment.replace(microsecond=0).isoformat()}Z")
SIGNS = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
EQUAL = st.sampled_from(["=", "!="])


def literals(kind: str, values: st.SearchStrategy[object]) -> st.SearchStrategy[Value]:
    return st.builds(Value, st.just(kind), values)


def compared(
    field: str, operators: st.SearchStrategy[str], values: st.SearchStrategy[Value]
) -> st.SearchStrategy[Comparison]:
    return st.builds(Comparison, st.just(field), operators, st.tuples(values))


def listed(field: str, values: st.SearchStrategy[Value]) -> st.SearchStrategy[Comparison]:
    several = st.lists(values, min_size=1, max_size=3).map(tuple)
    return st.builds(Comparison, st.just(field), st.sampled_from(["in", "not in"]), several)


TEXT_WORDS = st.sampled_from(["contains", "like", "not contains", "not like"])
COMPARISONS = st.one_of(
    compared("identifier", SIGNS | TEXT_WORDS, literals("text", TEXTS)),
    listed("identifier", literals("text", TEXTS)),
    compared("annualRevenue", SIGNS, literals("number", NUMBERS)),
    listed("annualRevenue", literals("number", NUMBERS)),
    compared("isVendorFlag", EQUAL, literals("flag", st.booleans())),
    compared("dateAcquired", SIGNS, literals("moment", MOMENTS)),
    compared("status/name", EQUAL, st.sampled_from([Value("text", "Active"), Value("null", None)])),
)
TREES: st.SearchStrategy[Expression] = st.recursive(
    COMPARISONS,
    lambda inner: st.builds(
        Junction, st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3).map(tuple)
    ),
    max_leaves=8,
)
RECORDS = st.fixed_dictionaries(
    {
        "id": st.just(1),
        "identifier": st.none() | TEXTS,
        "annualRevenue": st.none() | NUMBERS,
        "isVendorFlag": st.none() | st.booleans(),
        "dateAcquired": st.none() | MOMENTS,
        "status": st.sampled_from([None, {"id": 1}, {"id": 2}]),
        "_info": st.just({}),
    }
)


def printed(tree: Expression, dice: random.Random) -> str:
    if isinstance(tree, Comparison):
        return printed_comparison(tree, dice)
    parts = [printed(term, dice) for term in tree.terms]
    for position, term in enumerate(tree.terms):
        if isinstance(term, Junction) and (tree.word == "and" or dice.random() < 0.5):
            parts[position] = f"({parts[position]})"
    return f" {any_case(tree.word, dice)} ".join(parts)


def printed_comparison(comparison: Comparison, dice: random.Random) -> str:
    values = [printed_value(value, dice) for value in comparison.values]
    operator, field = any_case(comparison.operator, dice), any_case(comparison.field, dice)
    if comparison.operator.endswith("in"):
        return f"{field} {operator} ({', '.join(values)})"
    gap = " " if comparison.operator[0].isalpha() else dice.choice(["", " "])
    return f"{field}{gap}{operator}{gap}{values[0]}"


def printed_value(value: Value, dice: random.Random) -> str:
    if value.type == "text":
        quote = dice.choice("\"'")
        return f"{quote}{value.value}{quote}"
    if value.type == "moment":
        return dice.choice([f"[{value.value}]", str(value.value)])
    return any_case("null" if value.value is None else str(value.value), dice)


def any_case(word: str, dice: random.Random) -> str:
    return dice.choice([word, word.upper(), word.title()])


@given(TREES, st.lists(RECORDS, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_a_printed_tree_gives_the_same_verdicts(tree: Expression, records: list[Record], dice: random.Random) -> None:
    meant = record_test(STORE, COMPANY, tree)
    read = record_test(STORE, COMPANY, parse(printed(tree, dice)))
    assert [read(record) for record in records] == [meant(record) for record in records]


@given(TREES, RECORDS)
def test_saying_it_twice_changes_nothing(tree: Expression, record: Record) -> None:
    """`x or x` and `x and x` mean x: junctions do not add or lose anything."""
    once = record_test(STORE, COMPANY, tree)(record)
    for word in ("and", "or"):
        assert record_test(STORE, COMPANY, Junction(word, (tree, tree)))(record) is once


def found(psa: httpx2.Client, path: str, **query: str) -> list[int]:
    response = psa.get(path, params=query)
    assert response.status_code == 200, response.text
    return [row["id"] for row in response.json()]


def test_conditions_on_lists_counts_and_single_records(psa: httpx2.Client) -> None:
    assert found(psa, "/company/companies", conditions="identifier='xyz'") == [2]
    assert found(psa, "/company/companies", conditions="id in (3, 1, 99)") == [1, 3]
    assert found(psa, "/finance/agreements", conditions="company/id=2 and type/id=1") == [2]
    assert psa.get("/company/companies/count", params={"conditions": "id > 1"}).json() == {"count": 2}
    assert psa.get("/company/companies/1", params={"conditions": "id = 1"}).status_code == 200
    assert psa.get("/company/companies/1", params={"conditions": "id = 2"}).status_code == 404


def test_an_index_does_not_change_the_answer(psa: httpx2.Client) -> None:
    for text in ("identifier='XYZ'", "'XYZ'"):
        either = f"(identifier='xyz' or id=1) and identifier={text.removeprefix('identifier=')}"
        assert found(psa, "/company/companies", conditions=either) == [2]
    assert found(psa, "/company/companies", conditions="parentCompany/id=1 or id=3") == [2, 3]
    assert found(psa, "/company/companies", conditions="id=1.5") == []


def test_child_conditions(psa: httpx2.Client) -> None:
    both = 'communicationItems/value like "john@abc*" and communicationItems/communicationType="Email"'
    assert found(psa, "/company/contacts", childConditions=both) == [1]
    assert found(psa, "/company/contacts", childconditions=both.replace("Email", "Phone")) == []
    assert found(psa, "/company/companies", childConditions="types/id=1") == [1, 2, 3]
    assert found(psa, "/company/companies", childConditions='types/name="vendor"') == []
    for wrong in ("types/id in (1)", "status/id=1", "nonsense/id=1", "types/id=1 and sites/id=1"):
        assert psa.get("/company/companies", params={"childConditions": wrong}).status_code == 400


def test_order_by(psa: httpx2.Client) -> None:
    assert found(psa, "/company/companies", orderBy="name desc") == [2, 3, 1]
    assert found(psa, "/company/companies", orderBy="status/name, id desc") == [2, 1, 3]
    assert found(psa, "/company/companies", orderby="annualRevenue asc") == [2, 3, 1]
    for wrong in ("nonsense", "name up", "name,"):
        assert psa.get("/company/companies", params={"orderBy": wrong}).status_code == 400


def test_fields(psa: httpx2.Client) -> None:
    agreement = psa.get("/finance/agreements/1", params={"fields": "ID,name,company/identifier,noEndingDateFlag"})
    wanted = {"id": 1, "name": "Agreement 1", "company": {"identifier": "Abc"}, "noEndingDateFlag": False}
    assert agreement.json() == wanted
    listed_only = psa.get("/company/companies", params={"fields": "types/name,_info/updatedBy,phoneNumber"}).json()
    assert listed_only[0] == {"types": [{"name": "Client"}], "_info": {"updatedBy": "seed"}}
    for wrong in ("nonsense", "company/nonsense", "id,,name"):
        assert psa.get("/finance/agreements", params={"fields": wrong}).status_code == 400
