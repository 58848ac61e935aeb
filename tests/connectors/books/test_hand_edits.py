"""What people change in the files by hand is noticed: the files are read, not what Bursar remembers of them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bursar.connectors.books.plaintext.adapter import PlaintextBooks
from bursar.domain.books.present import Present
from bursar.domain.errors import NotFound, Rejected, RemoteError
from bursar.domain.ledger.comparison import balances_of, compare_balances
from bursar.domain.ledger.documents import DocumentKind
from bursar.domain.ledger.journal import Journal
from bursar.domain.period import Month
from bursar.ports import Write
from tests.connectors.books.contract import Subject, journal_in, marker_of, prepared, present_in, void_of
from tests.connectors.books.samples import SAMPLES

OCTOBER = Month(2026, 10)
BOTH = ("bursar.beancount", "bursar.hledger")
ONE_OR_BOTH = [BOTH[:1], BOTH[1:], BOTH]
Edit = Callable[[str], str]


class Book:
    """A book with an invoice, a bill and expenses, and an editor for its files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.books = PlaintextBooks(folder, name="Main")
        kinds = (DocumentKind.AR_INVOICE, DocumentKind.AP_BILL_PO, DocumentKind.AP_BILL_EXPENSE)
        self.writes = prepared(Subject(self.books, lambda: self.books), [SAMPLES[kind] for kind in kinds])
        for write in self.writes:
            self.books.send(write)

    def edit(self, names: tuple[str, ...], change: Edit) -> None:
        """As an editor saves: another file in the place of the old one."""
        for name in names:
            path = self.folder / name
            before = path.read_text(encoding="utf-8")
            after = change(before)
            assert after != before
            fresh = path.with_suffix(".saved")
            fresh.write_text(after, encoding="utf-8")
            fresh.replace(path)

    def present(self, place: int = 0) -> Present | None:
        return next(iter(present_in(self.books, self.writes[place])), None)

    @property
    def journals(self) -> list[Journal]:
        return [journal_in(write) for write in self.writes]

    def differences(self) -> int:
        """At how many places the books differ from what was sent."""
        theirs = self.books.balances([OCTOBER])
        assert theirs is not None
        return len(compare_balances(balances_of(self.journals), theirs))


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    made = Book(tmp_path)
    with made.books:
        yield made


def without(write: Write) -> Edit:
    """Take the whole transaction out, comments and all."""

    def change(text: str) -> str:
        begin, end = f"; begin {marker_of(write)}\n", f"; end {marker_of(write)}\n\n"
        before, _, rest = text.partition(begin)
        kept, _, after = rest.partition(end)
        declared = [line for line in kept.splitlines(keepends=True) if line.startswith(("account ", "commodity "))]
        opened = kept[: kept.index("\n2026-")] if "\n2026-" in kept else ""
        return before + (opened + "\n" if "open " in opened else "".join(declared)) + after

    return change


@pytest.mark.parametrize("names", ONE_OR_BOTH, ids=str)
def test_a_total_that_was_changed(book: Book, names: tuple[str, ...]) -> None:
    assert book.differences() == 0
    book.edit(names, lambda text: text.replace("142.80", "152.80").replace("-100.00 EUR", "-110.00 EUR", 1))
    present = book.present()
    assert present
    assert (present.total, present.number) == (Decimal("152.80"), "4711")
    assert book.differences() == 2


@pytest.mark.parametrize("names", ONE_OR_BOTH, ids=str)
def test_a_number_and_a_day_that_were_changed(book: Book, names: tuple[str, ...]) -> None:
    marks = {'number: "4711"': 'number: "4711a"', "(4711)": "(4711a)", "2026-10-31": "2026-10-30"}

    def change(text: str) -> str:
        for old, new in marks.items():
            text = text.replace(old, new)
        return text

    book.edit(names, change)
    present = book.present()
    assert present
    assert (present.number, present.day.isoformat()) == ("4711a", "2026-10-30")


@pytest.mark.parametrize("names", ONE_OR_BOTH, ids=str)
def test_a_transaction_that_was_taken_out(book: Book, names: tuple[str, ...]) -> None:
    book.edit(names, without(book.writes[0]))
    assert book.present(0) is None
    assert book.present(1)
    assert book.books.look(book.writes[0]) is None
    assert book.differences() == len(book.journals[0].postings)


def test_a_posting_that_was_moved_to_another_account(book: Book) -> None:
    """The document looks the same; the balances do not."""
    before = book.present()
    book.edit(BOTH, lambda text: text.replace("Income:4400  -20", "Income:4000  -20"))
    assert book.present() == before
    assert book.differences() == 2


def test_a_transaction_that_was_copied(book: Book) -> None:
    marker = marker_of(book.writes[2])
    for names in (BOTH[:1], BOTH[1:]):

        def twice(text: str) -> str:
            return text + text[text.index("2026-10-15") : text.index(f"; end {marker}")]

        book.edit(names, twice)
        assert book.differences() == 2
    assert book.present(2)


def test_an_account_that_was_renamed_everywhere(book: Book) -> None:
    """The declaration says which number it is, so nothing has changed for Bursar; new documents follow."""
    book.edit(BOTH, lambda text: text.replace("Income:4400", "Income:Managed-Services"))
    assert book.differences() == 0
    assert book.present()
    credit = prepared(Subject(book.books, lambda: book.books), [SAMPLES[DocumentKind.AR_CREDIT]])
    book.books.send(credit[0])
    for name in BOTH:
        text = (book.folder / name).read_text()
        assert "Income:4400" not in text
        assert text.count("Income:Managed-Services") == 3


