"""The audit page: entries, filters, differences, the chain's verdict and the download (rule 123)."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection as database
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from bursar.domain.roles import Role
from bursar.store.models import AuditEntry
from bursar.usecases.acting import Actor, acting_as
from bursar.usecases.audit import record, verify_audit
from tests.web.visitors import HTMX, a_connection, element, links_of, part_of, streamed, text_of, tree_of, visitor

pytestmark = pytest.mark.django_db

VISIT = 3
"""Questions of any page without a connection: session, person, its tracking (5), the switcher."""


def address(**query: object) -> str:
    return reverse("audit:page", query=query)


def act(actor: str, action: str, subject: str = "", **values: object) -> AuditEntry:
    with acting_as(Actor(actor, "web", "192.0.2.7")):
        return record(action, subject, **values)


def dated(entry: AuditEntry, at: datetime) -> None:
    """An entry of another day; the chain is not what these tests look at."""
    with database.cursor() as cursor:
        cursor.execute("DROP TRIGGER IF EXISTS audit_no_update")
        AuditEntry.objects.filter(pk=entry.pk).update(at=at)


def shown(answer: object) -> list[str]:
    """Subjects in the order of the page."""
    return [word.removeprefix("subject-") for word in part_of(answer, "trail").split() if word.startswith("subject-")]


def test_entries_are_shown_newest_first_with_what_changed() -> None:
    connection = a_connection()
    act("ada@cedarpoint.example", "connection added", "main", connection=connection, after={"url": "https://x.example"})
    act(
        "bob@cedarpoint.example", "configuration saved", "billing", connection=connection,
        before={"billing": {"markup": "0", "price": "platform"}, "gone": True},
        after={"billing": {"markup": "12.5", "price": "platform"}, "list": ["a", "b"]},
    )  # fmt: skip
    text = part_of(visitor(Role.ADMINISTRATOR).get(address()), "trail")
    assert text.index("Configuration saved") < text.index("Connection added")
    assert "bob@cedarpoint.example web, 192.0.2.7 Configuration saved : billing What changed (3)" in text
    assert "billing.markup 0 became 12.5" in text
    assert "gone yes (removed)" in text
    assert "list a, b" in text
    assert "price" not in text
    assert "When (Europe/Warsaw)" in text


def test_the_trail_may_be_empty() -> None:
    assert "No entry yet" in text_of(visitor(Role.ADMINISTRATOR).get(address()))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["3", "2", "1"]),
        ({"action": "run requested"}, ["3", "2"]),
        ({"actor": "ada@cedarpoint.example"}, ["3", "1"]),
        ({"connection": "main"}, ["2"]),
        ({"action": "run requested", "actor": "ada@cedarpoint.example"}, ["3"]),
        ({"action": "connection added", "connection": "main"}, []),
    ],
)
def test_filters_narrow_the_trail(query: dict[str, object], expected: list[str]) -> None:
    act("ada@cedarpoint.example", "connection added", "subject-1")
    act("bob@cedarpoint.example", "run requested", "subject-2", connection=a_connection())
    act("ada@cedarpoint.example", "run requested", "subject-3")
    answer = visitor(Role.ADMINISTRATOR).get(address(**query), headers=HTMX)
    assert [part.get("id") for part in tree_of(answer)] == ["trail"]
    assert shown(answer) == expected
    assert ("No entry like this" in text_of(answer)) == (not expected)


@pytest.mark.skipif(database.vendor != "sqlite", reason="takes a guard of SQLite away")
def test_days_are_days_in_the_viewers_zone() -> None:
    for subject, at in (
        ("subject-before", datetime(2026, 10, 4, 21, 59, tzinfo=UTC)),  # 23:59 in Warsaw
        ("subject-first", datetime(2026, 10, 4, 22, 0, tzinfo=UTC)),
        ("subject-last", datetime(2026, 10, 6, 21, 59, tzinfo=UTC)),
        ("subject-after", datetime(2026, 10, 6, 22, 0, tzinfo=UTC)),
    ):
        dated(act("ada", "acted", subject), at)
    administrator = visitor(Role.ADMINISTRATOR)
    assert shown(administrator.get(address(since="2026-10-05", until="2026-10-06"))) == ["last", "first"]
    assert shown(administrator.get(address(since="2026-10-05"))) == ["after", "last", "first"]
    assert shown(administrator.get(address(until="2026-10-04"))) == ["before"]
    assert len(shown(administrator.get(address(until="9999-12-31")))) == 4


@pytest.mark.parametrize("query", [{"since": "yesterday"}, {"until": "2026-13-01"}, {"action": "never seen"}])
def test_a_filter_that_cannot_be_is_refused_in_words(query: dict[str, object]) -> None:
    act("ada", "acted")
    answer = visitor(Role.ADMINISTRATOR).get(address(**query))
    assert answer.status_code == 422
    (name,) = query
    assert f"{name.capitalize()}: " in part_of(answer, "trail")


def test_pages_go_older_and_newer_and_keep_the_filter(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(120):
        act("ada", "acted", f"subject-{number}", after={"n": number})
    act("bob", "acted", "subject-bob")
    administrator = visitor(Role.ADMINISTRATOR)
    administrator.get(address())
    with django_assert_num_queries(VISIT + 5):  # three lists to choose from, this page, how many
        answer = administrator.get(address(actor="ada"))
    assert shown(answer) == [str(n) for n in range(119, 69, -1)]
    seen: list[str] = []
    url: str = address(actor="ada")
    while url:
        answer = administrator.get(url)
        seen += shown(answer)
        url = next((link.get("href", "") for link in tree_of(answer).iter("a") if link.get("rel") == "next"), "")
    assert seen == [str(n) for n in range(119, -1, -1)]
    back = next(link.get("href", "") for link in tree_of(answer).iter("a") if link.get("rel") == "prev")
    assert shown(administrator.get(back)) == [str(n) for n in range(69, 19, -1)]


def test_verify_says_that_the_chain_holds() -> None:
    for number in range(3):
        act("ada", "acted", str(number))
    administrator = visitor(Role.ADMINISTRATOR)
    page = administrator.get(address())
    assert "3 entries, each sealed with the hash of the one before." in part_of(page, "chain")
    answer = administrator.get(reverse("audit:verify"), headers=HTMX)
    head = verify_audit().head
    assert f"Chain verified: 3 entries , head {head}" in part_of(answer, "chain")
    noted = administrator.get(reverse("audit:verify", query={"expect": head}), headers=HTMX)
    assert "The head noted earlier is in it" in part_of(noted, "chain")
    assert element(noted, "chain-expect").get("value") == head


def test_verify_without_htmx_is_a_page_of_its_own() -> None:
    act("ada", "acted")
    answer = visitor(Role.ADMINISTRATOR).get(reverse("audit:verify"))
    assert "Chain verified: 1 entry" in part_of(answer, "chain")
    assert address() in links_of(element(answer, "main"))


def test_verify_names_the_first_faulty_entry() -> None:
    for number in range(3):
        act("ada", "acted", str(number))
    administrator = visitor(Role.ADMINISTRATOR)
    answer = administrator.get(reverse("audit:verify", query={"expect": "f" * 64}), headers=HTMX)
    assert "Chain broken at entry 4." in part_of(answer, "chain")
    refused = administrator.get(reverse("audit:verify", query={"expect": "short"}), headers=HTMX)
    assert refused.status_code == 422
    assert "This is not the head of an audit trail." in part_of(refused, "chain")


def test_the_download_is_the_whole_trail() -> None:
    act("ada", "acted", '=cmd|"/c calc"')
    act("bob", "acted", "second")
    answer = visitor(Role.ADMINISTRATOR).get(reverse("audit:csv"))
    assert answer["Content-Disposition"] == f'attachment; filename="bursar-audit-{timezone.now():%Y-%m-%d}.csv"'
    rows = list(csv.DictReader(io.StringIO(streamed(answer), newline="")))
    assert [row["subject"] for row in rows] == ['\'=cmd|"/c calc"', "second"]
    assert datetime.fromisoformat(rows[0]["at"]).utcoffset() == timedelta(0)


@pytest.mark.parametrize("route", ["audit:page", "audit:verify", "audit:csv"])
def test_administrators_only(route: str) -> None:
    act("ada", "acted", "subject-1")
    answers = {role: visitor(role).get(reverse(route)).status_code for role in (*Role, None)}
    assert answers == {Role.VIEWER: 403, Role.OPERATOR: 403, Role.ADMINISTRATOR: 200, None: 302}
