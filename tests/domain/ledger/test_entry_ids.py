"""A batch holds every GL entry id of its documents, once (decision 19)."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bursar.domain.ledger.documents import Document
from bursar.domain.ledger.entry_ids import collect, differing_entries, entry_ids_of
from bursar.domain.ledger.export import GlExport
from bursar.domain.ledger.purchase_taxes import needs_unfiltered_export, with_purchase_taxes
from bursar.domain.ledger.stock_accounts import StockPolicy, cogs_journal
from tests.domain.ledger.documents import CREDIT_MEMO, EXPENSES, INVOICE, PURCHASE, documents


def test_header_lines_and_taxes_give_their_ids() -> None:
    assert entry_ids_of(INVOICE) == (11, 12, 13, 14, 15, 16)
    assert entry_ids_of(PURCHASE) == (31, 32)


def test_an_id_that_header_and_line_share_is_given_once() -> None:
    assert entry_ids_of(EXPENSES) == (51, 52, 53, 54)


@given(st.lists(documents(), max_size=4))
def test_collecting_loses_and_doubles_nothing(some: list[Document]) -> None:
    found = collect(some)
    expected = [key for document in some for key in entry_ids_of(document)]
    assert set(found.ids) == set(expected)
    assert list(found.ids) == sorted(set(found.ids))
    assert set(found.shared) == {key for key in expected if expected.count(key) > 1}
    assert len(found.blocked) == sum(not entry_ids_of(document) for document in some)


def test_an_id_that_two_documents_claim_is_named_with_both() -> None:
    found = collect([INVOICE, CREDIT_MEMO])
    assert found.shared[14] == ("transaction:900", "transaction:901")


def test_a_document_without_ids_can_be_closed_by_no_batch() -> None:
    bare = replace(PURCHASE, lines=(), taxes=())
    (blocked,) = collect([bare]).blocked
    assert (blocked.subject, blocked.code) == (bare.key, "no_gl_entries")
    costs = cogs_journal(INVOICE, StockPolicy(cogs=True))
    assert costs is not None
    assert collect([costs]).blocked == ()


def test_what_a_batch_lacks_and_what_it_holds_too_much() -> None:
    assert differing_entries([1, 2, 3], [3, 4]) == ((1, 2), (4,))
    assert differing_entries([2, 1], [1, 2]) == ((), ())


def test_expenses_that_no_document_holds_stay_visible() -> None:
    export = GlExport(documents=(EXPENSES,), non_reimbursable_ids=(51, 77, 78))
    assert export.unclaimed_ids == (77, 78)


def test_purchase_tax_lines_come_from_the_unfiltered_export() -> None:
    """Peers 1.3: an export by id leaves purchase tax lines out, and a batch without them stays half open."""
    filtered = replace(PURCHASE, taxes=())
    other = replace(
        PURCHASE, record_id="PO #PO77, Packing Slip: A2", taxes=(replace(PURCHASE.taxes[0], entry_ids=(99,)),)
    )
    assert needs_unfiltered_export([INVOICE, filtered])
    (completed,) = with_purchase_taxes([filtered], [other, PURCHASE, INVOICE])
    assert completed == PURCHASE
    assert not needs_unfiltered_export([completed])
    assert with_purchase_taxes([PURCHASE, INVOICE], [other]) == [PURCHASE, INVOICE]
    assert completed.remainder == Decimal(0)
