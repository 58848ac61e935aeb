"""What people choose for themselves, and where they are signed in."""

from allauth.usersessions.internal.flows.sessions import end_sessions
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from bursar.domain.roles import Role
from bursar.usecases.people import update_profile
from bursar.web.access import needs, person_of
from bursar.web.people.forms import ProfileForm


@needs(Role.VIEWER)
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name, appearance and time zone."""
    person = person_of(request)
    if request.method == "GET":
        chosen = {"name": person.name, "theme": person.theme, "time_zone": person.time_zone}
        return render(request, "people/profile.html", {"form": ProfileForm(initial=chosen)})
    form = ProfileForm(request.POST)
    if not form.is_valid():
        return render(request, "people/profile.html", {"form": form}, status=422)
    update_profile(person, **form.cleaned_data)
    messages.success(request, "Your profile is saved.")
    return redirect("people:profile")


@needs(Role.VIEWER)
@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign out one of one's own sessions; the present one too."""
    session = get_object_or_404(UserSession, pk=pk, user=person_of(request))
    end_sessions(request, [session])
    if request.user.is_authenticated:
        messages.success(request, "The session is signed out.")
        return redirect("usersessions_list")
    return redirect("account_login")
