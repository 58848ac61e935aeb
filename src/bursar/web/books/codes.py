"""Mappings: the codes that documents of a book use, and what each is called there; what cannot be used comes first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Case, CharField, Count, Q, QuerySet, Value, When
from django.db.models.functions import Concat
from django.http import QueryDict
from django.urls import reverse

from bursar.domain.books.references import ReferenceKind
from bursar.store.models import Book, BookCode, BookReference, Connection
from bursar.web.grid.files import moment_text
from bursar.web.grid.grid import BulkAction, ChoiceFilter, Column, Grid, contains
from bursar.web.grid.list_page import ListPage
from bursar.web.ledger.under_way import beside_run

KINDS: Mapping[str, str] = {
    ReferenceKind.ACCOUNT: "Accounts",
    ReferenceKind.TAX: "Taxes",
    ReferenceKind.TERM: "Terms",
    ReferenceKind.CUSTOMER: "Customers",
    ReferenceKind.SUPPLIER: "Suppliers",
    ReferenceKind.ITEM: "Items",
    ReferenceKind.DIMENSION: "Dimensions",
}
CLEAR = "clear"
PLACE = Concat(
    Case(When(unusable=True, then=Value("0")), default=Value("1"), output_field=CharField()),
    "source",
    output_field=CharField(),
)
"""What cannot be used comes first."""


@dataclass(frozen=True, slots=True)
class CodeRow:
    """What a row shows."""

    row: BookCode
    name: str
    """What the book calls the target, where it keeps such a list."""

    @property
    def version(self) -> str:
        """Tells whether somebody else saved in between."""
        return version_of(self.row)

    @property
    def target(self) -> str:
        return self.row.target or self.row.source

    @property
    def mapped(self) -> bool:
        return bool(self.row.target)

    @property
    def target_text(self) -> str:
        """For files: one cell."""
        return f"{self.target} {self.name}".strip()

    @property
    def says(self) -> str:
        if self.row.unusable:
            return "Not usable"
        return "Mapped" if self.mapped else "As it is"


def version_of(row: BookCode) -> str:
    return f"{row.target}|{row.decided_at.isoformat() if row.decided_at else ''}"


def codes_of(connection: Connection, query: QueryDict) -> tuple[Grid[BookCode, CodeRow], QuerySet[BookCode]]:
    """The grid and what it may show: one kind of one book; the first with something that cannot be used."""
    books = list(Book.objects.filter(connection=connection).order_by("name").values_list("pk", "name"))
    rows = BookCode.objects.filter(book__connection=connection)
    book = query.get("book", "")
    if book not in {str(pk) for pk, _ in books}:
        book = str(books[0][0]) if books else ""
    counts = _counts(rows, book)
    grid: Grid[BookCode, CodeRow] = Grid(
        name="Codes",
        columns=_columns(connection),
        present=_presented,
        search=contains("source", "label", "target"),
        search_hint="Code, name or target",
        filters=(
            ChoiceFilter("book", "Book", "book", [(str(pk), name) for pk, name in books], default=book),
            ChoiceFilter(
                "kind",
                "Codes of",
                "kind",
                [(kind, _title(kind, title, counts)) for kind, title in KINDS.items()],
                default=_first_kind(counts),
            ),
            ChoiceFilter("unusable", "Usable", "unusable", [("1", "Not usable"), ("0", "Usable")]),
        ),
        actions=ACTIONS,
        first_sort="says",
        row_url=lambda row: reverse("books:code", args=[connection.pk, row.row.pk]),
    )
    return grid, rows.select_related("book").annotate(place=PLACE)


def _counts(rows: QuerySet[BookCode], book: str) -> Mapping[str, tuple[int, int]]:
    """Kind → how many codes, and how many of them cannot be used; of one book."""
    if not book:
        return {}
    found = rows.filter(book__pk=int(book)).order_by().values_list("kind")
    numbers = found.annotate(all=Count("pk"), bad=Count("pk", filter=Q(unusable=True)))
    return {kind: (number, bad) for kind, number, bad in numbers}


def _title(kind: str, title: str, counts: Mapping[str, tuple[int, int]]) -> str:
    number, bad = counts.get(kind, (0, 0))
    return f"{title} ({number:,}, {bad:,} not usable)" if bad else f"{title} ({number:,})"


def _first_kind(counts: Mapping[str, tuple[int, int]]) -> str:
    """The first kind with something that cannot be used, else the first with anything."""
    bad = next((kind for kind in KINDS if counts.get(kind, (0, 0))[1]), "")
    return bad or next((kind for kind in KINDS if kind in counts), ReferenceKind.ACCOUNT.value)


def _presented(found: Sequence[BookCode]) -> Sequence[CodeRow]:
    """In a constant number of questions."""
    targets = {row.target or row.source for row in found}
    entries = BookReference.objects.filter(book__in={row.book_id for row in found}, code__in=sorted(targets))
    names = {(book, kind, code): name for book, kind, code, name in entries.values_list("book", "kind", "code", "name")}
    return [CodeRow(row, names.get((row.book_id, row.kind, row.target or row.source), "")) for row in found]


def _columns(connection: Connection) -> Sequence[Column[CodeRow]]:
    del connection
    return (
        Column("source", "In ConnectWise", lambda r: r.row.source, sort="source", filled=True, always=True),
        Column("says", "State", lambda r: r.says, sort="place", filled=True, template="books/codes/says.html"),
        Column(
            "target",
            "In the book",
            lambda r: r.target_text,
            sort="target",
            filled=True,
            template="books/codes/target.html",
            editable=lambda _row: True,
        ),
        Column("label", "Name in ConnectWise", lambda r: r.row.label, sort="label", filled=True),
        Column("by", "Decided by", lambda r: r.row.decided_by, sort="decided_by", filled=True, at_first=False),
        Column("at", "Decided", lambda r: moment_text(r.row.decided_at), sort="decided_at", at_first=False),
        Column("seen", "Last used", lambda r: moment_text(r.row.seen_at), sort="seen_at", at_first=False),
    )


ACTIONS = (
    BulkAction(
        CLEAR,
        "Take the mapping back",
        "eraser",
        "Takes the mapping of {rows} back: each goes to the book as ConnectWise calls it. What was posted stays.",
        danger=True,
    ),
)


def _around(connection: Connection, rows: QuerySet[BookCode]) -> Mapping[str, object]:
    return {
        "books": Book.objects.filter(connection=connection).count(),
        "unusable": rows.filter(unusable=True).count(),
        "tab": "codes",
    }


CODES: ListPage[BookCode, CodeRow] = ListPage(
    route="books:codes",
    file="bursar-codes",
    template="books/codes",
    rows=codes_of,
    named=lambda row: f"{row.book.name}: {KINDS[row.kind].lower()} {row.source} → {row.target or row.source}",
    noun="code",
    around=beside_run(_around),
    editable=True,
)
