"""The page of Adoption: what people made, the line proposed, and the decision of a person (rule 99)."""

from datetime import date

import pytest
from django.db import connection as database
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bursar.domain.roles import Role
from bursar.store.models import AuditEntry, Connection, HandAddition, Line, Run
from bursar.usecases.runs import PLAN_ENDINGS
from tests.web.review.found_by_hand import lines_of, made_by_hand
from tests.web.review.many_variances import a_plan
from tests.web.visitors import HTMX, a_connection, element, links_of, streamed, text_of, tree_of, visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection() -> Connection:
    """Customers 1 and 2 have a proposal, customer 3 something that no line knows."""
    made = a_connection()
    lines_of(made, 1, 2, 3)
    plan = a_plan(made)
    made_by_hand(plan, 1)
    made_by_hand(plan, 2, 80)
    made_by_hand(plan, 3, 0)
    return made


def url(connection: Connection, what: str = "") -> str:
    return reverse(f"review:adoption{what}", args=[connection.pk])


def show(connection: Connection, query: str = "", role: Role = Role.OPERATOR) -> HttpResponse:
    answer = visitor(role).get(f"{url(connection)}?{query}")
    assert answer.status_code == 200
    return answer


def row(number: int) -> HandAddition:
    return HandAddition.objects.get(company_id=number)


def form_of(connection: Connection, number: int) -> dict[str, str]:
    """The hidden fields of a row's form, as the page has them."""
    page = element(show(connection), f"row-{row(number).pk}")
    fields = page.findall(".//form/input")
    return {field.get("name", ""): field.get("value", "") for field in fields}


def post(client: Client, address: str, **sent: object) -> str:
    answer = client.post(address, sent, follow=True)
    assert answer.status_code == 200
    return text_of(answer)


def line(number: int) -> Line:
    return Line.objects.get(line_id=f"L{number:05}")


def test_without_a_plan_it_leads_to_the_plan_page() -> None:
    connection = a_connection()
    answer = show(connection)
    assert "No plan has been made yet" in text_of(answer)
    assert reverse("plan:page", args=[connection.pk]) in links_of(element(answer, "adoption"))
    a_plan(connection)
    assert "Nothing was made by hand" in text_of(show(connection))


def test_rule_99_each_addition_with_line_evidence_and_score(connection: Connection) -> None:
    text = text_of(element_page := show(connection))
    assert [head.text for head in tree_of(element_page).findall(".//tbody/tr/th")] == [
        "Customer 00001",
        "Customer 00002",
        "Customer 00003",
    ]
    for expected in ("7001", "SKU-7", "115.00", "Seats of customer 1", "The product is the same.", "No line fits"):
        assert expected in text
    assert "10 × 11.5 = 115.00 USD" in text


def test_viewers_see_and_decide_nothing(connection: Connection) -> None:
    page = element(show(connection, role=Role.VIEWER), "adoption")
    assert [form.get("action") for form in page.iter("form") if form.get("method") == "post"] == [
        url(connection, "-columns")
    ]


def test_rule_99_adopted_by_a_click_and_taken_back(connection: Connection) -> None:
    operator = visitor(Role.OPERATOR)
    said = post(operator, url(connection, "-decide"), **form_of(connection, 1), do="adopt")
    assert "Line L00001 will adopt Addition 7001." in said
    assert "Will be adopted" in said
    assert (line(1).adopt, line(1).set_agreement_id) == (7001, 50)
    assert AuditEntry.objects.filter(action="line changed").count() == 1
    post(operator, url(connection, "-decide"), **form_of(connection, 1), do="withdraw")
    assert line(1).adopt is None
    assert "Both are kept" in post(operator, url(connection, "-decide"), **form_of(connection, 1), do="keep")
    assert line(1).keep_both


def test_two_people_the_second_is_told(connection: Connection) -> None:
    shown = form_of(connection, 1)
    post(visitor(Role.OPERATOR), url(connection, "-decide"), **shown, do="adopt")
    said = post(visitor(Role.ADMINISTRATOR), url(connection, "-decide"), **shown, do="keep")
    assert "Nothing was overwritten" in said
    assert (line(1).adopt, line(1).keep_both) == (7001, False)


def test_another_line_is_found_and_chosen(connection: Connection) -> None:
    operator = visitor(Role.OPERATOR)
    address = f"{url(connection, '-pick')}?record={row(3).pk}"
    assert "L00003" in text_of(operator.get(address))
    assert "Choose a line" in text_of(operator.get(address))
    assert "L00003" in text_of(operator.get(f"{address}&find=seats", headers=HTMX))
    assert "No line of this customer" in text_of(operator.get(f"{address}&find=nothing", headers=HTMX))
    page = tree_of(operator.get(address, headers=HTMX))
    fields = {f.get("name", ""): f.get("value", "") for f in page.findall(".//li/form/input")}
    assert "Line L00003 will adopt Addition 7003." in post(operator, url(connection, "-decide"), **fields, do="adopt")
    assert (row(3).line_id, line(3).adopt) == ("L00003", 7003)


