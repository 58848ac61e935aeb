"""Reading from the sandbox through the port."""

import threading
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from urllib.parse import unquote

import httpx2
import pytest

from bursar.connectors.connectwise import ConnectWise, Options
from bursar.domain.errors import NotPermitted, Unavailable, WrongKey
from bursar.ports import Psa
from psa_sandbox.control.faults import Fault, FaultKind
from psa_sandbox.server import Sandbox
from tests.connectors.connectwise.conftest import Connect
from tests.connectors.connectwise.scripted_site import ScriptedSite, fault


def ids_of(sandbox: Sandbox, kind: str) -> set[int]:
    return {int(str(row["id"])) for row in sandbox.store.rows(kind)}


def reads(sandbox: Sandbox, path: str) -> int:
    return sum(entry.path.endswith(path) for entry in sandbox.journal.entries())


def test_the_client_is_a_psa(psa: ConnectWise) -> None:
    port: Psa = psa
    assert port.concurrency == 8


def test_info_proves_address_company_and_keys(psa: ConnectWise, connect: Connect, sandbox: Sandbox) -> None:
    info = psa.info()
    assert (info.company_name, info.version, info.codebase) == ("Cedar Point IT", "v2026.1", "v2026_1")
    sandbox.faults.arm(Fault("expired_key"))
    with pytest.raises(WrongKey):
        psa.info()


def test_agreement_types_with_the_inactive_ones(psa: ConnectWise) -> None:
    kinds = {kind.name: kind.inactive for kind in psa.agreement_types()}
    assert kinds["Cloud Subscriptions"] is False
    assert kinds["Legacy Web Hosting"] is True


def test_all_companies_and_one_without_a_contact(psa: ConnectWise, sandbox: Sandbox) -> None:
    companies = {company.identifier: company for company in psa.companies()}
    assert {company.id for company in companies.values()} == ids_of(sandbox, "company")
    assert companies["WillowbendCare"].contact_id is None
    assert companies["RheinblickGmbH"].currency == "EUR"
    assert companies["ValleyGlass"].deleted
    assert companies["ThistledownToys"].status == "Inactive"


def test_companies_by_id_leave_out_unknown_ids(psa: ConnectWise) -> None:
    assert {company.id for company in psa.companies([3, 1, 3, 99_999])} == {1, 3}
    assert list(psa.companies([])) == []


def test_catalogue_items(psa: ConnectWise, sandbox: Sandbox) -> None:
    items = {item.id: item for item in psa.catalog_items()}
    assert set(items) == ids_of(sandbox, "catalogItem")
    assert {item.product_class for item in items.values()} >= {"NonInventory", "Bundle"}
    assert list(psa.catalog_items([1])) == [items[1]]
    assert isinstance(items[1].price, Decimal)


def test_agreements_whatever_their_status(psa: ConnectWise, sandbox: Sandbox) -> None:
    agreements = {agreement.name: agreement for agreement in psa.agreements()}
    assert {agreement.id for agreement in agreements.values()} == ids_of(sandbox, "agreement")
    assert agreements["Cloud Subscriptions - Harbor Lights"].status == "Cancelled"
    assert agreements["Cloud Subscriptions 2025 - Iron Range Supply"].status == "Expired"
    kestrel = agreements["Cloud Subscriptions - Kestrel Aviation"]
    assert kestrel.prorates
    assert kestrel.start == kestrel.bill_start == date(2025, 1, 1)
    assert kestrel.next_invoice == date(2026, 10, 1)
    assert agreements["Cloud Subscriptions - Rheinblick (EUR)"].currency == "EUR"


def test_agreements_of_some_companies(psa: ConnectWise) -> None:
    everything = list(psa.agreements())
    some = {everything[0].company_id, everything[-1].company_id}
    found = {agreement.id for agreement in psa.agreements(some)}
    assert found == {agreement.id for agreement in everything if agreement.company_id in some}


def test_additions_one_read_per_agreement(psa: ConnectWise, sandbox: Sandbox) -> None:
    agreements = sorted(ids_of(sandbox, "agreement"))
    found = dict(psa.additions([*agreements, 99_999]))
    assert set(found) == set(agreements)
    assert {addition.id for additions in found.values() for addition in additions} == ids_of(sandbox, "addition")
    assert all(addition.agreement_id == key for key, additions in found.items() for addition in additions)
    assert reads(sandbox, "/additions") == len(agreements) + 1
    one = found[1][0]
    assert one.total == one.quantity * one.unit_price
    assert one.effective == date(2025, 3, 1)


