"""Two independent programs accept every journal, and their balances are ours."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bursar.connectors.books.plaintext.account_names import is_full_name
from bursar.connectors.books.plaintext.adapter import PlaintextBooks
from bursar.connectors.books.plaintext.beancount import BeancountFile
from bursar.domain.books.planner import plan_documents
from bursar.domain.books.policy import BookPolicy
from bursar.domain.books.situation import Situation
from bursar.domain.ledger.comparison import Balances, balances_of
from bursar.domain.ledger.documents import Document, DocumentKind, PartyRef
from bursar.domain.ledger.journal import Journal, JournalPolicy
from bursar.domain.ledger.stock_accounts import StockPolicy
from bursar.domain.period import Month
from bursar.domain.plan import Resource
from bursar.ports import Write
from tests.connectors.books import judges
from tests.connectors.books.contract import journal_in, present_in, void_of, write_of
from tests.connectors.books.samples import ODD_TEXTS, SAMPLES
from tests.domain.ledger.documents import documents

pytestmark = [pytest.mark.beancount, pytest.mark.hledger]

POLICY = BookPolicy("Main", journal=JournalPolicy(StockPolicy(cogs=True)))
ANY_ACCOUNT = st.text(min_size=1, max_size=30) | st.sampled_from(
    [
        "Income:Services:Cloud",
        "Income:4000",
        "4000",
        "Assets",
        "Expenses::",
        ":",
        " ",
        "-",
        "Ä",
        "ß",
        "ǆ",
        "4000 - Sales",
    ]
)


def planned(books: PlaintextBooks, several: Iterable[Document]) -> list[Write]:
    """The writes of what can be planned; each document is a record of its own."""
    own = [replace(document, record_id=f"r{place}") for place, document in enumerate(several)]
    plan = plan_documents(Situation("cedarpoint", POLICY, books.traits, own)).plan
    return [write_of(change) for change in plan.changes if change.resource is Resource.DOCUMENT]


def judged(folder: Path) -> judges.Sums:
    """Both programs accept their file and agree; what they found."""
    beancount, hledger = folder / "bursar.beancount", folder / "bursar.hledger"
    assert judges.bean_check(beancount) == ""
    assert judges.hledger_check(hledger) == ""
    found = judges.bean_balances(beancount)
    assert judges.hledger_balances(hledger) == found
    return found


def by_name(folder: Path, balances: Balances) -> Mapping[tuple[str, str, str], Decimal]:
    """Our balances under the names that the journal declares."""
    file = BeancountFile(folder, "Main")
    file.refresh()
    return {
        (str(place.period), str(file.accounts.name(place.account)), place.currency): amount
        for place, amount in balances.items()
    }


def assert_agreed(folder: Path, books: PlaintextBooks, journals: Sequence[Journal]) -> None:
    ours = balances_of(journals)
    assert books.balances({Month.of(journal.day) for journal in journals}) == ours
    assert judged(folder) == by_name(folder, ours)


def test_one_document_of_every_kind(tmp_path: Path) -> None:
    with PlaintextBooks(tmp_path, name="Main") as books:
        writes = planned(books, SAMPLES.values())
        for write in writes:
            books.send(write)
        assert_agreed(tmp_path, books, [journal_in(write) for write in writes])


def test_any_documents(tmp_path: Path) -> None:
    """Documents, numbers, parties and account numbers such as nobody would choose, all in one journal."""
    drawn: list[Document] = []

    @settings(max_examples=100)
    @given(documents(), ANY_ACCOUNT, st.text(max_size=12), st.text(max_size=12))
    def draw(document: Document, account: str, number: str, party: str) -> None:
        drawn.append(replace(document, control_account=account, number=number, party=PartyRef(party, name=number)))
        drawn.append(document)

    draw()
    with PlaintextBooks(tmp_path, name="Main") as books:
        writes = planned(books, drawn)
        assert len(writes) > len(drawn) // 3
        for write in writes:
            books.send(write)
        for write, present in zip(writes, present_in(books, *writes), strict=True):
            fields = write.fields
            assert (present.number, present.currency) == (fields.get("number", ""), fields["currency"])
            assert (present.total, present.day.isoformat()) == (Decimal(str(fields["total"])), fields["day"])
        assert_agreed(tmp_path, books, [journal_in(write) for write in writes])


def test_two_account_numbers_of_one_document_keep_apart(tmp_path: Path) -> None:
    """`4000` becomes `Income:4000`, which somebody else's number is already."""
    invoice = SAMPLES[DocumentKind.AR_INVOICE]
    lines = (replace(invoice.lines[0], account="4000"), replace(invoice.lines[1], account="Income:4000"))
    with PlaintextBooks(tmp_path, name="Main") as books:
        writes = planned(books, [replace(invoice, lines=lines)])
        books.send(writes[0])
        assert_agreed(tmp_path, books, [journal_in(writes[0])])
    assert len({name for _, name, _ in judged(tmp_path) if name.startswith("Income")}) == 2


