"""Load Products: show the offers of a window, and load what is missing to know them (rule 45)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from bursar.domain.errors import BursarError
from bursar.domain.period import Month
from bursar.domain.roles import Role
from bursar.jobs.queue import start_run
from bursar.store.models import Connection
from bursar.usecases.deliveries import Loadable
from bursar.usecases.offer_window import WINDOWS, months_to_load, window
from bursar.usecases.run_requests import LoadRequest
from bursar.usecases.runs import LOAD_LINES
from bursar.web.access import on_connection
from bursar.wiring import loadable_months


@require_POST
@on_connection(Role.OPERATOR)
def load_products(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Start the loads and lead to the list of the window. What is loaded already is not loaded again."""
    sent = request.POST.get("window", "")
    back = next((months for months in WINDOWS if str(months) == sent), min(WINDOWS))
    loadable = loadable_months(connection)
    try:
        started = _start(connection, loadable, back)
    except BursarError as error:
        messages.error(request, f"{error.sentence} {error.remedy}".strip())
    else:
        _say(request, loadable, started)
    return redirect(f"{reverse('mapping:products', args=[connection.pk])}?window={back}")


def _start(connection: Connection, loadable: Loadable, back: int) -> int:
    """How many loads were started. Raises BursarError when the stored source cannot be read."""
    if loadable.problem is not None:
        raise loadable.problem
    months = window(Month.of(timezone.now().date()), back)
    wanted = months_to_load(connection, loadable, months)
    for month in wanted:
        start_run(connection, LOAD_LINES, LoadRequest().as_json(), str(month or ""))
    return len(wanted)


def _say(request: HttpRequest, loadable: Loadable, started: int) -> None:
    if started:
        loads = "1 load is" if started == 1 else f"{started} loads are"
        messages.success(request, f"{loads} under way; products appear here as soon as their lines are in. See Runs.")
    elif loadable.months or loadable.single_file:
        messages.info(request, "Every month of the window that a source has is loaded already.")
    else:
        messages.info(request, "There is nothing to load by period: no source is stored, and no lines were pushed.")
