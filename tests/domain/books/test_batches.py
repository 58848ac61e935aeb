"""A batch closes what the books confirmed, under a name that is always the same for the same content."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bursar.domain.agreed import fingerprint_of
from bursar.domain.books.agreed import restrict_documents
from bursar.domain.books.batches import LONGEST_IDENTIFIER, Confirmed, batch_change, batches_for
from bursar.domain.books.planner import DOCUMENTS, PARTIES, plan_documents
from bursar.domain.books.policy import BatchShape
from bursar.domain.ledger.unposted import Family
from tests.domain.books.situations import SIMPLE, lists, situation
from tests.domain.ledger.documents import CREDIT_MEMO, INVOICE

DAY = date(2026, 11, 30)
CONFIRMED = st.lists(
    st.builds(
        Confirmed,
        key=st.from_regex(r"transaction:[0-9]{1,6}", fullmatch=True),
        number=st.just("1"),
        family=st.sampled_from(Family),
        entry_ids=st.lists(st.integers(1, 10**9) | st.integers(1, 20), max_size=5).map(tuple),
    ),
    unique_by=lambda document: document.key,
)


@given(CONFIRMED, st.sampled_from(BatchShape))
def test_batches_hold_exactly_the_entries_of_confirmed_documents(found: list[Confirmed], shape: BatchShape) -> None:
    wishes = batches_for(found, shape, DAY, "run/book")
    assert {key for wish in wishes for key in wish.entry_ids} == {key for each in found for key in each.entry_ids}
    assert all(wish.entry_ids for wish in wishes), "an empty list is never sent"
    assert all(len(wish.identifier) <= LONGEST_IDENTIFIER for wish in wishes)
    assert wishes == batches_for(reversed(found), shape, DAY, "run/book")
    closed = [(wish.family, key) for wish in wishes for key in wish.entry_ids]
    assert len(closed) == len(set(closed)), "ConnectWise refuses an entry that is in another batch"


def test_one_batch_for_each_kind_or_for_each_document() -> None:
    found = [
        Confirmed("transaction:1", "1", Family.INVOICES, (1, 2)),
        Confirmed("transaction:2", "2", Family.INVOICES, (3,)),
        Confirmed("purchase:9", "PO9", Family.PROCUREMENT, (4,)),
    ]
    together = batches_for(found, BatchShape.RUN, DAY, "a")
    assert sorted(wish.entry_ids for wish in together) == [(1, 2, 3), (4,)]
    apart = batches_for(found, BatchShape.DOCUMENT, DAY, "a")
    assert sorted(wish.entry_ids for wish in apart) == [(1, 2), (3,), (4,)]
    assert len({wish.identifier for wish in apart}) == 3


def test_what_shares_an_entry_and_what_has_none_is_closed_with_its_partner() -> None:
    found = [
        Confirmed("transaction:1", "1", Family.INVOICES, (1, 2)),
        Confirmed("transaction:2", "2", Family.INVOICES, (4,)),
        Confirmed("transaction:3", "3", Family.INVOICES, (2, 3)),
        Confirmed("transaction:2-COGS", "2-COGS", Family.INVOICES, ()),
    ]
    apart = batches_for(found, BatchShape.DOCUMENT, DAY, "a")
    assert sorted((wish.documents, wish.entry_ids) for wish in apart) == [
        (("transaction:1", "transaction:3"), (1, 2, 3)),
        (("transaction:2", "transaction:2-COGS"), (4,)),
    ]


def test_the_write_names_its_entries() -> None:
    (wish,) = batches_for([Confirmed("transaction:1", "1", Family.INVOICES, (2, 1))], BatchShape.RUN, DAY, "a")
    change = batch_change(wish)
    assert change.after["entry_ids"] == "1,2"
    assert change.key == f"batch:{wish.identifier}"


def test_only_what_was_agreed_to_is_kept_and_what_it_needs() -> None:
    references = lists(customer=[])
    policy = replace(SIMPLE, create_parties=True)
    other = replace(CREDIT_MEMO, party=replace(CREDIT_MEMO.party, account_number="OTHER", name="Other Ltd"))
    plan = plan_documents(situation(INVOICE, other, policy=policy, references=references)).plan
    invoice, memo = plan.stages[DOCUMENTS]
    kept = restrict_documents(plan, {INVOICE.key: fingerprint_of(invoice)})
    assert kept.left_out == 1
    assert kept.plan.stages[DOCUMENTS] == [invoice]
    assert [party.after["code"] for party in kept.plan.stages[PARTIES]] == ["CONTOSO"]
    changed = restrict_documents(plan, {INVOICE.key: fingerprint_of(memo)})
    assert [blocked.code for blocked in changed.plan.blocked] == ["changed_since_preview"]
    assert not changed.plan.stages[DOCUMENTS]
    assert not changed.plan.stages[PARTIES]
