"""Editing one line in its cell, and on its own page: values, badges, clashes, decisions, history (rules 62-72, 102)."""

from collections.abc import Iterator
from datetime import date
from xml.etree.ElementTree import Element

import pytest
from django.http import HttpResponseBase
from django.test import Client

from bursar.domain.lists import ListKind
from bursar.domain.roles import Role
from bursar.store.models import AuditEntry, Connection, Line, Organization, OrganizationCompany
from bursar.usecases.edit_lines import edit_line, version_of
from tests.web.invoices.lines import lines, map_all, post, save, url
from tests.web.mapping.kept import keep
from tests.web.settings.place import Place, a_place
from tests.web.visitors import HTMX, a_connection, element, part_of, text_of, tree_of, visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection(db: None) -> Connection:
    return a_connection()


@pytest.fixture
def line(connection: Connection) -> Line:
    """The first of two mapped lines."""
    first, _ = lines(connection, 2)
    map_all(connection)
    return first


@pytest.fixture
def operator(db: None) -> Client:
    return visitor(Role.OPERATOR)


@pytest.fixture
def place(db: None) -> Iterator[Place]:
    with a_place() as found:
        yield found


def open_cell(client: Client, line: Line, key: str, **query: object) -> HttpResponseBase:
    return client.get(url("line", line.connection, line.pk, edit=key, **query), headers=HTMX)


def editors(answer: HttpResponseBase) -> list[Element]:
    return [form for form in tree_of(answer).iter("form") if "grid-editor" in form.get("class", "")]


def links(answer: HttpResponseBase) -> set[str]:
    return {link.get("id", "") for link in tree_of(answer).iter("a") if "grid-edit" in link.get("class", "")}


def test_rule_69_five_values_of_a_line_open_in_their_cells(operator: Client, line: Line) -> None:
    page = operator.get(url("list", line.connection))
    keys = ("company", "product", "agreement", "start", "end")
    assert {f"edit-{line.pk}-{key}" for key in keys} == {name for name in links(page) if f"-{line.pk}-" in name}
    for key in ("company", "product", "start", "end"):
        answer = open_cell(operator, line, key)
        assert [child.tag for child in tree_of(answer)] == ["tr"]
        assert [form.get("data-opened-by") for form in editors(answer)] == [f"edit-{line.pk}-{key}"]
    cancelled = operator.get(url("line", line.connection, line.pk), headers=HTMX)
    assert [child.get("id") for child in tree_of(cancelled)] == [f"row-{line.pk}"]
    assert not editors(cancelled)


def test_a_saved_date_comes_back_in_the_row_with_its_badge_and_a_toast(operator: Client, line: Line) -> None:
    Line.objects.filter(pk=line.pk).update(blocked_code="x", blocked_reason="y", blocked_remedy="z")
    answer = save(operator, line, "start", "2026-10-05")
    assert "2026-10-05 User Updated" in part_of(answer, f"row-{line.pk}")
    assert part_of(answer, "toasts") == "Charge Start Date of Customer 00001 saved."
    line.refresh_from_db()
    assert (line.set_charge_start, line.blocked_code, line.blocked_reason) == (date(2026, 10, 5), "", "")
    entry = AuditEntry.objects.get(action="line changed")
    assert (entry.actor, entry.before) == ("operator@cedarpoint.example", {"start": None})


def test_rule_65_back_to_rule_or_default(operator: Client, line: Line) -> None:
    assert "Back to rule or default" not in text_of(open_cell(operator, line, "end"))
    save(operator, line, "end", "2026-11-30")
    opened = text_of(open_cell(operator, line, "end"))
    assert "Without a date of yours: none. Save Back to rule or default" in opened
    answer = save(operator, line, "end", do="remove")
    assert "User Updated" not in text_of(answer)
    line.refresh_from_db()
    assert line.set_charge_end is None


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("start", "", "No day was given."),
        ("start", "yesterday", "'yesterday' is not a day."),
        ("end", "2026-09-01", "would end on 2026-09-01, before it starts on 2026-10-01"),
        ("company", "", "Nothing was chosen."),
        ("company", "999", "999"),
        ("product", "99999999999999999999", "Nothing was chosen."),
    ],
)
def test_rule_68_what_cannot_be_is_told_in_the_cell(
    operator: Client, line: Line, key: str, value: str, said: str
) -> None:
    answer = save(operator, line, key, value)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert len(editors(answer)) == 1
    assert not AuditEntry.objects.filter(action="line changed").exists()


def test_rule_41_the_companies_of_the_organization_come_first_then_those_found(operator: Client, line: Line) -> None:
    OrganizationCompany.objects.create(
        organization=Organization.objects.get(organization_id="org-1"),
        company_id=102,
        company_name="Customer 00002 Inc.",
    )
    keep(line.connection, ListKind.COMPANY, (5, "Closed", "Closed shop"), trait="Inactive")
    text = text_of(open_cell(operator, line, "company"))
    assert text.index("Customer 00001 Inc. (ID 101) Mapped") < text.index("Customer 00002 Inc. (ID 102) Mapped")
    assert "Closed shop" not in text
    hits = operator.get(url("hits", line.connection, key="company", prefix="company-1", find="00002", value="101"))
    assert element(hits, "company-1-hits") is not None
    ticked = [box.get("value") for box in tree_of(hits).iter("input") if "checked" in box.attrib]
    assert ticked == ["101"]
    assert "Customer 00002 Inc. (C102, ID 102)" in text_of(hits)
    assert operator.get(url("hits", line.connection, key="start")).status_code == 404