def test_small_pages_give_the_same(connect: Connect) -> None:
    large, small = connect(), connect(page_size=2, concurrency=3)
    assert set(small.companies()) == set(large.companies())
    assert set(small.agreements([2, 3, 5, 8])) == set(large.agreements([2, 3, 5, 8]))
    ids = [agreement.id for agreement in large.agreements()]
    assert dict(small.additions(ids)) == dict(large.additions(ids))


def test_a_role_without_agreements(connect: Connect) -> None:
    psa = connect("No Agreements")
    psa.info()
    with pytest.raises(NotPermitted, match="agreements") as caught:
        list(psa.agreements())
    assert caught.value.module == "Finance > Agreements"


def test_reads_survive_a_rough_day(psa: ConnectWise, sandbox: Sandbox) -> None:
    troubles: tuple[FaultKind, ...] = ("500", "cut_before", "429")
    for kind in troubles:
        sandbox.faults.arm(Fault(kind, times=1))
    assert {company.id for company in psa.companies()} == ids_of(sandbox, "company")
    for kind in troubles:
        sandbox.faults.arm(Fault(kind, times=1, skip=7))
    assert set(dict(psa.additions(ids_of(sandbox, "agreement")))) == ids_of(sandbox, "agreement")
    assert [armed.hits for armed in sandbox.faults.on_duty()] == [1] * 6


def test_a_system_that_stays_down(psa: ConnectWise, sandbox: Sandbox) -> None:
    sandbox.faults.arm(Fault("500"))
    with pytest.raises(Unavailable):
        list(psa.companies())


def test_a_consumer_that_stops_stops_the_reading(connect: Connect, sandbox: Sandbox) -> None:
    psa = connect(concurrency=2)
    stream = psa.additions(sorted(ids_of(sandbox, "agreement")))
    next(stream)
    assert isinstance(stream, Iterator)
    del stream
    psa.close()
    assert reads(sandbox, "/additions") <= 6


def test_long_lists_of_ids_become_short_urls() -> None:
    site = ScriptedSite(lambda _: httpx2.Response(200, json=[]))
    ids = range(1_000_000, 1_002_000)
    assert list(site.connect().agreements(ids)) == []
    urls = [str(request.url) for request in site.requests]
    assert all(len(url) < 2000 for url in urls)
    asked = [int(part) for url in urls for part in unquote(url).split("in (")[1].split(")")[0].split(",")]
    assert sorted(asked) == list(ids)


def test_no_more_requests_at_once_than_allowed() -> None:
    lock, under_way, most = threading.Lock(), 0, 0

    def answer(_: httpx2.Request) -> httpx2.Response:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        threading.Event().wait(0.002)
        with lock:
            under_way -= 1
        return httpx2.Response(200, json=[])

    site = ScriptedSite(answer)
    assert len(dict(site.connect(Options(concurrency=3, requests_per_minute=None)).additions(range(1, 60)))) == 59
    assert most == 3


def numbered(count: int, vanished: set[int]) -> ScriptedSite:
    """A site with so many companies; those in `vanished` go away once the count was told."""
    gone: set[int] = set()

    def answer(request: httpx2.Request) -> httpx2.Response:
        query = request.url.params
        present = [number for number in range(1, count + 1) if number not in gone]
        if request.url.path.endswith("/count"):
            gone.update(vanished)
            return httpx2.Response(200, json={"count": len(present)})
        size, page = int(query["pageSize"]), query.get("page")
        if page:
            rows = present[(int(page) - 1) * size : int(page) * size]
            return httpx2.Response(200, json=[{"id": number} for number in rows])
        rows = [number for number in present if number > int(query.get("pageId", "0"))][:size]
        link = f'<https://x/y?pageId={rows[-1]}>; rel="next"' if rows and rows[-1] != present[-1] else ""
        return httpx2.Response(200, json=[{"id": number} for number in rows], headers={"link": link})

    return ScriptedSite(answer)


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 95, 100])
def test_everything_is_read_at_every_size(count: int) -> None:
    site = numbered(count, set())
    found = [company.id for company in site.connect(Options(page_size=10)).companies()]
    assert sorted(found) == list(range(1, count + 1))


def test_records_that_vanish_meanwhile_do_not_hide_others() -> None:
    site = numbered(60, vanished={1, 2, 3})
    found = [company.id for company in site.connect(Options(page_size=10)).companies()]
    assert set(found) >= set(range(4, 61))
    assert len(found) == len(set(found))


def test_an_agreement_that_vanished_is_absent_but_a_missing_route_is_not_hidden() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/2/additions"):
            return fault(404, "NotFound", "Agreement 2 not found")
        return httpx2.Response(200, json=[])

    assert set(dict(ScriptedSite(answer).connect().additions([1, 2, 3]))) == {1, 3}
