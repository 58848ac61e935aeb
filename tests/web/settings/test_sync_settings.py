"""Settings › Configuration: closing day and summary of the daily sync, alerts, and pilot mode (rules 118, 147, 150)."""

from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from bursar.domain.roles import Role
from bursar.usecases.billing_settings import billing_settings
from bursar.usecases.closing_day import next_posting
from bursar.usecases.daily_summary import recipients
from tests.web.settings.place import Place, form_of, with_values, words


@pytest.fixture
def admin(place: Place) -> Client:
    return place.client(Role.ADMINISTRATOR)


@pytest.fixture
def form(place: Place, admin: Client) -> dict[str, list[str]]:
    """The form as the administrator sees it first, with an Agreement Type chosen."""
    shown = form_of(admin.get(place.url("configuration")))
    return with_values(shown, agreement_type=str(place.record("agreementType", "Cloud Subscriptions")["id"]), do="save")


def test_rule_118_the_closing_day_says_when_the_next_posting_is(
    place: Place, admin: Client, form: dict[str, list[str]]
) -> None:
    assert "Next posting of" not in words(admin.get(place.url("configuration")))
    sent = with_values(form, closing_day="5", summary_to="ann@example.com, bob@example.com")
    admin.post(place.url("edit-configuration"), sent)
    text = words(admin.get(place.url("configuration")))
    coming = next_posting(place.again(), timezone.now())
    assert coming is not None
    assert f"Next posting of {coming.month}: {coming.day}" in text
    assert "No summary can be sent. No mail server is set" in text
    assert recipients(place.again()) == ["ann@example.com", "bob@example.com"]


def test_rule_118_with_a_mail_server_there_is_nothing_to_complain_of(
    place: Place, admin: Client, form: dict[str, list[str]], settings: Settings
) -> None:
    settings.EMAIL_HOST = "mail.example.com"
    admin.post(place.url("edit-configuration"), with_values(form, summary_to="ann@example.com"))
    assert "No summary can be sent" not in words(admin.get(place.url("configuration")))


def test_rules_118_147_and_150_what_cannot_be_is_refused_beside_its_field(
    place: Place, admin: Client, form: dict[str, list[str]]
) -> None:
    sent = with_values(form, closing_day="31", summary_to="ann", alert_percent="1001")
    answer = admin.post(place.url("edit-configuration"), sent)
    assert answer.status_code == 422
    text = words(answer)
    assert "'31' is not a closing day." in text
    assert "'ann' is not an e-mail address." in text
    assert "1001 is not a percentage." in text
    assert not {"closing_day", "summary_to", "alert_percent"} & set(place.again().billing)


def test_rules_147_and_150_pilot_mode_and_alerts_reach_the_planner(
    place: Place, admin: Client, form: dict[str, list[str]]
) -> None:
    admin.post(place.url("edit-configuration"), with_values(form, pilot_mode="yes", alert_percent="12.5"))
    settings = billing_settings(place.again())
    assert (settings.pilot, settings.alert_share) == (True, Decimal("0.125"))
    assert "Pilot mode is on: 0 of 0 customers" in words(admin.get(place.url("configuration")))
