"""Batches: ours and others, what they hold, undoing one with its warning, and making one by hand."""

import csv
import io
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from bursar.domain.roles import Role
from bursar.store.models import Connection, LedgerBatch, Run
from bursar.usecases.connections import NewConnection, add_connection
from bursar.usecases.runs import UNDO_BATCH, UPDATE_BATCH
from tests.api.conftest import credentials
from tests.cli.psa_process import PsaProcess, psa_process
from tests.web.ledger.rows import State, a_batch, a_book, a_document
from tests.web.visitors import HTMX, links_of, part_of, streamed, text_of, tree_of, visitor, words

pytestmark = pytest.mark.django_db


def url(connection: Connection, what: str = "batches", *ids: int, **query: object) -> str:
    return reverse(f"ledger:{what}", args=[connection.pk, *ids], query=query)


def several(connection: Connection) -> LedgerBatch:
    """One of ours with an invoice and a credit memo, one of ours that differs, one of others that is closed."""
    book = a_book(connection)
    exact = a_batch(connection, 3, book=book, entry_ids=list(range(6)))
    a_document(connection, 1, State.BATCHED, book=book, batch=exact)
    a_document(connection, 2, State.BATCHED, book=book, batch=exact, kind="ar_credit", total="69.00")
    a_batch(connection, 4, book=book, missing_ids=[41], extra_ids=[7, 8])
    a_batch(connection, 1, ours=False, identifier="September", entry_ids=[], state="closed", made_by="tlarsen")
    return exact


def test_an_empty_list_says_what_to_do(connection: Connection, viewer: Client) -> None:
    answer = viewer.get(url(connection))
    assert "No batch yet" in part_of(answer, "batches")
    assert url(connection, "documents") in links_of(tree_of(answer))


def test_ours_and_others_with_what_they_hold_and_what_differs(connection: Connection, viewer: Client) -> None:
    several(connection)
    page = text_of(viewer.get(url(connection)))
    assert "1 batch of ours does not hold what it should." in page
    assert "Bursar I 2026-10-31 4 Open Bursar Invoices Main 0" in page
    assert "1 GL entry missing, 2 GL entries too many" in page
    assert "Bursar I 2026-10-31 3 Open Bursar Invoices Main 2 1,000.00 USD 6 Exact" in page, "a credit memo is negative"
    assert "September Closed Others" in page
    others = viewer.get(url(connection, ours="0"))
    assert [words(head) for head in tree_of(others).findall(".//tbody/tr/th")] == ["September"]
    rows = list(csv.DictReader(io.StringIO(streamed(viewer.get(url(connection, "batches-export", sort="id"))))))
    assert [(row["Batch"], row["Documents"], row["Total"]) for row in rows][1] == (
        "Bursar I 2026-10-31 3",
        "2",
        "1,000.00 USD",
    )


def test_the_page_of_a_batch_lists_its_documents(connection: Connection, viewer: Client) -> None:
    batch = several(connection)
    answer = viewer.get(url(connection, "batch", batch.pk, view="ours=1"))
    page = text_of(answer)
    for said in ("Invoice 1 Batched Acme 1 2026-10-27 1,069.00 USD", "Read the entries", "Documents 2 1,000.00 USD"):
        assert said in page
    assert url(connection, "documents", batch=batch.pk) in links_of(tree_of(answer))
    assert f"{url(connection)}?ours=1" in links_of(tree_of(answer))
    assert url(connection, "batch-undo", batch.pk) not in links_of(tree_of(answer)), "a viewer undoes nothing"
    LedgerBatch.objects.filter(pk=batch.pk).update(state=LedgerBatch.State.UNDONE)
    undone = viewer.get(url(connection, "batch", batch.pk))
    assert "Read the entries" not in text_of(undone), "ConnectWise has it no more"


# undo


def undo(browser: Client, connection: Connection, batch: LedgerBatch, identifier: str) -> HttpResponse:
    return browser.post(url(connection, "batch-undo", batch.pk), {"identifier": identifier})


def test_undoing_warns_and_wants_the_identifier_typed(connection: Connection, operator: Client) -> None:
    batch = several(connection)
    page = text_of(operator.get(url(connection, "batch-undo", batch.pk)))
    assert "2 documents of it live on in Main: undoing the batch takes nothing out of the books." in page
    wrong = undo(operator, connection, batch, "Bursar I")
    assert wrong.status_code == 422
    assert "This is not the batch's identifier." in text_of(wrong)
    assert not Run.objects.exists()
    right = undo(operator, connection, batch, f" {batch.identifier} ")
    run = Run.objects.get(verb=UNDO_BATCH)
    assert run.request == {"batch": 3}
    assert right["Location"] == reverse("runs:run", args=[connection.pk, run.pk])


def test_a_closed_batch_cannot_be_undone(connection: Connection, operator: Client) -> None:
    several(connection)
    closed = LedgerBatch.objects.get(identifier="September")
    answer = operator.get(url(connection, "batch-undo", closed.pk))
    assert "September is closed in ConnectWise." in text_of(answer)
    assert not tree_of(answer).findall(".//input[@id='identifier']")
    assert undo(operator, connection, closed, "September").status_code == 422
    assert not Run.objects.exists()


