"""Codes of a book: what ConnectWise's accounts, taxes and parties are called there, and its lists to choose from."""

from datetime import datetime
from typing import Annotated

from django.utils import timezone
from ninja import Query
from pydantic import BaseModel, Field

from bursar.api.books import ONE, book_at
from bursar.api.routes import Routes
from bursar.api.values import PAGE, Given, Id, Limit, Offset, Words, connection_at, next_of
from bursar.domain.books.references import ReferenceKind
from bursar.domain.roles import Role
from bursar.store.models import BookCode, BookReference
from bursar.usecases.book_codes import map_codes

routes = Routes("Books")
MOST_CODES = 1000

CodeKind = Annotated[ReferenceKind | None, Query(description="Only codes of this kind.")]


class CodeShown(BaseModel):
    """A code that documents use, and what it is called in the book; an empty target: as ConnectWise calls it."""

    kind: ReferenceKind
    source: str
    label: str
    target: str
    unusable: bool = Field(description="The book keeps such a list, and has no usable entry for it.")
    decided_by: str
    decided_at: datetime | None
    seen_at: datetime | None


class CodesShown(BaseModel):
    """By kind and code. Ask again with `offset=next`; null on the last page."""

    codes: list[CodeShown]
    next: int | None


class CodeGiven(Given):
    """What a code is called in the book; an empty target takes it back."""

    kind: ReferenceKind
    source: Words
    target: Words


class CodesGiven(Given):
    """All are set, or none."""

    codes: list[CodeGiven] = Field(min_length=1, max_length=MOST_CODES)


class CodesChanged(BaseModel):
    """How many codes were set."""

    set: int


class ReferenceShown(BaseModel):
    """One entry of a list in the books."""

    kind: str
    code: str
    name: str
    active: bool
    postable: bool


class ReferencesShown(BaseModel):
    """By kind and code, as they were last read. Ask again with `offset=next`; null on the last page."""

    references: list[ReferenceShown]
    next: int | None


@routes.get(f"{ONE}/codes", Role.VIEWER, CodesShown)
def list_codes(
    connection_id: Id,
    book_id: Id,
    kind: CodeKind = None,
    unusable: Annotated[bool, Query(description="Only codes that the book has no usable entry for.")] = False,
    limit: Limit = PAGE,
    offset: Offset = 0,
) -> CodesShown:
    """Codes that documents of a book use, and what each is called there."""
    rows = BookCode.objects.filter(book=book_at(connection_at(connection_id), book_id)).order_by("kind", "source")
    rows = rows.filter(kind=kind.value) if kind else rows
    rows = rows.filter(unusable=True) if unusable else rows
    found = list(rows[offset : offset + limit + 1])
    return CodesShown(codes=[_code(row) for row in found[:limit]], next=next_of(offset, limit, len(found)))


@routes.put(f"{ONE}/codes", Role.OPERATOR, CodesChanged)
def map_book_codes(connection_id: Id, book_id: Id, given: CodesGiven) -> CodesChanged:
    """Say what codes are called in a book. Documents that were posted stay as they are."""
    book = book_at(connection_at(connection_id), book_id)
    rows = [(each.kind.value, each.source, each.target) for each in given.codes]
    return CodesChanged(set=map_codes(book, rows, timezone.now()))


@routes.get(f"{ONE}/references", Role.VIEWER, ReferencesShown)
def list_references(
    connection_id: Id,
    book_id: Id,
    kind: CodeKind = None,
    search: Annotated[Words | None, Query(description="Only entries with it in code or name.")] = None,
    limit: Limit = PAGE,
    offset: Offset = 0,
) -> ReferencesShown:
    """Lists of a book as they were last read, to choose targets from."""
    rows = BookReference.objects.filter(book=book_at(connection_at(connection_id), book_id)).order_by("kind", "code")
    rows = rows.filter(kind=kind.value) if kind else rows
    if search:
        rows = rows.filter(code__icontains=search) | rows.filter(name__icontains=search)
    found = list(rows[offset : offset + limit + 1])
    shown = [ReferenceShown(**{name: getattr(row, name) for name in ReferenceShown.model_fields}) for row in found]
    return ReferencesShown(references=shown[:limit], next=next_of(offset, limit, len(found)))


def _code(row: BookCode) -> CodeShown:
    same = {name: getattr(row, name) for name in CodeShown.model_fields if name != "kind"}
    return CodeShown(kind=ReferenceKind(row.kind), **same)
