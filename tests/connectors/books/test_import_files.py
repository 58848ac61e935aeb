"""Import files: what is in them, when they are closed, and what they cannot hold."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bursar.connectors.books.files.adapter import FileBooks, Layout
from bursar.domain.books.payload import delivery_of
from bursar.domain.books.planner import plan_documents
from bursar.domain.books.policy import BookPolicy
from bursar.domain.books.references import Mappings, ReferenceKind
from bursar.domain.books.situation import Situation
from bursar.domain.errors import Rejected, RemoteError
from bursar.domain.ledger.comparison import balances_of
from bursar.domain.ledger.documents import PAYABLE_KINDS, RECEIVABLE_KINDS, Axis, Dimension, Document, DocumentKind
from bursar.domain.ledger.journal import JournalPolicy
from bursar.domain.ledger.stock_accounts import StockPolicy
from bursar.domain.money import to_cents
from bursar.domain.period import Month
from bursar.domain.plan import Resource
from bursar.domain.spreadsheet import STARTS_A_FORMULA
from bursar.ports import Write
from tests.connectors.books.contract import Subject, journal_in, marker_of, prepared, present_in, refusal, write_of
from tests.connectors.books.samples import ODD_TEXTS, SAMPLES
from tests.connectors.books.test_files import SAGE_CODES
from tests.domain.ledger.documents import documents

Open = Callable[[Layout], FileBooks]
INVOICE = SAMPLES[DocumentKind.AR_INVOICE]
NAMES = {Layout.CSV: "2026-10.csv", Layout.SAGE50: "2026-10.sage.csv", Layout.IIF: "2026-10.iif"}
EACH = pytest.mark.parametrize("layout", list(Layout))


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    with ExitStack() as stack:
        yield lambda layout: stack.enter_context(FileBooks(tmp_path, layout, name="Main", currency="EUR"))


def writes_for(books: FileBooks, several: Iterable[Document], mappings: Mappings = SAGE_CODES) -> list[Write]:
    return prepared(Subject(books, lambda: books, mappings=mappings), several)


def send(books: FileBooks, several: Iterable[Document]) -> list[Write]:
    writes = writes_for(books, several)
    for write in writes:
        books.send(write)
    return writes


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="cp1252", newline="") as file:
        return list(csv.DictReader(file))


@EACH
def test_the_layout_is_the_published_one(
    tmp_path: Path, opened: Open, layout: Layout, golden: Callable[[str, str], None]
) -> None:
    send(opened(layout), SAMPLES.values())
    text = (tmp_path / "outbox" / NAMES[layout]).read_bytes().decode("cp1252")
    assert text.count("\n") == text.count("\r\n")
    golden(f"books-{NAMES[layout]}", text.replace("\r\n", "\n"))


@EACH
def test_an_imported_file_is_never_touched_again(tmp_path: Path, opened: Open, layout: Layout) -> None:
    books = opened(layout)
    first, second, third = writes_for(books, [INVOICE, *(SAMPLES[kind] for kind in _TWO)])
    receipt = books.send(first)
    outbox, imported = tmp_path / "outbox", tmp_path / "imported"
    assert receipt.ref == NAMES[layout]
    (outbox / NAMES[layout]).rename(imported / NAMES[layout])
    closed = (imported / NAMES[layout]).read_bytes()
    assert books.look(first) == receipt
    assert books.send(first) == receipt
    later = books.send(second)
    stem, _, suffix = NAMES[layout].partition(".")
    assert later.ref == f"{stem}-2.{suffix}"
    (outbox / later.ref).rename(imported / later.ref)
    assert books.send(third).ref == f"{stem}-3.{suffix}"
    assert (imported / NAMES[layout]).read_bytes() == closed
    again = opened(layout)
    assert len(present_in(again, first, second, third)) == 3
    if layout is not Layout.SAGE50:
        assert again.balances([Month(2026, 10)]) == balances_of(map(journal_in, (first, second, third)))


_TWO = (DocumentKind.AR_CREDIT, DocumentKind.AP_BILL_EXPENSE)


@EACH
def test_each_month_has_a_file(tmp_path: Path, opened: Open, layout: Layout) -> None:
    send(opened(layout), [INVOICE, SAMPLES[DocumentKind.JOURNAL]])
    assert sorted(path.name for path in (tmp_path / "outbox").iterdir()) == [
        NAMES[layout],
        NAMES[layout].replace("-10", "-11"),
    ]


def test_layouts_in_one_folder_do_not_meet(tmp_path: Path, opened: Open) -> None:
    for layout in Layout:
        books = opened(layout)
        [write] = send(books, [INVOICE])
        assert present_in(opened(layout), write)
        books.close()
    (tmp_path / "outbox" / "notes.txt").write_text("mine", encoding="ascii")
    others = [opened(layout) for layout in Layout]
    assert [len(present_in(books, write)) for books in others] == [1, 1, 1]


@EACH
def test_what_a_person_changed_is_told(tmp_path: Path, opened: Open, layout: Layout) -> None:
    books = opened(layout)
    writes = send(books, [INVOICE, SAMPLES[DocumentKind.AR_CREDIT]])
    path = tmp_path / "outbox" / NAMES[layout]
    text = path.read_bytes().decode("cp1252")
    old, new = ("22.80", "23.80") if layout is Layout.CSV else ("142.80", "143.80")
    if layout is Layout.SAGE50:
        old, new = "100.00,T1,19.00", "101.00,T1,19.00"
    if layout is Layout.CSV:
        old, new = ",142.80,,", ",143.80,,"
    path.write_bytes(text.replace(old, new, 1).replace("4711", "4711a").encode("cp1252"))
    [present, other] = present_in(books, *writes)
    assert (present.total, present.number) == (Decimal("143.80"), "4711a")
    assert (other.total, other.number) == (Decimal("142.80"), "4712")
    lines = text.splitlines(keepends=True)
    kept = [line for line in lines if marker_of(writes[0]) not in line and ("4711" not in line)]
    path.write_bytes("".join(kept).encode("cp1252"))
    assert [each.marker for each in present_in(books, *writes)] == [marker_of(writes[1])]


@EACH
def test_a_file_that_a_spreadsheet_saved_in_its_own_way_is_named(tmp_path: Path, opened: Open, layout: Layout) -> None:
    books = opened(layout)
    [write] = send(books, [INVOICE])
    path = tmp_path / "outbox" / NAMES[layout]
    path.write_bytes(path.read_bytes().replace(b",", b";").replace(b"\t", b";"))
    with pytest.raises(RemoteError, match="does not begin as the files that Bursar writes") as caught:
        books.look(write)
    assert caught.value.remedy


@pytest.mark.parametrize("layout", [Layout.CSV, Layout.SAGE50])
def test_a_row_that_breaks_off_within_the_file_is_named(tmp_path: Path, opened: Open, layout: Layout) -> None:
    books = opened(layout)
    writes = send(books, [INVOICE, SAMPLES[DocumentKind.AR_CREDIT]])
    path = tmp_path / "outbox" / NAMES[layout]
    lines = path.read_bytes().splitlines(keepends=True)
    lines[2] = lines[2][:20] + b"\r\n"
    path.write_bytes(b"".join(lines))
    with pytest.raises(RemoteError, match="cannot be read"):
        books.look(writes[1])


def planned(books: FileBooks, several: Iterable[Document], mappings: Mappings) -> list[Write]:
    """The writes of whatever can be planned."""
    policy = BookPolicy("Main", journal=JournalPolicy(StockPolicy(cogs=True)))
    own = [replace(each, record_id=f"r{place}", currency="EUR") for place, each in enumerate(several)]
    own = [replace(each, lines=tuple(replace(line, currency="") for line in each.lines)) for each in own]
    plan = plan_documents(Situation("cedarpoint", policy, books.traits, own, mappings=mappings)).plan
    return [write_of(change) for change in plan.changes if change.resource is Resource.DOCUMENT]


@EACH
def test_any_documents_arrive_or_are_refused(tmp_path: Path, opened: Open, layout: Layout) -> None:
    drawn: list[Document] = []

    @settings(max_examples=50)
    @given(documents(), st.sampled_from(["", "ACME", "Two Words"]), st.sampled_from(["4711", "x" * 40]))
    def draw(document: Document, party: str, number: str) -> None:
        own = replace(document, party=replace(document.party, vendor_number=party), number=number)
        drawn.append(_readable(own) if len(drawn) % 3 else document)

    draw()
    books = opened(layout)
    taxes = {(ReferenceKind.TAX, tax.code): "T1" for document in drawn for tax in document.taxes if tax.code}
    arrived = []
    for write in planned(books, drawn, Mappings(taxes)):
        refused = refusal(books, write)
        if refused is None:
            arrived.append(write)
        else:
            assert refused.sentence.endswith(".")
            assert refused.remedy
    assert arrived
    for write, present in zip(arrived, present_in(opened(layout), *arrived), strict=True):
        fields = write.fields
        assert (present.number, present.total) == (fields.get("number", ""), Decimal(str(fields["total"])))
        assert present.day.isoformat() == fields["day"]
    journals = [journal_in(write) for write in arrived]
    if layout is not Layout.SAGE50:
        assert opened(layout).balances({Month.of(each.day) for each in journals}) == balances_of(journals)
    for path in (tmp_path / "outbox").iterdir():
        JUDGES[layout](path, arrived)


def _readable(document: Document) -> Document:
    """With words that every layout can hold."""
    plain = tuple(replace(line, dimensions=line.dimensions[:1], memo="Line") for line in document.lines)
    return replace(document, lines=plain, dimensions=(), memo="Words")


def _csv_is_sound(path: Path, writes: Sequence[Write]) -> None:
    sums: dict[str, Decimal] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert not any(value.startswith(STARTS_A_FORMULA) for value in row.values())
            debit, credit = Decimal(row["debit"] or 0), Decimal(row["credit"] or 0)
            assert min(debit, credit) == 0 <= max(debit, credit)
            sums[row["marker"]] = sums.get(row["marker"], Decimal(0)) + debit - credit
    assert not any(sums.values())
    assert sums.keys() <= {marker_of(write) for write in writes}


def _sage_is_sound(path: Path, writes: Sequence[Write]) -> None:
    """Rows are positive, journals balance, trade comes to the document's total, and so does its tax."""
    sums: dict[str, list[Decimal]] = {}
    sign = {"SI": 1, "SC": -1, "PI": 1, "PC": -1}
    for row in rows_of(path):
        net, tax = Decimal(row["Net Amount"]), Decimal(row["Tax Amount"])
        assert net >= 0
        found = sums.setdefault(row["Extra Reference"], [Decimal(0)] * 3)
        if row["Type"] in sign:
            found[0] += sign[row["Type"]] * (net + tax)
            found[1] += sign[row["Type"]] * tax
            assert row["Account Reference"]
        else:
            assert (row["Account Reference"], tax) == ("", 0)
            found[2] += net if row["Type"] == "JD" else -net
    by_marker = {marker_of(write): write for write in writes}
    for marker, (gross, tax, journal) in sums.items():
        document = delivery_of(str(by_marker[marker].fields["payload"])).document
        assert journal == 0
        if document.kind in RECEIVABLE_KINDS | PAYABLE_KINDS:
            side = -1 if document.kind in {DocumentKind.AR_CREDIT, DocumentKind.AP_CREDIT} else 1
            assert side * gross == to_cents(document.total)
            assert side * tax == sum((to_cents(each.amount) for each in document.taxes), Decimal(0))


