"""Add a book, change it, test it, remove it. It is tested before it is stored, unless somebody says otherwise."""

from contextlib import closing

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from bursar.domain.errors import BursarError, InvalidInput, RemoteError
from bursar.domain.roles import Role
from bursar.ports import BookInfo
from bursar.store.models import Book, Connection
from bursar.usecases.books import add_book, candidate, change_book, check_book, documents_of, note_test, remove_book
from bursar.usecases.refusals import ChangedMeanwhile
from bursar.web.access import on_connection
from bursar.web.books.book_list import book_at
from bursar.web.books.forms import KINDS, BookForm
from bursar.wiring import SystemClock, books_adapter

UNTESTED = "untested"
"""The button that stores a book although its test was not successful."""


@on_connection(Role.ADMINISTRATOR)
def new(request: HttpRequest, connection: Connection) -> HttpResponse:
    """First its kind, then the rest."""
    kind = request.POST.get("kind", request.GET.get("kind", ""))
    if not kind:
        kinds = [(value, label, KINDS[value]) for value, label in Book.Kind.choices]
        return render(request, "books/new.html", {"connection": connection, "kinds": kinds})
    if kind not in KINDS:
        raise Http404
    form = BookForm(kind, request.POST) if request.method == "POST" else BookForm(kind)
    return _edit(request, connection, form)


@on_connection(Role.ADMINISTRATOR)
def edit(request: HttpRequest, connection: Connection, book_id: int) -> HttpResponse:
    """Its name, place, password and settings; the kind stays."""
    found = book_at(connection, book_id)
    data = request.POST if request.method == "POST" else None
    return _edit(request, connection, BookForm(found.kind, data, stored=found))


def _edit(request: HttpRequest, connection: Connection, form: BookForm) -> HttpResponse:
    refused: RemoteError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            return _store(request, connection, form)
        except RemoteError as error:
            refused = error
        except ChangedMeanwhile as error:
            form.refuse(error)
            form.show_version()
        except BursarError as error:
            form.refuse(error)
    context = {
        "connection": connection,
        "form": form,
        "kind": form.kind,
        "kind_label": Book.Kind(form.kind).label,
        "kind_meaning": KINDS[form.kind],
        "book": form.stored,
        "refused": refused,
    }
    return render(request, "books/edit.html", context, status=422 if form.errors or refused else 200)


def _store(request: HttpRequest, connection: Connection, form: BookForm) -> HttpResponse:
    """Raises InvalidInput; RemoteError when the test is not successful and nobody has said to store it all the same."""
    entered = form.entered()
    tested = candidate(connection, entered, form.stored)
    test = request.POST.get("do") != UNTESTED
    with closing(books_adapter(tested)) as adapter:  # one that cannot even be opened is not stored untested either
        if test:
            check_book(tested, adapter, SystemClock())
    old = form.stored
    stored = change_book(old, entered, version=form.version) if old else add_book(connection, entered)
    note_test(stored, tested if test else None)
    messages.success(request, f"The book '{stored.name}' is {'saved' if form.stored else 'added'}.")
    return redirect("books:book", connection.pk, stored.pk)


def check_now(book: Book) -> BookInfo:
    """Ask the book, and note how it went. Raises RemoteError."""
    with closing(books_adapter(book)) as adapter:
        return check_book(book, adapter, SystemClock())


@require_POST
@on_connection(Role.OPERATOR)
def test(request: HttpRequest, connection: Connection, book_id: int) -> HttpResponse:
    """Prove that the stored book can be reached and written to."""
    found = book_at(connection, book_id)
    try:
        info = check_now(found)
    except BursarError as error:
        messages.error(request, f"{found.name}: the test is not successful. {error.sentence} {error.remedy}".strip())
    else:
        facts = [info.name, info.version, info.currency and f"kept in {info.currency}"]
        messages.success(request, f"{found.name}: the test is successful. {', '.join(filter(None, facts))}".strip())
    back = "books:book" if request.POST.get("origin") == "book" else "books:list"
    return redirect(back, connection.pk, *([found.pk] if back == "books:book" else []))


@on_connection(Role.ADMINISTRATOR)
def remove(request: HttpRequest, connection: Connection, book_id: int) -> HttpResponse:
    """Ask, then forget a book that holds nothing of ours. What is in it stays there."""
    found = book_at(connection, book_id)
    refused = ""
    if request.method == "POST":
        try:
            remove_book(found)
        except InvalidInput as error:
            refused = f"{error.sentence} {error.remedy}"
        else:
            messages.success(request, f"The book '{found.name}' is removed.")
            return redirect(reverse("books:list", args=[connection.pk]))
    holds = documents_of(found).count()
    context = {
        "connection": connection,
        "book": found,
        "holds": holds,
        "routes": found.routes.count(),
        "codes": found.codes.exclude(target="").count(),
        "refused": refused,
    }
    return render(request, "books/remove.html", context, status=422 if refused else 200)
