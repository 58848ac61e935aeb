"""What Tryton says no with, as a sentence about the document and what to do. All its words are asked for in English."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bursar.connectors.books.tryton.session import Refusal
from bursar.domain.errors import FieldFault, Rejected
from bursar.domain.ledger.documents import Document


@dataclass(frozen=True, slots=True)
class _Reading:
    """What some words mean. `{name}` is the book, `{day}` the day, `{1}` what the pattern found."""

    field: str
    code: str
    sentence: str
    remedy: str


_CLOSED = _Reading(
    "day",
    "closed_period",
    "is dated {day}, and {name} has closed that period",
    "Reopen the period in Tryton, or let the book move such documents to the first open day.",
)
_READINGS: Mapping[str, _Reading] = {
    r"must reopen the period": _CLOSED,
    r'for field "Period"': _CLOSED,
    r"closed journal-period": _CLOSED,
    r"closed period": _CLOSED,
    r"must (?:reopen the fiscal year|create a (?:period|fiscal year))": _Reading(
        "day",
        "no_period",
        "is dated {day}, and {name} has no open period for that day",
        "In Tryton, Financial > Configuration > Fiscal Years: create the year and its periods, or reopen it.",
    ),
    r"must balance all its lines": _Reading(
        "journal",
        "unbalanced",
        "does not balance: its debits and credits differ",
        "Correct the record in ConnectWise: open it, check its lines and taxes, and close it again.",
    ),
    r"must fill in its lines": _Reading(
        "journal", "empty", "moves nothing", "Exclude the record with a reason: there is nothing to post."
    ),
    r'No rate found for currency "([^"]*)"': _Reading(
        "currency",
        "no_rate",
        "is in another currency than {name}, which has no rate of {1} on {day}",
        "In Tryton, enter a rate for that day or an earlier one on the currency.",
    ),
    r'value "([^"]*)" for field "Account"': _Reading(
        "account",
        "account_unusable",
        "cannot be posted to account {1} of {name}",
        "It is a heading, closed, not in use on that day, or of a type that does not belong there. Map it to another"
        " one on Ledger › Mappings, or correct the account in Tryton.",
    ),
    r'value is required for field "Party"': _Reading(
        "party",
        "party_missing",
        "names no party, and an account of it in {name} wants one",
        "Give the member a vendor number in ConnectWise, or clear Party Required on the account in Tryton.",
    ),
    r'value is required for field "Invoice Address"': _Reading(
        "party", "no_address", "is with a party that has no address in {name}", "Give the party an address in Tryton."
    ),
    r'is similar to invoice "([^"]*)"': _Reading(
        "supplier_number",
        "similar",
        "has the number of a bill that {name} has of this supplier already: {1}",
        "Look at that bill in Tryton. If it is the same, exclude this one with a reason; else correct the number.",
    ),
    r"must define a sequence on fiscal year": _Reading(
        "day",
        "no_sequence",
        "cannot be numbered: the fiscal year in {name} has no invoice sequences",
        "In Tryton, Financial > Configuration > Fiscal Years: give the year its invoice sequences.",
    ),
    r"must define a currency exchange": _Reading(
        "currency",
        "no_exchange_account",
        "leaves a difference of exchange, and {name} has no account for it",
        "In Tryton, Financial > Configuration: choose the currency exchange journal and accounts.",
    ),
}
_COMPILED = [(re.compile(pattern), reading) for pattern, reading in _READINGS.items()]
_REMEDY = "Correct what Tryton names, there or in ConnectWise, then post again."


def refused(document: Document, refusal: Refusal, name: str) -> Rejected:
    """The error for a document that Tryton did not take."""
    for pattern, reading in _COMPILED:
        found = pattern.search(refusal.words)
        if found:
            about = reading.sentence.format(*(found[0], *found.groups()), name=name, day=document.day)
            fault = FieldFault(reading.field, reading.code, refusal.words)
            return Rejected(f"{document.title} {about}.", fields=[fault], remedy=reading.remedy, answer=refusal.words)
    sentence = f"{document.title}: {refusal.sentence}"
    return Rejected(sentence, fields=[FieldFault("", "refused", refusal.words)], remedy=_REMEDY, answer=refusal.words)
