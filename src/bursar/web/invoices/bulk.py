"""The same for many lines: ask first, with how many they are, then do it and tell what became of them (rule 70)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from bursar.domain.errors import BursarError, InvalidInput
from bursar.domain.roles import Role
from bursar.store.models import Connection, Line
from bursar.store.queries.chunks import chunks
from bursar.usecases.agreement_choices import agreement_choices, chosen_agreement, mapped_companies
from bursar.usecases.edit_lines import EditReport, edit_many, reset_many
from bursar.usecases.line_values import DATES, KINDS
from bursar.web.access import on_connection
from bursar.web.grid.grid import BulkAction
from bursar.web.grid.selection import Selection
from bursar.web.invoices.editors import TITLES, AgreementControl, DateControl, is_id, pick_control
from bursar.web.invoices.rows import KEPT
from bursar.web.invoices.saving import parsed
from bursar.web.invoices.sheet import sheet_of
from bursar.web.invoices.views import back_to
from bursar.wiring import connectwise

NAMED = 10
"""How many of the selected lines are named before it is done."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A bulk action and the lines it is for."""

    connection: Connection
    action: BulkAction
    selection: Selection
    rows: QuerySet[Line]
    number: int


@require_POST
@on_connection(Role.OPERATOR)
def bulk(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Without `confirmed` it asks; when the number of lines has changed since, it asks again."""
    selection = Selection.sent(request)
    back = back_to(connection, selection.view)
    sheet = sheet_of(connection, QueryDict(selection.view))
    action = sheet.grid.action(request.POST.get("do", "")) if sheet else None
    rows = selection.of(sheet.grid, sheet.rows) if sheet else Line.objects.none()
    number = rows.count()
    if action is None or not number:
        messages.warning(request, "Nothing was done: select at least one line first.")
        return redirect(back)
    asked = Asked(connection, action, selection, rows, number)
    if selection.confirmed != number or "search" in request.POST:
        return _ask(request, asked)
    try:
        report = _DEEDS.get(action.key, _set)(asked, request.POST.get("value", "").strip())
    except BursarError as error:
        return _ask(request, asked, problem=f"{error.sentence} {error.remedy}".strip())
    messages.success(request, said(action, report))
    return redirect(back)


def _set(asked: Asked, sent: str) -> EditReport:
    """One value for all of them."""
    key = asked.action.key
    if key == "agreement" and is_id(sent):
        company, currency = _only_company(asked), _only_currency(asked)
        with connectwise(asked.connection) as psa:
            chosen = chosen_agreement(psa, company, currency, int(sent))
        return edit_many(asked.connection, asked.rows, {key: chosen.id}, agreement=chosen)
    return edit_many(asked.connection, asked.rows, {key: parsed(key, sent)})


_DEEDS: Mapping[str, Callable[[Asked, str], EditReport]] = {
    "by_hand": lambda asked, _: edit_many(asked.connection, asked.rows, {"by_hand": True}),
    "not_by_hand": lambda asked, _: edit_many(asked.connection, asked.rows, {"by_hand": False}),
    "reset": lambda asked, _: reset_many(asked.connection, asked.rows),
}
"""What needs no value; everything else sets one."""


def said(action: BulkAction, report: EditReport) -> str:
    """What became of the selected lines."""
    parts = [f"{action.title}: {report.changed:,} changed."]
    if report.unchanged:
        parts.append(f"{report.unchanged:,} had it already.")
    if report.refused:
        reasons = ", ".join(f"{number:,} {reason}" for reason, number in report.reasons.items())
        parts.append(f"{report.refused:,} stay as they were: {reasons}.")
    if report.agreements_taken_away:
        parts.append(f"{report.agreements_taken_away:,} lost an Agreement that belonged to the company before.")
    return " ".join(parts)


def _ask(request: HttpRequest, asked: Asked, *, problem: str = "") -> HttpResponse:
    first = list(asked.rows.values_list("organization_name", "subscription_name", "offer_name")[:NAMED])
    posted = asked.rows.filter(link__isnull=False).count()
    unable, template, control = _control(request, asked)
    sentence = asked.action.sentence.format(rows=f"{asked.number:,} {'line' if asked.number == 1 else 'lines'}")
    if posted:
        sentence += f" {posted:,} of them {'is' if posted == 1 else 'are'} posted already and will stay as they are."
    context = {
        "connection": asked.connection,
        "action": asked.action,
        "sentence": sentence,
        "selection": asked.selection,
        "rows": asked.number,
        "first": [f"{organization}: {subscription or offer}" for organization, subscription, offer in first],
        "more": asked.number - len(first),
        "asked_again": asked.selection.confirmed not in {None, asked.number},
        "problem": problem or unable,
        "unable": unable,
        "control_template": template,
        "control": control,
        "bulk": reverse("invoices:bulk", args=[asked.connection.pk]),
        "back": back_to(asked.connection, asked.selection.view),
    }
    return render(request, "grid/confirm.html", context, status=422 if problem else 200)


def _control(request: HttpRequest, asked: Asked) -> tuple[str, str, object]:
    """Why it cannot be done at all, if so; else what asks for the value."""
    key, sent = asked.action.key, request.POST.get("value", "")
    if key in DATES:
        return "", "invoices/editors/date.html", DateControl(TITLES[key], sent, "")
    if key in KINDS:
        text = request.POST.get("find", "").replace("\x00", "").strip()[:200]
        ticked = int(sent) if is_id(sent) else None
        return "", "invoices/editors/pick.html", pick_control(asked.connection, key, text, ticked, prefix=key)
    if key == "agreement":
        return _agreements(asked, int(sent) if is_id(sent) else None)
    return "", "", None


def _agreements(asked: Asked, ticked: int | None) -> tuple[str, str, object]:
    try:
        company = _only_company(asked)
        with connectwise(asked.connection) as psa:
            choices = agreement_choices(psa, company, _only_currency(asked))
    except BursarError as error:
        return f"{error.sentence} {error.remedy}".strip(), "", None
    return "", "invoices/editors/agreement.html", AgreementControl("agreement", choices, ticked, KEPT)


def _only_company(asked: Asked) -> int:
    """The company that all selected lines go to that are not posted. Raises InvalidInput (rule 71)."""
    pairs = asked.rows.filter(link__isnull=True).order_by().values_list("set_company_id", "organization_id").distinct()
    companies = {company for company, _ in pairs if company is not None}
    unset = {organization for company, organization in pairs if company is None}
    for some in chunks(unset):
        mapped = mapped_companies(asked.connection, some)
        companies |= {mapped.get(organization, 0) for organization in some}
        if len(companies) > 1:
            break
    if len(companies) != 1 or 0 in companies:
        raise InvalidInput(
            "The selected lines do not all go to one company, and an Agreement belongs to one.",
            remedy="Select unposted lines of one mapped company.",
        )
    return companies.pop()


def _only_currency(asked: Asked) -> str | None:
    """The currency of the selected lines; None when there are several: each line takes only what fits it."""
    currencies = asked.rows.filter(link__isnull=True).order_by().values_list("currency", flat=True).distinct()
    return currencies[0] if len(currencies) == 1 else None
