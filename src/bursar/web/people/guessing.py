"""Codes cannot be guessed: tries are counted as those of passwords are (ACCOUNT_RATE_LIMITS)."""

from allauth.core import ratelimit
from django import forms
from django.http import HttpRequest

from bursar.domain.errors import InvalidInput
from bursar.web.people.adapters import TOO_MANY
from bursar.web.people.sign_in_record import note


def may_try(request: HttpRequest, form: forms.Form, action: str, *, key: str = "") -> bool:
    """Count a try; with too many of them the form says to wait."""
    if ratelimit.consume(request, action=action, key=key or "anybody"):
        return True
    form.add_error(None, TOO_MANY)
    return False


def refuse(request: HttpRequest, form: forms.Form, error: InvalidInput, action: str) -> None:
    """Show why a try was refused, and note it."""
    form.add_error(None, f"{error.sentence} {error.remedy}".strip())
    note(action, str(form.cleaned_data["email"]), request)
