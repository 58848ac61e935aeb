"""What Tryton itself refuses, and the sentence that a person gets. Nothing of it stays behind."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bursar.connectors.books.tryton import TrytonBooks
from bursar.domain.books.references import Reference, ReferenceKind
from bursar.domain.errors import Rejected
from bursar.domain.ledger.documents import Document, DocumentKind, PartyRef
from bursar.ports import Write
from tests.connectors.books.tryton.accountant import Accountant
from tests.connectors.books.tryton.deliveries import delivery, sample, tampered, write_for, write_of
from tests.connectors.books.tryton.places import add_parties
from tests.tryton_server import RpcError, TrytonServer

pytestmark = pytest.mark.tryton

INVOICE = sample(DocumentKind.AR_INVOICE)
ADJUSTMENT = sample(DocumentKind.INVENTORY_ADJUSTMENT)
DAY = date(2026, 10, 20)


@pytest.fixture
def accountant(accountant: Accountant) -> Accountant:
    add_parties(accountant)
    return accountant


def refused(books: TrytonBooks, accountant: Accountant, write: Write) -> Rejected:
    """Send it; it must be refused, with Tryton's own words in the answer, and nothing may be left of it."""
    with pytest.raises(Rejected) as caught:
        books.send(write)
    assert caught.value.sentence.endswith(".")
    assert caught.value.remedy
    assert accountant.rpc.find("account.invoice", []) == []
    assert accountant.rpc.find("account.move", []) == []
    return caught.value


def test_an_unbalanced_journal_is_refused_by_tryton(books: TrytonBooks, accountant: Accountant) -> None:
    found = refused(books, accountant, tampered(ADJUSTMENT, more="0.01"))
    assert found.sentence == "Adjustment Count 3 does not balance: its debits and credits differ."
    assert "you must balance all its lines" in found.answer


@pytest.mark.parametrize(
    "document", [INVOICE, sample(DocumentKind.AP_BILL_PO), ADJUSTMENT], ids=["invoice", "bill", "journal"]
)
def test_a_closed_period_is_refused_by_tryton(books: TrytonBooks, accountant: Accountant, document: Document) -> None:
    accountant.close(DAY)
    found = refused(books, accountant, write_for(document))
    assert found.sentence == f"{document.title} is dated {document.day}, and Main has closed that period."
    assert found.remedy.startswith("Reopen the period in Tryton")
    assert found.answer
    assert books.closed_through() is None, "earlier periods are open"


def test_a_day_without_a_period_is_refused(books: TrytonBooks, accountant: Accountant) -> None:
    day = date(1999, 5, 1)
    found = refused(books, accountant, write_for(replace(INVOICE, day=day)))
    assert found.sentence == "Invoice 4711 is dated 1999-05-01, and Main has no open period for that day."
    found = refused(books, accountant, write_for(replace(ADJUSTMENT, day=day)))
    assert found.sentence == "Adjustment Count 3 is dated 1999-05-01, and Main has no period for that day."


@pytest.mark.parametrize("code", ["1000", "9990"])
def test_headings_and_closed_accounts_are_refused_by_tryton(
    books: TrytonBooks, accountant: Accountant, code: str
) -> None:
    lines = (replace(INVOICE.lines[0], account=code), *INVOICE.lines[1:])
    moved = tuple(replace(line, inventory_account=code) for line in ADJUSTMENT.lines)
    for document in (replace(INVOICE, lines=lines), replace(ADJUSTMENT, lines=moved)):
        found = refused(books, accountant, write_for(document))
        assert f"cannot be posted to account {code} - " in found.sentence
        assert "not valid according to its domain" in found.answer


def test_unknown_codes_are_refused_before_anything_is_sent(books: TrytonBooks, accountant: Accountant) -> None:
    for document, sentence in (
        (replace(INVOICE, control_account="1299"), "Invoice 4711: Main has no account 1299."),
        (replace(INVOICE, party=PartyRef("NOBODY")), "Invoice 4711: Main has no party NOBODY."),
        (replace(INVOICE, party=PartyRef("GONE")), "Invoice 4711: party GONE (Gone Ltd) is inactive in Main."),
        (replace(INVOICE, currency="XTS"), "Invoice 4711: Main has no currency XTS."),
    ):
        assert refused(books, accountant, write_for(document)).sentence == sentence


