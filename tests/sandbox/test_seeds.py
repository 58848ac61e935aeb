"""The seeds are believable, consistent and always the same."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest

from psa_sandbox.seeds import SCENARIOS, UnknownSeedError, seed
from psa_sandbox.seeds.catalogue import ITEMS
from psa_sandbox.seeds.customers import CUSTOMERS
from psa_sandbox.seeds.roles import FUNCTIONS, api_keys
from psa_sandbox.state.record import amount, flag, number, reference, target, text
from psa_sandbox.state.resources import RESOURCES
from psa_sandbox.state.store import Record, Store


@pytest.fixture(scope="module")
def msp() -> Store:
    store = Store()
    seed(store)
    return store


def named(store: Store, kind: str, **equals: object) -> Record:
    (row,) = store.rows(kind, **equals)
    return row


def setting(store: Store, role: str, function: str) -> str:
    """The letters a role has on a function: A add, E edit, D delete, I inquire."""
    row = named(
        store,
        "securityRoleSetting",
        securityRoleId=named(store, "securityRole", name=role)["id"],
        moduleFunctionName=function,
    )
    levels = {"A": "addLevel", "E": "editLevel", "D": "deleteLevel", "I": "inquireLevel"}
    assert {row[level] for level in levels.values()} <= {"All", "None"}
    return "".join(letter for letter, level in levels.items() if row[level] == "All")


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_same_seed_is_always_the_same(name: str) -> None:
    options = {"companies": 5, "agreements": 7, "additions": 9} if name == "scale" else {}
    first, second = Store(), Store()
    seed(first, name, **options)
    seed(second, name, **options)
    seed(second, name, **options)
    assert first.dump()["tables"] == second.dump()["tables"]


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_has_a_base_currency(name: str) -> None:
    store = Store()
    seed(store, name)
    corporate = named(store, "corporateStructure")
    assert text(target(store, corporate, "baseCurrency", "currency"), "currencyIdentifier") == "USD"


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_field_is_declared_and_every_reference_leads_somewhere(name: str) -> None:
    store = Store()
    seed(store, name)
    for kind, resource in RESOURCES.items():
        for row in store.rows(kind):
            parents = {mount.parent_field for mount in resource.mounts}
            assert set(row) <= set(resource.fields) | {"id", "_info", "customFields"} | parents, (kind, row)
            for field in resource.fields.values():
                key = reference(row, field.name)
                if field.type == "reference" and key is not None:
                    assert store.get(field.target, key), (kind, row["id"], field.name)


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_record_could_have_been_written_through_the_api(name: str) -> None:
    store = Store()
    seed(store, name)
    for kind, resource in RESOURCES.items():
        for row in store.rows(kind):
            for field in resource.fields.values():
                value = row.get(field.name, resource.defaults.get(field.name))
                assert not field.required or value is not None, (kind, row["id"], field.name)
                assert not field.choices or value is None or value in field.choices, (kind, field.name, value)
                assert field.max_length is None or len(str(value or "")) <= field.max_length, (kind, value)
        for name_ in resource.unique if not resource.unique_within else ():
            values = [str(row.get(name_)).casefold() for row in store.rows(kind) if row.get(name_)]
            assert len(values) == len(set(values)), (kind, name_)


def test_there_are_customers_of_every_sort(msp: Store) -> None:
    assert len(CUSTOMERS) == 42
    statuses = [
        text(target(msp, row, "status", "companyStatus"), "name")
        for row in msp.rows("company")
        if text(row, "identifier") in {customer.identifier for customer in CUSTOMERS}
    ]
    assert (statuses.count("Inactive"), statuses.count("Not-Approved")) == (3, 1)
    assert [row["identifier"] for row in msp.rows("company") if flag(row, "deletedFlag")] == ["ValleyGlass"]
    assert not msp.rows("contact", company=named(msp, "company", identifier="WillowbendCare"))
    assert len([row for row in msp.rows("company") if flag(row, "isVendorFlag")]) == 4


def test_the_catalogue_has_the_special_items(msp: Store) -> None:
    assert len(ITEMS) == len({item.identifier for item in ITEMS}) == 63
    assert named(msp, "catalogItem", identifier="BDL-SECURE")["productClass"] == "Bundle"
    assert named(msp, "catalogItem", identifier="O365-E1-OLD")["inactiveFlag"] is True
    assert named(msp, "catalogItem", identifier="LAPTOP-14")["serializedFlag"] is True
    assert named(msp, "catalogItem", identifier="M365-BP")["price"] == Decimal("22.00")


def test_agreements_stand_where_the_billing_week_begins(msp: Store) -> None:
    def of_type(name: str) -> list[Record]:
        return msp.rows("agreement", type=named(msp, "agreementType", name=name))

    managed, cloud = of_type("Managed Services"), of_type("Cloud Subscriptions")
    assert len(managed) == 32
    assert {row["nextInvoiceDate"] for row in managed} == {"2026-11-01T00:00:00Z"}
    open_october = [row for row in cloud if row["nextInvoiceDate"] == "2026-10-01T00:00:00Z"]
    assert len(open_october) == 13
    assert {row["agreementStatus"] for row in open_october} == {"Active"}
    assert sorted(str(row["agreementStatus"]) for row in cloud if row not in open_october) == [
        "Active",
        "Cancelled",
        "Expired",
    ]
    assert [row["name"] for row in cloud if flag(row, "prorateFlag")] == ["Cloud Subscriptions - Kestrel Aviation"]
    codes = {target(msp, row, "currency", "currency")["currencyIdentifier"] for row in cloud}
    assert codes == {"USD", "CAD", "EUR"}


def test_invoices_add_up_and_say_what_is_paid(msp: Store) -> None:
    invoices = msp.rows("invoice")
    assert len(invoices) == 84
    for invoice in invoices:
        lines = sum((amount(row, "extPrice") for row in msp.rows("product", invoice=invoice)), Decimal(0))
        assert amount(invoice, "total") == lines + amount(invoice, "agreementAmount") + amount(invoice, "salesTax")
        paid = sum((amount(row, "amount") for row in msp.rows("payment", invoice=invoice)), Decimal(0))
        assert (invoice["payments"], invoice["balance"]) == (paid, amount(invoice, "total") - paid)
    assert any(amount(row, "salesTax") for row in invoices)
    billed = [row for row in invoices if row["type"] != "CreditMemo"]
    paid_states = {(amount(row, "payments") > 0, amount(row, "balance") > 0) for row in billed}
    assert paid_states == {(True, False), (True, True), (False, True)}


def test_roles_follow_the_permission_tables(msp: Store) -> None:
    billing = {function: setting(msp, "Bursar Billing", function) for _, function in FUNCTIONS}
    assert {name: letters for name, letters in billing.items() if letters} == {
        "Company Maintenance": "I",
        "Contacts": "I",
        "Agreements": "AEI",
        "Agreement Invoicing": "I",
        "Invoicing": "I",
        "Product Catalog": "I",
        "Products": "I",
        "My Company": "I",
        "Table Setup": "I",
    }
    assert setting(msp, "No Agreements", "Agreements") == ""
    assert setting(msp, "No Agreements", "Product Catalog") == "I"
    assert setting(msp, "Bursar Accounting", "Accounting Interface") == "AEDI"
    assert setting(msp, "Bursar Accounting", "Invoicing") == "EDI"
    assert setting(msp, "Bursar Accounting", "Agreements") == ""
    assert {setting(msp, "Read Only", function) for _, function in FUNCTIONS} == {"I"}


def test_every_api_member_has_a_key_pair_of_its_own(msp: Store) -> None:
    pairs = api_keys(msp)
    roles = [pair.role for pair in pairs]
    assert roles == ["Admin", "Bursar Billing", "Bursar Accounting", "Read Only", "No Agreements", "Bursar"]
    texts = [key for pair in pairs for key in (pair.public_key, pair.private_key)]
    assert len(set(texts)) == 2 * len(pairs)
    assert {len(key) for key in texts} == {16}


def test_the_custom_field_is_on_additions(msp: Store) -> None:
    field = named(msp, "userDefinedField", caption="Bursar Key")
    assert (field["screenId"], field["fieldTypeIdentifier"]) == (RESOURCES["addition"].screen, "Text")


def test_empty_has_tables_and_keys_but_no_business() -> None:
    store = Store()
    seed(store, "empty")
    assert not {"company", "agreement", "addition", "catalogItem", "invoice"} & set(store.kinds())
    assert store.rows("agreementType")
    assert len(api_keys(store)) == 6


def test_scale_is_fast_and_even() -> None:
    store, began = Store(), time.monotonic()
    seed(store, "scale", companies=2000, agreements=2000, additions=2000)
    assert time.monotonic() - began < 5
    assert [len(store.rows(kind)) for kind in ("company", "contact", "agreement", "addition")] == [2000] * 4
    homes = {number(row, "agreementId") for row in store.rows("addition")}
    assert len(homes) == 2000


def test_an_unknown_seed_or_option_forgets_nothing(msp: Store) -> None:
    for name, options in (("nowhere", {}), ("msp", {"companies": 3})):
        with pytest.raises(UnknownSeedError):
            seed(msp, name, **options)
    assert len(msp.rows("company")) == 47
