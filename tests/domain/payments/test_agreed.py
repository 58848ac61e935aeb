"""Only what was agreed to is written, invoice by invoice, also by a posting that goes on after an interruption."""

from bursar.domain.agreed import fingerprint_of
from bursar.domain.payments.agreed import permitted
from bursar.domain.payments.situation import PlannedInvoice
from tests.domain.payments.invoices import Ledger, cash, credit, says


def planned(*allocations: object) -> PlannedInvoice:
    ledger = Ledger.of(100, memos=[40])
    ledger.pay(100, ours=True)
    return ledger.plan_one(says(*allocations))


def test_exactly_what_was_shown_is_permitted() -> None:
    plan = planned(cash(60), credit(40))
    outcome = permitted("1001", plan.changes, plan.fingerprint, {})
    assert (list(outcome.changes), outcome.blocked) == (list(plan.changes), None)


def test_anything_else_is_held_back_as_a_whole() -> None:
    shown, plan = planned(cash(60)), planned(cash(60), credit(40))
    outcome = permitted("1001", plan.changes, shown.fingerprint, {})
    assert not outcome.changes
    assert outcome.blocked is not None
    assert (outcome.blocked.code, outcome.blocked.subject) == ("changed_since_preview", "invoice:1001")


def test_nothing_left_to_write_is_no_change_since() -> None:
    plan = planned(cash(100))
    assert permitted("1001", plan.changes, "whatever was agreed", {}).blocked is None


def test_the_rest_of_what_was_agreed_to_goes_on() -> None:
    plan = planned(cash(60), credit(40))
    first, second = plan.writes
    done = {"1001": [fingerprint_of(first)]}
    assert permitted("1001", [second], plan.fingerprint, done).blocked is None
    assert permitted("1001", [second], plan.fingerprint, {}).blocked is not None
    assert permitted("1001", [second], plan.fingerprint, {"1002": [fingerprint_of(first)]}).blocked is not None
