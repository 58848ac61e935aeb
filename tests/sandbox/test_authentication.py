"""The front door: discovery, keys, client ids, versions, the request limit."""

from __future__ import annotations

from datetime import timedelta

import httpx2
import pytest
from small_psa import COMPANY_ID, ROOT, client_of

from psa_sandbox.rest import create_rest_app
from psa_sandbox.state.store import Store

HOST = "http://psa.test"
ANY = "/finance/agreements/count"
UNAUTHORIZED = {"code": "Unauthorized", "message": "UserNotAuthenticated", "errors": None}


def login(user: str, key: str = "admin-private") -> httpx2.BasicAuth:
    return httpx2.BasicAuth(user, key)


@pytest.mark.parametrize("company", ["acme", "ACME", "acme/"])
def test_company_info_is_all_text(psa: httpx2.Client, company: str) -> None:
    response = psa.get(f"{HOST}/login/companyinfo/{company}", auth=httpx2.BasicAuth("", ""), headers={"clientId": ""})
    assert response.json() == {
        "CompanyName": "Acme MSP",
        "Codebase": "v2026_1/",
        "VersionCode": "v2026.1",
        "VersionNumber": "v4.6.100000",
        "CompanyID": "acme",
        "IsCloud": "True",
        "SiteUrl": "psa.test",
    }


def test_an_unknown_company_is_null(psa: httpx2.Client) -> None:
    response = psa.get(f"{HOST}/login/companyinfo/nobody")
    assert (response.status_code, response.text) == (200, "null")


@pytest.mark.parametrize("root", ["v4_6_release", "v2026_1", "V2026_1", "V4_6_RELEASE"])
def test_the_codebases_of_this_tenant(psa: httpx2.Client, root: str) -> None:
    assert psa.get(f"{HOST}/{root}/apis/3.0{ANY}").status_code == 200


@pytest.mark.parametrize("path", ["/v2025_1/apis/3.0", "/v2026_1/apis/2.0", "/apis/3.0", ""])
def test_other_codebases_are_not_found(psa: httpx2.Client, path: str) -> None:
    assert psa.get(f"{HOST}{path}{ANY}").status_code == 404


def test_an_upgraded_tenant_has_another_codebase(psa: httpx2.Client, store: Store) -> None:
    store.site.codebase = "v2026_2"
    assert psa.get(f"{HOST}/v2026_1/apis/3.0{ANY}").status_code == 404
    assert psa.get(f"{HOST}/login/companyinfo/acme").json()["Codebase"] == "v2026_2/"
    assert psa.get(f"{HOST}/v2026_2/apis/3.0{ANY}").status_code == 200


def test_system_info_needs_no_login(store: Store) -> None:
    with httpx2.Client(transport=httpx2.WSGITransport(app=create_rest_app(store))) as stranger:
        assert stranger.get(f"{ROOT}/system/info").json()["version"] == "v2026.1"
        assert stranger.get(f"{ROOT}/system/locations").status_code == 401


@pytest.mark.parametrize(
    "auth",
    [
        login("acme+admin-public", "wrong"),
        login("acme+nobody-public"),
        login("acme+ADMIN-public"),
        login("acmeadmin-public"),
        login("other+admin-public"),
        login("acme+"),
        login("", ""),
    ],
)
def test_wrong_keys(psa: httpx2.Client, auth: httpx2.BasicAuth) -> None:
    response = psa.get(ANY, auth=auth)
    assert (response.status_code, response.json()) == (401, UNAUTHORIZED)


@pytest.mark.parametrize("header", ["Bearer x", "Basic", "Basic !!!", "Basic /w==", ""])
def test_broken_headers(psa: httpx2.Client, header: str) -> None:
    request = psa.build_request("GET", ANY, headers={"Authorization": header})
    assert psa.send(request, auth=None).status_code == 401


def test_the_company_ignores_case(psa: httpx2.Client) -> None:
    assert psa.get(ANY, auth=login("Acme+admin-public")).status_code == 200


