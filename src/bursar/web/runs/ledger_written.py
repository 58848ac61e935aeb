"""What a run of the ledger wrote, write by write: documents in the books, batches and payments in ConnectWise."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse

from bursar.domain.plan import Action, Resource
from bursar.store.field_json import from_json
from bursar.store.models import Connection, InvoiceSettlement, LedgerBatch, LedgerDocument, Posting
from bursar.web.field_changes import FieldChange, field_changes, in_short
from bursar.web.grid.grid import ChoiceFilter, Column, Grid, contains

RESOURCES: Mapping[str, str] = {
    Resource.DOCUMENT: "Document",
    Resource.PARTY: "Party",
    Resource.ITEM: "Item",
    Resource.BATCH: "Batch",
    Resource.PAYMENT: "Payment",
}
WRITING = (Action.CREATE, Action.UPDATE, Action.CANCEL)
STATES = tuple(state for state in Posting.State if state is not Posting.State.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class LedgerWritten:
    """A write as a row shows it."""

    posting: Posting
    what: str
    url: str
    """The page of what it is about."""
    fields: Sequence[FieldChange]
    """Of a payment: what it was and what it is."""

    @property
    def where(self) -> str:
        return self.posting.book.name if self.posting.book else "ConnectWise"

    @property
    def there(self) -> str:
        """What the other system calls it."""
        return self.posting.remote_ref or (str(self.posting.remote_id) if self.posting.remote_id else "")

    @property
    def changes_text(self) -> str:
        """For files: one cell."""
        return "; ".join(map(str, self.fields))


def ledger_grid_of(connection: Connection) -> Grid[Posting, LedgerWritten]:
    """The grid of writes."""
    return Grid(
        name="What was written",
        columns=(
            Column("what", "What", lambda row: row.what, always=True, template="runs/parts/ledger_what.html"),
            Column(
                "action", "Action", lambda row: row.posting.action, sort="action", template="runs/parts/action.html"
            ),
            Column("where", "Where", lambda row: row.where, sort="book__name"),
            Column("state", "State", lambda row: row.posting.state, sort="state", template="runs/parts/state.html"),
            Column("fields", "Before → after", lambda row: row.changes_text, template="runs/parts/ledger_fields.html"),
            Column(
                "amount",
                "Amount",
                lambda row: row.posting.amount,
                sort="amount",
                template="runs/parts/amount.html",
                number=True,
            ),
            Column("currency", "Currency", lambda row: row.posting.currency, sort="currency"),
            Column("there", "Number there", lambda row: row.there, sort="remote_ref", at_first=False),
            Column("reason", "Reason", lambda row: row.posting.sentence, at_first=False),
            Column("key", "Key", lambda row: row.posting.key, sort="key", at_first=False),
            Column("order", "Order", lambda row: row.posting.pk, sort="pk", at_first=False, number=True),
        ),
        present=lambda found: _presented(connection, found),
        search=contains("key", "after"),
        search_hint="Number, name or key",
        filters=(
            ChoiceFilter("resource", "What", "resource", list(RESOURCES.items())),
            ChoiceFilter("action", "Action", "action", [(a.value, a.value.capitalize()) for a in WRITING]),
            ChoiceFilter("state", "State", "state", [(s.value, s.value.capitalize()) for s in STATES]),
        ),
        first_sort="order",
    )


def _presented(connection: Connection, found: Sequence[Posting]) -> Sequence[LedgerWritten]:
    """Rows of a page, or of a piece of a file, in a constant number of questions."""
    documents = _documents(connection, found)
    batches = _batches(connection, {row.remote_id for row in found if row.resource == Resource.BATCH})
    settlements = _settlements(connection, {line for row in _of(found, Resource.PAYMENT) for line in row.lines[:1]})
    return [_row(connection, row, documents, batches, settlements) for row in found]


def _of(found: Iterable[Posting], resource: Resource) -> list[Posting]:
    return [row for row in found if row.resource == resource]


def _row(
    connection: Connection,
    row: Posting,
    documents: Mapping[str, tuple[int, str]],
    batches: Mapping[int, tuple[int, str]],
    settlements: Mapping[str, int],
) -> LedgerWritten:
    after = from_json(row.after)
    name = str(after.get("name") or after.get("identifier") or after.get("number") or row.key)
    url = ""
    if row.resource == Resource.DOCUMENT and (known := documents.get(_document_key(row))):
        url, name = reverse("ledger:document", args=[connection.pk, known[0]]), known[1]
    elif row.resource == Resource.BATCH and (held := batches.get(row.remote_id or 0)):
        url, name = reverse("ledger:batch", args=[connection.pk, held[0]]), held[1]
    elif row.resource == Resource.PAYMENT and row.lines:
        name = f"Payment on invoice {row.lines[0]}"
        if settlement := settlements.get(row.lines[0]):
            url = reverse("payments:settlement", args=[connection.pk, settlement])
    paid = row.resource == Resource.PAYMENT and row.action != Action.CANCEL
    fields = in_short(Action.UPDATE, field_changes(row.before, row.after, {})) if paid else ()
    return LedgerWritten(row, name, url, fields)


def _document_key(row: Posting) -> str:
    """The document's key: on the row, or in the key of what takes it back."""
    return row.lines[0] if row.lines else row.key.partition("/void:")[2].rpartition(":")[0]


def _documents(connection: Connection, found: Iterable[Posting]) -> Mapping[str, tuple[int, str]]:
    keys = {_document_key(row) for row in _of(found, Resource.DOCUMENT)}
    rows = LedgerDocument.objects.filter(connection=connection, key__in=keys)
    return {key: (pk, title or key) for pk, key, title in rows.values_list("pk", "key", "title")}


def _batches(connection: Connection, ids: Collection[int | None]) -> Mapping[int, tuple[int, str]]:
    rows = LedgerBatch.objects.filter(connection=connection, remote_id__in=[key for key in ids if key])
    return {remote: (pk, name) for pk, remote, name in rows.values_list("pk", "remote_id", "identifier")}


def _settlements(connection: Connection, numbers: Collection[str]) -> Mapping[str, int]:
    rows = InvoiceSettlement.objects.filter(connection=connection, number__in=numbers)
    return {number: pk for pk, number in rows.values_list("pk", "number")}
