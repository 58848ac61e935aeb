"""Which part of the audit trail to show."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django import forms
from django.http import QueryDict
from django.utils import timezone

from bursar.store.queries.audit import AuditFilter, known_actions, known_actors, known_connections


def _day(label: str) -> forms.DateField:
    widget = forms.DateInput({"type": "date", "class": "form-control form-control-sm"}, format="%Y-%m-%d")
    return forms.DateField(required=False, label=label, widget=widget)


def _choices(everything: str, values: Sequence[str]) -> list[tuple[str, str]]:
    return [("", everything), *((value, value) for value in values)]


def _choice(label: str) -> forms.ChoiceField:
    return forms.ChoiceField(required=False, label=label, widget=forms.Select({"class": "form-select form-select-sm"}))


class AuditForm(forms.Form):
    """Action, person, connection and days; empty means everything. Days are days in the viewer's zone."""

    action = _choice("Action")
    actor = _choice("Person")
    connection = _choice("Connection")
    since = _day("From")
    until = _day("Up to and including")

    def __init__(self, asked: QueryDict) -> None:
        super().__init__(asked)
        self._offer("action", _choices("All actions", known_actions()))
        self._offer("actor", _choices("Everybody", known_actors()))
        self._offer("connection", _choices("All connections", known_connections()))

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = choices

    @property
    def wanted(self) -> AuditFilter:
        """Call when the form is valid."""
        given = self.cleaned_data
        until: date | None = given["until"]
        return AuditFilter(
            action=given["action"],
            actor=given["actor"],
            connection=given["connection"],
            since=_midnight(given["since"]),
            until=_midnight(until + timedelta(days=1) if until and until < date.max else None),
        )


def _midnight(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None
