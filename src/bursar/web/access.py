"""The gate: every view says which role it needs, and a view that says nothing is closed."""

import zoneinfo
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from bursar.domain.roles import Role
from bursar.store.models import Connection, Person
from bursar.usecases.acting import Actor, acting_as

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

NEEDS = "bursar_needs"
NOBODY = "nobody"
"""A page for people without a login."""

ALLAUTH = {
    NOBODY: {
        "account_login",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "account_inactive",
        "mfa_authenticate",
        "socialaccount_login_cancelled",
        "socialaccount_login_error",
        "openid_connect_login",
        "openid_connect_callback",
    },
    Role.VIEWER: {
        "account_logout",
        "account_reauthenticate",
        "mfa_reauthenticate",
        "account_change_password",
        "mfa_index",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_download_recovery_codes",
        "usersessions_list",
    },
}
"""The pages of django-allauth that Bursar offers, by who may open them; all others do not exist here."""

ZONE_COOKIE = "bursar_zone"


def needs(role: Role) -> Callable[[View[P]], View[P]]:
    """A view for people of at least this role."""

    def mark(view: View[P]) -> View[P]:
        setattr(view, NEEDS, role)
        return view

    return mark


def for_anybody(view: View[P]) -> View[P]:
    """A view that needs no login."""
    setattr(view, NEEDS, NOBODY)
    return view


def on_connection(
    role: Role,
) -> Callable[[Callable[Concatenate[HttpRequest, Connection, P], HttpResponseBase]], View[...]]:
    """A view below /c/<connection_id>/: gets the connection itself, for people of at least this role."""

    def mark(view: Callable[Concatenate[HttpRequest, Connection, P], HttpResponseBase]) -> View[...]:
        @wraps(view)
        def with_connection(
            request: HttpRequest, /, connection_id: int, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            connection = get_object_or_404(Connection, pk=connection_id)
            request.__dict__["connection"] = connection
            if request.session.get("connection") != connection.pk:
                request.session["connection"] = connection.pk
            return view(request, connection, *args, **kwargs)

        setattr(with_connection, NEEDS, role)
        return with_connection

    return mark


def person_of(request: HttpRequest) -> Person:
    """Who is logged in. Raises PermissionDenied when nobody is."""
    if isinstance(request.user, Person) and request.user.is_active:
        return request.user
    raise PermissionDenied


def address_of(request: HttpRequest) -> str:
    """Where a request comes from; behind a trusted proxy, what that proxy says."""
    if settings.BURSAR_TRUST_PROXY:
        forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", ""))
        if forwarded:
            return forwarded.rsplit(",", 1)[-1].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def needed_by(view: object, url_name: str | None) -> Role | str | None:
    """The role a view needs, NOBODY, or None when it is closed."""
    declared: Role | str | None = getattr(view, NEEDS, None)
    if declared is not None:
        return declared
    if str(getattr(view, "__module__", "")).startswith("allauth."):
        return next((who for who, names in ALLAUTH.items() if url_name in names), None)
    return None


class Gate:
    """Middleware: lets people through to what their role allows, and notes who acts and in which time zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with _acting(request), _zone(request):
            return self._get_response(request)

    def process_view(self, request: HttpRequest, view: object, _args: object, _kwargs: object) -> HttpResponse | None:
        match = request.resolver_match
        if match is None or "api" in match.app_names:
            return None  # the API asks for a token or a session itself
        needed = needed_by(view, match.url_name)
        if needed is None:
            raise Http404
        if needed == NOBODY:
            return None
        if not request.user.is_authenticated:
            return _to_login(request)
        if not Role(person_of(request).role).allows(Role(needed)):
            raise PermissionDenied
        return None


def _to_login(request: HttpRequest) -> HttpResponse:
    if not Person.objects.exists():
        return redirect("people:setup")
    answer = redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": answer["Location"]})
    return answer


def _acting(request: HttpRequest) -> AbstractContextManager[None]:
    if isinstance(request.user, Person):
        return acting_as(Actor(request.user.email, "web", address_of(request)))
    return acting_as(Actor("nobody", "web", address_of(request)))


def _zone(request: HttpRequest) -> AbstractContextManager[None]:
    wanted = (request.user.time_zone if isinstance(request.user, Person) else "") or request.COOKIES.get(
        ZONE_COOKIE, ""
    )
    if not wanted:
        return nullcontext()
    try:
        return timezone.override(zoneinfo.ZoneInfo(wanted))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return nullcontext()
