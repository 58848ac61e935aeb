"""Writing to the sandbox through the port, and looking for what was written."""

from datetime import date
from decimal import Decimal

import pytest

from bursar.connectors.connectwise import ConnectWise
from bursar.domain.errors import NotFound, NotPermitted, Rejected, RemoteError
from bursar.domain.plan import Action, Fields, FieldValue, Resource
from bursar.domain.psa import Addition
from bursar.ports import Receipt, Write
from psa_sandbox.server import Sandbox
from psa_sandbox.state.store import Record
from tests.connectors.connectwise.conftest import Connect
from tests.connectors.connectwise.sample_writes import (
    CLOUD,
    OPEN,
    addition_fields,
    agreement_fields,
    agreement_named,
    change_addition,
    create_addition,
)

MARKER_FIELDS = [None, "Bursar Key"]


def stored(sandbox: Sandbox, kind: str, key: int) -> Record:
    record = sandbox.store.get(kind, key)
    assert record is not None
    return record


def additions_of(psa: ConnectWise, agreement_id: int) -> dict[int, Addition]:
    return {addition.id: addition for addition in dict(psa.additions([agreement_id]))[agreement_id]}


def writes_to(sandbox: Sandbox) -> int:
    return sum(entry.method in ("POST", "PATCH") for entry in sandbox.journal.entries())


def company_with_contact(psa: ConnectWise) -> tuple[int, int | None]:
    company = next(psa.companies([agreement_named(psa).company_id]))
    return company.id, company.contact_id


def create_agreement(fields: Fields) -> Write:
    return Write(Action.CREATE, Resource.AGREEMENT, "agreement key", fields)


@pytest.mark.parametrize("marker_field", MARKER_FIELDS)
def test_an_addition_is_made_as_written(connect: Connect, marker_field: str | None) -> None:
    psa = connect(marker_field=marker_field)
    agreement = agreement_named(psa)
    receipt = psa.send(create_addition(agreement.id))
    sent = {name: value for name, value in addition_fields().items() if name != "unit_cost"}
    assert {name: receipt.fields[name] for name in sent} == sent
    assert receipt.fields["unit_cost"] is not None
    assert receipt.fields["total"] == Decimal("14.88")
    read_back = additions_of(psa, agreement.id)[receipt.remote_id]
    assert read_back.marker == "bursar:r:abcdefghijklmnop:0"
    assert read_back.total == receipt.fields["total"]
    assert read_back.description == "Mail Plus for the front desk"


def test_money_arrives_to_the_last_digit(psa: ConnectWise) -> None:
    agreement = agreement_named(psa)
    receipt = psa.send(
        create_addition(agreement.id, quantity=Decimal(1), unit_price=Decimal("-19.99"), unit_cost=Decimal("0.1"))
    )
    assert receipt.fields["total"] == Decimal("-19.99")
    assert receipt.fields["unit_cost"] == Decimal("0.1")
    receipt = psa.send(create_addition(agreement.id, quantity=Decimal(3), unit_price=Decimal("0.3333"), marker="m2"))
    assert receipt.fields["unit_price"] == Decimal("0.3333")


@pytest.mark.parametrize("marker_field", MARKER_FIELDS)
def test_an_update_changes_only_what_it_names(connect: Connect, marker_field: str | None) -> None:
    psa = connect(marker_field=marker_field)
    agreement = agreement_named(psa)
    made = psa.send(create_addition(agreement.id))
    changed = psa.send(change_addition(agreement.id, made, quantity=Decimal(7), unit_price=Decimal(2)))
    assert changed.remote_id == made.remote_id
    different = {name for name, value in changed.fields.items() if made.fields[name] != value}
    assert different == {"quantity", "unit_price", "total"}
    assert changed.fields["total"] == 14


def test_a_cancel_is_a_date_and_can_be_taken_back(psa: ConnectWise) -> None:
    agreement = agreement_named(psa)
    made = psa.send(create_addition(agreement.id))
    last = date(2026, 11, 30)
    assert psa.send(change_addition(agreement.id, made, Action.CANCEL, cancelled=last)).fields["cancelled"] == last
    assert psa.send(change_addition(agreement.id, made, cancelled=None)).fields["cancelled"] is None


@pytest.mark.parametrize("marker_field", MARKER_FIELDS)
def test_an_addition_made_by_hand_is_adopted(connect: Connect, sandbox: Sandbox, marker_field: str | None) -> None:
    psa = connect(marker_field=marker_field)
    agreement = agreement_named(psa)
    by_hand = next(iter(additions_of(psa, agreement.id).values()))
    assert by_hand.marker == ""
    adoption = change_addition(agreement.id, Receipt(by_hand.id, {}), marker="bursar:r:abcdefghijklmnop:0")
    assert psa.look(adoption) is None
    psa.send(adoption)
    assert psa.look(adoption) is not None
    assert additions_of(psa, agreement.id)[by_hand.id].marker == "bursar:r:abcdefghijklmnop:0"


