"""The sandbox as others see it: the invoicing run, a colleague who tidies the catalogue, somebody who reads invoices.

Bursar's own connector is not used here on purpose: what ConnectWise invoiced is to be told by a second witness.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import TracebackType
from typing import Self

import httpx2
from pydantic import BaseModel, Field, TypeAdapter

from bursar.connectors.exact_json import parse

API = "/v4_6_release/apis/3.0"
DUE = "/_control/invoice-due"
PAGE = 1000
READER, EDITOR, BURSAR = "Read Only", "Admin", "Bursar"


@dataclass(frozen=True, slots=True)
class Login:
    """A key pair of the sandbox."""

    public_key: str
    private_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Facts:
    """Where the sandbox is, and its keys by security role."""

    url: str
    company_id: str
    client_id: str
    logins: Mapping[str, Login]


def read_facts(line: str) -> Facts:
    """The JSON line that the sandbox prints when it starts."""
    said = json.loads(line)
    logins = {pair["role"]: Login(pair["public_key"], pair["private_key"]) for pair in said["keys"]}
    return Facts(said["url"], said["company_id"], said["client_id"], logins)


class _Reference(BaseModel):
    id: int


class InvoicedLine(BaseModel):
    """A line of an invoice. `sequence` is that of the Addition on the agreement."""

    agreement: _Reference
    sequence: Decimal = Field(alias="sequenceNumber")
    amount: Decimal = Field(alias="extPrice")


class _Numbered(BaseModel):
    id: int
    sequence: Decimal = Field(alias="sequenceNumber")


class _Due(BaseModel):
    invoices: list[int]


_LINES = TypeAdapter(list[InvoicedLine])
_NUMBERED = TypeAdapter(list[_Numbered])
_FOUND = TypeAdapter(list[_Reference])


class Sandbox:
    """Talks to the sandbox over HTTP; close it when done. Raises httpx2.HTTPError when it does not answer well."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._client = httpx2.Client(base_url=facts.url, headers={"clientId": facts.client_id}, timeout=30)

    def invoice_due(self, through: date) -> Sequence[int]:
        """Invoice every period of every agreement that starts on or before the day. Returns ids of invoices."""
        answer = self._client.post(DUE, json={"through": through.isoformat()}).raise_for_status()
        return _Due.model_validate(answer.json()).invoices

    def lines_of(self, invoices: Collection[int]) -> Sequence[InvoicedLine]:
        """The product lines of the invoices."""
        ids = ",".join(map(str, invoices))
        return _LINES.validate_python(self._get("/procurement/products", conditions=f"invoice/id in ({ids})"))

    def additions_by_sequence(self, agreement_id: int) -> Mapping[Decimal, int]:
        """Ids of the agreement's Additions by their sequence number, which their invoice lines carry too."""
        found = _NUMBERED.validate_python(self._get(f"/finance/agreements/{agreement_id}/additions"))
        return {row.sequence: row.id for row in found}

    def retire_product(self, identifier: str) -> None:
        """Set a catalogue item inactive, as somebody may do between two billing runs."""
        conditions = f"identifier='{identifier}'"
        (item,) = _FOUND.validate_python(self._get("/procurement/catalog", conditions=conditions))
        operation = {"op": "replace", "path": "inactiveFlag", "value": True}
        self._client.patch(
            f"{API}/procurement/catalog/{item.id}", json=[operation], auth=self._auth(EDITOR)
        ).raise_for_status()

    def close_invoices(self, invoices: Collection[int]) -> None:
        """Set invoices to a closed billing status, as somebody does who has looked at them: they are posted then."""
        (status, *_) = _FOUND.validate_python(self._get("/finance/billingStatuses", conditions="closedFlag=true"))
        operation = {"op": "replace", "path": "status", "value": {"id": status.id}}
        for key in invoices:
            self._client.patch(
                f"{API}/finance/invoices/{key}", json=[operation], auth=self._auth(EDITOR)
            ).raise_for_status()

    def _get(self, path: str, **parameters: str) -> object:
        query = parameters | {"pageSize": str(PAGE)}
        return parse(self._client.get(API + path, params=query, auth=self._auth(READER)).raise_for_status().content)

    def _auth(self, role: str) -> tuple[str, str]:
        login = self._facts.logins[role]
        return f"{self._facts.company_id}+{login.public_key}", login.private_key

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()
