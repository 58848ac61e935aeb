"""What ConnectWise says no with, as Bursar's errors. No text repeats a key, no sentence a page of HTML."""

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass

from bursar.connectors.connectwise.credentials import Credentials
from bursar.connectors.connectwise.resources import Endpoint
from bursar.connectors.exact_json import JsonObject, JsonValue
from bursar.connectors.http import Answer
from bursar.domain.errors import FieldFault, NotFound, NotPermitted, Rejected, RemoteError, WrongKey

_LONGEST_QUOTE = 300
_LONGEST_ANSWER = 2_000
_RECORD_MISSING = "notfound"
_OBJECT_EXISTS = "objectexists"
_REMEDIES = {
    "cannot be less than the agreement billing start": (
        "Start the addition on or after the agreement's billing start date: move the charge start, "
        "or change the billing start date of the agreement in ConnectWise."
    ),
    "period has already been invoiced": (
        "Start the addition on or after the agreement's Next Invoice Date, or switch on Prorate on the agreement."
    ),
}
"""Remedies for messages seen in the field, by a part of the message."""
_CLIENT_ID_REMEDY = "Save a client ID (a GUID from the ConnectWise developer site) in the connection."
_CLOUD_404_REMEDY = (
    "On the ConnectWise cloud this also means a wrong Company ID or wrong keys: check all three in the connection."
)


class AddressMissing(NotFound):
    """No record is missing: the site does not know the address, or these keys any more. Nothing is known of it."""

    default_remedy = "Test the connection on Settings › Authentication, then run again."


@dataclass(frozen=True, slots=True)
class Complaint:
    """The readable part of an error answer. All texts are short and hold no secrets."""

    status: int
    code: str
    message: str
    fields: tuple[FieldFault, ...]
    answer: str
    """The whole body, redacted."""

    @property
    def sentence(self) -> str:
        """The vendor's own words, the most exact ones first."""
        said = [fault.message for fault in self.fields if fault.message] or [self.message]
        return "; ".join(dict.fromkeys(text.rstrip(". ") for text in said if text))

    @property
    def record_is_missing(self) -> bool:
        """A 404 about a record, not about the route."""
        return self.status == 404 and self.code.casefold() == _RECORD_MISSING


def complaint(answer: Answer, credentials: Credentials) -> Complaint:
    """Read an error answer, whatever its body is."""
    body = _object(answer)
    entries = body.get("errors")
    return Complaint(
        answer.status,
        _quote(body.get("code") or body.get("error"), credentials),
        _quote(body.get("message"), credentials),
        tuple(_field_fault(entry, credentials) for entry in entries if isinstance(entry, dict))
        if isinstance(entries, list)
        else (),
        readable(answer, credentials),
    )


def readable(answer: Answer, credentials: Credentials) -> str:
    """An answer's body for support (rule 125): without keys and control characters, its lines as they were, and cut."""
    try:
        text = _indented(answer.json())  # decoded first: an escaped key is a key
    except ValueError:
        text = html.unescape(answer.body.decode("utf-8", "replace"))
    seen = "".join(sign if sign.isprintable() or sign in "\n\t" else " " for sign in text.replace("\r\n", "\n"))
    return credentials.scrub(seen).strip()[:_LONGEST_ANSWER]


def _indented(value: JsonValue) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


def exists(fields: Sequence[FieldFault], field: str | None = None) -> bool:
    """Whether a record was refused because there is such a one; `field` names the place it must be about."""
    return any(fault.code.casefold() == _OBJECT_EXISTS and field in (None, fault.field) for fault in fields)


def refusal(found: Complaint, endpoint: Endpoint, *, maybe_wrong_key: bool) -> RemoteError:
    """The error for a 4xx answer. `maybe_wrong_key`: a cloud site where no call has succeeded yet [guide]."""
    if found.status in (401, 403) and "clientid" in found.message.casefold():
        return WrongKey("ConnectWise wants a client ID with every call.", remedy=_CLIENT_ID_REMEDY, answer=found.answer)
    if found.status == 401:
        return WrongKey("ConnectWise refuses these keys.", answer=found.answer)
    if found.status == 403:
        return _forbidden(found, endpoint)
    if found.status == 404:
        return _missing(found, endpoint, maybe_wrong_key=maybe_wrong_key)
    if found.status in (400, 409, 422):
        return _rejected(found, endpoint)
    sentence = f"ConnectWise answered {found.status} about the {endpoint.noun}{_because(found)}."
    return RemoteError(sentence, answer=found.answer)


def _forbidden(found: Complaint, endpoint: Endpoint) -> RemoteError:
    if "ssl is required" in found.message.casefold():
        return RemoteError(
            "ConnectWise does not serve its API at this host.",
            remedy="Use the site's address at myconnectwise.net; its API host begins with api-.",
            answer=found.answer,
        )
    sentence = f"The API member may not do this with {_some(endpoint)}."
    return NotPermitted(sentence, module=endpoint.module, answer=found.answer)


def _missing(found: Complaint, endpoint: Endpoint, *, maybe_wrong_key: bool) -> RemoteError:
    if found.record_is_missing:
        sentence = f"ConnectWise does not have the {endpoint.noun}{_because(found)}."
        return NotFound(sentence, remedy=endpoint.gone, answer=found.answer)
    if maybe_wrong_key:
        sentence = "ConnectWise answered 404 to a call with these keys."
        return WrongKey(sentence, remedy=_CLOUD_404_REMEDY, answer=found.answer)
    sentence = f"ConnectWise has no such address for {_some(endpoint)}{_because(found)}."
    return AddressMissing(sentence, answer=found.answer)


def _rejected(found: Complaint, endpoint: Endpoint) -> Rejected:
    words = found.sentence.casefold()
    remedy = " ".join(remedy for part, remedy in _REMEDIES.items() if part in words)
    sentence = f"ConnectWise refused the {endpoint.noun}{_because(found)}."
    return Rejected(sentence, fields=found.fields, remedy=remedy, answer=found.answer)


def _because(found: Complaint) -> str:
    return f": {found.sentence}" if found.sentence else ""


def _some(endpoint: Endpoint) -> str:
    noun = endpoint.noun
    return f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"


def _field_fault(entry: JsonObject, credentials: Credentials) -> FieldFault:
    field, code, message = (_quote(entry.get(name), credentials) for name in ("field", "code", "message"))
    return FieldFault(field, code, message)


def _object(answer: Answer) -> JsonObject:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _quote(text: JsonValue, credentials: Credentials) -> str:
    if not isinstance(text, str):
        return ""
    return credentials.scrub(" ".join(text.split()))[:_LONGEST_QUOTE]
