"""Routes: which documents go to which book; the first route that holds decides."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from bursar.domain.errors import InvalidInput
from bursar.domain.roles import Role
from bursar.store.models import Book, Connection, LedgerDocument, LedgerRoute
from bursar.usecases.book_routes import (
    LONGEST_REASON,
    NewRoute,
    add_route,
    move_route,
    never_deciding,
    remove_route,
    routes_in_order,
    told_conditions,
    told_short,
)
from bursar.web.access import on_connection
from bursar.web.ledger.words import KINDS

EXCLUDE = "exclude"
UP, DOWN = "up", "down"


@dataclass(frozen=True, slots=True)
class RouteRow:
    """One route as the list shows it."""

    route: LedgerRoute
    conditions: str
    unreachable: bool
    """A route before it takes everything."""


@on_connection(Role.VIEWER)
def routes(request: HttpRequest, connection: Connection) -> HttpResponse:
    """The routes in their order."""
    found = routes_in_order(connection)
    late = {row.pk for row in never_deciding(found)}
    books = Book.objects.filter(connection=connection).count()
    context = {
        "connection": connection,
        "rows": [RouteRow(row, _conditions(row), row.pk in late) for row in found],
        "open_end": bool(found) and not any(not row.conditions for row in found),
        "books": books,
        "tab": "routes",
    }
    return render(request, "books/routes.html", context)


def _conditions(route: LedgerRoute) -> str:
    told = told_conditions(route)
    for kind in route.conditions.get("kinds", ()):
        told = told.replace(kind, KINDS.get(kind, kind))
    return told[:1].upper() + told[1:]


def _words(label: str, help_text: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=False,
        max_length=1000,
        widget=forms.TextInput({"class": "form-control", "autocomplete": "off"}),
    )


class RouteForm(forms.Form):
    """Where documents go, and which: what is left empty holds for all of them."""

    reason = forms.CharField(
        label="Reason",
        help_text="Why they are excluded; shown with each of them.",
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.TextInput({"class": "form-control"}),
    )
    locations = _words("Locations", "Several separated by commas. Empty: any.")
    departments = _words("Departments", "Several separated by commas. Empty: any.")
    company_types = _words("Company types", "Several separated by commas. Empty: any.")
    number_prefixes = _words("Number begins with", "Several separated by commas. Empty: any number.")
    kinds = forms.MultipleChoiceField(
        label="Kinds",
        help_text="None: any kind.",
        required=False,
        choices=list(KINDS.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    position = forms.IntegerField(
        label="Place",
        help_text="1 is asked first. Empty: behind all others.",
        required=False,
        min_value=1,
        widget=forms.NumberInput({"class": "form-control"}),
    )

    def __init__(self, connection: Connection, data: object = None) -> None:
        super().__init__(data, label_suffix="")  # type: ignore[arg-type]  # Django's own multi-value mapping
        self.books = {str(book.pk): book for book in Book.objects.filter(connection=connection).order_by("name")}
        names = [(key, book.name) for key, book in self.books.items()]
        self.fields["target"] = forms.ChoiceField(
            label="Documents go to",
            choices=[*names, (EXCLUDE, "No book: exclude them")],
            widget=forms.Select({"class": "form-select"}),
        )

    def entered(self) -> NewRoute:
        """Call on a valid form."""
        told = self.cleaned_data
        words = {
            name: [word.strip() for word in told[name].split(",")]
            for name in ("locations", "departments", "company_types", "number_prefixes")
        }
        return NewRoute(book=self.books.get(told["target"]), reason=told["reason"], kinds=told["kinds"], **words)


@on_connection(Role.ADMINISTRATOR)
def new_route(request: HttpRequest, connection: Connection) -> HttpResponse:
    """The form; sent, it adds the route."""
    form = RouteForm(connection, request.POST) if request.method == "POST" else RouteForm(connection)
    if request.method == "POST" and form.is_valid():
        try:
            made = add_route(connection, form.entered(), form.cleaned_data["position"])
        except InvalidInput as error:
            form.add_error("reason" if "reason" in error.sentence else None, f"{error.sentence} {error.remedy}".strip())
        else:
            messages.success(request, f"Route {made.position} is added. The next export goes by it.")
            return redirect("books:routes", connection.pk)
    rows = LedgerDocument.objects.filter(connection=connection).exclude(location="")
    context = {
        "connection": connection,
        "form": form,
        "locations": rows.order_by("location").values_list("location", flat=True).distinct(),
    }
    return render(request, "books/route_new.html", context, status=422 if form.errors else 200)


@require_POST
@on_connection(Role.ADMINISTRATOR)
def change_route(request: HttpRequest, connection: Connection, route_id: int) -> HttpResponse:
    """Ask a route earlier or later, by one place: `do` is up or down."""
    route = get_object_or_404(LedgerRoute, connection=connection, pk=route_id)
    step = {UP: -1, DOWN: 1}.get(request.POST.get("do", ""))
    if step is None:
        raise Http404
    try:
        moved = move_route(route, route.position + step)
    except InvalidInput as error:
        messages.warning(request, f"{error.sentence} {error.remedy}".strip())
    else:
        messages.success(request, f"{told_short(moved)}: asked as number {moved.position} now.")
    return redirect("books:routes", connection.pk)


@on_connection(Role.ADMINISTRATOR)
def delete_route(request: HttpRequest, connection: Connection, route_id: int) -> HttpResponse:
    """Ask, then remove a route. Documents that were posted by it stay where they are."""
    route = get_object_or_404(LedgerRoute.objects.select_related("book"), connection=connection, pk=route_id)
    if request.method == "POST":
        remove_route(route)
        messages.success(request, "The route is removed. The next export goes by the others.")
        return redirect("books:routes", connection.pk)
    context = {"connection": connection, "route": route, "conditions": _conditions(route)}
    return render(request, "books/route_remove.html", context)
