"""Payments, credits and everything else that people set against invoices, as Tryton has it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bursar.connectors.books.tryton import TrytonBooks
from bursar.domain.ledger.documents import Document, DocumentKind, Line
from bursar.domain.payments.settlement import Settlement
from bursar.domain.plan import Blocked
from tests.connectors.books.tryton.accountant import Accountant
from tests.connectors.books.tryton.conftest import Open
from tests.connectors.books.tryton.cut_transport import CutTransport
from tests.connectors.books.tryton.deliveries import sample, write_for
from tests.connectors.books.tryton.places import add_parties
from tests.tryton_server import TrytonServer

pytestmark = pytest.mark.tryton

EARLY, LATE = date(2026, 11, 5), date(2026, 11, 20)
INVOICE = sample(DocumentKind.AR_INVOICE)


@pytest.fixture
def accountant(accountant: Accountant) -> Accountant:
    add_parties(accountant)
    return accountant


def sold(number: str, total: str, currency: str = "EUR") -> Document:
    """An invoice of one line."""
    amount = Decimal(total)
    return replace(
        INVOICE,
        number=number,
        record_id=number,
        currency=currency,
        lines=(Line("4000", amount),),
        taxes=(),
        total=amount,
    )


def credited(number: str, total: str) -> Document:
    return replace(sold(number, total), kind=DocumentKind.AR_CREDIT)


def told(books: TrytonBooks, since: datetime | None = None) -> dict[str, Settlement | Blocked]:
    return {each.number if isinstance(each, Settlement) else each.subject: each for each in books.settlements(since)}


def settlement(books: TrytonBooks, number: str) -> Settlement:
    found = told(books)[number]
    assert isinstance(found, Settlement)
    return found


def test_payments_come_and_go(books: TrytonBooks, accountant: Accountant) -> None:
    books.send(write_for(sold("1", "120.00")))
    assert settlement(books, "1") == Settlement("1", "EUR")
    accountant.pay("R1", "1", Decimal(50), EARLY)
    first = settlement(books, "1")
    assert [(each.amount, each.day) for each in first.allocations] == [(Decimal(50), EARLY)]
    accountant.pay("R2", "1", Decimal(70), LATE)
    assert accountant.invoice("1")["state"] == "paid"
    paid = settlement(books, "1")
    assert [(each.amount, each.day) for each in paid.allocations] == [(Decimal(50), EARLY), (Decimal(70), LATE)]
    assert paid.allocations[0] == first.allocations[0], "a payment keeps its id when the invoice is paid"
    accountant.unpay("R2")
    assert settlement(books, "1") == first


def test_what_is_paid_too_much_stays_on_account(books: TrytonBooks, accountant: Accountant) -> None:
    books.send(write_for(sold("1", "120.00")))
    accountant.pay("R1", "1", Decimal(150), EARLY, how="overpayment")
    assert settlement(books, "1").cash == Decimal(120)


def test_what_is_written_off_is_no_payment(books: TrytonBooks, accountant: Accountant) -> None:
    books.send(write_for(sold("1", "120.00")))
    accountant.pay("R1", "1", Decimal("119.50"), EARLY, how="writeoff")
    assert accountant.invoice("1")["state"] == "paid"
    assert settlement(books, "1").cash == Decimal("119.50")


def test_a_credit_memo_of_connectwise_is_a_credit(books: TrytonBooks, accountant: Accountant) -> None:
    """Set against the invoice in part, then reconciled with it and a payment."""
    books.send(write_for(sold("1", "120.00")))
    books.send(write_for(credited("C1", "20.00")))
    [credit] = accountant.invoice("C1")["lines_to_pay"]
    accountant.set_against("1", credit)
    assert settlement(books, "1").credits == {"C1": Decimal(20)}
    accountant.pay("R1", "1", Decimal(100), LATE)
    assert accountant.invoice("1")["state"] == "paid"
    found = settlement(books, "1")
    assert (found.credits, found.cash, found.newest) == ({"C1": Decimal(20)}, Decimal(100), LATE)
    assert "C1" not in told(books), "a credit memo is settled by nobody"


def test_a_credit_note_of_tryton_goes_by_its_own_number(books: TrytonBooks, accountant: Accountant) -> None:
    books.send(write_for(sold("1", "120.00")))
    accountant.credit("1", refund=False)
    [note] = accountant.rpc.find("account.invoice", [["state", "=", "draft"]])
    accountant.rpc.insist("model.account.invoice.post", [note["id"]])
    [note] = accountant.rpc.find("account.invoice", [["id", "=", note["id"]]], "number", "lines_to_pay")
    accountant.reconcile([*accountant.invoice("1")["lines_to_pay"], *note["lines_to_pay"]])
    found = settlement(books, "1")
    assert (found.credits, found.cash) == ({note["number"]: Decimal(120)}, 0)


def test_one_payment_of_two_invoices_is_divided(books: TrytonBooks, accountant: Accountant) -> None:
    """As from a bank statement: Tryton only says that three lines settle one another."""
    books.send(write_for(sold("1", "120.00")))
    books.send(write_for(sold("2", "80.00")))
    accountant.pay("R1", "1", Decimal(100), EARLY)
    line = accountant.receivable("R1")
    accountant.rpc(
        "model.account.invoice.write", [accountant.invoice("1")["id"]], {"payment_lines": [["remove", [line]]]}
    )
    accountant.pay("R2", "2", Decimal(60), EARLY)
    other = accountant.receivable("R2")
    accountant.rpc(
        "model.account.invoice.write", [accountant.invoice("2")["id"]], {"payment_lines": [["remove", [other]]]}
    )
    accountant.pay("R3", "2", Decimal(40), LATE)
    third = accountant.receivable("R3")
    accountant.rpc(
        "model.account.invoice.write", [accountant.invoice("2")["id"]], {"payment_lines": [["remove", [third]]]}
    )
    owed = [*accountant.invoice("1")["lines_to_pay"], *accountant.invoice("2")["lines_to_pay"]]
    accountant.reconcile([*owed, line, other, third])
    one, two = settlement(books, "1"), settlement(books, "2")
    assert [each.amount for each in one.allocations] == [Decimal(100), Decimal(20)]
    assert [each.amount for each in two.allocations] == [Decimal(40), Decimal(40)]
    assert (one.newest, two.newest) == (EARLY, LATE)
    assert one.allocations[1].ref == two.allocations[0].ref


def test_another_currency_is_told_in_its_own(books: TrytonBooks, accountant: Accountant) -> None:
    books.send(write_for(sold("1", "110.00", "USD")))
    rate = {"currency": accountant.invoice("1")["currency"], "date": date(2026, 11, 1), "rate": Decimal("1.20")}
    [made] = accountant.rpc("model.currency.currency.rate.create", [rate])
    accountant.pay("R1", "1", Decimal(60), EARLY)
    accountant.pay("R2", "1", Decimal(50), LATE)
    accountant.rpc("model.currency.currency.rate.delete", [made])
    assert accountant.invoice("1")["state"] == "paid"
    found = settlement(books, "1")
    assert (found.currency, [each.amount for each in found.allocations]) == ("USD", [Decimal(60), Decimal(50)])


def test_an_invoice_that_was_taken_back_is_not_alive(books: TrytonBooks, accountant: Accountant) -> None:
    books.send(write_for(sold("1", "120.00")))
    accountant.credit("1", refund=True)
    assert settlement(books, "1") == Settlement("1", "EUR", voided=True)


@pytest.mark.parametrize("how", ["credited", "cancelled by its entry"])
def test_what_was_taken_back_and_posted_again_is_told_as_it_is_now(
    books: TrytonBooks, accountant: Accountant, how: str
) -> None:
    """Both invoices have the number. The old one must not say that nothing is alive: its payments would be deleted."""
    first = books.send(write_for(sold("1", "120.00")))
    if how == "credited":
        accountant.credit("1", refund=True)
    else:
        form = {"default": {"description": "by hand", "reversal": True}}
        accountant.rpc.wizard("account.move.cancel", "account.move", [accountant.invoice("1")["move"]], form, "cancel")
    assert settlement(books, "1") == Settlement("1", "EUR", voided=True)
    second = books.send(write_for(sold("1", "120.00"), generation=1))
    accountant.rpc("model.account.invoice.write", [first.remote_id], {"reference": "old"})
    accountant.pay("R1", "1", Decimal(120), EARLY)
    accountant.rpc("model.account.invoice.write", [first.remote_id], {"reference": "1"})
    assert second.remote_id != first.remote_id
    [found] = books.settlements(None)
    assert isinstance(found, Settlement)
    assert (found.cash, found.voided) == (Decimal(120), False)


def test_what_was_handed_to_others_cannot_be_told(books: TrytonBooks, accountant: Accountant) -> None:
    books.send(write_for(sold("1", "120.00")))
    books.send(write_for(sold("2", "80.00")))
    owed = [*accountant.invoice("1")["lines_to_pay"], *accountant.invoice("2")["lines_to_pay"]]
    [journal] = accountant.rpc.find("account.journal", [["code", "=", "MISC"]])
    form = {"start": {"journal": journal["id"], "description": "together"}}
    accountant.rpc.wizard("account.move.line.group", "account.move.line", owed, form, "group")
    found = told(books)
    assert set(found) == {"invoice:1", "invoice:2"}
    blocked = found["invoice:1"]
    assert isinstance(blocked, Blocked)
    assert blocked.sentence == (
        "Tryton does not say what was paid on invoice 1: it was grouped with others, or handed to another party."
    )


def test_settled_long_ago_is_not_told_again(books: TrytonBooks, accountant: Accountant) -> None:
    """Open ones always are; settled ones when they were written since, whatever was done to their payments."""
    for number in ("1", "2"):
        books.send(write_for(sold(number, "120.00")))
    accountant.pay("R1", "1", Decimal(120), EARLY)
    later = datetime.now(UTC) + timedelta(hours=1)
    assert set(told(books, later)) == {"2"}
    assert set(told(books, datetime.now(UTC) - timedelta(minutes=1))) == {"1", "2"}
    accountant.unpay("R1")
    assert set(told(books, later)) == {"1", "2"}


def test_many_invoices_take_few_questions(open_books: Open, accountant: Accountant) -> None:
    """Reads go by hundreds: one more invoice is not one more request."""
    transport = CutTransport()
    books, asked = open_books(transport), list[int]()
    for number in range(2):
        books.send(write_for(sold(str(number), "10.00")))
        accountant.pay(f"R{number}", str(number), Decimal(5), EARLY)
        before = len(transport.calls)
        assert len(told(books)) == number + 1
        asked.append(len(transport.calls) - before)
    assert asked[0] == asked[1]


def test_invoices_of_a_former_user_take_few_questions(
    open_books: Open, accountant: Accountant, tryton: TrytonServer
) -> None:
    """Bursar got another user in Tryton: whether each is ours, and no copy, is not asked one by one."""
    transport = CutTransport()
    books, asked = open_books(transport), list[int]()
    for number in range(2):
        receipt = books.send(write_for(sold(str(number), "10.00")))
        [copy] = accountant.rpc("model.account.invoice.copy", [receipt.remote_id])
        accountant.rpc("model.account.invoice.write", [copy], {"invoice_date": LATE, "reference": f"copy {number}"})
        accountant.rpc.insist("model.account.invoice.post", [copy])
        tryton.execute("UPDATE account_invoice SET create_uid = 1")
        before = len(transport.calls)
        assert set(told(books)) == {str(each) for each in range(number + 1)}
        asked.append(len(transport.calls) - before)
    assert asked[0] == asked[1]


def test_instalments_are_followed(books: TrytonBooks, accountant: Accountant) -> None:
    """Tryton sets the old line against the new ones: that is no payment, but what is paid on an instalment is."""
    books.send(write_for(sold("1", "120.00")))
    invoice = accountant.invoice("1")
    [journal] = accountant.rpc.find("account.journal", [["code", "=", "MISC"]])
    terms = [{"date": day, "amount": Decimal(60), "currency": invoice["currency"]} for day in (EARLY, LATE)]
    start = {"start_date": EARLY, "frequency": "monthly", "interval": 1, "number": 2, "amount": None}
    start |= {"total_amount": Decimal(120), "currency": invoice["currency"]}
    preview = {"journal": journal["id"], "description": "in two", "terms": terms}
    preview |= {"currency": invoice["currency"]}
    forms = {"start": start, "preview": preview}
    lines = invoice["lines_to_pay"]
    accountant.rpc.wizard("account.move.line.reschedule", "account.move.line", lines, forms, "reschedule")
    assert len(accountant.invoice("1")["lines_to_pay"]) > 1
    assert settlement(books, "1") == Settlement("1", "EUR")
    accountant.pay("R1", "1", Decimal(60), LATE)
    assert [each.amount for each in settlement(books, "1").allocations] == [Decimal(60)]
