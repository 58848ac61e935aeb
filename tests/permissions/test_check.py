"""The check as a use case: what is kept, what is derived, what is on record."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bursar.domain.errors import NotFound, WrongKey
from bursar.domain.permissions import ENABLED, NOT_ASKED, Level, Source, Verdict, boxes_for
from bursar.store.models import AuditEntry, Connection, PermissionCheck
from bursar.usecases.acting import Actor, acting_as
from bursar.usecases.check_permissions import check_permissions, last_check
from tests.permissions.conftest import set_levels
from tests.usecases.world import World, make_world

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
LATER = datetime(2026, 11, 3, 12, tzinfo=UTC)
ANN = Actor("ann@example.com", "web", "192.0.2.7")


@pytest.fixture
def world(db: None) -> Iterator[World]:
    world = make_world()
    with world.psa:
        yield world


def test_the_last_check_says_what_the_check_said(world: World) -> None:
    set_levels(world.sandbox, "Bursar Billing", "Contacts", inquireLevel="None")
    assert last_check(world.connection) is None
    with acting_as(ANN):
        checked = check_permissions(world.connection, world.psa, NOON)
    assert last_check(world.connection) == checked
    assert (checked.at, checked.by, checked.member) == (NOON, ANN.name, "")
    assert [str(finding.box) for finding in checked.report.missing] == ["Companies > Contacts: Inquire"]


def test_a_second_check_takes_the_place_of_the_first(world: World) -> None:
    set_levels(world.sandbox, "Bursar Billing", "Contacts", inquireLevel="None")
    check_permissions(world.connection, world.psa, NOON)
    set_levels(world.sandbox, "Bursar Billing", "Contacts", inquireLevel="All")
    assert check_permissions(world.connection, world.psa, LATER).report.missing == []
    kept = PermissionCheck.objects.get()
    assert kept.checked_at == LATER


def test_the_member_is_remembered_until_it_is_cleared(world: World) -> None:
    for row in ("Member Maintenance", "Security Roles"):
        set_levels(world.sandbox, "Bursar Billing", row, inquireLevel="All")
    first = check_permissions(world.connection, world.psa, NOON, " bursar-billing ")
    assert (first.member, first.report.source, first.report.role) == (
        "bursar-billing",
        Source.SETTINGS,
        "Bursar Billing",
    )
    again = check_permissions(world.connection, world.psa, LATER)
    assert (again.member, again.report.source) == ("bursar-billing", Source.SETTINGS)
    assert {finding.level for finding in again.report.findings if not finding.box.table} == {Level.ALL}
    cleared = check_permissions(world.connection, world.psa, LATER, "")
    assert (cleared.member, cleared.report.source) == ("", Source.PROBES)


def test_what_is_missing_is_derived_from_todays_needs(world: World) -> None:
    check_permissions(world.connection, world.psa, NOON)
    kept = PermissionCheck.objects.get()
    kept.grants = kept.grants[1:]
    kept.save()
    found = last_check(world.connection)
    assert found is not None
    first = found.report.findings[0]
    assert (first.box, first.verdict, first.reason) == (boxes_for(ENABLED)[0], Verdict.UNKNOWN, NOT_ASKED)


def test_it_is_on_record(world: World) -> None:
    set_levels(world.sandbox, "Bursar Billing", "Contacts", inquireLevel="None")
    with acting_as(ANN):
        check_permissions(world.connection, world.psa, NOON)
    entry = AuditEntry.objects.get(action="permissions checked")
    assert (entry.actor, entry.subject, entry.connection) == (ANN.name, "main", "main")
    missing = ["Companies > Contacts: Inquire"]
    assert entry.after == {"role": "", "source": "probes", "missing": missing, "unknown": []}


def test_refused_keys_are_noted_and_the_last_check_stays(world: World) -> None:
    checked = check_permissions(world.connection, world.psa, NOON)
    world.fault(kind="expired_key")
    with pytest.raises(WrongKey):
        check_permissions(world.connection, world.psa, LATER)
    assert last_check(world.connection) == checked
    assert Connection.objects.get().state == Connection.State.NOT_CONNECTED
    assert AuditEntry.objects.filter(action="permissions checked").count() == 1


def test_an_unknown_member_keeps_nothing(world: World) -> None:
    set_levels(world.sandbox, "Bursar Billing", "Member Maintenance", inquireLevel="All")
    with pytest.raises(NotFound):
        check_permissions(world.connection, world.psa, NOON, "nobody")
    assert last_check(world.connection) is None
