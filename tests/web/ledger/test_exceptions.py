"""Exceptions: what waits for a person, each with the page or the button that settles it."""

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bursar.store.models import Connection, LedgerException
from tests.web.ledger.rows import LEFT_OUT, State, a_book, a_document, an_exception, an_export, waiting
from tests.web.visitors import element, links_of, part_of, text_of, tree_of, words

pytestmark = pytest.mark.django_db


def url(connection: Connection, **query: object) -> str:
    return reverse("ledger:exceptions", args=[connection.pk], query=query)


def names(answer: HttpResponse) -> list[str]:
    return [words(head) for head in tree_of(answer).findall(".//tbody/tr/th")]


def test_nothing_open_says_so(connection: Connection, viewer: Client) -> None:
    assert "Nothing needs you" in part_of(viewer.get(url(connection)), "exceptions")


def test_each_leads_to_the_page_that_settles_it(connection: Connection, viewer: Client) -> None:
    an_exception(connection, 1)
    an_exception(connection, 2, code="no_route")
    answer = viewer.get(url(connection))
    assert "Main has no account 411. Create it there, or map it." in part_of(answer, "exceptions")
    links = links_of(element(answer, "exceptions"))
    assert reverse("books:codes", args=[connection.pk], query={"kind": "account"}) in links
    assert reverse("books:routes", args=[connection.pk]) in links
    assert "1 Account unusable 1 No route" in text_of(answer)


def test_a_record_without_a_document_is_named_by_its_number(connection: Connection, viewer: Client) -> None:
    waiting(an_export(connection), 84, **LEFT_OUT)
    an_exception(connection, 84, title="", code="no_account_number")
    an_exception(connection, 9, title="", subject="invoice:10080", journey="payments", code="invoice_unknown")
    answer = viewer.get(url(connection, sort="subject"))
    assert names(answer) == ["Invoice 84", "Invoice 10080"]
    links = links_of(element(answer, "exceptions"))
    assert reverse("ledger:unposted-invoices", args=[connection.pk], query={"q": "84"}) in links
    assert reverse("payments:list", args=[connection.pk], query={"q": "10080"}) in links


def test_what_is_settled_is_behind_a_filter(connection: Connection, viewer: Client) -> None:
    an_exception(connection, 1, closed_at=timezone.now())
    an_exception(connection, 2, journey="payments")
    assert names(viewer.get(url(connection))) == ["Invoice 2"]
    assert names(viewer.get(url(connection, closed="1"))) == ["Invoice 1"]
    assert names(viewer.get(url(connection, journey="ledger"))) == []


def test_drift_is_decided_in_place(connection: Connection, operator: Client, viewer: Client) -> None:
    drifted = {"code": "changed_in_books", "marker": "m", "delivered": ""}
    document = a_document(connection, 1, State.BLOCKED, book=a_book(connection), **drifted)
    an_exception(connection, 1, code="changed_in_books", document=document)
    decide = reverse("ledger:document-decide", args=[connection.pk, document.pk])
    assert not tree_of(viewer.get(url(connection))).findall(f".//form[@action='{decide}']")
    answer = operator.get(url(connection))
    buttons = [words(button) for button in tree_of(answer).findall(f".//form[@action='{decide}']/button")]
    assert buttons == ["Post anew", "Accept as in the books"]
    said = operator.post(decide, {"do": "accept"}, follow=True)
    assert "Invoice 1 is accepted as the books have it." in text_of(said)
    assert "Decided: export, then post" in part_of(operator.get(url(connection)), "exceptions")
    assert operator.post(decide, {"do": "burn"}).status_code == 404


def test_the_dashboard_counts_them_once_there_is_a_book(connection: Connection, viewer: Client) -> None:
    an_exception(connection, 1)
    LedgerException.objects.create(
        connection=connection,
        journey="payments",
        subject="x",
        code="c",
        sentence="s",
        opened_at=timezone.now(),
        closed_at=timezone.now(),
    )
    dashboard = reverse("dashboard:page", args=[connection.pk])
    assert "Ledger exceptions" not in text_of(viewer.get(dashboard))
    a_book(connection)
    assert "Ledger exceptions 1 documents and payments that wait for a person" in text_of(viewer.get(dashboard))
