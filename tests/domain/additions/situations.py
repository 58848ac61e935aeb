"""Random single months on top of whatever people did in ConnectWise before."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from hypothesis import strategies as st

from bursar.domain.additions.drift import fields_of
from bursar.domain.additions.planner import plan_company
from bursar.domain.additions.situation import BillingSettings, MappedLine
from bursar.domain.lines import BillingCycle, ChargeType
from bursar.domain.psa import Addition, Agreement
from bursar.domain.rules import ChargeRules, EndRule, Overrides, StartRule
from tests.domain.additions.histories import PRICES, QUANTITIES, TOTALS, Shape, histories
from tests.domain.samples import (
    AGREEMENT,
    BACKUP,
    BUNDLE,
    COMPANY,
    CYCLE_FEE,
    FEB,
    LICENCE,
    OTHER,
    RETIRED,
    SETTINGS,
    by_hand,
)
from tests.domain.simulated_psa import SimulatedPsa

MISSING = 999
DAYS = st.dates(date(2025, 12, 20), date(2026, 3, 10))
BY_HAND = (501, 502)


class Mess(NamedTuple):
    """A February to plan: what is there, the lines, and the settings."""

    psa: SimulatedPsa
    lines: list[MappedLine]
    settings: BillingSettings
    complete: bool
    confirmed: bool

    def __repr__(self) -> str:
        """As much as a counterexample needs to be understood."""
        rows = [f"{a.agreement_id}: {fields_of(a)} id {a.id}" for a in self.psa.all_additions]
        return "\n".join(
            [*map(str, self.psa.agreements.values()), *rows, *map(str, self.lines), str(self.settings.rules)]
        )


@st.composite
def agreements(draw: st.DrawFn, base: Agreement) -> Agreement:
    return replace(
        base,
        currency=draw(st.sampled_from(["EUR", "EUR", None, "USD"])),
        next_invoice=draw(st.sampled_from([None, *(date(2026, month, 1) for month in (1, 2, 3)), date(2026, 2, 15)])),
        prorates=draw(st.integers(0, 3)) == 0,
        end=draw(st.sampled_from([None, None, None, date(2026, 1, 31)])),
        cancelled=draw(st.integers(0, 9)) == 0,
    )


@st.composite
def overrides(draw: st.DrawFn) -> Overrides:
    rarely = st.sampled_from([False, False, False, True])
    return Overrides(
        charge_start=draw(st.one_of(st.none(), st.none(), DAYS)),
        charge_end=draw(st.one_of(st.none(), st.none(), DAYS)),
        approved=draw(st.booleans()),
        adopt=draw(st.sampled_from([None, None, None, None, *BY_HAND, MISSING])),
        keep_both=draw(st.booleans()),
        overwrite=draw(rarely),
        post_again=draw(rarely),
    )


@st.composite
def lines(draw: st.DrawFn, number: int) -> MappedLine:
    quantity, price = draw(QUANTITIES), draw(PRICES)
    start = draw(DAYS)
    line = replace(
        CYCLE_FEE,
        line_id=f"feb/{number}",
        invoice_date=FEB.last,
        subscription_id=draw(st.sampled_from(["S0", "S1", "S2", "S7", None])),
        charge_type=draw(st.sampled_from(ChargeType)),
        billing_cycle=draw(st.sampled_from(BillingCycle)),
        charge_start=start,
        charge_end=start + timedelta(days=draw(st.integers(0, 40))),
        quantity=quantity,
        unit_price=price,
        unit_cost=draw(st.sampled_from([None, Decimal("5.55555")])),
        total=draw(st.one_of(st.just((quantity * price).quantize(Decimal("0.01"))), TOTALS, st.just(Decimal(0)))),
        currency=draw(st.sampled_from(["EUR", "EUR", "EUR", "USD"])),
    )
    product = draw(st.sampled_from([LICENCE, LICENCE, BACKUP, BACKUP, BUNDLE, RETIRED, MISSING]))
    agreement = draw(st.sampled_from([None, None, AGREEMENT.id, OTHER.id, MISSING]))
    return MappedLine(line, product, agreement, draw(overrides()))


RULES = st.builds(
    ChargeRules,
    end=st.dictionaries(st.sampled_from(ChargeType), st.sampled_from(EndRule), max_size=3),
    start=st.dictionaries(st.sampled_from(BillingCycle), st.sampled_from(StartRule), max_size=2),
    names=st.dictionaries(st.sampled_from(ChargeType), st.sampled_from(["", "Fee"]), max_size=2),
)

CHANGED_SETTINGS = st.builds(
    lambda rules, skip, hold: replace(SETTINGS, rules=rules, skip_zero_lines=skip, hold_negative_lines=hold),
    RULES,
    st.booleans(),
    st.booleans(),
)


def _raise_price(psa: SimulatedPsa, addition: Addition) -> None:
    psa.put(replace(addition, unit_price=addition.unit_price + 1, total=None))


def _end(psa: SimulatedPsa, addition: Addition) -> None:
    psa.put(replace(addition, cancelled=max(date(2026, 1, 31), addition.effective or date.min)))


def _clear_marker(psa: SimulatedPsa, addition: Addition) -> None:
    psa.put(replace(addition, marker=""))


def _copy(psa: SimulatedPsa, addition: Addition) -> None:
    psa.last_id += 1
    psa.put(replace(addition, id=psa.last_id))


EDITS: list[Callable[[SimulatedPsa, Addition], None]] = [
    _raise_price,
    _end,
    _clear_marker,
    _copy,
    SimulatedPsa.delete,
]


@st.composite
def messes(draw: st.DrawFn) -> Mess:
    """A January that was posted, edits by people, Agreements that changed, then a February of all kinds of lines."""
    psa = SimulatedPsa.having(AGREEMENT, OTHER)
    for step in draw(histories(Shape(months=1))):
        psa.post(plan_company(psa.situation(step.month, step.lines), SETTINGS), step.lines)
    for addition in psa.all_additions:
        if draw(st.integers(0, 3)) == 0:
            draw(st.sampled_from(EDITS))(psa, addition)
    for addition_id in BY_HAND:
        if draw(st.booleans()):
            psa.put(by_hand(addition_id))
    for base in (AGREEMENT, OTHER):
        psa.agreements[base.id] = draw(agreements(base))
    psa.company = replace(
        COMPANY,
        contact_id=draw(st.sampled_from([7, 7, 7, None])),
        currency=draw(st.sampled_from([None, "EUR"])),
        deleted=draw(st.integers(0, 19)) == 0,
    )
    if draw(st.integers(0, 4)) == 0:
        psa.forget()
    february = [draw(lines(number)) for number in range(draw(st.integers(0, 5)))]
    return Mess(psa, february, draw(CHANGED_SETTINGS), draw(st.booleans()), draw(st.booleans()))
