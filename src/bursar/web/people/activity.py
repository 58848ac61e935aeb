"""When and from where each session was last used, for the Sessions page."""

import time
from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.http import HttpRequest, HttpResponse

from bursar.store.models import Person

NOTED_EVERY = 300
"""Seconds. Noting every request would take the database's write lock beside a posting run."""
NOTED = "activity_noted"


class SessionActivity:
    """Middleware: notes a session's use, address and browser at most every five minutes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if isinstance(request.user, Person) and time.time() - request.session.get(NOTED, 0) > NOTED_EVERY:
            UserSession.objects.create_from_request(request)
            request.session[NOTED] = int(time.time())
        return self._get_response(request)
