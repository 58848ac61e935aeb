"""All mappings of a connection as one CSV file: out, edited in a spreadsheet, and in again (rule 37)."""

import csv
import io

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from bursar.domain.errors import BursarError, InvalidInput
from bursar.domain.mapping import MappingState
from bursar.domain.roles import Role
from bursar.store.models import Connection
from bursar.usecases.kept_records import KeptTargets
from bursar.usecases.mappings import ImportReport, Kind, export_mappings, import_with
from bursar.web.access import on_connection
from bursar.wiring import connectwise

LARGEST_FILE = 10 * 1024 * 1024
FAULTS_SHOWN = 200


class ImportForm(forms.Form):
    """A file as the export writes it."""

    file = forms.FileField(
        label="CSV file",
        help_text="UTF-8, with the headings of the export, 10 MB at most.",
        widget=forms.ClearableFileInput({"class": "form-control", "accept": ".csv,text/csv"}),
    )

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_FILE:
            raise forms.ValidationError("The file is larger than 10 MB. Split it, keeping the headings.")
        return file


@on_connection(Role.VIEWER)
def give_out(_request: HttpRequest, connection: Connection) -> HttpResponse:
    """Every mapping, unmapped records included."""
    text = io.StringIO(newline="")
    export_mappings(connection, text)
    name = f"bursar-mappings-{timezone.now():%Y-%m-%d}.csv"
    return HttpResponse(
        text.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@on_connection(Role.OPERATOR)
def take_in(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Good rows are set, bad ones are listed with their row number.

    Companies and products are looked up in the kept lists; Agreements in ConnectWise, once, if a row names one.
    """
    if request.method != "POST":
        return render(request, "mapping/import.html", {"connection": connection, "form": ImportForm()})
    form = ImportForm(request.POST, request.FILES)
    report: ImportReport | None = None
    if form.is_valid():
        try:
            report = _import(connection, form.cleaned_data["file"])
        except InvalidInput as error:
            form.add_error("file", f"{error.sentence} {error.remedy}")
    context = {
        "connection": connection,
        "form": ImportForm() if report else form,
        "report": report,
        "faults": report.faults[:FAULTS_SHOWN] if report else (),
        "more": max(0, len(report.faults) - FAULTS_SHOWN) if report else 0,
    }
    return render(request, "mapping/import.html", context, status=200 if report else 422)


def _import(connection: Connection, file: "UploadedFile[bytes]") -> ImportReport:
    try:
        text = file.read().decode("utf-8-sig")
        return import_with(connection, _targets(connection, text), io.StringIO(text, newline=""))
    except (UnicodeDecodeError, csv.Error):
        raise InvalidInput(
            "This is not a CSV file in UTF-8.", remedy="Start from the export, and save it as CSV UTF-8."
        ) from None


def _targets(connection: Connection, text: str) -> KeptTargets:
    """Agreements are read before anything is stored, so that no transaction waits for ConnectWise."""
    if not _names_agreements(text):
        return KeptTargets(connection)
    try:
        with connectwise(connection) as psa:
            return KeptTargets(connection, psa.agreements())
    except BursarError as error:
        return KeptTargets(connection, unread=error)


def _names_agreements(text: str) -> bool:
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return any((row.get("kind"), row.get("state")) == (Kind.CONTRACT, MappingState.MAPPED) for row in rows)
