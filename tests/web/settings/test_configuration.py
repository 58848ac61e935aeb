"""Settings › Configuration: three people and a stranger, and everything the page promises (rules 16-24)."""

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from bursar.domain.lines import BillingCycle
from bursar.domain.roles import Role
from bursar.store.models import AuditEntry, Connection, ListEntry, Posting, Run
from bursar.usecases.billing_settings import SHOWN_CHARGE_TYPES, billing_settings
from bursar.usecases.daily_sync import next_daily_sync
from tests.web.settings.place import Place, form_of, with_values, words

QUERIES = 8
SAVED = "Configuration saved. Changes apply to all future syncs only."


@pytest.fixture
def admin(place: Place) -> Client:
    return place.client(Role.ADMINISTRATOR)


@pytest.fixture
def form(place: Place, admin: Client) -> dict[str, list[str]]:
    """The form as the administrator sees it first, with an Agreement Type chosen."""
    shown = form_of(admin.get(place.url("configuration")))
    return with_values(shown, agreement_type=number(place, "Cloud Subscriptions"))


def number(place: Place, name: str) -> str:
    return str(place.record("agreementType", name)["id"])


def save(place: Place, client: Client, form: dict[str, list[str]], do: str = "save", **extra: str) -> HttpResponse:
    return client.post(place.url("edit-configuration"), {**form, "do": do}, **extra)


def saved(place: Place, client: Client, form: dict[str, list[str]]) -> str:
    """Save, which must succeed, and return what the page says then."""
    answer = save(place, client, form)
    assert answer.status_code == 302, words(answer)
    assert answer["Location"] == place.url("configuration")
    return words(client.get(answer["Location"]))


@pytest.mark.parametrize(
    ("role", "see", "change"), [(None, 302, 302), (Role.VIEWER, 200, 403), (Role.OPERATOR, 200, 403)]
)
def test_who_may_see_and_who_may_change(place: Place, role: Role | None, see: int, change: int) -> None:
    place.client(Role.ADMINISTRATOR)
    client = place.client(role)
    before = place.again().billing
    assert client.get(place.url("configuration")).status_code == see
    for do in ("save", "lists:refresh", "add:end_rule"):
        assert client.post(place.url("edit-configuration"), {"do": do, "price": "catalog"}).status_code == change
    assert place.again().billing == before


def test_others_see_it_without_a_way_to_change_it(place: Place) -> None:
    page = place.client(Role.OPERATOR).get(place.url("configuration"))
    text = page.content.decode()
    assert "<fieldset disabled>" in text
    assert "Only administrators change these settings." in words(page)
    for button in ("Add Rule", "lists:refresh"):
        assert button not in text


def test_the_seeds_sentences_stand_on_the_page(place: Place, admin: Client) -> None:
    text = words(admin.get(place.url("configuration")))
    for sentence in (
        "Configure your ConnectWise integration credentials and preferences.",
        "This setting applies to all future invoice syncs.",
        "Already-synced records in ConnectWise will not be retroactively updated.",
        "Changes apply to all future syncs only.",
        "charge start dates are adjusted forward to the first day of the next month.",
        "Example: if charge starts on Jan 15, it will be set to Feb 1.",
        "The original Platform values are not changed; only the values transmitted to ConnectWise are renamed.",
        "Invoice lines that are not fully mapped are skipped and remain on the Invoices tab for manual review.",
    ):
        assert sentence in text


def test_the_first_visit_reads_the_lists_and_the_next_one_does_not(place: Place, admin: Client) -> None:
    assert not ListEntry.objects.exists()
    assert "Managed Services" in words(admin.get(place.url("configuration")))
    asked = place.asked()
    assert "List read from ConnectWise just now" in words(admin.get(place.url("configuration")))
    assert place.asked() == asked


def test_a_first_visit_that_fails_says_why_once_and_leaves_the_page_usable(place: Place, admin: Client) -> None:
    place.forbid("Table Setup")
    first = words(admin.get(place.url("configuration")))
    assert "Agreement Types" in first
    assert "could not be read" in first
    assert "Table Setup" in first
    asked = place.asked()
    second = words(admin.get(place.url("configuration")))
    assert place.asked() == asked
    assert "Not read yet: Agreement Types." in second
    assert "Save Configuration" in second


