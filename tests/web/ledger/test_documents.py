"""Documents: the list, the question before they are posted, and posting exactly what it showed."""

import csv
import io

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from bursar.store.models import AuditEntry, Connection, LedgerDocument, Run
from bursar.usecases.agree_documents import agreed_fingerprints
from bursar.usecases.runs import POST_LEDGER, VOID_DOCUMENTS
from tests.web.ledger.rows import State, a_batch, a_book, a_document
from tests.web.visitors import element, links_of, part_of, streamed, text_of, tree_of, words

pytestmark = pytest.mark.django_db


def url(connection: Connection, what: str = "documents", **query: object) -> str:
    return reverse(f"ledger:{what}", args=[connection.pk], query=query)


def names(answer: HttpResponse) -> list[str]:
    return [words(head) for head in tree_of(answer).findall(".//tbody/tr/th")]


def several(connection: Connection) -> None:
    """Two that are ready, one that waits to be batched, one that is batched, one blocked, one excluded."""
    main, other = a_book(connection), a_book(connection, "Other", policy={"batches": "document"})
    a_document(connection, 1, book=main)
    a_document(connection, 2, book=other, currency="CAD", family="procurement", period="2026-09", day="2026-09-30")
    a_document(connection, 3, State.POSTED, book=main)
    a_document(connection, 4, State.BATCHED, book=main, batch=a_batch(connection, 77))
    sentence = {"code": "account_unusable", "sentence": "Main has no account 4110.", "remedy": "Map it."}
    a_document(connection, 5, State.BLOCKED, book=main, **sentence)
    a_document(connection, 6, State.EXCLUDED, sentence="Counted elsewhere.")


def asked(browser: Client, connection: Connection, **sent: object) -> HttpResponse:
    return browser.post(url(connection, "documents-bulk"), sent, follow=True)


def shown_in(answer: HttpResponse) -> str:
    return tree_of(answer).findall(".//input[@name='shown']")[0].get("value", "")


def test_before_the_first_export_it_leads_to_unposted(connection: Connection, viewer: Client) -> None:
    answer = viewer.get(url(connection))
    assert "No document yet" in part_of(answer, "documents")
    assert reverse("ledger:unposted", args=[connection.pk]) in links_of(element(answer, "documents"))


def test_tiles_say_how_many_stand_where_and_for_how_much(connection: Connection, viewer: Client) -> None:
    several(connection)
    answer = viewer.get(url(connection))
    page = text_of(answer)
    assert "Ready to post 2 1,069.00 CAD 1,069.00 USD" in page
    assert "Blocked 1 1,069.00 USD" in page
    assert "In the books, not batched 1 1,069.00 USD" in page
    assert "Batched 1" in page
    assert f"{url(connection)}?state=blocked" in links_of(tree_of(answer))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "blocked"}, ["Invoice 5"]),
        ({"family": "procurement"}, ["Invoice 2"]),
        ({"period": "2026-09"}, ["Invoice 2"]),
        ({"q": "acme 3"}, ["Invoice 3"]),
        ({"sort": "document", "kind": "ar_invoice", "state": "ready"}, ["Invoice 1", "Invoice 2"]),
        ({"kind": "journal"}, []),
    ],
)
def test_filters_search_and_order(
    query: dict[str, object], found: list[str], connection: Connection, viewer: Client
) -> None:
    several(connection)
    assert names(viewer.get(url(connection, **query))) == found


def test_the_documents_of_one_batch(connection: Connection, viewer: Client) -> None:
    several(connection)
    batch = connection.ledger_batches.get()
    assert names(viewer.get(url(connection, batch=batch.pk))) == ["Invoice 4"]
    assert len(names(viewer.get(url(connection, batch="nonsense")))) == 6


def test_the_file_says_why_and_where(connection: Connection, viewer: Client) -> None:
    several(connection)
    answer = viewer.get(url(connection, "documents-export", sort="document"))
    rows = list(csv.DictReader(io.StringIO(streamed(answer))))
    assert [(row["Document"], row["State"], row["Book"], row["Batch"]) for row in rows] == [
        ("Invoice 1", "Ready", "Main", ""),
        ("Invoice 2", "Ready", "Other", ""),
        ("Invoice 3", "In the books", "Main", ""),
        ("Invoice 4", "Batched", "Main", "Bursar I 2026-10-31 77"),
        ("Invoice 5", "Blocked", "Main", ""),
        ("Invoice 6", "Excluded", "", ""),
    ]
    assert rows[4]["Why, and what to do"] == "Main has no account 4110. Map it."


# posting


