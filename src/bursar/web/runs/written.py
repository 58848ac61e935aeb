"""What a run wrote, write by write, with the Agreements in ConnectWise that it wrote to."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from bursar.domain.plan import Action, Resource
from bursar.domain.roles import Role
from bursar.store.models import Connection, OrganizationCompany, Posting, Run
from bursar.usecases.kept_records import known_names
from bursar.usecases.mappings import Kind
from bursar.usecases.runs import DAILY_SYNC, POST_LINES
from bursar.web.access import on_connection
from bursar.web.field_changes import FieldChange, field_changes, in_short, product_names
from bursar.web.grid.chooser import take_columns
from bursar.web.grid.files import view_as_file
from bursar.web.grid.grid import ChoiceFilter, Column, Grid, contains
from bursar.web.grid.listing import Listing, listing
from bursar.web.partial import wants_part
from bursar.web.psa_links import agreement_link
from bursar.web.runs.ledger_written import LedgerWritten, ledger_grid_of
from bursar.web.templatetags.writes import what

BILLING = (POST_LINES, DAILY_SYNC)
"""Runs that write Agreements and Additions; the others write documents, batches and payments."""


@dataclass(frozen=True, slots=True)
class Written:
    """A write as a row shows it."""

    posting: Posting
    what: str
    customer: str
    agreement_id: int | None
    agreement_url: str
    addition_id: int | None
    fields: Sequence[FieldChange]

    @property
    def changes_text(self) -> str:
        """For files: one cell."""
        return "; ".join(map(str, self.fields))


@on_connection(Role.VIEWER)
def page(request: HttpRequest, connection: Connection, run_id: UUID) -> HttpResponse:
    """The list; its part when htmx asks."""
    run = get_object_or_404(Run, pk=run_id, connection=connection)
    here = reverse("runs:written", args=[connection.pk, run.pk])
    context = {
        "connection": connection,
        "run": run,
        "billing": run.verb in BILLING,
        "listing": _listed(request, connection, run),
        "part": "written",
        "here": here,
        "export": reverse("runs:written-export", args=[connection.pk, run.pk]),
        "columns_url": reverse("runs:written-columns", args=[connection.pk, run.pk]),
        "bulk": "",
    }
    return render(request, "runs/parts/written.html" if wants_part(request) else "runs/written.html", context)


@on_connection(Role.VIEWER)
def export(request: HttpRequest, connection: Connection, run_id: UUID) -> HttpResponseBase:
    """The view that the address describes as CSV or Excel."""
    run = get_object_or_404(Run, pk=run_id, connection=connection)
    name = f"bursar-written-{str(run.pk)[:8]}"
    if run.verb in BILLING:
        return view_as_file(request, grid_of(connection), writes_of(run), name)
    return view_as_file(request, ledger_grid_of(connection), writes_of(run), name)


@require_POST
@on_connection(Role.VIEWER)
def columns(request: HttpRequest, connection: Connection, run_id: UUID) -> HttpResponse:
    """Remember which columns this person wants, and go back to the view without columns in its address."""
    run = get_object_or_404(Run, pk=run_id, connection=connection)
    here = reverse("runs:written", args=[connection.pk, run.pk])
    if run.verb in BILLING:
        return take_columns(request, grid_of(connection), here)
    return take_columns(request, ledger_grid_of(connection), here)


def _listed(
    request: HttpRequest, connection: Connection, run: Run
) -> Listing[Posting, Written] | Listing[Posting, LedgerWritten]:
    if run.verb in BILLING:
        return listing(request, grid_of(connection), writes_of(run))
    return listing(request, ledger_grid_of(connection), writes_of(run))


def writes_of(run: Run) -> QuerySet[Posting]:
    """Every write that the run has meant; what was taken back is none."""
    return run.postings.exclude(state=Posting.State.WITHDRAWN).select_related("book")


def grid_of(connection: Connection) -> Grid[Posting, Written]:
    """The grid of writes."""
    return Grid(
        name="What was written",
        columns=(
            Column("what", "What", lambda row: row.what, always=True),
            Column(
                "action", "Action", lambda row: row.posting.action, sort="action", template="runs/parts/action.html"
            ),
            Column("customer", "Customer", lambda row: row.customer, sort="company_id"),
            Column(
                "agreement",
                "Agreement",
                lambda row: row.agreement_id,
                sort="parent_id",
                template="runs/parts/agreement.html",
            ),
            Column(
                "addition",
                "Addition ID",
                lambda row: "" if row.addition_id is None else row.addition_id,
                sort="remote_id",
                number=True,
            ),
            Column("fields", "Before → after", lambda row: row.changes_text, template="runs/parts/fields.html"),
            Column(
                "amount",
                "Amount",
                lambda row: row.posting.amount,
                sort="amount",
                template="runs/parts/amount.html",
                number=True,
            ),
            Column("currency", "Currency", lambda row: row.posting.currency, sort="currency"),
            Column("state", "State", lambda row: row.posting.state, sort="state", template="runs/parts/state.html"),
            Column("reason", "Reason", lambda row: row.posting.sentence, at_first=False),
            Column("lines", "Invoice lines", lambda row: ", ".join(map(str, row.posting.lines)), at_first=False),
            Column("order", "Order", lambda row: row.posting.pk, sort="pk", at_first=False, number=True),
        ),
        present=lambda found: _presented(connection, found),
        search=contains("key", "after"),
        search_hint="Description or key",
        filters=(
            ChoiceFilter("action", "Action", "action", [(a.value, a.value.capitalize()) for a in WRITING]),
            ChoiceFilter("state", "State", "state", [(s.value, s.value.capitalize()) for s in STATES]),
        ),
        first_sort="order",
    )


WRITING = (Action.CREATE, Action.UPDATE, Action.CANCEL)
STATES = tuple(state for state in Posting.State if state is not Posting.State.WITHDRAWN)


def _presented(connection: Connection, found: Sequence[Posting]) -> Sequence[Written]:
    """Rows of a page, or of a piece of a file, in a constant number of queries."""
    products = product_names(connection, (fields for row in found for fields in (row.before, row.after)))
    customers = _customers(connection, {row.company_id for row in found if row.company_id})
    rows = []
    for row in found:
        is_agreement = row.resource == Resource.AGREEMENT
        agreement_id = row.remote_id if is_agreement else row.parent_id
        rows.append(
            Written(
                posting=row,
                what=what(row),
                customer=customers.get(row.company_id or 0, ""),
                agreement_id=agreement_id,
                agreement_url=agreement_link(connection, agreement_id),
                addition_id=None if is_agreement else row.remote_id,
                fields=in_short(row.action, field_changes(row.before, row.after, products)),
            )
        )
    return rows


def _customers(connection: Connection, ids: Collection[int]) -> Mapping[int, str]:
    """By the names they had when they were mapped, else by their names when ConnectWise was last read."""
    names = {key: kept.name for key, kept in known_names(connection, Kind.ORGANIZATION, ids).items()}
    mapped = OrganizationCompany.objects.filter(organization__connection=connection, company_id__in=ids)
    return {key: f"Company {key}" for key in ids} | names | dict(mapped.values_list("company_id", "company_name"))
