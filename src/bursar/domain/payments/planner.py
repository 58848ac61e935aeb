"""What the books say against what ConnectWise has: one cash payment per invoice, and each credit memo (decision 18).

The wanted state is computed anew each time; only differences are written. What cannot be applied waits as an exception
of its own and stops nothing else, not even the other payments of its invoice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bursar.domain.money import ZERO
from bursar.domain.payments import obstacles
from bursar.domain.payments.cash import cash_changes, wanted_cash
from bursar.domain.payments.credits import plan_credits
from bursar.domain.payments.obstacles import Unpayable
from bursar.domain.payments.present import PaidInvoice
from bursar.domain.payments.settlement import Settlement, subject_of
from bursar.domain.payments.situation import PaymentSituation, PlannedInvoice, stage_of, sum_of
from bursar.domain.plan import Change, Plan

__all__ = ["PaymentPlan", "joined_plan", "plan_payments", "subject_of"]

STAGES = 3


@dataclass(slots=True)
class PaymentPlan:
    """The plan of some invoices, and what it says of each of them."""

    plan: Plan
    invoices: list[PlannedInvoice] = field(default_factory=list)


def plan_payments(situation: PaymentSituation) -> PaymentPlan:
    """The payments to create, change and delete. The same situation always gives the same plan."""
    invoices = [_plan_invoice(settlement, situation) for settlement in situation.settlements]
    return PaymentPlan(joined_plan(invoices), invoices)


def joined_plan(invoices: Sequence[PlannedInvoice]) -> Plan:
    """The changes of several invoices in their stages: what takes away goes first."""
    plan = Plan(stages=[[] for _ in range(STAGES)])
    for invoice in invoices:
        plan.blocked.extend(invoice.blocked)
        plan.notices.extend(invoice.notices)
        for change in invoice.changes:
            plan.stages[stage_of(change)].append(change)
    return plan


def _plan_invoice(settlement: Settlement, situation: PaymentSituation) -> PlannedInvoice:
    found = _found(settlement, situation)
    if not settlement.says_something and not any(situation.payments.get(invoice.id) for invoice in found):
        invoice = found[0] if len(found) == 1 else None
        return PlannedInvoice(settlement, invoice, sum_of(()) if invoice else None)
    if len(found) != 1:
        unclear = obstacles.ambiguous_invoice(settlement, found) if found else obstacles.unknown_invoice(settlement)
        return PlannedInvoice(settlement, blocked=[unclear])
    invoice = found[0]
    cash = [each for each in situation.payments.get(invoice.id, ()) if each.credit_id is None]
    known = PlannedInvoice(settlement, invoice, sum_of(cash))
    if settlement.voided and settlement.says_something:
        return replace(known, blocked=[obstacles.not_alive(settlement)])
    if settlement.currency and invoice.currency and settlement.currency != invoice.currency:
        return replace(known, blocked=[obstacles.other_currency(settlement, invoice)])
    return _written_if_closed(_compared(known, invoice, situation), invoice)


def _found(settlement: Settlement, situation: PaymentSituation) -> list[PaidInvoice]:
    """Invoices of the number; credit memos, on which money is paid back, only where there is no invoice."""
    known = situation.invoices.get(settlement.number, ())
    return [each for each in known if not each.credit_memo] or list(known)


def _compared(known: PlannedInvoice, invoice: PaidInvoice, situation: PaymentSituation) -> PlannedInvoice:
    settlement, payments = known.settlement, situation.payments.get(invoice.id, ())
    applied = [each for each in payments if each.credit_id is not None]
    plan = plan_credits(settlement, invoice, applied, situation.invoices, situation.ours)
    changes, blocked, notices = list(plan.changes), list(plan.blocked), list(plan.notices)
    cash = [each for each in payments if each.credit_id is None]
    try:
        wanted, warnings = wanted_cash(settlement, invoice, plan.credited)
        notices += warnings
        changes += cash_changes(settlement, invoice, cash, wanted, situation.ours)
    except Unpayable as held:
        blocked.append(held.blocked)
        if plan.credited + sum_of(cash) > max(invoice.total, ZERO) and any(map(_raises, changes)):
            blocked.append(obstacles.no_room(settlement, invoice, plan.credited, sum_of(cash)))
            changes = [change for change in changes if not _raises(change)]
    return replace(known, changes=_in_turn(changes), blocked=blocked, notices=notices)


def _raises(change: Change) -> bool:
    return change.writes and stage_of(change) == STAGES - 1


def _in_turn(changes: Sequence[Change]) -> list[Change]:
    """What is raised waits for what is lowered on the same invoice: else there would be more than it takes."""
    first = tuple(change.key for change in changes if change.writes and not _raises(change))
    return [replace(change, needs=first) if _raises(change) else change for change in changes]


def _written_if_closed(planned: PlannedInvoice, invoice: PaidInvoice) -> PlannedInvoice:
    """An open invoice may still change its total: nothing is written to it, and what is there stays."""
    if invoice.closed or not planned.writes:
        return planned
    left = [change for change in planned.changes if not change.writes]
    held = obstacles.open_invoice(planned.settlement, invoice)
    return replace(planned, changes=left, blocked=[*planned.blocked, held])
