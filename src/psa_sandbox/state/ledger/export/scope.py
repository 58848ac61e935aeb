"""Which documents an export offers, and how its parts are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from psa_sandbox.state.ledger.batches import batch_documents
from psa_sandbox.state.ledger.entries import Form, in_scope, unposted
from psa_sandbox.state.record import day, flag, number
from psa_sandbox.state.references import expand
from psa_sandbox.state.resources.field import Field
from psa_sandbox.state.store import Record, Store

Ids = Mapping[Form, frozenset[object]]
_EMPTY: Mapping[str, object] = {"text": "", "flag": False, "list": []}


@dataclass(frozen=True)
class ExportWish:
    """What an export is asked for. No location means all, no ids mean all; `through` is the last document date."""

    forms: frozenset[Form]
    location: int | None = None
    through: date | None = None
    included: Ids = field(default_factory=dict)
    excluded: Ids = field(default_factory=dict)
    summarize: str = ""

    def is_filtered(self, form: Form) -> bool:
        """Whether the export is limited to named records of a form."""
        return bool(self.included.get(form))

    def wants(self, form: Form, document: Record) -> bool:
        """Whether a document is meant."""
        key, when = document_key(form, document), day(document, "date")
        included, excluded = self.included.get(form), self.excluded.get(form, frozenset())
        here = not self.location or document.get("location") == self.location
        in_time = self.through is None or when is None or when <= self.through
        return here and in_time and key not in excluded and (not included or key in included)


@dataclass(frozen=True)
class Offered:
    """A document and those of its entries that the export covers."""

    document: Record
    entries: list[Record]


@dataclass(frozen=True)
class Export:
    """One export on its way: where it reads, what it is asked for, which batch (None: what is unposted)."""

    store: Store
    wish: ExportWish
    batch: int | None
    base: str

    @property
    def setup(self) -> Record:
        """The accounting package's switches."""
        return next(iter(self.store.rows("accountingPackageSetup")), {})

    def switched(self, name: str) -> bool:
        """Whether a switch of the accounting package is on."""
        return flag(self.setup, name)

    def offered(self, form: Form) -> list[Offered]:
        """The documents of a form that are meant and have entries: one without is never offered [field]."""
        if form not in self.wish.forms:
            return []
        found = [Offered(row, in_scope(self.store, form, row, self.batch)) for row in self._documents(form)]
        return [offer for offer in found if offer.entries and self.wish.wants(form, offer.document)]

    def shaped(self, table: Mapping[str, Field], row: Record) -> Record:
        """A row with exactly the members of its table: references expanded, texts, flags and lists never missing."""
        shown: Record = {"id": row["id"]} if "id" in row else {}
        for name, column in table.items():
            value = row.get(name)
            value = expand(self.store, column, value, self.base) if column.target else value
            value = _EMPTY.get(column.type) if value is None else value
            if value is not None:
                shown[name] = value
        return shown

    def _documents(self, form: Form) -> list[Record]:
        if self.batch is None:
            return unposted(self.store, form)
        return [document for known, document in batch_documents(self.store, self.batch) if known == form]


def document_key(form: Form, document: Record) -> object:
    """The id by which export requests name a document: a number, or for procurement a text [field]."""
    if form == "procurement":
        return document["number"]
    return number(document, form)


def plain_date(record: Record, name: str) -> str:
    """A date as GLExport writes it: without the Z [field]."""
    found = day(record, name)
    return f"{found.isoformat()}T00:00:00" if found else ""
