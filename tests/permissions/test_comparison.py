"""Needed against granted: a pure comparison, box by box (rule 11)."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.domain.permissions import (
    ENABLED,
    NEEDS,
    NOT_ASKED,
    TABLE_SETUP,
    Act,
    Box,
    Grant,
    Journey,
    Level,
    Permission,
    RoleGrants,
    Source,
    Verdict,
    boxes_for,
    compare,
)
from tests.conftest import shared_folder

AGREEMENTS = Permission("Finance", "Agreements")
journeys = st.frozensets(st.sampled_from(Journey))
grants = st.builds(Grant, st.none() | st.sampled_from(Level), st.text(max_size=5))
roles = st.builds(
    RoleGrants,
    st.text(max_size=8),
    st.sampled_from(Source),
    st.dictionaries(st.sampled_from(list(NEEDS)), grants),
)


@given(roles, journeys)
def test_every_needed_box_has_one_finding_and_no_other_has(granted: RoleGrants, enabled: frozenset[Journey]) -> None:
    report = compare(granted, enabled)
    assert [finding.box for finding in report.findings] == [b for b, who in NEEDS.items() if who & enabled]
    assert all(finding.journeys == NEEDS[finding.box] & enabled for finding in report.findings)


@given(roles, journeys)
def test_only_all_is_enough_and_nobody_guesses(granted: RoleGrants, enabled: frozenset[Journey]) -> None:
    for finding in compare(granted, enabled).findings:
        level = granted.grants.get(finding.box, Grant(None)).level
        assert (finding.verdict is Verdict.GRANTED) is (level in (Level.ALL, Level.SOME))
        assert (finding.verdict is Verdict.MISSING) is (level in (Level.NONE, Level.MY))
        assert (finding.verdict is Verdict.UNKNOWN) is (level is None)
        assert bool(finding.remedy) is (finding.verdict is not Verdict.GRANTED)


@given(roles, journeys, journeys)
def test_more_journeys_never_need_less(granted: RoleGrants, some: frozenset[Journey], more: frozenset[Journey]) -> None:
    few, many = compare(granted, some), compare(granted, some | more)
    assert {finding.box for finding in few.missing} <= {finding.box for finding in many.missing}


@given(roles, journeys, st.sampled_from(list(NEEDS)))
def test_ticking_a_box_never_makes_another_one_missing(
    granted: RoleGrants, enabled: frozenset[Journey], box: Box
) -> None:
    ticked = RoleGrants(granted.role, granted.source, {**granted.grants, box: Grant(Level.ALL)})
    before = {finding.box for finding in compare(granted, enabled).missing}
    assert {finding.box for finding in compare(ticked, enabled).missing} == before - {box}


def test_the_remedy_says_which_box_to_tick() -> None:
    box = Box(AGREEMENTS, Act.ADD)
    where = "In ConnectWise, System > Security Roles > "
    assert box.remedy("Sync") == f"{where}Sync: Finance > Agreements: set Add to All"
    assert box.remedy("") == f"{where}the role of the API member: Finance > Agreements: set Add to All"
    table = Box(TABLE_SETUP, Act.INQUIRE, "Invoicing / Billing Terms")
    expected = f"{where}Sync: System > Table Setup > Customize: allow access to Invoicing / Billing Terms"
    assert table.remedy("Sync") == expected


def test_what_was_not_asked_for_is_unknown() -> None:
    report = compare(RoleGrants("Sync", Source.PROBES, {}))
    assert {finding.reason for finding in report.findings} == {NOT_ASKED}
    assert report.missing == []
    assert len(report.unknown) == len(report.findings) == len(boxes_for(ENABLED))


def test_billing_is_enabled_and_needs_agreements() -> None:
    assert {Journey.BILLING, Journey.ORGANIZATIONS} == ENABLED
    acts = {box.act for box in boxes_for(ENABLED) if box.permission == AGREEMENTS}
    assert acts == {Act.ADD, Act.EDIT, Act.INQUIRE}
    assert not any(box.act is Act.DELETE for box in boxes_for(ENABLED))


@pytest.mark.shared
def test_the_accounting_journey_is_as_published() -> None:
    folder = shared_folder()
    assert folder is not None
    accounting = {box for box in boxes_for([Journey.ACCOUNTING]) if not box.table}
    assert accounting == published(folder / "reference" / "billing-platforms.md")
    tables = {box.table for box in boxes_for([Journey.ACCOUNTING]) if box.table}
    assert tables == {"General Ledger / GL Accounts", "Invoicing / Billing Terms"}


def published(page: Path) -> set[Box]:
    """The boxes that stand at All in the table of section 3.2."""
    section = page.read_text(encoding="utf-8").split("### 3.2 ")[1].split("###")[0]
    found: set[Box] = set()
    for line in re.findall(r"^\| (.*) \|$", section, re.MULTILINE):
        module, names, *levels = (cell.strip() for cell in line.split(" | "))
        for name in re.sub(r"\(.*\)", "", names).split(","):
            acts = (act for act, level in zip(Act, levels, strict=False) if level == "All")
            found |= {Box(Permission(module, name.strip()), act) for act in acts}
    return found