def test_taken_back_and_in_two_currencies(tmp_path: Path) -> None:
    invoice = SAMPLES[DocumentKind.AR_INVOICE]
    dollars = replace(invoice, number="4720", currency="USD")
    with PlaintextBooks(tmp_path, name="Main") as books:
        writes = planned(books, [*SAMPLES.values(), dollars])
        for write in writes:
            books.send(write)
        for write in writes[:-1]:
            books.send(void_of(write, present_in(books, write)[0]))
        assert_agreed(tmp_path, books, [journal_in(writes[-1])])
        assert {place.currency for place in balances_of([journal_in(writes[-1])])} == {"USD"}


def test_odd_words_everywhere(tmp_path: Path) -> None:
    invoice = SAMPLES[DocumentKind.AR_INVOICE]
    odd = [
        replace(
            invoice,
            number=text,
            memo=text,
            party=PartyRef(account_number=text, name=text),
            lines=tuple(replace(line, memo=text, description=text) for line in invoice.lines),
        )
        for text in ODD_TEXTS
    ]
    with PlaintextBooks(tmp_path, name='The "main" book; really\n') as books:
        writes = planned(books, odd)
        assert len(writes) == len(ODD_TEXTS)
        for write in writes:
            books.send(write)
        assert_agreed(tmp_path, books, [journal_in(write) for write in writes])


def test_the_programs_refuse_what_is_wrong(tmp_path: Path) -> None:
    """A judge that accepts everything would prove nothing."""
    with PlaintextBooks(tmp_path, name="Main") as books:
        [write] = planned(books, [SAMPLES[DocumentKind.AR_INVOICE]])
        books.send(write)
    for name, judge in (("bursar.beancount", judges.bean_check), ("bursar.hledger", judges.hledger_check)):
        path = tmp_path / name
        good = path.read_text()
        for bad in (good.replace("-100.00 EUR", "-101.00 EUR"), good.replace("1200", "1201", 1)):
            path.write_text(bad)
            assert judge(path)


def test_names_that_are_legal_for_us_are_legal_for_both(tmp_path: Path) -> None:
    """A mapping to a full name is used as it is, so what we call legal must be."""
    names: list[str] = []
    letters = st.characters(categories=["Lu", "Ll", "Lt", "Lm", "Lo", "Nd", "Pd"])
    parts = st.lists(st.text(letters, min_size=1, max_size=8), min_size=1, max_size=3)

    @settings(max_examples=200)
    @given(st.sampled_from(["Assets", "Liabilities", "Equity", "Income", "Expenses"]), parts)
    def draw(root: str, drawn: list[str]) -> None:
        name = ":".join([root, *drawn])
        if is_full_name(name):
            names.append(name)

    draw()
    assert names
    invoice = SAMPLES[DocumentKind.AR_INVOICE]
    with PlaintextBooks(tmp_path, name="Main") as books:
        for write in planned(books, [replace(invoice, control_account=name) for name in names]):
            books.send(write)
    judged(tmp_path)
    text = (tmp_path / "bursar.beancount").read_text()
    assert all(f" open {name}\n" in text for name in names)
