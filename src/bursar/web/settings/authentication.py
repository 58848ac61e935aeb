"""Settings › Authentication: credentials, their test, and the end of the integration (rules 5-14)."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse

from bursar.domain.errors import BursarError
from bursar.domain.roles import Role
from bursar.store.models import Connection
from bursar.usecases import disconnect as ending
from bursar.web.access import on_connection, person_of
from bursar.web.partial import wants_part
from bursar.web.settings.auth_forms import CredentialsForm
from bursar.web.settings.authentication_outcome import Outcome, Saved, save, test_outcome
from bursar.wiring import SystemClock


@on_connection(Role.VIEWER)
def authentication(request: HttpRequest, connection: Connection) -> HttpResponse:
    """The page, and Save for administrators; everybody else sees it without keys."""
    administers = Role(person_of(request).role).allows(Role.ADMINISTRATOR)
    if request.method == "POST":
        if not administers:
            raise PermissionDenied
        return _save(request, connection)
    if not administers:
        return render(request, "settings/authentication_read.html", {"connection": connection})
    return _page(request, connection, CredentialsForm(stored=connection))


@on_connection(Role.ADMINISTRATOR)
def test(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Try what is entered, without saving it (rule 8)."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    form = CredentialsForm(request.POST, stored=connection)
    outcome = test_outcome(form)
    return part(request, outcome, status=200) or _page(request, connection, form, outcome)


@on_connection(Role.ADMINISTRATOR)
def disconnect(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Destroy the credentials and stop everything; the confirmation was the modal (rules 12 and 13)."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        done = ending.disconnect(connection, SystemClock())
    except BursarError as error:
        messages.error(request, f"{error.sentence} {error.remedy}")
    else:
        messages.success(request, "Integration disconnected successfully.")
        if done.warning:
            messages.warning(request, done.warning)
    return redirect("settings:authentication", connection.pk)


def part(request: HttpRequest, outcome: Outcome, *, status: int) -> HttpResponse | None:
    """The outcome alone for htmx, so that what was typed stays in the browser; None when a page is wanted."""
    if not wants_part(request):
        return None
    return render(request, "connections/parts/outcome.html", {"outcome": outcome}, status=status)


def status_of(outcome: Outcome | None) -> int:
    """Of a whole page: 422 when something was refused."""
    return 422 if outcome and outcome.level == "danger" else 200


def after_save(request: HttpRequest, saved: Saved) -> HttpResponse:
    """To the mapping after the first success, else back to the page (rule 10, decision 2)."""
    messages.success(request, f"'{saved.connection.name}' is saved. Test is successful.")
    if saved.check.problems:
        missing = " ".join(problem.sentence for problem in saved.check.problems)
        messages.warning(request, f"Permissions are missing: {missing} Settings › Permissions tells which box to tick.")
    target = reverse("mapping:organizations" if saved.first else "settings:authentication", args=[saved.connection.pk])
    return HttpResponse(headers={"HX-Redirect": target}) if wants_part(request) else redirect(target)


def _save(request: HttpRequest, connection: Connection) -> HttpResponse:
    form = CredentialsForm(request.POST, stored=connection)
    result = save(form)
    if isinstance(result, Saved):
        return after_save(request, result)
    return part(request, result, status=422) or _page(request, connection, form, result)


def _page(
    request: HttpRequest, connection: Connection, form: CredentialsForm, outcome: Outcome | None = None
) -> HttpResponse:
    context = {
        "connection": connection,
        "form": form,
        "outcome": outcome,
        "save_url": reverse("settings:authentication", args=[connection.pk]),
        "test_url": reverse("settings:test", args=[connection.pk]),
    }
    return render(request, "settings/authentication.html", context, status=status_of(outcome))
