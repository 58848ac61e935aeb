"""What people agreed to, against what would be written (design: preview, then post; rule 88)."""

from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from bursar.domain.additions.planner import plan_company
from bursar.domain.additions.situation import MappedLine
from bursar.domain.agreed import Agreed, fingerprint_of, identity_of, restrict, with_belongings, withheld
from bursar.domain.plan import Action, Change, Plan, Resource
from tests.domain.additions.histories import UNHURRIED
from tests.domain.additions.situations import Mess, messes
from tests.domain.samples import FEB


def plan_of(mess: Mess) -> Plan:
    situation = mess.psa.situation(FEB, mess.lines, complete=mess.complete, confirmed=mess.confirmed)
    return plan_company(situation, mess.settings)


def agreed_to(change: Change) -> Agreed:
    is_agreement = change.resource is Resource.AGREEMENT
    return Agreed(
        identity_of(change),
        fingerprint_of(change),
        change.key,
        None if is_agreement else change.parent_id,
        change.parent_key or "",
    )


def chosen_of(plan: Plan, keys: Collection[str]) -> list[Agreed]:
    needs = {c.key: [*c.needs, *([c.parent_key] if c.parent_key else [])] for c in plan.writes}
    parents = {c.parent_key for c in plan.writes if c.parent_key}
    wanted = with_belongings(keys, needs, parents)
    return [agreed_to(change) for change in plan.writes if change.key in wanted]


def writes(plan: Plan) -> set[str]:
    return {change.key for change in plan.writes}


@given(messes())
@settings(UNHURRIED, max_examples=150)
def test_who_agrees_to_everything_gets_the_plan_as_it_was_shown(mess: Mess) -> None:
    plan = plan_of(mess)
    outcome = restrict(plan, chosen_of(plan, writes(plan)), {})
    assert (outcome.plan, outcome.left_out) == (plan, 0)


@given(messes())
@settings(UNHURRIED, max_examples=100)
def test_nothing_is_written_that_nobody_agreed_to(mess: Mess) -> None:
    plan = plan_of(mess)
    outcome = restrict(plan, [], {})
    assert outcome.plan.writes == []
    assert outcome.left_out == sum(len(change.lines) for change in plan.writes)
    assert list(outcome.plan.changes) == [c for c in plan.changes if not c.writes]


@given(messes(), st.data())
@settings(UNHURRIED, max_examples=200)
def test_a_selection_first_and_the_rest_later_leave_nothing_to_do(mess: Mess, data: st.DataObject) -> None:
    """Done-when 5 of the billing month: no double, no gap, whatever was chosen first."""
    shown = plan_of(mess)
    blocked = {line_id for item in shown.blocked for line_id in item.lines}
    first = [key for key in sorted(writes(shown)) if data.draw(st.booleans())]
    chosen = chosen_of(shown, first)
    mess.psa.post(restrict(shown, chosen, {}).plan, mess.lines)
    made = {agreement_key: agreement.id for agreement_key, agreement in _agreements(shown, mess).items()}
    rest = [item for item in chosen_of(shown, writes(shown)) if item not in chosen]
    second = restrict(plan_of(mess), rest, made).plan
    mess.psa.post(second, mess.lines)
    held = {line_id for item in second.blocked for line_id in item.lines}
    again = plan_of(mess)
    assert [change for change in again.writes if not set(change.lines) & (blocked | held)] == []


def _agreements(shown: Plan, mess: Mess) -> dict[str, object]:
    names = {c.key: c.after["name"] for c in shown.writes if c.resource is Resource.AGREEMENT}
    by_name = {agreement.name: agreement for agreement in mess.psa.agreements.values()}
    return {key: by_name[name] for key, name in names.items() if name in by_name}


@given(messes(), st.data())
@settings(UNHURRIED, max_examples=150)
def test_what_is_another_change_by_now_is_held_back(mess: Mess, data: st.DataObject) -> None:
    """Whatever happened to lines in between, only what was shown is written."""
    shown = plan_of(mess)
    agreed = chosen_of(shown, writes(shown))
    seen = {(item.identity, item.fingerprint) for item in agreed}
    cheaper = [
        replace(
            item, line=replace(item.line, unit_price=item.line.unit_price + Decimal("0.5"), total=item.line.total + 1)
        )
        if data.draw(st.booleans())
        else item
        for item in mess.lines
    ]
    now = plan_of(mess._replace(lines=cheaper))
    outcome = restrict(now, agreed, {})
    assert {(identity_of(c), fingerprint_of(c)) for c in outcome.plan.writes} <= seen
    counted = [line_id for c in outcome.plan.changes for line_id in c.lines]
    counted += [line_id for b in outcome.plan.blocked for line_id in b.lines]
    everything = [line_id for c in now.changes for line_id in c.lines] + [i for b in now.blocked for i in b.lines]
    assert len(counted) + outcome.left_out == len(everything)


def _dearer(item: MappedLine) -> MappedLine:
    line = item.line
    return replace(item, line=replace(line, unit_price=line.unit_price + Decimal("0.5"), total=line.total + 1))


@given(messes())
@settings(UNHURRIED, max_examples=100)
def test_rule_150_a_customer_for_preview_only_is_never_written_to(mess: Mess) -> None:
    plan = plan_of(mess)
    held = withheld(plan, "Contoso")
    assert held.writes == []
    lines = {line_id for change in plan.writes for line_id in change.lines}
    assert lines <= {line_id for blocked in held.blocked for line_id in blocked.lines}


def test_money_is_compared_by_value() -> None:
    change = Change("1/m", Action.CREATE, Resource.ADDITION, {"unit_price": Decimal("5.00"), "marker": "m"})
    assert fingerprint_of(change) == fingerprint_of(replace(change, after={"unit_price": Decimal(5), "marker": "m"}))
    assert fingerprint_of(change) != fingerprint_of(replace(change, after={"unit_price": Decimal(6), "marker": "m"}))
    assert fingerprint_of(change) != fingerprint_of(replace(change, after={"unit_price": None, "marker": "m"}))


def test_an_ending_brings_what_follows_it() -> None:
    needs = {"create": ["end"], "add": ["agreement"], "other": ["agreement"]}
    assert with_belongings(["end"], needs, {"agreement"}) == {"end", "create"}
    assert with_belongings(["add"], needs, {"agreement"}) == {"add", "agreement"}
    assert with_belongings(["agreement"], needs, {"agreement"}) == {"agreement"}
