"""Import files in three layouts: what every book must do."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bursar.connectors.books.files.adapter import FileBooks, Layout
from bursar.domain.books.references import Mappings, ReferenceKind
from bursar.domain.ledger.documents import DocumentKind
from tests.connectors.books.contract import BooksContract, Subject, prepared
from tests.connectors.books.payments_file import PaymentsFile
from tests.connectors.books.samples import SAMPLES

SAGE_CODES = Mappings(
    {
        (ReferenceKind.TAX, "VAT"): "T1",
        (ReferenceKind.SUPPLIER, "DISTRI"): "DIST001",
        (ReferenceKind.DIMENSION, "class:Support"): "7",
    }
)


class _FilesContract(BooksContract):
    layout: Layout

    @pytest.fixture
    def subject(self, tmp_path: Path) -> Iterator[Subject]:
        with ExitStack() as opened:

            def reopened() -> FileBooks:
                return opened.enter_context(
                    FileBooks(
                        tmp_path / "book", self.layout, name="Main", currency="EUR", closed_through=date(2026, 9, 30)
                    )
                )

            payments = PaymentsFile(tmp_path / "book")
            subject = Subject(reopened(), reopened, pay=payments.pay, unpay=payments.unpay, mappings=SAGE_CODES)
            invoice = SAMPLES[DocumentKind.AR_INVOICE]
            refused = [
                replace(invoice, record_id="990", day=date(2026, 9, 30)),
                replace(invoice, record_id="991", number="one\ntwo"),
            ]
            if self.layout is not Layout.CSV:
                refused.append(replace(invoice, record_id="992", currency="USD"))
            subject.refused = prepared(subject, refused)
            yield subject


class TestCsv(_FilesContract):
    layout = Layout.CSV


class TestSage50(_FilesContract):
    layout = Layout.SAGE50


class TestIif(_FilesContract):
    layout = Layout.IIF