def test_viewers_and_strangers_undo_nothing(connection: Connection, viewer: Client) -> None:
    batch = several(connection)
    assert undo(viewer, connection, batch, batch.identifier).status_code == 403
    assert undo(visitor(None), connection, batch, batch.identifier).status_code == 302
    other = Connection.objects.create(name="other")
    assert visitor(Role.OPERATOR).get(url(other, "batch", batch.pk)).status_code == 404


# by hand


def make(browser: Client, connection: Connection, **sent: object) -> HttpResponse:
    return browser.post(url(connection, "batch-new"), sent)


def test_a_batch_is_made_of_ids(connection: Connection, operator: Client) -> None:
    make(operator, connection, entry_ids="12, 11\n12", families=["expenses"], identifier="By hand")
    wanted = {"entry_ids": [11, 12], "families": ["expenses"], "identifier": "By hand"}
    assert Run.objects.get(verb=UPDATE_BATCH).request == wanted


def test_a_batch_is_made_of_a_success_file(connection: Connection, operator: Client) -> None:
    text = b"Record,DocumentGLEntryIDs,GLEntryIDs\ntransaction,21 22,23\nexpense_bill,31,\n"
    make(operator, connection, file=SimpleUploadedFile("success.csv", text))
    wanted = {"entry_ids": [21, 22, 23, 31], "families": ["expenses", "invoices"], "identifier": ""}
    assert Run.objects.get(verb=UPDATE_BATCH).request == wanted


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "There is not one GL entry id to batch."),
        ({"entry_ids": "12, twelve"}, "'twelve' is no GL entry id."),
        ({"file": SimpleUploadedFile("x.csv", b"Number,Why\n1,2\n")}, "has no column of GL entry ids"),
    ],
)
def test_what_makes_no_batch_is_said(
    sent: dict[str, object], said: str, connection: Connection, operator: Client
) -> None:
    answer = make(operator, connection, **sent)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert not Run.objects.exists()


# what ConnectWise says now


@pytest.fixture(scope="module")
def psa() -> Iterator[PsaProcess]:
    with psa_process("--seed", "msp") as process:
        yield process


@pytest.fixture
def september(psa: PsaProcess, db: None) -> LedgerBatch:
    """A batch that the sandbox really has."""
    connection = add_connection(NewConnection(**credentials(psa)))
    connection.options = {"requests_per_minute": "0"}
    connection.save()
    return a_batch(connection, 1, ours=False, identifier="20260930TL-I", entry_ids=[])


def test_entries_are_read_when_they_are_asked_for(september: LedgerBatch, viewer: Client) -> None:
    address = url(september.connection, "batch-entries", september.pk)
    part = viewer.get(address, headers=HTMX)
    assert b"<html" not in part.content
    page = text_of(viewer.get(address))
    assert "entries in ConnectWise now; debits equal credits" in page
    assert "Accounts Receivable" in page
    a_batch(september.connection, 999)
    gone = url(september.connection, "batch-entries", LedgerBatch.objects.get(remote_id=999).pk)
    assert 'role="alert"' in viewer.get(gone).content.decode()


@pytest.mark.parametrize(
    ("form", "name", "begins"),
    [
        ("legacy-xml", "connectwise_accounting_interface_get_batch.xml", "<?xml"),
        ("rest-xml", "connectwise_accounting_interface_get_batch.xml", "<?xml"),
        ("json", "connectwise_accounting_interface_get_batch.json", "{"),
        ("csv", "connectwise_accounting_interface_get_batch.csv", "Record,"),
    ],
)
def test_a_batch_is_given_out_once_more(
    form: str, name: str, begins: str, september: LedgerBatch, viewer: Client
) -> None:
    answer = viewer.get(url(september.connection, "batch-recreate", september.pk, format=form))
    assert f'filename="{name}"' in answer["Content-Disposition"]
    assert streamed(answer).startswith(begins)


def test_what_waits_is_given_out_as_a_file(september: LedgerBatch, viewer: Client, operator: Client) -> None:
    everything = streamed(viewer.get(url(september.connection, "export-file", format="json")))
    assert '"documentNumber":"10080"' in everything.replace(": ", ":")
    sent = {"do": "download", "format": "json", "expenses": "on"}
    some = streamed(operator.post(url(september.connection, "export"), sent))
    assert "10080" not in some
    assert not Run.objects.exists()
    assert viewer.get(url(september.connection, "export-file", format="pdf")).status_code == 404


def test_a_batch_that_is_gone_is_told_on_its_page(september: LedgerBatch, viewer: Client) -> None:
    gone = a_batch(september.connection, 999)
    answer = viewer.get(url(september.connection, "batch-recreate", gone.pk), follow=True)
    assert answer.redirect_chain[-1][0] == url(september.connection, "batch", gone.pk)
