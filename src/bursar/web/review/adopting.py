"""Decide about Additions that people made: adopt, keep both, choose another line, or end them in bulk (rule 99)."""

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from bursar.domain.errors import InvalidInput
from bursar.domain.roles import Role
from bursar.jobs.queue import start_run
from bursar.store.models import Connection, HandAddition
from bursar.store.queries.variances import newest_review
from bursar.usecases.line_values import version_of
from bursar.usecases.review_adoption import (
    adopt,
    adopt_many,
    candidate_lines,
    hand_additions_of,
    keep_both,
    last_day_before,
    places_of,
    withdraw,
)
from bursar.usecases.run_requests import endings_request
from bursar.usecases.runs import PLAN_ENDINGS
from bursar.web.access import on_connection
from bursar.web.grid.bulk import Asked, bulk_view
from bursar.web.partial import wants_part
from bursar.web.review.adoption import ADOPT, ADOPTION, AGAIN, END


@on_connection(Role.OPERATOR)
def _decide(request: HttpRequest, connection: Connection) -> HttpResponse:
    """One Addition: `do` is adopt (by `line`), keep or withdraw."""
    row = _row(connection, request.POST.get("record", ""))
    shown = request.POST.get("shown") or None
    try:
        match request.POST.get("do"):
            case "adopt":
                line = adopt(connection, row.addition_id, request.POST.get("line", ""), shown=shown)
                messages.success(request, f"Line {line.line_id} will adopt Addition {row.addition_id}. {AGAIN}")
            case "keep":
                line = keep_both(connection, row.addition_id, shown=shown)
                messages.success(request, f"Line {line.line_id} is billed beside Addition {row.addition_id}. {AGAIN}")
            case "withdraw":
                withdraw(connection, row.addition_id, shown=shown)
                messages.success(request, f"Nothing is decided about Addition {row.addition_id} any more.")
            case _:
                raise Http404
    except InvalidInput as error:
        messages.error(request, f"{error.sentence} {error.remedy}".strip())
    return redirect(ADOPTION.back_to(connection, request.POST.get("view", "")))


decide = require_POST(_decide)


@on_connection(Role.OPERATOR)
def pick(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Choose another line for an Addition: in a window of the list, or as a page of its own."""
    row = _row(connection, request.GET.get("record", ""))
    text = request.GET.get("find", "").replace("\x00", "").strip()[:200]
    view = request.GET.get("view", "")
    context = {
        "connection": connection,
        "row": row,
        "options": [(line, version_of(line)) for line in candidate_lines(connection, row, text)],
        "text": text,
        "view": view,
        "back": ADOPTION.back_to(connection, view),
        "decide_url": ADOPTION.url("decide", connection),
        "pick_url": ADOPTION.url("pick", connection),
    }
    if not wants_part(request):
        return render(request, "review/adoption/pick.html", context)
    part = "options" if "find" in request.GET else "picker"
    return render(request, f"review/adoption/{part}.html", context)


def _row(connection: Connection, key: str) -> HandAddition:
    found = None
    if key.isascii() and key.isdigit() and len(key) <= 18:
        found = hand_additions_of(connection).filter(pk=key).select_related("run").first()
    if found is None:
        raise Http404
    return found


@dataclass(frozen=True, slots=True)
class LastDay:
    """The field of the form that ends Additions."""

    text: str

    @property
    def day(self) -> date:
        """Raises InvalidInput."""
        try:
            return date.fromisoformat(self.text)
        except ValueError:
            raise InvalidInput("The last day is missing.", remedy="Choose it in the calendar.") from None


def _asked_for(request: HttpRequest, asked: Asked[HandAddition]) -> Asked[HandAddition]:
    if asked.action.key != END:
        return asked
    plan = newest_review(asked.connection)
    first = last_day_before(plan.month).isoformat() if plan else ""
    return asked.also(LastDay(request.POST.get("last_day", first)), "review/adoption/last_day.html")


def _do(_request: HttpRequest, asked: Asked[HandAddition]) -> str | HttpResponse:
    if asked.action.key == ADOPT:
        report = adopt_many(asked.connection, asked.rows)
        left = f" {report.left:,} stay as they were." if report.left else ""
        return f"Adopt: {report.adopted:,} decided.{left} {AGAIN}"
    if not isinstance(asked.control, LastDay):
        raise Http404
    request = endings_request(places_of(asked.rows), asked.control.day)
    run = start_run(asked.connection, PLAN_ENDINGS, request)
    return redirect("plan:changes", asked.connection.pk, run.pk)


bulk = bulk_view(ADOPTION, _asked_for, _do)
