"""Lines edited by people: precedence, refusals, two editors at once, bulk, the audit trail (rules 63-72, 97, 123)."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from bursar.domain.errors import InvalidInput
from bursar.domain.lists import ListKind
from bursar.store.models import AuditEntry, Line, ListEntry, ListReading, Organization, OrganizationCompany
from bursar.store.queries.line_list import LineStatus, listed_line
from bursar.usecases.acting import Actor, acting_as
from bursar.usecases.agreement_choices import AgreementChoice, agreement_choices, chosen_agreement, company_of, fits_all
from bursar.usecases.billing_settings import set_billing_setting
from bursar.usecases.derived_lines import derived_of, rules_of
from bursar.usecases.edit_lines import (
    EditReport,
    OverrideValue,
    accept_change,
    edit_line,
    edit_many,
    reset_line,
    reset_many,
    version_of,
)
from bursar.usecases.line_targets import line_targets
from bursar.usecases.refusals import ChangedMeanwhile
from bursar.usecases.select_lines import Selection, select_lines
from psa_sandbox.state.record import number
from tests.usecases.world import OCTOBER, World, make_line

L1 = "L00001"
ANNA, BEN = Actor("anna@example.com", "web"), Actor("ben@example.com", "web")
BLOCKED = {"blocked_code": "possible_duplicate", "blocked_reason": "There is one.", "blocked_remedy": "Say which."}


def choice(agreement_id: int, company_id: int, currency: str | None = "USD") -> AgreementChoice:
    return AgreementChoice(agreement_id, f"Agreement {agreement_id}", company_id, currency=currency)


def entries() -> list[tuple[str, str]]:
    return [
        (entry.action, entry.subject) for entry in AuditEntry.objects.filter(action__contains="line").order_by("id")
    ]


def newest() -> AuditEntry:
    found = AuditEntry.objects.first()
    assert found is not None
    return found


def company_id(world: World, number_: int = 1) -> int:
    return number(world.store.rows("company", identifier=f"CUST{number_:05}")[0], "id")


def add_agreement(world: World, name: str, company: int, **changes: object) -> int:
    known = world.store.rows("company", id=company)[0]
    record = {
        "name": name,
        "company": {"id": company},
        "contact": known["defaultContact"],
        "type": {"id": 1},
        "billingCycle": {"id": 1},
        "startDate": "2025-01-01T00:00:00Z",
        "agreementStatus": "Active",
    }
    return number(world.store.insert("agreement", record | changes), "id")


@pytest.fixture
def loaded(world: World) -> World:
    world.load([make_line(n) for n in range(1, 6)])
    world.map_exactly()
    return world


def keep_company(world: World, remote_id: int, **facts: object) -> None:
    """As Sync Organizations would: the list was read, and this company is in it."""
    ListReading.objects.update_or_create(
        connection=world.connection, kind=ListKind.COMPANY, defaults={"read_at": datetime(2026, 11, 1).astimezone()}
    )
    ListEntry.objects.create(
        connection=world.connection, kind=ListKind.COMPANY, remote_id=remote_id, name=f"Company {remote_id}", **facts
    )


# Single lines


def test_rule_69_every_field_of_a_line_can_be_set_and_the_audit_tells_before_and_after(loaded: World) -> None:
    values: Mapping[str, OverrideValue] = {
        "company": 7,
        "product": 4,
        "agreement": 31,
        "start": date(2026, 10, 5),
        "end": date(2026, 10, 20),
    }
    with acting_as(ANNA):
        edit_line(loaded.connection, L1, values, agreement=choice(31, 7))
    row = loaded.line(L1)
    assert (row.set_company_id, row.set_product_id) == (7, 4)
    assert (row.set_agreement_id, row.set_agreement_name) == (31, "Agreement 31")
    assert (row.set_charge_start, row.set_charge_end) == (date(2026, 10, 5), date(2026, 10, 20))
    entry = newest()
    assert (entry.actor, entry.action, entry.subject, entry.connection) == (
        ANNA.name,
        "line changed",
        f"line {L1}",
        "main",
    )
    assert entry.before == {
        "company": None,
        "product": None,
        "agreement": None,
        "agreement_name": "",
        "start": None,
        "end": None,
    }
    assert entry.after == {
        "line": L1,
        "company": 7,
        "product": 4,
        "agreement": 31,
        "agreement_name": "Agreement 31",
        "start": "2026-10-05",
        "end": "2026-10-20",
    }


def test_rule_63_what_a_person_sets_beats_a_rule_and_rule_65_taking_it_away_brings_the_rule_back(loaded: World) -> None:
    set_billing_setting(loaded.connection, "end_rule.Cycle Fee", "Last day of invoice month", loaded.psa)
    rules = rules_of(loaded.connection)

    def cancelled() -> date | None:
        return derived_of(listed_line(loaded.line(L1)), rules).cancelled

    assert cancelled() == date(2026, 10, 31)
    edit_line(loaded.connection, L1, {"end": date(2026, 10, 15)})
    assert cancelled() == date(2026, 10, 15)
    edit_line(loaded.connection, L1, {"end": None})
    assert cancelled() == date(2026, 10, 31)


def test_nothing_changed_is_no_entry_and_keeps_the_reason(loaded: World) -> None:
    edit_line(loaded.connection, L1, {"company": 7, "approve": True})
    Line.objects.filter(line_id=L1).update(**BLOCKED)
    before = AuditEntry.objects.count()
    edit_line(loaded.connection, L1, {"company": 7, "approve": True, "product": None})
    assert AuditEntry.objects.count() == before
    assert loaded.line(L1).blocked_code == "possible_duplicate"


@pytest.mark.parametrize("how", ["edit", "bulk", "reset", "reset in bulk"])
def test_a_changed_line_is_not_blocked_any_more(how: str, loaded: World) -> None:
    edit_line(loaded.connection, L1, {"keep_both": True})
    Line.objects.filter(line_id=L1).update(**BLOCKED)
    assert listed_line(loaded.line(L1)).status is LineStatus.BLOCKED
    rows = Line.objects.filter(line_id=L1)
    match how:
        case "edit":
            edit_line(loaded.connection, L1, {"keep_both": False})
        case "bulk":
            edit_many(loaded.connection, rows, {"keep_both": False})
        case "reset":
            reset_line(loaded.connection, L1)
        case _:
            reset_many(loaded.connection, rows)
    row = loaded.line(L1)
    assert (row.blocked_code, row.blocked_reason, row.blocked_remedy) == ("", "", "")
    assert listed_line(row).status is LineStatus.READY


def test_rule_65_a_reset_takes_everything_away_and_is_told(loaded: World) -> None:
    edit_line(
        loaded.connection, L1, {"agreement": 31, "by_hand": True, "adopt": 77}, agreement=choice(31, company_id(loaded))
    )
    row = reset_line(loaded.connection, L1)
    assert (row.set_agreement_id, row.set_agreement_name, row.by_hand, row.adopt) == (None, "", False, None)
    entry = newest()
    assert entry.action == "line reset"
    assert entry.before == {"agreement": 31, "agreement_name": "Agreement 31", "adopt": 77, "by_hand": True}


def test_rule_68_dates_that_exclude_each_other_are_refused_at_once(loaded: World) -> None:
    with pytest.raises(InvalidInput, match="before it starts on 2026-10-10"):
        edit_line(loaded.connection, L1, {"start": date(2026, 10, 10), "end": date(2026, 10, 9)})
    edit_line(loaded.connection, L1, {"end": date(2026, 10, 9)})
    with pytest.raises(InvalidInput, match="before it starts"):
        edit_line(loaded.connection, L1, {"start": date(2026, 10, 10)})
    edit_line(loaded.connection, L1, {"end": None})
    set_billing_setting(loaded.connection, "end_rule.Cycle Fee", "Last day of invoice month", loaded.psa)
    with pytest.raises(InvalidInput, match="end on 2026-10-31, before it starts on 2026-11-02"):
        edit_line(loaded.connection, L1, {"start": date(2026, 11, 2)})
    assert loaded.line(L1).set_charge_start is None


@pytest.mark.parametrize(
    "values",
    [
        {"colour": 1},
        {"company": 0},
        {"company": -3},
        {"agreement": 2**63},
        {"product": True},
        {"adopt": date(2026, 10, 1)},
        {"start": 20261001},
        {"approve": 1},
    ],
)
def test_values_that_cannot_be_are_refused(values: Mapping[str, OverrideValue], loaded: World) -> None:
    with pytest.raises(InvalidInput) as refused:
        edit_line(loaded.connection, L1, values)
    assert refused.value.remedy
    with pytest.raises(InvalidInput):
        edit_many(loaded.connection, Line.objects.all(), values)


def test_an_unknown_line_is_refused(loaded: World) -> None:
    with pytest.raises(InvalidInput, match="no line 'L9'"):
        edit_line(loaded.connection, "L9", {"company": 3})


def test_only_companies_that_may_be_offered_once_the_list_was_read(loaded: World) -> None:
    edit_line(loaded.connection, L1, {"company": 999})
    keep_company(loaded, 7, trait="Active")
    keep_company(loaded, 8, trait="Not Approved")
    keep_company(loaded, 9, gone=True)
    edit_line(loaded.connection, L1, {"company": 7})
    for refused in (8, 9, 10):
        with pytest.raises(InvalidInput, match=f"no company '{refused}'"):
            edit_line(loaded.connection, L1, {"company": refused})
        with pytest.raises(InvalidInput, match=f"no company '{refused}'"):
            edit_many(loaded.connection, Line.objects.all(), {"company": refused})
    ListEntry.objects.filter(remote_id=7).update(gone=True)
    edit_line(loaded.connection, L1, {"company": 7, "approve": True})
    assert loaded.line(L1).approved, "a value that stays is not asked about again"


def test_a_bundle_is_no_product(loaded: World) -> None:
    ListReading.objects.create(
        connection=loaded.connection, kind=ListKind.CATALOG_ITEM, read_at=datetime(2026, 11, 1).astimezone()
    )
    ListEntry.objects.create(
        connection=loaded.connection, kind=ListKind.CATALOG_ITEM, remote_id=5, name="All in one", trait="Bundle"
    )
    with pytest.raises(InvalidInput, match="no product"):
        edit_line(loaded.connection, L1, {"product": 5})


def test_rule_72_posted_lines_keep_everything_but_decisions(loaded: World) -> None:
    loaded.post()
    for name, value in {"company": 3, "start": date(2026, 10, 2), "by_hand": True, "adopt": 4}.items():
        with pytest.raises(InvalidInput, match="has been posted"):
            edit_line(loaded.connection, L1, {name: value})
    with pytest.raises(InvalidInput, match="has been posted"):
        reset_line(loaded.connection, L1)
    row = edit_line(loaded.connection, L1, {"overwrite": True, "post_again": True})
    assert (row.overwrite, row.post_again) == (True, True)


def test_a_line_billed_by_hand_is_left_alone(loaded: World) -> None:
    edit_line(loaded.connection, L1, {"by_hand": True})
    assert listed_line(loaded.line(L1)).status is LineStatus.EXCLUDED
    loaded.post()
    assert loaded.line(L1).link is None
    assert len(loaded.additions()) == 4


def test_rule_102_accepting_a_change_is_told_with_what_the_line_takes_over(loaded: World) -> None:
    loaded.post()
    loaded.load([make_line(1, quantity=Decimal(11), total=Decimal("126.50")), *map(make_line, range(2, 6))])
    shown = version_of(loaded.line(L1))
    accept_change(loaded.connection, L1, shown=shown)
    entry = newest()
    assert entry.action == "change of a posted line accepted"
    assert entry.before is not None
    assert entry.after is not None
    assert (entry.before["total"], entry.after["total"]) == ("115.00", "126.50")
    with pytest.raises(InvalidInput, match="has not changed"):
        accept_change(loaded.connection, L1)


# Agreements


def test_rule_71_choices_are_active_agreements_of_the_company_in_the_currency(loaded: World) -> None:
    company = company_id(loaded)
    dollars = add_agreement(loaded, "Beta", company, currency={"id": 1}, prorateFlag=True)
    euros = add_agreement(loaded, "alpha", company, currency={"id": 3})
    add_agreement(loaded, "Cancelled", company, cancelledFlag=True, agreementStatus="Cancelled")
    add_agreement(loaded, "Expired", company, endDate="2025-12-31T00:00:00Z", agreementStatus="Expired")
    add_agreement(loaded, "Of somebody else", company_id(loaded, 2))
    offered = agreement_choices(loaded.psa, company, "USD")
    assert [found.id for found in offered] == [dollars]
    (found,) = offered
    assert (found.name, found.type_name, found.prorates) == ("Beta", "Cloud Subscriptions", True)
    assert (found.billing_cycle, found.currency, found.company_id) == ("Monthly", "USD", company)
    assert [found.id for found in agreement_choices(loaded.psa, company, None)] == [euros, dollars]
    with pytest.raises(InvalidInput, match="not an active Agreement"):
        chosen_agreement(loaded.psa, company, "USD", euros)


def test_rule_71_an_agreement_of_another_company_or_currency_is_refused(loaded: World) -> None:
    company = company_id(loaded)
    with pytest.raises(InvalidInput, match="does not belong"):
        edit_line(loaded.connection, L1, {"agreement": 31}, agreement=choice(31, company + 1))
    with pytest.raises(InvalidInput, match="in EUR"):
        edit_line(loaded.connection, L1, {"agreement": 31}, agreement=choice(31, company, "EUR"))
    row = edit_line(loaded.connection, L1, {"agreement": 31}, agreement=choice(31, company))
    assert row.set_agreement_name == "Agreement 31"
    row = edit_line(loaded.connection, L1, {"agreement": None})
    assert (row.set_agreement_id, row.set_agreement_name) == (None, "")


def test_another_company_takes_the_chosen_agreement_away_and_says_so(loaded: World) -> None:
    company = company_id(loaded)
    edit_line(loaded.connection, L1, {"agreement": 31}, agreement=choice(31, company))
    row = edit_line(loaded.connection, L1, {"company": company})
    assert row.set_agreement_id == 31, "this is the company that it went to by the mapping"
    row = edit_line(loaded.connection, L1, {"company": company + 1})
    assert (row.set_agreement_id, row.set_agreement_name) == (None, "")
    assert newest().after == {"line": L1, "company": company + 1, "agreement": None, "agreement_name": ""}
    row = edit_line(loaded.connection, L1, {"company": 40, "agreement": 32}, agreement=choice(32, 40))
    assert (row.set_company_id, row.set_agreement_id) == (40, 32)


def test_which_company_a_line_goes_to(loaded: World) -> None:
    line = loaded.line(L1)
    assert company_of(line) == company_id(loaded)
    organization = Organization.objects.get(organization_id=line.organization_id)
    OrganizationCompany.objects.create(organization=organization, company_id=500, company_name="Second")
    with pytest.raises(InvalidInput, match="Nothing says to which company"):
        company_of(line)
    assert line_targets(loaded.connection, [line])[line.pk].company_id is None
    line = edit_line(loaded.connection, L1, {"company": 500})
    assert company_of(line) == 500
    target = line_targets(loaded.connection, [line])[line.pk]
    assert (target.company_id, target.company_name, target.product_identifier) == (500, "Second", "SKU-001")


def test_an_agreement_for_many_lines_is_for_one_company(loaded: World) -> None:
    one, other = company_id(loaded, 1), company_id(loaded, 2)
    agreement = add_agreement(loaded, "Ours", one)
    rows = Line.objects.filter(line_id__in=[L1, "L00002"])
    with pytest.raises(InvalidInput, match="do not all go to one company"):
        fits_all(loaded.psa, loaded.connection, rows, agreement, None)
    assert fits_all(loaded.psa, loaded.connection, rows, agreement, one).id == agreement
    edit_line(loaded.connection, "L00002", {"company": one})
    found = fits_all(loaded.psa, loaded.connection, rows, agreement, None)
    assert (found.id, found.name) == (agreement, "Ours")
    with pytest.raises(InvalidInput, match="not an active Agreement"):
        fits_all(loaded.psa, loaded.connection, rows, agreement, other)


# Two editors


def test_two_people_edit_one_line_the_second_is_told_and_nothing_is_lost(loaded: World) -> None:
    shown = version_of(loaded.line(L1))
    with acting_as(ANNA):
        edit_line(loaded.connection, L1, {"company": 3}, shown=shown)
    with acting_as(BEN), pytest.raises(ChangedMeanwhile) as told:
        edit_line(loaded.connection, L1, {"product": 4}, shown=shown)
    assert (told.value.by, told.value.at) == (ANNA.name, newest().at)
    row = loaded.line(L1)
    assert (row.set_company_id, row.set_product_id) == (3, None)
    with acting_as(BEN):
        edit_line(loaded.connection, L1, {"product": 4}, shown=version_of(row))
    row = loaded.line(L1)
    assert (row.set_company_id, row.set_product_id) == (3, 4)
    with pytest.raises(ChangedMeanwhile):
        reset_line(loaded.connection, L1, shown=shown)


def test_who_saved_in_bulk_is_told_when_the_trail_names_the_line(loaded: World) -> None:
    shown = version_of(loaded.line(L1))
    with acting_as(ANNA):
        edit_many(loaded.connection, Line.objects.filter(line_id=L1), {"approve": True})
    with acting_as(BEN):
        edit_many(loaded.connection, Line.objects.filter(line_id="L00002"), {"approve": True})
        edit_line(loaded.connection, "L00003", {"approve": True})
    with pytest.raises(ChangedMeanwhile) as told:
        edit_line(loaded.connection, L1, {"product": 4}, shown=shown)
    assert told.value.by == ANNA.name


def test_a_load_in_between_is_told_too_and_blamed_on_nobody(loaded: World) -> None:
    with acting_as(ANNA):
        edit_line(loaded.connection, L1, {"company": 3})
    shown = version_of(loaded.line(L1))
    loaded.load([make_line(1, quantity=Decimal(5), total=Decimal("57.50"))])
    with pytest.raises(ChangedMeanwhile) as told:
        edit_line(loaded.connection, L1, {"product": 4}, shown=shown)
    assert (told.value.by, told.value.at) == ("", None)
    assert loaded.line(L1).set_product_id is None


def test_a_version_stands_for_everything_and_for_nothing_else(loaded: World) -> None:
    first = version_of(loaded.line(L1))
    assert version_of(loaded.line(L1)) == first
    Line.objects.filter(line_id=L1).update(**BLOCKED)
    assert version_of(loaded.line(L1)) == first, "a plan that speaks of the line is no edit"
    versions = {first}
    for name, value in {"company": 3, "start": date(2026, 10, 2), "by_hand": True, "adopt": 4}.items():
        edit_line(loaded.connection, L1, {name: value})
        versions.add(version_of(loaded.line(L1)))
    reset_line(loaded.connection, L1)
    assert version_of(loaded.line(L1)) == first
    loaded.post()
    versions.add(version_of(loaded.line(L1)))
    assert len(versions) == 6


# Many lines


def test_rule_70_one_value_for_many_lines_and_posted_ones_stay_as_they_are(loaded: World) -> None:
    edit_line(loaded.connection, "L00003", {"company": 3})
    company = company_id(loaded)
    loaded.post(company_ids=frozenset({company}))
    assert loaded.line(L1).link is not None
    with acting_as(ANNA):
        report = edit_many(loaded.connection, Line.objects.order_by("-total"), {"company": 3})
    assert report == EditReport(changed=3, unchanged=1, refused=1, reasons={"posted already": 1})
    assert [row.set_company_id for row in Line.objects.order_by("line_id")] == [None, 3, 3, 3, 3]
    entry = newest()
    assert (entry.actor, entry.action, entry.subject) == (ANNA.name, "lines changed in bulk", "3 lines")
    named = ["L00002", "L00004", "L00005"]
    assert entry.before == {"values": {line_id: {"company": None} for line_id in named}}
    values = {line_id: {"company": 3} for line_id in named}
    assert entry.after == {"changed": 3, "unchanged": 1, "refused": 1, "lines": named, "values": values}
    assert [action for action, _ in entries()] == ["line changed", "lines changed in bulk"]


def test_lines_that_cannot_take_the_values_are_counted_by_why(loaded: World) -> None:
    company = company_id(loaded)
    loaded.load([make_line(6, organization_id="org-00001", organization_name="Customer 00001", currency="EUR")])
    edit_line(loaded.connection, "L00002", {"company": company, "end": date(2026, 10, 9)})
    values: Mapping[str, OverrideValue] = {"agreement": 31, "start": date(2026, 10, 10)}
    report = edit_many(loaded.connection, Line.objects.all(), values, agreement=choice(31, company))
    assert report.changed == 1
    assert report.reasons == {"would end before it starts": 1, "another company": 3, "another currency": 1}
    assert loaded.line(L1).set_agreement_name == "Agreement 31"


def test_another_company_for_many_takes_their_agreements_away(loaded: World) -> None:
    edit_line(loaded.connection, L1, {"agreement": 31}, agreement=choice(31, company_id(loaded)))
    edit_line(loaded.connection, "L00002", {"company": 900, "agreement": 32}, agreement=choice(32, 900))
    report = edit_many(loaded.connection, Line.objects.all(), {"company": 900})
    assert (report.changed, report.unchanged, report.agreements_taken_away) == (4, 1, 1)
    assert loaded.line(L1).set_agreement_id is None
    assert loaded.line("L00002").set_agreement_id == 32


def test_a_bulk_reset_and_no_entry_for_nothing(loaded: World) -> None:
    edit_many(loaded.connection, Line.objects.all(), {"approve": True, "end": date(2026, 10, 20)})
    report = reset_many(loaded.connection, Line.objects.all())
    assert (report.changed, report.unchanged) == (5, 0)
    before = AuditEntry.objects.count()
    assert reset_many(loaded.connection, Line.objects.all()).unchanged == 5
    assert AuditEntry.objects.count() == before
    assert not Line.objects.exclude(approved=False, set_charge_end=None).exists()


def test_bulk_touches_only_lines_of_its_connection(loaded: World) -> None:
    Line.objects.filter(line_id="L00005").update(connection=_another_connection(loaded))
    report = edit_many(loaded.connection, Line.objects.all(), {"approve": True})
    assert report.changed == 4
    assert not loaded_flag("L00005")


def loaded_flag(line_id: str) -> bool:
    return Line.objects.get(line_id=line_id).approved


def _another_connection(world: World) -> object:
    copy = type(world.connection).objects.get(pk=world.connection.pk)
    copy.pk, copy.name, copy.is_default = None, "second", False
    copy.save()
    return copy


def test_a_large_selection_costs_statements_by_the_chunk_and_its_entry_stays_small(world: World) -> None:
    world.load([make_line(n) for n in range(1, 1203)])
    with CaptureQueriesContext(database) as few:
        edit_many(world.connection, Line.objects.filter(line_id__lte="L00002"), {"approve": True})
    with CaptureQueriesContext(database) as many:
        report = edit_many(world.connection, Line.objects.all(), {"approve": True})
    assert report == EditReport(changed=1200, unchanged=2)
    assert len(many) - len(few) == 2 * 3, "per further chunk: lines, companies, one update"
    entry = newest()
    assert entry.after is not None
    assert entry.before is not None
    assert (entry.after["changed"], len(entry.after["lines"]), len(entry.before["values"])) == (1200, 1000, 50)
    shown = version_of(world.line("L01201"))
    edit_many(world.connection, Line.objects.all(), {"approve": False})
    with pytest.raises(ChangedMeanwhile) as told:
        edit_line(world.connection, "L01201", {"company": 3}, shown=shown)
    assert told.value.by == "", "the trail does not name this one, so nobody is blamed"


# Selections


def test_lines_are_selected_by_id_or_by_what_describes_them(loaded: World) -> None:
    november = make_line(9, invoice_date=date(2026, 11, 30), organization_id="org-00001")
    loaded.load([november])
    edit_line(loaded.connection, "L00002", {"by_hand": True})

    def ids(**wanted: object) -> list[str]:
        keys = select_lines(loaded.connection, Selection(**wanted))
        return list(Line.objects.filter(pk__in=keys).order_by("line_id").values_list("line_id", flat=True))

    assert ids(line_ids=["L00003", L1, L1]) == [L1, "L00003"]
    assert ids(month=OCTOBER) == [f"L0000{n}" for n in range(1, 6)]
    assert ids(organization_id="org-00001") == [L1, "L00009"]
    assert ids(month=OCTOBER, organization_id="org-00001") == [L1]
    assert ids(status=LineStatus.EXCLUDED) == ["L00002"]
    assert ids(status=LineStatus.READY, organization_id="org-00001") == [L1, "L00009"]
    with pytest.raises(InvalidInput, match="no line 'X1', 'X2', 'X3', 'X4', 'X5' and 1 more"):
        ids(line_ids=[L1, *(f"X{n}" for n in range(1, 7))])
    for unclear in ({}, {"line_ids": [L1], "month": OCTOBER}):
        with pytest.raises(InvalidInput, match="which lines"):
            ids(**unclear)
