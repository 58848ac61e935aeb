"""What an export is asked for, as the accounting interface wants it."""

from collections.abc import Iterable

from bursar.connectors.connectwise.written import as_day
from bursar.connectors.exact_json import JsonObject, JsonValue
from bursar.domain.errors import FieldFault, Rejected
from bursar.domain.ledger.unposted import Family, Wish

FLAGS = {
    Family.INVOICES: "exportInvoicesFlag",
    Family.EXPENSES: "exportExpensesFlag",
    Family.PROCUREMENT: "exportProductsFlag",
}
_IDS = {Family.INVOICES: "InvoiceIds", Family.EXPENSES: "ExpenseIds", Family.PROCUREMENT: "ProductIds"}
_NAMELESS = {"batchIdentifier": "0", "glInterfaceIdentifier": "01"}
"""An export has to name a batch although it makes none [field]."""


def export_request(wish: Wish, location_id: int) -> JsonObject:
    """The body of an export; location 0 means all. Raises Rejected for an id that ConnectWise cannot have."""
    body: JsonObject = {**_NAMELESS, "locationId": location_id, "summarizeInvoices": "Default"}
    if wish.thru is not None:
        body["thruDate"] = as_day(wish.thru)
    for family, flag in FLAGS.items():
        body[flag] = family in wish.families
        if family in wish.families:
            body |= _named("included", family, wish.included.get(family, ()))
            body |= _named("excluded", family, wish.excluded.get(family, ()))
    return body


def _named(word: str, family: Family, ids: Iterable[str]) -> JsonObject:
    listed = sorted(ids)
    if not listed:
        return {}
    keys: list[JsonValue] = [*listed] if family is Family.PROCUREMENT else [_whole(family, key) for key in listed]
    return {f"{word}{_IDS[family]}": keys}


def _whole(family: Family, key: str) -> int:
    word = key.strip()
    if not (word.isascii() and word.isdecimal() and len(word) < 10):
        sentence = f"'{key[:40]}' is no id of unposted {family}: those are whole numbers."
        fault = FieldFault("ids", "InvalidObject", sentence)
        remedy = "Take the ids from the list of unposted records; an invoice's id is not its number."
        raise Rejected(sentence, fields=(fault,), remedy=remedy)
    return int(word)
