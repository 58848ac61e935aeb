"""Sync tiles and System Information, to the letter of the product's description (rules 27-29)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from bursar.domain.roles import Role
from bursar.store.models import Connection
from bursar.usecases.daily_sync import next_daily_sync
from tests.web.visitors import HTMX, a_connection, element, links_of, part_of, text_of, tree_of, visitor

pytestmark = pytest.mark.django_db


def page(connection: Connection) -> str:
    return reverse("dashboard:page", args=[connection.pk])


def test_rule_27_before_any_sync_both_tiles_say_so() -> None:
    answer = visitor(Role.VIEWER).get(page(a_connection()))
    assert part_of(answer, "tile-platform").startswith("Last Sync to Platform No sync yet")
    assert part_of(answer, "tile-psa").startswith("Last Sync to PSA No sync yet")


@pytest.mark.parametrize(
    ("passed", "shown"),
    [
        (timedelta(hours=7, minutes=30), "7h ago"),
        (timedelta(minutes=5, seconds=10), "5m ago"),
        (timedelta(days=3, hours=1), "3 days ago"),
        (timedelta(days=1, hours=2), "1 day ago"),
    ],
)
def test_rule_27_relative_time_with_the_viewers_zone(passed: timedelta, shown: str) -> None:
    moment = timezone.now() - passed
    connection = a_connection(last_sync_to_platform=moment, last_sync_to_psa=moment)
    answer = visitor(Role.VIEWER, zone="Asia/Kolkata").get(page(connection))
    for tile in ("tile-platform", "tile-psa"):
        assert f"{shown} (UTC+05:30 Asia/Kolkata)" in part_of(answer, tile)


def test_rule_27_a_refresh_fetches_one_tile_without_the_page() -> None:
    connection = a_connection()
    viewer = visitor(Role.VIEWER)
    button = element(viewer.get(page(connection)), "tile-platform-refresh")
    Connection.objects.update(last_sync_to_platform=timezone.now() - timedelta(hours=2))
    answer = viewer.get(button.get("hx-get"), headers=HTMX)
    assert "2h ago" in text_of(answer)
    assert "Last Sync to PSA" not in text_of(answer)
    assert [button.get("hx-target")] == [f"#{part.get('id')}" for part in tree_of(answer)]


def test_there_is_no_third_tile() -> None:
    connection = a_connection()
    assert visitor(Role.VIEWER).get(reverse("dashboard:tile", args=[connection.pk, "books"])).status_code == 404


def test_rule_27_the_psa_tile_opens_connectwise_in_a_new_tab() -> None:
    answer = visitor(Role.VIEWER).get(page(a_connection(url="https://aus.myconnectwise.net/v4_6_release/")))
    (link,) = element(answer, "tile-psa").iter("a")
    assert link.get("href", "").startswith("https://aus.myconnectwise.net/v4_6_release/ConnectWise.aspx")
    assert (link.get("target"), link.get("rel")) == ("_blank", "noopener noreferrer")
    assert not links_of(element(answer, "tile-platform"))


@pytest.mark.parametrize("url", ["", "ftp://elsewhere", "javascript:alert(1)"])
def test_without_a_site_address_there_is_no_way_out(url: str) -> None:
    assert not links_of(element(visitor(Role.VIEWER).get(page(a_connection(url=url))), "tile-psa"))


def test_rule_29_system_information_of_a_working_connection() -> None:
    text = text_of(visitor(Role.VIEWER).get(page(a_connection())))
    assert "Environment https://na.myconnectwise.net Connected Integration Version v2026.1" in text
    assert "Not Connected" not in text


def test_rule_29_not_connected_says_why_and_where_to_go() -> None:
    state = Connection.State.NOT_CONNECTED
    connection = a_connection(state=state, state_reason="The keys are refused.", version="")
    text = text_of(visitor(Role.ADMINISTRATOR).get(page(connection)))
    assert "Not Connected The keys are refused. Enter credentials" in text
    assert "Integration Version Not known yet" in text
    assert "Ask an administrator" in text_of(visitor(Role.VIEWER).get(page(connection)))


def test_rule_114_the_next_daily_sync_is_told_and_what_stands_in_its_way() -> None:
    connection = a_connection()
    assert "The daily sync is switched off." in text_of(visitor(Role.VIEWER).get(page(connection)))
    assert "Settings › Configuration switches it on" in text_of(visitor(Role.ADMINISTRATOR).get(page(connection)))
    connection.billing["daily_sync"] = "yes"
    connection.save()
    text = text_of(visitor(Role.OPERATOR, zone="UTC").get(page(connection)))
    assert f"Next daily sync: {next_daily_sync(timezone.now()):%Y-%m-%d} 00:00 (UTC)." in text
    assert "The next daily sync will be passed over. No posting that a person started has finished" in text
