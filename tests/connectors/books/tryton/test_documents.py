"""What becomes of documents in Tryton, account by account and day by day."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bursar.connectors.books.tryton import TrytonBooks
from bursar.domain.errors import NotFound, Rejected
from bursar.domain.ledger.comparison import balances_of
from bursar.domain.ledger.documents import DocumentKind, Line
from bursar.domain.ledger.journal import JournalPolicy
from bursar.domain.ledger.stock_accounts import StockPolicy, cogs_journal
from bursar.domain.period import Month
from bursar.ports import Receipt
from tests.connectors.books.tryton.accountant import Accountant
from tests.connectors.books.tryton.conftest import Open
from tests.connectors.books.tryton.cut_transport import CutTransport
from tests.connectors.books.tryton.deliveries import FAR, delivery, journal_in, sample, void_of, write_for, write_of
from tests.connectors.books.tryton.places import add_parties
from tests.tryton_server import TrytonServer

pytestmark = pytest.mark.tryton

INVOICE = sample(DocumentKind.AR_INVOICE)
BILL = sample(DocumentKind.AP_BILL_PO)
YEAR = [Month(2026, month) for month in range(1, 13)]
STOCKED = JournalPolicy(StockPolicy(cogs=True))


@pytest.fixture
def accountant(accountant: Accountant) -> Accountant:
    add_parties(accountant)
    return accountant


def ledger(accountant: Accountant, *invoices: int) -> dict[str, Decimal]:
    """Sums of all entries by account; of those of some invoices when they are named."""
    fields = ("debit", "credit", "account.code")
    domain = [["move.origin", "=", f"account.invoice,{each}"] for each in invoices]
    sums: dict[str, Decimal] = {}
    for line in accountant.rpc.find("account.move.line", [["move.state", "=", "posted"], *domain], *fields):
        code = line["account."]["code"]
        sums[code] = sums.get(code, Decimal(0)) + line["debit"] - line["credit"]
    return {code: amount for code, amount in sums.items() if amount}


def maturities(accountant: Accountant) -> list[date]:
    found = accountant.rpc.find("account.move.line", [["maturity_date", "!=", None]], "maturity_date")
    return [each["maturity_date"] for each in found]


def test_an_invoice_is_what_an_accountant_expects(books: TrytonBooks, accountant: Accountant) -> None:
    books.send(write_for(replace(INVOICE, due=date(2026, 11, 30), description="Managed services")))
    invoice = accountant.invoice("4711")
    assert invoice["comment"].startswith("4711 [bursar:d:")
    assert (invoice["state"], invoice["total_amount"]) == ("posted", Decimal("142.80"))
    assert maturities(accountant) == [date(2026, 11, 30)]
    fields = ("quantity", "unit_price", "account.code", "description")
    lines = accountant.rpc.find("account.invoice.line", [["invoice", "=", invoice["id"]]], *fields)
    assert [(each["quantity"], each["unit_price"]) for each in lines] == [(4.0, Decimal("25.00")), (1.0, Decimal(20))]
    [tax] = accountant.rpc.find("account.invoice.tax", [], "manual", "amount", "account.code")
    assert (tax["manual"], tax["amount"], tax["account."]["code"]) == (True, Decimal("22.80"), "2200")
    assert ledger(accountant) == {
        "1200": Decimal("142.80"),
        "2200": Decimal("-22.80"),
        "4000": Decimal("-100.00"),
        "4400": Decimal("-20.00"),
    }


def test_an_invoice_goes_to_the_address_that_is_in_use(books: TrytonBooks, accountant: Accountant) -> None:
    """Not to one that the customer has left, and to the one for invoices where there is one."""
    [party] = accountant.rpc.find("party.party", [["code", "=", "CONTOSO"]], "addresses")
    [old] = party["addresses"]
    values = [{"party": party["id"], "city": city, "invoice": city == "Kiel"} for city in ("Ulm", "Kiel")]
    depot, office = accountant.rpc("model.party.address.create", values)
    accountant.rpc("model.party.address.write", [old], {"active": False})
    books.send(write_for(INVOICE))
    accountant.rpc("model.party.address.write", [office], {"invoice": False})
    books.send(write_for(replace(INVOICE, number="4712", record_id="4712")))
    found = accountant.rpc.find("account.invoice", [], "invoice_address")
    assert [each["invoice_address"] for each in found] == [office, depot]


def test_of_two_entries_of_one_code_the_one_in_use_counts(books: TrytonBooks, accountant: Accountant) -> None:
    """As in the lists that codes are checked against: an account and a journal that were replaced stay in Tryton."""
    rpc = accountant.rpc
    [old] = rpc.find("account.account", [["code", "=", "9990"]], "company", "type", "parent")
    values = {"code": "9990", "name": "New revenue", **{name: old[name] for name in ("company", "type", "parent")}}
    [account] = rpc("model.account.account.create", [values])
    [journal] = rpc.find("account.journal", [["type", "=", "revenue"]])
    [other] = rpc("model.account.journal.create", [{"name": "Sales", "code": "NEW", "type": "revenue"}])
    rpc("model.account.journal.write", [journal["id"]], {"active": False})
    try:
        books.send(write_for(replace(INVOICE, lines=(Line("9990", Decimal(120)),), taxes=(), total=Decimal(120))))
        [line] = rpc.find("account.invoice.line", [], "account", "invoice.journal")
        assert (line["account"], line["invoice."]["journal"]) == (account, other)
    finally:
        rpc("model.account.journal.write", [journal["id"]], {"active": True})
        rpc("model.account.journal.write", [other], {"active": False})
        rpc("model.account.account.write", [account], {"code": None})


def test_without_a_due_day_it_is_due_at_once(books: TrytonBooks, accountant: Accountant) -> None:
    """Long ago, as it may be: what Tryton asks then is answered with yes."""
    books.send(write_for(replace(INVOICE, day=date(2025, 5, 31), due=None)))
    assert maturities(accountant) == [date(2025, 5, 31)]


def test_payment_terms_say_when_it_is_due(books: TrytonBooks, accountant: Accountant) -> None:
    books.send(write_for(replace(INVOICE, terms="Net 30")))
    assert maturities(accountant) == [date(2026, 11, 30)]
    with pytest.raises(Rejected, match=r"Main has no payment term Net 99\."):
        books.send(write_for(replace(INVOICE, terms="Net 99", record_id="9")))


def test_the_quantity_gives_way_to_the_amount(books: TrytonBooks, accountant: Accountant) -> None:
    """Seven decimals of ConnectWise's price do not fit Tryton's four: the amount is law, the quantity becomes words."""
    price, amount = Decimal("14.2857143"), Decimal("10000.00")
    line = Line("4000", amount, quantity=Decimal(700), unit_price=price, description="Licence", unit="seats")
    books.send(write_for(replace(INVOICE, lines=(line,), taxes=(), total=amount)))
    [found] = accountant.rpc.find("account.invoice.line", [], "quantity", "unit_price", "description")
    assert (found["quantity"], found["unit_price"]) == (1.0, amount)
    assert found["description"] == "Licence (700 seats at 14.2857143)"


def test_goods_bought_for_stock_stand_on_a_tax_line(books: TrytonBooks, accountant: Accountant) -> None:
    """Tryton lets only accounts of expense stand on a bill's lines; the ledger has the stock account all the same."""
    write = write_for(BILL, policy=STOCKED)
    books.send(write)
    assert ledger(accountant) == {"1400": Decimal(100), "1570": Decimal(19), "2000": Decimal(-119)}
    assert books.balances(YEAR) == balances_of([journal_in(write)])
    [bill] = accountant.rpc.find("account.invoice", [], "reference", "number")
    assert bill["reference"] == "R-2026-9"


