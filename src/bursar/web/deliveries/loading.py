"""Load Invoices: the current month, the previous one, or both, from everything that can be loaded by period."""

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from bursar.domain.errors import BursarError
from bursar.domain.period import Month
from bursar.domain.roles import Role
from bursar.jobs.queue import start_run
from bursar.store.models import Connection, Run
from bursar.usecases.deliveries import Loadable, LoadableMonth
from bursar.usecases.run_requests import LoadRequest
from bursar.usecases.runs import LOAD_LINES
from bursar.web.access import on_connection
from bursar.web.deliveries.columns import said_with_link
from bursar.web.partial import wants_part
from bursar.wiring import loadable_months

NONE_CHOSEN = "Choose the current month, the previous month, or both."


@dataclass(frozen=True, slots=True)
class MonthChoice:
    """One checkbox: a month, and what there is of it."""

    title: str
    found: LoadableMonth
    unfinished: bool
    under_way: Run | None

    @property
    def value(self) -> str:
        return str(self.found.month)

    @property
    def open(self) -> bool:
        return self.found.is_there and self.under_way is None


def choices(connection: Connection, loadable: Loadable, today: date) -> list[MonthChoice]:
    """The current month and the previous one, which is December of the year before in January (rules 52 and 53)."""
    current = Month.of(today)
    titles = (("Current Month", current), ("Previous Month", current.previous))
    return [
        MonthChoice(title, loadable.of(month), month == current, _under_way(connection, month))
        for title, month in titles
    ]


def _under_way(connection: Connection, month: Month) -> Run | None:
    """A load of the month by period that has not ended."""
    runs = Run.objects.filter(connection=connection, verb=LOAD_LINES, month=str(month), state__in=Run.ACTIVE)
    return runs.filter(request__path="").exclude(request__has_key="delivery").first()


@on_connection(Role.OPERATOR)
def load(request: HttpRequest, connection: Connection) -> HttpResponse:
    """The modal's body for htmx, a page of its own without; a run for each chosen month after POST."""
    months = choices(connection, loadable := loadable_months(connection), timezone.localdate())
    if request.method != "POST":
        return _body(request, connection, loadable, months)
    chosen = [each for each in months if each.value in request.POST.getlist("month")]
    if not chosen:
        return _body(request, connection, loadable, months, NONE_CHOSEN)
    if closed := [each for each in chosen if not each.open]:
        return _body(request, connection, loadable, months, f"There is nothing to load for {closed[0].value} now.")
    for each in reversed(chosen):  # the earlier month first
        _start(request, connection, each)
    return _back(request, connection)


def _start(request: HttpRequest, connection: Connection, choice: MonthChoice) -> None:
    try:
        run = start_run(connection, LOAD_LINES, LoadRequest().as_json(), choice.value)
    except BursarError as error:
        messages.error(request, f"{error.sentence} {error.remedy}".strip())
    else:
        messages.success(request, said_with_link(f"Loading {choice.value}.", run))


def _body(
    request: HttpRequest, connection: Connection, loadable: Loadable, months: list[MonthChoice], fault: str = ""
) -> HttpResponse:
    context = {
        "connection": connection,
        "loadable": loadable,
        "months": months,
        "any_open": any(each.open for each in months),
        "fault": fault,
        "next": _next(request, connection),
    }
    template = "deliveries/parts/load_form.html" if wants_part(request) else "deliveries/load.html"
    return render(request, template, context, status=422 if fault else 200)


def _next(request: HttpRequest, connection: Connection) -> str:
    """The page that opened the modal, or that a form says; never another site."""
    wanted = request.POST.get("next") or request.headers.get("HX-Current-URL") or ""
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}):
        return wanted
    return reverse("deliveries:list", args=[connection.pk])


def _back(request: HttpRequest, connection: Connection) -> HttpResponse:
    """The page again, so that it shows the message; htmx must be told to leave the modal."""
    address = _next(request, connection)
    if wants_part(request):
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)
