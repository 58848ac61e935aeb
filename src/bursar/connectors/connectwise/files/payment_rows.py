"""Payments as files state them, row by row, and what they come to for each invoice."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from bursar.domain.errors import InvalidInput
from bursar.domain.ledger import normalise
from bursar.domain.payments.planner import subject_of
from bursar.domain.payments.settlement import Allocation, Settlement
from bursar.domain.plan import Blocked

_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+\.\d+", re.ASCII)
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)
_WRONG_AMOUNT = "Write the amount as a plain number, such as 1234.50."
_WRONG_DAY = "Write the day as YYYY-MM-DD."


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One record of a payments file, in the words of the file: any of it may make no sense."""

    place: int
    """Which record it is, from 1; in CSV the line."""
    number: str = ""
    """The invoice's number; REST files name the invoice by its id instead."""
    invoice_id: str = ""
    amount: str = ""
    day: str = ""
    currency: str = ""
    reference: str = ""
    """The sender's own id of the payment."""
    payment_id: str = ""
    """ConnectWise's id of the payment, in REST files."""
    fault: str = ""
    """Why it cannot be told how much is meant, as the end of a sentence; blank when it can."""

    @property
    def invoice(self) -> str:
        """How the file calls the invoice."""
        return self.number or (f"with the id {self.invoice_id}" if self.invoice_id else "")


Reasons: TypeAlias = Mapping[int, str]
"""Why rows failed, by their place."""


def invoice_ids(rows: Iterable[PaymentRow]) -> set[int]:
    """The invoices that are named by id only, so that their numbers must be looked up."""
    return {int(row.invoice_id) for row in rows if not row.number and _is_id(row.invoice_id)}


def numbered(rows: Iterable[PaymentRow], numbers: Mapping[int, str]) -> list[PaymentRow]:
    """The rows with the numbers of invoices that were named by id; unknown ones stay without."""
    return [
        replace(row, number=numbers.get(int(row.invoice_id), "")) if not row.number and _is_id(row.invoice_id) else row
        for row in rows
    ]


def settlements(rows: Iterable[PaymentRow]) -> Iterator[Settlement | Blocked]:
    """What each invoice is paid: rows of one invoice together. A row that makes no sense holds back its invoice."""
    invoices: dict[str, list[PaymentRow]] = {}
    for row in rows:
        if row.number:
            invoices.setdefault(row.number, []).append(row)
        else:
            yield _homeless(row)
    for number, own in invoices.items():
        try:
            yield _settlement(number, own)
        except InvalidInput as error:
            remedy = error.remedy or "Correct the row in the file, then send it again."
            yield Blocked(subject_of(number), "payment_unreadable", error.sentence, remedy, (number,))


def reasons_of(rows: Iterable[PaymentRow], by_invoice: Mapping[str, str]) -> dict[int, str]:
    """Why rows failed: because of their invoice, by number, or because they name none that ConnectWise has."""
    found = {row.place: by_invoice.get(row.number, "") if row.number else _homeless(row).sentence for row in rows}
    return {place: reason for place, reason in found.items() if reason}


def _settlement(number: str, rows: list[PaymentRow]) -> Settlement:
    currencies = sorted({row.currency.strip().upper() for row in rows if row.currency.strip()})
    if len(currencies) > 1:
        raise InvalidInput(f"Invoice {number} is paid in {' and '.join(currencies)}; Bursar never converts.")
    if currencies and not re.fullmatch("[A-Z]{3}", currencies[0]):
        raise InvalidInput(f"Invoice {number} is paid in '{currencies[0][:20]}', which is no currency code.")
    references = Counter(row.reference for row in rows if row.reference)
    doubled = next((reference for reference, count in references.items() if count > 1), None)
    if doubled is not None:
        sentence = f"The payment {doubled[:60]} stands twice in the file for invoice {number}."
        raise InvalidInput(sentence, remedy="Give each payment its own reference, or remove the second.")
    return Settlement(number, currencies[0] if currencies else "", tuple(_allocation(row) for row in rows))


def _allocation(row: PaymentRow) -> Allocation:
    return Allocation(row.reference or f"row {row.place}", _amount(row), _day(row))


def _amount(row: PaymentRow) -> Decimal:
    if row.fault:
        raise InvalidInput(f"Row {row.place} {row.fault}.", remedy=_WRONG_AMOUNT)
    text = row.amount.strip()
    try:
        found = normalise.number(text.replace(",", "") if _THOUSANDS.fullmatch(text) else text)
    except InvalidInput as error:
        raise InvalidInput(f"Row {row.place}: {error.sentence}", remedy=_WRONG_AMOUNT) from error
    if found is None:
        raise InvalidInput(f"Row {row.place} has no amount.")
    return found


def _day(row: PaymentRow) -> date:
    """The calendar day, whatever time and zone come with it. Slashes are refused: they mean two days."""
    text = row.day.strip()
    if dotted := _DOTTED.fullmatch(text):
        text = f"{dotted[3]}-{dotted[2]:0>2}-{dotted[1]:0>2}"
    if "/" in text:
        raise InvalidInput(f"Row {row.place}: '{text[:40]}' may be one day or another.", remedy=_WRONG_DAY)
    try:
        found = normalise.day(text)
    except InvalidInput as error:
        raise InvalidInput(f"Row {row.place}: {error.sentence}", remedy=_WRONG_DAY) from error
    if found is None:
        raise InvalidInput(f"Row {row.place} has no date.", remedy=_WRONG_DAY)
    return found


def _homeless(row: PaymentRow) -> Blocked:
    named = row.invoice[:60]
    sentence = f"ConnectWise has no invoice {named}." if named else f"Row {row.place} names no invoice."
    remedy = "Check the invoice in the file; it is never guessed from the amount."
    return Blocked(f"payment row {row.place}", "payment_without_invoice", sentence, remedy)


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10
