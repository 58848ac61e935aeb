"""Files of the ledger: what waits, or what a batch holds, as ConnectWise exports it now; what a posting came to."""

from collections.abc import Callable, Iterable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from bursar.domain.errors import BursarError
from bursar.domain.roles import Role
from bursar.ports import Accounting, Exported
from bursar.store.models import Connection, LedgerBatch, Run
from bursar.usecases.ledger_outcome import outcome_of
from bursar.usecases.ledger_wish import LedgerWish
from bursar.usecases.runs import POST_LEDGER
from bursar.web.access import on_connection
from bursar.wiring import SystemClock, connectwise
from bursar.wiring.files import ExportForm, Outcome, export_file, export_file_name, outcome_files

FORMS = {
    ExportForm.LEGACY_XML: "GLExport XML (legacy)",
    ExportForm.REST_XML: "GLExport XML (REST)",
    ExportForm.JSON: "JSON",
    ExportForm.CSV: "CSV, a row for each line",
}
"""How an export can be written, for menus."""
_MEDIA = {ExportForm.JSON: "application/json", ExportForm.CSV: "text/csv"}


def form_named(word: str) -> ExportForm:
    """Raises Http404."""
    try:
        return ExportForm(word or ExportForm.LEGACY_XML)
    except ValueError:
        raise Http404 from None


def exported_file(connection: Connection, wish: LedgerWish, form: ExportForm) -> StreamingHttpResponse:
    """What waits in ConnectWise now, as a file. Changes nothing. Raises BursarError."""
    wanted = wish.on(SystemClock().now().date())
    return _exported(connection, form, lambda accounting: accounting.export(wanted))


def _exported(
    connection: Connection, form: ExportForm, read: Callable[[Accounting], Iterable[Exported]]
) -> StreamingHttpResponse:
    """The file, read whole before the answer begins: an error must not come in the middle of one."""
    with connectwise(connection) as psa:
        pieces = list(export_file((each.part for each in read(psa.accounting)), form))
    return _answer(pieces, form, export_file_name(form))


def _answer(pieces: Iterable[str], form: ExportForm, name: str) -> StreamingHttpResponse:
    return StreamingHttpResponse(
        pieces,
        content_type=f"{_MEDIA.get(form, 'application/xml')}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@on_connection(Role.VIEWER)
def export(request: HttpRequest, connection: Connection) -> HttpResponseBase:
    """Everything that waits."""
    form = form_named(request.GET.get("format", ""))
    try:
        return exported_file(connection, LedgerWish(), form)
    except BursarError as error:
        return _refused(request, error, reverse("ledger:unposted", args=[connection.pk]))


@on_connection(Role.VIEWER)
def recreate(request: HttpRequest, connection: Connection, batch_id: int) -> HttpResponseBase:
    """What a batch holds, once more. The batch stays as it is."""
    batch = get_object_or_404(LedgerBatch, connection=connection, pk=batch_id)
    form = form_named(request.GET.get("format", ""))
    wish = LedgerWish().on(SystemClock().now().date())
    try:
        return _exported(connection, form, lambda accounting: accounting.batch_export(batch.remote_id, wish))
    except BursarError as error:
        return _refused(request, error, reverse("ledger:batch", args=[connection.pk, batch.pk]))


@on_connection(Role.VIEWER)
def outcome(request: HttpRequest, connection: Connection, run_id: UUID) -> HttpResponseBase:
    """What a posting brought into the books (`which=success`), or did not, with the reasons (`which=fail`)."""
    run = get_object_or_404(Run, pk=run_id, connection=connection, verb=POST_LEDGER)
    form = form_named(request.GET.get("format", ""))
    which = request.GET.get("which", Outcome.SUCCESS)
    if which not in {Outcome.SUCCESS, Outcome.FAIL}:
        raise Http404
    try:
        found = outcome_of(run, whole=run.request.get("agreed") is not True)
    except BursarError as error:
        return _refused(request, error, reverse("runs:run", args=[connection.pk, run.pk]))
    succeeded, failed = outcome_files(found.documents, found.reasons, found.further, form)
    pieces = succeeded if which == Outcome.SUCCESS else failed
    return _answer(pieces, form, export_file_name(form, Outcome(which)))


def _refused(request: HttpRequest, error: BursarError, back: str) -> HttpResponseBase:
    messages.error(request, f"{error.sentence} {error.remedy}".strip())
    return redirect(back)
