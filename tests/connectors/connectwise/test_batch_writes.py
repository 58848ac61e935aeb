"""Accounting batches, made and taken back: each once, with exactly the entries that were named."""

import pytest

from bursar.connectors.connectwise import ConnectWise
from bursar.domain.errors import NotPermitted, Rejected, RemoteError, UnknownOutcome
from bursar.domain.ledger.entry_ids import collect, entry_ids_of
from bursar.domain.ledger.unposted import Family
from bursar.domain.plan import Action, Resource
from bursar.ports import Receipt, Write
from psa_sandbox.control.faults import Fault, FaultKind
from psa_sandbox.server import Sandbox
from psa_sandbox.state.ledger.batches import close_batch, unbatch
from tests.connectors.connectwise.conftest import Connect
from tests.connectors.connectwise.ledger_writes import (
    IDENTIFIER,
    ROLE,
    asked,
    batch_of,
    create_batch,
    delete,
    documents,
)

LOST: list[FaultKind] = ["500", "cut_before", "cut_after"]


@pytest.fixture
def psa(connect: Connect) -> ConnectWise:
    return connect(ROLE)


def batches_named(sandbox: Sandbox, identifier: str = IDENTIFIER) -> int:
    return len(sandbox.store.rows("batch", batchIdentifier=identifier))


@pytest.mark.parametrize("family", Family)
def test_a_batch_closes_what_was_confirmed_and_nothing_else(psa: ConnectWise, family: Family) -> None:
    first, *rest = documents(psa, family)
    write = create_batch(entry_ids_of(first), family)
    assert psa.look(write) is None
    receipt = psa.send(write)
    assert receipt.fields == {"identifier": IDENTIFIER, "entry_ids": ",".join(map(str, sorted(entry_ids_of(first))))}
    assert {entry.id for entry in psa.accounting.batch_entries(receipt.remote_id)} == set(entry_ids_of(first))
    (made,) = (batch for batch in psa.accounting.batches() if batch.id == receipt.remote_id)
    assert (made.identifier, made.families) == (IDENTIFIER, frozenset({family}))
    assert collect(documents(psa, family)).ids == collect(rest).ids
    assert psa.look(write) == receipt


def test_one_batch_may_close_records_of_several_families(psa: ConnectWise) -> None:
    invoice, bill = documents(psa)[0], documents(psa, Family.EXPENSES)[0]
    ids = (*entry_ids_of(invoice), *entry_ids_of(bill))
    fields = {**create_batch(ids).fields, "family": "expenses,invoices", "book_id": 3}
    receipt = psa.send(Write(Action.CREATE, Resource.BATCH, "batch key", fields))
    (made,) = (batch for batch in psa.accounting.batches() if batch.id == receipt.remote_id)
    assert made.families == {Family.EXPENSES, Family.INVOICES}
    assert {entry.id for entry in psa.accounting.batch_entries(made.id)} == set(ids)


def test_a_deleted_batch_gives_its_records_back(psa: ConnectWise) -> None:
    before = documents(psa)
    receipt = psa.send(batch_of(before[0]))
    undo = delete(receipt, Resource.BATCH)
    assert psa.look(undo) is None
    gone = Receipt(receipt.remote_id, {"deleted": True})
    assert psa.send(undo) == gone == psa.look(undo)
    assert documents(psa) == before
    assert psa.send(undo) == gone


@pytest.mark.parametrize("kind", LOST)
def test_a_batch_whose_answer_is_lost_is_made_once(psa: ConnectWise, sandbox: Sandbox, kind: FaultKind) -> None:
    write = batch_of(documents(psa)[0])
    sandbox.faults.arm(Fault(kind, method="POST", times=1))
    with pytest.raises(UnknownOutcome):
        psa.send(write)
    assert asked(sandbox, "POST", "/batches") == 1
    happened = kind == "cut_after"
    assert (psa.look(write) is not None) is happened
    assert batches_named(sandbox) == happened


@pytest.mark.parametrize("kind", LOST)
def test_a_delete_whose_answer_is_lost_can_be_looked_for(psa: ConnectWise, sandbox: Sandbox, kind: FaultKind) -> None:
    undo = delete(psa.send(batch_of(documents(psa)[0])), Resource.BATCH)
    sandbox.faults.arm(Fault(kind, method="DELETE", times=1))
    with pytest.raises(UnknownOutcome):
        psa.send(undo)
    assert (psa.look(undo) is not None) is (kind == "cut_after")


def test_a_batch_that_cannot_be_read_back_is_of_unknown_outcome(psa: ConnectWise, sandbox: Sandbox) -> None:
    write = batch_of(documents(psa)[0])
    sandbox.faults.arm(Fault("500", method="GET", route="/batches/[0-9]+/entries"))
    with pytest.raises(UnknownOutcome, match="The batch was made"):
        psa.send(write)
    sandbox.faults.clear()
    assert psa.look(write) is not None
    assert batches_named(sandbox) == 1