def _iif_is_sound(path: Path, writes: Sequence[Write]) -> None:
    blocks = path.read_bytes().decode("cp1252").split("\r\nENDTRNS\r\n")[:-1]
    blocks[0] = blocks[0].split("!ENDTRNS\r\n")[1]
    assert blocks
    for block in blocks:
        rows = [line.split("\t") for line in block.split("\r\n")]
        assert [row[0] for row in rows] == ["TRNS", *["SPL"] * (len(rows) - 1)]
        assert {len(row) for row in rows[1:]} <= {9}
        assert len(rows[0]) == 12
        assert sum(Decimal(row[6]) for row in rows) == 0
        assert '"' not in block


JUDGES = {Layout.CSV: _csv_is_sound, Layout.SAGE50: _sage_is_sound, Layout.IIF: _iif_is_sound}


def test_cells_of_the_csv_journal_cannot_be_formulas_and_come_back(tmp_path: Path, opened: Open) -> None:
    books = opened(Layout.CSV)
    numbers = ["=1+1", "'=1+1", "''", "+49", "-5", "@x", "'", "a'b", 'say "x", y']
    writes = send(
        books, [replace(INVOICE, record_id=f"{place}", number=number) for place, number in enumerate(numbers)]
    )
    assert [present.number for present in present_in(opened(Layout.CSV), *writes)] == numbers
    _csv_is_sound(tmp_path / "outbox" / NAMES[Layout.CSV], writes)


