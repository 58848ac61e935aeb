"""All mappings of a book as one CSV file: out, edited in a spreadsheet, and in again, all or none."""

from collections.abc import Mapping

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from bursar.domain.errors import BursarError
from bursar.domain.roles import Role
from bursar.store.models import Book, Connection
from bursar.usecases.book_code_file import export_codes, import_codes
from bursar.web.access import on_connection
from bursar.web.books.book_list import book_at
from bursar.wiring import SystemClock

LARGEST_FILE = 10 * 1024 * 1024


class CodesForm(forms.Form):
    """A file as the export writes it, and the book that it is for."""

    file = forms.FileField(
        label="CSV file",
        help_text="UTF-8, with the headings kind, source and target; 10 MB at most."
        " An empty target takes a mapping back.",
        widget=forms.ClearableFileInput({"class": "form-control", "accept": ".csv,text/csv"}),
        error_messages={"required": "Choose a file first."},
    )

    def __init__(self, connection: Connection, data: Mapping[str, object] | None = None, files: object = None) -> None:
        super().__init__(data, files, label_suffix="")  # type: ignore[arg-type]  # Django's own multi-value mapping
        books = Book.objects.filter(connection=connection).order_by("name")
        self.fields["book"] = forms.ChoiceField(
            label="Book",
            choices=[(str(pk), name) for pk, name in books.values_list("pk", "name")],
            widget=forms.Select({"class": "form-select"}),
        )
        self.order_fields(["book", "file"])

    def clean_file(self) -> "UploadedFile[bytes]":
        file: UploadedFile[bytes] = self.cleaned_data["file"]
        if (file.size or 0) > LARGEST_FILE:
            raise forms.ValidationError("The file is larger than 10 MB. Split it, keeping the headings.")
        return file


@on_connection(Role.VIEWER)
def give_out(_request: HttpRequest, connection: Connection, book_id: int) -> HttpResponseBase:
    """Every code of the book, written as it is read."""
    found = book_at(connection, book_id)
    name = f"bursar-mappings-{found.pk}-{timezone.now():%Y-%m-%d}.csv"
    return StreamingHttpResponse(
        export_codes(found),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@on_connection(Role.OPERATOR)
def take_in(request: HttpRequest, connection: Connection) -> HttpResponse:
    """All rows are taken in, or none with what is wrong."""
    posted = request.method == "POST"
    form = CodesForm(connection, request.POST, request.FILES) if posted else CodesForm(connection)
    if posted and form.is_valid():
        book = book_at(connection, int(form.cleaned_data["book"]))
        try:
            done = import_codes(book, form.cleaned_data["file"].read(), SystemClock().now())
        except BursarError as error:
            form.add_error("file", f"{error.sentence} {error.remedy}".strip())
        else:
            messages.success(request, f"{done:,} codes of {book.name} set. Export again to see what that changes.")
            return redirect(reverse("books:codes", args=[connection.pk], query={"book": book.pk}))
    status = 422 if form.errors else 200
    return render(request, "books/code_import.html", {"connection": connection, "form": form}, status=status)
