"""Runs of the ledger: where they lead, what they count, and what they wrote, with links to it."""

import csv
import io
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from bursar.domain.roles import Role
from bursar.store.field_json import to_json
from bursar.store.models import Connection, Posting, Run
from bursar.usecases.runs import EXPORT_LEDGER, POST_LEDGER, POST_PAYMENTS, UNDO_BATCH
from bursar.usecases.take_in_payment_file import TAKE_IN_PAYMENTS
from tests.web.ledger.rows import State, a_batch, a_book, a_document, a_settlement
from tests.web.runs.test_run_page import a_run, address
from tests.web.visitors import a_connection, links_of, part_of, streamed, text_of, tree_of, visitor, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer(db: None) -> Client:
    return visitor(Role.VIEWER)


def page_of(connection: Connection, route: str) -> str:
    return reverse(route, args=[connection.pk])


@pytest.mark.parametrize(
    ("verb", "route"),
    [
        (EXPORT_LEDGER, "ledger:documents"),
        (POST_LEDGER, "ledger:documents"),
        (UNDO_BATCH, "ledger:batches"),
        (POST_PAYMENTS, "payments:list"),
        (TAKE_IN_PAYMENTS, "payments:files"),
    ],
)
def test_each_leads_on_to_its_page(verb: str, route: str, viewer: Client) -> None:
    run = a_run(verb=verb, month="")
    answer = viewer.get(address(run))
    assert page_of(run.connection, route) in links_of(tree_of(answer))
    assert "Retry what failed" not in text_of(answer), "what failed is posted anew from its list"


def test_an_export_counts_what_it_found_and_wrote_nothing(viewer: Client) -> None:
    counts = {"create": 12, "leave": 2, "blocked": 0, "excluded": 1, "missing": 4}
    totals = {"planned": {"USD": "10.00"}, "held": {}}
    request = {"families": ["invoices"], "location": "", "thru": "today", "included": {"invoices": ["1", "2"]}}
    run = a_run(verb=EXPORT_LEDGER, month="", counts=counts, totals=totals, request=request, verdict="12 to post")
    answer = viewer.get(address(run))
    page = text_of(answer)
    for said in ("To post 12", "In the books already 2", "Excluded 1", "Not exported 4"):
        assert said in page
    assert "Blocked 0" not in page
    assert "Families invoices" in page
    assert "Included invoices: 1, 2" in page
    assert "Nothing was written What was found stands in Documents." in part_of(answer, "findings")
    assert "Outcome 12 to post" in page
    assert not [link for link in links_of(tree_of(answer)) if link.endswith("/written/")]


def test_a_long_list_of_ids_is_a_number(viewer: Client) -> None:
    run = a_run(verb="update batch", month="", request={"entry_ids": list(range(1500)), "families": ["invoices"]})
    assert "Entry ids 1,500" in text_of(viewer.get(address(run)))


def test_the_list_of_runs_filters_by_their_kinds(viewer: Client) -> None:
    connection = a_connection()
    a_run(connection, verb=EXPORT_LEDGER, month="")
    a_run(connection, verb=POST_PAYMENTS, month="")
    answer = viewer.get(reverse("runs:list", args=[connection.pk], query={"verb": EXPORT_LEDGER}))
    assert [words(head) for head in tree_of(answer).findall(".//tbody/tr/th")] == ["Export ledger"]


# what was written


def written(run: Run, resource: str, key: str, **values: object) -> Posting:
    facts: dict[str, object] = {
        "connection": run.connection,
        "stage": 1,
        "key": key,
        "action": "create",
        "resource": resource,
        "after": to_json({"number": "1"}),
        "state": Posting.State.POSTED,
    }
    return Posting.objects.create(run=run, **(facts | values))


def a_posting(connection: Connection) -> Run:
    """A document to the books, its party, a batch, and one document that was taken back."""
    run = a_run(connection, verb=POST_LEDGER, month="")
    book = a_book(connection)
    a_document(connection, 1, State.POSTED, book=book)
    a_document(connection, 2, State.VOIDED, book=book)
    a_batch(connection, 77)
    common = {"book": book, "amount": Decimal("1069.00"), "currency": "USD"}
    written(run, "party", "Main/party:customer:ACME", book=book, after=to_json({"name": "Acme", "code": "ACME"}))
    written(run, "document", "Main/document:transaction:1:0", lines=["transaction:1"], remote_ref="INV-1", **common)
    written(run, "document", "Main/void:transaction:2:0", action="cancel", **common)
    after = to_json({"identifier": "Bursar I", "family": "invoices"})
    written(run, "batch", "batch:Bursar I", remote_id=77, after=after, lines=["transaction:1"])
    return run


def test_documents_batches_and_what_was_taken_back_open_their_pages(viewer: Client) -> None:
    connection = a_connection()
    run = a_posting(connection)
    answer = viewer.get(address(run, "written"))
    rows = [[words(cell) for cell in row][:4] for row in tree_of(answer).findall(".//tbody/tr")]
    assert rows == [
        ["Acme", "Create party", "Main", "Posted"],
        ["Invoice 1", "Create document", "Main", "Posted"],
        ["Invoice 2", "Cancel document", "Main", "Posted"],
        ["Bursar I 2026-10-31 77", "Create batch", "ConnectWise", "Posted"],
    ]
    links = links_of(tree_of(answer))
    for document in connection.ledger_documents.all():
        assert reverse("ledger:document", args=[connection.pk, document.pk]) in links
    assert reverse("ledger:batch", args=[connection.pk, connection.ledger_batches.get().pk]) in links
    only = viewer.get(address(run, "written", resource="batch"))
    assert len(tree_of(only).findall(".//tbody/tr")) == 1


def test_a_payment_says_what_it_was_and_is_and_opens_its_invoice(viewer: Client) -> None:
    connection = a_connection()
    run = a_run(connection, verb=POST_PAYMENTS, month="")
    settlement = a_settlement(connection, 10080)
    written(
        run,
        "payment",
        "payment:1:2",
        action="update",
        lines=["10080"],
        before=to_json({"amount": Decimal("40.00")}),
        after=to_json({"amount": Decimal("100.00")}),
        remote_id=2,
    )
    answer = viewer.get(address(run, "written"))
    assert "Payment on invoice 10080 Update payment ConnectWise Posted Amount before 40 after 100" in text_of(answer)
    assert reverse("payments:settlement", args=[connection.pk, settlement.pk]) in links_of(tree_of(answer))
    rows = list(csv.DictReader(io.StringIO(streamed(viewer.get(address(run, "written-export"))))))
    assert rows[0]["Before → after"] == "Amount 40 → 100"


def test_a_posting_gives_out_what_succeeded_and_what_failed(viewer: Client) -> None:
    connection = a_connection()
    run = a_posting(connection)
    files = [
        reverse("ledger:outcome", args=[connection.pk, run.pk], query={"which": each}) for each in ("success", "fail")
    ]
    assert set(files) <= set(links_of(tree_of(viewer.get(address(run)))))
    connection.ledger_documents.update(seen_in=run, source="no record")
    failed = streamed(viewer.get(files[1]))
    assert failed.startswith("<?xml")
    assert viewer.get(files[0] + "&format=pdf").status_code == 404
    Run.objects.update(state=Run.State.RUNNING)
    waits = viewer.get(files[0], follow=True)
    assert "Only a posting to the books that has ended has an outcome." in text_of(waits)
