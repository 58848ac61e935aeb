"""A file comes in: choose it, and go on to its columns."""

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import lazy

from bursar.domain.errors import InvalidInput
from bursar.domain.roles import Role
from bursar.store.models import Connection
from bursar.usecases.deliveries import keep_upload, largest_delivery
from bursar.web.access import on_connection

SUFFIXES = ".csv,.txt,.tsv,.xlsx,.xlsm,.json,.jsonl,.ndjson"


def _limits() -> str:
    return f"CSV, Excel (.xlsx) or JSON, {largest_delivery() // 1024**2} MB at most."


class UploadForm(forms.Form):
    """An export of the billing platform."""

    file = forms.FileField(
        label="File of invoice lines",
        help_text=lazy(_limits, str)(),
        allow_empty_file=True,  # the use case says so in a sentence with a remedy
        widget=forms.ClearableFileInput({"class": "form-control", "accept": SUFFIXES}),
        error_messages={"required": "Choose a file first.", "missing": "Choose a file first."},
    )


@on_connection(Role.OPERATOR)
def upload(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Keep the file; nothing is loaded yet."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        file: UploadedFile[bytes] = form.cleaned_data["file"]
        try:
            kept = keep_upload(connection, file.name or "", file.chunks())
        except InvalidInput as error:
            form.add_error("file", f"{error.sentence} {error.remedy}")
        else:
            return redirect("deliveries:columns", connection.pk, kept.pk)
    status = 422 if form.errors else 200
    return render(request, "deliveries/upload.html", {"connection": connection, "form": form}, status=status)