def test_other_custom_fields_survive_the_adoption(connect: Connect, sandbox: Sandbox) -> None:
    screen = {"podId": 1, "screenId": "addition", "sequenceNumber": 2, "fieldTypeIdentifier": "Text"}
    other = sandbox.store.insert("userDefinedField", {**screen, "caption": "Site code"})
    psa = connect("Admin", marker_field="Bursar Key")
    agreement = agreement_named(psa)
    by_hand = next(iter(additions_of(psa, agreement.id).values()))
    record = stored(sandbox, "addition", by_hand.id)
    entries = [{"id": other["id"], "value": "MSP-7"}]
    sandbox.store.replace("addition", by_hand.id, {**record, "customFields": entries}, by="test")
    psa.send(change_addition(agreement.id, Receipt(by_hand.id, {}), marker="m"))
    kept = stored(sandbox, "addition", by_hand.id)["customFields"]
    assert isinstance(kept, list)
    assert {entry["value"] for entry in kept} == {"MSP-7", "m"}


@pytest.mark.parametrize("caption", ["No Such Field", "Twice"])
def test_the_marker_field_must_be_one_field(connect: Connect, sandbox: Sandbox, caption: str) -> None:
    for position in (1, 2):
        screen = {"podId": position, "screenId": "addition", "sequenceNumber": 9, "fieldTypeIdentifier": "Text"}
        sandbox.store.insert("userDefinedField", {**screen, "caption": "Twice"})
    psa = connect("Admin", marker_field=caption)
    with pytest.raises(RemoteError, match=f"custom fields with the caption '{caption}'"):
        psa.send(create_addition(1))
    assert writes_to(sandbox) == 0


def test_an_agreement_is_made_as_written(psa: ConnectWise, sandbox: Sandbox) -> None:
    fields = agreement_fields(*company_with_contact(psa))
    receipt = psa.send(create_agreement(fields))
    assert {name: receipt.fields[name] for name in fields} == fields
    agreement = agreement_named(psa, str(fields["name"]))
    assert (agreement.id, agreement.currency, agreement.start) == (receipt.remote_id, "CAD", OPEN)
    psa.send(create_addition(receipt.remote_id))
    assert len(additions_of(psa, receipt.remote_id)) == 1


def test_an_agreement_is_renamed(psa: ConnectWise) -> None:
    agreement = agreement_named(psa)
    rename = Write(Action.UPDATE, Resource.AGREEMENT, "k", {"name": "Cloud, renamed"}, remote_id=agreement.id)
    assert psa.look(rename) is None
    assert psa.send(rename).fields["name"] == "Cloud, renamed"
    found = psa.look(rename)
    assert found is not None
    assert found.fields["company_id"] == agreement.company_id


def test_currencies_are_read_once_and_unknown_ones_refused_before_anything_is_sent(
    psa: ConnectWise, sandbox: Sandbox
) -> None:
    company = company_with_contact(psa)
    for currency in ("CHF", "chf"):
        with pytest.raises(Rejected, match=f"no currency {currency}") as caught:
            psa.send(create_agreement(agreement_fields(*company, currency=currency)))
        assert caught.value.fields[0].field == "currency"
    assert writes_to(sandbox) == 0
    assert sum(entry.path.endswith("/currencies") for entry in sandbox.journal.entries()) == 1


def test_refusals_reach_the_caller_with_their_remedies(psa: ConnectWise) -> None:
    agreement = agreement_named(psa)
    with pytest.raises(Rejected) as caught:
        psa.send(create_addition(agreement.id, effective=date(2020, 1, 1)))
    assert "billing start date" in caught.value.remedy
    with pytest.raises(Rejected) as caught:
        psa.send(create_addition(agreement.id, effective=date(2026, 9, 15)))
    assert "Next Invoice Date" in caught.value.remedy
    bundle = next(item for item in psa.catalog_items() if item.product_class == "Bundle")
    with pytest.raises(Rejected, match="Bundle"):
        psa.send(create_addition(agreement.id, product_id=bundle.id))
    with pytest.raises(NotFound):
        psa.send(create_addition(99_999))


def test_a_role_that_may_only_read(connect: Connect) -> None:
    with pytest.raises(NotPermitted) as caught:
        connect("Read Only").send(create_addition(1))
    assert caught.value.module == "Finance > Agreements"


