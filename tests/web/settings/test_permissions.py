"""Settings › Permissions and the set-up guide: who may run the check, and what the page says (rule 11)."""

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from bursar.domain.permissions import NEEDS
from bursar.domain.roles import Role
from bursar.domain.setup_guide import STEPS
from bursar.store.models import AuditEntry, Connection, PermissionCheck
from psa_sandbox.control.faults import Fault
from tests.web.settings.place import Place, words

HTMX = {"HX-Request": "true"}
QUERIES = 6
"""The session and the person, the connection, all connections, the last check, whether there are books."""


@pytest.mark.parametrize("role", Role)
def test_everybody_sees_what_is_needed(place: Place, role: Role) -> None:
    text = words(place.client(role).get(place.url("permissions")))
    assert "have not been checked yet" in text
    for box in NEEDS:
        assert (box.table or box.permission.name) in text
    assert "In ConnectWise" not in text
    assert place.asked() == 0


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMINISTRATOR])
def test_operators_run_the_check_and_viewers_see_the_result(place: Place, role: Role) -> None:
    place.forbid("Agreements")
    before = place.sandbox.store.dump()["tables"]
    answer = place.client(role).post(place.url("check-permissions"), {"member": ""}, headers=HTMX)
    assert answer.status_code == 200
    assert "<html" not in answer.content.decode()
    remedy = (
        "In ConnectWise, System > Security Roles > the role of the API member: Finance > Agreements: set Inquire to All"
    )
    for text in (words(answer), words(place.client(Role.VIEWER).get(place.url("permissions")))):
        assert "1 permission missing." in text
        assert remedy in text
        assert "Set Inquire to All" in text
        assert f"by {role}@cedarpoint.example" in text
    assert place.sandbox.store.dump()["tables"] == before


def test_a_viewer_cannot_run_it_and_a_stranger_sees_nothing(place: Place) -> None:
    viewer = place.client(Role.VIEWER)
    assert "Check permissions" not in words(viewer.get(place.url("permissions")))
    assert viewer.post(place.url("check-permissions")).status_code == 403
    for route in ("permissions", "guide", "check-permissions"):
        assert place.client(None).get(place.url(route)).status_code == 302
    assert place.client(None).post(place.url("check-permissions")).status_code == 302
    assert place.asked() == 0
    assert not PermissionCheck.objects.exists()


def test_progress_is_told_while_connectwise_is_asked(place: Place) -> None:
    page = place.client(Role.OPERATOR).get(place.url("permissions")).content.decode()
    assert f'hx-post="{place.url("check-permissions")}"' in page
    assert 'hx-indicator="#checking"' in page
    assert "Asking ConnectWise about each permission." in page.split('id="checking"')[1]


def test_asking_needs_a_post(place: Place) -> None:
    assert place.client(Role.OPERATOR).get(place.url("check-permissions")).status_code == 405
    assert place.asked() == 0


def test_without_scripts_it_ends_on_the_page(place: Place) -> None:
    answer = place.client(Role.OPERATOR).post(place.url("check-permissions"), {"member": ""}, follow=True)
    assert answer.redirect_chain == [(place.url("permissions"), 302)]
    assert "Everything that Bursar needs is granted." in words(answer)


def test_a_failure_leaves_the_last_result(place: Place) -> None:
    operator = place.client(Role.OPERATOR)
    operator.post(place.url("check-permissions"), {"member": ""})
    answer = operator.post(place.url("check-permissions"), {"member": "api-admin-9"}, headers=HTMX)
    assert "Everything that Bursar needs is granted." in words(answer)  # members are hidden from this role
    place.sandbox.faults.arm(Fault("expired_key"))
    for headers in ({}, HTMX):
        text = words(operator.post(place.url("check-permissions"), {"member": ""}, headers=headers))
        assert "ConnectWise refuses these keys." in text
        assert "Everything that Bursar needs is granted." in text
    assert place.again().state == Connection.State.NOT_CONNECTED


def test_the_member_is_remembered_and_the_check_is_on_record(place: Place) -> None:
    operator = place.client(Role.OPERATOR)
    operator.post(place.url("check-permissions"), {"member": "bursar-billing"})
    assert 'value="bursar-billing"' in operator.get(place.url("permissions")).content.decode()
    entry = AuditEntry.objects.get(action="permissions checked")
    assert (entry.actor, entry.connection) == ("operator@cedarpoint.example", "main")
    assert entry.after == {"role": "", "source": "probes", "missing": [], "unknown": []}


def test_a_disconnected_connection_is_not_asked(place: Place) -> None:
    Connection.objects.update(state=Connection.State.DISCONNECTED, url="", public_key="", sealed_private_key="")
    operator = place.client(Role.OPERATOR)
    text = words(operator.get(place.url("permissions")))
    assert "This connection has no credentials." in text
    assert operator.post(place.url("check-permissions"), {"member": ""}, headers=HTMX).status_code == 200
    assert place.asked() == 0


def test_the_page_needs_few_queries(place: Place) -> None:
    operator = place.client(Role.OPERATOR)
    operator.post(place.url("check-permissions"), {"member": ""})
    with CaptureQueriesContext(database) as queries:
        operator.get(place.url("permissions"))
    assert len(queries) <= QUERIES, "\n".join(query["sql"][:70] + " ... " + query["sql"][-60:] for query in queries)


@pytest.mark.parametrize("role", Role)
def test_the_guide_tells_every_step(place: Place, role: Role) -> None:
    text = words(place.client(role).get(place.url("guide")))
    for step in STEPS:
        assert step.title in text
        assert all(" ".join(each.text.split()) in text for each in step.instructions)
    assert "Save, not Save & Close" in text
    assert "Invoicing / Billing Terms" in text
