"""One invoice line as its page shows it, or as its row in the list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bursar.domain.errors import InvalidInput
from bursar.domain.rules import Badge
from bursar.store.field_json import from_json
from bursar.store.models import Connection, Line
from bursar.store.queries.lines import SOURCE_FIELDS
from bursar.usecases.edit_lines import version_of
from bursar.usecases.line_values import COLUMNS
from bursar.web.grid.editing import Editor, Place, row_answer
from bursar.web.invoices.editors import TITLES
from bursar.web.invoices.history import history_of
from bursar.web.invoices.rows import LineRow, default_dates, presented
from bursar.web.invoices.sheet import line_grid
from bursar.web.invoices.views import back_to, may_edit
from bursar.web.mapping.tabs import mapping_tabs
from bursar.web.partial import wants_part
from bursar.wiring import agreements_page

OPEN_FLAGS = {
    "approve": ("Approve", "Post it although a setting holds such lines back for review."),
    "keep_both": ("Keep both", "A similar Addition that a person made is something else: create ours beside it."),
    "by_hand": ("Done by hand", "A person bills it in ConnectWise: Bursar neither blocks nor posts it."),
}
POSTED_FLAGS = {
    "overwrite": ("Overwrite", "Write again although our Addition was edited in ConnectWise."),
    "post_again": ("Post again", "Create a new Addition although ours was deleted in ConnectWise."),
}
"""Decisions on a line, before and after it was posted (rules 97 and 99)."""


@dataclass(frozen=True, slots=True)
class SourceField:
    """What the platform says; `newer` is what it says since the line was posted, None when that is the same."""

    title: str
    value: str
    newer: str | None = None


@dataclass(frozen=True, slots=True)
class SentValue:
    """A value that would be sent, or was, and where it comes from."""

    key: str
    title: str
    text: str
    badge: Badge
    origin: str
    editable: bool
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Flag:
    """A decision that a person can take on the line."""

    name: str
    title: str
    help: str
    on: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """Decisions that were not saved, and why; what was chosen stays in the form."""

    error: InvalidInput
    chosen: Mapping[str, object]


def lines_to_show(connection: Connection) -> QuerySet[Line]:
    """The lines of a connection with what they came from and what they left behind."""
    return Line.objects.filter(connection=connection).select_related("link", "last_load")


def row_of(connection: Connection, line: Line) -> LineRow:
    """One line as a row."""
    return presented(connection, [line])[0]


def answer(
    request: HttpRequest,
    connection: Connection,
    row: LineRow,
    editor: Editor | None = None,
    *,
    refusal: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    """The row for htmx, the page for everybody else."""
    view = request.POST.get("view", request.GET.get("view", ""))
    editing = may_edit(request)
    if wants_part(request):
        bulk = reverse("invoices:bulk", args=[connection.pk]) if editing else ""
        place = Place(view, editing, {"connection": connection, "bulk": bulk})
        return row_answer(request, line_grid(connection), row.line, place, editor=editor, status=status)
    context = {
        "connection": connection,
        "tabs": mapping_tabs(connection, "invoices"),
        "row": row,
        "url": reverse("invoices:line", args=[connection.pk, row.pk]),
        "view": view,
        "back": back_to(connection, view or f"month={row.line.month}"),
        "may_edit": editing,
        "editor": editor,
        "refusal": refusal,
        "version": version_of(row.line),
        "source": _source(row.line),
        "sent": _sent(row, connection),
        "flags": _flags(row, refusal),
        "adopt": refusal.chosen.get("adopt") if refusal else row.line.adopt,
        "overridden": any(getattr(row.line, column) for column in COLUMNS.values()),
        "history": history_of(connection, row.line.line_id),
        "agreements_page": _agreements_page(connection),
    }
    return render(request, "invoices/line.html", context, status=status)


def _source(line: Line) -> Sequence[SourceField]:
    newer = from_json(line.changed_values or {})
    fields = [SourceField("Line ID", line.line_id), SourceField("Month", line.month)]
    for name in SOURCE_FIELDS:
        value = getattr(line, name)
        title = name.replace("_", " ").capitalize().replace(" id", " ID")
        fields.append(SourceField(title, _text(value), _text(newer[name]) if newer.get(name, value) != value else None))
    return [*fields, SourceField("Source", line.source or str(line.last_load))]


def _text(value: object) -> str:
    return "–" if value in {None, ""} else str(value)


def _sent(row: LineRow, connection: Connection) -> Sequence[SentValue]:
    start, end = default_dates(row, connection)
    derived, editable = row.derived, not row.posted
    targets = {"company": row.company, "product": row.product, "agreement": row.agreement}
    values = [
        SentValue(key, TITLES[key], found.text, found.badge, found.origin, editable, found.warning)
        for key, found in targets.items()
    ]
    dates = (
        ("start", derived.effective, derived.start_badge, start),
        ("end", derived.cancelled, derived.end_badge, end),
    )
    for key, date, badge, otherwise in dates:
        origin = _date_origin(row, key, badge, str(otherwise or "none"))
        values.append(SentValue(key, TITLES[key], str(date or "–"), badge, origin, editable))
    renamed = "Custom name of the configuration" if derived.name_badge else "Name of the platform"
    values.append(SentValue("charge", "Charge Type", derived.charge_name, derived.name_badge, renamed, editable=False))
    return values


def _date_origin(row: LineRow, key: str, badge: Badge, otherwise: str) -> str:
    if badge is Badge.USER:
        return f"Set by hand; without it: {otherwise}"
    if badge is Badge.SYSTEM:
        return "Charge-date rule of the configuration"
    platform = row.line.charge_start if key == "start" else row.line.charge_end
    return "Posted so" if row.posted else f"Default; the platform says {platform}"


def _flags(row: LineRow, refusal: Refusal | None) -> Sequence[Flag]:
    chosen = refusal.chosen if refusal else {}
    return [
        Flag(name, title, text, bool(chosen.get(name, getattr(row.line, COLUMNS[name]))))
        for name, (title, text) in flags_of(row.line).items()
    ]


def flags_of(line: Line) -> Mapping[str, tuple[str, str]]:
    """The decisions that can be taken on a line as it stands: name → title and meaning."""
    return OPEN_FLAGS if line.link_id is None else POSTED_FLAGS


def _agreements_page(connection: Connection) -> str:
    try:
        return agreements_page(connection.url) if connection.url else ""
    except InvalidInput:
        return ""
