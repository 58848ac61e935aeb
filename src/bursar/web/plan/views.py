"""The Plan pages: what would be written, before anything is written (rules 60, 73-88 and 99).

A month leads to its newest plan; whatever belongs to one plan is addressed by the run that made it.
"""

from collections.abc import Mapping
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from bursar.domain.roles import Role
from bursar.store.models import Connection, Line, PlanEntry, Run
from bursar.store.queries.plan_choice import sums_by_action
from bursar.usecases.pilot import pilot_state
from bursar.usecases.plan_state import loaded_months
from bursar.web.access import View, on_connection, person_of
from bursar.web.grid.chooser import remember_columns
from bursar.web.grid.files import view_as_file
from bursar.web.grid.listing import listing
from bursar.web.partial import wants_part
from bursar.web.plan.head import head_of
from bursar.web.plan.lists import ACTIONS, CHANGES, LISTS, PlanList, customer_of
from bursar.web.plan.moment import Moment, made_plan_at, plan_at
from bursar.web.plan.rows import presented
from bursar.web.plan.subject import month_subject, subject_of
from bursar.web.psa_links import agreement_link
from bursar.web.runs.account import progress_of

LINES_SHOWN = 200


@on_connection(Role.VIEWER)
def page(request: HttpRequest, connection: Connection) -> HttpResponse:
    """The newest plan of the newest loaded month, or of the one that `month` names."""
    months = loaded_months(connection)
    month = request.GET.get("month", "") or next(iter(months), "")
    if not month:
        return render(request, "plan/nothing.html", {"connection": connection})
    if month not in months:
        raise Http404
    moment = Moment.of_month(connection, month)
    if wants_part(request):
        return _part(request, connection, moment, CHANGES)
    make_url = reverse("plan:make", args=[connection.pk, month])
    about = {"subject": month_subject(month), "month": month, "months": months, "make_url": make_url}
    return _whole(request, connection, moment, CHANGES, about)


def list_view(which: PlanList) -> View[...]:
    """One of the lists of a plan; its part when htmx asks."""

    @on_connection(Role.VIEWER)
    def view(request: HttpRequest, connection: Connection, plan_id: UUID) -> HttpResponse:
        asked = plan_at(connection, plan_id)
        moment = Moment.of_plan(asked)
        if wants_part(request):
            return _part(request, connection, moment, which)
        months = loaded_months(connection)
        again_url = reverse("plan:again", args=[connection.pk, asked.pk])
        about = {
            "subject": subject_of(asked),
            "month": asked.month,
            "months": months,
            "make_url": again_url if asked.month in (*months, "") else "",
        }
        return _whole(request, connection, moment, which, about)

    return view


def export_view(which: PlanList) -> View[...]:
    """The view that the address describes as CSV or Excel."""

    @on_connection(Role.VIEWER)
    def view(request: HttpRequest, connection: Connection, plan_id: UUID) -> HttpResponseBase:
        plan = made_plan_at(connection, plan_id)
        name = f"bursar-{which.name}-{subject_of(plan).name}"
        return view_as_file(request, which.grid(request.GET, connection, plan), which.entries(plan), name)

    return view


def columns_view(which: PlanList) -> View[...]:
    """Remember which columns this person wants, and go back to the view without columns in its address."""

    @on_connection(Role.VIEWER)
    def view(request: HttpRequest, connection: Connection, plan_id: UUID) -> HttpResponse:
        plan = made_plan_at(connection, plan_id)
        query = QueryDict(request.POST.get("view", ""), mutable=True)
        remember_columns(request, which.grid(query, connection, plan))
        query.pop("columns", None)
        return redirect(which.looked_at(plan, query.urlencode()))

    return require_POST(view)


@on_connection(Role.VIEWER)
def entry(request: HttpRequest, connection: Connection, entry_id: int) -> HttpResponse:
    """Everything about one entry: all fields, and the invoice lines behind it."""
    found = get_object_or_404(PlanEntry.objects.select_related("run"), pk=entry_id, connection=connection)
    lines = Line.objects.filter(connection=connection, line_id__in=found.lines[:LINES_SHOWN]).order_by("line_id")
    which = next(each for each in LISTS if found.kind == each.kind)
    context = {
        "connection": connection,
        "back": which.looked_at(found.run, request.GET.get("view", "")),
        "row": presented(connection, [found])[0],
        "subject": subject_of(found.run),
        "lines": lines,
        "more": len(found.lines) - LINES_SHOWN,
        "agreement_url": agreement_link(connection, found.agreement_id),
    }
    return render(request, "plan/entry.html", context)


def _part(request: HttpRequest, connection: Connection, moment: Moment, which: PlanList) -> HttpResponse:
    if moment.shown is None:
        return HttpResponse(headers={"HX-Refresh": "true"})  # the list is gone: the page says why
    context = {"connection": connection, "which": which, **_list(request, moment.shown, moment, which)}
    return render(request, "plan/parts/list.html", context)


def _whole(
    request: HttpRequest, connection: Connection, moment: Moment, which: PlanList, about: Mapping[str, object]
) -> HttpResponse:
    context = {
        **about,
        "connection": connection,
        "which": which,
        "moment": moment,
        "progress": progress_of(moment.making) if moment.making else None,
        "pilot": pilot_state(connection),
    }
    if plan := moment.shown:
        head = head_of(plan)
        tabs = [(each, each.url("list", plan), head.counts[each.name]) for each in LISTS]
        context |= {**_list(request, plan, moment, which), "head": head, "tabs": tabs, "plan": plan}
    return render(request, "plan/page.html", context)


def _list(request: HttpRequest, plan: Run, moment: Moment, which: PlanList) -> dict[str, object]:
    operates = moment.settled and Role(person_of(request).role).allows(Role.OPERATOR)
    grid = which.grid(request.GET, plan.connection, plan)
    return {
        "listing": listing(request, grid, which.entries(plan)),
        "part": "entries",
        "here": which.url("list", plan),
        "export": which.url("export", plan),
        "columns_url": which.url("columns", plan),
        "bulk": which.url("post", plan) if operates and which is CHANGES else "",
        "post_url": CHANGES.url("post", plan) if operates else "",
        "cancellations_url": reverse("plan:cancellations", args=[plan.connection_id, plan.pk]) if operates else "",
        "subtotal": _subtotal(request, plan, which),
    }


def _subtotal(request: HttpRequest, plan: Run, which: PlanList) -> list[tuple[str, str, int, object]]:
    """What one customer's part of the list comes to; nothing for the whole list, whose sums stand above."""
    company_id = customer_of(request.GET)
    if company_id is None or which is not CHANGES:
        return []
    rows = sums_by_action(which.entries(plan).filter(company_id=company_id))
    names = {action.value: name for action, name in ACTIONS.items()}
    return [(names[action], currency, number, amount) for action, currency, number, amount in rows]
