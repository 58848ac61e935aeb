"""*Click to select*: find the ConnectWise record of one organization or product, and save it (rules 35-38 and 41)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.contrib import messages
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from bursar.domain.errors import InvalidInput
from bursar.domain.mapping import Candidate, Suggestion
from bursar.domain.roles import Role
from bursar.store.models import Connection, Offer, Organization
from bursar.usecases.kept_records import chosen, search, suggester, was_read
from bursar.usecases.mapping_by_hand import Deed, Row, change_one
from bursar.usecases.mappings import Kind
from bursar.usecases.refusals import ChangedMeanwhile
from bursar.web.access import View, on_connection
from bursar.web.mapping.rows import MappingRow, Target, presented, target_of
from bursar.web.mapping.tabs import Tab
from bursar.web.mapping.views import back_to
from bursar.web.partial import wants_part

M = TypeVar("M", bound=Model)

MOST_TARGETS = 50


@dataclass(frozen=True, slots=True)
class Option:
    """One record that may be chosen, in the list of a picker."""

    target: Target
    checked: bool
    note: str = ""


def pick_view(tab: Tab) -> View[...]:
    """The picker: in a window of the list, or as a page of its own; its hits alone while somebody types."""

    @on_connection(Role.OPERATOR)
    def view(request: HttpRequest, connection: Connection) -> HttpResponse:
        row = _row(tab, connection, request.GET.get("record", ""))
        shown = presented(connection, tab.kind, [row])[0]
        text = request.GET.get("find", "").replace("\x00", "").strip()[:200]
        searching = "find" in request.GET
        ticked = _ids(request.GET.getlist("target")) if searching else [target.id for target in shown.targets]
        context = {
            "connection": connection,
            "tab": tab,
            "row": shown,
            "options": _options(connection, tab.kind, shown, text, ticked, remember=searching),
            "text": text,
            "several": tab.kind is Kind.ORGANIZATION,
            "version": request.GET.get("shown") or shown.version,
            "view": request.GET.get("view", ""),
            "back": back_to(tab, connection, request.GET.get("view", "")),
            "list_read": was_read(connection, tab.kind),
            "pick_url": tab.url("pick", connection),
            "change_url": tab.url("change", connection),
        }
        part = "mapping/parts/options.html" if searching else "mapping/parts/picker.html"
        return render(request, part if wants_part(request) else "mapping/pick.html", context)

    return view


def change_view(tab: Tab) -> View[...]:
    """Save what was chosen for one record, or clear, exclude or include it."""

    @on_connection(Role.OPERATOR)
    def view(request: HttpRequest, connection: Connection) -> HttpResponse:
        row = _row(tab, connection, request.POST.get("record", ""))
        try:
            deed = Deed(request.POST.get("do", ""))
            ids = _ids(request.POST.getlist("target")) if deed is Deed.MAP else []
            targets = [*chosen(connection, tab.kind, ids)]
            change_one(row, deed, targets, shown=request.POST.get("shown", ""))
        except ValueError:
            raise Http404 from None
        except ChangedMeanwhile as error:
            return _clash(request, tab, connection, row, [target_of(c) for c in targets], error)
        except InvalidInput as error:
            messages.error(request, f"{error.sentence} {error.remedy}")
        else:
            messages.success(request, _said(row.name, deed, ", ".join(c.name for c in targets)))
        return redirect(back_to(tab, connection, request.POST.get("view", "")))

    return require_POST(view)


def _said(name: str, deed: Deed, targets: str) -> str:
    words = {
        Deed.MAP: f"is mapped to {targets}",
        Deed.CLEAR: "is unmapped now",
        Deed.EXCLUDE: "is excluded now",
        Deed.INCLUDE: "is included again, and unmapped",
    }
    return f"{name} {words[deed]}."


def _clash(
    request: HttpRequest,
    tab: Tab,
    connection: Connection,
    row: Row,
    targets: Sequence[Target],
    error: ChangedMeanwhile,
) -> HttpResponse:
    context = {
        "connection": connection,
        "tab": tab,
        "error": error,
        "row": presented(connection, tab.kind, [_row(tab, connection, str(row.pk))])[0],
        "deed": request.POST["do"],
        "targets": targets,
        "view": request.POST.get("view", ""),
        "back": back_to(tab, connection, request.POST.get("view", "")),
        "change_url": tab.url("change", connection),
    }
    return render(request, "mapping/clash.html", context, status=409)


def _row(tab: Tab, connection: Connection, key: str) -> Row:
    found: Row | None = None
    if key.isascii() and key.isdigit() and len(key) <= 18:
        if tab.kind is Kind.ORGANIZATION:
            found = Organization.objects.filter(connection=connection, pk=key).select_related("connection").first()
        else:
            found = Offer.objects.filter(connection=connection, pk=key).select_related("connection").first()
    if found is None:
        raise Http404
    return found


def _ids(texts: Sequence[str]) -> list[int]:
    numbers = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) <= 18]
    return list(dict.fromkeys(numbers))[:MOST_TARGETS]


def _options(
    connection: Connection, kind: Kind, row: MappingRow, text: str, ticked: Sequence[int], *, remember: bool
) -> Sequence[Option]:
    """What is ticked first, then the hits; without a search, suggestions before the beginning of the list."""
    mapped = {target.id: target for target in row.targets}
    if remember:
        offered = [key for key in ticked if key not in mapped]
        mapped |= {c.id: target_of(c) for c in _still_offered(connection, kind, offered)}
    options = [Option(mapped[key], checked=True, note=mapped[key].warning) for key in ticked if key in mapped]
    listed = {option.target.id for option in options}
    for found in [] if text else suggester(connection, kind).suggest(row.name):
        if found.candidate.id not in listed:
            listed.add(found.candidate.id)
            prefilled = found.exact and not ticked and not remember
            options.append(Option(target_of(found.candidate), checked=prefilled, note=_score(found)))
    hits = [target_of(hit) for hit in search(connection, kind, text) if hit.id not in listed]
    return [*options, *(Option(hit, checked=False) for hit in hits)]


def _still_offered(connection: Connection, kind: Kind, ids: Sequence[int]) -> Sequence[Candidate]:
    try:
        return chosen(connection, kind, ids)
    except InvalidInput:
        return []


def _score(found: Suggestion) -> str:
    return "Exact name" if found.exact else f"Suggested, likeness {found.score:.0%}"
