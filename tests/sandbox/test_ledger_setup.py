"""GL accounts: what may be mapped to what, and which mapping a posting uses."""

from __future__ import annotations

import httpx2
import pytest
from small_books import close, map_everything, sell

from psa_sandbox.state.ledger.chart import account_for, account_number, cost_account, gl_class
from psa_sandbox.state.record import number
from psa_sandbox.state.store import Record, Store

ACCOUNTS = "/finance/glAccounts"


def post(psa: httpx2.Client, **values: object) -> httpx2.Response:
    return psa.post(ACCOUNTS, json={"glType": "AR", "mappedType": {"id": 22}, "mappedRecord": {"id": 1}, **values})


def mapping(store: Store, table: str, key: int, segments: Record, gl_type: str = "RP", order: int = 2) -> None:
    mapped = store.insert("mappedType", {"name": table, "table": table, "glType": gl_type, "sortOrder": order})
    row: Record = {"glType": gl_type, "mappedType": {"id": mapped["id"]}, "mappedRecord": {"id": key}}
    store.insert("glAccount", row | segments)


def test_a_mapping_names_the_record_it_is_for(psa: httpx2.Client) -> None:
    created = post(psa, mappedRecord={"name": "main office"}, segment1="1100")
    assert created.status_code == 201, created.text
    assert created.json()["mappedRecord"] == {"id": 1, "name": "Main Office"}
    assert created.json()["mappedType"]["name"] == "Location"
    found = psa.get(ACCOUNTS, params={"conditions": "mappedType/id = 22 and glType = 'AR'"}).json()
    assert [row["segment1"] for row in found] == ["1100"]


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"glType": "AP"}, "mappedType/id", "InvalidObject"),
        ({"mappedRecord": {"id": 99}}, "mappedRecord/id", "NotFound"),
        ({"mappedRecord": {"name": "Nowhere"}}, "mappedRecord/id", "NotFound"),
        ({"mappedType": {"id": 2}}, "mappedRecord", "ObjectExists"),
        ({"glType": "XX"}, "glType", "InvalidObject"),
        ({"segment11": "1"}, "segment11", "InvalidObject"),
    ],
)
def test_mappings_that_are_refused(psa: httpx2.Client, values: dict[str, object], field: str, code: str) -> None:
    answer = post(psa, **values)
    assert answer.status_code == 400
    assert (answer.json()["errors"][0]["field"], answer.json()["errors"][0]["code"]) == (field, code)


def test_mapped_types_are_listed_and_counted_only(psa: httpx2.Client) -> None:
    listed = psa.get(f"{ACCOUNTS}/mappedTypes", params={"conditions": "glType = 'AR'", "orderBy": "sortOrder"}).json()
    assert [(row["table"], row["sortOrder"]) for row in listed] == [("Corporate", 1), ("Owner_Level", 2)]
    assert psa.get(f"{ACCOUNTS}/mappedTypes/count").json() == {"count": 22}
    assert psa.get(f"{ACCOUNTS}/mappedTypes/1").status_code == 404


def test_the_narrowest_mapping_wins() -> None:
    store = Store()
    map_everything(store)
    mapping(store, "IV_Category", 7, {"segment1": "4100"}, order=2)
    mapping(store, "IV_Item", 9, {"segment1": "4199"}, order=3)

    def used(**places: int | None) -> object:
        account = account_for(store, "RP", places)
        return account and account["segment1"]

    assert used(IV_Category=7, IV_Item=9) == "4199"
    assert used(IV_Category=7, IV_Item=8) == "4100"
    assert used(IV_Category=6) == used() == "1013"
    assert account_for(store, "XX", {}) is None


def test_numbers_are_joined_by_the_captions() -> None:
    store = Store()
    kinds = {"segment1type": "Account", "segment2type": "Class", "segment3type": "Account"}
    store.insert("glCaption", kinds)
    account: Record = {"segment1": "4000", "segment2": "MPLS", "segment3": "10", "cogs1": "5000", "cogs2": "1"}
    assert (account_number(store, account), gl_class(store, account)) == ("4000:10", "MPLS")
    assert cost_account(account) == "5000:1"
    assert account_number(store, {"segment1": "4000", "segment3": ""}) == "4000:"
    assert account_number(store, {"segment1": "4000"}) == "4000"


def test_a_later_mapping_does_not_reach_what_is_closed(psa: httpx2.Client, store: Store) -> None:
    closed = close(store, sell(store))
    receivable = next(row for row in store.rows("glAccount", glType="AR") if row["mappedRecord"] == {"id": 1})
    path = f"{ACCOUNTS}/{receivable['id']}"
    assert psa.patch(path, json=[{"op": "replace", "path": "segment1", "value": "9"}]).status_code == 200
    entries = psa.get(f"/finance/invoices/{number(closed, 'id')}/glEntries").json()
    assert {row["segment1"] for row in entries if row["type"] == "AR"} == {"1001"}


def test_captions_and_package_can_be_changed_but_not_multiplied(psa: httpx2.Client) -> None:
    caption = psa.patch("/finance/glCaptions/1", json=[{"op": "replace", "path": "segment2", "value": "Site"}])
    assert caption.json()["segment2"] == "Site"
    switch = [{"op": "replace", "path": "includeCogsEntriesFlag", "value": False}]
    assert psa.patch("/finance/accountingPackageSetup/1", json=switch).json()["includeCogsEntriesFlag"] is False
    assert psa.post("/finance/glCaptions", json={}).status_code == 405
    assert psa.get("/finance/accountingPackages/1").json() == {"id": 1, "identifier": "Other", "name": "Other"}


def test_the_levels_of_a_tax_code_are_records_too(psa: httpx2.Client) -> None:
    levels = psa.get("/finance/taxCodes/2/taxCodeLevels").json()
    assert [(row["taxLevel"], row["taxRate"], row["rateType"], row["taxCodeXref"]) for row in levels] == [
        (1, 0.2, "Percent", "T20"),
        (2, 0.015, "Percent", "T15"),
    ]
    assert psa.get("/finance/taxCodes/1/taxCodeLevels/count").json() == {"count": 0}
    assert psa.get("/finance/taxCodes/1/taxCodeLevels/1").status_code == 404
