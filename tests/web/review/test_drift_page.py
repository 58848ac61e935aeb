"""The page of Drift: what was changed by hand, field by field, and what a person decides (rule 97)."""

import pytest
from django.db import connection as database
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bursar.domain.roles import Role
from bursar.store.models import AdditionLink, AuditEntry, Connection, Drift, Line
from tests.web.review.found_by_hand import drifted, lines_of
from tests.web.review.many_variances import a_plan
from tests.web.visitors import a_connection, element, streamed, text_of, visitor, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection() -> Connection:
    """One Addition was edited, one ended, one deleted."""
    made = a_connection()
    lines_of(made, 1, 2, 3)
    plan = a_plan(made)
    for number, kind in enumerate(Drift.Kind, 1):
        drifted(plan, number, kind)
    return made


def url(connection: Connection, what: str = "") -> str:
    return reverse(f"review:drift{what}", args=[connection.pk])


def show(connection: Connection, query: str = "", role: Role = Role.OPERATOR) -> HttpResponse:
    answer = visitor(role).get(f"{url(connection)}?{query}")
    assert answer.status_code == 200
    return answer


def row(connection: Connection, number: int) -> str:
    """What a person reads in the row of a customer."""
    return words(element(show(connection), f"row-{Drift.objects.get(company_id=number).pk}"))


def form_of(connection: Connection, number: int) -> dict[str, str]:
    page = element(show(connection), f"row-{Drift.objects.get(company_id=number).pk}")
    return {field.get("name", ""): field.get("value", "") for field in page.findall(".//form/input")}


def post(client: Client, address: str, **sent: object) -> str:
    answer = client.post(address, sent, follow=True)
    assert answer.status_code == 200
    return text_of(answer)


def decide(connection: Connection, number: int, decision: str) -> str:
    return post(visitor(Role.OPERATOR), url(connection, "-decide"), **form_of(connection, number), do=decision)


def line(number: int) -> Line:
    return Line.objects.get(line_id=f"L{number:05}")


def test_without_a_plan_and_without_drift() -> None:
    connection = a_connection()
    assert "No plan has been made yet" in text_of(show(connection))
    a_plan(connection)
    assert "No drift" in text_of(show(connection))


def test_rule_97_field_by_field_what_bursar_wrote_and_what_is_there(connection: Connection) -> None:
    assert "Unit price 11.50 → 9.00" in row(connection, 1)
    assert "Cancelled date – → 2026-10-15" in row(connection, 2)
    assert "Gone from ConnectWise" in row(connection, 3)
    assert all(word in row(connection, 1) for word in ("8001", "Edited", "L00001", "Not decided"))


def test_only_what_can_be_decided_is_offered(connection: Connection) -> None:
    def offered(number: int) -> list[str]:
        page = element(show(connection), f"row-{Drift.objects.get(company_id=number).pk}")
        return [button.get("value", "") for button in page.iter("button")]

    assert [offered(number) for number in (1, 2, 3)] == [
        ["accept", "overwrite"],
        ["accept", "overwrite", "recreate"],
        ["accept", "recreate"],
    ]
    page = element(show(connection, role=Role.VIEWER), "drift")
    assert not [button for button in page.iter("button") if button.get("name") == "do"]


def test_rule_97_accepted_by_a_click(connection: Connection) -> None:
    assert "Addition 8001 is accepted as it is in ConnectWise." in decide(connection, 1, "accept")
    assert AdditionLink.objects.get(addition_id=8001).accepted == {"unit_price": "d:9"}
    assert "Accepted." in row(connection, 1)
    assert AuditEntry.objects.filter(action="drift decided").count() == 1


def test_rule_97_overwritten_or_made_anew_by_the_next_posting(connection: Connection) -> None:
    assert "make the plan again" in decide(connection, 1, "overwrite")
    assert "Will be overwritten by the next posting of 2026-10: make the plan again." in row(connection, 1)
    decide(connection, 3, "recreate")
    assert "Will be made anew by the next posting of 2026-10" in row(connection, 3)
    assert (line(1).overwrite, line(3).post_again) == (True, True)


def test_a_decision_can_be_changed(connection: Connection) -> None:
    decide(connection, 1, "overwrite")
    decide(connection, 1, "accept")
    assert not line(1).overwrite
    decide(connection, 1, "overwrite")
    assert line(1).overwrite


def test_two_people_the_second_is_told(connection: Connection) -> None:
    shown = form_of(connection, 1)
    post(visitor(Role.OPERATOR), url(connection, "-decide"), **shown, do="accept")
    said = post(visitor(Role.ADMINISTRATOR), url(connection, "-decide"), **shown, do="overwrite")
    assert "Nothing was overwritten" in said
    assert not line(1).overwrite


def test_the_key_cannot_be_given_up(connection: Connection) -> None:
    Drift.objects.filter(company_id=1).update(edits={"marker": ["s:bursar", "s:"]})
    assert "only overwriting puts it back" in row(connection, 1)
    said = post(visitor(Role.OPERATOR), url(connection, "-decide"), **form_of(connection, 1), do="accept")
    assert "could be billed twice" in said


def test_what_cannot_be_said_about_it_is_refused(connection: Connection) -> None:
    assert "cannot be settled by overwrite" in decide(connection, 3, "overwrite")
    for sent in ({}, {"addition": "x"}, {"addition": "8001", "do": "nonsense"}):
        assert visitor(Role.OPERATOR).post(url(connection, "-decide"), sent).status_code == 404


def test_many_after_a_confirmation(connection: Connection) -> None:
    operator = visitor(Role.OPERATOR)
    asked = post(operator, url(connection, "-bulk"), do="overwrite", everything=1)
    assert "3 Additions" in asked
    assert "Customer 00003: Addition 8003, deleted" in asked
    assert not line(1).overwrite
    done = post(operator, url(connection, "-bulk"), do="overwrite", everything=1, confirmed=3)
    assert "Overwrite: 2 decided. 1 stay as they were. 1: Recreate or accept it." in done
    assert [line(n).overwrite for n in (1, 2, 3)] == [True, True, False]


def test_the_view_as_a_file(connection: Connection) -> None:
    file = streamed(visitor(Role.VIEWER).get(f"{url(connection, '-export')}?kind=edited"))
    assert "Unit price: 11.50 → 9.00" in file
    assert "Customer 00002" not in file


def test_queries_do_not_grow_with_rows() -> None:
    counts: list[int] = []
    for name, number in (("small", 2), ("large", 40)):
        made = a_connection(name)
        lines_of(made, *range(1, number + 1))
        plan = a_plan(made)
        for each in range(1, number + 1):
            drifted(plan, each)
        visitor(Role.OPERATOR).get(url(made))
        with CaptureQueriesContext(database) as queries:
            visitor(Role.OPERATOR).get(url(made))
        counts.append(len(queries))
    assert counts[0] == counts[1]
