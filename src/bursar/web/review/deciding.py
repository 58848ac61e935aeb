"""Decide about edits made by hand in ConnectWise: accept, overwrite or recreate, one or many (rule 97)."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from bursar.domain.errors import InvalidInput
from bursar.domain.roles import Role
from bursar.store.models import Connection, Drift
from bursar.usecases.review_drift import Decision, DriftState, decide, decide_many
from bursar.web.access import on_connection
from bursar.web.grid.bulk import Asked, as_it_is, bulk_view
from bursar.web.review.drift import BUTTONS, DRIFT

SAYS = {
    DriftState.ACCEPTED: "is accepted as it is in ConnectWise",
    DriftState.OVERWRITE: "will be overwritten by the next posting: make the plan again",
    DriftState.RECREATE: "will be made anew by the next posting: make the plan again",
}


@on_connection(Role.OPERATOR)
def _one(request: HttpRequest, connection: Connection) -> HttpResponse:
    """One Addition; told when somebody else decided in between."""
    key = request.POST.get("addition", "")
    if not (key.isascii() and key.isdigit() and len(key) <= 18):
        raise Http404
    try:
        decision = Decision(request.POST.get("do", ""))
    except ValueError:
        raise Http404 from None
    try:
        facts = decide(connection, int(key), decision, shown=request.POST.get("shown", ""))
    except InvalidInput as error:
        messages.error(request, f"{error.sentence} {error.remedy}".strip())
    else:
        messages.success(request, f"Addition {key} {SAYS.get(facts.state, 'is decided')}.")
    return redirect(DRIFT.back_to(connection, request.POST.get("view", "")))


one = require_POST(_one)


def _do(_request: HttpRequest, asked: Asked[Drift]) -> str:
    decision = Decision(asked.action.key)
    report = decide_many(asked.connection, asked.rows, decision)
    reasons = " ".join(f"{number:,}: {why}" for why, number in report.reasons.items())
    left = f" {report.left:,} stay as they were. {reasons}" if report.left else ""
    again = "" if decision is Decision.ACCEPT else " Make the plan again to see what posting will do."
    return f"{BUTTONS[decision][0]}: {report.decided:,} decided.{left}{again}"


bulk = bulk_view(DRIFT, as_it_is, _do)
