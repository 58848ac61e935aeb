"""QuickBooks Desktop, IIF: `TRNS`, its `SPL` rows, `ENDTRNS`; cells apart by tabs, each transaction sums to zero.

The format has no escape: a tab, a quotation mark or a line end within a cell would be another cell. QuickBooks makes an
account or a name that it does not find, so codes are written to the letter or not at all.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from bursar.connectors.books.entry import Entry, EntryRow, total_of
from bursar.connectors.books.entry_file import unreadable
from bursar.connectors.books.files.import_file import ImportFile, only_dimension
from bursar.connectors.books.files.rows_file import amount_of
from bursar.domain.books.delivery import Delivery
from bursar.domain.books.references import party_kind
from bursar.domain.books.traits import Capability, Limits, Proof, Traits
from bursar.domain.ledger.documents import Document, DocumentKind
from bursar.domain.ledger.journal import Posting, Role
from bursar.domain.money import ZERO, to_cents

_TYPES = {
    DocumentKind.AR_INVOICE: "INVOICE",
    DocumentKind.AR_DOWNPAYMENT: "INVOICE",
    DocumentKind.AR_CREDIT: "CREDIT MEMO",
    DocumentKind.AP_BILL_PO: "BILL",
    DocumentKind.AP_BILL_EXPENSE: "BILL",
    DocumentKind.AP_CREDIT: "BILL REFUND",
}
_JOURNAL = "GENERAL JOURNAL"
_KINDS = {
    "INVOICE": DocumentKind.AR_INVOICE,
    "CREDIT MEMO": DocumentKind.AR_CREDIT,
    "BILL": DocumentKind.AP_BILL_PO,
    "BILL REFUND": DocumentKind.AP_CREDIT,
    _JOURNAL: DocumentKind.JOURNAL,
}
_ROW = ("TRNSTYPE", "DATE", "ACCNT", "NAME", "CLASS", "AMOUNT", "DOCNUM", "MEMO")
_HEAD = (*_ROW, "DUEDATE", "TERMS", "PONUM")
_MARKED = re.compile(r"bursar:\S+")
_LONGEST_MEMO = 4000
LIMITS = Limits(number=11, party_code=41, description=4000, dimensions=1, currencies=1)


class IifFile(ImportFile):
    """Windows-1252, days as 10/31/2026. The marker is the first word of the transaction's memo."""

    traits = Traits(
        title="QuickBooks Desktop, IIF",
        capabilities=frozenset(
            {
                Capability.DOCUMENTS,
                Capability.JOURNALS,
                Capability.PAYMENTS,
                Capability.BALANCES,
                Capability.CLOSED_PERIODS,
            }
        ),
        proof=Proof.GOLDEN,
        proven_by="files in the published layout; QuickBooks itself has not imported them",
        limits=LIMITS,
    )
    suffix = ".iif"
    encoding = "cp1252"
    heading = ("\t".join(("!TRNS", *_HEAD)) + "\r\n" + "\t".join(("!SPL", *_ROW)) + "\r\n" + "!ENDTRNS\r\n").encode()

    def text_of(self, delivery: Delivery) -> str:
        document, postings = delivery.document, delivery.journal.postings
        trade = party_kind(document) is not None
        if not postings or (trade and postings[0].role not in {Role.RECEIVABLE, Role.PAYABLE}):
            postings = (Posting(document.control_account, ZERO, document.currency, Role.OFFSET), *postings)
        name = self._code("party", document.party.code, 41) if trade else ""
        number = self._code("number", document.number, 11)
        type_ = _TYPES.get(document.kind, _JOURNAL)
        head, *splits = (self._row(type_, document, posting, name, number) for posting in postings)
        words = document.memo or document.description or document.vendor_invoice
        head[-1] = f"{delivery.marker} {self._words(words)}".rstrip()
        due = _day(document.due) if document.due else ""
        head += [due, self._words(document.terms), self._words(document.po_number)]
        rows = [["TRNS", *head], *(["SPL", *split] for split in splits), ["ENDTRNS"]]
        return "".join("\t".join(row) + "\r\n" for row in rows)

    def _row(self, type_: str, document: Document, posting: Posting, name: str, number: str) -> list[str]:
        dimension = only_dimension(posting, document)
        return [
            type_,
            _day(document.day),
            self._code("account", posting.account, 159),
            name,
            self._code("class", dimension.value, 159) if dimension else "",
            f"{posting.amount:.2f}",
            number,
            self._words(posting.memo),
        ]

    def _code(self, field: str, text: str, room: int) -> str:
        return self.exact(field, text, room, '\t"')

    def _words(self, text: str) -> str:
        return self.words(text.replace('"', "'"), _LONGEST_MEMO)

    def _found(self, lines: Iterable[tuple[int, bytes]]) -> Iterator[tuple[str, int]]:
        start: int | None = None
        marker = ""
        for at, line in lines:
            keyword = line.split(b"\t", 1)[0].rstrip(b"\r\n")
            if keyword == b"TRNS":
                start, marker = at, _marker(self._cells(line))
            elif keyword == b"ENDTRNS":
                if start is not None and marker:
                    yield marker, start
                start = None
            elif start is None and not line.endswith(b"\n") and b"TRNS".startswith(keyword):
                start = at
        self.torn = start

    def _cells(self, line: bytes) -> list[str]:
        cells = line.decode(self.encoding, "replace").rstrip("\r\n").split("\t")
        return cells + [""] * (len(_HEAD) + 1 - len(cells))

    def _read(self, lines: Iterator[bytes]) -> Entry | None:
        rows: list[Sequence[str]] = []
        for line in lines:
            cells = self._cells(line)
            if cells[0] not in {"TRNS", "SPL"} or (rows and cells[0] == "TRNS"):
                break
            rows.append(cells)
        marker = _marker(rows[0]) if rows else ""
        if not marker:
            return None
        try:
            return self._entry(marker, rows)
        except (ValueError, ArithmeticError, KeyError) as error:
            raise unreadable(self.path, " ".join(rows[0])) from error

    def _entry(self, marker: str, rows: Sequence[Sequence[str]]) -> Entry:
        head, kind = rows[0], _KINDS[rows[0][1]]
        read = tuple(
            EntryRow(row[3], amount_of(row[6].replace(",", "")), self._currency, place == 0)
            for place, row in enumerate(rows)
        )
        month, day, year = head[2].split("/")
        posted = date(int(year), int(month), int(day))
        return Entry(marker, kind, head[7], posted, self._currency, to_cents(total_of(kind, read)), read)


def _day(day: date) -> str:
    return f"{day:%m/%d/%Y}"


def _marker(cells: Sequence[str]) -> str:
    found = _MARKED.match(cells[8])
    return found[0] if found else ""