@pytest.mark.parametrize("layout", [Layout.SAGE50, Layout.IIF])
def test_words_are_cleaned_for_programs_that_know_no_escape(tmp_path: Path, opened: Open, layout: Layout) -> None:
    odd = [
        replace(
            INVOICE,
            record_id=f"{place}",
            memo=text,
            lines=tuple(replace(line, memo=text, description=text) for line in INVOICE.lines),
        )
        for place, text in enumerate(ODD_TEXTS)
    ]
    writes = send(opened(layout), odd)
    path = tmp_path / "outbox" / NAMES[layout]
    JUDGES[layout](path, writes)
    if layout is Layout.SAGE50:
        details = [row["Details"] for row in rows_of(path)]
        assert max(map(len, details)) <= 60
        assert not any(each.startswith(STARTS_A_FORMULA) for each in details)


@pytest.mark.parametrize(
    ("layout", "document", "what"),
    [
        (Layout.SAGE50, replace(INVOICE, taxes=(replace(INVOICE.taxes[0], code="GST"),)), "which is no tax code"),
        (Layout.SAGE50, replace(INVOICE, control_account="x", lines=()), "account"),
        (Layout.SAGE50, replace(INVOICE, party=replace(INVOICE.party, account_number="MORETHAN8")), "party"),
        (Layout.SAGE50, replace(INVOICE, party=replace(INVOICE.party, account_number="A B")), "party"),
        (Layout.SAGE50, replace(INVOICE, number="-1"), "a spreadsheet would calculate"),
        (Layout.IIF, replace(INVOICE, control_account='12"00'), "the account '12\"00'"),
        (Layout.IIF, replace(INVOICE, control_account="Łódź"), "cannot hold as it is"),
        (Layout.IIF, replace(INVOICE, number="a\tb"), "number"),
        (Layout.IIF, replace(INVOICE, currency="USD"), "takes EUR only"),
        (Layout.CSV, replace(INVOICE, control_account="1200\x07"), "account"),
    ],
)
def test_what_a_file_cannot_hold_is_refused(opened: Open, layout: Layout, document: Document, what: str) -> None:
    books = opened(layout)
    if document.lines == ():
        document = replace(document, lines=(replace(INVOICE.lines[0], account="4000-long-name"),), taxes=())
        document = replace(document, total=Decimal("100.00"))
    [write] = writes_for(books, [document])
    with pytest.raises(Rejected) as caught:
        books.send(write)
    assert what in caught.value.sentence
    assert caught.value.remedy
    assert books.look(write) is None


