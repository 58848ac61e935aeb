"""Saved column profiles: the list, one as text to be changed, in and out as JSON files."""

import json
from collections.abc import Mapping

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_POST

from bursar.domain.errors import InvalidInput
from bursar.domain.roles import Role
from bursar.store.models import ColumnProfile, Connection
from bursar.usecases.column_profiles import LONGEST_NAME, delete_profile, saved_profiles
from bursar.web.access import on_connection
from bursar.wiring import SHIPPED_PROFILES, keep_profile, profile_document

LARGEST_FILE = 256 * 1024


class ImportForm(forms.Form):
    """A profile file."""

    file = forms.FileField(
        label="Profile",
        help_text="A JSON file, as Download writes it.",
        widget=forms.ClearableFileInput({"class": "form-control", "accept": ".json,application/json"}),
        error_messages={"required": "Choose a file first."},
    )
    name = forms.CharField(
        label="Name",
        required=False,
        max_length=LONGEST_NAME,
        help_text="Empty: the name in the file.",
        widget=forms.TextInput({"class": "form-control"}),
    )


class EditForm(forms.Form):
    """A profile as text."""

    document = forms.CharField(
        label="Profile",
        help_text="The guide on invoice line files explains every setting. A mistake is named when you save.",
        widget=forms.Textarea({"class": "form-control font-monospace", "rows": 24, "spellcheck": "false"}),
    )


@on_connection(Role.VIEWER)
def listing(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Saved ones, and those that come with Bursar."""
    shipped = [(name, profile_document(connection, name).get("description", "")) for name in SHIPPED_PROFILES]
    context = {"connection": connection, "saved": saved_profiles(connection), "shipped": shipped}
    return render(request, "deliveries/profiles.html", context)


@on_connection(Role.OPERATOR)
def edit(request: HttpRequest, connection: Connection, profile_id: int) -> HttpResponse:
    """Change a profile without a file at hand."""
    profile = get_object_or_404(ColumnProfile, pk=profile_id, connection=connection)
    form = EditForm(request.POST) if request.method == "POST" else EditForm({"document": as_text(profile.document)})
    if request.method == "POST" and form.is_valid():
        try:
            keep_profile(connection, profile.name, _parsed(form.cleaned_data["document"]))
        except InvalidInput as error:
            form.add_error("document", f"{error.sentence} {error.remedy}")
        else:
            messages.success(request, f"Saved {profile.name}.")
            return redirect("deliveries:profiles", connection.pk)
    context = {"connection": connection, "profile": profile, "form": form}
    return render(request, "deliveries/profile.html", context, status=422 if form.errors else 200)


@on_connection(Role.OPERATOR)
def take_in(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Save the profile of a file; one of that name is replaced."""
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    if request.method == "POST" and form.is_valid():
        try:
            document = _parsed(_text(form.cleaned_data["file"]))
            saved = keep_profile(connection, form.cleaned_data["name"] or str(document.get("name", "")), document)
        except InvalidInput as error:
            form.add_error("file", f"{error.sentence} {error.remedy}")
        else:
            messages.success(request, f"Saved as {saved.name}.")
            return redirect("deliveries:profiles", connection.pk)
    status = 422 if form.errors else 200
    return render(request, "deliveries/profile_import.html", {"connection": connection, "form": form}, status=status)


@on_connection(Role.VIEWER)
def give_out(_request: HttpRequest, connection: Connection, profile_id: int) -> HttpResponse:
    """The profile as a file that Bursar reads elsewhere."""
    profile = get_object_or_404(ColumnProfile, pk=profile_id, connection=connection)
    name = f"{slugify(profile.name) or 'profile'}.json"
    return HttpResponse(
        as_text(profile.document),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"},
    )


@require_POST
@on_connection(Role.OPERATOR)
def delete(request: HttpRequest, connection: Connection, profile_id: int) -> HttpResponse:
    """Forget a profile, unless the stored source needs it."""
    profile = get_object_or_404(ColumnProfile, pk=profile_id, connection=connection)
    try:
        delete_profile(profile)
    except InvalidInput as error:
        messages.error(request, f"{error.sentence} {error.remedy}")
    else:
        messages.success(request, f"Deleted {profile.name}.")
    return redirect("deliveries:profiles", connection.pk)


def as_text(document: Mapping[str, object]) -> str:
    """A profile as a person writes it."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _text(file: "UploadedFile[bytes]") -> str:
    if (file.size or 0) > LARGEST_FILE:
        raise InvalidInput("The file is larger than a profile can be.", remedy="Choose a profile, not an export.")
    content: bytes = file.read()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput("The file is not UTF-8 text.", remedy="Save it again as UTF-8.") from None


def _parsed(text: str) -> dict[str, object]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as fault:
        raise InvalidInput(
            f"This is not JSON: {fault}.", remedy="Often a comma or quotation mark is missing."
        ) from None
    if not isinstance(document, dict):
        raise InvalidInput("This is no profile.", remedy="A profile is a JSON object, written in { }.")
    return document