def test_enter_in_the_search_saves_nothing_and_shows_the_hits(operator: Client, line: Line) -> None:
    answer = save(operator, line, "product", "11", search="1", find="back")
    assert answer.status_code == 200
    assert "Backup (BACKUP, ID 12)" in text_of(answer)
    line.refresh_from_db()
    assert line.set_product_id is None


def test_another_company_takes_the_agreement_away_and_says_so(operator: Client, line: Line) -> None:
    Line.objects.filter(pk=line.pk).update(set_agreement_id=7, set_agreement_name="Cloud")
    answer = save(operator, line, "company", "102")
    row = part_of(answer, f"row-{line.pk}")
    assert "Customer 00002 Inc. (C102, ID 102) User Updated" in row
    assert "New or kept Agreement" in row
    assert "was taken away" in part_of(answer, "toasts")


def test_rule_72_posted_lines_are_read_only(operator: Client, line: Line) -> None:
    post(line)
    page = operator.get(url("list", line.connection))
    assert not [name for name in links(page) if f"-{line.pk}-" in name]
    assert not editors(open_cell(operator, line, "start"))
    answer = save(operator, line, "start", "2026-10-05")
    assert answer.status_code == 422
    assert "has been posted" in part_of(answer, "toasts")
    assert not editors(answer)
    line.refresh_from_db()
    assert line.set_charge_start is None


def test_of_two_people_the_second_is_told_and_nothing_is_lost(operator: Client, line: Line) -> None:
    opened = version_of(line)
    save(visitor(Role.ADMINISTRATOR), line, "start", "2026-10-05")
    clash = save(operator, line, "start", "2026-10-06", shown=opened)
    assert clash.status_code == 409
    said = text_of(editors_only(clash))
    assert "administrator@cedarpoint.example saved the line L00001 after this page was shown." in said
    assert "Stored now 2026-10-05 Yours 2026-10-06 Save mine over it Keep what is stored" in said
    line.refresh_from_db()
    assert line.set_charge_start == date(2026, 10, 5)
    sent = {box.get("name", ""): box.get("value", "") for box in tree_of(clash).iter("input")} | {"do": "save"}
    over = operator.post(url("line", line.connection, line.pk), sent, headers=HTMX)
    assert over.status_code == 200
    assert "2026-10-06 User Updated" in text_of(over)


def editors_only(answer: HttpResponseBase) -> HttpResponseBase:
    assert len(editors(answer)) == 1
    return answer


def test_a_clash_over_taking_a_value_away_says_so(operator: Client, line: Line) -> None:
    save(operator, line, "end", "2026-11-30")
    line.refresh_from_db()
    opened = version_of(line)
    save(visitor(Role.ADMINISTRATOR), line, "end", "2026-12-31")
    clash = save(operator, line, "end", do="remove", shown=opened)
    assert "Stored now 2026-12-31 Yours Back to rule or default" in text_of(clash)
    sent = {box.get("name", ""): box.get("value", "") for box in tree_of(clash).iter("input")} | {"do": "remove"}
    operator.post(url("line", line.connection, line.pk), sent, headers=HTMX)
    line.refresh_from_db()
    assert line.set_charge_end is None


def test_a_line_posted_meanwhile_is_not_offered_again(operator: Client, line: Line) -> None:
    opened = version_of(line)
    post(line)
    clash = save(operator, line, "start", "2026-10-06", shown=opened)
    assert clash.status_code == 409
    assert not editors(clash)
    assert "can no longer be changed" in part_of(clash, "toasts")


def test_without_scripts_the_same_form_stands_on_the_lines_page(operator: Client, line: Line) -> None:
    address = url("line", line.connection, line.pk, edit="start", view="month=2026-10&q=cust")
    form, *more = editors(operator.get(address))
    assert (form.get("id"), form.get("hx-post"), more) == ("editor", None, [])
    sent = {box.get("name", ""): box.get("value", "") for box in form.iter("input")}
    answer = operator.post(url("line", line.connection, line.pk), sent | {"do": "save", "value": "2026-10-05"})
    assert answer.status_code == 302
    page = operator.get(answer["Location"])
    assert "2026-10-05 User Updated Set by hand; without it: 2026-10-01" in text_of(page)
    assert f'href="{url("list", line.connection)}?month=2026-10&amp;q=cust"' in page.content.decode()
    wrong = operator.post(url("line", line.connection, line.pk), sent | {"do": "save", "value": "x"})
    assert (wrong.status_code, len(editors(wrong))) == (422, 1)