def test_the_question_shows_books_currencies_and_batches(connection: Connection, operator: Client) -> None:
    several(connection)
    page = text_of(asked(operator, connection, do="post", everything=1, view=""))
    assert "Post 3 documents" in page
    assert "Main 1 1,069.00 USD 1" in page, "one to post, one that is only batched"
    assert "Other 1 1,069.00 CAD 0" in page
    assert "Invoices: 2 documents, Procurement: 1 document." in page
    assert "At most 2 batches are made" in page, "one for Main's run, one for Other's single document"
    for left in ("1 document: blocked", "1 document: excluded", "1 document: batched already"):
        assert left in page
    assert not Run.objects.exists()


def test_what_was_shown_is_what_is_agreed_to(connection: Connection, operator: Client) -> None:
    several(connection)
    rows = {"row": [row.pk for row in connection.ledger_documents.filter(number__in="15")], "view": ""}
    shown = shown_in(asked(operator, connection, do="post", **rows))
    answer = asked(operator, connection, do="post", shown=shown, **rows)
    run = Run.objects.get(verb=POST_LEDGER)
    assert answer.redirect_chain[-1][0] == reverse("runs:run", args=[connection.pk, run.pk])
    assert agreed_fingerprints(run) == {"transaction:1": "fingerprint 1"}
    assert run.requested_by == "operator@cedarpoint.example"


def test_a_document_that_changed_since_is_asked_about_again(connection: Connection, operator: Client) -> None:
    several(connection)
    everything = {"do": "post", "everything": 1, "view": "state=ready"}
    shown = shown_in(asked(operator, connection, **everything))
    LedgerDocument.objects.filter(number="2").update(fingerprint="another")
    answer = asked(operator, connection, shown=shown, **everything)
    assert "The documents have changed since you were asked." in text_of(answer)
    assert not Run.objects.exists()
    asked(operator, connection, shown=shown_in(answer), **everything)
    assert agreed_fingerprints(Run.objects.get()) == {"transaction:1": "fingerprint 1", "transaction:2": "another"}


def test_what_a_posting_has_in_hand_is_shown_and_not_posted_twice(connection: Connection, operator: Client) -> None:
    several(connection)
    run = Run.objects.create(connection=connection, verb=POST_LEDGER, state=Run.State.RUNNING)
    LedgerDocument.objects.filter(number="1").update(agreed_in=run)
    assert "Being posted , see the run" in text_of(operator.get(url(connection, q="acme 1")))
    page = text_of(asked(operator, connection, do="post", everything=1, view="q=acme 1"))
    assert "Nothing was posted: 1 in a posting that has not ended." in page


def test_nothing_selected_posts_nothing(connection: Connection, operator: Client) -> None:
    several(connection)
    assert "select at least one document first" in text_of(asked(operator, connection, do="post", view=""))


def test_viewers_see_and_post_nothing(connection: Connection, viewer: Client) -> None:
    several(connection)
    answer = viewer.get(url(connection))
    assert "Post all that are ready" not in text_of(answer)
    assert not tree_of(answer).findall(".//form[@id='grid-bulk']")
    assert asked(viewer, connection, do="post", everything=1).status_code == 403


# taking back, and decisions


def test_taking_back_asks_first_and_names_the_documents(connection: Connection, operator: Client) -> None:
    several(connection)
    row = connection.ledger_documents.get(number="3")
    page = text_of(asked(operator, connection, do="void", row=row.pk, view=""))
    assert "Takes 1 document back from the books" in page
    assert "Invoice 3: Acme 3, 1,069.00 USD" in page
    assert "ConnectWise is not changed" in page
    asked(operator, connection, do="void", row=row.pk, view="", confirmed=1)
    assert Run.objects.get(verb=VOID_DOCUMENTS).request == {"documents": ["transaction:3"]}


def test_a_batched_document_is_not_taken_back(connection: Connection, operator: Client) -> None:
    several(connection)
    row = connection.ledger_documents.get(number="4")
    answer = asked(operator, connection, do="void", row=row.pk, view="", confirmed=1)
    assert answer.status_code == 422
    assert "Invoice 4 is in the batch Bursar I 2026-10-31 77. Undo the batch first" in text_of(answer)
    assert not Run.objects.exists()


def test_many_are_decided_and_what_cannot_be_is_counted(connection: Connection, operator: Client) -> None:
    several(connection)
    drifted = {"code": "changed_in_books", "state": State.BLOCKED}
    LedgerDocument.objects.filter(number__in="34").update(**drifted)
    page = text_of(asked(operator, connection, do="accept", everything=1, view="", confirmed=6))
    assert "2 decided. 4 stay as they were. 4: This document was never posted." in page
    decided = LedgerDocument.objects.exclude(consent="").order_by("number")
    assert list(decided.values_list("number", "consent")) == [("3", "accept"), ("4", "accept")]
    assert AuditEntry.objects.filter(action="document decided").count() == 2
    assert "It is accepted as the books have it: export, then post" in text_of(
        operator.get(url(connection, q="acme 3"))
    )