def test_an_expired_key(psa: httpx2.Client, store: Store) -> None:
    key = store.rows("apiKey", publicKey="admin-public")[0]
    store.replace("apiKey", int(str(key["id"])), {**key, "expired": True}, by="test")
    assert psa.get(ANY).status_code == 401


def test_an_inactive_member(psa: httpx2.Client, store: Store) -> None:
    member = store.find("apiMember", identifier="ADMIN")[0]
    store.replace("apiMember", int(str(member["id"])), {**member, "inactiveFlag": True}, by="test")
    assert psa.get(ANY).status_code == 401


def test_a_missing_client_id(psa: httpx2.Client, store: Store) -> None:
    assert psa.get(ANY, headers={"clientId": ""}).status_code == 401
    store.site.missing_client_id_status = 403
    assert psa.get(ANY, headers={"clientId": " "}).status_code == 403


def test_known_client_ids(psa: httpx2.Client, store: Store) -> None:
    store.site.client_ids = ["good"]
    assert psa.get(ANY).status_code == 401
    assert psa.get(ANY, headers={"CLIENTID": "good"}).status_code == 200


def test_a_wrong_company_can_be_not_found(psa: httpx2.Client, store: Store) -> None:
    store.site.wrong_company_status = 404
    assert psa.get(ANY, auth=login("other+admin-public")).status_code == 404
    assert psa.get(ANY, auth=login(f"{COMPANY_ID}+other-public")).status_code == 401


def test_member_tokens_last_four_hours(psa: httpx2.Client, store: Store) -> None:
    headers = {"x-cw-usertype": "member"}
    issued = psa.post("/system/members/ann/tokens", json={"memberIdentifier": "ann"}, headers=headers).json()
    assert issued["expiration"] == "2026-11-02T13:00:00Z"
    token = login(f"acme+{issued['publicKey']}", issued["privateKey"])
    created = psa.post("/finance/agreements/1/adjustments", json={"amount": 1}, auth=token)
    assert created.json()["_info"]["enteredBy"] == "ann"
    store.clock.advance(timedelta(hours=4))
    assert psa.get(ANY, auth=token).status_code == 401


def test_member_tokens_need_their_header_and_a_member(psa: httpx2.Client, store: Store) -> None:
    body, headers = {"memberIdentifier": "ann"}, {"x-cw-usertype": "member"}
    assert psa.post("/system/members/ann/tokens", json=body).status_code == 400
    assert psa.post("/system/members/bob/tokens", json={"memberIdentifier": "bob"}, headers=headers).status_code == 404
    with client_of(store, "reader") as reader:
        assert reader.post("/system/members/ann/tokens", json=body, headers=headers).status_code == 403


def test_the_media_type_that_was_asked_for(psa: httpx2.Client) -> None:
    def answered(accept: str) -> str:
        return psa.get(ANY, headers={"Accept": accept}).headers["Content-Type"]

    vendor = "application/vnd.connectwise.com+json"
    assert answered("*/*") == answered("application/json") == "application/json; charset=utf-8"
    assert answered(vendor) == f"{vendor}; version=2026.1"
    assert answered(f"{vendor}; version=2025.1") == f"{vendor}; version=2025.1"
    assert answered(f"{vendor}; version=2021.1, application/json") == f"{vendor}; version=2021.1"


class Watch:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_the_request_limit(store: Store) -> None:
    store.site.requests_per_minute = 2
    watch = Watch()
    app = create_rest_app(store, monotonic=watch)
    headers, auth = {"clientId": "test"}, login("acme+admin-public")
    with httpx2.Client(transport=httpx2.WSGITransport(app=app), base_url=ROOT, headers=headers, auth=auth) as client:
        assert client.get(ANY).status_code == 200
        watch.seconds = 20.5
        assert client.get(ANY).status_code == 200
        response = client.get(ANY)
        assert (response.status_code, response.headers["Retry-After"]) == (429, "40")
        message = "Too many requests. Please try again in 40 seconds."
        assert response.json() == {"error": "ConnectWiseAPI", "message": message}
        assert client.get(f"{HOST}/login/companyinfo/acme").status_code == 200
        watch.seconds = 60.5
        assert client.get(ANY).status_code == 200
        assert client.get(ANY).status_code == 429
