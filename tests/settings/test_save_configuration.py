"""The billing configuration is saved all at once or not at all (rules 16-24, 123)."""

import pytest

from bursar.domain.errors import InvalidInput
from bursar.domain.lists import ListKind
from bursar.domain.rules import EndRule
from bursar.store.models import AuditEntry, Connection
from bursar.usecases.acting import Actor, acting_as
from bursar.usecases.billing_settings import (
    billing_settings,
    configuration_version,
    save_configuration,
    set_billing_setting,
    shown_settings,
)
from bursar.usecases.lists import refresh_lists
from bursar.usecases.refusals import ChangedMeanwhile, SettingsRefused
from tests.settings.sandbox_lists import drop
from tests.usecases.world import World

ADA = Actor("ada@cedarpoint.example", "web", "192.0.2.7")
GRACE = Actor("grace@cedarpoint.example", "web", "192.0.2.8")


def saves() -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(action="configuration saved").order_by("number"))


def stored() -> dict[str, object]:
    found: dict[str, object] = Connection.objects.get().billing
    return found


def test_all_changes_in_one_go_with_one_audit_entry(world: World) -> None:
    before = len(saves())
    changes = {
        "end_rule.Cycle Fee": "last day of invoice month",
        "name.Cycle Fee": " Monthly charge ",
        "daily_sync": "on",
    }
    with acting_as(ADA):
        assert save_configuration(world.connection, changes) == set(changes)
    entry = saves()[before]
    assert len(saves()) == before + 1
    assert (entry.actor, entry.channel, entry.connection) == (ADA.name, "web", "main")
    assert entry.before == {"daily_sync": "", "end_rule.Cycle Fee": "", "name.Cycle Fee": ""}
    assert entry.after == {
        "daily_sync": "yes",
        "end_rule.Cycle Fee": "Last day of invoice month",
        "name.Cycle Fee": "Monthly charge",
    }
    rules = billing_settings(Connection.objects.get()).rules
    assert list(rules.end.values()) == [EndRule.LAST_DAY_OF_INVOICE_MONTH]


def test_one_fault_is_enough_to_save_nothing_and_every_fault_is_told(world: World) -> None:
    before, entries = stored(), len(saves())
    with pytest.raises(SettingsRefused) as refused:
        save_configuration(
            world.connection,
            {
                "skip_zero_lines": "yes",
                "markup": "much",
                "mass_cancel_share": "3",
                "colour": "blue",
                "name.Cycle Fee": "x" * 81,
            },
        )
    assert set(refused.value.faults) == {"markup", "mass_cancel_share", "colour", "name.Cycle Fee"}
    assert "markup: 'much' is not a number." in refused.value.sentence
    assert stored() == before
    assert "skip_zero_lines" not in world.connection.billing
    assert len(saves()) == entries


def test_rule_21_a_blank_name_or_the_platforms_own_restores_the_default(world: World) -> None:
    for text in ("", "  ", "Cycle Fee"):
        save_configuration(world.connection, {"name.Cycle Fee": "Monthly charge"})
        assert save_configuration(world.connection, {"name.Cycle Fee": text}) == {"name.Cycle Fee"}
        assert "name.Cycle Fee" not in stored()
        assert shown_settings(world.connection)["name.Cycle Fee"] == "Cycle Fee"


def test_saving_what_is_there_writes_no_audit(world: World) -> None:
    save_configuration(world.connection, {"price": "catalog"})
    entries = len(saves())
    assert save_configuration(world.connection, {"price": "catalog", "markup": "0", "daily_sync": "no"}) == set()
    assert len(saves()) == entries


def test_rule_16_the_agreement_type_can_be_changed_but_not_taken_away(world: World) -> None:
    with pytest.raises(SettingsRefused) as refused:
        save_configuration(world.connection, {"agreement_type": " "})
    assert "required" in refused.value.faults["agreement_type"].sentence
    assert stored()["agreement_type"]


