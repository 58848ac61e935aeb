"""The connector's properties are saved all at once or not at all (rules 126-129, 134)."""

import pytest

from bursar.domain.lists import SETTING_LISTS
from bursar.store.models import AuditEntry, Connection
from bursar.usecases.billing_settings import billing_settings
from bursar.usecases.lists import Chosen, refresh_lists
from bursar.usecases.properties import (
    LineDescription,
    PriceOrder,
    Properties,
    ValueMap,
    properties,
    properties_version,
    shown_properties,
)
from bursar.usecases.refusals import ChangedMeanwhile, SettingsRefused
from bursar.usecases.save_properties import EnteredProperties, save_properties
from tests.settings.sandbox_lists import drop, number
from tests.usecases.world import World


def now() -> Properties:
    return properties(Connection.objects.get())


def refused(world: World, **entered: object) -> dict[str, str]:
    """The faults of a save that must change nothing."""
    before = Connection.objects.get()
    with pytest.raises(SettingsRefused) as error:
        save_properties(world.connection, EnteredProperties(**entered))
    after = Connection.objects.get()
    assert (after.billing, after.properties) == (before.billing, before.properties)
    return {name: fault.sentence for name, fault in error.value.faults.items()}


def test_defaults_when_nothing_was_set(world: World) -> None:
    found = now()
    assert found.product.category is None
    assert found.line_description is LineDescription.DESCRIPTION
    assert all(not rows for rows in found.maps.values())
    assert found.orders == {PriceOrder.UNITS: (), PriceOrder.PRICE_LISTS: ()}


def test_everything_in_one_save_with_one_audit_entry(listed: World) -> None:
    location = number(listed, "location", "Madison")
    entered = EnteredProperties(
        {
            "product.category": "Cloud",
            "product.subcategory": "Productivity",
            "product.type": "Subscription",
            "line_description": "Line One & Line Two",
            "active_statuses": "Active, Credit Hold",
            "default_active_status": "Credit Hold",
            "agreement.location_id": str(location),
            "agreement.invoicing_cycle": "ContractYear",
        },
        {
            ValueMap.PAYMENT_TERMS: [("30 days", "Net 30")],
            ValueMap.FREQUENCIES: [("Monthly", "Monthly"), ("Quarterly", "")],
        },
        {PriceOrder.UNITS: ["User", "Each"], PriceOrder.PRICE_LISTS: ["Retail 2026"]},
    )
    save_properties(listed.connection, entered)
    found = now()
    assert found.product.subcategory == Chosen(number(listed, "subcategory", "Productivity"), "Productivity")
    assert found.line_description is LineDescription.TWO_LINES
    assert found.maps[ValueMap.PAYMENT_TERMS] == {"30 days": Chosen(number(listed, "billingTerm", "Net 30"), "Net 30")}
    assert list(found.maps[ValueMap.FREQUENCIES]) == ["Monthly"]
    assert found.orders[PriceOrder.UNITS] == ("User", "Each")
    settings = billing_settings(Connection.objects.get())
    assert settings.agreement_defaults.location_id == location
    assert settings.active_statuses == {"Active", "Credit Hold"}
    entry = AuditEntry.objects.get(action="properties saved")
    assert entry.after is not None
    assert entry.after["payment_terms"] == "30 days → Net 30"
    assert entry.after["price_units"] == "User, Each"
    assert entry.before is not None
    assert entry.before["product.category"] == ""
    assert save_properties(listed.connection, entered) == []
    assert AuditEntry.objects.filter(action="properties saved").count() == 1


def test_a_subcategory_belongs_to_the_category(listed: World) -> None:
    assert refused(listed, settings={"product.category": "Hardware", "product.subcategory": "Productivity"}) == {
        "product.subcategory": "'Productivity' is not a sub-category of 'Hardware'."
    }
    assert (
        "needs a Product Category"
        in refused(listed, settings={"product.subcategory": "Productivity"})["product.subcategory"]
    )


def test_the_default_status_is_one_of_the_active_ones(listed: World) -> None:
    faults = refused(listed, settings={"active_statuses": "Active", "default_active_status": "Inactive"})
    assert faults == {"default_active_status": "'Inactive' is not one of the Active Statuses."}


