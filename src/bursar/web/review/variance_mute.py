"""Mute variances, one or many: asks for a reason and a last day (rule 146)."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from bursar.domain.errors import InvalidInput
from bursar.domain.roles import Role
from bursar.store.models import Connection, Variance
from bursar.store.queries.variances import newest_review
from bursar.usecases.mute_variance import LONGEST, LONGEST_REASON, Place, mute, today_in_utc, unmute
from bursar.web.access import on_connection
from bursar.web.grid.grid import BulkAction
from bursar.web.grid.selection import Selection
from bursar.web.review.variance import back_to
from bursar.web.review.variance_grid import MUTE, variance_rows

NAMED = 10
"""How many of the selected rows are named before it is done."""
A_MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class MuteFields:
    """What the form holds."""

    reason: str
    until: str
    earliest: date
    latest: date
    longest: int = LONGEST_REASON

    @classmethod
    def sent(cls, request: HttpRequest, today: date) -> "MuteFields":
        until = request.POST.get("until", (today + A_MONTH).isoformat())
        return cls(request.POST.get("reason", ""), until, today, today + LONGEST)

    @property
    def day(self) -> date:
        """Raises InvalidInput."""
        try:
            return date.fromisoformat(self.until)
        except ValueError:
            raise InvalidInput("The last day is missing.", remedy="Choose it in the calendar.") from None


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be done with which rows."""

    connection: Connection
    action: BulkAction
    selection: Selection
    rows: QuerySet[Variance]
    number: int
    fields: MuteFields

    @property
    def places(self) -> list[Place]:
        return [(row.company_id, row.product_id) for row in self.rows.order_by()]


@on_connection(Role.OPERATOR)
def _bulk(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Without `confirmed` it asks; when the number of rows has changed since, it asks again."""
    asked = _asked(request, connection)
    if asked is None:
        messages.warning(request, "Nothing was done: select at least one row first.")
        return redirect(back_to(connection, request.POST.get("view", "")))
    if asked.selection.confirmed != asked.number:
        return _ask(request, asked)
    try:
        messages.success(request, _do(asked))
    except InvalidInput as error:
        return _ask(request, asked, f"{error.sentence} {error.remedy}")
    return redirect(back_to(connection, asked.selection.view))


bulk = require_POST(_bulk)


def _asked(request: HttpRequest, connection: Connection) -> Asked | None:
    """None when nothing was selected, or there is nothing to select from."""
    plan, today = newest_review(connection), today_in_utc()
    if plan is None:
        return None
    grid, every = variance_rows(connection, plan, today)
    selection = Selection.sent(request)
    action = grid.action(request.POST.get("do", ""))
    rows = selection.of(grid, every)
    number = rows.count()
    if action is None or not number:
        return None
    return Asked(connection, action, selection, rows, number, MuteFields.sent(request, today))


def _do(asked: Asked) -> str:
    """Raises InvalidInput."""
    if asked.action.key == MUTE:
        done = mute(asked.connection, asked.places, asked.fields.reason, asked.fields.day, asked.fields.earliest)
        return f"Muted until {asked.fields.day}: {done:,} {'product' if done == 1 else 'products'}."
    done = unmute(asked.connection, asked.places)
    return f"No longer muted: {done:,} {'product' if done == 1 else 'products'}."


def _ask(request: HttpRequest, asked: Asked, problem: str = "") -> HttpResponse:
    first = [
        f"{company}: {product}"
        for company, product in asked.rows.values_list("company_name", "product_identifier")[:NAMED]
    ]
    confirmed = asked.selection.confirmed
    context = {
        "connection": asked.connection,
        "action": asked.action,
        "sentence": asked.action.sentence.format(rows=f"{asked.number:,} {'row' if asked.number == 1 else 'rows'}"),
        "selection": asked.selection,
        "rows": asked.number,
        "first": first,
        "more": asked.number - len(first),
        "asked_again": confirmed is not None and confirmed != asked.number,
        "problem": problem,
        "bulk": reverse("review:variance-bulk", args=[asked.connection.pk]),
        "back": back_to(asked.connection, asked.selection.view),
        "control": asked.fields,
        "control_template": "review/variance/mute_fields.html" if asked.action.key == MUTE else "",
    }
    return render(request, "grid/confirm.html", context, status=422 if problem else 200)
