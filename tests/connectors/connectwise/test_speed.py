"""The client's own share of a request's time stays small."""

import time
from collections.abc import Callable

import httpx2

from bursar.connectors.connectwise import Options
from tests.connectors.connectwise.sample_writes import create_addition
from tests.connectors.connectwise.scripted_site import ScriptedSite

BUDGET = 0.002
"""Seconds of processor time a request may cost; the client needs far less."""
ROUNDS = 200


def processor_seconds(call: Callable[[], object]) -> float:
    call()
    started = time.process_time()
    for _ in range(ROUNDS):
        call()
    return (time.process_time() - started) / ROUNDS


def test_a_read_and_a_write_are_cheap() -> None:
    row = {"id": 5, "product": {"id": 3}, "quantity": 1, "unitPrice": 2.5, "extPrice": 2.5}

    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(201, json=row) if request.method == "POST" else httpx2.Response(200, json=[row] * 5)

    psa = ScriptedSite(answer).connect(Options(requests_per_minute=None))
    assert processor_seconds(lambda: psa.send(create_addition(1))) < BUDGET
    assert processor_seconds(lambda: list(psa.additions([1]))) < BUDGET
