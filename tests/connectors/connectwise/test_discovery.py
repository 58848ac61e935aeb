"""Hosts, codebases, and the day of an upgrade."""

import threading
from datetime import date
from decimal import Decimal

import httpx2
import pytest

from bursar.connectors.connectwise.discovery import address
from bursar.domain.errors import InvalidInput, NotFound, RemoteError, Unavailable, UnknownCompany, WrongKey
from bursar.domain.plan import Action, Resource
from bursar.ports import Write
from tests.connectors.connectwise.scripted_site import BASE, CREDENTIALS, INFO, ScriptedSite, fault

ROUTE_IS_GONE = httpx2.Response(404, html="<html>404 - File or directory not found.</html>")
UPGRADED = {**INFO, "Codebase": "v2026_2/"}
ADDITION = Write(
    Action.CREATE,
    Resource.ADDITION,
    "key",
    {"product_id": 1, "quantity": Decimal(1), "unit_price": Decimal(2), "effective": date(2026, 11, 1)},
    parent_id=5,
)


@pytest.mark.parametrize(
    ("typed", "login", "api"),
    [
        ("https://na.myconnectwise.net", "https://na.myconnectwise.net", "https://api-na.myconnectwise.net"),
        ("https://eu.myconnectwise.net/", "https://eu.myconnectwise.net", "https://api-eu.myconnectwise.net"),
        ("https://AU.MyConnectWise.net", "https://au.myconnectwise.net", "https://api-au.myconnectwise.net"),
        ("https://aus.myconnectwise.net", "https://aus.myconnectwise.net", "https://api-au.myconnectwise.net"),
        ("https://za.myconnectwise.net", "https://za.myconnectwise.net", "https://api-za.myconnectwise.net"),
        (
            "https://api-na.myconnectwise.net/v4_6_release/apis/3.0",
            "https://na.myconnectwise.net",
            "https://api-na.myconnectwise.net",
        ),
        (
            "https://staging.connectwisedev.com",
            "https://staging.connectwisedev.com",
            "https://api-staging.connectwisedev.com",
        ),
        ("https://psa.example.com:8443/x", "https://psa.example.com:8443", "https://psa.example.com:8443"),
        ("http://127.0.0.1:20080", "http://127.0.0.1:20080", "http://127.0.0.1:20080"),
        ("http://localhost:20080", "http://localhost:20080", "http://localhost:20080"),
        ("http://[::1]:20080", "http://[::1]:20080", "http://[::1]:20080"),
        ("https://notmyconnectwise.net", "https://notmyconnectwise.net", "https://notmyconnectwise.net"),
    ],
)
def test_hosts(typed: str, login: str, api: str) -> None:
    found = address(typed)
    assert (found.login, found.api) == (login, api)


@pytest.mark.parametrize(
    "typed",
    [
        *("http://na.myconnectwise.net", "http://10.0.0.5", "ftp://psa.example.com", "http://localhost.example.com"),
        *(
            "",
            "https://",
            "https://psa example.com",
            "https://psa.example.com:99999",
            "https://[::1",
            "http://127.0.0.1.example.com",
            "https://user:word@psa.example.com",
            "na.myconnectwise.net",
        ),
    ],
)
def test_addresses_that_would_expose_the_keys_or_lead_nowhere(typed: str) -> None:
    with pytest.raises(InvalidInput):
        address(typed)


def test_a_call_goes_to_the_api_host_below_the_codebase_and_discovery_carries_no_keys() -> None:
    site = ScriptedSite(lambda _: httpx2.Response(200, json={"count": 3}))
    info = site.connect().info()
    assert (info.company_name, info.version, info.codebase) == ("Acme MSP", "v2026.1", "v2026_1")
    [discovery], [call] = site.discoveries, site.requests
    assert str(discovery.url) == "https://na.myconnectwise.net/login/companyinfo/acme"
    assert not {"authorization", "clientid"} & set(discovery.headers)
    assert str(call.url) == f"{BASE}/company/companies/count"
    assert call.headers["authorization"] == CREDENTIALS.basic
    assert call.headers["clientid"] == "CLIENTID-0"


