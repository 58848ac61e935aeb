"""What every book must do, whatever it is: one suite for all adapters of the `Books` port.

An adapter's tests subclass `BooksContract`, name the subclass `Test…`, and define the fixture `subject`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

import pytest

from bursar.domain.books.payload import delivery_of
from bursar.domain.books.planner import DOCUMENTS, plan_documents
from bursar.domain.books.policy import BookPolicy
from bursar.domain.books.present import Present
from bursar.domain.books.references import Mappings, ReferenceKind
from bursar.domain.books.situation import ReferenceLists, Situation
from bursar.domain.books.traits import Capability
from bursar.domain.errors import Rejected, RemoteError
from bursar.domain.ledger.comparison import balances_of
from bursar.domain.ledger.documents import Document, DocumentKind, PartyRef
from bursar.domain.ledger.journal import Journal, JournalPolicy
from bursar.domain.ledger.stock_accounts import StockPolicy
from bursar.domain.payments.settlement import Settlement
from bursar.domain.period import Month
from bursar.domain.plan import Action, Change, Resource
from bursar.ports import Books, Receipt, Write
from tests.connectors.books.samples import ODD_TEXTS, SAMPLES

Pay = Callable[[str, str, Decimal, date], None]
"""Books that a payment came in: its own id, the invoice's number, the amount, the day."""


@dataclass(slots=True)
class Subject:
    """An empty book, and what the suite must know to use it."""

    books: Books
    reopened: Callable[[], Books]
    """Another adapter on the same book, as a later run has it; whoever makes them closes them."""
    refused: Sequence[Write] = ()
    """Writes that these books must refuse."""
    pay: Pay | None = None
    unpay: Callable[[str], None] | None = None
    """Delete a payment by its id."""
    adapted: Callable[[Document], Document] = lambda document: document
    """A sample as these books can take it: another currency, other accounts."""
    mappings: Mappings = field(default_factory=Mappings)
    policy: BookPolicy = field(
        default_factory=lambda: BookPolicy(
            "Main", create_parties=True, create_items=True, journal=JournalPolicy(StockPolicy(cogs=True))
        )
    )
    other_currency: str = "USD"
    """A second one that the book can take, where it can take several."""


def planned(subject: Subject, documents: Iterable[Document]) -> list[Change]:
    """All writes that the documents need, parties and items first. Nothing may be blocked."""
    lists = {kind: subject.books.references(kind) for kind in ReferenceKind}
    kept = {kind: {each.code: each for each in found} for kind, found in lists.items() if found is not None}
    found = plan_documents(
        Situation(
            "cedarpoint",
            subject.policy,
            subject.books.traits,
            [subject.adapted(document) for document in documents],
            references=ReferenceLists(kept),
            mappings=subject.mappings,
        )
    )
    assert [blocked.sentence for blocked in found.plan.blocked] == []
    return list(found.plan.changes)


def write_of(change: Change) -> Write:
    return Write(change.action, change.resource, change.key, change.after, change.parent_id, change.remote_id)


def prepared(subject: Subject, documents: Iterable[Document]) -> list[Write]:
    """The writes of the documents; whatever they need is there already."""
    changes = planned(subject, documents)
    for change in changes:
        if change.resource is not Resource.DOCUMENT:
            subject.books.send(write_of(change))
    return [write_of(change) for change in changes if change.resource is Resource.DOCUMENT]


def sent(subject: Subject, documents: Iterable[Document]) -> list[tuple[Write, Receipt]]:
    return [(write, subject.books.send(write)) for write in prepared(subject, documents)]


def marker_of(write: Write) -> str:
    return str(write.fields["marker"])


def journal_in(write: Write) -> Journal:
    return delivery_of(str(write.fields["payload"])).journal


def void_of(write: Write, present: Present) -> Write:
    """The write that takes a document back, as the planner makes it."""
    fields = {
        "marker": marker_of(write),
        "number": present.number,
        "ref": present.ref,
        "payload": write.fields["payload"],
    }
    return Write(Action.CANCEL, Resource.DOCUMENT, f"{write.key}:void", fields, remote_id=present.remote_id or None)


def present_in(books: Books, *writes: Write) -> list[Present]:
    """The documents of these writes as the books have them, in the order of the writes."""
    found = {present.marker: present for present in books.documents([marker_of(write) for write in writes])}
    return [found[marker_of(write)] for write in writes if marker_of(write) in found]


def months_of(journals: Iterable[Journal]) -> set[Month]:
    return {Month.of(journal.day) for journal in journals}