def test_cost_of_goods_sold_is_a_journal_of_its_own(books: TrytonBooks, accountant: Accountant) -> None:
    with pytest.raises(Rejected, match="carries its cost of goods sold, which an invoice in Tryton cannot") as caught:
        books.send(write_for(INVOICE, policy=STOCKED))
    assert "journal of its own" in caught.value.remedy
    costs = cogs_journal(INVOICE, STOCKED.stock)
    assert costs is not None
    books.send(write_for(costs))
    assert ledger(accountant) == {"5000": Decimal(60), "1400": Decimal(-60)}


def test_an_expense_names_the_member_where_the_account_wants_a_party(
    books: TrytonBooks, accountant: Accountant
) -> None:
    expense = sample(DocumentKind.JOURNAL)
    books.send(write_for(expense))
    lines = accountant.rpc.find("account.move.line", [], "party.code", "account.code")
    assert {line["account."]["code"]: (line["party."] or {}).get("code") for line in lines} == {
        "2100": "JDOE",
        "6100": None,
    }
    with pytest.raises(Rejected, match="names no party, and an account of it in Main wants one"):
        books.send(write_for(replace(expense, party=type(expense.party)(), record_id="82")))


def test_a_late_invoice_is_booked_on_its_day(books: TrytonBooks, accountant: Accountant) -> None:
    """Tryton numbers customers' invoices in the order of their dates, and refuses one that comes late."""
    books.send(write_for(INVOICE))
    late = replace(INVOICE, number="4710", record_id="899", day=date(2026, 9, 30), due=date(2026, 10, 30))
    receipt = books.send(write_for(late))
    assert receipt.fields["day"] == date(2026, 9, 30)
    invoice = accountant.invoice("4710")
    assert (invoice["invoice_date"], invoice["accounting_date"]) == (date(2026, 10, 31), date(2026, 9, 30))
    assert sorted(maturities(accountant)) == [date(2026, 10, 30), FAR]
    [move] = accountant.rpc.find("account.move", [["id", "=", invoice["move"]]], "date")
    assert move["date"] == date(2026, 9, 30)


