"""What is neither reading nor writing a record: invoicing an agreement, tokens, the system's own data."""

from __future__ import annotations

import secrets
from datetime import timedelta

from werkzeug.wrappers import Response

from psa_sandbox.rest.exchange import Exchange
from psa_sandbox.state import invoicing
from psa_sandbox.state.clock import WIRE_FORMAT
from psa_sandbox.state.errors import Refusal, not_found
from psa_sandbox.state.record import flag
from psa_sandbox.state.store import Record, Store

TOKEN_LIFE = timedelta(hours=4)


def invoice_agreement(exchange: Exchange) -> Response:
    """POST /finance/agreements/{id}/invoice: 201 and the bare id of the invoice [spec]."""
    exchange.caller.demand(exchange.store, "Agreement Invoicing", "add")
    invoice = invoicing.invoice_agreement(exchange.store, exchange.ids[0], exchange.caller.identifier)
    return exchange.answer(invoice["id"], 201)


def impersonate(exchange: Exchange) -> Response:
    """POST /system/members/{memberIdentifier}/tokens: keys that act as this member for four hours [client]."""
    exchange.caller.demand(exchange.store, "Member Maintenance", "edit")
    if exchange.request.headers.get("x-cw-usertype", "").lower() != "member":
        raise Refusal(400, "InvalidObject", "The header x-cw-usertype must be member.")
    identifier = str(exchange.record_body().get("memberIdentifier") or exchange.path.split("/")[-2])
    members = exchange.store.find("member", identifier=identifier)
    if not members or flag(members[0], "inactiveFlag"):
        raise not_found("Member", identifier)
    token = _issued(exchange.store, members[0], exchange.caller.identifier)
    return exchange.answer({name: token[name] for name in ("publicKey", "privateKey", "expiration")})


def system_info(store: Store) -> Record:
    """What GET /system/info tells anybody [spec: Info; no authentication: field]."""
    return {
        "version": store.site.version,
        "isCloud": True,
        "serverTimeZone": "UTC",
        "licenseBits": [],
        "cloudRegion": "NA",
        "maxWorkFlowRecordsAllowed": 0,
    }


def _issued(store: Store, member: Record, by: str) -> Record:
    expiration = (store.clock.now() + TOKEN_LIFE).strftime(WIRE_FORMAT)
    token: Record = {
        "memberId": member["id"],
        "publicKey": secrets.token_hex(8),
        "privateKey": secrets.token_hex(8),
        "expiration": expiration,
    }
    return store.insert("memberToken", token, by=by)