def test_everything_is_saved_by_one_button_with_one_audit_entry(
    place: Place, admin: Client, form: dict[str, list[str]]
) -> None:
    full = with_values(
        form,
        end_rule__left=["Cycle Fee", "Correction"],
        end_rule__right=["Last day of invoice month", "First day of following month"],
        start_rule__left="Monthly",
        start_rule__right="First day of next month",
        daily_sync="yes",
        price="markup_percent",
        markup="12.5",
        hold_negative_lines="yes",
    )
    full["name.Cycle Fee"] = ["Monthly charge"]
    assert SAVED in saved(place, admin, full)
    stored = place.again().billing
    assert stored["agreement_type"]["name"] == "Cloud Subscriptions"
    assert {name: stored[name] for name in stored if name != "agreement_type"} == {
        "end_rule.Cycle Fee": "Last day of invoice month",
        "end_rule.Correction": "First day of following month",
        "start_rule.Monthly": "First day of next month",
        "name.Cycle Fee": "Monthly charge",
        "daily_sync": "yes",
        "price": "markup_percent",
        "markup": "12.5",
        "hold_negative_lines": "yes",
    }
    entry = AuditEntry.objects.get(action="configuration saved")
    assert entry.actor == "administrator@cedarpoint.example"
    assert entry.after is not None
    assert entry.after["agreement_type"] == "Cloud Subscriptions"
    shown = form_of(admin.get(place.url("configuration")))
    assert {**shown, "version": full["version"]} == full
    assert "Nothing was changed." in saved(place, admin, shown)
    assert AuditEntry.objects.filter(action="configuration saved").count() == 1


def test_without_an_agreement_type_nothing_is_saved(place: Place, admin: Client, form: dict[str, list[str]]) -> None:
    answer = save(place, admin, with_values(form, agreement_type="", price="catalog"))
    assert answer.status_code == 422
    assert "An Agreement Type is required" in words(answer)
    assert place.again().billing == {}
    assert form_of(answer)["price"] == ["catalog"]


def test_rule_18_each_charge_type_has_one_rule(place: Place, admin: Client, form: dict[str, list[str]]) -> None:
    twice = with_values(
        form, end_rule__left=["Cycle Fee", "Cycle Fee"], end_rule__right=["Last day of invoice month"] * 2
    )
    answer = save(place, admin, twice)
    assert answer.status_code == 422
    assert "There is a rule for Cycle Fee already. A Charge Type can have only one rule." in words(answer)
    assert place.again().billing == {}


def test_rule_18_a_used_charge_type_is_not_offered_again(
    place: Place, admin: Client, form: dict[str, list[str]]
) -> None:
    one = with_values(form, end_rule__left="Cycle Fee", end_rule__right="Last day of invoice month")
    text = save(place, admin, one, "add:end_rule").content.decode()
    selects = text.split('name="end_rule.left"')[1:]
    assert len(selects) == 2
    assert '<option value="Cycle Fee" disabled>' in selects[1].split("</select>")[0]
    assert '<option value="Cycle Fee" selected>' in selects[0].split("</select>")[0]


@pytest.mark.parametrize(
    ("family", "count"), [("end_rule", len(SHOWN_CHARGE_TYPES)), ("start_rule", len(BillingCycle))]
)
def test_when_all_are_used_no_more_rows_can_be_added(
    place: Place, admin: Client, form: dict[str, list[str]], family: str, count: int
) -> None:
    for _ in range(count):
        page = save(place, admin, form, f"add:{family}")
        form = form_of(page)
    assert len(form[f"{family}.left"]) == count == 6
    button = page.content.decode().split(f'value="add:{family}"')[1].split(">")[0]
    assert "disabled" in button
    assert "User Correction" not in page.content.decode()


