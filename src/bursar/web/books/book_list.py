"""The list of books, and the page of one: where it is, how it stands, what it can do, how it wants its documents."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from bursar.domain.roles import Role
from bursar.store.models import Book, BookCode, Connection, LedgerDocument
from bursar.usecases.book_settings import BOOK_SETTINGS, setting_of
from bursar.web.access import on_connection
from bursar.web.books.forms import WORDS
from bursar.web.books.traits import ToldTraits, traits_of


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as it is in force."""

    label: str
    value: str
    default: str
    meaning: str

    @property
    def changed(self) -> bool:
        return self.value != self.default


@on_connection(Role.VIEWER)
def book_list(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Every book with its state, what it is proven by, and how much of ours it holds."""
    books = Book.objects.filter(connection=connection).order_by("name")
    alive = LedgerDocument.objects.filter(delivered_to__in=books, voided=False).exclude(marker="").order_by()
    holds = dict(alive.values_list("delivered_to").annotate(Count("pk")))
    rows = [(book, traits_of(book), holds.get(book.pk, 0)) for book in books]
    return render(request, "books/list.html", {"connection": connection, "rows": rows})


@on_connection(Role.VIEWER)
def book(request: HttpRequest, connection: Connection, book_id: int) -> HttpResponse:
    """One book."""
    found = book_at(connection, book_id)
    traits: ToldTraits = traits_of(found)
    context = {
        "connection": connection,
        "book": found,
        "traits": traits,
        "settings": settings_told(found),
        "holds": LedgerDocument.objects.filter(delivered_to=found, voided=False).exclude(marker="").count(),
        "unusable": BookCode.objects.filter(book=found, unusable=True).count(),
    }
    return render(request, "books/book.html", context)


def settings_told(book: Book) -> Sequence[Setting]:
    """Every setting in words."""
    return [
        Setting(setting.label, _told(setting_of(book, setting.name)), _told(setting.default), setting.meaning)
        for setting in BOOK_SETTINGS
    ]


def _told(value: str) -> str:
    return WORDS.get(value, value) or "None"


def book_at(connection: Connection, book_id: int) -> Book:
    """The book of that id. Raises Http404."""
    found = get_object_or_404(Book, connection=connection, pk=book_id)
    found.connection = connection
    return found
