"""Sage 50 UK, audit trail transactions: the fifteen columns of its import, one row for each split.

Sage makes the rows of one type, account, reference, extra reference and date that follow one another one transaction.
It books the control accounts itself, so they are in no row. Amounts are positive; what reduces an invoice is a row of
the opposite type. Lengths are those of Sage's audit trail as Zynk documents them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bursar.connectors.books.entry import Entry
from bursar.connectors.books.files.import_file import Refused, only_dimension
from bursar.connectors.books.files.rows_file import RowsFile, amount_of
from bursar.domain.books.delivery import Delivery
from bursar.domain.books.references import party_kind
from bursar.domain.books.traits import Capability, Limits, Proof, Traits
from bursar.domain.ledger.documents import RECEIVABLE_KINDS, Document, DocumentKind, Line, Tax
from bursar.domain.ledger.journal import Posting, Role
from bursar.domain.ledger.signs import control_side
from bursar.domain.money import ZERO, to_cents
from bursar.domain.spreadsheet import STARTS_A_FORMULA

COLUMNS = (
    "Type",
    "Account Reference",
    "Nominal A/C Ref",
    "Department Code",
    "Date",
    "Reference",
    "Details",
    "Net Amount",
    "Tax Code",
    "Tax Amount",
    "Exchange Rate",
    "Extra Reference",
    "User Name",
    "Project Refn",
    "Cost Code Refn",
)
OUTSIDE_TAX = "T9"
"""Sage's code for what is not part of the VAT return; rows without tax get it."""
_TAX_CODE = re.compile(r"T\d{1,2}")
_DEPARTMENT = re.compile(r"\d{1,3}")
_TYPES = {
    DocumentKind.AR_INVOICE: "SI",
    DocumentKind.AR_DOWNPAYMENT: "SI",
    DocumentKind.AR_CREDIT: "SC",
    DocumentKind.AP_BILL_PO: "PI",
    DocumentKind.AP_BILL_EXPENSE: "PI",
    DocumentKind.AP_CREDIT: "PC",
}
_KINDS = {
    "SI": DocumentKind.AR_INVOICE,
    "SC": DocumentKind.AR_CREDIT,
    "PI": DocumentKind.AP_BILL_PO,
    "PC": DocumentKind.AP_CREDIT,
    "JD": DocumentKind.JOURNAL,
    "JC": DocumentKind.JOURNAL,
}
_OPPOSITE = {"SI": "SC", "SC": "SI", "PI": "PC", "PC": "PI", "JD": "JC", "JC": "JD"}
_COSTS = frozenset({Role.COGS, Role.INVENTORY})
LIMITS = Limits(number=30, party_code=8, description=60, tax_code=3, dimensions=1, currencies=1)


@dataclass(frozen=True, slots=True)
class _Split:
    """One row: amounts in the direction of its type, so that both may turn it."""

    type: str
    nominal: str
    net: Decimal
    tax: Decimal = ZERO
    tax_code: str = OUTSIDE_TAX
    details: str = ""
    department: str = ""

    @property
    def positive(self) -> "_Split":
        if self.net + self.tax >= ZERO and self.net >= ZERO:
            return self
        type_ = _OPPOSITE[self.type]
        return _Split(type_, self.nominal, -self.net, -self.tax, self.tax_code, self.details, self.department)


class Sage50File(RowsFile):
    """Windows-1252, days as 31/10/2026."""

    traits = Traits(
        title="Sage 50 UK, audit trail import",
        capabilities=frozenset(
            {Capability.DOCUMENTS, Capability.JOURNALS, Capability.PAYMENTS, Capability.CLOSED_PERIODS}
        ),
        proof=Proof.GOLDEN,
        proven_by="files in the published layout; Sage 50 itself has not imported them",
        limits=LIMITS,
    )
    suffix = ".sage.csv"
    encoding = "cp1252"
    columns = COLUMNS
    marker_column = COLUMNS.index("Extra Reference")
    place_column = COLUMNS.index("User Name")
    heading = (",".join(COLUMNS) + "\r\n").encode()

    def text_of(self, delivery: Delivery) -> str:
        document = delivery.document
        splits = [split.positive for split in _splits(delivery)]
        trade = party_kind(document) is not None
        if not splits or (trade and all(split.type[0] == "J" for split in splits)):
            splits.insert(0, _empty(delivery))
        party = self._code("party", document.party.code, 8, " ") if trade else ""
        number = self._code("number", document.number, 30)
        main = _TYPES.get(document.kind, "")
        splits.sort(key=lambda split: _order(split.type, main))
        return self._text(
            [
                [
                    split.type,
                    party if split.type[0] != "J" else "",
                    self._code("account", split.nominal, 8),
                    split.department,
                    f"{document.day:%d/%m/%Y}",
                    number,
                    self._details(split.details or document.memo or document.title),
                    f"{split.net:.2f}",
                    split.tax_code,
                    f"{split.tax:.2f}",
                    "",
                    delivery.marker,
                    f"Bursar: {place} of {len(splits)}.",
                    "",
                    "",
                ]
                for place, split in enumerate(splits, 1)
            ]
        )

    def _code(self, field: str, text: str, room: int, spared: str = "") -> str:
        if text.startswith(STARTS_A_FORMULA):
            raise Refused(field, f"has the {field} '{text[:40]}', which a spreadsheet would calculate", "Map it.")
        return self.exact(field, text, room, spared)

    def _details(self, text: str) -> str:
        return self.words(text, 60).lstrip("".join(STARTS_A_FORMULA) + " ")

    def _entry(self, marker: str, rows: Sequence[Sequence[str]]) -> Entry:
        trade, debits = ZERO, ZERO
        main = rows[0][0]
        for row in rows:
            gross = amount_of(row[7]) + amount_of(row[9])
            if _KINDS[row[0]] is DocumentKind.JOURNAL:
                debits += gross if row[0] == "JD" else ZERO
            else:
                trade += gross if row[0] == main else -gross
        total = abs(trade) if main[0] != "J" else debits
        day, month, year = rows[0][4].split("/")
        posted = date(int(year), int(month), int(day))
        return Entry(marker, _KINDS[main], rows[0][5], posted, self._currency, to_cents(total))