def test_a_document_that_was_moved_to_an_open_day_keeps_its_own_date(
    books: TrytonBooks, accountant: Accountant
) -> None:
    moved = replace(delivery(replace(INVOICE, day=date(2026, 11, 1))), document_day=INVOICE.day)
    assert books.send(write_of(moved)).fields["day"] == date(2026, 11, 1)
    invoice = accountant.invoice("4711")
    assert (invoice["invoice_date"], invoice["accounting_date"]) == (date(2026, 10, 31), date(2026, 11, 1))


def test_a_bill_that_somebody_entered_already_is_not_posted_beside_it(
    books: TrytonBooks, accountant: Accountant
) -> None:
    first = books.send(write_for(BILL))
    accountant.rpc("model.account.invoice.write", [first.remote_id], {"comment": "entered by hand"})
    again = replace(BILL, record_id="PO #PO77, Packing Slip: B2")
    with pytest.raises(Rejected, match="has the number of a bill that Main has of this supplier already") as caught:
        books.send(write_for(again))
    assert "R-2026-9" in caught.value.sentence
    assert len(accountant.rpc.find("account.invoice", [])) == 1


@pytest.mark.parametrize(
    "kind",
    [DocumentKind.AP_BILL_PO, DocumentKind.AR_INVOICE, DocumentKind.AR_CREDIT, DocumentKind.INVENTORY_ADJUSTMENT],
)
def test_it_can_be_posted_again_once_it_was_taken_back(
    books: TrytonBooks, accountant: Accountant, kind: DocumentKind
) -> None:
    """The credit note that took an invoice back carries its marker, and is no document of ours."""
    document = sample(kind)
    write = write_for(document)
    receipt = books.send(write)
    with pytest.raises(Rejected, match="is still in Main as it was posted before"):
        books.send(write_for(document, generation=1))
    books.send(void_of(write, receipt))
    again = write_for(document, generation=1)
    books.send(again)
    assert books.balances(YEAR) == balances_of([journal_in(again)])


def test_taking_back_credits_a_customers_invoice(books: TrytonBooks, accountant: Accountant) -> None:
    write = write_for(INVOICE)
    receipt = books.send(write)
    voided = books.send(void_of(write, receipt))
    assert voided == receipt
    assert ledger(accountant) == {}
    states = accountant.rpc.find("account.invoice", [], "state", "total_amount", "invoice_date", "reference")
    assert [(each["state"], each["total_amount"]) for each in states] == [
        ("cancelled", Decimal("142.80")),
        ("paid", Decimal("-142.80")),
    ]
    assert states[1]["invoice_date"] == INVOICE.day
    assert (
        accountant.rpc.find("account.move.line", [["reconciliation", "=", None], ["account.code", "=", "1200"]]) == []
    )
    assert books.balances(YEAR) == {}
    assert [present.voided for present in books.documents([str(write.fields["marker"])])] == [True]


def test_an_invoice_is_taken_back_in_its_own_month_where_that_can_be(
    books: TrytonBooks, accountant: Accountant
) -> None:
    """A newer credit note has a number already: the new one is dated as that one, and not today, in another month."""
    write = write_for(replace(INVOICE, day=date(2026, 8, 10)))
    receipt = books.send(write)
    newer = sample(DocumentKind.AR_CREDIT, number="C9", record_id="C9", day=date(2026, 8, 20))
    books.send(write_for(newer))
    books.send(void_of(write, receipt))
    dates = [each["date"] for each in accountant.rpc.find("account.move", [], "date")]
    assert dates == [date(2026, 8, 10), date(2026, 8, 20), date(2026, 8, 20)]


