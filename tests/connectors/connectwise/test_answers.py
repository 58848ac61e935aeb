"""What ConnectWise said stays with the error, readable and without keys, for whoever has to find out (rule 125)."""

import json

import httpx2
import pytest

from bursar.connectors.connectwise import ConnectWise, Options
from bursar.domain.errors import BursarError, Unavailable, UnknownOutcome
from tests.connectors.connectwise.sample_writes import create_addition
from tests.connectors.connectwise.scripted_site import CREDENTIALS, ScriptedSite, fault

CREATE = create_addition(1)
SECRETS = (CREDENTIALS.public_key, CREDENTIALS.private_key, CREDENTIALS.client_id, CREDENTIALS.basic[6:])


def psa_that_says(response: httpx2.Response) -> ConnectWise:
    return ScriptedSite(lambda _: response).connect(Options(requests_per_minute=None))


def answer_to(response: httpx2.Response) -> str:
    with pytest.raises(BursarError) as caught:
        psa_that_says(response).send(CREATE)
    return caught.value.answer


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 422])
def test_a_refusal_keeps_the_whole_answer(status: int) -> None:
    entry = {"code": "InvalidObject", "message": "Product X is inactive.", "resource": "addition", "field": "product"}
    answer = answer_to(fault(status, "InvalidObject", "addition object is invalid", entry))
    assert json.loads(answer)["errors"] == [entry]
    assert "\n" in answer


def test_throttling_and_server_errors_keep_it_as_well() -> None:
    body = {"code": "ConnectWiseApi", "message": "A timeout has occured."}
    with pytest.raises(UnknownOutcome) as lost:
        psa_that_says(httpx2.Response(500, json=body)).send(CREATE)
    with pytest.raises(Unavailable) as silent:
        psa_that_says(httpx2.Response(503, json=body)).agreement_types()
    throttled = answer_to(httpx2.Response(429, json=body, headers={"retry-after": "900"}))
    for answer in (lost.value.answer, silent.value.answer, throttled):
        assert "A timeout has occured." in answer


def test_a_page_of_html_keeps_its_lines_and_loses_control_characters() -> None:
    answer = answer_to(httpx2.Response(400, text="<h1>Bad\r\nRequest</h1>\x1b[2J\u202e &amp; gone"))
    assert answer == "<h1>Bad\nRequest</h1> [2J  & gone"


def test_a_long_answer_is_cut_after_it_was_redacted() -> None:
    text = "x" * 1_990 + CREDENTIALS.private_key + "y" * 5_000
    answer = answer_to(httpx2.Response(400, text=text))
    assert len(answer) == 2_000
    assert CREDENTIALS.private_key[:6] not in answer


def test_no_spelling_of_a_key_stays() -> None:
    token = CREDENTIALS.basic.removeprefix("Basic ")
    escaped = "".join(f"\\u{ord(sign):04x}" for sign in CREDENTIALS.private_key)
    bodies = [
        json.dumps({"message": f"{SECRETS}", token: [CREDENTIALS.private_key]}),
        f'{{"message": "{escaped}"}}',
        f"<p>{''.join(f'&#{ord(sign)};' for sign in CREDENTIALS.private_key)}</p>",
        f"?key={token.replace('=', '%3D')}",
    ]
    for body in bodies:
        answer = answer_to(httpx2.Response(400, text=body))
        assert "…" in answer
        assert not [secret for secret in SECRETS if secret in answer], body


def test_silence_has_no_answer() -> None:
    def silence(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ReadTimeout("timed out", request=request)

    with pytest.raises(UnknownOutcome) as caught:
        ScriptedSite(silence).connect().send(CREATE)
    assert caught.value.answer == ""
