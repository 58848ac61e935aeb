"""Post documents, or take them back: asked with everything that it comes to, and done exactly as it was shown."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.db import transaction
from django.db.models import Case, Count, F, Q, QuerySet, Sum, Value, When
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from bursar.domain.books.policy import BatchShape
from bursar.domain.errors import BursarError
from bursar.domain.money import ZERO
from bursar.domain.roles import Role
from bursar.jobs.ledger import post_documents, take_back
from bursar.store.models import Book, Connection, LedgerDocument, Run
from bursar.usecases.agree_documents import postable
from bursar.usecases.book_settings import setting_of
from bursar.web.access import on_connection
from bursar.web.grid.bulk import Asked, as_it_is, bulk_view
from bursar.web.grid.selection import Selection
from bursar.web.ledger.deciding import decide_many
from bursar.web.ledger.documents import DOCUMENTS, POST, VOID
from bursar.web.ledger.words import FAMILIES

State = LedgerDocument.State


@dataclass(frozen=True, slots=True)
class BookSum:
    """What goes to one book in one currency."""

    book: str
    currency: str
    number: int
    total: Decimal
    again: int
    """In the books already: these are only batched."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What posting the chosen documents comes to."""

    sums: Sequence[BookSum]
    families: Sequence[tuple[str, int]]
    batches: int
    """At most: a document without GL entries needs none."""
    left_out: Mapping[str, int]
    """Why others of the chosen documents are not posted, and how many."""
    shown: str
    """Of exactly these documents as they are now."""

    @property
    def number(self) -> int:
        """Documents that would be posted or batched."""
        return sum(each.number + each.again for each in self.sums)

    @property
    def writes(self) -> int:
        return sum(each.number for each in self.sums)


def _post(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Ask with the numbers; once more with exactly these documents confirmed, queue the posting and show its run."""
    selection = Selection.sent(request)
    grid, every = DOCUMENTS.rows(connection, QueryDict(selection.view))
    chosen = selection.of(grid, every)
    choice = choice_of(connection, chosen)
    shown = request.POST.get("shown", "")
    if not choice.number:
        messages.warning(request, _nothing(choice))
        return redirect(DOCUMENTS.back_to(connection, selection.view))
    if not shown:
        return _ask(request, connection, selection, choice)
    try:
        run = _post_exactly(connection, chosen, shown)
    except BursarError as error:
        messages.error(request, f"{error.sentence} {error.remedy}".strip())
        return redirect(DOCUMENTS.back_to(connection, selection.view))
    if run is None:
        return _ask(request, connection, selection, choice_of(connection, chosen), asked_again=True)
    messages.success(request, "The posting is on its way.")
    return redirect("runs:run", connection.pk, run.pk)


def _post_exactly(connection: Connection, chosen: QuerySet[LedgerDocument], shown: str) -> Run | None:
    """The posting of these documents; None when they are no longer what was shown."""
    with transaction.atomic():
        Connection.objects.select_for_update().get(pk=connection.pk)  # first, as everybody who agrees to documents does
        rows = LedgerDocument.objects.filter(pk__in=chosen.order_by().values("pk"))
        if shown_of(postable(rows).select_for_update(of=("self",))) != shown:
            return None
        return post_documents(connection, rows)


def choice_of(connection: Connection, chosen: QuerySet[LedgerDocument]) -> Choice:
    """What posting comes to, in a constant number of questions."""
    picked = LedgerDocument.objects.filter(pk__in=chosen.order_by().values("pk"))
    rows = postable(picked)
    fresh = Q(state=State.READY)
    sums = rows.values_list("book__name", "currency").annotate(
        number=Count("pk", filter=fresh),
        sum=Sum(Case(When(fresh, then=F("total")), default=Value(ZERO))),
        again=Count("pk", filter=~fresh),
    )
    families = rows.values_list("book", "family").annotate(number=Count("pk"))
    grouped = list(families.order_by("family"))
    by_family = {name: sum(number for _, family, number in grouped if family == name) for name in FAMILIES}
    return Choice(
        sums=[
            BookSum(name or "", currency, n, total, m) for name, currency, n, total, m in sums.order_by("book__name")
        ],
        families=[(FAMILIES[name], number) for name, number in by_family.items() if number],
        batches=_batches(connection, grouped),
        left_out=_left_out(picked, rows),
        shown=shown_of(rows),
    )


def _batches(connection: Connection, grouped: Sequence[tuple[int | None, str, int]]) -> int:
    books = {book.pk: book for book in Book.objects.filter(connection=connection)}
    single = {pk for pk, book in books.items() if setting_of(book, "batches") == BatchShape.DOCUMENT}
    return sum(number if book in single else 1 for book, _, number in grouped)


def _left_out(picked: QuerySet[LedgerDocument], rows: QuerySet[LedgerDocument]) -> Mapping[str, int]:
    says = {
        State.READY: "in a posting that has not ended",
        State.POSTED: "in a posting that has not ended",
        State.BLOCKED: "blocked",
        State.EXCLUDED: "excluded",
        State.BATCHED: "batched already",
        State.VOIDED: "taken back: export to see whether it waits again",
        State.GONE: "gone from ConnectWise",
    }
    found: dict[str, int] = {}
    others = picked.exclude(pk__in=rows.order_by().values("pk")).order_by("state")
    for state, number in others.values_list("state").annotate(number=Count("pk")):
        word = says[State(state)]
        found[word] = found.get(word, 0) + number
    return found


def shown_of(rows: QuerySet[LedgerDocument]) -> str:
    """What tells these documents, as they are, from any others."""
    digest = hashlib.sha256()
    for key, fingerprint, state in rows.order_by("pk").values_list("pk", "fingerprint", "state").iterator(2000):
        digest.update(f"{key}:{fingerprint}:{state};".encode())
    return digest.hexdigest()


def _nothing(choice: Choice) -> str:
    why = ", ".join(f"{number:,} {word}" for word, number in choice.left_out.items())
    return f"Nothing was posted: {why}." if why else "Nothing was posted: select at least one document first."


def _ask(
    request: HttpRequest, connection: Connection, selection: Selection, choice: Choice, *, asked_again: bool = False
) -> HttpResponse:
    context = {
        "connection": connection,
        "selection": selection,
        "choice": choice,
        "asked_again": asked_again,
        "bulk": DOCUMENTS.url("bulk", connection),
        "back": DOCUMENTS.back_to(connection, selection.view),
    }
    return render(request, "ledger/documents/post.html", context)


def _do(_request: HttpRequest, asked: Asked[LedgerDocument]) -> str | HttpResponse:
    if asked.action.key != VOID:
        return decide_many(asked.rows, asked.action.key)
    rows = LedgerDocument.objects.filter(pk__in=asked.rows.order_by().values("pk"))
    run = take_back(asked.connection, rows)
    return redirect("runs:run", asked.connection.pk, run.pk)


_others = bulk_view(DOCUMENTS, as_it_is, _do)


@require_POST
@on_connection(Role.OPERATOR)
def bulk(request: HttpRequest, connection: Connection) -> HttpResponseBase:
    """Posting asks in its own way; everything else as every list does."""
    if request.POST.get("do") == POST:
        return _post(request, connection)
    return _others(request, connection_id=connection.pk)
