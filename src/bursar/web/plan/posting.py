"""Post from the plan what a person chose in it: ask first, then have it written (rule 88)."""

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from bursar.domain.errors import BursarError
from bursar.domain.roles import Role
from bursar.jobs.posting import post_plan
from bursar.store.models import Connection, PlanEntry, Run
from bursar.store.queries.plan_choice import Choice, choice_of
from bursar.store.queries.plans import changes_of, writes_of
from bursar.usecases.agreed_plan import must_be_postable
from bursar.web.access import on_connection
from bursar.web.grid.selection import Selection
from bursar.web.grid.view_state import ViewState
from bursar.web.plan.lists import ACTIONS, CHANGES
from bursar.web.plan.moment import made_plan_at
from bursar.web.plan.subject import subject_of


@require_POST
@on_connection(Role.OPERATOR)
def post(request: HttpRequest, connection: Connection, plan_id: UUID) -> HttpResponse:
    """Ask with the numbers; once more with them confirmed, queue the posting and show its run."""
    plan = made_plan_at(connection, plan_id)
    selection = Selection.sent(request)
    entries = _chosen(selection, connection, plan)
    choice = choice_of(plan, changes_of(plan) if entries is None else entries)
    try:
        must_be_postable(plan)
        if not choice.writes:
            messages.warning(request, _nothing(choice))
            return redirect(CHANGES.looked_at(plan, selection.view))
        if selection.confirmed != choice.writes:
            return _ask(request, connection, plan, selection, choice)
        run = post_plan(plan, entries)
    except BursarError as error:
        messages.error(request, f"{error.sentence} {error.remedy}".strip())
        return redirect(CHANGES.looked_at(plan, selection.view))
    messages.success(request, f"Posting of {subject_of(plan).name} is on its way.")
    return redirect("runs:run", connection.pk, run.pk)


def _chosen(selection: Selection, connection: Connection, plan: Run) -> QuerySet[PlanEntry] | None:
    """The chosen entries; None for the whole plan."""
    query = QueryDict(selection.view)
    grid = CHANGES.grid(query, connection, plan)
    if selection.everything and not ViewState.read(grid, query).filtered:
        return None
    return selection.of(grid, changes_of(plan))


def _nothing(choice: Choice) -> str:
    reasons = {
        "is for preview only": choice.preview_only,
        "is posted already": choice.posted,
        "is being posted now": choice.under_way,
        "is as it should be": choice.others,
    }
    why = ", ".join(f"{number:,} {words}" for words, number in reasons.items() if number)
    return f"Nothing was posted: {why}." if why else "Nothing was posted: select at least one change first."


def _ask(request: HttpRequest, connection: Connection, plan: Run, selection: Selection, choice: Choice) -> HttpResponse:
    names = {action.value: name for action, name in ACTIONS.items()}
    context = {
        "connection": connection,
        "plan": plan,
        "subject": subject_of(plan),
        "selection": selection,
        "choice": choice,
        "counts": [(names[action], number) for action, number in choice.counts.items()],
        "everything": choice.writes == writes_of(plan).count(),
        "asked_again": selection.confirmed is not None,
        "bulk": CHANGES.url("post", plan),
        "back": CHANGES.looked_at(plan, selection.view),
    }
    return render(request, "plan/confirm.html", context)
