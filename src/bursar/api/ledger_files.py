"""Files of the ledger to download: what waits, what a batch holds, what a posting took to the books and what not."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from django.http import StreamingHttpResponse
from django.utils import timezone
from ninja import Query

from bursar.api.problems import Unknown
from bursar.api.remote import talking_to
from bursar.api.routes import REMOTE, Routes
from bursar.api.values import Id, Words, connection_at
from bursar.domain.errors import InvalidInput
from bursar.domain.ledger.unposted import Family
from bursar.domain.roles import Role
from bursar.ports import Exported
from bursar.store.models import Connection, LedgerBatch, Run
from bursar.store.queries.ledger_list import batches_matching
from bursar.usecases.ledger_outcome import outcome_of
from bursar.usecases.ledger_wish import ledger_wish
from bursar.usecases.runs import POST_LEDGER
from bursar.wiring.files import ExportForm, Outcome, export_file, export_file_name, outcome_files

routes = Routes("Ledger")
AT = "/connections/{int:connection_id}/ledger"


class FileForm(StrEnum):
    """How an export is written."""

    LEGACY_XML = ExportForm.LEGACY_XML
    REST_XML = ExportForm.REST_XML
    JSON = ExportForm.JSON
    CSV = ExportForm.CSV


class Which(StrEnum):
    """Which documents of a posting."""

    SUCCESS = Outcome.SUCCESS
    FAIL = Outcome.FAIL


XML = "application/xml"
MEDIA = {FileForm.JSON: "application/json", FileForm.CSV: "text/csv"}
CONTENT = (XML, *MEDIA.values())
FormWanted = Annotated[FileForm, Query(alias="format", description="How to write it.")]
FamiliesWanted = Annotated[list[Family] | None, Query(description="Only these kinds of records.")]


@routes.get(f"{AT}/export-file", Role.VIEWER, None, may=REMOTE, content=CONTENT)
def download_export(
    connection_id: Id,
    form: FormWanted = FileForm.LEGACY_XML,
    families: FamiliesWanted = None,
    location: Annotated[Words | None, Query(description="Name or id of a location.")] = None,
    thru: Annotated[Words | None, Query(description="Last day, as for an export.")] = None,
) -> StreamingHttpResponse:
    """What ConnectWise offers for the books, as a file, while you wait. Nothing is kept, nothing changes."""
    connection = connection_at(connection_id)
    names = [family.value for family in families or ()]
    wish = ledger_wish(names, location=location or "", thru=thru or "").on(timezone.now().date())
    with talking_to(connection) as psa:
        return _answer(form, _pieces(psa.accounting.export(wish), form))


@routes.get(f"{AT}/batches/{{int:batch_id}}/export", Role.VIEWER, None, may=REMOTE, content=CONTENT)
def recreate_batch(
    connection_id: Id, batch_id: Id, form: FormWanted = FileForm.LEGACY_XML, families: FamiliesWanted = None
) -> StreamingHttpResponse:
    """Give out once more what a batch holds, as a file. Nothing changes."""
    connection = connection_at(connection_id)
    row = batch_at(connection, batch_id)
    wish = ledger_wish([family.value for family in families or ()]).on(timezone.now().date())
    with talking_to(connection) as psa:
        return _answer(form, _pieces(psa.accounting.batch_export(row.remote_id, wish), form))


@routes.get(f"{AT}/postings/{{uuid:posting_id}}/file", Role.VIEWER, None, content=CONTENT)
def download_outcome(
    connection_id: Id,
    posting_id: UUID,
    which: Annotated[Which, Query(description="What went to the books, or what did not, with reasons.")],
    form: FormWanted = FileForm.LEGACY_XML,
    whole: Annotated[
        bool | None,
        Query(description="Everything that waited, not only what was agreed to; by itself after a posting of *now*."),
    ] = None,
) -> StreamingHttpResponse:
    """What a posting that has ended took to the books, or what it did not. Known until documents are read anew."""
    connection = connection_at(connection_id)
    run = Run.objects.filter(connection=connection, verb=POST_LEDGER, pk=posting_id).first()
    if run is None:
        raise Unknown(f"There is no posting {posting_id} of '{connection.name}'.", remedy="List the runs.")
    if run.active:
        raise InvalidInput("This posting has not ended yet.", remedy="Ask again when it has.")
    outcome = outcome_of(run, whole=run.request.get("agreed") is not True if whole is None else whole)
    went, failed = outcome_files(outcome.documents, outcome.reasons, outcome.further, form.value)
    return _answer(form, went if which is Which.SUCCESS else failed, Outcome(which.value))


def batch_at(connection: Connection, batch_id: int) -> LedgerBatch:
    """The batch of an address, by its id in ConnectWise. Raises Unknown."""
    found = batches_matching(connection).filter(remote_id=batch_id).first()
    if found is None:
        raise Unknown(f"There is no batch {batch_id} of '{connection.name}'.", remedy="GET …/batches lists them all.")
    found.connection = connection
    return found


def _pieces(exported: Iterable[Exported], form: FileForm) -> Iterator[str]:
    """The file, read whole before the answer begins: an error must not come in the middle of one."""
    return iter(list(export_file((each.part for each in exported), ExportForm(form.value))))


def _answer(form: FileForm, pieces: Iterator[str], outcome: Outcome = Outcome.ALL) -> StreamingHttpResponse:
    answer = StreamingHttpResponse(pieces, content_type=f"{MEDIA.get(form, XML)}; charset=utf-8")
    name = export_file_name(ExportForm(form.value), outcome)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
