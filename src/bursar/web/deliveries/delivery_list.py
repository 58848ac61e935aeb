"""The list of what came in, with what each load of it took in, as a page and as files."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, QuerySet, Value, When
from django.db.models.functions import Concat
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from bursar.domain.roles import Role
from bursar.store.models import Connection, Delivery, Load
from bursar.store.queries.delivery_list import DeliveryLoad, loads_of
from bursar.usecases.column_profiles import saved_profiles
from bursar.usecases.deliveries import deliveries
from bursar.web.access import on_connection, person_of
from bursar.web.grid.chooser import take_columns
from bursar.web.grid.files import moment_text, view_as_file
from bursar.web.grid.grid import ChoiceFilter, Column, Grid, contains
from bursar.web.grid.listing import listing
from bursar.web.partial import wants_part

KINDS = {Delivery.Kind.FILE: "Uploaded file", Delivery.Kind.PUSHED: "Pushed lines"}
CANONICAL = "canonical"
"""How pushed lines are read."""


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """What a row shows."""

    delivery: Delivery
    loads: Sequence[DeliveryLoad]
    """Newest first."""

    @property
    def pushed(self) -> bool:
        return self.delivery.kind == Delivery.Kind.PUSHED

    @property
    def kind(self) -> str:
        return KINDS[Delivery.Kind(self.delivery.kind)]

    @property
    def title(self) -> str:
        return f"Pushed lines of {self.delivery.month}" if self.pushed else self.delivery.name

    @property
    def profile(self) -> str:
        """What it is read with; empty before somebody chose."""
        return CANONICAL if self.pushed else self.delivery.profile

    @property
    def loads_text(self) -> str:
        """For files: one cell."""
        return "; ".join(f"{moment_text(each.run.started_at)}: {_outcome(each)}" for each in self.loads)


def _outcome(each: DeliveryLoad) -> str:
    if each.load is None:
        return ", ".join(filter(None, (each.run.state, each.run.verdict)))
    return ", ".join(("whole month" if each.load.complete else "part", *_taken_in(each.load)))


def _taken_in(load: Load) -> Sequence[str]:
    """What is usual always, what is remarkable only when there is some."""
    remarkable = (
        (load.changed_since_posting, "changed since posting"),
        (load.vanished, "vanished"),
        (load.rejected, "rejected"),
    )
    usual = [f"{load.added} added", f"{load.refreshed} refreshed", f"{load.unchanged} unchanged"]
    return [*usual, *(f"{number} {what}" for number, what in remarkable if number)]


@on_connection(Role.VIEWER)
def page(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Uploads and pushed lines, with what each load of them took in; the list's part when htmx asks."""
    may_change = Role(person_of(request).role).allows(Role.OPERATOR)
    context = {
        "connection": connection,
        "listing": listing(request, grid_of(connection, may_change=may_change), rows_of(connection)),
        "part": "deliveries",
        "here": reverse("deliveries:list", args=[connection.pk]),
        "export": reverse("deliveries:list-export", args=[connection.pk]),
        "columns_url": reverse("deliveries:list-columns", args=[connection.pk]),
        "bulk": "",
    }
    if wants_part(request):
        return render(request, "deliveries/parts/list.html", context)
    return render(request, "deliveries/list.html", {**context, "profiles": saved_profiles(connection).count()})


@on_connection(Role.VIEWER)
def export(request: HttpRequest, connection: Connection) -> HttpResponseBase:
    """The view that the address describes as CSV or Excel."""
    return view_as_file(request, grid_of(connection), rows_of(connection), "bursar-deliveries")


@require_POST
@on_connection(Role.VIEWER)
def columns(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Remember which columns this person wants, and go back to the view."""
    return take_columns(request, grid_of(connection), reverse("deliveries:list", args=[connection.pk]))


def rows_of(connection: Connection) -> QuerySet[Delivery]:
    """What the list may show; `title` and `read_with` are what people read."""
    pushed = Concat(Value("Pushed lines of "), "month")
    return deliveries(connection).alias(
        title=Case(When(kind=Delivery.Kind.PUSHED, then=pushed), default="name"),
        read_with=Case(When(kind=Delivery.Kind.PUSHED, then=Value(CANONICAL)), default="profile"),
    )


def grid_of(connection: Connection, *, may_change: bool = False) -> Grid[Delivery, DeliveryRow]:
    """The grid; with buttons in each row for those who may change something, never in files."""
    return Grid(
        name="Deliveries",
        columns=(*COLUMNS, ACTIONS) if may_change else COLUMNS,
        present=lambda found: _presented(connection, found),
        search=contains("title", "read_with", "delivered_by"),
        search_hint="Name, month, profile or person",
        filters=(ChoiceFilter("kind", "Kind", "kind", [(kind.value, title) for kind, title in KINDS.items()]),),
        first_sort="-delivered",
    )


def _presented(connection: Connection, found: Sequence[Delivery]) -> Sequence[DeliveryRow]:
    loads = loads_of(connection, found)
    return [DeliveryRow(row, loads.get(row.pk, ())) for row in found]


COLUMNS: Sequence[Column[DeliveryRow]] = (
    Column(
        "delivery",
        "Delivery",
        lambda row: row.title,
        sort="title",
        filled=True,
        always=True,
        template="deliveries/parts/title.html",
    ),
    Column("kind", "Kind", lambda row: row.kind, sort="kind", filled=True, at_first=False),
    Column(
        "delivered",
        "Came in",
        lambda row: moment_text(row.delivery.delivered_at),
        sort="delivered_at",
        filled=True,
        template="deliveries/parts/delivered.html",
    ),
    Column(
        "by", "Delivered by", lambda row: row.delivery.delivered_by, sort="delivered_by", filled=True, at_first=False
    ),
    Column(
        "size",
        "Size",
        lambda row: row.delivery.size,
        sort="size",
        filled=True,
        number=True,
        template="deliveries/parts/size.html",
    ),
    Column(
        "profile",
        "Profile",
        lambda row: row.profile,
        sort="read_with",
        filled=True,
        template="deliveries/parts/profile.html",
    ),
    Column("loads", "Loads", lambda row: row.loads_text, template="deliveries/parts/loads.html"),
)
ACTIONS: Column[DeliveryRow] = Column(
    "actions", "Actions", lambda _row: "", always=True, template="deliveries/parts/actions.html"
)