def test_the_page_of_a_line_says_everything(operator: Client, line: Line) -> None:
    post(line, changed_values={"total": "d:120.00", "quantity": "d:11"})
    text = text_of(operator.get(url("line", line.connection, line.pk)))
    assert f"Addition ID {9000 + line.pk}, marker m-{line.pk}" in text
    assert "Contract ID contract-1" in text
    assert "Total 115.00 120.00" in text
    assert "Unit price 11.50 the same" in text
    assert "Accept change" in text
    assert "Overwrite" in text
    assert "Keep both" not in text


def test_rule_102_an_accepted_change_takes_the_newer_values(operator: Client, line: Line) -> None:
    post(line, changed_values={"total": "d:120.00"})
    line.refresh_from_db()
    sent = {"do": "accept", "shown": version_of(line)}
    answer = operator.post(url("line", line.connection, line.pk), sent, follow=True)
    assert "Change accepted." in text_of(answer)
    line.refresh_from_db()
    assert (str(line.total), line.changed_values) == ("120.00", None)
    again = operator.post(url("line", line.connection, line.pk), {"do": "accept", "shown": version_of(line)})
    assert again.status_code == 422
    assert "There is nothing to accept." in text_of(again)


def test_decisions_are_saved_and_a_clash_keeps_what_was_chosen(operator: Client, line: Line) -> None:
    address = url("line", line.connection, line.pk)
    opened = version_of(line)
    sent = {"do": "flags", "shown": opened, "by_hand": "1", "adopt": "4711"}
    assert "Decisions saved." in text_of(operator.post(address, sent, follow=True))
    line.refresh_from_db()
    assert (line.by_hand, line.approved, line.adopt) == (True, False, 4711)
    clash = operator.post(address, {"do": "flags", "shown": opened, "approve": "1", "adopt": "12"})
    assert clash.status_code == 409
    assert "Save mine over it" in text_of(clash)
    ticked = {box.get("name") for box in tree_of(clash).iter("input") if "checked" in box.attrib}
    assert ticked == {"approve"}
    assert element(clash, "adopt").get("value") == "12"
    wrong = operator.post(address, {"do": "flags", "shown": opened, "adopt": "the first"})
    assert wrong.status_code == 422
    assert "is not the ID of an Addition" in text_of(wrong)


def test_all_overrides_are_reset_at_once(operator: Client, line: Line) -> None:
    edit_line(line.connection, line.line_id, {"start": date(2026, 10, 5), "approve": True})
    line.refresh_from_db()
    operator.post(url("line", line.connection, line.pk), {"do": "reset", "shown": version_of(line)})
    line.refresh_from_db()
    assert (line.set_charge_start, line.approved) == (None, False)


def test_rule_123_the_page_tells_who_changed_it(operator: Client, line: Line) -> None:
    save(operator, line, "start", "2026-10-05")
    operator.post(url("bulk", line.connection), {"do": "end", "row": line.pk, "value": "2026-12-31", "confirmed": 1})
    text = part_of(operator.get(url("line", line.connection, line.pk)), "main")
    assert "operator@cedarpoint.example : line changed Start – became 2026-10-05" in text
    assert "operator@cedarpoint.example : lines changed in bulk End – became 2026-12-31" in text


def test_nonsense_is_no_deed(operator: Client, line: Line) -> None:
    address = url("line", line.connection, line.pk)
    assert operator.post(address).status_code == 404
    assert operator.post(address, {"do": "save", "edit": "total", "value": "1"}).status_code == 404


def agreement_of(place: Place, *, status: str = "Active") -> tuple[int, int, str]:
    """An Agreement of the sandbox with this status, its company, and its name."""
    for row in place.sandbox.store.rows("agreement"):
        if row["agreementStatus"] == status and not row["cancelledFlag"]:
            return int(str(row["id"])), int(str(row["company"]["id"])), str(row["name"])
    raise AssertionError(status)


def test_rule_71_the_agreements_of_the_company_are_read_from_connectwise(place: Place, operator: Client) -> None:
    line, _ = lines(place.connection, 2)
    agreement, company, name = agreement_of(place)
    assert "so it cannot have an Agreement" in text_of(open_cell(operator, line, "agreement"))
    edit_line(place.connection, line.line_id, {"company": company})
    opened = open_cell(operator, line, "agreement")
    assert name in text_of(opened)
    answer = save(operator, line, "agreement", agreement)
    assert f"{name} (ID {agreement}) User Updated" in part_of(answer, f"row-{line.pk}")
    line.refresh_from_db()
    assert (line.set_agreement_id, line.set_agreement_name) == (agreement, name)
    refused = save(operator, line, "agreement", 999999)
    assert refused.status_code == 422
    assert "is not an active Agreement" in text_of(refused)
    assert "New or kept Agreement" in text_of(save(operator, line, "agreement", ""))


def test_a_silent_connectwise_is_a_sentence_in_the_cell(operator: Client, line: Line) -> None:
    line.connection.state = Connection.State.DISCONNECTED
    line.connection.sealed_private_key = ""
    line.connection.save()
    answer = open_cell(operator, line, "agreement")
    assert answer.status_code == 200
    problem = [p for p in tree_of(answer).iter("p") if "field-error" in p.get("class", "")]
    assert len(problem) == 1
    assert "Save" not in text_of(answer).split()
