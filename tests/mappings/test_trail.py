"""Every change of a mapping, whichever way it comes, leaves one entry in the audit trail (rules 39 and 123)."""

import io

import pytest

from bursar.domain.errors import InvalidInput
from bursar.domain.mapping import Candidate, MappingState, Suggestion
from bursar.store.models import AuditEntry
from bursar.usecases.kept_records import KeptTargets
from bursar.usecases.mapping_by_hand import Deed, change_one
from bursar.usecases.mappings import Kind, Proposal, accept, change_state, import_with
from tests.web.mapping.kept import companies, offer, organization, state_of
from tests.web.visitors import a_connection

pytestmark = pytest.mark.django_db


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("number").values_list("action", flat=True))


def test_a_change_of_state_is_told_once_and_no_change_not_at_all() -> None:
    connection = a_connection()
    row = offer(connection, "Office", 11)
    change_state(connection, Kind.OFFER, "Office", MappingState.EXCLUDED)
    change_state(connection, Kind.OFFER, "Office", MappingState.EXCLUDED)
    assert state_of(row) == ("excluded", [])
    entry = AuditEntry.objects.get()
    assert (entry.before, entry.after) == (
        {"state": "mapped", "product": " (11)"},
        {"state": "excluded", "product": ""},
    )


def test_accepting_is_one_entry_with_its_count() -> None:
    connection = a_connection()
    rows = [organization(connection, name) for name in "AB"]
    found = Suggestion(Candidate(1, "X", "X"), 1.0, exact=True)
    assert (
        accept(connection, [Proposal(Kind.ORGANIZATION, row.organization_id, row.name, [found]) for row in rows]) == 2
    )
    assert AuditEntry.objects.get().after == {"mapped": 2}
    assert accept(connection, []) == 0
    assert actions() == ["exact mappings accepted"]


def test_an_import_is_one_entry_and_a_refused_one_none() -> None:
    connection = a_connection()
    companies(connection)
    row = organization(connection, "A")
    head = "kind,id,state,target_id\n"
    import_with(connection, KeptTargets(connection), io.StringIO(f"{head}organization,id-A,mapped,999\n"))
    assert actions() == []
    import_with(connection, KeptTargets(connection), io.StringIO(f"{head}organization,id-A,mapped,2\n"))
    assert actions() == ["mappings imported"]
    assert state_of(row) == ("mapped", [2])


def test_an_offer_has_one_product() -> None:
    row = offer(a_connection(), "Office")
    two = [Candidate(11, "a", "A"), Candidate(12, "b", "B")]
    with pytest.raises(InvalidInput, match=r"Nothing was chosen\."):
        change_one(row, Deed.MAP, two, shown="unmapped:")
    assert state_of(row) == ("unmapped", [])