def test_what_is_in_no_list_is_refused(listed: World) -> None:
    faults = refused(
        listed,
        settings={
            "product.type": "999",
            "agreement.department_id": "999",
            "active_statuses": "Active, Cheerful",
            "line_description": "Poem",
            "colour": "blue",
        },
    )
    assert set(faults) == {"product.type", "agreement.department_id", "active_statuses", "line_description", "colour"}
    assert faults["active_statuses"] == "'Cheerful' is not among the Company Statuses of ConnectWise."


def test_each_row_of_a_map_has_its_own_fault(listed: World) -> None:
    rows = [
        ("30 days", "Net 30"),
        ("30 Days", "Net 15"),
        ("", "Net 10"),
        ("60 days", ""),
        ("90 days", "Net 90"),
        ("", ""),
    ]
    assert refused(listed, maps={ValueMap.PAYMENT_TERMS: rows}) == {
        "payment_terms.2": "'30 Days' is there twice.",
        "payment_terms.3": "The platform's value is missing.",
        "payment_terms.4": "'60 days' is not mapped to anything.",
        "payment_terms.5": "'Net 90' is not among the Billing Terms of ConnectWise.",
    }


def test_a_platform_value_is_plain_text(listed: World) -> None:
    rows = [("30\x00days", "Net 30"), ("d" * 101, "Net 15")]
    assert refused(listed, maps={ValueMap.PAYMENT_TERMS: rows}) == {
        "payment_terms.1": "The text holds control characters.",
        "payment_terms.2": "'dddddddddddddddddddd…' is too long.",
    }


def test_an_ordered_list_names_each_once_and_keeps_its_order(listed: World) -> None:
    assert set(refused(listed, orders={PriceOrder.UNITS: ["User", "Each", "user"]})) == {"price_units.3"}
    save_properties(listed.connection, EnteredProperties(orders={PriceOrder.UNITS: ["User", " ", "Each"]}))
    save_properties(listed.connection, EnteredProperties(orders={PriceOrder.UNITS: ["Each", "User"]}))
    assert now().orders[PriceOrder.UNITS] == ("Each", "User")
    save_properties(listed.connection, EnteredProperties(orders={PriceOrder.UNITS: []}))
    assert now().orders[PriceOrder.UNITS] == ()


def test_what_vanished_stays_until_it_is_changed(listed: World) -> None:
    term, category = number(listed, "billingTerm", "Net 45"), number(listed, "category", "Hardware")
    entered = EnteredProperties(
        {"product.category": str(category)}, {ValueMap.PAYMENT_TERMS: [("45 days", str(term)), ("30 days", "Net 30")]}
    )
    save_properties(listed.connection, entered)
    drop(listed, "billingTerm", "Net 45")
    drop(listed, "category", "Hardware")
    refresh_lists(listed.connection, listed.psa, SETTING_LISTS, listed.clock.now())
    assert save_properties(listed.connection, entered) == []
    assert now().maps[ValueMap.PAYMENT_TERMS]["45 days"] == Chosen(term, "Net 45")
    assert now().product.category == Chosen(category, "Hardware")
    moved = {ValueMap.PAYMENT_TERMS: [("45 days", str(term)), ("50 days", str(term))]}
    assert set(refused(listed, maps=moved)) == {"payment_terms.2"}


def test_who_saves_second_is_told(listed: World) -> None:
    shown = properties_version(listed.connection)
    save_properties(listed.connection, EnteredProperties({"product.category": "Cloud"}), version=shown)
    with pytest.raises(ChangedMeanwhile):
        save_properties(listed.connection, EnteredProperties({"product.category": "Web"}), version=shown)
    found = now().product.category
    assert found is not None
    assert found.name == "Cloud"


def test_what_is_absent_stays(listed: World) -> None:
    save_properties(listed.connection, EnteredProperties({"product.category": "Cloud"}))
    save_properties(listed.connection, EnteredProperties({"product.type": "Subscription"}))
    shown = shown_properties(Connection.objects.get())
    assert (shown["product.category"], shown["product.type"], shown["line_description"]) == (
        "Cloud",
        "Subscription",
        "Description",
    )
    save_properties(listed.connection, EnteredProperties({"product.category": ""}))
    assert now().product.category is None
