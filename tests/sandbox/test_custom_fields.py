"""Custom fields of additions and agreements."""

from __future__ import annotations

import httpx2
import pytest

PATH = "/finance/agreements/1/additions/1"
ADDITIONS = "/finance/agreements/1/additions"
SEATS = {"id": 2, "caption": "Seats", "type": "Number", "entryMethod": "EntryField", "numberOfDecimals": 0}
MARKER = {"id": 1, "caption": "Marker", "type": "Text", "entryMethod": "EntryField", "numberOfDecimals": 0}


def write(psa: httpx2.Client, *entries: object) -> httpx2.Response:
    return psa.patch(PATH, json=[{"op": "replace", "path": "customFields", "value": list(entries)}])


def test_a_read_shows_all_fields_of_the_screen(psa: httpx2.Client) -> None:
    assert psa.get(PATH).json()["customFields"] == [SEATS, MARKER]
    assert [field["caption"] for field in psa.get("/finance/agreements/1").json()["customFields"]] == ["Renewal Date"]
    assert psa.get("/company/companies/1").json()["customFields"] == []


def test_written_by_id_or_caption(psa: httpx2.Client) -> None:
    fields = write(psa, {"id": 2, "value": 5}, {"caption": "MARKER", "value": "abc"}).json()["customFields"]
    assert fields == [{**SEATS, "value": 5}, {**MARKER, "value": "abc"}]


def test_what_is_left_out_is_cleared(psa: httpx2.Client) -> None:
    write(psa, {"id": 1, "value": "abc"}, {"id": 2, "value": 5})
    assert write(psa, {"id": 2, "value": 6}).json()["customFields"] == [{**SEATS, "value": 6}, MARKER]
    psa.patch(PATH, json=[{"op": "replace", "path": "serialNumber", "value": "x"}])
    assert psa.get(PATH).json()["customFields"] == [{**SEATS, "value": 6}, MARKER]
    addition = psa.get(PATH).json()
    del addition["customFields"]
    assert psa.put(PATH, json=addition).json()["customFields"] == [SEATS, MARKER]


def test_what_was_read_can_be_sent_back(psa: httpx2.Client) -> None:
    write(psa, {"id": 1, "value": "abc"})
    fields = psa.get(PATH).json()["customFields"]
    assert write(psa, *fields).json()["customFields"] == fields


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"id": 3, "value": "x"}, "NotFound"),
        ({"caption": "Nonsense", "value": "x"}, "NotFound"),
        ({"value": "x"}, "NotFound"),
        ("x", "NotFound"),
        ({"id": 1, "value": 5}, "InvalidObject"),
        ({"id": 2, "value": "5"}, "InvalidObject"),
        ({"id": 2, "value": True}, "InvalidObject"),
    ],
)
def test_what_is_refused(psa: httpx2.Client, entry: object, code: str) -> None:
    response = write(psa, entry)
    assert (response.status_code, [error["code"] for error in response.json()["errors"]]) == (400, [code])


def test_dates(psa: httpx2.Client) -> None:
    def renew(value: object) -> int:
        entry = {"caption": "Renewal Date", "value": value}
        path, operation = "/finance/agreements/1", {"op": "add", "path": "customFields", "value": [entry]}
        return psa.patch(path, json=[operation]).status_code

    assert renew("2026-07-15T00:00:00Z") == 200
    assert renew("soon") == 400


def found(psa: httpx2.Client, path: str, conditions: str) -> list[int]:
    response = psa.get(path, params={"customFieldConditions": conditions})
    assert response.status_code == 200, response.text
    return [row["id"] for row in response.json()]


def test_conditions_on_custom_fields(psa: httpx2.Client) -> None:
    write(psa, {"id": 1, "value": "AbC"}, {"id": 2, "value": 5})
    assert found(psa, ADDITIONS, 'caption="Marker" and value="abc"') == [1]
    assert found(psa, ADDITIONS, 'caption="Seats" and value="abc"') == []
    assert found(psa, ADDITIONS, 'caption="Seats" and value >= 5') == [1]
    assert found(psa, ADDITIONS, 'caption="Marker" and value = null') == [2]
    assert found(psa, ADDITIONS, 'caption="Marker" and value != null') == [1]


def test_dates_in_conditions(psa: httpx2.Client) -> None:
    entry = {"caption": "Renewal Date", "value": "2026-07-15T00:00:00Z"}
    psa.patch("/finance/agreements/1", json=[{"op": "add", "path": "customFields", "value": [entry]}])
    since = 'caption="Renewal Date" and value >= '
    assert found(psa, "/finance/agreements", f"{since}[2026-07-01T00:00:00Z]") == [1]
    assert found(psa, "/finance/agreements", f"{since}[2026-08-01]") == []


@pytest.mark.parametrize("conditions", ['caption in ("Marker")', 'id = 1 and value = "x"', 'caption="Marker" and'])
def test_wrong_conditions(psa: httpx2.Client, conditions: str) -> None:
    assert psa.get(ADDITIONS, params={"customFieldConditions": conditions}).status_code == 400
