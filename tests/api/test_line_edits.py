"""Lines edited by programs: values, versions, choices and bulk (rules 65, 69-72 and 123)."""

import pytest

from bursar.domain.lists import ListKind
from bursar.domain.roles import Role
from bursar.store.models import AuditEntry, Connection, Line, ListReading, OrganizationCompany
from bursar.usecases.edit_lines import edit_line, version_of
from tests.api.conftest import Cast, Program, error_of
from tests.api.populated import populate

ALDER_BROOK = 2
"""A company of the believable MSP, with these active Agreements."""
CLOUD, MANAGED = 1, 19
EURO_COMPANY = 33


@pytest.fixture
def address(cast: Cast, connection: Connection) -> str:
    populate(connection, cast.people[Role.ADMINISTRATOR])
    OrganizationCompany.objects.filter(organization__organization_id="org-00001").update(
        company_id=ALDER_BROOK, company_name="Alder Brook Dental"
    )
    return f"/connections/{connection.pk}"


@pytest.fixture
def no_lists(address: str) -> None:
    """No list was read, so that any record id may be set."""
    ListReading.objects.filter(kind__in=[ListKind.COMPANY, ListKind.CATALOG_ITEM]).delete()


def patch(program: Program, address: str, body: object, line_id: str = "L00001") -> tuple[int, dict[str, object]]:
    answer = program.send("PATCH", f"{address}/line?line_id={line_id}", body)
    return answer.status_code, answer.json()


def stored(line_id: str = "L00001") -> Line:
    return Line.objects.get(line_id=line_id)


def test_one_line_is_shown_as_the_list_shows_it(cast: Cast, address: str) -> None:
    Line.objects.filter(line_id="L00002").update(
        blocked_code="before_billing_start", blocked_reason="Too early.", blocked_remedy="Move it."
    )
    listed = {line["line_id"]: line for line in cast.viewer.get(f"{address}/lines").json()["lines"]}
    for line_id, shown in listed.items():
        assert cast.viewer.get(f"{address}/line", line_id=line_id).json() == shown
    one = listed["L00001"]
    assert (one["company_id"], one["company_name"]) == (ALDER_BROOK, "Alder Brook Dental")
    assert (one["product_id"], one["product_identifier"]) == (7, "SKU-7")
    assert one["blocked"] is None
    blocked = {"code": "before_billing_start", "reason": "Too early.", "remedy": "Move it."}
    assert (listed["L00002"]["status"], listed["L00002"]["blocked"]) == ("blocked", blocked)
    assert (listed["L00003"]["status"], listed["L00003"]["company_id"]) == ("changed", 7)


def test_line_ids_may_hold_any_character(cast: Cast, address: str) -> None:
    odd = "Ä/2026&10#?=%2F 1"
    Line.objects.filter(line_id="L00001").update(line_id=odd)
    assert cast.viewer.get(f"{address}/line", line_id=odd).json()["line_id"] == odd


@pytest.mark.usefixtures("no_lists")
def test_rule_69_values_are_set_and_taken_away_and_the_rest_stays(cast: Cast, address: str) -> None:
    wanted = {"company_id": 40, "product_id": 4, "charge_start": "2026-10-05", "charge_end": "2026-10-20", "adopt": 9}
    status, shown = patch(cast.operator, address, wanted)
    assert status == 200
    overrides = shown["overrides"]
    assert isinstance(overrides, dict)
    assert wanted.items() <= overrides.items()
    assert (shown["company_id"], shown["effective"], shown["cancelled"]) == (40, "2026-10-05", "2026-10-20")
    assert shown["badges"] == {"start": "User Updated", "end": "User Updated", "charge_type": ""}
    status, shown = patch(cast.operator, address, {"charge_end": None, "by_hand": True})
    assert (shown["cancelled"], shown["status"], shown["reason"]) == (None, "excluded", "billed by hand")
    assert stored().set_company_id == 40
    entry = AuditEntry.objects.get(number=AuditEntry.objects.count())
    assert (entry.action, entry.channel) == ("line changed", "api")
    assert entry.after == {"line": "L00001", "end": None, "by_hand": True}
    answer = cast.operator.post(f"{address}/line/reset?line_id=L00001", {"version": shown["version"]})
    assert set(answer.json()["overrides"].values()) == {None, False}


