"""The end of a run of the payments journey: exceptions opened and closed, notes, totals, and where to go on."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from django.db import transaction

from bursar.domain.money import Totals
from bursar.domain.payments.settlement import subject_of
from bursar.domain.plan import Action, Blocked
from bursar.ports import Clock
from bursar.store.models import LedgerException, Run
from bursar.usecases.ledger_exceptions import Found, note_exceptions
from bursar.usecases.plan_payments import Compared, PaymentDesk
from bursar.usecases.read_payments import PaymentPull
from bursar.usecases.run_report import save_blocked, save_warnings

JOURNEY = LedgerException.Journey.PAYMENTS
COUNTED: Mapping[str, str] = {
    "create": "to write",
    "update": "to change",
    "cancel": "to delete",
    "leave": "applied",
    "blocked": "blocked",
}
"""What is counted, and how a verdict says it."""


@dataclass(slots=True)
class PaymentsReport:
    """The end of a reading of payments: payments to write, change and delete; invoices that are applied or blocked."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))
    ready: Totals = field(default_factory=Totals)
    held: Totals = field(default_factory=Totals)
    stopped: bool = False

    @property
    def verdict(self) -> str:
        if self.stopped:
            return "stopped: not everything was read"
        told = ", ".join(f"{self.counts[name]} {word}" for name, word in COUNTED.items() if self.counts[name])
        return told or "nothing to do"

    def add(self, compared: Compared) -> None:
        """Count what becomes of some invoices."""
        self.counts["leave"] += compared.spared
        for invoice in compared.planned.values():
            for change in invoice.writes:
                self.counts[change.action.value] += 1
                if change.total and change.action is not Action.CANCEL:
                    self.ready.add(change.total)
            self.counts["leave"] += not invoice.writes and not invoice.blocked


def close_payments(
    run: Run, clock: Clock, desk: PaymentDesk, pull: PaymentPull | None, *, only: Collection[str] | None = None
) -> list[Blocked]:
    """Open and close exceptions, keep notes, and move the cursors of books that were read to their end.

    `only` are the numbers that were looked at; None: every invoice that waits. Returns what is blocked; a refused write
    is told by its posting.
    """
    blocked = [*(pull.found if pull else ()), *_blocked(desk)]
    found = [*blocked, *(_found(number, item) for number, item in desk.refused.items())]
    with transaction.atomic():
        looked_at = _open_subjects(run, pull) if only is None else {subject_of(number) for number in only}
        note_exceptions(run, JOURNEY, found, clock.now(), looked_at=looked_at)
        save_blocked(run, [item.blocked for item in blocked])
        save_warnings(run, [notice for notices in desk.notices.values() for notice in notices])
        if pull:
            pull.move_cursors()
    return [item.blocked for item in blocked]


def held_totals(blocked: Iterable[Blocked]) -> Totals:
    """What is held back, per currency; an amount whose currency nobody knows is in no total."""
    return Totals(item.total for item in blocked if item.total and item.total.currency)


def _blocked(desk: PaymentDesk) -> Iterable[Found]:
    for number, blocked in desk.blocked.items():
        for item in blocked:
            yield _found(number, item)


def _found(number: str, blocked: Blocked) -> Found:
    return Found(blocked, f"Invoice {number}")


def _open_subjects(run: Run, pull: PaymentPull | None) -> set[str]:
    """Open exceptions that the run has seen to: of every invoice, and of the books that it read to their end."""
    open_ones = LedgerException.objects.filter(connection=run.connection, journey=JOURNEY, closed_at=None)
    subjects = set(open_ones.values_list("subject", flat=True))
    if pull is None:
        return {subject for subject in subjects if not subject.startswith("book:")}
    return {subject for subject in subjects if not any(subject.startswith(f"{book}:") for book in pull.unread)}
