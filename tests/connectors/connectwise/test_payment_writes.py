"""Payments on invoices: made, changed and deleted; one in cash for each invoice, and credit memos beside it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import httpx2
import pytest

from bursar.connectors.connectwise import ConnectWise
from bursar.domain.errors import Rejected, RemoteError, UnknownOutcome
from bursar.domain.plan import Resource
from bursar.ports import Receipt, Write
from psa_sandbox.control.faults import Fault, FaultKind
from psa_sandbox.server import Sandbox
from tests.connectors.connectwise.conftest import Connect
from tests.connectors.connectwise.ledger_writes import (
    MEMO,
    PAID_ON,
    ROLE,
    asked,
    change_payment,
    create_payment,
    delete,
    invoice_id,
)
from tests.connectors.connectwise.scripted_site import ScriptedSite

LOST: list[FaultKind] = ["500", "cut_before", "cut_after"]


@pytest.fixture
def psa(connect: Connect) -> ConnectWise:
    return connect(ROLE)


@pytest.fixture
def invoice(psa: ConnectWise) -> int:
    return invoice_id(psa)


def balance(psa: ConnectWise) -> Decimal:
    (found,) = psa.accounting.invoices(["10079"])
    return found.balance


def test_a_payment_is_made_as_written(psa: ConnectWise, invoice: int) -> None:
    write = create_payment(invoice)
    assert psa.look(write) is None
    receipt = psa.send(write)
    assert receipt.fields == {
        "amount": Decimal("250.75"),
        "day": PAID_ON,
        "kind": "P",
        "credit_id": None,
        "total": Decimal("250.75"),
    }
    assert psa.look(write) == receipt
    assert balance(psa) == Decimal("7895.75")
    ((_, (payment,)),) = psa.accounting.payments([invoice])
    assert (payment.id, payment.applied_by) == (receipt.remote_id, "bursar-acct")


def test_a_payment_is_changed_in_place(psa: ConnectWise, invoice: int) -> None:
    made = psa.send(create_payment(invoice))
    change = change_payment(invoice, made, amount=Decimal("300.00"), day=date(2026, 11, 9))
    assert psa.look(change) is None
    changed = psa.send(change)
    assert (changed.remote_id, changed.fields["total"]) == (made.remote_id, Decimal("300.00"))
    assert psa.look(change) == changed
    assert balance(psa) == Decimal("7846.50")


def test_a_deleted_payment_leaves_the_invoice_open(psa: ConnectWise, invoice: int) -> None:
    made = psa.send(create_payment(invoice))
    undo = delete(made, Resource.PAYMENT, invoice)
    assert psa.look(undo) is None
    gone = Receipt(made.remote_id, {"deleted": True})
    assert psa.send(undo) == gone == psa.look(undo)
    assert psa.send(undo) == gone
    assert balance(psa) == Decimal("8146.50")


def test_a_credit_memo_is_applied_beside_the_payment(psa: ConnectWise, invoice: int) -> None:
    memo = invoice_id(psa, MEMO)
    cash = psa.send(create_payment(invoice))
    write = create_payment(invoice, amount=Decimal("100.00"), kind="C", credit_id=memo)
    assert psa.look(write) is None
    applied = psa.send(write)
    assert (applied.fields["credit_id"], applied.fields["kind"]) == (memo, "C")
    assert psa.look(write) == applied
    assert psa.look(create_payment(invoice)) == cash
    payments = dict(psa.accounting.payments([invoice]))[invoice]
    assert {each.id: each.credit_id for each in payments} == {cash.remote_id: None, applied.remote_id: memo}


def test_digits_that_a_sum_of_doubles_leaves_behind_are_no_money(
    psa: ConnectWise, sandbox: Sandbox, invoice: int
) -> None:
    write = create_payment(invoice)
    made = psa.send(write)
    for kind, key, field in (("payment", made.remote_id, "amount"), ("invoice", invoice, "total")):
        record = sandbox.store.get(kind, key) or {}
        noisy = Decimal(str(record[field])) - Decimal("0.000000000000004")
        sandbox.store.replace(kind, key, {**record, field: noisy}, by="ConnectWise")
    ((_, (payment,)),) = psa.accounting.payments([invoice])
    (found,) = psa.accounting.invoices(["10079"])
    assert (payment.amount, found.total) == (Decimal("250.75"), Decimal("8146.50"))
    assert psa.look(write) == made


@pytest.mark.parametrize("kind", LOST)
def test_a_payment_whose_answer_is_lost_is_made_once(
    psa: ConnectWise, sandbox: Sandbox, invoice: int, kind: FaultKind
) -> None:
    write = create_payment(invoice)
    sandbox.faults.arm(Fault(kind, method="POST", times=1))
    with pytest.raises(UnknownOutcome):
        psa.send(write)
    assert asked(sandbox, "POST", "/payments") == 1
    happened = kind == "cut_after"
    assert (psa.look(write) is not None) is happened
    assert len(sandbox.store.rows("payment", invoice=invoice)) == happened


@pytest.mark.parametrize("kind", LOST)
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_change_or_delete_whose_answer_is_lost_can_be_looked_for(
    psa: ConnectWise, sandbox: Sandbox, invoice: int, kind: FaultKind, method: str
) -> None:
    made = psa.send(create_payment(invoice))
    change = change_payment(invoice, made, amount=Decimal(1))
    write: Write = change if method == "PATCH" else delete(made, Resource.PAYMENT, invoice)
    sandbox.faults.arm(Fault(kind, method=method, times=1))
    with pytest.raises(UnknownOutcome):
        psa.send(write)
    assert (psa.look(write) is not None) is (kind == "cut_after")


def test_a_second_payment_on_an_invoice_is_refused_with_the_way_out(psa: ConnectWise, invoice: int) -> None:
    psa.send(create_payment(invoice))
    second = create_payment(invoice, amount=Decimal(5))
    assert psa.look(second) is None
    with pytest.raises(Rejected, match="has a payment on this invoice already") as refused:
        psa.send(second)
    assert refused.value.remedy == "Run again: the payment that is there is changed, no second one is made."
    assert refused.value.fields[0].code == "ObjectExists"


@pytest.mark.parametrize("amount", ["8146.51", "-1"])
def test_an_amount_that_the_invoice_cannot_take_is_refused(psa: ConnectWise, invoice: int, amount: str) -> None:
    with pytest.raises(Rejected, match="must lie between zero and the invoice total") as refused:
        psa.send(create_payment(invoice, amount=Decimal(amount)))
    assert "total, balance and status" in refused.value.remedy


def test_a_payment_on_an_invoice_that_is_gone(psa: ConnectWise) -> None:
    made = Receipt(1, {})
    assert psa.look(create_payment(9999)) is None
    assert psa.look(change_payment(9999, made, amount=Decimal(1))) is None
    assert psa.look(delete(made, Resource.PAYMENT, 9999)) == Receipt(1, {"deleted": True})


def test_an_address_that_is_not_known_says_nothing_of_a_payment() -> None:
    """The cloud answers so once keys are revoked: a payment is neither deleted nor missing because of it."""
    answers = [httpx2.Response(200, json=[])]
    site = ScriptedSite(lambda _request: answers.pop() if answers else httpx2.Response(404, text="<html>404</html>"))
    psa, made = site.connect(), Receipt(7, {})
    assert list(psa.accounting.invoices(["10079"])) == []
    undo, change = delete(made, Resource.PAYMENT, 12), change_payment(12, made, amount=Decimal(1))
    for ask in (
        lambda: psa.send(undo),
        *(lambda write=write: psa.look(write) for write in (undo, change, create_payment(12))),
        lambda: list(psa.accounting.payments([12])),
    ):
        with pytest.raises(RemoteError, match="no such address for payments"):
            ask()


def test_what_a_payment_does_not_have_cannot_be_written(psa: ConnectWise, invoice: int) -> None:
    with pytest.raises(ValueError, match="reference cannot be written to a payment"):
        psa.send(create_payment(invoice, reference="cheque 7"))
    nameless = replace(delete(Receipt(1, {}), Resource.PAYMENT, invoice), remote_id=None)
    with pytest.raises(ValueError, match="wrong remote id"):
        psa.send(nameless)