def test_an_invoice_that_was_taken_back_in_another_month_moves_both(books: TrytonBooks, accountant: Accountant) -> None:
    """As its month was closed: reconciliation knows of both days. What people take back moves nothing."""
    write = write_for(INVOICE)
    receipt = books.send(write)
    accountant.close(date(2026, 10, 20))
    void = void_of(write, receipt)
    books.send(replace(void, fields={**void.fields, "day": "2026-11-01"}))
    moved = journal_in(write)
    rows = tuple(replace(row, amount=-row.amount) for row in moved.postings)
    then = replace(moved, day=date(2026, 11, 1), postings=rows)
    assert books.balances(YEAR) == balances_of([moved, then])
    assert books.balances([Month(2026, 10)]) == balances_of([moved])
    assert books.balances([Month(2026, 11)]) == balances_of([then])


def test_a_company_that_allows_it_cancels_without_a_credit_note(
    books: TrytonBooks, accountant: Accountant, tryton: TrytonServer
) -> None:
    tryton.execute("UPDATE company_company SET cancel_invoice_out = true")
    write = write_for(INVOICE)
    books.send(void_of(write, books.send(write)))
    assert [each["state"] for each in accountant.rpc.find("account.invoice", [], "state")] == ["cancelled"]
    assert ledger(accountant) == {}


def test_what_comes_to_nothing_can_be_posted_and_taken_back(books: TrytonBooks, accountant: Accountant) -> None:
    lines = (Line("4000", Decimal(100)), Line("4400", Decimal(-100)))
    write = write_for(replace(INVOICE, lines=lines, taxes=(), total=Decimal(0)))
    receipt = books.send(write)
    assert accountant.invoice("4711")["state"] == "paid"
    assert books.balances(YEAR) == balances_of([journal_in(write)])
    books.send(void_of(write, receipt))
    assert ledger(accountant) == {}
    assert accountant.invoice("4711")["state"] == "cancelled"


def test_an_invoice_with_payments_is_not_taken_back(books: TrytonBooks, accountant: Accountant) -> None:
    write = write_for(INVOICE)
    receipt = books.send(write)
    accountant.pay("R1", "4711", Decimal(50), date(2026, 11, 5))
    with pytest.raises(Rejected, match="has payments or credits set against it in Main") as caught:
        books.send(void_of(write, receipt))
    assert "take them off the invoice" in caught.value.remedy
    assert accountant.invoice("4711")["state"] == "posted"


def test_what_is_not_there_cannot_be_taken_back(books: TrytonBooks, accountant: Accountant) -> None:
    void = void_of(write_for(INVOICE), Receipt(0, {}))
    assert books.look(void) is None
    with pytest.raises(NotFound, match=r"Invoice 4711 is not in Main\."):
        books.send(void)


def test_a_journal_in_a_closed_period_is_taken_back_today(
    books: TrytonBooks, open_books: Open, accountant: Accountant
) -> None:
    """The wish names a day; Tryton's own cancelling takes the entry's day, or today's when that is closed."""
    write = write_for(sample(DocumentKind.INVENTORY_ADJUSTMENT))
    receipt = books.send(write)
    accountant.close(date(2026, 10, 20))
    today = {datetime.now(UTC).date()}
    books.send(void_of(write, receipt))
    today.add(datetime.now(UTC).date())
    assert ledger(accountant) == {}
    moved = journal_in(write)
    then = replace(moved, day=today.pop(), postings=tuple(replace(row, amount=-row.amount) for row in moved.postings))
    assert books.balances(YEAR) == balances_of([moved, then])
    assert books.balances([Month(2026, 10)]) == balances_of([moved])
    assert books.balances([Month.of(then.day)]) == balances_of([then])
    dates = [each["date"] for each in accountant.rpc.find("account.move", [], "date")]
    assert dates[0] == date(2026, 10, 20)
    assert dates[1] in {then.day, *today}


def test_another_currency_is_converted_by_tryton(books: TrytonBooks, accountant: Accountant) -> None:
    dollars = replace(INVOICE, currency="USD")
    costs = cogs_journal(dollars, STOCKED.stock)
    assert costs is not None
    writes = [write_for(dollars), write_for(costs)]
    for write in writes:
        books.send(write)
    assert ledger(accountant) == {
        "1200": Decimal("129.82"),
        "1400": Decimal("-54.55"),
        "2200": Decimal("-20.73"),
        "4000": Decimal("-90.91"),
        "4400": Decimal("-18.18"),
        "5000": Decimal("54.55"),
    }
    assert books.balances(YEAR) == balances_of([journal_in(write) for write in writes])