@pytest.mark.usefixtures("no_lists")
def test_two_programs_edit_one_line_and_the_second_is_told(cast: Cast, address: str) -> None:
    version = cast.viewer.get(f"{address}/line", line_id="L00001").json()["version"]
    assert patch(cast.operator, address, {"company_id": 40, "version": version})[0] == 200
    answer = cast.administrator.send("PATCH", f"{address}/line?line_id=L00001", {"product_id": 4, "version": version})
    assert answer.status_code == 409
    error = error_of(answer)
    assert error["code"] == "changed_meanwhile"
    assert "operator@example.com" in str(error["sentence"])
    assert (stored().set_company_id, stored().set_product_id) == (40, None)
    for deed in ("reset", "accept"):
        answer = cast.operator.post(f"{address}/line/{deed}?line_id=L00001", {"version": version})
        assert (answer.status_code, error_of(answer)["code"]) == (409, "changed_meanwhile")


def test_rule_72_a_posted_line_takes_decisions_only_and_its_change_can_be_accepted(cast: Cast, address: str) -> None:
    status, document = patch(cast.operator, address, {"company_id": 1}, "L00003")
    assert status == 422
    assert "has been posted" in str(document)
    assert patch(cast.operator, address, {"overwrite": True}, "L00003")[0] == 200
    accepted = cast.operator.post(f"{address}/line/accept?line_id=L00003", {}).json()
    assert (accepted["status"], accepted["quantity"]) == ("posted", "11")
    again = cast.operator.post(f"{address}/line/accept?line_id=L00003", {})
    assert again.status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"version": None},
        {"colour": 1},
        {"company_id": 0},
        {"company_id": "2"},
        {"company_id": True},
        {"approved": 1},
        {"approved": None},
        {"charge_start": 20261005},
        {"charge_start": "1790000000"},
        {"charge_start": "2026-13-01"},
        {"charge_start": "2026-10-20", "charge_end": "2026-10-19"},
    ],
)
def test_values_that_cannot_be_change_nothing(body: object, cast: Cast, address: str) -> None:
    before = version_of(stored())
    status, document = patch(cast.operator, address, body)
    assert status == 422, document
    assert version_of(stored()) == before


def test_a_company_that_is_not_offered_is_refused(cast: Cast, address: str) -> None:
    status, document = patch(cast.operator, address, {"company_id": 999})
    assert status == 422
    assert "no company '999'" in str(document)
    assert patch(cast.operator, address, {"company_id": 1})[0] == 200


def test_an_unknown_line_is_not_there(cast: Cast, address: str) -> None:
    for answer in (
        cast.viewer.get(f"{address}/line", line_id="L9"),
        cast.viewer.get(f"{address}/line/agreements", line_id="L9"),
        cast.operator.send("PATCH", f"{address}/line?line_id=L9", {"approved": True}),
        cast.operator.post(f"{address}/line/reset?line_id=L9", {}),
    ):
        assert (answer.status_code, error_of(answer)["code"]) == (404, "not_found")


def test_rule_71_choices_are_those_of_connectwise_now(cast: Cast, address: str) -> None:
    document = cast.viewer.get(f"{address}/line/agreements", line_id="L00001").json()
    assert document["company_id"] == ALDER_BROOK
    assert {found["id"] for found in document["agreements"]} >= {CLOUD, MANAGED}
    cloud = next(found for found in document["agreements"] if found["id"] == CLOUD)
    assert (cloud["name"], cloud["type_name"]) == ("Cloud Subscriptions - Alder Brook Dental", "Cloud Subscriptions")
    assert (cloud["billing_cycle"], cloud["currency"]) == ("Monthly", "USD")


@pytest.mark.usefixtures("no_lists")
def test_rule_71_an_agreement_is_checked_in_connectwise(cast: Cast, address: str) -> None:
    status, shown = patch(cast.operator, address, {"agreement_id": CLOUD})
    assert (status, shown["agreement_name"]) == (200, "Cloud Subscriptions - Alder Brook Dental")
    status, document = patch(cast.operator, address, {"agreement_id": 5})
    assert status == 422
    assert "not an active Agreement of company 2 in USD" in str(document)
    assert stored().set_agreement_id == CLOUD
    status, document = patch(cast.operator, address, {"company_id": EURO_COMPANY, "agreement_id": 11})
    assert status == 422, "an Agreement in euros takes no line in dollars"
    status, shown = patch(cast.operator, address, {"company_id": EURO_COMPANY})
    assert (status, shown["agreement_name"]) == (200, "")
    assert stored().set_agreement_id is None
    status, shown = patch(cast.operator, address, {"company_id": None, "agreement_id": MANAGED})
    assert (status, stored().set_agreement_id) == (200, MANAGED)