def test_rows_come_and_go_without_being_saved(place: Place, admin: Client, form: dict[str, list[str]]) -> None:
    two = with_values(form, end_rule__left=["Cycle Fee", "Item Fee"], end_rule__right=["Last day of invoice month"] * 2)
    full_page = save(place, admin, two, "remove:end_rule:0")
    part = save(place, admin, two, "remove:end_rule:0", headers={"HX-Request": "true"})
    assert "<html" in full_page.content.decode()
    assert "<html" not in part.content.decode()
    for page in (full_page, part):
        assert form_of(page)["end_rule.left"] == ["Item Fee"]
        assert form_of(page)["agreement_type"] == form["agreement_type"]
        assert "data-edited" in page.content.decode()
    assert place.again().billing == {}


@pytest.mark.parametrize(
    "deed",
    [
        "remove:end_rule:7",
        "remove:colour:0",
        "up:end_rule:0",
        "remove:end_rule:x",
        f"remove:end_rule:{'9' * 5000}",
        "dance",
        "",
    ],
)
def test_a_deed_that_makes_no_sense_does_nothing(
    place: Place, admin: Client, form: dict[str, list[str]], deed: str
) -> None:
    one = with_values(form, end_rule__left="Cycle Fee", end_rule__right="Last day of invoice month")
    assert form_of(save(place, admin, one, deed)) == one


def test_a_row_that_is_half_filled_is_told_where_it_is(place: Place, admin: Client, form: dict[str, list[str]]) -> None:
    half = with_values(
        form, end_rule__left=["Cycle Fee", "", ""], end_rule__right=["", "Last day of invoice month", ""]
    )
    text = words(save(place, admin, half))
    assert "The rule is missing. Choose it, or remove the row." in text
    assert "The Charge Type is missing. Choose it, or remove the row." in text
    assert "Nothing was saved: 2 settings need your attention below." in text


def test_every_fault_is_shown_beside_what_was_typed(place: Place, admin: Client, form: dict[str, list[str]]) -> None:
    wrong = with_values(
        form, markup="<b>much</b>", mass_cancel_share="4", end_rule__left="Cycle Fee", end_rule__right="Never"
    )
    answer = save(place, admin, wrong)
    assert answer.status_code == 422
    text = words(answer)
    assert "'<b>much</b>' is not a number." in text
    assert "4 is not a share." in text
    assert "'Never' is not a choice." in text
    assert "<b>much" not in answer.content.decode()
    assert form_of(answer)["markup"] == ["<b>much</b>"]


def test_rule_17_a_vanished_agreement_type_is_marked_and_kept(
    place: Place, admin: Client, form: dict[str, list[str]]
) -> None:
    saved(place, admin, form)
    place.drop("agreementType", "Cloud Subscriptions")
    page = save(place, admin, form, "lists:refresh")
    assert "Cloud Subscriptions is no longer in ConnectWise." in words(page)
    assert "1 entry has vanished there" in words(page)
    again = form_of(admin.get(place.url("configuration")))
    assert again["agreement_type"] == form["agreement_type"]
    assert SAVED in saved(place, admin, with_values(again, price="catalog"))
    assert place.again().billing["agreement_type"]["name"] == "Cloud Subscriptions"


def test_an_inactive_agreement_type_is_marked_as_such(place: Place, admin: Client, form: dict[str, list[str]]) -> None:
    saved(place, admin, form)
    row = place.record("agreementType", "Cloud Subscriptions")
    place.sandbox.store.replace("agreementType", int(str(row["id"])), {**row, "inactiveFlag": True}, by="a person")
    assert "Cloud Subscriptions is inactive in ConnectWise." in words(save(place, admin, form, "lists:refresh"))


def test_a_refresh_keeps_what_was_typed_and_is_not_taken_for_a_change(
    place: Place, admin: Client, form: dict[str, list[str]]
) -> None:
    saved(place, admin, form)
    shown = form_of(admin.get(place.url("configuration")))
    assert "data-edited" not in save(place, admin, shown, "lists:refresh").content.decode()
    typed = with_values(shown, markup="7")
    page = save(place, admin, typed, "lists:refresh")
    assert form_of(page) == typed
    assert "data-edited" in page.content.decode()


