"""The same for many lines: asked first, told after, posted ones left alone (rules 70-72)."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from bursar.domain.roles import Role
from bursar.store.models import AuditEntry, Connection, Line
from bursar.usecases.edit_lines import edit_line
from tests.web.invoices.lines import a_line, a_load, lines, map_all, post, url
from tests.web.invoices.test_editing import agreement_of
from tests.web.settings.place import Place, a_place
from tests.web.visitors import a_connection, text_of, tree_of, visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection(db: None) -> Connection:
    return a_connection()


@pytest.fixture
def operator(db: None) -> Client:
    return visitor(Role.OPERATOR)


@pytest.fixture
def place(db: None) -> Iterator[Place]:
    with a_place() as found:
        yield found


def do(client: Client, connection: Connection, action: str, **sent: object) -> str:
    answer = client.post(url("bulk", connection), {"do": action} | sent, follow=True)
    assert answer.status_code in {200, 422}
    return text_of(answer)


def test_rule_70_one_date_for_all_matching_lines_on_every_page(operator: Client, connection: Connection) -> None:
    made = lines(connection, 70)
    post(made[0])
    Line.objects.filter(pk=made[1].pk).update(set_charge_start=date(2026, 10, 3))
    sent = {"everything": 1, "view": "month=2026-10&q=customer&page=2"}
    asked = do(operator, connection, "start", **sent)
    assert "One Charge Start Date for 70 lines. 1 of them is posted already and will stay as they are." in asked
    assert "Customer 00001: Seats of customer 1" in asked
    assert "and 60 more" in asked
    assert not Line.objects.filter(set_charge_start=date(2026, 10, 5)).exists()
    said = do(operator, connection, "start", **sent, confirmed=70, value="2026-10-03")
    assert "Set Charge Start Date: 68 changed. 1 had it already. 1 stay as they were: 1 posted already." in said
    assert Line.objects.filter(set_charge_start=date(2026, 10, 3)).count() == 69
    entry = AuditEntry.objects.get(action="lines changed in bulk")
    assert entry.after["changed"] == 68


def test_all_matching_are_those_of_the_month_that_is_shown(operator: Client, connection: Connection) -> None:
    load = a_load(connection, "2026-09", "2026-10")
    a_line(load, 1, month="2026-09").save()
    a_line(load, 2, month="2026-10").save()
    do(operator, connection, "by_hand", everything=1, view="month=2026-09", confirmed=1)
    assert set(Line.objects.filter(by_hand=True).values_list("line_id", flat=True)) == {"L00001"}


def test_ticked_lines_only(operator: Client, connection: Connection) -> None:
    first, second, third = lines(connection, 3)
    do(operator, connection, "by_hand", row=[first.pk, third.pk], confirmed=2)
    assert set(Line.objects.filter(by_hand=True).values_list("pk", flat=True)) == {first.pk, third.pk}
    said = do(operator, connection, "not_by_hand", row=[first.pk, second.pk], confirmed=2)
    assert "Not done by hand: 1 changed. 1 had it already." in said


def test_a_list_that_changed_since_the_question_is_asked_again(operator: Client, connection: Connection) -> None:
    lines(connection, 3)
    asked = do(operator, connection, "by_hand", everything=1, confirmed=2)
    assert "The list has changed since you were asked: there are 3 rows now." in asked
    assert not Line.objects.filter(by_hand=True).exists()


def test_companies_and_products_are_searched_for(operator: Client, connection: Connection) -> None:
    first, second = lines(connection, 2)
    map_all(connection)
    sent = {"row": [first.pk, second.pk], "confirmed": 2}
    hits = do(operator, connection, "company", **sent, search=1, find="00002")
    assert "Customer 00002 Inc. (C102, ID 102)" in hits
    assert not Line.objects.filter(set_company_id=102).exists()
    assert "Nothing was chosen." in do(operator, connection, "company", **sent)
    do(operator, connection, "company", **sent, value="102")
    do(operator, connection, "product", **sent, value="12")
    assert set(Line.objects.values_list("set_company_id", "set_product_id")) == {(102, 12)}
    refused = do(operator, connection, "product", **sent, value="9")
    assert "Set PSA Product: 0" not in refused
    assert set(Line.objects.values_list("set_product_id", flat=True)) == {12}


def test_rule_65_overrides_of_many_are_reset(operator: Client, connection: Connection) -> None:
    made = lines(connection, 3)
    for line in made[:2]:
        edit_line(connection, line.line_id, {"end": date(2026, 12, 31), "by_hand": True})
    said = do(operator, connection, "reset", everything=1, confirmed=3)
    assert "Reset overrides: 2 changed. 1 had it already." in said
    assert not Line.objects.filter(by_hand=True).exists()


def test_rule_71_one_agreement_needs_one_company(place: Place, operator: Client) -> None:
    connection = place.connection
    made = lines(connection, 3)
    agreement, company, name = agreement_of(place)
    rows = {"row": [line.pk for line in made]}
    unable = "The selected lines do not all go to one company"
    assert unable in do(operator, connection, "agreement", **rows)
    for line in made[:2]:
        edit_line(connection, line.line_id, {"company": company})
    assert unable in do(operator, connection, "agreement", **rows)
    edit_line(connection, made[2].line_id, {"company": company})
    post(Line.objects.get(pk=made[2].pk))
    asked = do(operator, connection, "agreement", **rows)
    assert name in asked
    assert "1 of them is posted already" in asked
    said = do(operator, connection, "agreement", **rows, confirmed=3, value=agreement)
    assert "Set PSA Agreement: 2 changed. 1 stay as they were: 1 posted already." in said
    assert set(Line.objects.values_list("set_agreement_id", "set_agreement_name")) == {(agreement, name), (None, "")}
    assert "is not an active Agreement" in do(operator, connection, "agreement", **rows, confirmed=3, value=999999)


def test_nothing_selected_and_unknown_deeds_do_nothing(operator: Client, connection: Connection) -> None:
    assert "Nothing was done" in do(operator, connection, "by_hand")
    line, *_ = lines(connection, 1)
    assert "Nothing was done" in do(operator, connection, "by_hand")
    assert "Nothing was done" in do(operator, connection, "delete", row=line.pk)


def test_the_actions_stand_in_a_menu_that_needs_no_script(operator: Client, connection: Connection) -> None:
    lines(connection, 1)
    menu = tree_of(operator.get(url("list", connection))).find(".//details[@class='grid-menu']")
    assert menu is not None
    assert [button.get("value") for button in menu.iter("button")] == [
        "agreement", "start", "end", "company", "product", "by_hand", "not_by_hand", "reset",
    ]  # fmt: skip


def test_asking_costs_no_question_a_line(
    operator: Client, connection: Connection, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    lines(connection, 2000)
    map_all(connection)
    with django_assert_max_num_queries(30):
        do(operator, connection, "agreement", everything=1)