def test_the_agreement_type_is_found_in_the_kept_list_by_id_or_name(listed: World) -> None:
    found = next(t for t in listed.psa.agreement_types() if t.name == "Managed Services")
    for text in (str(found.id), "managed services"):
        set_billing_setting(listed.connection, "agreement_type", "Break-Fix Block")
        save_configuration(listed.connection, {"agreement_type": text})
        assert stored()["agreement_type"] == {"id": found.id, "name": "Managed Services"}
    with pytest.raises(InvalidInput, match="no active Agreement Type 'Legacy Web Hosting'") as refused:
        set_billing_setting(listed.connection, "agreement_type", "Legacy Web Hosting")
    assert "Break-Fix Block, Cloud Subscriptions, Managed Services" in refused.value.remedy


def test_rule_17_a_vanished_agreement_type_stays_chosen_but_cannot_be_chosen_anew(listed: World) -> None:
    chosen = stored()["agreement_type"]
    drop(listed, "agreementType", "Cloud Subscriptions")
    refresh_lists(listed.connection, listed.psa, [ListKind.AGREEMENT_TYPE], listed.clock.now())
    same = {"agreement_type": str(chosen["id"]), "price": "catalog"}
    assert save_configuration(listed.connection, same) == {"price"}
    assert stored()["agreement_type"] == chosen
    save_configuration(listed.connection, {"agreement_type": "Managed Services"})
    with pytest.raises(SettingsRefused):
        save_configuration(listed.connection, same)


def test_who_saves_second_is_told_and_overwrites_nothing(world: World) -> None:
    names = ["price", "markup"]
    shown = configuration_version(world.connection, names)
    with acting_as(ADA):
        save_configuration(world.connection, {"price": "markup_percent", "markup": "12"}, version=shown)
    with acting_as(GRACE), pytest.raises(ChangedMeanwhile) as clash:
        save_configuration(world.connection, {"price": "catalog", "markup": "0"}, version=shown)
    assert clash.value.by == ADA.name
    assert ADA.name in clash.value.sentence
    assert (stored()["price"], stored()["markup"]) == ("markup_percent", "12")
    again = configuration_version(Connection.objects.get(), names)
    save_configuration(world.connection, {"price": "catalog", "markup": "0"}, version=again)
    assert stored()["price"] == "catalog"


def test_what_somebody_else_saved_elsewhere_is_no_clash_and_is_kept(world: World) -> None:
    stale = Connection.objects.get()
    shown = configuration_version(stale, ["price"])
    save_configuration(world.connection, {"skip_zero_lines": "yes"})
    save_configuration(stale, {"price": "catalog"}, version=shown)
    assert (stored()["skip_zero_lines"], stored()["price"]) == ("yes", "catalog")
    assert stale.billing["skip_zero_lines"] == "yes"


def test_words_of_connectwise_are_checked(world: World) -> None:
    assert set_billing_setting(world.connection, "agreement.invoicing_cycle", "contractyear") == "ContractYear"
    with pytest.raises(InvalidInput) as refused:
        set_billing_setting(world.connection, "agreement.employee_comp_rate", "Weekly")
    assert refused.value.remedy == "Use one of: Actual, Hourly."


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("markup", "1E+999999"),
        ("markup", "1E-999999"),
        ("markup", "sNaN"),
        ("mass_cancel_share", "-0.1"),
        ("agreement.location_id", "²"),
        ("agreement.location_id", "9" * 5000),
        ("name.Cycle Fee", "Monthly\x00charge"),
        ("active_statuses", "Active\ud800"),
        ("price_for.", "catalog"),
        ("price_for.o\x00", "catalog"),
        ("price_for.o", "markup_percent lots"),
    ],
)
def test_what_would_break_later_is_refused_at_once(world: World, name: str, text: str) -> None:
    with pytest.raises(SettingsRefused) as refused:
        save_configuration(world.connection, {name: text})
    assert set(refused.value.faults) == {name}


def test_the_price_of_one_organization_is_a_setting_too(world: World) -> None:
    save_configuration(world.connection, {"price_for.O-1": "markup_percent 12"})
    assert billing_settings(Connection.objects.get()).price_for("O-1").markup == 12
    save_configuration(world.connection, {"price_for.O-1": ""})
    assert "price_for.O-1" not in stored()
