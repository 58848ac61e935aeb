"""What an export left out in silence, and why: the unposted lists against the documents that came.

ConnectWise names no reason. The reasons are tried from certain to likely; the last one is what remains (assumed).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bursar.domain.ledger.documents import Document, RecordType
from bursar.domain.ledger.unposted import Family, Waiting, Wish, family_of
from bursar.domain.money import ZERO, Money, to_cents


class Reason(StrEnum):
    """Why a waiting record, or a part of it, did not come."""

    NOT_ASKED = "not_asked"
    EXCLUDED = "excluded"
    NOT_INCLUDED = "not_included"
    OTHER_LOCATION = "other_location"
    AFTER_THRU_DATE = "after_thru_date"
    NO_ACCOUNT_NUMBER = "no_account_number"
    NO_VENDOR_NUMBER = "no_vendor_number"
    NOT_REIMBURSABLE = "not_reimbursable"
    NO_GL_ENTRIES = "no_gl_entries"
    UNEXPLAINED = "unexplained"
    TAX_WITHOUT_LINES = "tax_without_lines"
    TOTAL_DIFFERS = "total_differs"


CHOSEN = frozenset(
    {Reason.NOT_ASKED, Reason.EXCLUDED, Reason.NOT_INCLUDED, Reason.OTHER_LOCATION, Reason.AFTER_THRU_DATE}
)
"""Reasons that whoever asked chose; nothing is wrong then."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A record that waits and did not come, or did not come whole."""

    subject: str
    family: Family
    reason: Reason
    sentence: str
    remedy: str
    total: Money | None = None

    @property
    def is_chosen(self) -> bool:
        return self.reason in CHOSEN


def missing_from(documents: Iterable[Document], waiting: Iterable[Waiting], wish: Wish) -> list[Missing]:
    """Every waiting record that no document stands for, and every document that holds less than its record."""
    came, rows = list(documents), list(waiting)
    named = _by_name(came)
    single = (row for row in rows if row.family is not Family.EXPENSES)
    found = [missing for row in single if (missing := _of_record(row, named, wish)) is not None]
    return found + list(_of_expenses([row for row in rows if row.family is Family.EXPENSES], came, wish))


def located(documents: Iterable[Document], waiting: Iterable[Waiting]) -> list[Document]:
    """Documents with the location and department of the record they stand for; an export carries neither."""
    rows = {(row.family, name): row for row in waiting for name in waiting_names(row)}
    placed = []
    for document in documents:
        family = family_of(document.record)
        row = next((rows[family, name] for name in names_of(document) if (family, name) in rows), None)
        where = row.location or row.location_id if row else document.location
        placed.append(replace(document, location=where, department=row.department_id if row else document.department))
    return placed


def waiting_names(row: Waiting) -> tuple[str, ...]:
    """What a document that stands for the row may be known by (`names_of`)."""
    number = _as_number(row.number) if row.record is RecordType.TRANSACTION else row.number
    return tuple(name for name in (row.unposted_id, number, row.member) if name)


def _as_number(number: str) -> str:
    """The number of an invoice as a name: it may be the id of another invoice."""
    return f"no. {number}" if number else ""


def names_of(document: Document) -> tuple[str, ...]:
    """What the unposted list may know the document by."""
    names: tuple[str, ...]
    match document.record:
        case RecordType.TRANSACTION:
            names = (document.record_id, _as_number(document.number))
        case RecordType.EXPENSE | RecordType.EXPENSE_BILL:
            names = (document.party.member,)
        case RecordType.TRANSFER:
            names = (document.record_id, f"{document.number}-transfer" if document.number else "", document.memo)
        case RecordType.ADJUSTMENT:
            names = (document.record_id, document.number)
        case _:
            names = (document.record_id,)
    return tuple(dict.fromkeys(name for name in names if name))


def _by_name(documents: Sequence[Document]) -> dict[tuple[Family, str], Document]:
    return {(family_of(document.record), name): document for document in documents for name in names_of(document)}


def _of_record(row: Waiting, came: dict[tuple[Family, str], Document], wish: Wish) -> Missing | None:
    names = ((row.family, name) for name in waiting_names(row))
    document = next((came[name] for name in names if name in came), None)
    if document is None:
        return _told(row, _why(row, wish))
    if row.tax and not document.taxes:
        return _told(row, Reason.TAX_WITHOUT_LINES)
    if to_cents(abs(row.total)) != to_cents(abs(document.total)):
        return _told(row, Reason.TOTAL_DIFFERS, f" The export says {Money(document.total, document.currency)}.")
    return None


