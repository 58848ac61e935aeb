"""Who is calling: company, key pair and client id."""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass

from werkzeug.wrappers import Request

from psa_sandbox.state.errors import Refusal
from psa_sandbox.state.permissions import Caller, caller_for
from psa_sandbox.state.record import flag, number, text
from psa_sandbox.state.store import Record, Store


@dataclass(frozen=True)
class _Credentials:
    company: str
    public_key: str
    private_key: str


def authenticated(store: Store, request: Request) -> Caller:
    """The caller of a request. Raises Refusal 401 (or what the site says) [guide, field]."""
    _check_client_id(store, request)
    given = _credentials(request)
    if given is None:
        raise _unauthorized()
    if given.company.casefold() != store.site.company_id.casefold():
        raise _unauthorized(store.site.wrong_company_status)
    member = _member_by_key(store, given)
    if member is None or flag(member, "inactiveFlag"):
        raise _unauthorized()
    return caller_for(member)


def _check_client_id(store: Store, request: Request) -> None:
    client_id, known = request.headers.get("clientId", "").strip(), store.site.client_ids
    if not client_id or (known and client_id not in known):
        raise Refusal(store.site.missing_client_id_status, "Unauthorized", "The clientId header is missing or unknown.")


def _credentials(request: Request) -> _Credentials | None:
    """Basic company+publicKey:privateKey."""
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        plain = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    user, _, private_key = plain.partition(":")
    company, plus, public_key = user.partition("+")
    return _Credentials(company, public_key, private_key) if plus else None


def _member_by_key(store: Store, given: _Credentials) -> Record | None:
    for key in store.rows("apiKey", publicKey=given.public_key):
        if _matches(key, given) and not flag(key, "expired"):
            return store.get("apiMember", number(key, "memberId"))
    for token in store.rows("memberToken", publicKey=given.public_key):
        if _matches(token, given) and text(token, "expiration") > store.clock.stamp():
            return store.get("member", number(token, "memberId"))
    return None


def _matches(key: Record, given: _Credentials) -> bool:
    return hmac.compare_digest(text(key, "privateKey").encode(), given.private_key.encode())


def _unauthorized(status: int = 401) -> Refusal:
    if status == 404:
        return Refusal(404, "ConnectWiseApi", "The endpoint does not exist.")
    return Refusal(status, "Unauthorized", "UserNotAuthenticated")
