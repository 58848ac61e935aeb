"""Whatever is sent, the sandbox answers in the vendor's shape; and many may send at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import httpx2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_psa import client_of, small_store

from psa_sandbox.rest.routes import Routes
from psa_sandbox.rest.wire import decode, encode
from psa_sandbox.state.resources import RESOURCES, Field, Resource
from psa_sandbox.state.store import Store

PATHS = sorted(route.path.replace("{parentId}", "1").replace("{id}", "1") for route in Routes())
MOUNTS = [(mount.path, found) for found in RESOURCES.values() for mount in found.mounts]
SCALARS = st.none() | st.booleans() | st.integers(-(2**33), 2**33) | st.text(max_size=8)
MOMENTS = st.sampled_from(["2026-11-05T00:00:00Z", "0001-01-01", "9999-12-31T23:59:59-12:00", "2026-10-01", None])
REFERENCES = st.none() | st.fixed_dictionaries({"id": st.integers(0, 3)})
NUMBERS = st.none() | st.integers(-3, 200) | st.decimals(-(10**9), 10**9, places=4)
BY_TYPE: dict[str, st.SearchStrategy[object]] = {
    "text": st.none() | st.text(max_size=8),
    "flag": st.none() | st.booleans(),
    "moment": MOMENTS,
    "integer": st.none() | st.integers(-3, 200),
    "number": NUMBERS,
    "reference": REFERENCES,
    "references": st.none() | st.lists(REFERENCES, max_size=2),
    "list": st.none() | st.lists(SCALARS, max_size=2),
    "object": st.none() | st.dictionaries(st.text(max_size=3), SCALARS, max_size=2),
}


def values(field: Field) -> st.SearchStrategy[object]:
    """Mostly what the field takes, sometimes anything."""
    fitting = st.sampled_from(field.choices) if field.choices else BY_TYPE[field.type]
    return st.integers(0, 9).flatmap(lambda die: SCALARS if die == 0 else fitting)


def bodies(resource: Resource) -> st.SearchStrategy[dict[str, object]]:
    optional = {name: values(field) for name, field in resource.fields.items()}
    optional["customFields"] = st.lists(st.fixed_dictionaries({"id": st.integers(1, 3), "value": SCALARS}), max_size=2)
    chosen = st.lists(st.sampled_from(sorted(optional)), max_size=6, unique=True)
    return chosen.flatmap(lambda names: st.fixed_dictionaries({name: optional[name] for name in names}))


VOCABULARY = """
id name company/id lastUpdated = != > in not like contains and or ( ) , null true 1 -2.5 'a' "*b"
[2026-01-01] 2026-01-01 [ ] ' types/id caption value
"""
WORDS = st.sampled_from(VOCABULARY.split())
QUERIES = st.dictionaries(
    st.sampled_from(
        ["conditions", "childConditions", "customFieldConditions", "orderBy", "fields", "page", "pageSize"]
    ),
    st.lists(WORDS, max_size=7).map(" ".join),
    max_size=2,
)
JSON_TYPE = {"Content-Type": "application/json"}
RELAXED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=100)


def answered(response: httpx2.Response) -> None:
    assert response.status_code < 500
    if response.status_code >= 400:
        assert set(response.json()) == {"code", "message", "errors"}


@RELAXED
@given(st.sampled_from(PATHS), QUERIES)
def test_any_query_is_answered(path: str, query: dict[str, str]) -> None:
    with client_of(small_store()) as psa:
        answered(psa.get(path, params=query))


@RELAXED
@given(st.data())
def test_any_body_is_answered_and_leaves_a_readable_store(data: st.DataObject) -> None:
    path, resource = data.draw(st.sampled_from(MOUNTS))
    listed = path.replace("{parentId}", "1")
    with client_of(small_store()) as psa:
        for method in data.draw(st.lists(st.sampled_from(["POST", "PATCH", "PUT", "DELETE"]), min_size=1, max_size=3)):
            wanted = data.draw(bodies(resource))
            before = decode(psa.get(f"{listed}/1").content)
            body: object = {**(before if isinstance(before, dict) else {}), **wanted}
            if method == "PATCH":
                body = [{"op": "replace", "path": name, "value": value} for name, value in wanted.items()]
            target = listed if method == "POST" else f"{listed}/1"
            answered(psa.request(method, target, content=encode(body), headers=JSON_TYPE))
            answered(psa.get(listed))
        for action in ("/finance/agreements/1/invoice", "/finance/agreements/2/invoice"):
            answered(psa.post(action))


@given(st.binary(max_size=30))
def test_any_bytes_are_json_or_refused(body: bytes) -> None:
    with client_of(small_store()) as psa:
        response = psa.post("/procurement/manufacturers", content=body)
    answered(response)


def test_everybody_gets_an_id_of_their_own(store: Store) -> None:
    body = {"product": {"id": 1}, "billCustomer": "Billable", "effectiveDate": "2026-12-01T00:00:00Z"}

    def write(_turn: int) -> list[int]:
        with client_of(store) as psa:
            return [psa.post("/finance/agreements/1/additions", json=body).json()["id"] for _ in range(20)]

    with ThreadPoolExecutor(8) as pool:
        ids = [key for keys in pool.map(write, range(8)) for key in keys]
    assert sorted(ids) == list(range(3, 163))
    with client_of(store) as psa:
        assert psa.get("/finance/agreements/1/additions/count").json() == {"count": 162}


def test_numbers_come_back_as_they_were_sent(store: Store) -> None:
    with client_of(store) as psa:
        text = '{"identifier":"P","description":"P","customerDescription":"P","subcategory":{"id":1},"type":{"id":1},'
        headers = {"Content-Type": "application/json"}
        created = psa.post("/procurement/catalog", content=f'{text}"price":0.1,"cost":1234567.8901}}', headers=headers)
    item = decode(created.content)
    assert isinstance(item, dict)
    assert (str(item["price"]), str(item["cost"])) == ("0.1", "1234567.8901")
