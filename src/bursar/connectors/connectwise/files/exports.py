"""GL exports as files: four forms, the names that such files have elsewhere, and what succeeded apart from what failed.

The names are those of Zynk's ConnectWise tasks, so that what was built around those finds its files.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from enum import StrEnum

from bursar.connectors.connectwise.files.export_csv import csv_export
from bursar.connectors.connectwise.gl_export import legacy_xml, rest_json, rest_xml
from bursar.connectors.connectwise.gl_export_errors import MESSAGE, XML_MESSAGE, reason_of, with_reason
from bursar.domain.ledger.export import GlExport, Part, gathered

_STEM, _ANSWER = "connectwise_accounting_interface_get_batch", "connectwise_accounting_interface_post_batch"


class ExportForm(StrEnum):
    """How an export is written."""

    LEGACY_XML = "legacy-xml"
    REST_XML = "rest-xml"
    JSON = "json"
    CSV = "csv"


class Outcome(StrEnum):
    """Which documents a file holds."""

    ALL = "all"
    SUCCESS = "success"
    FAIL = "fail"


ANSWER_NAME = f"{_ANSWER}.xml"
"""The answer to a batch that was made, as `legacy.answers.answer_xml` writes it."""


def export_file_name(form: ExportForm, outcome: Outcome = Outcome.ALL) -> str:
    """What such a file is called when nobody chose a name."""
    suffix = "" if outcome is Outcome.ALL else f"_{outcome}"
    kind = form.value if form in {ExportForm.JSON, ExportForm.CSV} else "xml"
    return f"{_STEM}{suffix}.{kind}"


def export_file(
    export: GlExport | Iterable[Part], form: ExportForm, reasons: Mapping[str, str] | None = None
) -> Iterator[str]:
    """The export in a form, piece by piece. `reasons` says by key of the document why it failed."""
    whole = export if isinstance(export, GlExport) else gathered(export)
    why = reasons or {}
    if form is ExportForm.CSV:
        return csv_export(whole.documents, whole.blocked, why)
    name = XML_MESSAGE if form is ExportForm.LEGACY_XML else MESSAGE
    documents = tuple(with_reason(document, reason_of(document, why) or "", name) for document in whole.documents)
    explained = replace(whole, documents=documents)
    if form is ExportForm.JSON:
        return iter((rest_json(explained), "\n"))
    return legacy_xml(explained) if form is ExportForm.LEGACY_XML else rest_xml(explained)


def parted(export: GlExport, reasons: Mapping[str, str]) -> tuple[GlExport, GlExport]:
    """What succeeded, and what failed: the documents that have a reason, by key, and what could not be read."""
    failed = tuple(document for document in export.documents if reason_of(document, reasons) is not None)
    succeeded = tuple(document for document in export.documents if reason_of(document, reasons) is None)
    bare = replace(export, non_reimbursable_ids=())
    return replace(bare, documents=succeeded, blocked=()), replace(bare, documents=failed)
