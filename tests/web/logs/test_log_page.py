"""System Logs: tiles, filter, entries, pages (rules 120-125)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from bursar.domain.roles import Role
from bursar.store.models import Connection, LogEntry, Run
from bursar.store.queries.system_log import write_log
from tests.web.visitors import HTMX, VISIT, a_connection, element, links_of, part_of, text_of, tree_of, visitor

pytestmark = pytest.mark.django_db


def address(connection: Connection, **query: object) -> str:
    return reverse("logs:page", args=[connection.pk], query=query)


def log(connection: Connection, *titles: str, level: str = "INFO", **values: object) -> None:
    facts = {"at": timezone.now()} | values
    write_log([LogEntry(connection=connection, level=level, title=title, **facts) for title in titles])


def tiles(connection: Connection) -> list[tuple[str, str]]:
    """What each tile says, and its colour."""
    tree = tree_of(visitor(Role.VIEWER).get(address(connection)))
    found = [part for part in tree.iter("section") if "tile" in part.get("class", "").split()]
    return [(" ".join(" ".join(tile.itertext()).split()), tile.get("class", "")) for tile in found]


def test_rule_120_four_tiles_without_entries() -> None:
    (total, errors, warnings, last) = tiles(a_connection())
    assert (total[0], errors[0], warnings[0]) == ("Total Logs (30d) 0", "Errors (30d) 0", "Warnings (30d) 0")
    assert last[0] == "Last Update Nothing yet Refresh the log"
    assert not any("is-" in colour for _, colour in (total, errors, warnings, last))


def test_rule_120_four_tiles_count_thirty_days_and_are_red_and_orange_above_zero() -> None:
    connection = a_connection()
    log(connection, "a", "b", at=timezone.now() - timedelta(days=29))
    log(connection, "too old", level="ERROR", at=timezone.now() - timedelta(days=31))
    log(connection, "w", level="WARNING")
    log(connection, "e", "f", level="ERROR", at=timezone.now() - timedelta(hours=2, minutes=1))
    log(a_connection("another"), "not ours", level="ERROR")
    (total, errors, warnings, last) = tiles(connection)
    assert (total[0], errors[0], warnings[0]) == ("Total Logs (30d) 5", "Errors (30d) 2", "Warnings (30d) 1")
    assert ("is-error" in errors[1], "is-warning" in warnings[1], "is-" in total[1]) == (True, True, False)
    assert last[0].startswith("Last Update 2h ago (UTC+0")
    assert "Europe/Warsaw" in last[0]


def test_rule_120_timestamps_are_in_the_viewers_zone_which_the_heading_names() -> None:
    connection = a_connection()
    at = timezone.now().astimezone(UTC).replace(hour=22, minute=5) - timedelta(days=2)
    log(connection, "late", at=at)
    text = text_of(visitor(Role.VIEWER, zone="Asia/Kolkata").get(address(connection)))
    assert "Level Timestamp (Asia/Kolkata) Summary Run" in text
    assert f"{at + timedelta(hours=5, minutes=30):%Y-%m-%d %H:%M}" in text


def test_rule_121_the_filter_shows_one_level() -> None:
    connection = a_connection()
    for level in ("INFO", "WARNING", "ERROR"):
        log(connection, f"the {level} one", level=level)
    viewer = visitor(Role.VIEWER)
    answer = viewer.get(address(connection))
    assert [" ".join(link.itertext()) for link in element(answer, "log-levels").iter("a")] == [
        "All", "Info", "Warning", "Error",
    ]  # fmt: skip
    for link, shown in zip(
        links_of(element(answer, "log-levels")),
        ({"INFO", "WARNING", "ERROR"}, {"INFO"}, {"WARNING"}, {"ERROR"}),
        strict=True,
    ):
        text = text_of(viewer.get(link, headers=HTMX))
        assert {level for level in ("INFO", "WARNING", "ERROR") if f"the {level} one" in text} == shown
    current = [link.get("id") for link in tree_of(viewer.get(address(connection, level="ERROR"))).iter("a")
               if link.get("aria-current") == "true" and str(link.get("id")).startswith("log-")]  # fmt: skip
    assert current == ["log-level-error"]


def test_rule_125_an_error_tells_cause_remedy_and_the_redacted_answer_and_leads_to_its_run() -> None:
    connection = a_connection()
    run = Run.objects.create(connection=connection, verb="post lines")
    log(
        connection, "Posting failed", level="ERROR", details="ConnectWise refused the Addition.", remedy="Correct it.",
        code="rejected", answer='{"message": "<script>no</script>"}', run=run,
    )  # fmt: skip
    answer = visitor(Role.VIEWER).get(address(connection))
    text = text_of(answer)
    assert "ERROR" in text
    assert "Posting failed ConnectWise refused the Addition. Remedy and answer What to do: Correct it." in text
    assert 'Answer of ConnectWise, without secrets: {"message": "<script>no</script>"}' in text
    assert reverse("runs:run", args=[connection.pk, run.pk]) in links_of(element(answer, "log"))


def test_a_warning_shows_its_details_and_remedy_at_once() -> None:
    connection = a_connection()
    log(connection, "Line skipped", level="WARNING", details="L1 lacks a company.", remedy="Map it.")
    answer = visitor(Role.VIEWER).get(address(connection))
    assert "Line skipped L1 lacks a company. Map it." in text_of(answer)
    assert not list(element(answer, "log").iter("details"))


def test_nothing_logged_differs_from_nothing_at_this_level() -> None:
    connection = a_connection()
    viewer = visitor(Role.VIEWER)
    assert "Nothing logged yet" in text_of(viewer.get(address(connection)))
    assert "Nothing logged yet" in text_of(viewer.get(address(connection, level="ERROR")))
    log(connection, "a")
    answer = viewer.get(address(connection, level="ERROR"))
    assert "Nothing at this level" in text_of(answer)
    assert "Nothing logged" not in text_of(answer)


def test_pages_go_older_and_newer_without_gaps() -> None:
    connection = a_connection()
    log(connection, *(f"no {number:03}" for number in range(120)))
    viewer = visitor(Role.VIEWER)

    def step(url: str, rel: str) -> tuple[list[str], str]:
        answer = viewer.get(url)
        shown = part_of(answer, "log").split("no ")[1:]
        following = [link.get("href", "") for link in tree_of(answer).iter("a") if link.get("rel") == rel]
        return [text[:3] for text in shown], following[0] if following else ""

    seen, url = [], address(connection)
    while url:
        titles, url = step(url, "next")
        last = titles
        seen += titles
    assert seen == [f"{number:03}" for number in reversed(range(120))]
    assert len(last) == 20

    oldest_on_page_two = int(seen[99])
    entry = LogEntry.objects.get(title=f"no {oldest_on_page_two:03}")
    titles, url = step(address(connection, after=entry.pk), "prev")
    assert titles == [f"{n:03}" for n in range(oldest_on_page_two + 50, oldest_on_page_two, -1)]
    titles, url = step(url, "prev")
    assert titles[0] == "119"


def test_paging_from_what_is_gone_begins_anew() -> None:
    connection = a_connection()
    log(connection, "only")
    viewer = visitor(Role.VIEWER)
    answer = viewer.get(address(connection, level="ERROR", before=1))
    assert (answer.status_code, answer["Location"]) == (302, address(connection) + "?level=ERROR")
    assert viewer.get(address(connection, after=10**17))["Location"] == address(connection)
    for nonsense in ("x", "-1", "9" * 40, "٣"):
        assert "only" in text_of(viewer.get(address(connection, before=nonsense)))


def test_what_is_older_than_thirty_days_is_not_shown() -> None:
    connection = a_connection()
    log(connection, "ancient", at=datetime(2020, 1, 1, tzinfo=UTC))
    log(connection, "recent")
    text = text_of(visitor(Role.VIEWER).get(address(connection)))
    assert ("ancient" in text, "recent" in text) == (False, True)


def test_a_refresh_brings_tiles_and_entries_without_the_frame() -> None:
    connection = a_connection()
    viewer = visitor(Role.VIEWER)
    button = element(viewer.get(address(connection, level="ERROR")), "log-refresh")
    log(connection, "just happened", level="ERROR")
    answer = viewer.get(str(button.get("hx-get")), headers=HTMX)
    assert [part.get("id") for part in tree_of(answer)] == ["log"]
    assert "just happened" in text_of(answer)
    assert "Errors (30d) 1" in text_of(answer)


def test_the_page_takes_as_many_questions_for_much_as_for_little(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    connection = a_connection()
    viewer = visitor(Role.VIEWER)
    viewer.get(address(connection))
    with django_assert_num_queries(VISIT + 3):  # counts, entries, the newest
        viewer.get(address(connection))
    run = Run.objects.create(connection=connection, verb="post lines")
    log(connection, *map(str, range(500)), run=run)
    with django_assert_num_queries(VISIT + 3):
        viewer.get(address(connection))


def test_strangers_see_no_log() -> None:
    connection = a_connection()
    visitor(Role.VIEWER)
    for route in ("logs:page", "logs:csv"):
        assert visitor(None).get(reverse(route, args=[connection.pk])).status_code == 302
        for role in Role:
            assert visitor(role).get(reverse(route, args=[connection.pk])).status_code == 200
