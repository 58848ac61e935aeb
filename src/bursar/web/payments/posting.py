"""Pull payments from the books, and write to ConnectWise exactly what was shown."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from bursar.domain.errors import BursarError
from bursar.domain.money import ZERO
from bursar.domain.roles import Role
from bursar.jobs.payments import post_payments, pull_payments
from bursar.store.models import Connection, InvoiceSettlement, Run
from bursar.store.queries.run_list import active_run
from bursar.usecases.agree_payments import postable
from bursar.usecases.runs import PULL_PAYMENTS
from bursar.web.access import on_connection
from bursar.web.grid.selection import Selection
from bursar.web.payments.settlements import ACTIONS_TOLD, CAPPED, POST, SETTLEMENTS


@dataclass(frozen=True, slots=True)
class Choice:
    """What posting the payments of the chosen invoices comes to."""

    number: int
    """Invoices."""
    deeds: Mapping[str, int]
    """What is written, and for how many invoices."""
    money: Sequence[tuple[str, Decimal, Decimal]]
    """Currency; what ConnectWise has as cash payments now, and then."""
    left_out: int
    shown: str
    """Of exactly these payments as they are now."""


@require_POST
@on_connection(Role.OPERATOR)
def pull(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Read what was paid since the last time; everything once more if `everything` is sent."""
    if active_run(connection, PULL_PAYMENTS):
        messages.info(request, "Payments are being pulled already.")
        return redirect("payments:list", connection.pk)
    try:
        pull_payments(connection, everything=request.POST.get("everything") == "1")
    except BursarError as error:
        messages.error(request, f"{error.sentence} {error.remedy}".strip())
    return redirect("payments:list", connection.pk)


@require_POST
@on_connection(Role.OPERATOR)
def bulk(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Ask with the numbers; once more with exactly these payments confirmed, queue the posting and show its run."""
    selection = Selection.sent(request)
    grid, every = SETTLEMENTS.rows(connection, QueryDict(selection.view))
    chosen = selection.of(grid, every)
    choice = choice_of(chosen)
    shown = request.POST.get("shown", "")
    if request.POST.get("do") != POST or not choice.number:
        left = f" {choice.left_out:,} of these need no payment, or wait for a person." if choice.left_out else ""
        messages.warning(request, f"Nothing was posted: select at least one invoice with something to write.{left}")
        return redirect(SETTLEMENTS.back_to(connection, selection.view))
    if not shown:
        return _ask(request, connection, selection, choice)
    try:
        run = _post_exactly(connection, chosen, shown)
    except BursarError as error:
        messages.error(request, f"{error.sentence} {error.remedy}".strip())
        return redirect(SETTLEMENTS.back_to(connection, selection.view))
    if run is None:
        return _ask(request, connection, selection, choice_of(chosen), asked_again=True)
    messages.success(request, "The posting is on its way.")
    return redirect("runs:run", connection.pk, run.pk)


def _post_exactly(connection: Connection, chosen: QuerySet[InvoiceSettlement], shown: str) -> Run | None:
    """The posting of these payments; None when they are no longer what was shown."""
    with transaction.atomic():
        Connection.objects.select_for_update().get(pk=connection.pk)  # first, as everybody who keeps settlements does
        rows = InvoiceSettlement.objects.filter(pk__in=chosen.order_by().values("pk"))
        if shown_of(postable(rows).select_for_update(of=("self",))) != shown:
            return None
        return post_payments(connection, rows)


def choice_of(chosen: QuerySet[InvoiceSettlement]) -> Choice:
    """What posting comes to, in a constant number of questions."""
    picked = InvoiceSettlement.objects.filter(pk__in=chosen.order_by().values("pk"))
    rows = postable(picked)
    number = rows.count()
    deeds: dict[str, int] = {}
    for action, count in rows.order_by("action").values_list("action").annotate(number=Count("pk")):
        for word in dict.fromkeys(part.strip() for part in action.split(",") if part.strip()):
            deeds[ACTIONS_TOLD.get(word, word)] = deeds.get(ACTIONS_TOLD.get(word, word), 0) + count
    sums = rows.order_by("currency").values_list("currency").annotate(now=Sum("present"), then=Sum(CAPPED))
    money = [(currency, now or ZERO, then or ZERO) for currency, now, then in sums]
    return Choice(number, deeds, money, picked.count() - number, shown_of(rows))


def shown_of(rows: QuerySet[InvoiceSettlement]) -> str:
    """What tells these payments, as they are, from any others."""
    digest = hashlib.sha256()
    for key, fingerprint in rows.order_by("pk").values_list("pk", "fingerprint").iterator(2000):
        digest.update(f"{key}:{fingerprint};".encode())
    return digest.hexdigest()


def _ask(
    request: HttpRequest, connection: Connection, selection: Selection, choice: Choice, *, asked_again: bool = False
) -> HttpResponse:
    context = {
        "connection": connection,
        "selection": selection,
        "choice": choice,
        "asked_again": asked_again,
        "bulk": SETTLEMENTS.url("bulk", connection),
        "back": SETTLEMENTS.back_to(connection, selection.view),
    }
    return render(request, "payments/post.html", context)
