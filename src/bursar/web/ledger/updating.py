"""Create a batch by hand (*update*): from GL entry ids, or from a success file."""

from collections.abc import Sequence

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from bursar.domain.books.batches import LONGEST_IDENTIFIER
from bursar.domain.errors import BursarError, InvalidInput
from bursar.domain.roles import Role
from bursar.jobs.ledger import batch_entries
from bursar.store.models import Connection, Run
from bursar.web.access import on_connection
from bursar.web.ledger.exporting import split_ids
from bursar.web.ledger.words import FAMILIES
from bursar.wiring.files import entry_ids_in

LARGEST_FILE = 50 * 1024 * 1024


class BatchForm(forms.Form):
    """Which entries, of which kinds, and what the batch is called."""

    entry_ids = forms.CharField(
        label="GL entry ids",
        help_text="Separated by commas, spaces or lines. A document's page lists its own.",
        required=False,
        widget=forms.Textarea({"class": "form-control", "rows": "4", "spellcheck": "false"}),
    )
    file = forms.FileField(
        label="Or a success file",
        help_text="A success file of an export in any form, or a list of GL entry ids. 50 MB at most.",
        required=False,
        widget=forms.ClearableFileInput({"class": "form-control", "accept": ".xml,.json,.csv,.txt"}),
    )
    families = forms.MultipleChoiceField(
        label="Kinds of records",
        help_text="What the entries belong to. None: what the file says, else all three.",
        required=False,
        choices=list(FAMILIES.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    identifier = forms.CharField(
        label="Identifier",
        help_text="What the batch is called in ConnectWise. Empty: a name of Bursar's.",
        required=False,
        max_length=LONGEST_IDENTIFIER,
        widget=forms.TextInput({"class": "form-control", "autocomplete": "off"}),
    )

    def clean_file(self) -> "UploadedFile[bytes] | None":
        file: UploadedFile[bytes] | None = self.cleaned_data["file"]
        if file is not None and (file.size or 0) > LARGEST_FILE:
            raise forms.ValidationError("The file is larger than 50 MB.")
        return file


@on_connection(Role.OPERATOR)
def new_batch(request: HttpRequest, connection: Connection) -> HttpResponse:
    """The form; sent, it has the batch made and shows the run."""
    form = (
        BatchForm(request.POST, request.FILES, label_suffix="")
        if request.method == "POST"
        else BatchForm(label_suffix="")
    )
    if request.method == "POST" and form.is_valid():
        try:
            run = _make(connection, form)
        except BursarError as error:
            form.add_error(
                "file" if form.cleaned_data["file"] else "entry_ids", f"{error.sentence} {error.remedy}".strip()
            )
        else:
            messages.success(request, "The batch is on its way.")
            return redirect("runs:run", connection.pk, run.pk)
    status = 422 if form.errors else 200
    return render(request, "ledger/batch_new.html", {"connection": connection, "form": form}, status=status)


def _make(connection: Connection, form: BatchForm) -> Run:
    """Raises InvalidInput, SourceUnreadable, NotConfigured."""
    told = form.cleaned_data
    ids = _numbers(split_ids(told["entry_ids"]))
    families: set[str] = set(told["families"])
    identifier: str = told["identifier"]
    if told["file"]:
        named = entry_ids_in(told["file"].chunks())
        ids += [key for each in named for key in each.ids]
        families = families or {each.family.value for each in named if each.family}
        identifier = identifier or next((each.identifier for each in named if each.identifier), "")
    return batch_entries(connection, ids, families, identifier)


def _numbers(words: Sequence[str]) -> list[int]:
    wrong = next((word for word in words if not (word.isascii() and word.isdigit() and len(word) <= 18)), None)
    if wrong is not None:
        raise InvalidInput(f"'{wrong[:40]}' is no GL entry id.", remedy="Ids are whole numbers.")
    return [int(word) for word in words]