class BooksContract:
    """The suite. `subject` gives an empty book to each test."""

    @pytest.fixture
    def subject(self) -> Subject:
        raise NotImplementedError

    def test_it_says_what_it_is(self, subject: Subject) -> None:
        books, traits = subject.books, subject.books.traits
        assert books.info().name
        assert traits.title
        assert traits.proven_by
        assert books.concurrency >= 1
        assert books.write_timeout >= 0

    def test_it_claims_what_it_can(self, subject: Subject) -> None:
        books, traits = subject.books, subject.books.traits
        assert (books.balances([Month(2026, 10)]) is not None) == traits.can(Capability.BALANCES)
        assert (subject.pay is not None) == traits.can(Capability.PAYMENTS)
        kept = [kind for kind in ReferenceKind if books.references(kind) is not None]
        assert bool(kept) == traits.can(Capability.REFERENCES)
        if not traits.can(Capability.CLOSED_PERIODS):
            assert books.closed_through() is None

    @pytest.mark.parametrize("kind", list(DocumentKind))
    def test_a_document_is_sent_once_and_found_again(self, subject: Subject, kind: DocumentKind) -> None:
        for write in prepared(subject, [SAMPLES[kind]]):
            assert subject.books.look(write) is None
            assert present_in(subject.books, write) == []
            receipt = subject.books.send(write)
            assert subject.books.look(write) == receipt
            before = present_in(subject.books, write)
            assert len(before) == 1
            assert subject.books.send(write) == receipt, "the same write again makes no second document"
            assert present_in(subject.books, write) == before
            assert present_in(subject.reopened(), write) == before

    def test_what_was_sent_is_read_back(self, subject: Subject) -> None:
        arrived = sent(subject, SAMPLES.values())
        for (write, receipt), present in zip(
            arrived, present_in(subject.books, *(write for write, _ in arrived)), strict=True
        ):
            fields = write.fields
            wanted = (
                fields["marker"],
                fields["number"],
                fields["day"],
                fields["currency"],
                Decimal(str(fields["total"])),
            )
            shown = (present.marker, present.number, present.day.isoformat(), present.currency, present.total)
            assert shown == wanted
            assert not present.voided
            told = receipt.fields
            assert (told["marker"], told["number"], str(told["day"]), told["currency"], told["total"]) == wanted
            assert (receipt.remote_id, receipt.ref) == (present.remote_id, present.ref)

    def test_documents_that_are_not_there_are_absent(self, subject: Subject) -> None:
        [(write, _)] = sent(subject, [SAMPLES[DocumentKind.AR_INVOICE]])
        asked = ["bursar:d:aaaaaaaaaaaaaaaa:0", marker_of(write), "nobody's"]
        assert [present.marker for present in subject.books.documents(asked)] == [marker_of(write)]
        assert list(subject.books.documents([])) == []

    def test_a_document_is_taken_back(self, subject: Subject) -> None:
        arrived = sent(subject, [SAMPLES[DocumentKind.AR_INVOICE], SAMPLES[DocumentKind.AP_BILL_PO]])
        write = arrived[0][0]
        [present] = present_in(subject.books, write)
        void = void_of(write, present)
        if not subject.books.traits.can(Capability.VOID):
            with pytest.raises(Rejected):
                subject.books.send(void)
            assert present_in(subject.books, write) == [present]
            return
        assert subject.books.look(void) is None
        receipt = subject.books.send(void)
        assert subject.books.look(void) == receipt
        assert subject.books.send(void) == receipt
        for books in (subject.books, subject.reopened()):
            states = [each.voided for each in present_in(books, *(each for each, _ in arrived))]
            assert states[0]
            assert not any(states[1:])
        self._balances_are_of(subject, [each for each, _ in arrived[1:]])

    def _balances_are_of(self, subject: Subject, alive: Sequence[Write]) -> None:
        journals = [journal_in(write) for write in alive]
        if subject.books.traits.can(Capability.BALANCES):
            assert subject.books.balances([Month(2026, month) for month in range(1, 13)]) == balances_of(journals)

    def test_balances_are_those_of_the_journals(self, subject: Subject) -> None:
        if not subject.books.traits.can(Capability.BALANCES):
            pytest.skip("these books cannot tell balances")
        journals = [journal_in(write) for write, _ in sent(subject, SAMPLES.values())]
        for books in (subject.books, subject.reopened()):
            assert books.balances(months_of(journals)) == balances_of(journals)
            october = [journal for journal in journals if journal.day in Month(2026, 10)]
            assert len(october) < len(journals)
            assert books.balances([Month(2026, 10)]) == balances_of(october)
            assert books.balances([]) == {}

    def test_payments_are_told_per_invoice(self, subject: Subject) -> None:
        if subject.pay is None:
            assert list(subject.books.settlements(None)) == []
            return
        numbers = [str(write.fields["number"]) for write, _ in sent(subject, [SAMPLES[DocumentKind.AR_INVOICE]])]
        number = numbers[0]
        subject.pay("R1", number, Decimal("100.00"), date(2026, 11, 5))
        subject.pay("R2", number, Decimal("42.80"), date(2026, 11, 20))
        settlement = _settlement(subject, number)
        assert settlement.cash == Decimal("142.80")
        assert settlement.newest == date(2026, 11, 20)
        assert sorted(each.amount for each in settlement.allocations) == [Decimal("42.80"), Decimal("100.00")]
        if subject.unpay:
            subject.unpay("R1")
            assert _settlement(subject, number).cash == Decimal("42.80")
            subject.unpay("R2")
            assert _settlement(subject, number).allocations == (), "who deleted it all is told so"

    @pytest.mark.parametrize("text", ODD_TEXTS, ids=range(len(ODD_TEXTS)))
    def test_texts_mean_nothing_but_themselves(self, subject: Subject, text: str) -> None:
        """Whatever people typed arrives as one document with the same amounts; only its words may be cleaned."""
        invoice = SAMPLES[DocumentKind.AR_INVOICE]
        odd = replace(
            invoice,
            memo=text,
            description=text,
            po_number=text,
            project=text,
            party=replace(invoice.party, name=text),
            lines=tuple(replace(line, description=text, memo=text, unit=text) for line in invoice.lines),
            taxes=tuple(replace(tax, description=text, memo=text, agency=text) for tax in invoice.taxes),
        )
        arrived = sent(subject, [odd, SAMPLES[DocumentKind.AP_BILL_PO]])
        found = present_in(subject.reopened(), *(write for write, _ in arrived))
        assert [present.total for present in found] == [Decimal(str(write.fields["total"])) for write, _ in arrived]
        self._balances_are_of(subject, [write for write, _ in arrived])

    @pytest.mark.parametrize("text", ODD_TEXTS, ids=range(len(ODD_TEXTS)))
    def test_odd_codes_arrive_or_are_refused(self, subject: Subject, text: str) -> None:
        """Numbers and codes are never altered: the books take them as they are, or refuse with a sentence."""
        if subject.books.traits.can(Capability.REFERENCES):
            pytest.skip("codes are looked up before anything is sent")
        invoice, arrived = SAMPLES[DocumentKind.AR_INVOICE], list[Write]()
        for odd in (
            replace(invoice, number=text),
            replace(invoice, party=PartyRef(account_number=text), record_id="905"),
            replace(invoice, control_account=text, record_id="906"),
        ):
            [write] = prepared(subject, [odd])
            if refusal(subject.books, write):
                assert subject.books.look(write) is None
                continue
            [present] = present_in(subject.reopened(), write)
            assert present.number == write.fields["number"]
            arrived.append(write)
            self._balances_are_of(subject, arrived)

    def test_two_currencies_stay_apart(self, subject: Subject) -> None:
        if subject.books.traits.limits.currencies == 1:
            pytest.skip("these books hold one currency")
        invoice = SAMPLES[DocumentKind.AR_INVOICE]
        other = replace(invoice, number="4720", record_id="920", currency=subject.other_currency)
        arrived = sent(subject, [invoice, other])
        found = present_in(subject.books, *(write for write, _ in arrived))
        assert [present.currency for present in found] == [write.fields["currency"] for write, _ in arrived]
        self._balances_are_of(subject, [write for write, _ in arrived])

    def test_what_it_must_refuse_is_refused_with_a_sentence(self, subject: Subject) -> None:
        assert subject.refused, "every book refuses something"
        for write in subject.refused:
            with pytest.raises(Rejected) as caught:
                subject.books.send(write)
            assert caught.value.sentence.endswith(".")
            assert caught.value.remedy
            assert subject.books.look(write) is None
            assert present_in(subject.books, write) == []

    def test_a_write_it_does_not_know_is_refused(self, subject: Subject) -> None:
        with pytest.raises(RemoteError):
            subject.books.send(Write(Action.CREATE, Resource.AGREEMENT, "Main/agreement:1", {}))


def refusal(books: Books, write: Write) -> Rejected | None:
    """Send it; what the books had against it, when they refused."""
    try:
        books.send(write)
    except Rejected as error:
        return error
    return None


def _settlement(subject: Subject, number: str) -> Settlement:
    [told] = [
        each for each in subject.books.settlements(None) if isinstance(each, Settlement) and each.number == number
    ]
    return told


__all__ = ["DOCUMENTS", "BooksContract", "Subject", "planned", "prepared", "sent", "write_of"]
