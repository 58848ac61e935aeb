"""What each role of the sandbox grants, read from its settings and found out by probes."""

import httpx2
import pytest

from bursar.connectors.connectwise.permission_probes import TABLES
from bursar.connectors.connectwise.permissions import NO_ROW, NOT_THIS_ROLE
from bursar.domain.errors import NotFound, WrongKey
from bursar.domain.lists import ListKind
from bursar.domain.permissions import (
    ENABLED,
    NEEDS,
    TABLE_SETUP,
    Act,
    Box,
    Grant,
    Journey,
    Level,
    Permission,
    PermissionReport,
    Source,
    boxes_for,
    compare,
)
from psa_sandbox.control.faults import Fault
from psa_sandbox.server import Sandbox
from tests.connectors.connectwise.scripted_site import ScriptedSite, fault
from tests.permissions.conftest import Connect, row_of, set_levels

AGREEMENTS = Permission("Finance", "Agreements")
EVERY_BOX = boxes_for(ENABLED)
MISSING = {
    "Admin": set[str](),
    "Bursar Billing": set[str](),
    "Bursar Accounting": {
        "Companies > Contacts: Inquire",
        "Finance > Agreements: Add",
        "Finance > Agreements: Edit",
        "Finance > Agreements: Inquire",
    },
    "Read Only": {"Finance > Agreements: Add", "Finance > Agreements: Edit"},
    "No Agreements": {"Finance > Agreements: Add", "Finance > Agreements: Edit", "Finance > Agreements: Inquire"},
}
MEMBERS = {
    "Admin": "api-admin",
    "Bursar Billing": "bursar-billing",
    "Bursar Accounting": "bursar-acct",
    "Read Only": "read-only",
    "No Agreements": "no-agreements",
}
LOOKING_IN = ("Member Maintenance", "Security Roles")


def missing(report: PermissionReport) -> set[str]:
    assert report.unknown == []
    return {str(finding.box) for finding in report.missing}


@pytest.mark.parametrize("role", MISSING)
def test_probes_find_what_is_missing_and_change_nothing(connect: Connect, sandbox: Sandbox, role: str) -> None:
    before = sandbox.store.dump()["tables"]
    granted = connect(role).granted(EVERY_BOX)
    assert (granted.role, granted.source) == ("", Source.PROBES)
    assert missing(compare(granted)) == MISSING[role]
    assert sandbox.store.dump()["tables"] == before
    assert {grant.level for grant in granted.grants.values()} <= {Level.SOME, Level.NONE}


@pytest.mark.parametrize("role", MISSING)
def test_settings_say_the_same(connect: Connect, sandbox: Sandbox, role: str) -> None:
    for row in LOOKING_IN:
        set_levels(sandbox, role, row, inquireLevel="All")
    granted = connect(role).granted(EVERY_BOX, MEMBERS[role])
    assert (granted.role, granted.source) == (role, Source.SETTINGS)
    assert missing(compare(granted)) == MISSING[role]
    assert not any(entry.method != "GET" for entry in sandbox.journal.entries())


@pytest.mark.parametrize("hidden", LOOKING_IN)
def test_a_role_that_may_not_look_in_is_probed(connect: Connect, sandbox: Sandbox, hidden: str) -> None:
    for row in LOOKING_IN:
        set_levels(sandbox, "Bursar Billing", row, inquireLevel="None" if row == hidden else "All")
    granted = connect("Bursar Billing").granted(EVERY_BOX, "bursar-billing")
    assert granted.source is Source.PROBES
    assert granted.role == ("" if hidden == "Member Maintenance" else "Bursar Billing")
    assert missing(compare(granted)) == set()


def test_my_is_not_enough_where_it_can_be_told(connect: Connect, sandbox: Sandbox) -> None:
    for row in LOOKING_IN:
        set_levels(sandbox, "Bursar Billing", row, inquireLevel="All")
    set_levels(sandbox, "Bursar Billing", "Agreements", editLevel="My")
    psa = connect("Bursar Billing")
    edit = Box(AGREEMENTS, Act.EDIT)
    assert psa.granted(EVERY_BOX, "bursar-billing").grants[edit] == Grant(Level.MY)
    assert psa.granted(EVERY_BOX).grants[edit] == Grant(Level.SOME)