def test_what_rounding_leaves_is_no_part_of_the_document(books: TrytonBooks, accountant: Accountant) -> None:
    lines = tuple(Line(account, Decimal("0.05")) for account in ("4000", "4400", "4000"))
    write = write_for(replace(INVOICE, currency="USD", lines=lines, taxes=(), total=Decimal("0.15")))
    books.send(write)
    assert ledger(accountant)["8000"] == Decimal("0.01")
    assert books.balances(YEAR) == balances_of([journal_in(write)])


def test_a_journal_with_three_rows_balances_in_the_companys_currency(
    books: TrytonBooks, accountant: Accountant
) -> None:
    adjustment = sample(DocumentKind.INVENTORY_ADJUSTMENT)
    lines = tuple(
        replace(line, amount=Decimal("0.05"), account="5900") for line in (*adjustment.lines, adjustment.lines[0])
    )
    write = write_for(replace(adjustment, currency="USD", lines=lines, total=Decimal("0.15")))
    books.send(write)
    assert sum(ledger(accountant).values()) == 0
    assert books.balances(YEAR) == balances_of([journal_in(write)])


def test_copies_that_people_make_are_not_ours(books: TrytonBooks, accountant: Accountant) -> None:
    """A copy and a credit note take the comment along, and with it our marker."""
    write = write_for(INVOICE)
    receipt = books.send(write)
    [copy] = accountant.rpc("model.account.invoice.copy", [receipt.remote_id])
    accountant.rpc("model.account.invoice.write", [copy], {"invoice_date": date(2026, 11, 30), "reference": "own"})
    accountant.rpc.insist("model.account.invoice.post", [copy])
    accountant.credit("4711", refund=False)
    marker = str(write.fields["marker"])
    assert [present.remote_id for present in books.documents([marker])] == [receipt.remote_id]
    assert books.send(write) == receipt
    assert books.balances(YEAR) == balances_of([journal_in(write)])
    assert [each.number for each in books.settlements(None) if hasattr(each, "number")] == ["4711"]


def test_an_entry_that_people_cancelled_by_mistake_is_alive(books: TrytonBooks, accountant: Accountant) -> None:
    """They cancel the cancelling: the document stands, and must not be posted beside itself."""
    write = write_for(sample(DocumentKind.INVENTORY_ADJUSTMENT))
    books.send(write)
    form = {"default": {"description": "by hand", "reversal": True}}
    for voided in (True, False, True):
        last = max(each["id"] for each in accountant.rpc.find("account.move", []))
        accountant.rpc.wizard("account.move.cancel", "account.move", [last], form, "cancel")
        [present] = books.documents([str(write.fields["marker"])])
        assert present.voided is voided
        assert bool(books.balances(YEAR)) is not voided


def test_balances_of_a_month_read_that_month(open_books: Open, accountant: Accountant) -> None:
    """Not every entry that was ever posted."""
    transport = CutTransport()
    books = open_books(transport)
    write = write_for(sample(DocumentKind.INVENTORY_ADJUSTMENT))
    books.send(write)
    assert books.balances([Month(2026, 10)]) == balances_of([journal_in(write)])
    transport.calls.clear()
    assert books.balances([Month(2026, 11)]) == {}
    assert "model.account.move.line.search_read" not in transport.calls


def test_what_people_change_is_seen(books: TrytonBooks, accountant: Accountant) -> None:
    write = write_for(INVOICE)
    receipt = books.send(write)
    accountant.rpc("model.account.invoice.write", [receipt.remote_id], {"reference": "4711-B"})
    marker = str(write.fields["marker"])
    assert [present.number for present in books.documents([marker])] == ["4711-B"]
    accountant.credit("4711-B", refund=True)
    [present] = books.documents([marker])
    assert present.voided


def test_an_entry_that_people_cancel_is_seen(books: TrytonBooks, accountant: Accountant) -> None:
    """Also that of an invoice, which Tryton then calls paid."""
    writes = [write_for(INVOICE), write_for(sample(DocumentKind.INVENTORY_ADJUSTMENT))]
    for write in writes:
        books.send(write)
    moves = [each["id"] for each in accountant.rpc.find("account.move", [])]
    form = {"default": {"description": "by hand", "reversal": True}}
    for move in moves:
        accountant.rpc.wizard("account.move.cancel", "account.move", [move], form, "cancel")
    found = books.documents([str(write.fields["marker"]) for write in writes])
    assert [present.voided for present in found] == [True, True]
    assert books.balances(YEAR) == {}
    [settlement] = books.settlements(None)
    assert getattr(settlement, "voided", False)