def test_a_currency_without_a_rate_is_refused_by_tryton(books: TrytonBooks, accountant: Accountant) -> None:
    for document in (INVOICE, ADJUSTMENT):
        found = refused(books, accountant, write_for(replace(document, currency="GBP")))
        assert "is in another currency than Main, which has no rate of GBP on 2026-10-" in found.sentence


def test_a_party_without_an_address_is_refused_by_tryton(books: TrytonBooks, accountant: Accountant) -> None:
    accountant.rpc("model.party.party.create", [{"code": "BARE", "name": "Bare", "addresses": []}])
    found = refused(books, accountant, write_for(replace(INVOICE, party=PartyRef("BARE"))))
    assert found.sentence == "Invoice 4711 is with a party that has no address in Main."


def test_a_total_that_tryton_does_not_reach_is_never_posted(books: TrytonBooks, accountant: Accountant) -> None:
    """The total is compared before the write that counts, not afterwards."""
    found = delivery(INVOICE)
    wrong = replace(found, document=replace(found.document, total=Decimal("142.81")))
    error = refused(books, accountant, write_of(wrong))
    assert error.sentence == ("Invoice 4711 comes to 142.81 EUR, but Main makes 142.80 EUR of it; it was not posted.")


def test_a_number_that_tryton_would_change_is_refused(books: TrytonBooks, accountant: Accountant) -> None:
    found = refused(books, accountant, write_for(replace(INVOICE, number="47\n11")))
    assert "has spaces or signs that Main cannot keep" in found.sentence


def test_what_tryton_refuses_it_refuses_everybody(accountant: Accountant) -> None:
    """The judge is no friend of ours: the same entries are refused when a person sends them."""
    account = accountant.account
    [journal] = accountant.rpc.find("account.journal", [["code", "=", "MISC"]])
    lines = [
        {"account": account("1400"), "debit": Decimal(50), "credit": Decimal(0)},
        {"account": account("5900"), "debit": Decimal(0), "credit": Decimal(49)},
    ]
    head = {"journal": journal["id"], "period": accountant.period(DAY), "date": DAY}
    [made] = accountant.rpc("model.account.move.create", [{**head, "lines": [["create", lines]]}])
    with pytest.raises(RpcError, match="balance all its lines"):
        accountant.rpc("model.account.move.post", [made])
    lines[1] |= {"account": account("1000"), "credit": Decimal(50)}
    with pytest.raises(RpcError, match="not valid according to its domain"):
        accountant.rpc("model.account.move.create", [{**head, "lines": [["create", lines]]}])


def test_lists_tell_headings_closed_and_inactive_ones(books: TrytonBooks, accountant: Accountant) -> None:
    accounts = {each.code: each for each in books.references(ReferenceKind.ACCOUNT) or ()}
    assert accounts["4000"] == Reference(ReferenceKind.ACCOUNT, "4000", "Hardware sold")
    assert not accounts["1000"].postable
    assert not accounts["9990"].active
    for kind in (ReferenceKind.CUSTOMER, ReferenceKind.SUPPLIER):
        parties = {each.code: each for each in books.references(kind) or ()}
        assert parties["CONTOSO"].active
        assert not parties["GONE"].active
    assert Reference(ReferenceKind.TERM, "Net 30", "Net 30") in (books.references(ReferenceKind.TERM) or ())
    assert books.references(ReferenceKind.TAX) is None
    assert books.references(ReferenceKind.ITEM) is None


def test_closed_through_is_the_day_before_the_first_open_period(
    books: TrytonBooks, accountant: Accountant, tryton: TrytonServer
) -> None:
    assert books.closed_through() is None
    tryton.execute("UPDATE account_period SET state = 'closed' WHERE end_date < '2026-03-01'")
    assert books.closed_through() == date(2026, 2, 28)
    tryton.execute("UPDATE account_period SET state = 'locked' WHERE start_date = '2026-05-01'")
    assert books.closed_through() == date(2026, 2, 28), "what is closed behind an open one does not count"
    tryton.execute("UPDATE account_period SET state = 'closed'")
    assert (books.closed_through() or date.min).year >= 2028
