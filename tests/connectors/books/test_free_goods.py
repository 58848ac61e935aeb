"""Goods given away: an invoice of 0.00 that moves cost of goods sold, in every book that carries both together."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bursar.domain.ledger.documents import DocumentKind
from tests.connectors.books.contract import Subject, journal_in, prepared, present_in
from tests.connectors.books.openings import OPENINGS, Opening
from tests.connectors.books.samples import SAMPLES

INVOICE = SAMPLES[DocumentKind.AR_INVOICE]
COSTLY = next(line for line in INVOICE.lines if line.cost)
FREE = replace(
    INVOICE, total=Decimal("0.00"), lines=(replace(COSTLY, amount=Decimal("0.00")),), taxes=(), stated_tax=None
)


@pytest.mark.parametrize("kind", [DocumentKind.AR_INVOICE, DocumentKind.AR_CREDIT])
@pytest.mark.parametrize("opening", OPENINGS, ids=str)
def test_a_document_of_nothing_with_costs_comes_to_nothing(
    tmp_path: Path, opening: Opening, kind: DocumentKind
) -> None:
    with opening.open(tmp_path) as books:
        subject = Subject(books, lambda: books, mappings=opening.mappings)
        [write] = prepared(subject, [replace(FREE, kind=kind)])
        assert len(journal_in(write).postings) == 2
        receipt = books.send(write)
        [present] = present_in(books, write)
        assert (present.total, receipt.fields["total"]) == (0, 0)
        assert books.look(write) == receipt
