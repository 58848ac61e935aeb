"""A document is in the ledger once, wherever a request, an answer or the process is lost."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bursar.connectors.books.tryton import TrytonBooks
from bursar.domain.errors import RemoteError
from bursar.domain.ledger.documents import DocumentKind
from bursar.ports import Receipt, Write
from tests.connectors.books.tryton.accountant import Accountant
from tests.connectors.books.tryton.conftest import Open
from tests.connectors.books.tryton.cut_transport import Cut, CutTransport, Killed
from tests.connectors.books.tryton.deliveries import journal_in, sample, void_of, write_for
from tests.connectors.books.tryton.places import add_parties

pytestmark = pytest.mark.tryton

INVOICE = write_for(sample(DocumentKind.AR_INVOICE))
BILL = write_for(sample(DocumentKind.AP_BILL_PO))
ADJUSTMENT = sample(DocumentKind.INVENTORY_ADJUSTMENT)


def posted_as_a_poster_does(books: TrytonBooks, write: Write) -> Receipt:
    """Look, and send what is not there, until there is a receipt."""
    for _ in range(20):
        try:
            return books.look(write) or books.send(write)
        except RemoteError:
            continue
    raise AssertionError("no receipt after twenty rounds")


def survived(open_books: Open, write: Write, transport: CutTransport, later: TrytonBooks | None = None) -> Receipt:
    """Send through a way that loses something; then a later run finds out and goes on."""
    try:
        open_books(transport).send(write)
    except (RemoteError, Killed):
        assert transport.happened
    return posted_as_a_poster_does(later or open_books(), write)


def records(accountant: Accountant, model: str) -> list[dict[str, Any]]:
    return accountant.rpc.find(model, [], "state")


@pytest.mark.parametrize(
    ("method", "cut"),
    [("create", Cut.AFTER), ("create", Cut.KILLED_AFTER), *(("post", cut) for cut in Cut)],
)
def test_an_invoice_survives_what_is_lost_on_the_way(
    open_books: Open, accountant: Accountant, method: str, cut: Cut
) -> None:
    add_parties(accountant)
    transport = CutTransport(method=f"model.account.invoice.{method}", cut=cut)
    receipt = survived(open_books, INVOICE, transport)
    assert transport.happened
    assert [each["state"] for each in records(accountant, "account.invoice")] == ["posted"]
    assert [each["state"] for each in records(accountant, "account.move")] == ["posted"]
    assert accountant.invoice("4711")["id"] == receipt.remote_id


@pytest.mark.parametrize("cut", [Cut.AFTER, Cut.KILLED_BEFORE])
def test_a_bill_survives_what_is_lost_on_the_way(open_books: Open, accountant: Accountant, cut: Cut) -> None:
    add_parties(accountant)
    survived(open_books, BILL, CutTransport(method="model.account.invoice.post", cut=cut))
    assert [each["state"] for each in records(accountant, "account.invoice")] == ["posted"]


def test_a_journal_survives_a_loss_at_every_call(open_books: Open, accountant: Accountant) -> None:
    """Every request of a whole run is lost, reads and logging in as well; those that write in each of the four ways."""
    whole = CutTransport()
    open_books(whole).send(write_for(ADJUSTMENT, 999))
    later = open_books()
    losses = [
        (place, cut)
        for place, method in enumerate(whole.calls)
        for cut in (Cut if method.endswith((".create", ".post")) else [list(Cut)[place % len(Cut)]])
    ]
    for number, (place, cut) in enumerate(losses):
        transport = CutTransport(place, cut=cut)
        write = write_for(sample(DocumentKind.INVENTORY_ADJUSTMENT, record_id=f"{number}"))
        survived(open_books, write, transport, later)
        assert transport.happened
    assert [each["state"] for each in records(accountant, "account.move")] == ["posted"] * (1 + len(losses))


@pytest.mark.parametrize("cut", [Cut.BEFORE, Cut.AFTER, Cut.KILLED_AFTER])
@pytest.mark.parametrize("method", ["create", "execute", "delete"])
def test_taking_a_journal_back_survives_what_is_lost(
    open_books: Open, accountant: Accountant, method: str, cut: Cut
) -> None:
    write = write_for(ADJUSTMENT)
    receipt = open_books().send(write)
    void = void_of(write, receipt)
    survived(open_books, void, CutTransport(method=f"wizard.account.move.cancel.{method}", cut=cut))
    [present] = open_books().documents([str(write.fields["marker"])])
    assert present.voided
    assert len(records(accountant, "account.move")) == 2


@pytest.mark.parametrize("cut", [Cut.AFTER, Cut.KILLED_AFTER])
def test_taking_an_invoice_back_survives_what_is_lost(open_books: Open, accountant: Accountant, cut: Cut) -> None:
    add_parties(accountant)
    receipt = open_books().send(INVOICE)
    survived(
        open_books, void_of(INVOICE, receipt), CutTransport(method="wizard.account.invoice.credit.execute", cut=cut)
    )
    assert sorted(each["state"] for each in records(accountant, "account.invoice")) == ["cancelled", "paid"]


def test_a_create_that_arrives_late_leaves_no_second_document(open_books: Open, accountant: Accountant) -> None:
    """The client has given up and sent again; then the first request arrives after all."""
    add_parties(accountant)
    with pytest.raises(Killed):
        open_books(CutTransport(method="model.account.invoice.create", cut=Cut.KILLED_AFTER)).send(INVOICE)
    accountant.rpc("model.account.invoice.write", [1], {"comment": "not to be found yet"})
    receipt = open_books().send(INVOICE)
    mark = accountant.rpc.find("account.invoice", [["id", "=", receipt.remote_id]], "comment")[0]["comment"]
    accountant.rpc("model.account.invoice.write", [1], {"comment": mark})
    books = open_books()
    assert [present.remote_id for present in books.documents([str(INVOICE.fields["marker"])])] == [receipt.remote_id]
    assert books.send(INVOICE) == receipt
    assert [each["state"] for each in records(accountant, "account.invoice")] == ["posted"]


def test_a_draft_that_somebody_changed_is_made_anew(open_books: Open, accountant: Accountant) -> None:
    add_parties(accountant)
    with pytest.raises(Killed):
        open_books(CutTransport(method="model.account.invoice.post", cut=Cut.KILLED_BEFORE)).send(INVOICE)
    [line, *_] = accountant.rpc.find("account.invoice.line", [["invoice", "=", 1]])
    accountant.rpc("model.account.invoice.line.write", [line["id"]], {"quantity": 40})
    books = open_books()
    assert books.look(INVOICE) is None
    assert records(accountant, "account.invoice") == []
    assert books.send(INVOICE).fields["total"] == Decimal("142.80")


def test_a_draft_that_tryton_does_not_post_any_more_is_removed(open_books: Open, accountant: Accountant) -> None:
    add_parties(accountant)
    with pytest.raises(Killed):
        open_books(CutTransport(method="model.account.invoice.post", cut=Cut.KILLED_BEFORE)).send(INVOICE)
    day = sample(DocumentKind.AR_INVOICE).day
    accountant.close(day)
    assert open_books().look(INVOICE) is None
    assert records(accountant, "account.invoice") == []


@pytest.mark.parametrize("changed", [False, True], ids=["as it was", "changed"])
def test_a_draft_that_somebody_validated_is_posted_or_made_anew(
    open_books: Open, accountant: Accountant, changed: bool
) -> None:
    """Tryton keeps the number of a validated bill, so a changed one is cancelled there, and no part of the ledger."""
    add_parties(accountant)
    with pytest.raises(Killed):
        open_books(CutTransport(method="model.account.invoice.post", cut=Cut.KILLED_BEFORE)).send(BILL)
    if changed:
        [line] = accountant.rpc.find("account.invoice.line", [["invoice", "=", 1]])
        accountant.rpc("model.account.invoice.line.write", [line["id"]], {"unit_price": Decimal(30)})
    accountant.rpc.insist("model.account.invoice.validate_invoice", [1])
    books = open_books()
    found = books.look(BILL)
    assert (found is None) is changed
    receipt = books.send(BILL)
    assert found is None or receipt == found
    states = [each["state"] for each in records(accountant, "account.invoice")]
    assert states == (["cancelled", "posted"] if changed else ["posted"])
    assert [each["state"] for each in records(accountant, "account.move")] == ["posted"]
    assert [each.total for each in books.documents([str(BILL.fields["marker"])])] == [Decimal(119)]


@pytest.mark.parametrize(
    "changed",
    [{"lines": [("4400", "100.00"), ("4000", "20.00")]}, {"day": date(2026, 11, 2)}, {"party": "DISTRI"}],
    ids=["accounts", "day", "party"],
)
def test_a_draft_of_what_the_invoice_was_before_is_not_posted(
    open_books: Open, accountant: Accountant, changed: dict[str, Any]
) -> None:
    """Nothing was confirmed, so it is planned anew under the same marker: with what ConnectWise says by then."""
    add_parties(accountant)
    with pytest.raises(Killed):
        open_books(CutTransport(method="model.account.invoice.post", cut=Cut.KILLED_BEFORE)).send(INVOICE)
    before = sample(DocumentKind.AR_INVOICE)
    lines = tuple(
        replace(line, account=account, amount=Decimal(amount), quantity=None, unit_price=None)
        for line, (account, amount) in zip(before.lines, changed.get("lines", []), strict=False)
    )
    now = replace(
        before,
        lines=lines or before.lines,
        day=changed.get("day", before.day),
        party=replace(before.party, account_number=changed.get("party", before.party.account_number)),
    )
    write = write_for(now)
    assert write.fields["marker"] == INVOICE.fields["marker"]
    books = open_books()
    assert books.look(write) is None
    books.send(write)
    [invoice] = accountant.rpc.find("account.invoice", [], "party.code", "invoice_date", "state")
    assert (invoice["party."]["code"], invoice["invoice_date"]) == (now.party.code, now.day)
    found = accountant.rpc.find("account.invoice.line", [], "account.code", "amount")
    assert [(each["account."]["code"], each["amount"]) for each in found] == [
        (line.account, line.amount) for line in now.lines
    ]


def test_a_draft_of_what_the_journal_was_before_is_not_posted(open_books: Open, accountant: Accountant) -> None:
    with pytest.raises(Killed):
        open_books(CutTransport(method="model.account.move.post", cut=Cut.KILLED_BEFORE)).send(write_for(ADJUSTMENT))
    lines = tuple(replace(line, account="5910" if line.account == "5900" else "5900") for line in ADJUSTMENT.lines)
    books = open_books()
    write = write_for(replace(ADJUSTMENT, lines=lines))
    assert books.look(write) is None
    books.send(write)
    found = accountant.rpc.find("account.move.line", [], "account.code", "debit", "credit")
    sums: dict[str, Decimal] = {}
    for each in found:
        code = each["account."]["code"]
        sums[code] = sums.get(code, Decimal(0)) + each["debit"] - each["credit"]
    assert sums == {row.account: row.amount for row in journal_in(write).postings}


@pytest.mark.parametrize(
    ("kind", "changed"),
    [
        (DocumentKind.AR_INVOICE, {"terms": "Net 30", "description": " Managed  services\n\tin October, for Zoë "}),
        (DocumentKind.AR_INVOICE, {"currency": "USD", "due": None}),
        (DocumentKind.AR_CREDIT, {}),
        (DocumentKind.AP_BILL_PO, {"vendor_invoice": ""}),
        (DocumentKind.JOURNAL, {}),
        (DocumentKind.INVENTORY_ADJUSTMENT, {"currency": "USD"}),
    ],
)
def test_a_draft_that_says_the_same_is_finished(
    open_books: Open, accountant: Accountant, kind: DocumentKind, changed: dict[str, Any]
) -> None:
    """Nothing is made twice, and no number is lost."""
    add_parties(accountant)
    write = write_for(sample(kind, **changed))
    model = "account.move" if kind in {DocumentKind.JOURNAL, DocumentKind.INVENTORY_ADJUSTMENT} else "account.invoice"
    with pytest.raises(Killed):
        open_books(CutTransport(method=f"model.{model}.post", cut=Cut.KILLED_BEFORE)).send(write)
    found = open_books().look(write)
    assert found is not None
    assert found.remote_id == 1
