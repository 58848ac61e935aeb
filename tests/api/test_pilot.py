"""Pilot mode through the REST API (rule 150)."""

from bursar.store.models import AuditEntry, Connection, Organization
from tests.api.conftest import Cast, error_of


def organizations(connection: Connection) -> None:
    Organization.objects.bulk_create(
        Organization(connection=connection, organization_id=f"O-{n}", name=f"Customer {n}") for n in range(3)
    )


def test_rule_150_customers_are_enabled_one_by_one_and_all_at_once(cast: Cast, connection: Connection) -> None:
    organizations(connection)
    program = cast.operator
    path = f"/connections/{connection.pk}/organizations/posting"
    answer = program.send("POST", path, {"enabled": True, "organizations": ["O-1", "customer 2"]})
    assert answer.json() == {"pilot_mode": False, "enabled": 2, "customers": 3, "changed": 2}
    shown = program.send("GET", f"/connections/{connection.pk}/organizations").json()["organizations"]
    assert [row["posting"] for row in shown] == [False, True, True]
    assert program.send("POST", path, {"enabled": False, "all": True}).json()["enabled"] == 0
    assert AuditEntry.objects.filter(action__startswith="posting ").count() == 2


def test_who_is_not_known_changes_nothing(cast: Cast, connection: Connection) -> None:
    organizations(connection)
    program = cast.operator
    path = f"/connections/{connection.pk}/organizations/posting"
    for names in (["O-1", "O-9"], []):
        assert error_of(program.send("POST", path, {"enabled": True, "organizations": names}))["code"]
    assert not Organization.objects.filter(posting=True).exists()