@pytest.mark.parametrize("marker_field", MARKER_FIELDS)
def test_a_created_addition_is_found_by_its_marker(connect: Connect, marker_field: str | None) -> None:
    psa = connect(marker_field=marker_field)
    agreement = agreement_named(psa)
    write = create_addition(agreement.id)
    assert psa.look(write) is None
    receipt = psa.send(write)
    assert psa.look(write) == receipt
    assert psa.look(create_addition(agreement.id, marker="bursar:r:abcdefghijklmnop:1")) is None
    assert psa.look(create_addition(agreement_named(psa, "Cloud Subscriptions - Kestrel Aviation").id)) is None
    assert psa.look(create_addition(99_999)) is None


def test_the_marker_is_compared_exactly(psa: ConnectWise) -> None:
    psa.send(create_addition(1, marker="BURSAR:R:ABCDEFGHIJKLMNOP:0"))
    assert psa.look(create_addition(1)) is None


def test_two_additions_with_one_marker_are_an_error(psa: ConnectWise) -> None:
    for _ in range(2):
        psa.send(create_addition(1))
    with pytest.raises(RemoteError, match="2 records that could be this addition") as caught:
        psa.look(create_addition(1))
    assert caught.value.remedy


def test_an_addition_without_a_marker_cannot_be_looked_for(psa: ConnectWise) -> None:
    with pytest.raises(RemoteError, match="without a marker"):
        psa.look(create_addition(1, marker=""))


@pytest.mark.parametrize(
    ("field", "value", "there"),
    [
        ("quantity", Decimal("3.50"), True),
        ("quantity", Decimal(4), False),
        ("unit_price", Decimal("4.250000001"), True),
        ("unit_cost", None, True),
        ("unit_cost", Decimal("0.01"), False),
        ("cancelled", None, True),
        ("cancelled", date(2026, 11, 30), False),
        ("effective", date(2026, 11, 2), False),
        ("description", " Mail Plus  for the front desk\n", True),
        ("bill_customer", "DoNotBill", False),
        ("product_id", 4, False),
    ],
)
def test_an_update_is_found_when_the_values_are_there(
    psa: ConnectWise, field: str, value: FieldValue, there: bool
) -> None:
    made = psa.send(create_addition(1))
    assert (psa.look(change_addition(1, made, Action.UPDATE, **{field: value})) is not None) is there


def test_an_update_of_a_record_that_is_gone(psa: ConnectWise) -> None:
    assert psa.look(change_addition(1, Receipt(99_999, {}), quantity=Decimal(1))) is None


def test_a_created_agreement_is_found_by_company_and_name(psa: ConnectWise) -> None:
    company = company_with_contact(psa)
    write = create_agreement(agreement_fields(*company))
    assert psa.look(write) is None
    receipt = psa.send(write)
    found = psa.look(write)
    assert found is not None
    assert found.remote_id == receipt.remote_id
    assert psa.look(create_agreement({**write.fields, "name": "Something else"})) is None
    assert psa.look(create_agreement({**write.fields, "company_id": 3})) is None
    assert psa.look(create_agreement({**write.fields, "currency": "EUR"})) is None


def test_a_cancelled_agreement_is_not_ours(psa: ConnectWise) -> None:
    harbor = agreement_named(psa, "Cloud Subscriptions - Harbor Lights")
    fields: Fields = {"name": harbor.name, "company_id": harbor.company_id}
    assert psa.look(create_agreement(fields)) is None
    there = agreement_named(psa, CLOUD)
    assert psa.look(create_agreement({"name": there.name, "company_id": there.company_id})) is not None


@pytest.mark.parametrize(
    "write",
    [
        Write(Action.LEAVE, Resource.ADDITION, "k", {}, parent_id=1, remote_id=1),
        Write(Action.UPDATE, Resource.ADDITION, "k", {"quantity": Decimal(1)}, parent_id=1),
        Write(Action.CREATE, Resource.ADDITION, "k", {"quantity": Decimal(1)}, parent_id=1, remote_id=1),
        Write(Action.CREATE, Resource.ADDITION, "k", {"colour": "red"}, parent_id=1),
        Write(Action.CREATE, Resource.ADDITION, "k", {"quantity": Decimal(1)}),
        Write(Action.CREATE, Resource.AGREEMENT, "k", {"marker": "red"}),
    ],
)
def test_a_write_that_makes_no_sense_is_never_sent(psa: ConnectWise, sandbox: Sandbox, write: Write) -> None:
    with pytest.raises(ValueError, match=r".+"):
        psa.send(write)
    assert writes_to(sandbox) == 0
