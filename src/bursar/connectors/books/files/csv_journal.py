"""A journal as CSV: one row for each posting, for whatever reads a table."""

from collections.abc import Sequence
from decimal import Decimal

from bursar.connectors.books.clean_text import one_line
from bursar.connectors.books.entry import CONTROLS, Entry, EntryRow, total_of
from bursar.connectors.books.files.rows_file import RowsFile, amount_of, day_of
from bursar.domain.books.delivery import Delivery
from bursar.domain.books.preflight import party_name
from bursar.domain.books.traits import Capability, Proof, Traits
from bursar.domain.ledger.documents import Axis, DocumentKind
from bursar.domain.ledger.journal import Posting, Role
from bursar.domain.money import ZERO, to_cents
from bursar.domain.spreadsheet import cell

_COLUMNS = (
    "date",
    "number",
    "account",
    "debit",
    "credit",
    "currency",
    "memo",
    "kind",
    "party",
    "party_name",
    "due",
    *(axis.value for axis in Axis),
    "role",
    "record",
    "document_date",
    "marker",
    "row",
)
_ROOM = 500
_CONTROLS = {role.value for role in CONTROLS}


class CsvJournal(RowsFile):
    """Our own layout; UTF-8, a comma between cells, a point before the cents."""

    traits = Traits(
        title="CSV journal",
        capabilities=frozenset(
            {Capability.JOURNALS, Capability.PAYMENTS, Capability.BALANCES, Capability.CLOSED_PERIODS}
        ),
        proof=Proof.GOLDEN,
        proven_by="Bursar's own reader; the layout is Bursar's own, and no other program has judged it",
    )
    suffix = ".csv"
    one_currency = False
    columns = _COLUMNS
    marker_column = _COLUMNS.index("marker")
    place_column = _COLUMNS.index("row")
    heading = (",".join(_COLUMNS) + "\r\n").encode()

    def text_of(self, delivery: Delivery) -> str:
        document = delivery.document
        postings = delivery.journal.postings or (Posting("", ZERO, document.currency, Role.OFFSET),)
        common = {
            "date": document.day.isoformat(),
            "number": self.exact("number", document.number, _ROOM),
            "kind": document.kind.value,
            "party": self.exact("party", document.party.code, _ROOM),
            "party_name": one_line(party_name(document.party)),
            "due": document.due.isoformat() if document.due else "",
            "record": one_line(delivery.key),
            "document_date": delivery.document_day.isoformat(),
            "marker": delivery.marker,
        }
        rows = [
            common | self._posting(posting) | {"row": f"{place} of {len(postings)}."}
            for place, posting in enumerate(postings, 1)
        ]
        return self._text([[_cell(row.get(column, "")) for column in _COLUMNS] for row in rows])

    def _posting(self, posting: Posting) -> dict[str, str | Decimal]:
        dimensions = {each.axis.value: one_line(each.value) for each in posting.dimensions}
        return dimensions | {
            "account": self.exact("account", posting.account, _ROOM),
            "debit": posting.debit or ("" if posting.amount else ZERO),
            "credit": posting.credit or "",
            "currency": self.exact("currency", posting.currency, _ROOM),
            "memo": one_line(posting.memo),
            "role": posting.role.value,
        }

    def _cells(self, line: bytes) -> list[str]:
        return [_text(each) for each in super()._cells(line)]

    def _entry(self, marker: str, rows: Sequence[Sequence[str]]) -> Entry:
        named = [dict(zip(_COLUMNS, row, strict=False)) for row in rows]
        head = named[0]
        kind = DocumentKind(head["kind"])
        read = tuple(
            EntryRow(
                row["account"],
                amount_of(row["debit"]) - amount_of(row["credit"]),
                row["currency"],
                row["role"] in _CONTROLS,
            )
            for row in named
        )
        told = tuple(row for row in read if row.account or row.amount)
        total = to_cents(total_of(kind, told))
        return Entry(marker, kind, head["number"], day_of(head["date"]), head["currency"], total, told)


def _cell(value: str | Decimal) -> str:
    """A cell that no spreadsheet calculates; `_text` gives back what it was."""
    if isinstance(value, str) and value.startswith("'"):
        return f"'{value}"
    return cell(value)


def _text(found: str) -> str:
    return found.removeprefix("'")