@pytest.mark.parametrize("row", ["Company Maintenance", "Contacts", "Product Catalog", "My Company", "Agreements"])
def test_one_box_less_is_one_finding_more(connect: Connect, sandbox: Sandbox, row: str) -> None:
    set_levels(sandbox, "Bursar Billing", row, inquireLevel="None")
    found = missing(compare(connect("Bursar Billing").granted(EVERY_BOX)))
    assert {box.split(" > ")[1] for box in found} == {f"{row}: Inquire"}


def test_without_table_setup_no_table_can_be_read(connect: Connect, sandbox: Sandbox) -> None:
    set_levels(sandbox, "Bursar Billing", "Table Setup", inquireLevel="None")
    found = missing(compare(connect("Bursar Billing").granted(EVERY_BOX)))
    tables = {str(box) for box in EVERY_BOX if box.permission.name == "Table Setup"}
    assert found == tables
    assert len(tables) == 10


def test_a_table_that_is_not_allowed_is_named() -> None:
    """Customize leaves one table out; the sandbox does not model that, so the answers are written here."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/billingTerms"):
            return fault(403, "Security", "You do not have security permission to perform this action.")
        return httpx2.Response(200, json=[])

    boxes = [box for box in EVERY_BOX if box.permission == TABLE_SETUP]
    report = compare(ScriptedSite(answer).connect().granted(boxes), [Journey.BILLING])
    assert [finding.box.table for finding in report.missing] == ["Invoicing / Billing Terms"]
    assert "Customize: allow access to Invoicing / Billing Terms" in report.missing[0].remedy


def test_a_table_that_cannot_be_read_is_unknown(connect: Connect, sandbox: Sandbox) -> None:
    psa = connect("Bursar Billing")
    sandbox.faults.arm(Fault("500", route="/finance/billingTerms$"))
    report = compare(psa.granted(EVERY_BOX))
    assert [finding.box.table for finding in report.unknown] == ["Invoicing / Billing Terms"]
    assert "allow access to Invoicing / Billing Terms" in report.unknown[0].remedy
    assert report.missing == []


def test_a_member_that_does_not_exist(connect: Connect) -> None:
    with pytest.raises(NotFound, match="Member ID nobody") as caught:
        connect("Admin").granted(EVERY_BOX, "nobody")
    assert "API Members" in caught.value.remedy


def test_the_member_of_other_keys_is_noticed(connect: Connect, sandbox: Sandbox) -> None:
    """The keys of a role without Agreements, the Member ID of the administrator."""
    for row in LOOKING_IN:
        set_levels(sandbox, "No Agreements", row, inquireLevel="All")
    report = compare(connect("No Agreements").granted(EVERY_BOX, "api-admin"))
    assert [(str(f.box), f.reason) for f in report.unknown] == [("Finance > Agreements: Inquire", NOT_THIS_ROLE)]


def test_a_member_with_less_than_the_keys_is_noticed_too(connect: Connect) -> None:
    report = compare(connect("Admin").granted(EVERY_BOX, "bursar-acct"))
    doubtful = {str(finding.box) for finding in report.unknown if finding.reason == NOT_THIS_ROLE}
    assert doubtful == {"Companies > Contacts: Inquire", "Finance > Agreements: Inquire"}


def test_a_member_of_the_staff_may_own_the_keys(connect: Connect) -> None:
    granted = connect("Admin").granted(EVERY_BOX, "dmorgan")
    assert (granted.role, granted.source) == ("Admin", Source.SETTINGS)


def test_a_row_that_the_role_does_not_have_is_unknown(connect: Connect, sandbox: Sandbox) -> None:
    for row in LOOKING_IN:
        set_levels(sandbox, "Bursar Billing", row, inquireLevel="All")
    sandbox.store.delete("securityRoleSetting", int(str(row_of(sandbox, "Bursar Billing", "Contacts")["id"])))
    box = Box(Permission("Companies", "Contacts"), Act.INQUIRE)
    assert connect("Bursar Billing").granted(EVERY_BOX, "bursar-billing").grants[box] == Grant(None, NO_ROW)


def test_an_administrators_role_is_not_limited_by_its_settings(connect: Connect, sandbox: Sandbox) -> None:
    set_levels(sandbox, "Admin", "Agreements", addLevel="None", editLevel="My", inquireLevel="None")
    granted = connect("Admin").granted(EVERY_BOX, "api-admin")
    assert {grant.level for box, grant in granted.grants.items() if not box.table} == {Level.ALL}


def test_an_inactive_role_grants_nothing(connect: Connect, sandbox: Sandbox) -> None:
    role = sandbox.store.rows("securityRole", name="Read Only")[0]
    sandbox.store.replace("securityRole", int(str(role["id"])), {**role, "inactiveFlag": True}, by="dmorgan")
    member = sandbox.store.rows("apiMember", identifier="read-only")[0]
    granted = connect("Admin").granted([Box(AGREEMENTS, Act.ADD)], str(member["identifier"]))
    assert granted.grants[Box(AGREEMENTS, Act.ADD)] == Grant(Level.NONE, "The role is inactive.")


def test_keys_that_are_refused_end_the_check(connect: Connect, sandbox: Sandbox) -> None:
    psa = connect("Bursar Billing")
    sandbox.faults.arm(Fault("expired_key"))
    with pytest.raises(WrongKey):
        psa.granted(EVERY_BOX)


@pytest.mark.parametrize(("method", "box"), [("POST", Act.ADD), ("PATCH", Act.EDIT)])
def test_a_lost_answer_is_unknown_and_is_not_repeated(
    connect: Connect, sandbox: Sandbox, method: str, box: Act
) -> None:
    psa = connect("Bursar Billing")
    sandbox.faults.arm(Fault("cut_after", method=method))
    report = compare(psa.granted(EVERY_BOX))
    assert [str(finding.box) for finding in report.unknown] == [f"Finance > Agreements: {box}"]
    assert report.unknown[0].reason
    assert sum(entry.method == method for entry in sandbox.journal.entries()) == 1


def test_only_two_probes_write_and_both_must_be_refused(connect: Connect, sandbox: Sandbox) -> None:
    connect("Admin").granted(EVERY_BOX)
    writes = [entry for entry in sandbox.journal.entries() if entry.method != "GET"]
    told = {(entry.method, entry.path.rpartition("/3.0")[2], entry.body, entry.status) for entry in writes}
    assert told == {("POST", "/finance/agreements", b"{}", 400), ("PATCH", "/finance/agreements/0", b"[]", 404)}


def test_the_accounting_journey_through_settings(connect: Connect, sandbox: Sandbox) -> None:
    """What only a write could tell stays unknown: nothing is guessed."""
    boxes = [box for box in NEEDS if not box.table]
    for row in LOOKING_IN:
        set_levels(sandbox, "Bursar Accounting", row, inquireLevel="All")
    granted = connect("Bursar Accounting").granted(boxes, "bursar-acct")
    report = compare(granted, [Journey.ACCOUNTING])
    assert (
        missing(PermissionReport(report.role, report.source, [f for f in report.findings if not f.box.table])) == set()
    )
    probed = compare(connect("Bursar Accounting").granted(boxes), [Journey.ACCOUNTING])
    unknown = {str(finding.box) for finding in probed.unknown if not finding.box.table}
    assert "Finance > Accounting Interface: Add" in unknown
    looked_at = {"Procurement > Purchase Orders: Inquire", "Finance > Invoicing: Edit", "Finance > Invoicing: Inquire"}
    assert not unknown & looked_at
    assert probed.missing == []


def test_creating_products_can_be_probed(connect: Connect, sandbox: Sandbox) -> None:
    before = sandbox.store.dump()["tables"]
    catalog = boxes_for([Journey.PRODUCTS])
    assert missing(compare(connect("Admin").granted(catalog), [Journey.PRODUCTS])) == set()
    expected = {"Procurement > Product Catalog: Add", "Procurement > Product Catalog: Edit"}
    assert missing(compare(connect("Bursar Billing").granted(catalog), [Journey.PRODUCTS])) == expected
    assert sandbox.store.dump()["tables"] == before


def test_an_empty_agreement_that_is_taken_after_all_is_told() -> None:
    """No ConnectWise is known to do so; should one, a person must hear of the record."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(201, json={"id": 7}) if request.method == "POST" else httpx2.Response(200, json=[])

    box = Box(AGREEMENTS, Act.ADD)
    grant = ScriptedSite(answer).connect().granted([box]).grants[box]
    assert grant.level is Level.SOME
    assert "Look for it there and delete it" in grant.reason


def test_every_table_of_the_domain_has_a_list() -> None:
    assert {box.table for box in NEEDS if box.table} == set(TABLES)


def test_the_connection_test_writes_nothing(connect: Connect, sandbox: Sandbox) -> None:
    psa = connect("Bursar Billing")
    psa.info()
    for kind in ListKind:
        psa.choices(kind)
    assert {entry.method for entry in sandbox.journal.entries()} == {"GET"}