@pytest.mark.parametrize("layout", [Layout.SAGE50, Layout.IIF])
def test_a_department_or_class_for_each_row(tmp_path: Path, opened: Open, layout: Layout) -> None:
    books = opened(layout)
    with_class = replace(INVOICE.lines[0], dimensions=(Dimension(Axis.CLASS, "Support"),))
    send(books, [replace(INVOICE, lines=(with_class, INVOICE.lines[1]))])
    text = (tmp_path / "outbox" / NAMES[layout]).read_text(encoding="cp1252")
    assert ("4000,7," if layout is Layout.SAGE50 else "4000\tCONTOSO\t7\t") in text


@pytest.mark.parametrize("layout", [Layout.SAGE50, Layout.IIF])
def test_a_row_without_one_has_that_of_its_document(tmp_path: Path, opened: Open, layout: Layout) -> None:
    books = opened(layout)
    own = replace(INVOICE.lines[0], dimensions=(Dimension(Axis.CLASS, "Support"),))
    lines = (own, replace(INVOICE.lines[1], dimensions=()))
    send(books, [replace(INVOICE, lines=lines, dimensions=(Dimension(Axis.CLASS, "9"),))])
    text = (tmp_path / "outbox" / NAMES[layout]).read_text(encoding="cp1252")
    rows = [line for line in text.splitlines() if "4000" in line or lines[1].account in line]
    places = [row.split(",")[3] if layout is Layout.SAGE50 else row.split("\t")[5] for row in rows[:2]]
    assert places == ["7", "9"]


