"""What happened at the MSP in September and October 2026: invoices and payments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from psa_sandbox.seeds.contracts import MANAGED, OCTOBER, SEPTEMBER
from psa_sandbox.seeds.lookup import ref
from psa_sandbox.state.closed_invoices import follow_status
from psa_sandbox.state.invoicing import invoice_agreement, invoice_due, settle_invoice
from psa_sandbox.state.record import amount, cents, day, number, wire
from psa_sandbox.state.store import Record, Store

ACCOUNTANT = "tlarsen"
_UNPAID_EVERY, _HALF_PAID_EVERY = 7, 11
_HALF = Decimal("0.5")


def live_september(store: Store) -> None:
    """Everything due on 1 September is invoiced and closed; most of it is paid, some in part, some not."""
    store.clock.set(datetime(2026, 9, 1, 8, 30, tzinfo=UTC))
    invoices = invoice_due(store, SEPTEMBER, ACCOUNTANT)
    store.clock.set(datetime(2026, 9, 28, 15, tzinfo=UTC))
    for position, invoice in enumerate(invoices, start=1):
        _set_status(store, invoice, "Closed")
        if position % _UNPAID_EVERY:
            _pay(store, invoice, _HALF if position % _HALF_PAID_EVERY == 0 else Decimal(1))


def live_october(store: Store) -> None:
    """Managed services are invoiced and sent, every third invoice is paid; cloud agreements stay open."""
    store.clock.set(datetime(2026, 10, 1, 8, 30, tzinfo=UTC))
    kind = ref(store, "agreementType", name=MANAGED)
    managed = [row for row in store.rows("agreement", type=kind) if day(row, "nextInvoiceDate") == OCTOBER]
    invoices = [invoice_agreement(store, number(row, "id"), ACCOUNTANT) for row in managed]
    store.clock.set(datetime(2026, 10, 26, 15, tzinfo=UTC))
    for position, invoice in enumerate(invoices):
        _set_status(store, invoice, "Sent")
        if position % 3 == 0:
            _pay(store, invoice, Decimal(1))


def _set_status(store: Store, invoice: Record, name: str) -> None:
    status = ref(store, "billingStatus", name=name)
    kept = store.replace("invoice", number(invoice, "id"), {**invoice, "status": status}, by=ACCOUNTANT)
    follow_status(store, kept, invoice, ACCOUNTANT)


def _pay(store: Store, invoice: Record, part: Decimal) -> None:
    due = day(invoice, "dueDate") or SEPTEMBER
    payment: Record = {
        "type": "P",
        "source": "Default",
        "invoice": {"id": invoice["id"]},
        "amount": cents(amount(invoice, "total") * part),
        "paymentDate": wire(min(due, store.clock.now().date()) - timedelta(days=2)),
        "paymentSyncStatus": "Applied",
    }
    store.insert("payment", payment, by=ACCOUNTANT)
    settle_invoice(store, number(invoice, "id"), ACCOUNTANT)
