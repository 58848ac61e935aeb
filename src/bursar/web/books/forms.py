"""The form of a book: its name, its place, its password, and every setting with its meaning."""

from collections.abc import Mapping

from django import forms

from bursar.domain.errors import BursarError
from bursar.store.models import Book
from bursar.usecases.book_settings import BOOK_SETTINGS, BookSetting, setting_of
from bursar.usecases.books import LONGEST_NAME, OWN_DEFAULTS, PLACES, NewBook, book_version
from bursar.usecases.refusals import SettingsRefused

KINDS: Mapping[str, str] = {
    Book.Kind.PLAINTEXT: "A journal in two files that beancount and hledger read. Comes with Bursar and needs nothing"
    " but a folder.",
    Book.Kind.CSV: "One CSV row for each posting, for any program that imports journals.",
    Book.Kind.SAGE50: "A file in the import layout of Sage 50: audit trail transactions.",
    Book.Kind.IIF: "A file that QuickBooks Desktop imports.",
    Book.Kind.TRYTON: "Invoices, credit notes, bills and journals in a Tryton server, and payments back.",
}
"""What each kind of books is."""
LABELS: Mapping[str, tuple[str, str]] = {
    "folder": ("Folder", "On the machine where Bursar's worker runs; Bursar makes it. One folder has one writer."),
    "url": ("Address", "Of the server, as https://tryton.example.com."),
    "database": ("Database", "Its name on the server."),
    "user": ("User", "Whom Bursar logs in as: one of its own, with no more rights than it needs."),
}
SETTING = "setting_"
YES_NO = {"yes": "Yes", "no": "No"}
WORDS: Mapping[str, str] = {
    **YES_NO,
    "hold": "Hold them",
    "move": "Move them to the first open day",
    "run": "For each run and kind of record",
    "document": "For each document",
}
"""How a choice of a setting reads."""


class BookForm(forms.Form):
    """Of a new book, or of one that is stored. What cannot be used is told by the use case."""

    name = forms.CharField(
        label="Name",
        help_text="How this book is called in Bursar.",
        max_length=LONGEST_NAME,
        widget=forms.TextInput({"class": "form-control", "autocomplete": "off"}),
        error_messages={"required": "Give the book a name."},
    )

    def __init__(self, kind: str, data: Mapping[str, object] | None = None, *, stored: Book | None = None) -> None:
        self.kind = kind
        self.stored = stored
        self.version = str(data["version"]) if data and "version" in data else None
        """Of the book when its values were shown; None for one that is new."""
        if self.version is None:
            self.show_version()
        super().__init__(data, initial=_initial(kind, stored), label_suffix="")
        for part in PLACES[kind]:
            label, help_text = LABELS[part]
            self.fields[part] = forms.CharField(
                label=label,
                help_text=help_text,
                max_length=300,
                widget=forms.TextInput({"class": "form-control", "autocomplete": "off", "spellcheck": "false"}),
                error_messages={"required": f"Say the {label.lower()}."},
            )
        if kind == Book.Kind.TRYTON:
            self.fields["secret"] = _password(kept=bool(stored and stored.sealed_secret))
        for setting in BOOK_SETTINGS:
            self.fields[SETTING + setting.name] = _field(setting)

    def place_fields(self) -> list[forms.BoundField]:
        """Everything but the settings, for the template."""
        return [self[name] for name in self.fields if not name.startswith(SETTING)]

    def setting_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(SETTING)]

    def entered(self) -> NewBook:
        """Call on a valid form."""
        told: Mapping[str, str] = self.cleaned_data
        return NewBook(
            name=told["name"],
            kind=self.kind,
            place={part: told[part] for part in PLACES[self.kind]},
            secret=told.get("secret", ""),
            policy={each.name: told[SETTING + each.name] or self._default(each) for each in BOOK_SETTINGS},
        )

    def _default(self, setting: BookSetting) -> str:
        own = {} if self.stored else OWN_DEFAULTS.get(self.kind, {})
        return own.get(setting.name, setting.default)

    def show_version(self) -> None:
        """From now on the form shows the book as it is stored now."""
        self.version = book_version(Book.objects.get(pk=self.stored.pk)) if self.stored else None

    def refuse(self, error: BursarError) -> None:
        """Say what is wrong, beside the setting where it is one."""
        if isinstance(error, SettingsRefused):
            for name, fault in error.faults.items():
                self.add_error(SETTING + name, f"{fault.sentence} {fault.remedy}".strip())
        else:
            self.add_error(None, f"{error.sentence} {error.remedy}".strip())


def _password(*, kept: bool) -> forms.CharField:
    return forms.CharField(
        label="Password",
        help_text="It is stored encrypted and cannot be shown again."
        + (" Empty: the stored one stays." if kept else ""),
        required=not kept,
        strip=False,
        max_length=200,
        widget=forms.PasswordInput({"class": "form-control", "autocomplete": "new-password"}),
        error_messages={"required": "Enter the password."},
    )


def _field(setting: BookSetting) -> forms.Field:
    default = WORDS.get(setting.default, setting.default)
    help_text = f"{setting.meaning} Default: {default}." if default else setting.meaning
    if setting.choices:
        return forms.ChoiceField(
            label=setting.label,
            help_text=help_text,
            choices=[(word, WORDS.get(word, word)) for word in setting.choices],
            initial=setting.default,
            required=False,
            widget=forms.Select({"class": "form-select"}),
        )
    return forms.CharField(
        label=setting.label,
        help_text=help_text,
        initial=setting.default,
        required=False,
        max_length=100,
        widget=forms.TextInput({"class": "form-control", "autocomplete": "off", "spellcheck": "false"}),
    )


def _initial(kind: str, stored: Book | None) -> dict[str, str]:
    if stored is None:
        return {SETTING + name: value for name, value in OWN_DEFAULTS.get(kind, {}).items()}
    settings = {SETTING + setting.name: setting_of(stored, setting.name) for setting in BOOK_SETTINGS}
    return {"name": stored.name, **stored.place, **settings}
