"""What is neither reading nor writing a record: invoicing an agreement, tokens, the system's own data."""

from __future__ import annotations

import secrets
from datetime import timedelta

from werkzeug.wrappers import Response

from psa_sandbox.rest.exchange import Exchange
from psa_sandbox.state import invoicing
from psa_sandbox.state.clock import WIRE_FORMAT
from psa_sandbox.state.closed_invoices import is_closed
from psa_sandbox.state.errors import Refusal, invalid_field, not_found
from psa_sandbox.state.patch import changes
from psa_sandbox.state.record import flag
from psa_sandbox.state.resources import RESOURCES
from psa_sandbox.state.store import Record, Store
from psa_sandbox.state.views import view
from psa_sandbox.state.writing import Editor

TOKEN_LIFE = timedelta(hours=4)
_OF_CLOSED = ("status", "internalNotes")


def invoice_agreement(exchange: Exchange) -> Response:
    """POST /finance/agreements/{id}/invoice: 201 and the bare id of the invoice [spec]."""
    exchange.caller.demand(exchange.store, "Agreement Invoicing", "add")
    invoice = invoicing.invoice_agreement(exchange.store, exchange.ids[0], exchange.caller.identifier)
    return exchange.answer(invoice["id"], 201)


def amend_closed(exchange: Exchange) -> Response:
    """PATCH /finance/closedInvoices/{id}: status and internal notes of a closed invoice [spec]."""
    exchange.caller.demand(exchange.store, "Invoicing", "edit")
    return _closed(exchange, exchange.body())


def overwrite_closed(exchange: Exchange) -> Response:
    """PUT /finance/closedInvoices/{id}: the same two fields; one that is left out is emptied, the status stays."""
    exchange.caller.demand(exchange.store, "Invoicing", "edit")
    body = exchange.record_body()
    given = {name: value for name, value in body.items() if name not in {"id", "_info"}}
    wanted: Record = {"internalNotes": None, **given}
    return _closed(exchange, [{"op": "replace", "path": name, "value": value} for name, value in wanted.items()])


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


def _closed(exchange: Exchange, operations: object) -> Response:
    store, resource = exchange.store, RESOURCES["invoice"]
    invoice = store.get("invoice", exchange.ids[0])
    if invoice is None or not is_closed(store, invoice):
        raise not_found("Closed Invoice", exchange.ids[0])
    for name in changes(resource, operations):
        if name not in _OF_CLOSED:
            raise invalid_field("closedInvoice", name, f"The path {name} does not exist.")
    kept = Editor(store, resource, resource.mounts[0], exchange.caller.identifier).amend(invoice, operations)
    shown = view(store, resource, kept, exchange.base)
    return exchange.answer({name: shown[name] for name in ("id", *_OF_CLOSED, "_info") if name in shown})


def _issued(store: Store, member: Record, by: str) -> Record:
    expiration = (store.clock.now() + TOKEN_LIFE).strftime(WIRE_FORMAT)
    token: Record = {
        "memberId": member["id"],
        "publicKey": secrets.token_hex(8),
        "privateKey": secrets.token_hex(8),
        "expiration": expiration,
    }
    return store.insert("memberToken", token, by=by)
