"""One book's documents → one plan."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bursar.domain.books.payload import as_text, delivery_of, digest_of
from bursar.domain.books.planner import DOCUMENTS, ITEMS, PARTIES, VOIDS, plan_documents
from bursar.domain.books.policy import BookPolicy, ClosedPeriods
from bursar.domain.books.present import Consent
from bursar.domain.books.references import Mappings, Reference, ReferenceKind
from bursar.domain.books.traits import Capability
from bursar.domain.ledger.documents import Document, DocumentKind
from bursar.domain.ledger.journal import JournalPolicy, Role
from bursar.domain.ledger.stock_accounts import StockPolicy
from bursar.domain.plan import Action
from tests.domain.books.situations import ABLE, SIMPLE, after_posting, limited, lists, planned, situation, sole
from tests.domain.ledger.documents import ADJUSTMENT, CREDIT_MEMO, EXPENSES, INVOICE, PURCHASE, documents

ALL = (INVOICE, CREDIT_MEMO, PURCHASE, EXPENSES, ADJUSTMENT)


def test_every_document_is_created_once_with_its_journal() -> None:
    plan = plan_documents(situation(*ALL))
    created = plan.plan.stages[DOCUMENTS]
    assert [change.lines for change in created] == [(document.key,) for document in ALL]
    assert all(change.action is Action.CREATE for change in created)
    assert len({change.after["marker"] for change in created}) == len(ALL)
    assert [str(change.total) for change in created] == [
        *("142.80 EUR", "142.80 EUR", "119.00 EUR", "33.95 EUR", "70.00 EUR")
    ]


@given(st.lists(documents(), min_size=1, max_size=5, unique_by=lambda document: document.key))
def test_a_plan_that_arrived_leaves_nothing_to_do(found: list[Document]) -> None:
    given_ = [replace(document, party=replace(document.party, account_number="X")) for document in found]
    first = plan_documents(situation(*given_))
    delivered, present = after_posting(first)
    again = plan_documents(situation(*given_, delivered=delivered, present=present))
    assert not [change for change in again.plan.changes if change.writes]
    assert [item.blocked for item in again.documents] == [item.blocked for item in first.documents]


@given(documents())
def test_what_is_sent_comes_back_from_its_text(document: Document) -> None:
    for item in planned(replace(document, party=replace(document.party, account_number="X"))):
        if item.delivery:
            assert delivery_of(as_text(item.delivery)) == item.delivery


@given(documents())
def test_debits_are_credits_in_what_is_sent(document: Document) -> None:
    for item in planned(replace(document, party=replace(document.party, account_number="X"))):
        if item.delivery:
            assert item.delivery.journal.debits == item.delivery.journal.credits


def test_new_ids_of_gl_entries_and_a_renamed_company_are_no_other_content() -> None:
    moved = replace(INVOICE, entry_ids=(91, 92), party=replace(INVOICE.party, name="Contoso Holding"))
    assert digest_of(moved) == digest_of(INVOICE)
    assert digest_of(replace(INVOICE, total=Decimal("142.81"))) != digest_of(INVOICE)


def test_a_document_changed_in_connectwise_after_posting_waits_for_a_person() -> None:
    """Complaint: edited or deleted in ConnectWise after posting."""
    delivered, present = after_posting(plan_documents(situation(INVOICE)))
    changed = replace(INVOICE, memo="Another text")
    found = sole(changed, delivered=delivered, present=present)
    assert found.blocked is not None
    assert found.blocked.code == "changed_in_connectwise"
    assert found.change is None


def test_with_consent_the_old_one_is_taken_back_before_the_new_one_is_posted() -> None:
    """Complaint: duplicates after unbatch and rebatch: nothing is posted beside a document that lives."""
    delivered, present = after_posting(plan_documents(situation(INVOICE)), Consent.REPOST)
    plan = plan_documents(situation(replace(INVOICE, memo="Another"), delivered=delivered, present=present)).plan
    (void,), (create,) = plan.stages[VOIDS], plan.stages[DOCUMENTS]
    assert void.action is Action.CANCEL
    assert void.after["marker"] == delivered[INVOICE.key].marker
    assert create.needs == (void.key,)
    assert create.after["marker"] == f"{str(void.after['marker'])[:-1]}1"


def test_an_unbatched_document_that_lives_in_the_books_is_not_posted_again() -> None:
    """Complaint: duplicates after unbatch and rebatch."""
    delivered, present = after_posting(plan_documents(situation(INVOICE)))
    rebatched = replace(INVOICE, entry_ids=(71, 72, 73))
    found = sole(rebatched, delivered=delivered, present=present)
    assert found.change is not None
    assert found.change.action is Action.LEAVE


def test_a_document_deleted_in_the_books_is_posted_under_a_new_generation_only_when_somebody_says_so() -> None:
    """Complaint: replayed create after a delete."""
    first = plan_documents(situation(INVOICE))
    delivered, _ = after_posting(first)
    found = sole(INVOICE, delivered=delivered)
    assert found.blocked is not None
    assert found.blocked.code == "deleted_in_books"
    agreed, _ = after_posting(first, Consent.REPOST)
    again = sole(INVOICE, delivered=agreed)
    assert again.change is not None
    assert again.delivery is not None
    assert again.delivery.generation == 1
    assert again.change.key != first.plan.stages[DOCUMENTS][0].key


def test_a_document_changed_in_the_books_can_be_accepted() -> None:
    first = plan_documents(situation(INVOICE))
    delivered, present = after_posting(first)
    marker = delivered[INVOICE.key].marker
    present[marker] = replace(present[marker], total=Decimal("150.00"))
    found = sole(INVOICE, delivered=delivered, present=present)
    assert found.blocked is not None
    assert "142.80 EUR is 150.00 EUR now" in found.blocked.sentence
    accepted, _ = after_posting(first, Consent.ACCEPT)
    left = sole(INVOICE, delivered=accepted, present=present)
    assert left.change is not None
    assert left.change.action is Action.LEAVE


def test_books_that_cannot_take_back_never_get_a_second_one_beside_it() -> None:
    delivered, present = after_posting(plan_documents(situation(INVOICE)), Consent.REPOST)
    unable = replace(ABLE, capabilities=ABLE.capabilities - {Capability.VOID})
    found = sole(replace(INVOICE, memo="New"), delivered=delivered, present=present, traits=unable)
    assert found.blocked is not None
    assert found.blocked.code == "still_in_books"


def test_a_closed_period_holds_or_moves_as_the_policy_says() -> None:
    """Complaints: closed period, lock date refused."""
    closed = replace(SIMPLE, closed_through=INVOICE.day)
    held = sole(INVOICE, policy=closed)
    assert held.blocked is not None
    assert held.blocked.code == "closed_period"
    moved = sole(INVOICE, policy=replace(closed, closed_periods=ClosedPeriods.MOVE))
    assert moved.delivery is not None
    assert moved.delivery.document.day == INVOICE.day + timedelta(days=1)
    assert moved.delivery.journal.day == moved.delivery.document.day
    assert moved.delivery.document_day == INVOICE.day
    assert moved.change is not None
    assert moved.change.notes == ("2026-10-31 is closed in Main: posted on 2026-11-01.",)


def test_what_is_due_before_the_day_it_moves_to_is_due_that_day() -> None:
    policy = replace(SIMPLE, closed_through=date(2026, 11, 30), closed_periods=ClosedPeriods.MOVE)
    moved = sole(replace(INVOICE, due=date(2026, 11, 14)), policy=policy)
    assert moved.delivery is not None
    assert moved.delivery.document.due == date(2026, 12, 1)


def test_a_customer_that_the_books_lack_is_created_once_before_its_documents() -> None:
    policy = replace(SIMPLE, create_parties=True)
    second = replace(INVOICE, record_id="902", number="4713")
    plan = plan_documents(situation(INVOICE, second, policy=policy, references=lists(customer=["OTHER"]))).plan
    (party,) = plan.stages[PARTIES]
    assert party.after == {"kind": "customer", "code": "CONTOSO", "name": "Contoso Ltd", "currency": "EUR"}
    assert all(change.needs == (party.key,) for change in plan.stages[DOCUMENTS])


def test_an_item_is_created_with_the_account_of_its_line() -> None:
    """Complaint: same product, different GL account per invoice: the line names its account, whatever the item says."""
    able = replace(ABLE, capabilities=frozenset(Capability))
    policy = replace(SIMPLE, create_items=True)
    plan = plan_documents(situation(INVOICE, policy=policy, traits=able, references=lists(item=[]))).plan
    (item,) = plan.stages[ITEMS]
    assert item.after == {"code": "SWITCH", "name": "SWITCH", "account": "4000"}
    (document,) = plan.stages[DOCUMENTS]
    delivery = delivery_of(str(document.after["payload"]))
    assert [line.account for line in delivery.document.lines] == ["4000", "4400"]


def test_a_second_receipt_under_one_supplier_number_gets_a_number_of_its_own() -> None:
    """Complaint: duplicate bill number; second part-receipt fails."""
    second = replace(PURCHASE, record_id="PO #PO77, Packing Slip: A2")
    numbers = {("DISTRI", "R-2026-9"): [PURCHASE.key, second.key]}
    found = planned(PURCHASE, second, supplier_numbers=numbers)
    given_ = [item.delivery.document.vendor_invoice for item in found if item.delivery]
    assert given_ == ["R-2026-9", "R-2026-9-2"]


def test_codes_go_as_the_books_call_them() -> None:
    mappings = Mappings(
        {
            (ReferenceKind.ACCOUNT, "4000"): "Income:Hardware",
            (ReferenceKind.CUSTOMER, "CONTOSO"): "C-17",
            (ReferenceKind.TAX, "VAT"): "T1",
        }
    )
    found = sole(INVOICE, mappings=mappings)
    assert found.delivery is not None
    document = found.delivery.document
    assert document.party.code == "C-17"
    assert document.lines[0].account == "Income:Hardware"
    assert document.lines[1].account == "4400"
    assert document.taxes[0].code == "T1"
    assert found.delivery.journal.postings[1].account == "Income:Hardware"
    assert found.digest == digest_of(INVOICE), "a mapping is no content of ConnectWise"


def test_costs_of_goods_can_be_a_journal_of_their_own() -> None:
    stock = JournalPolicy(stock=StockPolicy(cogs=True))
    policy = BookPolicy("Main", journal=stock, cogs_apart=True)
    invoice, costs = planned(INVOICE, policy=policy)
    assert costs.document.kind is DocumentKind.COGS_JOURNAL
    assert invoice.delivery is not None
    assert costs.delivery is not None
    assert Role.COGS not in {row.role for row in invoice.delivery.journal.postings}
    assert {row.account: row.amount for row in costs.delivery.journal.postings} == {"5000": 60, "1400": -60}
    together = sole(INVOICE, policy=replace(policy, cogs_apart=False))
    assert together.delivery is not None
    assert Role.COGS in {row.role for row in together.delivery.journal.postings}


def test_a_rounding_line_is_part_of_what_is_sent() -> None:
    """Complaint: invoice total differs by cents."""
    off = replace(INVOICE, total=Decimal("142.81"))
    policy = BookPolicy("Main", journal=JournalPolicy(tolerance=Decimal("0.05"), rounding_account="8999"))
    found = sole(off, policy=policy)
    assert found.delivery is not None
    lines = list(found.delivery.lines)
    assert (lines[-1].account, lines[-1].amount) == ("8999", Decimal("0.01"))
    taxes = sum(tax.amount for tax in found.delivery.document.taxes)
    assert sum(line.amount for line in lines) + taxes == off.total


def test_above_the_tolerance_nothing_is_sent() -> None:
    """Complaint: adjustment above the limit, and the half-made record cannot be removed."""
    off = replace(INVOICE, total=Decimal("153.00"))
    policy = BookPolicy("Main", journal=JournalPolicy(tolerance=Decimal("10.00"), rounding_account="8999"))
    found = sole(off, policy=policy)
    assert found.change is None
    assert found.blocked is not None
    assert found.blocked.code == "unbalanced"


def test_a_long_number_is_cut_without_two_becoming_one() -> None:
    first = replace(INVOICE, number="INVOICE-2026-10-0000000001")
    second = replace(INVOICE, number="INVOICE-2026-10-0000000002", record_id="902")
    numbers = [i.delivery.document.number for i in planned(first, second, traits=limited(number=20)) if i.delivery]
    assert all(len(number) <= 20 for number in numbers)
    assert len(set(numbers)) == 2


def test_an_inactive_twin_of_a_name_is_found() -> None:
    """Complaint: duplicate name, 6240; the twin may be inactive, or a supplier."""
    policy = replace(SIMPLE, create_parties=True)
    twin = Reference(ReferenceKind.SUPPLIER, "V-9", "CONTOSO LTD ", active=False)
    found = sole(INVOICE, policy=policy, references=lists(customer=[], supplier=[twin]))
    assert found.blocked is not None
    assert found.blocked.code == "party_name_taken"
    assert "inactive" in found.blocked.sentence


def test_two_new_parties_of_one_name_are_not_both_made() -> None:
    """Complaint: duplicate name, 6240: the one before may be made for another document of the same plan."""
    policy = replace(SIMPLE, create_parties=True)
    party = replace(INVOICE.party, account_number="CONTOSO-2", name="CONTOSO LTD")
    twin = replace(INVOICE, record_id="902", number="4713", party=party)
    first, second = planned(INVOICE, twin, policy=policy, references=lists(customer=[]))
    assert first.change is not None
    assert second.blocked is not None
    assert second.blocked.code == "party_name_taken"


def test_costs_apart_wait_for_their_invoice() -> None:
    """Cost without its revenue would be half a sale, and stay behind when the invoice is opened again."""
    policy = BookPolicy("Main", journal=JournalPolicy(stock=StockPolicy(cogs=True)), cogs_apart=True)
    known = lists(account=["1200", "4000", "4400", "2200", "5000", "1400"], customer=[])
    invoice, costs = planned(INVOICE, policy=policy, references=known)
    assert invoice.blocked is not None
    assert costs.change is None
    assert costs.blocked is not None
    assert costs.blocked.code == "waits_for_invoice"
    assert invoice.blocked.sentence in costs.blocked.sentence
