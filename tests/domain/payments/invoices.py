"""Invoices and payments of ConnectWise as far as the planner can tell, refusing what ConnectWise is known to refuse."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from bursar.domain.money import ZERO
from bursar.domain.payments.planner import PaymentPlan, plan_payments
from bursar.domain.payments.present import InvoicePayment, PaidInvoice
from bursar.domain.payments.settlement import Allocation, AllocationKind, Settlement
from bursar.domain.payments.situation import PaymentSituation, PlannedInvoice
from bursar.domain.plan import Action, Change

MEMO = "M-1"
DAY = date(2026, 11, 2)


class Refused(AssertionError):
    """ConnectWise would not take this write."""


def cash(amount: object, day: int = 2, ref: str = "") -> Allocation:
    return Allocation(ref or f"p{amount}-{day}", Decimal(str(amount)), DAY.replace(day=day))


def credit(amount: object, number: str = MEMO) -> Allocation:
    return Allocation(f"c{amount}", Decimal(str(amount)), DAY, AllocationKind.CREDIT, number)


def says(*allocations: Allocation, number: str = "1001", **changed: object) -> Settlement:
    """What the books say of invoice 1001."""
    return replace(Settlement(number, "USD", allocations), **changed)


@dataclass
class Ledger:
    """ConnectWise's invoices and payments, and which of them Bursar remembers as its own."""

    invoices: dict[int, PaidInvoice] = field(default_factory=dict)
    payments: dict[int, InvoicePayment] = field(default_factory=dict)
    ours: set[int] = field(default_factory=set)
    last_id: int = 100

    @classmethod
    def of(cls, *totals: object, memos: Iterable[object] = ()) -> "Ledger":
        """Closed invoices 1001 … of these totals, and credit memos M-1 … of these (positive) amounts."""
        ledger = cls()
        for position, total in enumerate(totals, start=1):
            ledger.put(PaidInvoice(position, f"{1000 + position}", Decimal(str(total)), ZERO, "USD", closed=True))
        for position, total in enumerate(memos, start=1):
            amount = -Decimal(str(total))
            ledger.put(PaidInvoice(50 + position, f"M-{position}", amount, ZERO, "USD", closed=True, credit_memo=True))
        return ledger

    def put(self, invoice: PaidInvoice) -> None:
        self.invoices[invoice.id] = invoice

    def change(self, key: int = 1, **values: object) -> None:
        self.put(replace(self.invoices[key], **values))

    def pay(
        self, amount: object, invoice: int = 1, day: int = 2, *, ours: bool = False, memo: int | None = None
    ) -> int:
        """A payment that is there already."""
        self.last_id += 1
        kind = "C" if memo else "P"
        self.payments[self.last_id] = InvoicePayment(
            self.last_id, invoice, Decimal(str(amount)), DAY.replace(day=day), kind, memo
        )
        if ours:
            self.ours.add(self.last_id)
        return self.last_id

    def on(self, invoice: int) -> list[InvoicePayment]:
        return [payment for payment in self.payments.values() if payment.invoice_id == invoice]

    def shown(self, invoice: int = 1) -> list[tuple[str, int | None]]:
        """Amount and memo of each payment."""
        return [(f"{payment.amount:f}", payment.credit_id) for payment in self.on(invoice)]

    def plan(self, *settlements: Settlement) -> PaymentPlan:
        numbers: dict[str, list[PaidInvoice]] = {}
        for invoice in self.invoices.values():
            numbers.setdefault(invoice.number, []).append(invoice)
        payments: Mapping[int, Sequence[InvoicePayment]] = {key: self.on(key) for key in self.invoices}
        return plan_payments(PaymentSituation(settlements, numbers, payments, frozenset(self.ours)))

    def plan_one(self, settlement: Settlement) -> PlannedInvoice:
        (planned,) = self.plan(settlement).invoices
        return planned

    def apply(self, plan: PaymentPlan) -> None:
        """Write the plan, stage by stage. Raises Refused."""
        for change in plan.plan.changes:
            if change.writes:
                self._write(change)

    def _write(self, change: Change) -> None:
        assert change.parent_id is not None
        amount, day = change.after.get("amount"), change.after.get("day")
        if change.action is Action.CANCEL:
            assert change.remote_id is not None
            del self.payments[change.remote_id]
            return
        assert isinstance(amount, Decimal)
        if change.action is Action.CREATE:
            memo = change.after.get("credit_id")
            assert isinstance(day, date)
            assert memo is None or isinstance(memo, int)
            if any(each.credit_id == memo for each in self.on(change.parent_id)):
                raise Refused("a second payment")
            key = self.pay(amount, change.parent_id, day.day, memo=memo)
        else:
            assert change.remote_id is not None
            key, old = change.remote_id, self.payments[change.remote_id]
            self.payments[key] = replace(old, amount=amount, day=day if isinstance(day, date) else old.day)
        self._check(self.payments[key])
        self.ours.add(key)

    def _check(self, payment: InvoicePayment) -> None:
        invoice = self.invoices[payment.invoice_id]
        if payment.amount == ZERO or not min(invoice.total, ZERO) <= payment.amount <= max(invoice.total, ZERO):
            raise Refused(f"{payment.amount} on {invoice.total}")
        paid = sum((each.amount for each in self.on(invoice.id)), ZERO)
        if abs(paid) > abs(invoice.total):
            raise Refused(f"{paid} in all on {invoice.total}")
        if payment.credit_id:
            memo = self.invoices[payment.credit_id]
            applied = sum((each.amount for each in self.payments.values() if each.credit_id == memo.id), ZERO)
            if applied > -memo.total:
                raise Refused(f"{applied} of a memo of {memo.total}")
