"""Loading is idempotent, keeps overrides, never alters posted lines, and loses nothing (rules 53-57)."""

from dataclasses import replace
from decimal import Decimal

from bursar.domain.lines import RejectedRow
from bursar.store.models import Rejection
from bursar.store.queries.lines import line_of
from bursar.usecases.edit_lines import accept_change, edit_line
from tests.usecases.world import OCTOBER, World, make_line

BAD = RejectedRow(7, "total is missing", "Fill in the total.", "a,b,c")


def test_rule_56_loading_the_same_lines_twice_changes_nothing(world: World) -> None:
    lines = [make_line(n) for n in range(1, 6)]
    assert world.load(lines, digest="same").load.added == 5
    again = world.load(lines, digest="same")
    assert (again.load.added, again.load.unchanged, again.load.refreshed) == (0, 5, 0)
    assert again.same_as is not None


def test_rule_56_a_corrected_file_refreshes_unposted_and_flags_posted_lines(world: World) -> None:
    lines = [make_line(n) for n in range(1, 5)]
    world.load(lines)
    world.map_exactly()
    company = world.store.rows("company", identifier="CUST00001")[0]["id"]
    world.post(company_ids=frozenset({company}))
    corrected = [replace(line, quantity=Decimal(11), total=Decimal("126.50")) for line in lines]
    report = world.load(corrected)
    assert (report.load.refreshed, report.load.changed_since_posting) == (3, 1)
    assert line_of(world.line("L00001")).total == Decimal("115.00")
    assert line_of(world.line("L00002")).total == Decimal("126.50")
    blocked = world.post()
    assert blocked.counts["blocked"] == 1
    assert blocked.held["USD"] == Decimal("115.00")
    assert blocked.reconciliation.verdict == "balanced"


def test_rule_56_lines_that_vanished_from_a_corrected_file_are_marked_and_come_back(world: World) -> None:
    lines = [make_line(n) for n in range(1, 6)]
    world.load(lines)
    assert world.load(lines[:4]).load.vanished == 1
    assert world.line("L00005").vanished
    assert world.load(lines).load.vanished == 0
    assert not world.line("L00005").vanished


def test_rule_57_overrides_survive_a_reload(world: World) -> None:
    world.load([make_line(1)])
    edit_line(world.connection, "L00001", {"company": 3, "approve": True})
    world.load([make_line(1, quantity=Decimal(5), total=Decimal("57.50"))])
    row = world.line("L00001")
    assert (row.set_company_id, row.approved, row.quantity) == (3, True, Decimal(5))


def test_a_file_that_lacks_many_known_lines_is_taken_for_a_part(world: World) -> None:
    lines = [make_line(n) for n in range(1, 11)]
    world.load(lines)
    report = world.load(lines[:4])
    assert report.taken_as_part
    assert (report.load.vanished, report.load.complete) == (0, False)
    assert world.load(lines[:4], whole=True).load.vanished == 6


def test_rejected_rows_are_kept_and_the_month_is_not_complete(world: World) -> None:
    report = world.load([make_line(1), BAD, make_line(2)])
    assert (report.load.added, report.load.rejected, report.load.complete) == (2, 1, False)
    assert Rejection.objects.get(load=report.load).row_number == 7


def test_a_line_whose_row_is_rejected_now_does_not_vanish(world: World) -> None:
    world.load([make_line(1), make_line(2), make_line(3), make_line(4)])
    assert world.load([make_line(1), make_line(2), make_line(3), BAD], whole=True).load.vanished == 0


def test_a_change_of_a_posted_line_can_be_accepted(world: World) -> None:
    world.load([make_line(1)])
    world.map_exactly()
    world.post()
    changed = make_line(1, quantity=Decimal(11), total=Decimal("126.50"))
    world.load([changed])
    (addition,) = world.additions()
    world.store.replace(
        "addition",
        int(str(addition["id"])),
        addition | {"quantity": Decimal(11), "extPrice": Decimal("126.50")},
        by="person",
    )
    accept_change(world.connection, "L00001")
    report = world.post(OCTOBER)
    assert (report.counts["leave"], report.counts["blocked"]) == (1, 0)
    assert report.reconciliation.verdict == "balanced"
