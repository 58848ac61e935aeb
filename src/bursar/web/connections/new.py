"""A new connection: its type, its details, a test, and Save, on one screen."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import reverse

from bursar.domain.roles import Role
from bursar.domain.site_address import REGIONS
from bursar.store.models import Connection
from bursar.usecases.connection_types import CONNECTION_TYPES
from bursar.web.access import needs
from bursar.web.settings.auth_forms import CredentialsForm
from bursar.web.settings.authentication import after_save, part, status_of
from bursar.web.settings.authentication_outcome import Outcome, Saved, save, test_outcome

USUAL_NAME = "ConnectWise"


@needs(Role.ADMINISTRATOR)
def new(request: HttpRequest) -> HttpResponse:
    """The wizard."""
    if request.method != "POST":
        return _page(request, CredentialsForm(name=_free_name()))
    form = CredentialsForm(request.POST)
    result = save(form)
    if isinstance(result, Saved):
        return after_save(request, result)
    return part(request, result, status=422) or _page(request, form, result)


@needs(Role.ADMINISTRATOR)
def try_new(request: HttpRequest) -> HttpResponse:
    """Test what is entered; nothing is stored."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    form = CredentialsForm(request.POST)
    outcome = test_outcome(form)
    return part(request, outcome, status=200) or _page(request, form, outcome)


@needs(Role.ADMINISTRATOR)
def address(request: HttpRequest) -> HttpResponse:
    """The field for the API URL, filled with the address of the region that was chosen."""
    form = CredentialsForm()
    form.initial["url"] = REGIONS.get(request.GET.get("region", ""), "")
    return render(request, "connections/parts/address.html", {"form": form})


def _page(request: HttpRequest, form: CredentialsForm, outcome: Outcome | None = None) -> HttpResponse:
    context = {
        "form": form,
        "outcome": outcome,
        "types": CONNECTION_TYPES,
        "save_url": reverse("connections:new"),
        "test_url": reverse("connections:try"),
    }
    return render(request, "connections/new.html", context, status=status_of(outcome))


def _free_name() -> str:
    taken = set(Connection.objects.values_list("name", flat=True))
    if USUAL_NAME not in taken:
        return USUAL_NAME
    return next(name for n in range(2, len(taken) + 3) if (name := f"{USUAL_NAME} {n}") not in taken)
