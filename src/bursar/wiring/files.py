"""Files of the ledger journey, read and written by the connectors: the half of the wiring that is about files."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from bursar.connectors.connectwise.files.entry_ids import entry_ids_in
from bursar.connectors.connectwise.files.exports import ExportForm, Outcome, export_file, export_file_name, parted
from bursar.connectors.connectwise.files.payment_rows import reasons_of
from bursar.connectors.connectwise.files.payments import (
    PaymentFile,
    fail_file,
    payment_file,
    payment_file_name,
    success_file,
)
from bursar.connectors.connectwise.gl_export_rest import document_from_record
from bursar.connectors.exact_json import parse
from bursar.domain.errors import InvalidInput
from bursar.domain.ledger.documents import Document, DocumentKind, RecordType
from bursar.domain.ledger.export import GlExport
from bursar.domain.plan import Blocked
from bursar.store.models import LedgerDocument

__all__ = [
    "ExportForm",
    "Outcome",
    "OutcomeFile",
    "PaymentFile",
    "entry_ids_in",
    "export_file",
    "export_file_name",
    "exported_again",
    "outcome_files",
    "payment_file",
    "payment_outcome_files",
]


def outcome_files(
    rows: Iterable[LedgerDocument], reasons: Mapping[str, str], further: Iterable[Blocked], form: str
) -> tuple[Iterator[str], Iterator[str]]:
    """What succeeded and what failed, each as a file in that form; `reasons` by key, `further` never became documents.

    Raises InvalidInput for a form that there is none of.
    """
    export = exported_again(rows)
    succeeded, failed = parted(export, reasons)
    failed = replace(failed, blocked=(*failed.blocked, *further))
    wanted = ExportForm(form)
    return export_file(succeeded, wanted), export_file(failed, wanted, reasons)


def exported_again(rows: Iterable[LedgerDocument]) -> GlExport:
    """Documents as ConnectWise gave them, from what is kept of them; what cannot be read any more is blocked."""
    documents: list[Document] = []
    blocked: list[Blocked] = []
    for row in rows:
        if row.kind == DocumentKind.COGS_JOURNAL:
            continue  # ConnectWise has no record of it: it is part of its invoice there
        try:
            documents.append(_document(row))
        except (InvalidInput, ValueError) as error:
            sentence = f"What ConnectWise gave for {row} cannot be written again: {error}"
            blocked.append(Blocked(row.key, "unreadable", sentence, "Export again."))
    return GlExport(documents=tuple(documents), blocked=tuple(blocked))


def _document(row: LedgerDocument) -> Document:
    """Raises InvalidInput or ValueError."""
    fields = parse(row.source)
    if not isinstance(fields, dict):
        raise InvalidInput("It is no record.")
    record = RecordType(row.key.partition(":")[0])
    found = document_from_record(record, fields, currency=row.currency)
    return replace(found, location=row.location, department=row.department)


class OutcomeFile(NamedTuple):
    """A file to be written, and what it is called when nobody chose a name."""

    name: str
    pieces: Iterator[str]


def payment_outcome_files(file: PaymentFile, by_invoice: Mapping[str, str]) -> tuple[OutcomeFile, OutcomeFile]:
    """What succeeded and what failed, in the shape of the file; `by_invoice` says by number why an invoice failed."""
    reasons = reasons_of(file.rows, by_invoice)
    return (
        OutcomeFile(payment_file_name(file.shape, failed=False), success_file(file, reasons)),
        OutcomeFile(payment_file_name(file.shape, failed=True), fail_file(file, reasons)),
    )
