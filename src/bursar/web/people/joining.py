"""Joining with an invitation: address and code are typed, so that neither is ever part of a link."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from bursar.domain.errors import InvalidInput
from bursar.usecases.invitations import accept
from bursar.usecases.people import setup_code
from bursar.web.access import for_anybody
from bursar.web.people.forms import JoinForm
from bursar.web.people.guessing import may_try, refuse
from bursar.web.people.sign_in import let_in


@for_anybody
@sensitive_post_parameters("code", "password", "again")
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Ask for the invitation's code and make a login."""
    if setup_code() is not None:
        return redirect("people:setup")
    if request.user.is_authenticated:
        return redirect("landing")
    if request.method == "GET":
        return render(request, "people/join.html", {"form": JoinForm()})
    form = JoinForm(request.POST)
    if form.is_valid() and may_try(request, form, "join", key=form.cleaned_data["email"].lower()):
        entered = form.cleaned_data
        try:
            person = accept(entered["email"], entered["code"], entered["name"], entered["password"])
        except InvalidInput as error:
            refuse(request, form, error, "joining refused")
        else:
            return let_in(request, person)
    return render(request, "people/join.html", {"form": form}, status=422)
