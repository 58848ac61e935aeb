"""Tryton keeps the contract of all books."""

from datetime import date

import pytest

from bursar.connectors.books.tryton import TrytonBooks
from bursar.domain.books.policy import BookPolicy
from bursar.domain.ledger.documents import DocumentKind, PartyRef
from tests.connectors.books.contract import BooksContract, Subject
from tests.connectors.books.samples import ODD_TEXTS
from tests.connectors.books.tryton.accountant import Accountant
from tests.connectors.books.tryton.conftest import Open
from tests.connectors.books.tryton.deliveries import due_later, sample, tampered, write_for

pytestmark = pytest.mark.tryton

POLICY = BookPolicy("Main", create_parties=True)
"""Without cost of goods sold, which Tryton takes as a journal of its own: `test_documents.py`."""


ALL_TEXTS = "\n".join(ODD_TEXTS)
"""At once: a document in Tryton takes half a second, and all texts are cleaned by one rule."""


class TestTryton(BooksContract):
    @pytest.fixture
    def subject(self, books: TrytonBooks, open_books: Open, accountant: Accountant) -> Subject:
        accountant.close(date(2026, 8, 15))
        accountant.rpc("model.party.party.create", [{"code": "LEFT", "name": "Left Ltd"}])
        refused = (
            tampered(sample(DocumentKind.INVENTORY_ADJUSTMENT), more="1.00"),
            write_for(sample(DocumentKind.AR_INVOICE, day=date(2026, 8, 20))),
            write_for(sample(DocumentKind.AP_BILL_PO, control_account="1000")),
            write_for(sample(DocumentKind.AR_CREDIT, party=PartyRef(account_number="GONE"))),
            write_for(sample(DocumentKind.AR_CREDIT, party=PartyRef(account_number="LEFT"))),
        )
        return Subject(
            *(books, open_books, refused),
            pay=accountant.pay,
            unpay=accountant.unpay,
            adapted=due_later,
            policy=POLICY,
        )

    @pytest.mark.parametrize("text", [ALL_TEXTS], ids=["all"])
    def test_texts_mean_nothing_but_themselves(self, subject: Subject, text: str) -> None:
        super().test_texts_mean_nothing_but_themselves(subject, text)
