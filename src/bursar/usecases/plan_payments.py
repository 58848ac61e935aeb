"""Compare what was paid with what ConnectWise has, some invoices at a time, and keep what became of each.

Shared by the run that people look at and by the posting. Nothing is written to ConnectWise here.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from bursar.domain.money import ZERO
from bursar.domain.payments.claims import Claim, Claims, contradiction, held_by, of_sources
from bursar.domain.payments.obstacles import BESIDE_WRITES
from bursar.domain.payments.planner import plan_payments
from bursar.domain.payments.present import PaidInvoice
from bursar.domain.payments.settlement import Settlement, subject_of
from bursar.domain.payments.situation import PaymentSituation, PlannedInvoice, money_of, told
from bursar.domain.plan import Blocked, Notice
from bursar.ports import Accounting
from bursar.store.models import Book, Connection, InvoiceSettlement, Run
from bursar.store.queries.chunks import chunks
from bursar.store.queries.payments import claims_of, our_payments
from bursar.usecases.keep_settlements import save_settlements
from bursar.usecases.read_payments import INVOICES_AT_ONCE

State = InvoiceSettlement.State
_MORE = re.compile(r" \(and \d+ more\)$")
PLANNED = (
    "company",
    "currency",
    "invoice_id",
    "invoice_total",
    "present",
    "action",
    "fingerprint",
    "state",
    "code",
    "sentence",
    "remedy",
    "applied_at",
)


@dataclass(slots=True)
class Compared:
    """Some invoices against ConnectWise."""

    planned: dict[str, PlannedInvoice] = field(default_factory=dict)
    """By number."""
    payments: dict[int, Decimal] = field(default_factory=dict)
    """Amounts of the payments that are there, by id."""
    spared: int = 0
    """How many applied invoices stand as they were, so that nothing of them was read."""


class PaymentDesk:
    """Where settlements are compared, and their rows kept."""

    def __init__(self, run: Run, accounting: Accounting) -> None:
        self._connection = run.connection
        self._accounting = accounting
        self._books = dict(Book.objects.filter(connection=run.connection).values_list("pk", "name"))
        self.blocked: dict[str, Sequence[Blocked]] = {}
        """By number: what cannot be done, of every invoice that was looked at."""
        self.refused: dict[str, Blocked] = {}
        """By number: what ConnectWise did not take in this run."""
        self.notices: dict[str, Sequence[Notice]] = {}

    def rows(self, pks: Collection[int]) -> Iterator[list[InvoiceSettlement]]:
        """These settlements in the order of their ids, some at a time, read when they are needed."""
        for some in chunks(sorted(pks), INVOICES_AT_ONCE):
            yield list(InvoiceSettlement.objects.filter(pk__in=some).order_by("pk"))

    def compare(self, rows: Sequence[InvoiceSettlement], *, spare: bool = False) -> Compared:
        """What each invoice needs, from what ConnectWise has now. Raises RemoteError.

        With `spare` the payments of an applied invoice are not read when its totals are as they were then.
        """
        result = Compared()
        wanted: dict[str, Settlement] = {}
        for row in rows:
            claims = of_sources(claims_of(row), self._books)
            settlement = claims[0].settlement if claims else Settlement(row.number, row.currency)
            held = held_by(claims) or self._contradiction(claims)
            if held is None:
                wanted[row.number] = settlement
            else:
                result.planned[row.number] = PlannedInvoice(settlement, blocked=[held])
        invoices = self._invoices(wanted.values())
        if spare:
            stand = [row.number for row in rows if row.number in wanted and _stands(row, wanted[row.number], invoices)]
            result.spared = len(stand)
            for number in stand:
                del wanted[number]
        situation = self._situation(list(wanted.values()), invoices)
        result.planned |= {each.settlement.number: each for each in plan_payments(situation).invoices}
        result.payments = {each.id: each.amount for some in situation.payments.values() for each in some}
        return result

    def _invoices(self, settlements: Collection[Settlement]) -> dict[str, list[PaidInvoice]]:
        """The invoices and the credit memos that they are settled with, by number."""
        numbers = {settlement.number for settlement in settlements}
        numbers |= {number for settlement in settlements for number in settlement.credits if number}
        found: dict[str, list[PaidInvoice]] = {}
        for invoice in self._accounting.invoices(numbers) if numbers else ():
            found.setdefault(invoice.number, []).append(invoice)
        return found

    def _situation(
        self, settlements: Sequence[Settlement], invoices: Mapping[str, Sequence[PaidInvoice]]
    ) -> PaymentSituation:
        ids = [invoice.id for settlement in settlements for invoice in invoices.get(settlement.number, ())]
        payments = dict(self._accounting.payments(ids)) if ids else {}
        gone = set(ids) - payments.keys()  # not there any more, which is not the same as not paid
        there = {number: [each for each in found if each.id not in gone] for number, found in invoices.items()}
        return PaymentSituation(settlements, there, payments, our_payments(self._connection, ids))

    def _contradiction(self, claims: Claims) -> Blocked | None:
        other = contradiction(claims) if claims else None
        if other is None:
            return None
        number = other.settlement.number
        return Blocked(
            subject_of(number),
            "two_sources",
            f"Invoice {number}: {self._told(claims[0])}, {self._told(other)}.",
            "Correct one of them, or say on Ledger › Payments which one counts.",
            (number,),
            money_of(claims[0].settlement, None, claims[0].settlement.cash),
        )

    def _told(self, claim: Claim) -> str:
        name = "a payment file" if claim.source is None else self._books[claim.source]
        credited = ", ".join(f"credit {number}" for number in claim.settlement.credits)
        cash = told(claim.settlement, None, claim.settlement.cash)
        return f"{name} says {cash} was paid" + (f" and set against it {credited}" if credited else "")

    def keep(
        self,
        rows: Sequence[InvoiceSettlement],
        planned: Mapping[str, PlannedInvoice],
        now: datetime,
        refused: Mapping[str, Blocked] | None = None,
    ) -> None:
        """Keep what became of these rows. `refused` says by number which writes ConnectWise did not take.

        What was spared stays as it is, and so does a row of which its source said something new meanwhile.
        """
        changed: list[InvoiceSettlement] = []
        for row in rows:
            if row.number not in planned:
                continue
            plan, before = planned[row.number], _facts(row)
            refusal = (refused or {}).get(row.number)
            if refusal:
                self.refused[row.number] = refusal
            earlier = None if refusal else _refused_before(row, plan)
            blocked = [*([earlier] if earlier else []), *plan.blocked]
            _fill(row, plan, [refusal, *blocked] if refusal else blocked, now)
            self.blocked[row.number], self.notices[row.number] = blocked, plan.notices
            if _facts(row) != before:
                changed.append(row)
        with transaction.atomic():
            Connection.objects.select_for_update().get(pk=self._connection.pk)  # first, as those who keep settlements
            some = InvoiceSettlement.objects.select_for_update().filter(pk__in=[row.pk for row in changed])
            claimed = dict(some.values_list("pk", "allocations"))
            save_settlements([row for row in changed if claimed.get(row.pk) == row.allocations], PLANNED)


def _stands(row: InvoiceSettlement, settlement: Settlement, invoices: Mapping[str, Sequence[PaidInvoice]]) -> bool:
    """Whether an applied invoice comes to what it did then: what its payments and credits leave of the same total."""
    found = invoices.get(row.number, ())
    if row.state != State.APPLIED or len(found) != 1 or row.present is None:
        return False
    invoice, settled = found[0], row.present + sum(settlement.credits.values(), ZERO)
    same = (invoice.id, invoice.total) == (row.invoice_id, row.invoice_total)
    return same and invoice.balance == invoice.total - settled


def _facts(row: InvoiceSettlement) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in PLANNED)


def _refused_before(row: InvoiceSettlement, plan: PlannedInvoice) -> Blocked | None:
    """What ConnectWise said of the very same write: it stays until something else is to be written, or it is taken."""
    code = row.code
    if row.state != State.EXCEPTION or code in BESIDE_WRITES or not plan.writes or row.fingerprint != plan.fingerprint:
        return None
    return Blocked(subject_of(row.number), code, _MORE.sub("", row.sentence), row.remedy, (row.number,))


def _fill(row: InvoiceSettlement, plan: PlannedInvoice, blocked: Sequence[Blocked], now: datetime) -> None:
    invoice = plan.invoice
    if invoice:
        row.company, row.invoice_id, row.invoice_total = invoice.company[:250], invoice.id, invoice.total
        row.present, row.currency = plan.present, row.currency or invoice.currency
    row.action, row.fingerprint = plan.actions, plan.fingerprint
    row.code = row.sentence = row.remedy = ""
    if blocked:  # a refusal first: it is known from the row alone
        first, more = blocked[0], len(blocked) - 1
        row.state, row.code, row.remedy = State.EXCEPTION, first.code[:40], first.remedy
        row.sentence = f"{first.sentence} (and {more} more)" if more else first.sentence
        return
    if plan.notices:
        row.code, row.sentence = plan.notices[0].code, plan.notices[0].sentence
    if plan.writes:
        row.state = State.WANTED
        return
    if row.state != State.APPLIED:
        row.applied_at = now
    row.state = State.APPLIED
