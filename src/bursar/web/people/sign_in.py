"""The ways in: the login page, and the door to the single sign-on provider."""

import requests
from allauth.account.internal.stagekit import clear_login
from allauth.account.utils import perform_login
from allauth.account.views import login
from allauth.core import context
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from bursar.domain.roles import Role
from bursar.store.models import Person
from bursar.usecases.people import setup_code
from bursar.web.access import for_anybody, needs
from bursar.web.people.adapters import AccountAdapter

PROVIDER = "oidc"


@for_anybody
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """The login page of django-allauth, once there is somebody who could log in."""
    if setup_code() is not None:
        return redirect("people:setup")
    return login(request)


@for_anybody
@require_POST
def cancel(request: HttpRequest) -> HttpResponse:
    """Forget a password that was right, when its owner has no second factor at hand."""
    clear_login(request)
    return redirect("account_login")


def let_in(request: HttpRequest, person: Person) -> HttpResponse:
    """Log in somebody who has just become a person, as the login page does."""
    answer: HttpResponse = perform_login(request, person)
    return answer


@for_anybody
@require_POST
def sign_on(request: HttpRequest) -> HttpResponseBase:
    """Go to the provider. By a page and not by a redirect, which `form-action 'self'` would stop."""
    try:
        provider = get_adapter().get_provider(request, PROVIDER)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    wanted = request.POST.get("next", "")
    next_url = wanted if wanted and AccountAdapter(context.request).is_safe_url(wanted) else None
    try:
        answer: HttpResponseBase = provider.redirect(request, AuthProcess.LOGIN, next_url=next_url)
    except requests.RequestException:
        return render(request, "socialaccount/authentication_error.html", {"unreachable": True}, status=502)
    if "Location" not in answer:  # a page that says why not
        return answer
    return render(request, "people/sign_on.html", {"provider": provider.name, "url": answer["Location"]})


@needs(Role.VIEWER)
def no_password(request: HttpRequest) -> HttpResponse:
    """People who only use single sign-on have no password to change."""
    return render(request, "people/no_password.html")