def test_an_agreement_of_no_company_cannot_be_chosen(cast: Cast, address: str) -> None:
    OrganizationCompany.objects.all().delete()
    status, document = patch(cast.operator, address, {"agreement_id": CLOUD})
    assert status == 422
    assert "to which company" in str(document)
    assert cast.viewer.get(f"{address}/line/agreements", line_id="L00001").status_code == 422


def test_a_disconnected_connection_still_takes_what_needs_no_connectwise(
    cast: Cast, address: str, connection: Connection
) -> None:
    connection.state = Connection.State.DISCONNECTED
    connection.save()
    assert patch(cast.operator, address, {"approved": True})[0] == 200
    status, document = patch(cast.operator, address, {"agreement_id": CLOUD})
    assert status == 409
    assert "disconnected" in str(document)


def edit(program: Program, address: str, lines: object, **what: object) -> tuple[int, dict[str, object]]:
    answer = program.post(f"{address}/lines/edit", {"lines": lines, **what})
    return answer.status_code, answer.json()


@pytest.mark.usefixtures("no_lists")
def test_rule_70_many_lines_by_what_describes_them(cast: Cast, address: str) -> None:
    status, report = edit(cast.operator, address, {"month": "2026-10"}, values={"company_id": 40})
    assert status == 200
    assert report == {
        "changed": 2,
        "unchanged": 0,
        "refused": 1,
        "agreements_taken_away": 0,
        "reasons": {"posted already": 1},
    }
    assert stored("L00002").set_company_id == 40
    entry = AuditEntry.objects.get(action="lines changed in bulk")
    assert entry.actor == "operator@example.com (token operator's)"
    _, report = edit(cast.operator, address, {"line_ids": ["L00001", "L00002"]}, reset=True)
    assert (report["changed"], stored("L00002").set_company_id) == (2, None)
    _, report = edit(cast.operator, address, {"status": "changed"}, values={"overwrite": True})
    assert (report["changed"], stored("L00003").overwrite) == (1, True)
    _, report = edit(cast.operator, address, {"organization_id": "org-00002"}, values={"by_hand": True})
    assert (report["changed"], stored("L00002").by_hand) == (1, True)


def test_an_agreement_for_many_is_checked_in_connectwise(cast: Cast, address: str) -> None:
    both = {"line_ids": ["L00001", "L00002"]}
    company = OrganizationCompany.objects.filter(organization__organization_id="org-00002")
    company.update(company_id=ALDER_BROOK + 1)
    status, document = edit(cast.operator, address, both, values={"agreement_id": CLOUD})
    assert status == 422
    assert "one company" in str(document)
    company.update(company_id=ALDER_BROOK)
    status, report = edit(cast.operator, address, both, values={"agreement_id": CLOUD})
    assert (status, report["changed"]) == (200, 2)
    assert stored("L00002").set_agreement_name == "Cloud Subscriptions - Alder Brook Dental"


@pytest.mark.parametrize(
    "body",
    [
        {"lines": {}, "values": {"approved": True}},
        {"lines": {"month": "2026-10", "line_ids": ["L00001"]}, "values": {"approved": True}},
        {"lines": {"month": "2026-10"}},
        {"lines": {"month": "2026-10"}, "values": {}},
        {"lines": {"month": "2026-10"}, "values": {"approved": True}, "reset": True},
        {"lines": {"line_ids": ["L00001", "L9"]}, "values": {"approved": True}},
        {"lines": {"line_ids": [f"L{n}" for n in range(1001)]}, "values": {"approved": True}},
        {"lines": {"status": "lost"}, "values": {"approved": True}},
    ],
)
def test_an_unclear_bulk_edit_changes_nothing(body: object, cast: Cast, address: str) -> None:
    answer = cast.operator.post(f"{address}/lines/edit", body)
    assert answer.status_code == 422, answer.content
    error_of(answer)
    assert not Line.objects.filter(approved=True).exists()


def test_lines_of_another_connection_are_out_of_reach(cast: Cast, address: str, connection: Connection) -> None:
    other = Connection.objects.get(pk=connection.pk)
    other.pk, other.name, other.is_default = None, "second", False
    other.save()
    edit_line(connection, "L00001", {"approve": True})
    answer = cast.operator.send("PATCH", f"/connections/{other.pk}/line?line_id=L00001", {"approved": False})
    assert answer.status_code == 404
    assert stored().approved
