"""Mapping › Contracts: which Agreement receives the lines of a contract, chosen from what ConnectWise has (rule 77)."""

from collections.abc import Iterator

import pytest

from bursar.domain.roles import Role
from bursar.store.models import AuditEntry, Connection, Contract
from bursar.usecases.load_invoice_lines import LoadOptions, load_invoice_lines
from psa_sandbox.state.record import Record
from tests.usecases.world import GivenLines, make_line
from tests.web.mapping.kept import organization
from tests.web.mapping.test_mapping_files import send
from tests.web.mapping.test_picking import url
from tests.web.settings.place import Place, a_place
from tests.web.visitors import a_connection, text_of, visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(db: None) -> Iterator[Place]:
    with a_place() as found:
        yield found


def company_of(agreement: Record) -> int:
    company = agreement["company"]
    assert isinstance(company, dict)
    return int(str(company["id"]))


def active_agreements(place: Place) -> list[Record]:
    """The active ones of the first company that has several, by name."""
    by_company: dict[int, list[Record]] = {}
    for row in place.sandbox.store.rows("agreement"):
        if row["agreementStatus"] == "Active" and not row.get("cancelledFlag"):
            by_company.setdefault(company_of(row), []).append(row)
    return sorted(next(rows for rows in by_company.values() if len(rows) > 1), key=lambda row: str(row["name"]))


def load(connection: Connection, *contracts: tuple[str, int]) -> None:
    """A line for each contract and the number of its customer."""
    lines = [
        make_line(customer, line_id=f"L{number}", contract_id=contract)
        for number, (contract, customer) in enumerate(contracts)
    ]
    load_invoice_lines(connection, GivenLines(lines), LoadOptions())


def mapped_customer(connection: Connection, company_id: int) -> None:
    """Customer 1, of `load`, mapped to this company."""
    organization(connection, "Alder", company_id)
    connection.organization_set.filter(organization_id="org-00001").delete()
    connection.organization_set.filter(name="Alder").update(organization_id="org-00001")


def test_contracts_of_lines_with_their_customers_by_page_and_searched() -> None:
    connection = a_connection()
    load(connection, *((f"C-{number:03}", number % 7) for number in range(60)), ("C-000", 8))
    Contract.objects.create(connection=connection, contract_id="C-001", agreement_id=31, agreement_name="Cloud")
    viewer = visitor(Role.VIEWER)
    text = text_of(viewer.get(url("contracts", connection)))
    assert "60 contracts" in text
    assert "C-000 Customer 00000 and 1 other None of its own" in text
    assert "C-001 Customer 00001 Cloud (ID 31)" in text
    assert "C-050" not in text
    assert "C-050" in text_of(viewer.get(url("contracts", connection, page="2")))
    searched = text_of(viewer.get(url("contracts", connection, q="customer 00003")))
    assert ("C-003" in searched, "C-004" in searched) == (True, False)
    assert "Click to select" not in text
    assert "Nothing found" in text_of(viewer.get(url("contracts", connection, q="nobody")))


def test_lines_without_contracts_say_so() -> None:
    assert "No loaded line names an invoice contract." in text_of(
        visitor(Role.VIEWER).get(url("contracts", a_connection()))
    )


def test_rule_77_an_agreement_is_chosen_from_the_active_ones_of_the_customer(place: Place) -> None:
    connection = place.connection
    load(connection, ("C-1", 1), ("C-2", 2))
    first, second, *_ = agreements = active_agreements(place)
    operator = visitor(Role.OPERATOR)
    assert "is not mapped to a company yet" in text_of(operator.get(url("contracts-pick", connection, contract="C-1")))
    mapped_customer(connection, company_of(first))
    text = text_of(operator.get(url("contracts-pick", connection, contract="C-1")))
    assert all(f"{row['name']} (ID {row['id']}" in text for row in agreements)
    stranger = next(r for r in place.sandbox.store.rows("agreement") if company_of(r) != company_of(first))
    change = url("contracts-change", connection)
    refused = operator.post(change, {"contract": "C-1", "shown": "", "target": stranger["id"]}, follow=True)
    assert "No Agreement was chosen." in text_of(refused)
    assert not Contract.objects.exists()
    operator.post(change, {"contract": "C-1", "shown": "", "target": first["id"]})
    assert Contract.objects.get().agreement_id == first["id"]
    late = operator.post(change, {"contract": "C-1", "shown": "", "target": second["id"]})
    assert late.status_code == 409
    assert f"Stored now: {first['name']} (ID {first['id']})" in text_of(late)
    assert Contract.objects.get().agreement_id == first["id"]
    operator.post(change, {"contract": "C-1", "shown": first["id"], "do": "clear"})
    assert not Contract.objects.exists()
    told = AuditEntry.objects.filter(subject="contract C-1").order_by("number").values_list("before", "after")
    said = {"agreement": f"{first['name']} ({first['id']})"}
    assert list(told) == [(None, said), (said, None)]


def test_connectwise_that_does_not_answer_is_told_on_the_page() -> None:
    connection = a_connection(url="http://127.0.0.1:9")
    load(connection, ("C-1", 1))
    mapped_customer(connection, 12)
    answer = visitor(Role.OPERATOR).get(url("contracts-pick", connection, contract="C-1"))
    assert answer.status_code == 200
    assert "Save mapping" not in text_of(answer)


def test_who_may_choose_and_which_contracts_there_are() -> None:
    connection = a_connection()
    load(a_connection("other"), ("C-9", 1))
    operator = visitor(Role.OPERATOR)
    assert operator.get(url("contracts-pick", connection, contract="C-9")).status_code == 404
    assert operator.post(url("contracts-change", connection), {"contract": "C-9"}).status_code == 404
    viewer = visitor(Role.VIEWER)
    assert viewer.get(url("contracts-pick", connection, contract="C-9")).status_code == 403
    assert viewer.post(url("contracts-change", connection), {"contract": "C-9"}).status_code == 403


def test_contract_rows_of_a_file_are_checked_against_connectwise(place: Place) -> None:
    agreement = active_agreements(place)[0]
    content = (
        "kind,id,state,target_id,target_identifier\n"
        f"contract,C-1,mapped,{agreement['id']},\ncontract,C-2,mapped,999999,\ncontract,C-3,unmapped,,\n"
    )
    text = text_of(send(visitor(Role.OPERATOR), place.connection, content.encode()))
    assert "2 records set, 1 not." in text
    assert "ConnectWise has no Agreement '999999'." in text
    kept = Contract.objects.get()
    assert (kept.contract_id, kept.agreement_id, kept.agreement_name) == ("C-1", agreement["id"], agreement["name"])
