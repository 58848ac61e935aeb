"""One code: chosen from the book's own list where it keeps one, else typed; in the list, or on a page of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from bursar.domain.errors import BursarError
from bursar.domain.roles import Role
from bursar.store.models import BookCode, BookReference, Connection
from bursar.usecases.book_codes import map_code
from bursar.web.access import on_connection
from bursar.web.books.codes import CODES, KINDS, version_of
from bursar.web.grid.bulk import Asked, as_it_is, bulk_view
from bursar.web.grid.editing import Clash, Editor, Place, row_answer
from bursar.web.partial import wants_part
from bursar.wiring import SystemClock

HITS = 50
SAVE, REMOVE = "save", "remove"


@dataclass(frozen=True, slots=True)
class CodeControl:
    """A search in the book's list with its hits; without a list, a field to type in."""

    prefix: str
    text: str
    typed: str
    options: Sequence[BookReference]
    keeps_list: bool
    more: bool


@on_connection(Role.VIEWER)
def code(request: HttpRequest, connection: Connection, code_id: int) -> HttpResponse:
    """htmx gets the row of the list, with the editor in it if `edit` is asked for; everybody else a page.

    A POST saves.
    """
    row = get_object_or_404(BookCode.objects.select_related("book"), book__connection=connection, pk=code_id)
    row.book.connection = connection
    may_change = CODES.may_change(request)
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied
        return _save(request, connection, row)
    text = request.GET.get("find", "").replace("\x00", "").strip()[:200]
    if "find" in request.GET and wants_part(request):
        typed = request.GET.get("value", "")
        return render(request, "books/codes/hits.html", {"control": _control(row, text, typed)})
    editing = may_change and (request.GET.get("edit") == "target" or not wants_part(request))
    return _answer(request, connection, row, _editor(row, text=text) if editing else None)


def _editor(row: BookCode, *, text: str = "", typed: str | None = None, problem: str = "") -> Editor:
    return Editor(
        key="target",
        title=f"{KINDS[row.kind]} {row.source} in {row.book.name}",
        template="books/codes/editor.html",
        control=_control(row, text, row.target if typed is None else typed),
        version=version_of(row),
        removable="As ConnectWise calls it" if row.target else "",
        problem=problem,
    )


def _control(row: BookCode, text: str, typed: str) -> CodeControl:
    entries = BookReference.objects.filter(book=row.book, kind=row.kind)
    keeps_list = entries.exists()
    usable = entries.filter(active=True, postable=True)
    if text:
        usable = usable.filter(Q(code__icontains=text) | Q(name__icontains=text))
    hits = list(usable.order_by("code")[: HITS + 1])
    first = [] if not typed or any(hit.code == typed for hit in hits) else list(entries.filter(code=typed)[:1])
    return CodeControl(f"code-{row.pk}", text, typed, [*first, *hits[:HITS]], keeps_list, len(hits) > HITS)


def _save(request: HttpRequest, connection: Connection, row: BookCode) -> HttpResponse:
    deed, sent = request.POST.get("do", ""), request.POST.get("value", "").strip()
    if "search" in request.POST:
        return _answer(request, connection, row, _editor(row, text=request.POST.get("find", "")[:200], typed=sent))
    if request.POST.get("shown", "") != version_of(row):
        return _clash(request, connection, row, "" if deed == REMOVE else sent)
    if deed != REMOVE and not sent:
        editor = _editor(row, typed=sent, problem="Nothing was chosen.")
        return _answer(request, connection, row, editor, status=422)
    try:
        saved = map_code(row.book, row.kind, row.source, "" if deed == REMOVE else sent, SystemClock().now())
    except BursarError as error:
        editor = _editor(row, typed=sent, problem=f"{error.sentence} {error.remedy}".strip())
        return _answer(request, connection, row, editor, status=422)
    messages.success(
        request,
        f"{row.source} goes to {row.book.name} as {saved.target or saved.source}. Export again to see the effect.",
    )
    if wants_part(request):
        saved.book = row.book
        return _answer(request, connection, saved, None)
    return redirect(CODES.back_to(connection, request.POST.get("view", "")))


def _clash(request: HttpRequest, connection: Connection, row: BookCode, sent: str) -> HttpResponse:
    """Both values stand side by side, and nothing is saved."""
    who = f"{row.decided_by} saved this code" if row.decided_by else "Somebody saved this code"
    editor = Editor(
        key="target",
        title=f"{KINDS[row.kind]} {row.source} in {row.book.name}",
        template="",
        control=None,
        version=version_of(row),
        clash=Clash(f"{who} after it was shown.", sent or row.source, row.target or row.source),
        value=sent,
        again=request.POST.get("do", SAVE),
    )
    return _answer(request, connection, row, editor, status=409)


def _answer(
    request: HttpRequest, connection: Connection, row: BookCode, editor: Editor | None, *, status: int = 200
) -> HttpResponse:
    view = request.POST.get("view", request.GET.get("view", ""))
    may_change = CODES.may_change(request)
    grid, _ = CODES.rows(connection, QueryDict(view))
    if wants_part(request):
        bulk = CODES.url("bulk", connection) if may_change else ""
        place = Place(view, may_change, {"connection": connection, "bulk": bulk})
        return row_answer(request, grid, row, place, editor=editor, status=status)
    context = {
        "connection": connection,
        "row": grid.present([row])[0],
        "kind": KINDS[row.kind],
        "url": reverse("books:code", args=[connection.pk, row.pk]),
        "view": view,
        "back": CODES.back_to(connection, view),
        "editor": editor,
    }
    return render(request, "books/code.html", context, status=status)


def _do(_request: HttpRequest, asked: Asked[BookCode]) -> str:
    """Raises InvalidInput."""
    now = SystemClock().now()
    mapped = [row for row in asked.rows.select_related("book__connection") if row.target]
    for row in mapped:
        map_code(row.book, row.kind, row.source, "", now)
    left = asked.number - len(mapped)
    stay = f" {left:,} had none." if left else ""
    return f"Taken back: {len(mapped):,}.{stay} Export again to see what that changes."


bulk = bulk_view(CODES, as_it_is, _do)
