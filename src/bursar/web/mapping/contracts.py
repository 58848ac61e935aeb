"""Mapping › Contracts: which Agreement receives the lines of an invoice contract (rules 35 and 77)."""

from collections.abc import Sequence

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from bursar.domain.errors import BursarError, InvalidInput
from bursar.domain.psa import Agreement
from bursar.domain.roles import Role
from bursar.store.models import Connection
from bursar.usecases.contracts import ContractRow, agreements_for, contract_row, contracts_of, send_to_agreement
from bursar.usecases.pilot import pilot_state
from bursar.usecases.refusals import ChangedMeanwhile
from bursar.web.access import on_connection
from bursar.web.mapping.tabs import mapping_tabs
from bursar.wiring import connectwise

ROWS = 50


@on_connection(Role.VIEWER)
def contracts(request: HttpRequest, connection: Connection) -> HttpResponse:
    """The list, searched and by page."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    asked = request.GET.get("page", "1")
    page = max(1, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    found = contracts_of(connection, text, (page - 1) * ROWS, ROWS)
    context = {
        "connection": connection,
        "tabs": mapping_tabs(connection, "contracts"),
        "pilot": pilot_state(connection),
        "rows": found.rows,
        "total": found.total,
        "text": text,
        "pages": Paginator(range(found.total), ROWS).get_page(page),
    }
    return render(request, "mapping/contracts.html", context)


@on_connection(Role.OPERATOR)
def pick_agreement(request: HttpRequest, connection: Connection) -> HttpResponse:
    """The active Agreements of the contract's customer, read from ConnectWise now."""
    row = _row(connection, request.GET.get("contract", ""))
    agreements, problem = _agreements(connection, row)
    context = {"connection": connection, "row": row, "agreements": agreements, "problem": problem}
    return render(request, "mapping/pick_agreement.html", context)


@require_POST
@on_connection(Role.OPERATOR)
def change_contract(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Save the Agreement, or clear it. It must be one that may be chosen now."""
    row = _row(connection, request.POST.get("contract", ""))
    try:
        agreement = None if request.POST.get("do") == "clear" else _chosen(connection, row, request.POST)
        send_to_agreement(connection, row.contract_id, agreement, shown=request.POST.get("shown", ""))
    except ChangedMeanwhile as error:
        return _clash(request, connection, row.contract_id, error)
    except BursarError as error:
        messages.error(request, f"{error.sentence} {error.remedy}".strip())
    else:
        goes = f"goes to {agreement.name}" if agreement else "has no Agreement of its own any more"
        messages.success(request, f"{row.contract_id} {goes}.")
    return redirect("mapping:contracts", connection.pk)


def _clash(request: HttpRequest, connection: Connection, contract_id: str, error: ChangedMeanwhile) -> HttpResponse:
    """What is stored now, to choose again; nothing is lost."""
    row = _row(connection, contract_id)
    agreements, problem = _agreements(connection, row)
    context = {
        "connection": connection,
        "row": row,
        "agreements": agreements,
        "problem": problem,
        "clash": error,
        "mine": request.POST.get("target", ""),
    }
    return render(request, "mapping/pick_agreement.html", context, status=409)


def _row(connection: Connection, contract_id: str) -> ContractRow:
    row = contract_row(connection, contract_id.replace("\x00", ""))
    if row is None:
        raise Http404
    return row


def _agreements(connection: Connection, row: ContractRow) -> tuple[Sequence[Agreement], BursarError | None]:
    try:
        with connectwise(connection) as psa:
            return agreements_for(connection, psa, row.contract_id), None
    except BursarError as error:
        return (), error


def _chosen(connection: Connection, row: ContractRow, sent: QueryDict) -> Agreement:
    """The chosen Agreement, as ConnectWise has it now. Raises BursarError."""
    with connectwise(connection) as psa:
        offered = agreements_for(connection, psa, row.contract_id)
    found = next((each for each in offered if str(each.id) == sent.get("target", "")), None)
    if found is None:
        raise InvalidInput("No Agreement was chosen.", remedy="Choose one that is active in ConnectWise now.")
    return found
