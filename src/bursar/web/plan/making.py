"""Making a plan: asked for, followed, made again, and made again with cancellations confirmed (rule 95f)."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from bursar.domain.errors import BursarError
from bursar.domain.period import Month
from bursar.domain.roles import Role
from bursar.jobs.queue import start_run
from bursar.store.models import Connection, Run
from bursar.store.queries.plans import blocked_of, plans_alike
from bursar.usecases.plan_additions import PlanOptions
from bursar.usecases.plan_state import loaded_months, month_plans, still_confirmed
from bursar.usecases.run_requests import plan_options_of, plan_request
from bursar.usecases.runs import PLAN_LINES
from bursar.web.access import on_connection
from bursar.web.plan.head import MASS_CANCELLATION
from bursar.web.plan.lists import CHANGES
from bursar.web.plan.moment import made_plan_at, plan_at
from bursar.web.runs.account import progress_of


@require_POST
@on_connection(Role.OPERATOR)
def make(request: HttpRequest, connection: Connection, month: str) -> HttpResponse:
    """Read ConnectWise and make the plan of a whole month. Nothing is written."""
    return _make_month(request, connection, month)


@require_POST
@on_connection(Role.OPERATOR)
def again(request: HttpRequest, connection: Connection, plan_id: UUID) -> HttpResponse:
    """Read ConnectWise anew: for the whole month of the plan, or for the same Additions to end."""
    plan = plan_at(connection, plan_id)
    if plan.verb == PLAN_LINES:
        return _make_month(request, connection, plan.month)
    run = _start(request, plans_alike(plan), connection, plan.verb, plan.request)
    return redirect(CHANGES.url("list", run or plan))


@require_POST
@on_connection(Role.OPERATOR)
def confirm_cancellations(request: HttpRequest, connection: Connection, plan_id: UUID) -> HttpResponse:
    """Make the plan again; this customer's many cancellations are meant, and those that were confirmed before."""
    plan = made_plan_at(connection, plan_id)
    held = blocked_of(plan).filter(code=MASS_CANCELLATION, company_id__isnull=False)
    wanted = request.POST.get("company", "")
    company = next((row for row in held if str(row.company_id) == wanted), None)
    if company is None or company.company_id is None:
        messages.warning(request, "No cancellations of this customer wait for a confirmation.")
        return redirect(CHANGES.url("list", plan))
    options = plan_options_of(plan)
    confirmed = options.confirm_cancellations_of | {company.company_id}
    return _start_month(request, connection, replace(options, confirm_cancellations_of=confirmed))


@on_connection(Role.VIEWER)
def making(request: HttpRequest, connection: Connection, plan_id: UUID) -> HttpResponse:
    """How far the plan is; asked for again and again, and the whole page anew once it has ended."""
    run = plan_at(connection, plan_id)
    context = {
        "connection": connection,
        "run": run,
        "progress": progress_of(run),
        "seen": request.GET.get("seen", ""),
        "polled": True,
    }
    answer = render(request, "plan/parts/making.html", context)
    if not run.active:
        answer["HX-Refresh"] = "true"
    return answer


def _make_month(request: HttpRequest, connection: Connection, month: str) -> HttpResponse:
    if month not in loaded_months(connection):
        raise Http404
    confirmed = still_confirmed(connection, month)
    options = PlanOptions(Month.parse(month), survey=True, confirm_cancellations_of=confirmed)
    return _start_month(request, connection, options)


def _start_month(request: HttpRequest, connection: Connection, options: PlanOptions) -> HttpResponse:
    month = str(options.month)
    _start(request, month_plans(connection, month), connection, PLAN_LINES, plan_request(options), month)
    return redirect(reverse("plan:page", args=[connection.pk], query={"month": month}))


def _start(
    request: HttpRequest,
    alike: QuerySet[Run],
    connection: Connection,
    verb: str,
    asked: Mapping[str, object],
    month: str = "",
) -> Run | None:
    """The run that makes the plan, the one under way first; None, with a message, when none can be started."""
    under_way = alike.filter(state__in=Run.ACTIVE).first()
    if under_way is not None:
        messages.info(request, "The plan is being made already.")
        return under_way
    try:
        return start_run(connection, verb, asked, month)
    except BursarError as error:
        messages.error(request, f"{error.sentence} {error.remedy}".strip())
        return None
