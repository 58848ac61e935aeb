"""The People page: who is here, who is invited, and with which role."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from bursar.domain.errors import InvalidInput
from bursar.domain.roles import MEANINGS, Role
from bursar.store.models import Invitation, Person
from bursar.usecases.invitations import invite, offer_new_password, open_invitations, withdraw
from bursar.usecases.people import change_role, deactivate, reactivate, remove_two_factor, shown_people
from bursar.web.access import needs, person_of
from bursar.web.people.forms import InviteForm, RoleForm


@needs(Role.ADMINISTRATOR)
@require_GET
def directory(request: HttpRequest) -> HttpResponse:
    """Everybody, the open invitations and a form for another one."""
    return _page(request, InviteForm())


@needs(Role.ADMINISTRATOR)
@require_POST
def send_invitation(request: HttpRequest) -> HttpResponse:
    """Invite; the code is in this answer and nowhere else."""
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        invitation, code = invite(form.cleaned_data["email"], Role(form.cleaned_data["role"]), person_of(request))
    except InvalidInput as error:
        form.add_error("email", f"{error.sentence} {error.remedy}")
        return _page(request, form, status=422)
    return _page(request, InviteForm(), new=invitation, code=code)


@needs(Role.ADMINISTRATOR)
@require_POST
def offer_password(request: HttpRequest, pk: int) -> HttpResponse:
    """A code for somebody who forgot the password; it is in this answer and nowhere else."""
    person = get_object_or_404(Person, pk=pk)
    try:
        offered, code = offer_new_password(person, person_of(request))
    except InvalidInput as error:
        messages.error(request, f"{error.sentence} {error.remedy}")
        return redirect("people:list")
    return _page(request, InviteForm(), new=offered, code=code)


@needs(Role.ADMINISTRATOR)
@require_POST
def withdraw_invitation(request: HttpRequest, pk: int) -> HttpResponse:
    """Make an invitation worthless."""
    invitation = get_object_or_404(open_invitations(), pk=pk)
    withdraw(invitation)
    messages.success(request, f"The invitation of {invitation.email} is withdrawn.")
    return redirect("people:list")


@needs(Role.ADMINISTRATOR)
@require_POST
def give_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a role. Whoever takes the administrator's role off themselves leaves this page."""
    person = get_object_or_404(Person, pk=pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _page(request, InviteForm(), status=422)
    role = Role(form.cleaned_data["role"])
    _try(request, lambda: change_role(person, role), f"{person} is {role} now.")
    demoted_self = person.pk == person_of(request).pk and person.role != Role.ADMINISTRATOR
    return redirect("landing" if demoted_self else "people:list")


@needs(Role.ADMINISTRATOR)
@require_POST
def deactivate_person(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a person in no more."""
    person = get_object_or_404(Person, pk=pk)
    if person.pk == person_of(request).pk:
        messages.error(request, "You cannot deactivate yourself. Ask another administrator.")
    else:
        _try(request, lambda: deactivate(person), f"{person} is deactivated and signed out everywhere.")
    return redirect("people:list")


@needs(Role.ADMINISTRATOR)
@require_POST
def reactivate_person(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a person in again."""
    person = get_object_or_404(Person, pk=pk)
    _try(request, lambda: reactivate(person), f"{person} can sign in again.")
    return redirect("people:list")


@needs(Role.ADMINISTRATOR)
@require_POST
def remove_second_factor(request: HttpRequest, pk: int) -> HttpResponse:
    """For somebody who lost the authenticator."""
    person = get_object_or_404(Person, pk=pk)
    _try(request, lambda: remove_two_factor(person), f"{person} signs in with the password alone now.")
    return redirect("people:list")


def _try(request: HttpRequest, change: Callable[[], None], done: str) -> None:
    try:
        change()
    except InvalidInput as error:
        messages.error(request, f"{error.sentence} {error.remedy}")
    else:
        messages.success(request, done)


def _page(
    request: HttpRequest, form: InviteForm, *, new: Invitation | None = None, code: str = "", status: int = 200
) -> HttpResponse:
    people = shown_people()
    shown = {
        "form": form,
        "people": people,
        "known": {each.person.email for each in people},
        "invitations": open_invitations(),
        "roles": MEANINGS.items(),
        "new": new,
        "code": code,
    }
    return render(request, "people/list.html", shown, status=status)
