"""Records that share a name, or whose name is long: none is taken for another, none is forgotten."""

from bursar.store.models import LedgerDocument, Run
from bursar.usecases.ledger_wish import ledger_wish
from psa_sandbox.state.record import number
from tests.sandbox.small_books import change, write
from tests.usecases.ledger.test_loop import ours
from tests.usecases.ledger.world import LedgerWorld, entry_ids

State = LedgerDocument.State


def bill_under_one_number(ledger: LedgerWorld) -> None:
    """One supplier bills all receipts under one number."""
    orders = ledger.store.rows("purchaseOrder")
    for order in orders:
        shared = {"vendorInvoiceNumber": "R-1", "vendorCompany": orders[0]["vendorCompany"]}
        ledger.store.replace("purchaseOrder", number(order, "id"), {**order, **shared}, by="jokafor")


def test_two_bills_of_one_number_are_numbered_at_first_sight(ledger: LedgerWorld) -> None:
    """Complaint: duplicate bill number; second part-receipt fails."""
    book = ledger.book()
    bill_under_one_number(ledger)
    ledger.post()
    given = sorted(line.strip() for line in ledger.journal(book).splitlines() if '"R-1' in line)
    assert given == ['supplier-number: "R-1"', 'supplier-number: "R-1-2"']


def test_what_was_shown_of_two_bills_of_one_number_is_posted(ledger: LedgerWorld) -> None:
    ledger.book()
    bill_under_one_number(ledger)
    ledger.export()
    run = ledger.post_agreed(ledger.documents().filter(vendor_invoice="R-1"))
    assert run.counts["create"] == 2
    assert "changed_since_preview" not in ledger.exceptions()


def test_an_adjustment_of_many_lines_is_known_again(ledger: LedgerWorld) -> None:
    """Its name is the list of its GL entries, which is longer than any column."""
    book = ledger.book()
    store = ledger.store
    (known, *_) = store.rows("adjustmentDetail")
    same = {name: known[name] for name in ("catalogItem", "warehouse", "warehouseBin")}
    (first, *_) = store.rows("procurementAdjustment")
    for name in ("Great count", "Second great count"):
        made = write(store, "procurementAdjustment", {"identifier": name, "type": first["type"]})
        for _ in range(60):
            write(store, "adjustmentDetail", {**same, "quantityAdjusted": 1}, number(made, "id"))
        change(store, "procurementAdjustment", number(made, "id"), {"closedFlag": True})
    ledger.post()
    rows = list(ledger.documents().filter(number__endswith="reat count"))
    assert [row.state for row in rows] == [State.BATCHED, State.BATCHED]
    assert all(row.marker for row in rows)
    assert entry_ids(rows) <= set().union(*ours(ledger).values())
    assert ledger.journal(book).count('number: "Great count"') == 1
    ledger.export()
    assert ledger.documents(State.BATCHED).filter(pk__in=[row.pk for row in rows]).count() == 2


def test_two_receipts_of_one_name_are_held_and_stop_no_other(ledger: LedgerWorld) -> None:
    """Two part-receipts without a packing slip: whoever posted one would take the other for a change of it."""
    ledger.book()
    first, second = (row for row in ledger.store.rows("ledgerProcurement") if row["procurementType"] == "Purchase")
    same = {name: first[name] for name in ("source", "packingSlip", "number")}
    ledger.store.replace("ledgerProcurement", number(second, "id"), {**second, **same}, by="jokafor")
    run = ledger.post()
    assert (run.state, run.counts["create"]) == (Run.State.DONE, 10)
    held = ledger.documents().get(kind="ap_bill_po")
    assert ledger.exceptions()["same_record_twice"] == [held.key]
    assert held.state == State.BLOCKED
    assert "packing slip" in held.remedy


def test_a_later_receipt_of_one_name_is_no_change_of_the_one_before(ledger: LedgerWorld) -> None:
    """Whoever took the first back and posted "it" anew would lose a bill."""
    book = ledger.book()
    ledger.export()
    first, second = (row for row in ledger.store.rows("ledgerProcurement") if row["procurementType"] == "Purchase")
    posted = ledger.documents().filter(key__endswith=str(first["packingSlip"]))
    ledger.post_agreed(posted)
    before, journal = posted.get(), ledger.journal(book)
    same = {name: first[name] for name in ("source", "packingSlip", "number")}
    ledger.store.replace("ledgerProcurement", number(second, "id"), {**second, **same}, by="jokafor")
    for _ in range(2):
        ledger.export()
        assert ledger.exceptions()["same_record_twice"] == [before.key]
        assert "changed_in_connectwise" not in ledger.exceptions()
        row = posted.get()
        assert (row.state, row.batch, row.entry_ids) == (State.BATCHED, before.batch, before.entry_ids)
    ledger.post(ledger_wish(["procurement"]))
    assert ledger.journal(book).count("begin") > journal.count("begin"), "the others go on"
    assert set(ours(ledger)[before.batch.remote_id if before.batch else 0]) == set(before.entry_ids)
    assert entry_ids([posted.get()]) == set(before.entry_ids)