def test_sending_a_batch_that_arrived_before_gives_its_receipt(psa: ConnectWise, sandbox: Sandbox) -> None:
    write = batch_of(documents(psa)[0])
    assert psa.send(write) == psa.send(write)
    assert batches_named(sandbox) == 1


def test_an_identifier_that_another_batch_has_is_refused(psa: ConnectWise) -> None:
    one, other = documents(psa)[:2]
    psa.send(batch_of(one))
    again = batch_of(other)
    assert psa.look(again) is None
    with pytest.raises(Rejected, match=f"has an accounting batch {IDENTIFIER} already, and it holds other") as refused:
        psa.send(again)
    assert "Choose another batch identifier" in refused.value.remedy


def test_entries_of_another_batch_are_refused_as_a_whole(psa: ConnectWise, sandbox: Sandbox) -> None:
    one, other = documents(psa)[:2]
    psa.send(batch_of(one))
    ids = (*entry_ids_of(one), *entry_ids_of(other))
    with pytest.raises(Rejected, match=r"is in batch Bursar I .*, and \d+ more like it") as refused:
        psa.send(create_batch(ids, identifier="another"))
    assert refused.value.remedy.startswith("Run again.")
    assert batches_named(sandbox, "another") == 0


def test_entries_of_a_record_that_was_opened_again_are_refused(psa: ConnectWise) -> None:
    with pytest.raises(Rejected, match="GL Entry 99999 not found") as refused:
        psa.send(create_batch((99999,)))
    assert "opened and closed since" in refused.value.remedy


def test_entries_of_another_kind_are_refused(psa: ConnectWise) -> None:
    ids = entry_ids_of(documents(psa)[0])
    with pytest.raises(Rejected, match="of a kind that the batch does not export"):
        psa.send(create_batch(ids, Family.EXPENSES))


def test_a_name_that_is_too_long_is_refused_in_words(psa: ConnectWise) -> None:
    with pytest.raises(Rejected, match="batchIdentifier") as refused:
        psa.send(create_batch(entry_ids_of(documents(psa)[0]), identifier="x" * 51))
    assert refused.value.remedy


def test_a_closed_batch_cannot_be_undone(psa: ConnectWise, sandbox: Sandbox) -> None:
    receipt = psa.send(batch_of(documents(psa)[0]))
    close_batch(sandbox.store, receipt.remote_id, "test")
    with pytest.raises(Rejected, match="The batch is closed") as refused:
        psa.send(delete(receipt, Resource.BATCH))
    assert "cannot be undone" in refused.value.remedy
    assert psa.look(delete(receipt, Resource.BATCH)) is None


def test_a_document_that_was_unbatched_since_shows_in_the_receipt(psa: ConnectWise, sandbox: Sandbox) -> None:
    one, other = documents(psa)[:2]
    write = create_batch((*entry_ids_of(one), *entry_ids_of(other)))
    psa.send(write)
    rows = sandbox.store.rows("ledgerInvoice", invoice=int(one.record_id))
    assert unbatch(sandbox.store, "invoice", rows, "test") == 1
    found = psa.look(write)
    assert found is not None
    assert found.fields["entry_ids"] == ",".join(map(str, sorted(entry_ids_of(other))))


def test_a_role_that_may_not_batch_is_told_so(connect: Connect, psa: ConnectWise) -> None:
    with pytest.raises(NotPermitted) as refused:
        connect("Read Only").send(batch_of(documents(psa)[0]))
    assert refused.value.module == "Finance > Accounting Interface"


@pytest.mark.parametrize("action", [Action.UPDATE, Action.LEAVE])
def test_a_batch_is_never_changed(psa: ConnectWise, action: Action) -> None:
    fields = {"identifier": IDENTIFIER, "family": "invoices", "entry_ids": "1"}
    with pytest.raises(ValueError, match="batch"):
        psa.send(Write(action, Resource.BATCH, "batch key", fields, remote_id=1))


def test_books_are_not_written_to_connectwise(psa: ConnectWise) -> None:
    with pytest.raises(ValueError, match="which ConnectWise does not keep"):
        psa.send(Write(Action.CREATE, Resource.DOCUMENT, "document key", {}))


@pytest.mark.parametrize("seed", range(8))
def test_send_then_look_before_sending_again_makes_one_batch(psa: ConnectWise, sandbox: Sandbox, seed: int) -> None:
    write = batch_of(documents(psa)[0])
    for offset, kind in enumerate(LOST):
        sandbox.faults.arm(Fault(kind, chance=0.3, seed=seed + offset))
    receipt = None
    for _ in range(200):
        try:
            receipt = psa.look(write) or psa.send(write)
            break
        except RemoteError:
            continue
    sandbox.faults.clear()
    assert receipt is not None
    assert batches_named(sandbox) == 1
    assert psa.look(write) == receipt