def test_a_class_that_is_no_department_of_sage(opened: Open) -> None:
    books = opened(Layout.SAGE50)
    line = replace(INVOICE.lines[0], dimensions=(Dimension(Axis.CLASS, "Sales"),))
    [write] = writes_for(books, [replace(INVOICE, lines=(line, INVOICE.lines[1]))])
    with pytest.raises(Rejected, match="no department number of Sage"):
        books.send(write)


def test_several_tax_codes_stand_in_rows_of_their_own(tmp_path: Path, opened: Open) -> None:
    first = replace(INVOICE.taxes[0], amount=Decimal("12.80"))
    second = replace(first, amount=Decimal("10.00"), code="Reduced")
    codes = Mappings({**SAGE_CODES.targets, (ReferenceKind.TAX, "Reduced"): "T5"})
    books = opened(Layout.SAGE50)
    [write] = writes_for(books, [replace(INVOICE, taxes=(first, second))], codes)
    books.send(write)
    rows = [
        (row["Net Amount"], row["Tax Code"], row["Tax Amount"])
        for row in rows_of(tmp_path / "outbox" / NAMES[Layout.SAGE50])
    ]
    assert rows[:4] == [
        ("100.00", "T9", "0.00"),
        ("20.00", "T9", "0.00"),
        ("0.00", "T1", "12.80"),
        ("0.00", "T5", "10.00"),
    ]


def test_lines_that_are_not_taxable_carry_no_tax(tmp_path: Path, opened: Open) -> None:
    lines = (replace(INVOICE.lines[0], taxable=True), replace(INVOICE.lines[1], taxable=False))
    send(opened(Layout.SAGE50), [replace(INVOICE, lines=lines)])
    rows = [
        (row["Net Amount"], row["Tax Code"], row["Tax Amount"])
        for row in rows_of(tmp_path / "outbox" / NAMES[Layout.SAGE50])
    ]
    assert rows[:2] == [("100.00", "T1", "22.80"), ("20.00", "T9", "0.00")]


@pytest.mark.parametrize("layout", [Layout.SAGE50, Layout.IIF])
def test_a_file_without_currencies_needs_a_home_currency(tmp_path: Path, layout: Layout) -> None:
    with FileBooks(tmp_path, layout, name="Main") as books:
        [write] = writes_for(books, [INVOICE])
        with pytest.raises(Rejected, match="no home currency"):
            books.send(write)


@EACH
def test_a_document_that_comes_to_nothing_is_a_document(opened: Open, layout: Layout) -> None:
    """Agreements cover whole invoices: they come to 0.00, and must leave the list of what waits."""
    books = opened(layout)
    bare = replace(INVOICE, lines=(), taxes=(), total=Decimal(0))
    covered = replace(
        INVOICE,
        record_id="1",
        number="4",
        total=Decimal(0),
        taxes=(),
        lines=(replace(INVOICE.lines[1], amount=Decimal(0)),),
    )
    writes = send(books, [bare, covered])
    assert [present.total for present in present_in(opened(layout), *writes)] == [Decimal(0), Decimal(0)]
