"""Forms about connections beside their credentials."""

from collections.abc import Mapping

from django import forms

from bursar.store.models import Connection
from bursar.usecases.connections import OPTIONS

LABELS = {
    "concurrency": "Requests at once",
    "requests_per_minute": "Requests per minute",
    "timeout": "Time-out in seconds",
    "marker_field": "Marker field",
    "home_currency": "Home currency",
}
DEFAULTS = {
    "concurrency": "8",
    "requests_per_minute": "900",
    "timeout": "60",
    "marker_field": "serial number",
    "home_currency": "as ConnectWise says",
}
NUMERIC = frozenset({"concurrency", "requests_per_minute", "timeout"})
LARGEST_FILE = 1_000_000


class BehaviourForm(forms.Form):
    """Name, and how Bursar talks to this ConnectWise. Empty options have their default, which the help tells."""

    name = forms.CharField(max_length=80, label="Name", widget=forms.TextInput(attrs={"class": "form-control"}))

    def __init__(self, data: Mapping[str, object] | None = None, *, connection: Connection) -> None:
        stored = {name: str(connection.options.get(name, "")) for name in OPTIONS}
        super().__init__(data, initial={"name": connection.name, **stored}, label_suffix="")
        for name, meaning in OPTIONS.items():
            attributes = {"class": "form-control", "placeholder": DEFAULTS[name]} | (
                {"inputmode": "numeric"} if name in NUMERIC else {}
            )
            self.fields[name] = forms.CharField(
                label=LABELS[name],
                help_text=meaning,
                required=False,
                max_length=80,
                widget=forms.TextInput(attrs=attributes),
            )

    def options(self) -> dict[str, str]:
        """The options as they were entered."""
        return {name: str(self.cleaned_data[name]) for name in OPTIONS}


class FileForm(forms.Form):
    """A file that Bursar exported."""

    file = forms.FileField(
        label="File",
        help_text="A JSON file that Bursar exported. It holds no keys: you are asked for them afterwards.",
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ".json,application/json"}),
    )

    def clean_file(self) -> str:
        """What the file holds, as text."""
        upload = self.cleaned_data["file"]
        if upload.size > LARGEST_FILE:
            raise forms.ValidationError("This file is too large. Choose a file that Bursar exported.")
        content: bytes = upload.read()
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError:
            raise forms.ValidationError("This is no text. Choose a file that Bursar exported.") from None