def test_an_unknown_company_is_a_null() -> None:
    site = ScriptedSite(lambda _: httpx2.Response(200, json=[]), httpx2.Response(200, content=b"null"))
    with pytest.raises(UnknownCompany, match=r"'acme' at https://na\.myconnectwise\.net"):
        site.connect().info()
    assert site.requests == []


@pytest.mark.parametrize(
    "info",
    [httpx2.Response(200, html="<html>Welcome</html>"), httpx2.Response(404), httpx2.Response(200, json=["x"])],
)
def test_a_host_that_is_no_connectwise(info: httpx2.Response) -> None:
    with pytest.raises(Unavailable, match="No ConnectWise PSA answers at"):
        ScriptedSite(lambda _: httpx2.Response(200), info).connect().info()


@pytest.mark.parametrize("codebase", [None, "", "../../evil", "a b"])
def test_a_strange_codebase_falls_back_to_the_one_that_always_works(codebase: str | None) -> None:
    site = ScriptedSite(lambda _: httpx2.Response(200, json={"count": 3}), {**INFO, "Codebase": codebase})
    assert site.connect().info().codebase == "v4_6_release"


def test_the_codebase_is_asked_for_once() -> None:
    site = ScriptedSite(lambda _: httpx2.Response(200, json=[]))
    psa = site.connect()
    psa.agreement_types()
    psa.agreement_types()
    assert len(site.discoveries) == 1


def upgraded(request: httpx2.Request) -> httpx2.Response:
    if "/v2026_2/" not in request.url.path:
        return ROUTE_IS_GONE
    if request.method == "POST":
        return httpx2.Response(201, json={"id": 9, "product": {"id": 1}, "extPrice": 2})
    return httpx2.Response(200, json=[])


def test_after_an_upgrade_the_call_finds_the_new_codebase() -> None:
    site = ScriptedSite(upgraded, INFO, UPGRADED)
    psa = site.connect()
    assert psa.agreement_types() == []
    assert psa.agreement_types() == []
    assert len(site.discoveries) == 2
    assert [request.url.path.split("/")[1] for request in site.requests] == ["v2026_1", "v2026_2", "v2026_2"]


def test_after_an_upgrade_a_write_is_sent_again_because_nothing_was_written() -> None:
    site = ScriptedSite(upgraded, INFO, UPGRADED)
    assert site.connect().send(ADDITION).remote_id == 9
    assert len(site.requests) == 2


def test_threads_that_meet_the_upgrade_together_all_get_through() -> None:
    site = ScriptedSite(upgraded, INFO, UPGRADED)
    psa, results = site.connect(), list[object]()
    threads = [threading.Thread(target=lambda: results.append(psa.agreement_types())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [[]] * 6


def test_a_missing_record_is_no_reason_to_look_for_a_new_codebase() -> None:
    site = ScriptedSite(lambda _: fault(404, "NotFound", "Agreement 5 not found"))
    with pytest.raises(NotFound, match="Agreement 5 not found"):
        site.connect().send(ADDITION)
    assert len(site.discoveries) == 1
    assert len(site.requests) == 1


def test_a_missing_route_without_an_upgrade_is_not_called_twice() -> None:
    site = ScriptedSite(lambda _: ROUTE_IS_GONE)
    with pytest.raises(RemoteError):
        site.connect().agreement_types()
    assert (len(site.requests), len(site.discoveries)) == (1, 2)


def test_on_the_cloud_a_404_at_first_means_company_or_keys() -> None:
    answers = iter([ROUTE_IS_GONE, httpx2.Response(200, json=[]), ROUTE_IS_GONE])
    psa = ScriptedSite(lambda _: next(answers)).connect()
    with pytest.raises(WrongKey) as caught:
        psa.agreement_types()
    assert "Company ID" in caught.value.remedy
    psa.agreement_types()
    with pytest.raises(NotFound):
        psa.agreement_types()
