"""What ConnectWise says no with, and what Bursar makes of it."""

from datetime import date
from decimal import Decimal

import httpx2
import pytest

from bursar.connectors.connectwise import ConnectWise
from bursar.domain.errors import (
    FieldFault,
    NotFound,
    NotPermitted,
    Rejected,
    RemoteError,
    Throttled,
    Unavailable,
    UnknownOutcome,
    WrongKey,
)
from bursar.domain.plan import Action, Resource
from bursar.ports import Write
from tests.connectors.connectwise.scripted_site import CREDENTIALS, ScriptedSite, fault

ADDITION = Write(
    Action.CREATE,
    Resource.ADDITION,
    "key",
    {"product_id": 1, "quantity": Decimal(1), "unit_price": Decimal(2), "effective": date(2026, 11, 1)},
    parent_id=5,
)
ALREADY_INVOICED = (
    "Since this period has already been invoiced there will not be an invoice generated for additional products for "
    "this period. Please prorate the agreement or update the start date to on or after the Next Invoice Date."
)
HTML = httpx2.Response(200, html="<html>Sign in</html>")


def psa_that_says(response: httpx2.Response) -> ConnectWise:
    return ScriptedSite(lambda _: response).connect()


def invalid_addition(message: str) -> httpx2.Response:
    entry = {"code": "InvalidObject", "message": message, "resource": "addition", "field": "effectiveDate"}
    return fault(400, "InvalidObject", "addition object is invalid", entry)


@pytest.mark.parametrize(("code", "message"), [("Unauthorized", "x"), ("ConnectWiseApi", "UserNotAuthenticated")])
def test_wrong_keys(code: str, message: str) -> None:
    with pytest.raises(WrongKey) as caught:
        psa_that_says(fault(401, code, message)).info()
    assert "API Keys" in caught.value.remedy


@pytest.mark.parametrize("status", [401, 403])
def test_a_missing_client_id_has_its_own_remedy(status: int) -> None:
    with pytest.raises(WrongKey) as caught:
        psa_that_says(fault(status, "Security", "The clientId header is missing.")).info()
    assert "client ID" in caught.value.remedy


def test_a_missing_permission_names_the_module() -> None:
    psa = psa_that_says(fault(403, "Security", "You do not have security permission to perform this action."))
    calls = {
        "Finance > Agreements": lambda: list(psa.agreements()),
        "Procurement > Product Catalog": lambda: list(psa.catalog_items()),
        "Companies > Company Maintenance": psa.info,
        "System > Table Setup": psa.agreement_types,
    }
    for module, call in calls.items():
        with pytest.raises(NotPermitted) as caught:
            call()
        assert caught.value.module == module
        assert module in caught.value.remedy


def test_the_wrong_host_is_not_a_missing_permission() -> None:
    with pytest.raises(RemoteError, match="API at this host") as caught:
        psa_that_says(fault(403, "Security", "SSL is required.")).info()
    assert not isinstance(caught.value, NotPermitted)


def test_a_refused_record_says_which_field_and_why() -> None:
    with pytest.raises(Rejected) as caught:
        psa_that_says(invalid_addition("Product X is inactive.")).send(ADDITION)
    assert str(caught.value) == "ConnectWise refused the addition: Product X is inactive."
    assert caught.value.fields == (FieldFault("effectiveDate", "InvalidObject", "Product X is inactive."),)


@pytest.mark.parametrize(
    ("message", "remedy"),
    [
        ("effectiveDate cannot be less than the agreement billing start date", "billing start date"),
        (ALREADY_INVOICED, "Next Invoice Date"),
    ],
)
def test_the_two_date_messages_have_their_own_remedies(message: str, remedy: str) -> None:
    with pytest.raises(Rejected) as caught:
        psa_that_says(invalid_addition(message)).send(ADDITION)
    assert message.rstrip(".") in caught.value.sentence
    assert remedy in caught.value.remedy


def test_an_ordinary_refusal_has_the_ordinary_remedy() -> None:
    with pytest.raises(Rejected) as caught:
        psa_that_says(invalid_addition("The field x is odd.")).send(ADDITION)
    assert caught.value.remedy == Rejected.default_remedy


@pytest.mark.parametrize(
    "response",
    [
        fault(409, "Conflict", "The record is in use."),
        httpx2.Response(400, json={"message": "The conditions are wrong."}),
        httpx2.Response(400, html="<html>Bad Request</html>"),
        httpx2.Response(400, json=["what"]),
        httpx2.Response(400, json={"code": 7, "message": None, "errors": ["x", {"field": None}]}),
    ],
)
def test_refusals_of_every_shape(response: httpx2.Response) -> None:
    with pytest.raises(Rejected, match=r"^ConnectWise refused the addition.*\.$"):
        psa_that_says(response).send(ADDITION)


def test_a_missing_record() -> None:
    with pytest.raises(NotFound, match="Agreement 5 not found"):
        psa_that_says(fault(404, "NotFound", "Agreement 5 not found")).send(ADDITION)


@pytest.mark.parametrize("status", [405, 415, 418])
def test_anything_else_is_told_as_it_is(status: int) -> None:
    with pytest.raises(RemoteError, match=f"answered {status}"):
        psa_that_says(fault(status, "ConnectWiseApi", "No.")).send(ADDITION)


def test_too_many_requests_has_a_body_of_its_own() -> None:
    body = {"error": "ConnectWiseAPI", "message": "Too many requests. Please try again in 90 seconds."}
    with pytest.raises(Throttled) as caught:
        psa_that_says(httpx2.Response(429, json=body, headers={"retry-after": "90"})).info()
    assert caught.value.retry_after == 90


def test_a_server_error_on_a_read_and_on_a_write() -> None:
    psa = psa_that_says(fault(500, "ConnectWiseApi", "A timeout has occured. Please try again."))
    with pytest.raises(Unavailable):
        psa.agreement_types()
    with pytest.raises(UnknownOutcome):
        psa.send(ADDITION)


def test_a_page_of_html_instead_of_an_answer() -> None:
    with pytest.raises(RemoteError, match="not JSON") as caught:
        psa_that_says(HTML).agreement_types()
    assert not isinstance(caught.value, UnknownOutcome)
    with pytest.raises(UnknownOutcome):
        psa_that_says(HTML).send(ADDITION)


@pytest.mark.parametrize(
    "body", ['{"id": "x"}', "[1]", "null", '{"id": 5, "quantity": "many", "name": "Harbour Dental"}']
)
def test_an_answer_of_another_shape(body: str) -> None:
    with pytest.raises(RemoteError, match="cannot read: unexpected") as caught:
        psa_that_says(httpx2.Response(200, text=body)).agreement_types()
    assert "Harbour" not in str(caught.value)
    with pytest.raises(UnknownOutcome):
        psa_that_says(httpx2.Response(201, text=body)).send(ADDITION)


def test_long_texts_are_cut_and_keys_masked() -> None:
    message = f"Who is {CREDENTIALS.public_key}:{CREDENTIALS.private_key}? {CREDENTIALS.basic} " + "x" * 5000
    with pytest.raises(Rejected) as caught:
        psa_that_says(invalid_addition(message)).send(ADDITION)
    assert len(caught.value.sentence) < 400
    for secret in (CREDENTIALS.public_key, CREDENTIALS.private_key, CREDENTIALS.basic.removeprefix("Basic ")):
        assert secret not in f"{caught.value.sentence} {caught.value.fields}"
