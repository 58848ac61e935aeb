"""Export: everything that waits at once, or what a form says; what is exported is shown, and nothing is written."""

from collections.abc import Mapping

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from bursar.domain.errors import BursarError
from bursar.domain.roles import Role
from bursar.jobs.ledger import start_export
from bursar.store.models import Connection, Run, UnpostedRecord
from bursar.store.queries.run_list import active_run
from bursar.usecases.ledger_wish import LedgerWish, ledger_wish
from bursar.usecases.runs import EXPORT_LEDGER
from bursar.web.access import on_connection
from bursar.web.ledger.downloads import FORMS, exported_file, form_named
from bursar.web.ledger.words import FAMILIES

THRU_HELP = (
    "Only what is dated up to this day: YYYY-MM-DD, or today, yesterday, today - 3, end of month, end of last month."
    " Empty: up to today, as ConnectWise counts."
)
THRU_EXAMPLES = ("today", "yesterday", "end of last month", "end of month")
LONGEST_IDS = 20_000
DOWNLOAD = "download"
"""The button that gives out a file instead."""


def _ids(label: str, help_text: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=False,
        max_length=LONGEST_IDS,
        widget=forms.TextInput({"class": "form-control", "autocomplete": "off", "spellcheck": "false"}),
    )


class ExportForm(forms.Form):
    """What to export. Each kind of record has a switch, and ids to name single records by."""

    location = forms.CharField(
        label="Location",
        help_text="By name or id. Empty: all locations.",
        required=False,
        max_length=100,
        widget=forms.TextInput({"class": "form-control", "list": "locations", "autocomplete": "off"}),
    )
    thru = forms.CharField(
        label="Thru date",
        help_text=THRU_HELP,
        required=False,
        max_length=40,
        widget=forms.TextInput({"class": "form-control", "list": "thru-examples", "autocomplete": "off"}),
    )

    def __init__(self, data: Mapping[str, object] | None = None, *, initial: dict[str, object] | None = None) -> None:
        super().__init__(data, initial=initial or dict.fromkeys(FAMILIES, True), label_suffix="")
        for family, title in FAMILIES.items():
            self.fields[family] = forms.BooleanField(
                label=title, required=False, widget=forms.CheckboxInput({"class": "form-check-input", "role": "switch"})
            )
            self.fields[f"{family}_included"] = _ids("Only these ids", "Separated by commas or spaces. Empty: all.")
            self.fields[f"{family}_excluded"] = _ids("Not these ids", "Separated by commas or spaces.")

    def families(self) -> list[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]:
        """Switch, included and excluded ids of each kind, for the template."""
        return [(self[name], self[f"{name}_included"], self[f"{name}_excluded"]) for name in FAMILIES]

    def wish(self) -> LedgerWish:
        """Call on a valid form. Raises InvalidInput."""
        told: Mapping[str, str] = self.cleaned_data
        wanted = [family for family in FAMILIES if told[family]]
        return ledger_wish(
            wanted,
            location=told["location"],
            thru=told["thru"],
            included={family: split_ids(told[f"{family}_included"]) for family in wanted},
            excluded={family: split_ids(told[f"{family}_excluded"]) for family in wanted},
        )

    def clean(self) -> None:
        if not any(self.cleaned_data.get(family) for family in FAMILIES):
            raise forms.ValidationError("Switch at least one kind of record on.")


def split_ids(text: str) -> list[str]:
    """Ids as people separate them."""
    return text.replace(",", " ").replace(";", " ").split()


@on_connection(Role.OPERATOR)
def export(request: HttpRequest, connection: Connection) -> HttpResponseBase:
    """The form; sent, it starts the export, or gives out a file of what is exported."""
    form = ExportForm(request.POST) if request.method == "POST" else ExportForm()
    if request.method == "POST" and form.is_valid():
        try:
            wish = form.wish()
            if request.POST.get("do") == DOWNLOAD:
                return exported_file(connection, wish, form_named(request.POST.get("format", "")))
            return _start(request, connection, wish)
        except BursarError as error:
            form.add_error(_field_of(error), f"{error.sentence} {error.remedy}".strip())
    rows = UnpostedRecord.objects.filter(connection=connection).exclude(location="")
    context = {
        "connection": connection,
        "form": form,
        "locations": rows.order_by("location").values_list("location", flat=True).distinct(),
        "thru_examples": THRU_EXAMPLES,
        "forms": FORMS.items(),
    }
    return render(request, "ledger/export.html", context, status=422 if form.errors else 200)


def _field_of(error: BursarError) -> str | None:
    return "thru" if "thru date" in error.sentence else None


@require_POST
@on_connection(Role.OPERATOR)
def export_all(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Everything that waits, without a question: an export changes nothing."""
    try:
        return _start(request, connection, LedgerWish())
    except BursarError as error:
        messages.error(request, f"{error.sentence} {error.remedy}".strip())
    return redirect("ledger:unposted", connection.pk)


def _start(request: HttpRequest, connection: Connection, wish: LedgerWish) -> HttpResponse:
    """Raises BursarError. One export at a time is enough for everybody who asks for the same."""
    if not _asked_already(connection, wish):
        start_export(connection, wish)
    else:
        messages.info(request, "The same export is on its way already.")
    return redirect("ledger:unposted", connection.pk)


def _asked_already(connection: Connection, wish: LedgerWish) -> bool:
    run: Run | None = active_run(connection, EXPORT_LEDGER)
    return run is not None and run.request == wish.as_json()
