"""Files of payments: taken in, and given out again as what succeeded and what failed."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from bursar.domain.errors import BursarError
from bursar.domain.roles import Role
from bursar.domain.spreadsheet import csv_lines
from bursar.store.models import Connection, Run
from bursar.usecases.take_in_payment_file import (
    PaymentRow,
    payment_files,
    payment_outcome,
    rows_of,
    take_in_payment_file,
)
from bursar.web.access import on_connection
from bursar.wiring import SystemClock, connectwise
from bursar.wiring.files import payment_file

LARGEST_FILE = 20 * 1024 * 1024
FILES_SHOWN = 50
SUCCESS, FAIL = "success", "fail"
HEADINGS = ("Invoice", "Amount", "Date", "Message")


class PaymentFileForm(forms.Form):
    """A file in one of Zynk's two XML shapes, or CSV."""

    file = forms.FileField(
        label="Payment file",
        help_text="XML as Zynk's tasks write it, or CSV with invoice, amount and date. 20 MB at most.",
        widget=forms.ClearableFileInput({"class": "form-control", "accept": ".xml,.csv,.txt"}),
        error_messages={"required": "Choose a file first."},
    )

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_FILE:
            raise forms.ValidationError("The file is larger than 20 MB.")
        return file


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file that was taken in, and what became of its rows since."""

    run: Run
    succeeded: int
    failed: int

    @property
    def name(self) -> str:
        return str(self.run.request.get("file", ""))


@on_connection(Role.OPERATOR)
def upload(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Take a file in; nothing is written to ConnectWise yet."""
    form = (
        PaymentFileForm(request.POST, request.FILES, label_suffix="")
        if request.method == "POST"
        else PaymentFileForm(label_suffix="")
    )
    if request.method == "POST" and form.is_valid():
        try:
            return _take_in(request, connection, form.cleaned_data["file"])
        except BursarError as error:
            form.add_error("file", f"{error.sentence} {error.remedy}".strip())
    status = 422 if form.errors else 200
    return render(request, "payments/upload.html", {"connection": connection, "form": form}, status=status)


def _take_in(request: HttpRequest, connection: Connection, file: "UploadedFile[bytes]") -> HttpResponse:
    """Invoices that are named by id are looked up in ConnectWise. Raises BursarError."""
    content = file.read()
    with connectwise(connection) as psa:
        read = payment_file(content).named(psa.accounting)
    taken = take_in_payment_file(
        connection,
        file.name or "payments",
        hashlib.sha256(content).hexdigest(),
        read.settlements(),
        SystemClock().now(),
    )
    if taken.taken_in_before:
        messages.info(request, "This very file was taken in before; nothing was changed.")
    else:
        failed = f" {len(taken.rows.failed):,} could not be used." if taken.rows.failed else ""
        messages.success(
            request,
            f"{len(taken.rows.succeeded):,} rows taken in.{failed} Pull payments to compare them with ConnectWise.",
        )
    return redirect("payments:files", connection.pk)


@on_connection(Role.VIEWER)
def files(request: HttpRequest, connection: Connection) -> HttpResponse:
    """The files that were taken in, the newest first."""
    rows = [_told(connection, run) for run in payment_files(connection).order_by("-started_at")[:FILES_SHOWN]]
    return render(request, "payments/files.html", {"connection": connection, "rows": rows})


def _told(connection: Connection, run: Run) -> FileRow:
    outcome = payment_outcome(connection, rows_of(run))
    return FileRow(run, len(outcome.succeeded), len(outcome.failed))


@on_connection(Role.VIEWER)
def outcome(request: HttpRequest, connection: Connection, run_id: UUID) -> HttpResponseBase:
    """What became of a file's rows as CSV: `which` is success, or fail with the reason of each."""
    run = get_object_or_404(payment_files(connection), pk=run_id)
    which = request.GET.get("which", SUCCESS)
    if which not in {SUCCESS, FAIL}:
        raise Http404
    found = payment_outcome(connection, rows_of(run))
    rows = found.failed if which == FAIL else found.succeeded
    headings = HEADINGS if which == FAIL else HEADINGS[:-1]
    name = f"connectwise_import_invoice_payments_{which}.csv"
    return StreamingHttpResponse(
        csv_lines(headings, _cells(rows)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _cells(rows: Sequence[PaymentRow]) -> Iterator[dict[str, object]]:
    for row in rows:
        day = row.day.isoformat() if row.day else ""
        yield {"Invoice": row.number, "Amount": row.amount, "Date": day, "Message": row.error}
