"""Lists of ConnectWise: read anew, kept, marked when something has vanished (rule 17)."""

from bursar.domain.errors import NotPermitted, WrongKey
from bursar.domain.lists import SETTING_LISTS, ListKind
from bursar.store.models import Connection
from bursar.usecases.lists import GONE, INACTIVE, UNREAD, Chosen, entries, read_at, refresh_lists, selectable, usable
from bursar.wiring import connectwise
from tests.sandbox_transport import SandboxTransport
from tests.settings.sandbox_lists import drop, forbid, number
from tests.usecases.world import World


def test_every_list_is_read_and_dated(world: World) -> None:
    assert read_at(world.connection, SETTING_LISTS) is None
    outcome = refresh_lists(world.connection, world.psa, SETTING_LISTS, world.clock.now())
    assert (set(outcome.read), outcome.refused, outcome.vanished) == (set(SETTING_LISTS), {}, 0)
    assert read_at(world.connection, SETTING_LISTS) == world.clock.now()
    assert "Cloud Subscriptions" in {e.name for e in usable(entries(world.connection, ListKind.AGREEMENT_TYPE))}


def test_an_entry_that_vanished_is_marked_and_comes_back(listed: World) -> None:
    drop(listed, "agreementType", "Managed Services")
    gone = refresh_lists(listed.connection, listed.psa, [ListKind.AGREEMENT_TYPE], listed.clock.now())
    assert gone.vanished == 1
    kept = {e.name: e.gone for e in entries(listed.connection, ListKind.AGREEMENT_TYPE)}
    assert kept["Managed Services"] is True
    assert kept["Cloud Subscriptions"] is False
    assert refresh_lists(listed.connection, listed.psa, [ListKind.AGREEMENT_TYPE], listed.clock.now()).vanished == 0


def test_a_refused_list_does_not_lose_the_others_and_names_the_permission(world: World) -> None:
    forbid(world, "My Company")
    outcome = refresh_lists(world.connection, world.psa, SETTING_LISTS, world.clock.now())
    assert set(outcome.refused) == {ListKind.DEPARTMENT, ListKind.LOCATION}
    error = outcome.refused[ListKind.DEPARTMENT]
    assert isinstance(error, NotPermitted)
    assert "My Company" in error.remedy
    assert set(outcome.read) == SETTING_LISTS - set(outcome.refused)
    assert entries(world.connection, ListKind.UNIT_OF_MEASURE)


def test_a_refused_list_keeps_what_was_read_before(listed: World) -> None:
    before = [e.name for e in entries(listed.connection, ListKind.LOCATION)]
    forbid(listed, "My Company")
    refresh_lists(listed.connection, listed.psa, SETTING_LISTS, listed.clock.now())
    assert [e.name for e in usable(entries(listed.connection, ListKind.LOCATION))] == before


def test_refused_keys_end_the_reading_and_the_connection_says_so(world: World) -> None:
    world.connection.public_key = "wrong"
    with connectwise(world.connection, SandboxTransport(world.sandbox), world.clock) as psa:
        outcome = refresh_lists(world.connection, psa, SETTING_LISTS, world.clock.now())
    assert set(outcome.refused) == set(SETTING_LISTS)
    assert all(isinstance(error, WrongKey) for error in outcome.refused.values())
    assert sum(entry.status == 401 for entry in world.sandbox.journal.entries()) == 1
    assert not Connection.objects.get().connected


def test_a_chosen_entry_that_is_gone_or_inactive_is_offered_with_a_note(listed: World) -> None:
    legacy = number(listed, "agreementType", "Legacy Web Hosting")
    drop(listed, "agreementType", "Break-Fix Block")
    kind = ListKind.AGREEMENT_TYPE
    block = next(e.remote_id for e in entries(listed.connection, kind) if e.name == "Break-Fix Block")
    refresh_lists(listed.connection, listed.psa, [kind], listed.clock.now())
    kept = entries(listed.connection, kind)
    notes = {
        option.name: option.note
        for option in selectable(kept, [Chosen(block, "Break-Fix Block"), Chosen(legacy, "Legacy Web Hosting")])
    }
    assert notes == {
        "Cloud Subscriptions": "",
        "Managed Services": "",
        "Break-Fix Block": GONE,
        "Legacy Web Hosting": INACTIVE,
    }
    assert {o.name for o in selectable(kept)} == {"Cloud Subscriptions", "Managed Services"}


def test_before_the_first_reading_a_choice_is_not_called_vanished() -> None:
    assert [o.note for o in selectable([], [Chosen(7, "Something")])] == [UNREAD]
