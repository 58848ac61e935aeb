"""What people change on one line is saved here; of two at the same time, the second is told (rules 65-72 and 102)."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from bursar.domain.errors import BursarError, InvalidInput
from bursar.store.models import Connection, Line
from bursar.usecases.agreement_choices import AgreementChoice, chosen_agreement, company_of
from bursar.usecases.edit_lines import OverrideValue, accept_change, edit_line, reset_line, version_of
from bursar.usecases.kept_records import chosen
from bursar.usecases.line_values import DATES, KINDS
from bursar.usecases.refusals import ChangedMeanwhile
from bursar.web.grid.editing import Clash, Editor
from bursar.web.invoices.editors import BACK, TITLES, editor_of, is_id, text_of
from bursar.web.invoices.rows import KEPT, LineRow
from bursar.web.invoices.showing import Refusal, answer, flags_of, lines_to_show, row_of
from bursar.web.partial import wants_part
from bursar.wiring import connectwise

SAVE, REMOVE = "save", "remove"


def save(request: HttpRequest, connection: Connection, line: Line) -> HttpResponse:
    """Do what the form says: one value, the decisions, a reset, or that a change is accepted."""
    deed, key = request.POST.get("do", ""), request.POST.get("edit", "")
    if "search" in request.POST and key in KINDS:
        return _search(request, connection, line, key)
    if deed in {SAVE, REMOVE} and key in TITLES:
        return _save_value(request, connection, line, key, remove=deed == REMOVE)
    if deed == "flags":
        return _save_flags(request, connection, line)
    if deed not in {"reset", "accept"}:
        raise Http404
    change, said = (reset_line, "Overrides reset.") if deed == "reset" else (accept_change, "Change accepted.")
    try:
        change(connection, line.line_id, shown=request.POST.get("shown", ""))
    except InvalidInput as error:
        return answer(request, connection, _anew(connection, line), refusal=Refusal(error, {}), status=_status(error))
    messages.success(request, said)
    return _back(request, connection, line)


def _search(request: HttpRequest, connection: Connection, line: Line, key: str) -> HttpResponse:
    """Nothing is saved: the same editor with the hits, for a browser without scripts and for Enter in the search."""
    row = row_of(connection, line)
    text, ticked = request.POST.get("find", "").replace("\x00", "").strip()[:200], request.POST.get("value", "")
    if row.posted:
        return answer(request, connection, row)
    return answer(request, connection, row, editor_of(connection, row, key, text=text, sent=ticked))


def _save_value(request: HttpRequest, connection: Connection, line: Line, key: str, *, remove: bool) -> HttpResponse:
    sent = "" if remove else request.POST.get("value", "").strip()
    had_agreement = line.set_agreement_id is not None
    agreement: AgreementChoice | None = None
    try:
        if key == "agreement" and is_id(sent):
            agreement = _asked(connection, line, int(sent))
        values = {key: None if remove else parsed(key, sent)}
        after = edit_line(connection, line.line_id, values, shown=request.POST.get("shown", ""), agreement=agreement)
    except ChangedMeanwhile as error:
        mine = BACK if remove else _said(connection, key, sent, agreement)
        return _clash(request, connection, line, key, Clash(error.sentence, mine, ""), sent)
    except BursarError as error:
        row = _anew(connection, line)
        text = request.POST.get("find", "")[:200]
        problem = f"{error.sentence} {error.remedy}".strip()
        again = None if row.posted else editor_of(connection, row, key, text=text, sent=sent, problem=problem)
        if again is None:
            messages.error(request, problem)
        return answer(request, connection, row, again, status=422)
    messages.success(request, f"{TITLES[key]} of {line.organization_name} saved.")
    if key != "agreement" and had_agreement and after.set_agreement_id is None:
        messages.warning(request, "Its Agreement belonged to the company before and was taken away.")
    return (
        answer(request, connection, _anew(connection, line))
        if wants_part(request)
        else _back(request, connection, line)
    )


def parsed(key: str, sent: str) -> OverrideValue:
    """What a form sent as the value of an override. Raises InvalidInput."""
    if key in DATES:
        try:
            return date.fromisoformat(sent)
        except ValueError:
            raise InvalidInput(
                f"'{sent}' is not a day." if sent else "No day was given.", remedy="Write it as YYYY-MM-DD."
            ) from None
    if is_id(sent):
        return int(sent)
    if key == "agreement" and not sent:
        return None
    raise InvalidInput("Nothing was chosen.", remedy="Choose one of the list.")


def _asked(connection: Connection, line: Line, agreement: int) -> AgreementChoice:
    """ConnectWise is asked again: what is not offered any more cannot be chosen (rule 71)."""
    with connectwise(connection) as psa:
        return chosen_agreement(psa, company_of(line), line.currency, agreement)


def _said(connection: Connection, key: str, sent: str, agreement: AgreementChoice | None) -> str:
    if agreement is not None:
        return f"{agreement.name} (ID {agreement.id})"
    if key in KINDS and is_id(sent):
        return text_of(chosen(connection, KINDS[key], [int(sent)])[0])
    return sent or KEPT


def _clash(request: HttpRequest, connection: Connection, line: Line, key: str, clash: Clash, sent: str) -> HttpResponse:
    """Both values stand side by side, and nothing is saved."""
    row = _anew(connection, line)
    if row.posted:
        messages.error(request, f"{clash.sentence} The line has been posted, and can no longer be changed.")
        return answer(request, connection, row, status=409)
    stored = {
        "company": row.company.text,
        "product": row.product.text,
        "agreement": row.agreement.text,
        "start": str(row.derived.effective),
        "end": row.cancelled_text,
    }
    editor = Editor(
        key=key,
        title=f"{TITLES[key]} of {row.line.organization_name}",
        template="",
        control=None,
        version=version_of(row.line),
        clash=Clash(clash.sentence, clash.mine, stored[key] or "–"),
        value=sent,
        again=request.POST["do"],
    )
    return answer(request, connection, row, editor, status=409)


def _save_flags(request: HttpRequest, connection: Connection, line: Line) -> HttpResponse:
    values: dict[str, OverrideValue] = {name: name in request.POST for name in flags_of(line)}
    adopt = request.POST.get("adopt", "").strip()
    try:
        if line.link_id is None:
            values["adopt"] = _addition(adopt)
        edit_line(connection, line.line_id, values, shown=request.POST.get("shown", ""))
    except InvalidInput as error:
        refusal = Refusal(error, values | {"adopt": adopt})
        return answer(request, connection, _anew(connection, line), refusal=refusal, status=_status(error))
    messages.success(request, "Decisions saved.")
    return _back(request, connection, line)


def _addition(text: str) -> int | None:
    if text and not is_id(text):
        raise InvalidInput(f"'{text}' is not the ID of an Addition.", remedy="Write the number that ConnectWise shows.")
    return int(text) if text else None


def _status(error: InvalidInput) -> int:
    return 409 if isinstance(error, ChangedMeanwhile) else 422


def _anew(connection: Connection, line: Line) -> LineRow:
    return row_of(connection, lines_to_show(connection).get(pk=line.pk))


def _back(request: HttpRequest, connection: Connection, line: Line) -> HttpResponse:
    """To the line's page, which knows the way back to the list."""
    address = reverse("invoices:line", args=[connection.pk, line.pk], query={"view": request.POST.get("view", "")})
    return redirect(address)
