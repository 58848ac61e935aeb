"""What went wrong, inside a file of documents: a reason on each document, and records that are no documents at all."""

from collections.abc import Mapping
from dataclasses import replace

from bursar.connectors.exact_json import JsonObject, JsonValue
from bursar.domain.ledger.documents import Document
from bursar.domain.ledger.stock_accounts import COGS
from bursar.domain.plan import Blocked

ERRORS, LEGACY_ERRORS, LEGACY_ERROR = "errors", "Errors", "Error"
MESSAGE, XML_MESSAGE = "errorMessage", "ErrorMessage"
"""What the reason is called in JSON, and in XML of either dialect."""
_SUBJECT, _CODE, _REMEDY = "subject", "code", "remedy"


def reason_of(document: Document, reasons: Mapping[str, str]) -> str | None:
    """Why a document failed, by its key, or by that of its cost of goods sold, which stands in the same record.

    None when it did not fail.
    """
    return reasons.get(document.key, reasons.get(f"{document.key}{COGS}"))


def with_reason(document: Document, reason: str, name: str) -> Document:
    """The document with why it failed; a reason from an earlier file goes, so that none stays on a success."""
    more = {key: value for key, value in document.more if key not in {MESSAGE, XML_MESSAGE}}
    if reason:
        more[name] = reason
    return replace(document, more=tuple(sorted(more.items())))


def error_record(blocked: Blocked) -> JsonObject:
    """What is said instead of a record that could not be read."""
    return {
        _SUBJECT: blocked.subject,
        _CODE: blocked.code,
        MESSAGE: blocked.sentence,
        _REMEDY: blocked.remedy,
    }


def error_attributes(blocked: Blocked) -> dict[str, str]:
    """The same as attributes of the legacy dialect."""
    return {_legacy(name): str(value) for name, value in error_record(blocked).items()}


def error_of(record: JsonObject) -> Blocked:
    """What was said in place of a record, in either dialect."""
    subject, code, sentence, remedy = (_said(record, name) for name in (_SUBJECT, _CODE, MESSAGE, _REMEDY))
    return Blocked(subject or "record", code or "unreadable", sentence, remedy)


def _said(record: JsonObject, name: str) -> str:
    value: JsonValue = record.get(name) or record.get(_legacy(name))
    return str(value)[:2000] if isinstance(value, str | int) else ""


def _legacy(name: str) -> str:
    return name[0].upper() + name[1:]