def _order(type_: str, main: str) -> int:
    """The document's own rows first, each type by itself: rows of one transaction follow one another."""
    return 0 if type_ == main else 2 if type_[0] == "J" else 1


def _splits(delivery: Delivery) -> Iterator[_Split]:
    document, postings = delivery.document, delivery.journal.postings
    type_ = _TYPES.get(document.kind)
    if type_ is None:
        yield from (_journal(row, document) for row in postings)
        return
    costs = [row for row in postings if document.kind in RECEIVABLE_KINDS and row.role in _COSTS]
    taxes = [row for row in document.taxes if to_cents(row.amount)]
    rows = [row for row in postings if row.role not in {Role.RECEIVABLE, Role.PAYABLE, Role.TAX} and row not in costs]
    yield from _trade(type_, document, rows, taxes)
    yield from (_journal(row, document) for row in costs)


def _trade(type_: str, document: Document, rows: Sequence[Posting], taxes: Sequence[Tax]) -> Iterator[_Split]:
    """Rows of an invoice or bill: one tax code is shared out among its taxable rows, several stand in rows alone."""
    side = -control_side(document.kind)
    codes = sorted({_tax_code(tax) for tax in taxes})
    total = sum((to_cents(tax.amount) for tax in taxes), ZERO)
    shares: dict[int, Decimal] = {}
    if len(codes) == 1:
        shares = _shares([side * row.amount for row in rows], document.lines, total)
    for place, row in enumerate(rows):
        share = shares.get(place)
        code = OUTSIDE_TAX if share is None else codes[0]
        department = _department(row, document)
        yield _Split(type_, row.account, side * row.amount, share or ZERO, code, row.memo, department)
    if taxes and not shares:
        nominal = rows[0].account if rows else taxes[0].account
        for tax in taxes:
            words = tax.memo or tax.description
            yield _Split(type_, nominal, ZERO, to_cents(tax.amount), _tax_code(tax), words)


def _shares(amounts: Sequence[Decimal], lines: Sequence[Line], tax: Decimal) -> dict[int, Decimal]:
    """Row → its part of the tax; nothing when the taxable rows cannot carry it."""
    posted = [line for line in lines if to_cents(line.amount)]
    taxable = [place for place, line in enumerate(posted) if line.taxable is not False]
    taxable = taxable or list(range(len(posted)))
    base = sum((amounts[place] for place in taxable), ZERO)
    if not base or base * tax <= ZERO:
        return {}
    shares = {place: to_cents(tax * amounts[place] / base) for place in taxable}
    shares[max(taxable, key=lambda place: abs(amounts[place]))] += tax - sum(shares.values(), ZERO)
    fits = all(share * amounts[place] >= ZERO for place, share in shares.items())
    return shares if fits else {}


def _journal(row: Posting, document: Document) -> _Split:
    type_ = "JD" if row.amount >= ZERO else "JC"
    return _Split(type_, row.account, abs(row.amount), details=row.memo, department=_department(row, document))


def _empty(delivery: Delivery) -> _Split:
    """A document that comes to nothing, as one row of nothing."""
    document = delivery.document
    account = document.lines[0].account if document.lines else document.control_account
    return _Split(_TYPES.get(document.kind, "JD"), account or document.control_account, ZERO)


def _tax_code(tax: Tax) -> str:
    if not _TAX_CODE.fullmatch(tax.code):
        raise Refused(
            "tax",
            f"has the tax {tax.code or 'without a code'}, which is no tax code of Sage",
            "Map the tax to one of T0 to T99 on Ledger › Mappings.",
        )
    return tax.code


def _department(row: Posting, document: Document) -> str:
    dimension = only_dimension(row, document)
    if dimension is None:
        return ""
    if not _DEPARTMENT.fullmatch(dimension.value):
        raise Refused(
            "dimensions",
            f"has the {dimension.axis} {dimension.value}, which is no department number of Sage",
            "Map it to a department number from 0 to 999 on Ledger › Mappings.",
        )
    return dimension.value
