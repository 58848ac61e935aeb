"""The journal in two dialects: what every book must do."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bursar.connectors.books.plaintext.adapter import PlaintextBooks
from bursar.domain.errors import Rejected
from bursar.domain.ledger.comparison import Place, balances_of
from bursar.domain.ledger.documents import DocumentKind
from bursar.domain.ledger.journal import Journal
from bursar.domain.period import Month
from tests.connectors.books.contract import BooksContract, Subject, journal_in, prepared, present_in, void_of
from tests.connectors.books.payments_file import PaymentsFile
from tests.connectors.books.samples import SAMPLES


class TestPlaintext(BooksContract):
    @pytest.fixture
    def subject(self, tmp_path: Path) -> Iterator[Subject]:
        with ExitStack() as opened:
            closed = date(2026, 9, 30)

            def reopened() -> PlaintextBooks:
                return opened.enter_context(PlaintextBooks(tmp_path / "book", name="Main", closed_through=closed))

            payments = PaymentsFile(tmp_path / "book")
            subject = Subject(reopened(), reopened, pay=payments.pay, unpay=payments.unpay)
            invoice = SAMPLES[DocumentKind.AR_INVOICE]
            subject.refused = prepared(
                subject,
                [
                    replace(invoice, record_id="990", day=date(2026, 9, 30)),
                    replace(invoice, record_id="991", day=date(2206, 10, 31)),
                    replace(invoice, record_id="992", currency="Euro"),
                ],
            )
            yield subject


@pytest.mark.parametrize(
    ("asked", "closed", "day"),
    [
        (None, None, date(2026, 10, 31)),
        (None, date(2026, 10, 31), date(2026, 11, 1)),
        ("2026-12-24", date(2026, 10, 31), date(2026, 12, 24)),
        ("2026-10-15", date(2026, 10, 31), date(2026, 11, 1)),
    ],
)
def test_it_is_taken_back_on_an_open_day(tmp_path: Path, asked: str | None, closed: date | None, day: date) -> None:
    with PlaintextBooks(tmp_path, name="Main") as books:
        [write] = prepared(Subject(books, lambda: books), [SAMPLES[DocumentKind.AR_INVOICE]])
        books.send(write)
        [present] = present_in(books, write)
    with PlaintextBooks(tmp_path, name="Main", closed_through=closed) as books:
        assert books.send(write).fields["total"] == present.total, "what is there already is not refused"
        void = void_of(write, present)
        books.send(replace(void, fields={**void.fields, "day": asked}))
        assert books.look(void)
        [voided] = present_in(books, write)
        assert (voided.voided, voided.day, voided.total) == (True, present.day, present.total)
        journal = journal_in(write)
        assert books.balances([Month.of(journal.day), Month.of(day)]) == _moved(journal, day)
    for name in ("bursar.beancount", "bursar.hledger"):
        assert f"{day} * " in (tmp_path / name).read_text()


def _moved(journal: Journal, day: date) -> Mapping[Place, Decimal]:
    """The document in its month and its opposite in the other."""
    back = replace(journal, day=day, postings=tuple(replace(row, amount=-row.amount) for row in journal.postings))
    return balances_of([journal, back])


def test_taking_back_survives_a_kill_between_the_two_files(tmp_path: Path) -> None:
    with PlaintextBooks(tmp_path, name="Main") as books:
        [write] = prepared(Subject(books, lambda: books), [SAMPLES[DocumentKind.AR_INVOICE]])
        books.send(write)
        hledger = (tmp_path / "bursar.hledger").read_bytes()
        [present] = present_in(books, write)
        void = void_of(write, present)
        receipt = books.send(void)
    (tmp_path / "bursar.hledger").write_bytes(hledger)
    with PlaintextBooks(tmp_path, name="Main") as books:
        assert books.look(void) is None
        assert [each.voided for each in present_in(books, write)] == [False]
        assert books.send(void) == receipt == books.look(void)
        assert books.balances([Month(2026, 10)]) == {}


def test_what_is_no_document_of_ours_is_refused(tmp_path: Path) -> None:
    with PlaintextBooks(tmp_path, name="Main") as books:
        [write] = prepared(Subject(books, lambda: books), [SAMPLES[DocumentKind.AR_INVOICE]])
        wrong = [{"payload": "{}"}, {"payload": ""}, {"marker": "bursar:d:aaaaaaaaaaaaaaaa:0"}]
        for fields in wrong:
            with pytest.raises(Rejected) as caught:
                books.send(replace(write, fields={**write.fields, **fields}))
            assert caught.value.remedy
        assert present_in(books, write) == []


def test_sending_costs_the_same_however_long_the_journal_is(tmp_path: Path) -> None:
    """No file is read while nobody else has touched it."""
    invoice = SAMPLES[DocumentKind.AR_INVOICE]
    with PlaintextBooks(tmp_path, name="Main") as books:
        writes = prepared(Subject(books, lambda: books), [replace(invoice, record_id=str(each)) for each in range(20)])
        for write in writes[:10]:
            books.send(write)
        before = _bytes_read()
        for write in writes[10:]:
            books.send(write)
        assert _bytes_read() - before < 4096
        assert len(present_in(books, *writes)) == 20


def _bytes_read() -> int:
    """What this process has read from files so far."""
    counts = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(counts["rchar"])
