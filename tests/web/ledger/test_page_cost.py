"""What a page of the ledger costs does not depend on how much there is."""

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bursar.store.models import BookReference, Connection
from tests.web.ledger.rows import (
    LEFT_OUT,
    State,
    a_balance,
    a_batch,
    a_book,
    a_code,
    a_document,
    a_settlement,
    an_exception,
    an_export,
    waiting,
)
from tests.web.visitors import a_connection

pytestmark = pytest.mark.django_db

PAGES = (
    "ledger:unposted-invoices",
    "ledger:documents",
    "ledger:batches",
    "ledger:exceptions",
    "ledger:reconciliation",
    "ledger:reconciliation-accounts",
    "payments:list",
    "books:codes",
    "books:routes",
    "books:list",
    "ledger:unposted-invoices-export",
    "ledger:documents-export",
    "ledger:batches-export",
    "payments:list-export",
)


def filled(name: str, number: int) -> Connection:
    """`number` of everything."""
    connection = a_connection(name)
    book, run = a_book(connection), an_export(connection)
    for each in range(1, number + 1):
        batch = a_batch(connection, each, book=book)
        a_document(connection, each, State.BATCHED, book=book, batch=batch)
        drifted = {"code": "changed_in_books", "marker": f"m{each}", "sentence": "It differs."}
        blocked = a_document(connection, 1000 + each, State.BLOCKED, book=book, **drifted)
        waiting(run, each, blocked)
        waiting(run, 2000 + each, **LEFT_OUT)
        an_exception(connection, 1000 + each, document=blocked, code="changed_in_books")
        an_exception(connection, 2000 + each, title="", code="no_account_number")
        a_balance(book, f"{each:04}", "1.00", "2.00")
        a_code(book, f"{each:04}", unusable=True)
        BookReference.objects.create(book=book, kind="account", code=f"{each:04}", name="An account")
        a_settlement(connection, each, book=book, state="exception", code="two_sources", sentence="Two say it.")
    return connection


def questions(browser: Client, address: str) -> int:
    browser.get(address)
    with CaptureQueriesContext(database) as captured:
        answer = browser.get(address)
        if answer.streaming:
            b"".join(answer.streaming_content)
    assert answer.status_code == 200
    return len(captured)


def test_as_many_questions_for_much_as_for_little(operator: Client) -> None:
    little, much = filled("little", 2), filled("much", 40)
    costs = {
        page: tuple(questions(operator, reverse(page, args=[each.pk])) for each in (little, much)) for page in PAGES
    }
    assert {page: cost for page, cost in costs.items() if cost[0] != cost[1]} == {}


def test_a_document_and_a_batch_cost_the_same_however_much_they_hold(operator: Client) -> None:
    little, much = filled("little", 2), filled("much", 40)
    for route, rows in (("ledger:document", "ledger_documents"), ("ledger:batch", "ledger_batches")):
        found = [
            questions(operator, reverse(route, args=[each.pk, getattr(each, rows).earliest("pk").pk]))
            for each in (little, much)
        ]
        assert found[0] == found[1], route
