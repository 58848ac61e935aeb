"""Settings › Properties: there only while the connection works (rules 126-129 and 134)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from bursar.domain.lists import SETTING_LISTS, ListKind
from bursar.domain.roles import Role
from bursar.store.models import Connection
from bursar.usecases.lists import lists_by_kind
from bursar.usecases.properties import PriceOrder, ValueMap, properties_version
from bursar.usecases.refusals import ChangedMeanwhile, SettingsRefused
from bursar.usecases.save_properties import differences, save_properties
from bursar.web.access import on_connection
from bursar.web.partial import wants_part
from bursar.web.settings.clash import Clash, Difference
from bursar.web.settings.lists import REFRESH, Outcome, read_lists, read_on_first_visit, shown_lists
from bursar.web.settings.properties_form import LABELS, LATER, PropertiesForm
from bursar.web.settings.rows import edit_rows

MAP_HELP = {
    ValueMap.PAYMENT_TERMS: "Map the platform's payment terms to their corresponding values in ConnectWise.",
    ValueMap.AGREEMENT_TYPES: "Map the platform's agreement types to their corresponding values in ConnectWise.",
    ValueMap.UNITS: "Map the platform's units to their corresponding values in ConnectWise.",
    ValueMap.FREQUENCIES: "Map the platform's frequencies to their corresponding values in ConnectWise.",
}
ORDER_HELP = {
    PriceOrder.UNITS: "The list of products will be displayed with the available cost price and selling price based on "
    "the order of Units and Pricelists. The first one that has a price counts.",
    PriceOrder.PRICE_LISTS: "Enter the Pricelists of the platform by their names. The first one that has a price "
    "counts.",
}


@on_connection(Role.VIEWER)
def properties(request: HttpRequest, connection: Connection) -> HttpResponse:
    """The page."""
    if not connection.connected:
        return render(request, "settings/properties_closed.html")
    outcome = read_on_first_visit(request, connection, ListKind.PRODUCT_CATEGORY)
    form = PropertiesForm.stored(connection, lists_by_kind(connection, SETTING_LISTS))
    return _page(request, connection, form, outcome)


@on_connection(Role.ADMINISTRATOR)
def edit_properties(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Save the form; or change its rows or refresh its lists, and give it back unsaved."""
    if request.method != "POST" or not connection.connected:
        return redirect("settings:properties", connection.pk)
    deed = request.POST.get("do", "save")
    outcome = read_lists(connection) if deed == REFRESH else None
    form = PropertiesForm.sent(connection, lists_by_kind(connection, SETTING_LISTS), request.POST)
    if deed == "save":
        return _save(request, connection, form)
    form.focus = edit_rows(form.rows, deed)
    form.edited = form.differs_from(PropertiesForm.stored(connection, form.lists))
    return _page(request, connection, form, outcome)


def _save(request: HttpRequest, connection: Connection, form: PropertiesForm) -> HttpResponse:
    try:
        changed = save_properties(connection, form.entered(), version=form.version)
    except SettingsRefused as refused:
        form.faults = refused.faults
        return _page(request, connection, form, status=422)
    except ChangedMeanwhile as error:
        connection.refresh_from_db()
        form.version = properties_version(connection)
        return _page(request, connection, form, clash=_clash(connection, form, error), status=409)
    said = "Properties saved. Changes apply to all future syncs only."
    messages.success(request, said if changed else "Nothing was changed.")
    return redirect("settings:properties", connection.pk)


def _clash(connection: Connection, form: PropertiesForm, error: ChangedMeanwhile) -> Clash:
    differing = differences(connection, form.entered())
    return Clash(error, [Difference(LABELS[name], stored, entered) for name, stored, entered in differing])


def _page(
    request: HttpRequest,
    connection: Connection,
    form: PropertiesForm,
    outcome: Outcome | None = None,
    *,
    clash: Clash | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "lists": shown_lists(connection, SETTING_LISTS, outcome),
        "maps": [(which, LABELS[which], MAP_HELP[which], form.map_rows(which)) for which in ValueMap],
        "orders": [
            (order, LABELS[order], ORDER_HELP[order], form.order_rows(order), form.suggested(order))
            for order in PriceOrder
        ],
        "later": LATER,
        "clash": clash,
    }
    template = "settings/properties_form.html" if wants_part(request) else "settings/properties.html"
    return render(request, template, context, status=status)