def _of_expenses(rows: Sequence[Waiting], came: Sequence[Document], wish: Wish) -> Iterator[Missing]:
    """Expenses come as bills of a member, so that single ones are not named: sums are compared."""
    bills: defaultdict[str, list[Document]] = defaultdict(list)
    for document in came:
        if family_of(document.record) is Family.EXPENSES:
            bills[document.party.member].append(document)
    expected: defaultdict[str, list[Waiting]] = defaultdict(list)
    for row in rows:
        reason = _chosen(row, wish)
        if reason or not bills[row.member]:
            yield _told(row, reason or _why(row, wish))
        else:
            expected[row.member].append(row)
    for member, own in expected.items():
        wanted = sum((row.total for row in own), ZERO)
        billed = sum((document.total for document in bills[member]), ZERO)
        if to_cents(wanted) != to_cents(billed):
            said = f" {len(own)} expenses of {member} come to {wanted:f}, their documents to {billed:f}."
            yield _told(own[0], Reason.TOTAL_DIFFERS, said)


def _why(row: Waiting, wish: Wish) -> Reason:
    chosen = _chosen(row, wish)
    if chosen:
        return chosen
    if row.entries == 0:
        return Reason.NO_GL_ENTRIES
    if row.family is Family.EXPENSES:
        return _why_expense(row)
    needs_account = row.record in {RecordType.TRANSACTION, RecordType.PURCHASE}
    return Reason.NO_ACCOUNT_NUMBER if needs_account and not row.account_number.strip() else Reason.NO_GL_ENTRIES


def _why_expense(row: Waiting) -> Reason:
    if row.classification not in {"", "Reimbursable"}:
        return Reason.NOT_REIMBURSABLE
    if row.vendor_number is None:
        return Reason.UNEXPLAINED
    return Reason.NO_GL_ENTRIES if row.vendor_number.strip() else Reason.NO_VENDOR_NUMBER


def _chosen(row: Waiting, wish: Wish) -> Reason | None:
    included = wish.included.get(row.family)
    if row.family not in wish.families:
        return Reason.NOT_ASKED
    if row.unposted_id in wish.excluded.get(row.family, frozenset()):
        return Reason.EXCLUDED
    if included and row.unposted_id not in included:
        return Reason.NOT_INCLUDED
    if wish.location and wish.location.casefold() not in {row.location.casefold(), row.location_id}:
        return Reason.OTHER_LOCATION
    if wish.thru and row.day and row.day > wish.thru:
        return Reason.AFTER_THRU_DATE
    return None


_TOLD = {
    Reason.NOT_ASKED: ("{} was not asked for.", "Switch {family} on to export it."),
    Reason.EXCLUDED: ("{} was excluded by its id.", "Take its id off the excluded ones to export it."),
    Reason.NOT_INCLUDED: ("{} is not among the ids that were asked for.", "Add its id, or name no ids."),
    Reason.OTHER_LOCATION: ("{} belongs to another location.", "Export that location too, or all."),
    Reason.AFTER_THRU_DATE: ("{} is dated after the thru date.", "Choose a later thru date to export it."),
    Reason.NO_ACCOUNT_NUMBER: (
        "{} has no account number, so ConnectWise leaves it out of every export.",
        "In ConnectWise, open the company, and on its Finance tab enter the Account Number.",
    ),
    Reason.NO_VENDOR_NUMBER: (
        "{}: the member has no vendor number, so ConnectWise leaves it out of every export.",
        "In ConnectWise, System > Members, enter the member's Vendor Nbr.",
    ),
    Reason.NOT_REIMBURSABLE: (
        "{} is not paid back to anybody, so no bill was exported for it.",
        "Nothing is owed. Batch it off, or let ConnectWise transfer expenses as journal entries.",
    ),
    Reason.NO_GL_ENTRIES: (
        "{} waits and was not exported; most often it has no GL entries, as an account was not mapped.",
        "Map the GL accounts, set the record to an open status and close it again, then export once more.",
    ),
    Reason.UNEXPLAINED: (
        "{} waits and was not exported: the member has no vendor number, or an account was not mapped.",
        "In ConnectWise, check the member's Vendor Nbr under System > Members, then the GL accounts of expenses.",
    ),
    Reason.TAX_WITHOUT_LINES: (
        "{} has tax, and the export has no tax line for it.",
        "Export again without naming records: an export by id leaves purchase tax lines out.",
    ),
    Reason.TOTAL_DIFFERS: (
        "{} has another total in the export than in the unposted list.",
        "Export again; when it stays, part of the record is in another batch: unbatch it, then export.",
    ),
}


def _told(row: Waiting, reason: Reason, added: str = "") -> Missing:
    sentence, remedy = _TOLD[reason]
    return Missing(
        subject=f"{row.record}:{row.unposted_id}",
        family=row.family,
        reason=reason,
        sentence=sentence.format(row.title) + added,
        remedy=remedy.format(family=row.family),
        total=Money(row.total, row.currency) if row.currency else None,
    )