def test_a_line_of_another_customer_is_refused(connection: Connection) -> None:
    said = post(visitor(Role.OPERATOR), url(connection, "-decide"), record=row(1).pk, line="L00002", do="adopt")
    assert "does not go to Customer 00001" in said
    assert line(2).adopt is None


@pytest.mark.parametrize("sent", [{}, {"record": "x"}, {"record": "999999", "do": "adopt"}])
def test_what_is_not_there_is_missing(connection: Connection, sent: dict[str, str]) -> None:
    assert visitor(Role.OPERATOR).post(url(connection, "-decide"), sent).status_code == 404
    known = {"record": row(1).pk, "do": "nonsense"}
    assert visitor(Role.OPERATOR).post(url(connection, "-decide"), known).status_code == 404


def ticks(answer: HttpResponse) -> list[bool]:
    boxes = tree_of(answer).findall(".//tbody//input[@name='row']")
    return [box.get("checked") is not None for box in boxes]


def test_only_exact_proposals_are_ticked_once_somebody_filters_by_score(connection: Connection) -> None:
    assert ticks(show(connection)) == [False, False, False]
    assert ticks(show(connection, "score=60")) == [True, False]
    assert ticks(show(connection, "score=100")) == [True]


def test_many_are_adopted_after_a_confirmation(connection: Connection) -> None:
    operator = visitor(Role.OPERATOR)
    asked = post(operator, url(connection, "-bulk"), do="adopt", everything=1, view="score=60")
    assert "2 Additions" in asked
    assert "Customer 00001: Addition 7001, SKU-7, 115.00 USD → line L00001, score 100" in asked
    assert not Line.objects.filter(adopt__isnull=False).exists()
    done = post(operator, url(connection, "-bulk"), do="adopt", everything=1, view="score=60", confirmed=2)
    assert "Adopt: 2 decided." in done
    assert [line(n).adopt for n in (1, 2, 3)] == [7001, 7002, None]


def test_nothing_selected_is_said(connection: Connection) -> None:
    assert "select at least one Addition" in post(visitor(Role.OPERATOR), url(connection, "-bulk"), do="end")


def test_rule_99_many_are_ended_by_a_plan(connection: Connection) -> None:
    operator = visitor(Role.OPERATOR)
    sent: dict[str, object] = {"do": "end", "row": [row(3).pk]}
    asked = operator.post(url(connection, "-bulk"), sent)
    assert element(asked, "last-day").get("value") == "2026-09-30"
    bad = operator.post(url(connection, "-bulk"), sent | {"confirmed": 1, "last_day": "soon"})
    assert bad.status_code == 422
    assert "The last day is missing." in text_of(bad)
    done = operator.post(url(connection, "-bulk"), sent | {"confirmed": 1, "last_day": "2026-08-31"})
    run = Run.objects.get(verb=PLAN_ENDINGS)
    assert done["Location"] == reverse("plan:changes", args=[connection.pk, run.pk])
    assert run.request == {"additions": [[3, 50, 7003]], "last_day": str(date(2026, 8, 31))}


def test_what_is_adopted_is_not_ended(connection: Connection) -> None:
    Line.objects.filter(line_id="L00001").update(adopt=7001)
    answer = visitor(Role.OPERATOR).post(
        url(connection, "-bulk"), {"do": "end", "row": [row(1).pk], "confirmed": 1, "last_day": "2026-09-30"}
    )
    assert answer.status_code == 422
    assert not Run.objects.filter(verb=PLAN_ENDINGS).exists()


def test_the_view_as_a_file(connection: Connection) -> None:
    file = streamed(visitor(Role.VIEWER).get(f"{url(connection, '-export')}?fits=1"))
    assert "L00001: Seats of customer 1" in file
    assert "Customer 00003" not in file


def test_queries_do_not_grow_with_rows() -> None:
    counts: list[int] = []
    for name, number in (("small", 2), ("large", 40)):
        made = a_connection(name)
        lines_of(made, *range(1, number + 1))
        plan = a_plan(made)
        for each in range(1, number + 1):
            made_by_hand(plan, each)
        visitor(Role.OPERATOR).get(url(made))
        with CaptureQueriesContext(
            database,
        ) as queries:
            visitor(Role.OPERATOR).get(url(made))
        counts.append(len(queries))
    assert counts[0] == counts[1]