def test_a_file_that_was_set_anew_says_the_same(book: Book) -> None:
    """Columns, thousands, remarks, an amount that the program works out, our comments and the last line end gone."""
    before = [book.present(place) for place in range(3)]

    def change(text: str) -> str:
        lines = [line for line in text.splitlines() if not line.startswith(";")]
        text = "\n".join(lines).replace("142.80 EUR", "    0,142.80   EUR  ; checked")
        return text.replace("Income:4000  -100.00 EUR", "Income:4000").rstrip() + "\n  ; my remark"

    book.edit(BOTH, change)
    assert [book.present(place) for place in range(3)] == before
    assert book.differences() == 0
    assert before[1]
    book.books.send(void_of(book.writes[1], before[1]))
    present = book.present(1)
    assert present
    assert present.voided


def test_own_transactions_are_left_alone_and_do_not_count(book: Book) -> None:
    own = '\n2026-10-05 * "Bank"\n  Assets:Receivable:1200  -50.00 EUR\n  Income:4000  50.00 EUR'
    book.edit(BOTH, lambda text: text + own)
    assert book.differences() == 0
    credit = prepared(Subject(book.books, lambda: book.books), [SAMPLES[DocumentKind.AR_CREDIT]])
    book.books.send(credit[0])
    for name in BOTH:
        text = (book.folder / name).read_text()
        assert own in text
        assert f"\n; begin {marker_of(credit[0])}\n" in text
    assert not list(book.folder.glob("*.torn"))


def test_a_line_that_means_nothing_is_named(book: Book) -> None:
    book.edit(BOTH[1:], lambda text: text.replace("142.80 EUR", "=142.80 * 2"))
    with pytest.raises(RemoteError, match=r"bursar\.hledger has a line that cannot be read") as caught:
        list(book.books.documents([marker_of(book.writes[0])]))
    assert caught.value.remedy
    with pytest.raises(RemoteError):
        book.books.balances([OCTOBER])
    assert book.present(1), "others can still be read"


def test_taking_back_what_was_changed_takes_all_of_it_back(book: Book) -> None:
    book.edit(BOTH, lambda text: text.replace("142.80", "152.80").replace("-100.00 EUR", "-110.00 EUR", 1))
    present = book.present()
    assert present
    book.books.send(void_of(book.writes[0], present))
    assert book.books.balances([OCTOBER]) == balances_of(book.journals[1:])


def test_taking_back_what_is_not_there(book: Book) -> None:
    present = book.present()
    assert present
    book.edit(BOTH, without(book.writes[0]))
    void = void_of(book.writes[0], present)
    with pytest.raises(NotFound):
        book.books.send(void)
    assert book.books.look(void) is None


def test_a_new_generation_never_stands_beside_the_old_one(book: Book) -> None:
    """Taken out of one file only, a document is not posted anew until it is gone from the other."""
    book.edit(BOTH[1:], without(book.writes[0]))
    again = next_generation(book, book.writes[0])
    with pytest.raises(Rejected, match=r"still in bursar\.beancount") as caught:
        book.books.send(again)
    assert caught.value.remedy
    book.edit(BOTH[:1], without(book.writes[0]))
    book.books.send(again)
    assert book.differences() == 0


def test_a_new_generation_follows_one_that_was_taken_back(book: Book) -> None:
    present = book.present()
    assert present
    book.books.send(void_of(book.writes[0], present))
    book.books.send(next_generation(book, book.writes[0]))
    assert book.differences() == 0


def next_generation(book: Book, write: Write) -> Write:
    marker = marker_of(write)
    later = f"{marker.rpartition(':')[0]}:1"
    payload = str(write.fields["payload"]).replace(marker, later).replace('"generation":0', '"generation":1')
    assert later in payload
    return replace(write, fields={**write.fields, "marker": later, "payload": payload})


@pytest.mark.parametrize("names", [BOTH[:1], BOTH[1:]], ids=str)
def test_what_only_one_file_has_is_completed(book: Book, names: tuple[str, ...]) -> None:
    last = book.writes[2]
    book.edit(names, without(last))
    assert book.books.look(last) is None
    receipt = book.books.send(last)
    assert book.books.look(last) == receipt
    assert book.differences() == 0
    for name in BOTH:
        assert (book.folder / name).read_text().count(f"; begin {marker_of(last)}\n") == 1


def test_what_only_one_file_has_gives_way_to_what_is_sent_instead(book: Book) -> None:
    """Killed between the two files; then the record was changed in ConnectWise, or excluded."""
    last = book.writes[2]
    book.edit(BOTH[1:], without(last))
    credit = prepared(Subject(book.books, lambda: book.books), [SAMPLES[DocumentKind.AR_CREDIT]])[0]
    book.books.send(credit)
    beancount = (book.folder / BOTH[0]).read_text()
    assert marker_of(last) not in beancount
    assert marker_of(last) in (book.folder / f"{BOTH[0]}.torn").read_text()
    changed = replace(SAMPLES[DocumentKind.AP_BILL_EXPENSE], memo="Changed", day=SAMPLES[DocumentKind.AR_CREDIT].day)
    [other] = prepared(Subject(book.books, lambda: book.books), [changed])
    assert marker_of(other) == marker_of(last)
    book.books.send(other)
    [present] = present_in(book.books, other)
    assert present.day == changed.day


def test_other_content_in_one_file_before_others_is_not_guessed(book: Book) -> None:
    first = book.writes[0]
    book.edit(BOTH[1:], without(first))
    changed = replace(SAMPLES[DocumentKind.AR_INVOICE], number="4711b")
    [other] = prepared(Subject(book.books, lambda: book.books), [changed])
    assert marker_of(other) == marker_of(first)
    with pytest.raises(RemoteError, match="with other content"):
        book.books.send(other)