def test_a_silent_connectwise_is_told_in_place(place: Place, admin: Client, form: dict[str, list[str]]) -> None:
    connection = place.again()
    connection.public_key = "wrong"
    connection.save()
    page = words(save(place, admin, form, "lists:refresh"))
    assert "could not be read" in page
    assert not place.again().connected
    assert "The connection does not work." in words(save(place, admin, form, "lists:refresh"))


def test_who_saves_second_is_told_and_loses_nothing(place: Place, admin: Client, form: dict[str, list[str]]) -> None:
    saved(place, admin, with_values(form, price="catalog", markup="3"))
    clash = save(place, admin, with_values(form, price="platform", markup="9"))
    assert clash.status_code == 409
    text = words(clash)
    assert "administrator@cedarpoint.example saved the configuration after this page was shown." in text
    assert "Price catalog platform" in text
    assert "Markup 3 9" in text
    assert place.again().billing["markup"] == "3"
    kept = form_of(clash)
    assert (kept["price"], kept["markup"]) == (["platform"], ["9"])
    saved(place, admin, kept)
    assert place.again().billing["markup"] == "9"


def test_rule_114_the_daily_sync_is_switched_and_the_page_says_when_it_is_next(
    place: Place, admin: Client, form: dict[str, list[str]]
) -> None:
    before = words(admin.get(place.url("configuration")))
    assert "Switched off. The next midnight UTC is" in before
    assert "will be passed over" not in before
    text = saved(place, admin, with_values(form, daily_sync="yes"))
    assert place.again().billing["daily_sync"] == "yes"
    assert f"Next daily sync: {next_daily_sync(timezone.now()):%Y-%m-%d} 00:00 (UTC)." in text
    assert "There has been none yet." in text
    assert "none has ever run here" in text
    assert "Not at work yet" not in text


def test_rule_119_the_page_says_that_the_daily_sync_waits_for_a_first_posting(
    place: Place, admin: Client, form: dict[str, list[str]]
) -> None:
    text = saved(place, admin, with_values(form, daily_sync="yes"))
    assert "The next daily sync will be passed over. No posting that a person started has finished" in text
    run = Run.objects.create(connection=place.connection, verb="post lines", state="done", result={"balanced": True})
    Posting.objects.create(
        connection=place.connection, run=run, stage=0, key="k", action="create", after={}, state="posted"
    )
    assert "will be passed over" not in words(admin.get(place.url("configuration")))


def test_the_page_leads_to_the_last_daily_sync(place: Place, admin: Client) -> None:
    run = Run.objects.create(
        connection=place.connection, verb="daily sync", month="2026-11", state="done", verdict="balanced"
    )
    page = admin.get(place.url("configuration"))
    assert "2026-11, done (balanced)" in words(page)
    assert reverse("runs:run", args=[place.connection.pk, run.pk]) in page.content.decode()


def test_what_was_saved_is_what_the_planner_gets(place: Place, admin: Client, form: dict[str, list[str]]) -> None:
    saved(place, admin, with_values(form, skip_zero_lines="yes", mass_cancel_share="0.5"))
    settings = billing_settings(Connection.objects.get())
    assert settings.skip_zero_lines
    assert str(settings.mass_cancel_share) == "0.5"
    shown = form_of(admin.get(place.url("configuration")))
    del shown["skip_zero_lines"]
    saved(place, admin, shown)
    assert not billing_settings(Connection.objects.get()).skip_zero_lines


def test_the_edit_address_leads_to_the_page(place: Place, admin: Client) -> None:
    assert admin.get(place.url("edit-configuration"))["Location"] == place.url("configuration")


def test_the_page_needs_as_many_queries_however_long_the_list(
    place: Place, admin: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    admin.get(place.url("configuration"))
    ListEntry.objects.bulk_create(
        ListEntry(connection=place.connection, kind="agreement_type", remote_id=n, name=f"Type {n}")
        for n in range(1000, 1300)
    )
    with django_assert_max_num_queries(QUERIES):
        assert "Type 1299" in words(admin.get(place.url("configuration")))
