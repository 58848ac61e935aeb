"""The accounting interface as the ledger journey reads it, against the sandbox's believable MSP."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import httpx2
import pytest

from bursar.connectors.connectwise import ConnectWise, Options
from bursar.connectors.connectwise.gl_export_rest import document_from_record
from bursar.connectors.exact_json import parse
from bursar.domain.errors import NotFound, NotPermitted, Rejected, RemoteError, Unavailable, UnknownOutcome
from bursar.domain.ledger.documents import Document, RecordType
from bursar.domain.ledger.entry_ids import entry_ids_of
from bursar.domain.ledger.export import ExportSettings, Party
from bursar.domain.ledger.missing import Reason, located, missing_from
from bursar.domain.ledger.unposted import Family, Wish
from bursar.domain.plan import Blocked
from bursar.ports import Accounting, Exported
from psa_sandbox.control.faults import Fault, FaultKind
from psa_sandbox.server import Sandbox
from tests.connectors.connectwise.conftest import Connect
from tests.connectors.connectwise.ledger_writes import INVOICE, MEMO, ROLE, asked
from tests.connectors.connectwise.scripted_site import ScriptedSite

PROCUREMENT = frozenset({Family.PROCUREMENT})
INVOICES = frozenset({Family.INVOICES})


@pytest.fixture
def psa(connect: Connect) -> ConnectWise:
    return connect(ROLE)


@pytest.fixture
def accounting(psa: ConnectWise) -> Accounting:
    return psa.accounting


def documents_in(exported: Iterable[Exported]) -> list[Document]:
    return [each.part for each in exported if isinstance(each.part, Document)]


def purchases(accounting: Accounting) -> frozenset[str]:
    rows = accounting.unposted(Family.PROCUREMENT)
    return frozenset(row.unposted_id for row in rows if row.record is RecordType.PURCHASE)


@pytest.mark.parametrize("page_size", [2, 1000])
def test_all_three_lists_are_read_whole(connect: Connect, sandbox: Sandbox, page_size: int) -> None:
    accounting = connect(ROLE, page_size=page_size).accounting
    found = {family: list(accounting.unposted(family)) for family in Family}
    assert {family: len(rows) for family, rows in found.items()} == {
        Family.INVOICES: 8,
        Family.EXPENSES: 6,
        Family.PROCUREMENT: 4,
    }
    purchase = next(row for row in found[Family.PROCUREMENT] if row.unposted_id == "1-PS-7781-purchase")
    assert (purchase.total, purchase.tax, purchase.account_number) == (
        Decimal("9364.42"),
        Decimal("649.42"),
        "BLUESTEMHW",
    )
    assert (purchase.number, purchase.day) == ("PO #CP-2041, Packing Slip: PS-7781", date(2026, 10, 26))


def test_every_waiting_record_knows_the_name_of_its_location(accounting: Accounting, sandbox: Sandbox) -> None:
    rows = [row for family in Family for row in accounting.unposted(family) if row.location_id]
    assert {row.location for row in rows} == {"Minneapolis", "Madison"}
    assert asked(sandbox, "GET", "/system/locations") == 1
    placed = located(documents_in(accounting.export(Wish())), rows)
    assert {document.location for document in placed if document.location} == {"Minneapolis", "Madison"}


def test_what_was_left_out_is_explained_when_asked(accounting: Accounting) -> None:
    rows = [row for family in Family for row in accounting.unposted(family)]
    assert all(row.entries is None and row.vendor_number is None for row in rows)
    documents = documents_in(accounting.export(Wish()))
    told = accounting.explain(rows)
    assert [replace(row, entries=None, vendor_number=None) for row in told] == rows
    assert [row.number for row in told if row.entries == 0] == ["10013", "10014"]
    assert {row.member: row.vendor_number for row in told if row.member} == {
        "jokafor": "E-104",
        "rsingh": "E-105",
        "tlarsen": "",
    }
    reasons = {each.reason for each in missing_from(documents, told, Wish())}
    assert {Reason.NO_GL_ENTRIES, Reason.NO_VENDOR_NUMBER} <= reasons
    assert Reason.UNEXPLAINED not in reasons


def test_explaining_nothing_asks_for_nothing(accounting: Accounting, sandbox: Sandbox) -> None:
    assert accounting.explain([]) == []
    assert not sandbox.journal.entries()


def test_an_export_names_settings_parties_and_documents(accounting: Accounting, sandbox: Sandbox) -> None:
    before = sandbox.store.dump()["tables"]
    exported = list(accounting.export(Wish()))
    assert isinstance(exported[0].part, ExportSettings)
    assert sum(isinstance(each.part, Party) for each in exported) == 8
    assert {document.record for document in documents_in(exported)} == {
        RecordType.TRANSACTION,
        RecordType.EXPENSE,
        RecordType.EXPENSE_BILL,
        RecordType.PURCHASE,
        RecordType.ADJUSTMENT,
        RecordType.TRANSFER,
    }
    assert sandbox.store.dump()["tables"] == before


def test_every_part_comes_with_what_connectwise_said_of_it(accounting: Accounting) -> None:
    for each in accounting.export(Wish()):
        said = parse(each.source)
        assert isinstance(said, dict)
        if isinstance(each.part, Document):
            assert document_from_record(each.part.record, said, currency="USD") == each.part


def test_an_export_can_be_narrowed_down(accounting: Accounting) -> None:
    whole = documents_in(accounting.export(Wish(INVOICES)))
    one = Wish(INVOICES, included={Family.INVOICES: frozenset({whole[0].record_id})})
    assert documents_in(accounting.export(one)) == whole[:1]
    others = Wish(INVOICES, excluded={Family.INVOICES: frozenset({whole[0].record_id})})
    assert documents_in(accounting.export(others)) == whole[1:]
    early = documents_in(accounting.export(Wish(INVOICES, thru=date(2026, 10, 28))))
    assert {document.number for document in early} == {d.number for d in whole if d.day <= date(2026, 10, 28)} != set()


@pytest.mark.parametrize("name", ["Madison", " madison ", "2"])
def test_a_location_goes_by_name_or_id(accounting: Accounting, name: str) -> None:
    found = documents_in(accounting.export(Wish(PROCUREMENT, location=name)))
    assert [document.number for document in found if document.record is RecordType.PURCHASE] == ["CP-2042"]


def test_an_unknown_location_is_refused_before_anything_is_asked(accounting: Accounting, sandbox: Sandbox) -> None:
    with pytest.raises(Rejected, match="ConnectWise has no location Atlantis"):
        list(accounting.export(Wish(location="Atlantis")))
    assert asked(sandbox, "POST", "/export") == 0


def test_two_locations_of_one_name_are_never_guessed(accounting: Accounting, sandbox: Sandbox) -> None:
    sandbox.store.insert("location", {"name": "Madison", "structureLevel": {"id": 1}})
    with pytest.raises(Rejected, match="ConnectWise has 2 locations Madison"):
        list(accounting.export(Wish(location="Madison")))


@pytest.mark.parametrize("key", ["10079x", "-1", "", "1e3", "99999999999"])
def test_an_id_that_cannot_be_one_is_refused(accounting: Accounting, sandbox: Sandbox, key: str) -> None:
    with pytest.raises(Rejected, match="is no id of unposted invoices") as refused:
        list(accounting.export(Wish(included={Family.INVOICES: frozenset({key})})))
    assert refused.value.remedy
    assert asked(sandbox, "POST", "/export") == 0


def test_nothing_is_asked_when_nothing_is_wished_for(accounting: Accounting, sandbox: Sandbox) -> None:
    assert list(accounting.export(Wish(frozenset()))) == []
    assert not sandbox.journal.entries()


def test_named_purchases_come_with_the_tax_rows_that_their_export_lacks(
    accounting: Accounting, sandbox: Sandbox
) -> None:
    whole = {d.key: d for d in documents_in(accounting.export(Wish(PROCUREMENT)))}
    sandbox.journal.clear()
    named = list(accounting.export(Wish(PROCUREMENT, included={Family.PROCUREMENT: purchases(accounting)})))
    assert asked(sandbox, "POST", "/export") == 2
    assert {d.key: d for d in documents_in(named)} == {
        key: d for key, d in whole.items() if key.startswith("purchase:")
    }
    taxed = next(each for each in named if isinstance(each.part, Document) and each.part.taxes)
    assert '"purchaseDetailTax":[{' in taxed.source


def test_a_second_export_is_asked_for_only_where_tax_is_missing(accounting: Accounting, sandbox: Sandbox) -> None:
    untaxed = frozenset(key for key in purchases(accounting) if "88213" in key)
    sandbox.journal.clear()
    assert len(documents_in(accounting.export(Wish(PROCUREMENT, included={Family.PROCUREMENT: untaxed})))) == 1
    assert asked(sandbox, "POST", "/export") == 1


@pytest.mark.parametrize("kind", ["500", "cut_before", "cut_after"])
def test_an_export_whose_answer_is_lost_is_asked_for_again(
    accounting: Accounting, sandbox: Sandbox, kind: FaultKind
) -> None:
    sandbox.faults.arm(Fault(kind, method="POST", times=1))
    assert documents_in(accounting.export(Wish()))


def test_an_export_without_an_answer_is_no_write_of_unknown_outcome(accounting: Accounting, sandbox: Sandbox) -> None:
    sandbox.faults.arm(Fault("cut_after", method="POST"))
    with pytest.raises(Unavailable, match="changes nothing") as failed:
        list(accounting.export(Wish()))
    assert not isinstance(failed.value, UnknownOutcome)
    assert asked(sandbox, "POST", "/export") == 2


def test_batches_and_what_they_hold(accounting: Accounting) -> None:
    invoices, expenses = accounting.batches()
    assert (invoices.identifier, invoices.families, invoices.closed) == ("20260930TL-I", INVOICES, False)
    assert (expenses.families, expenses.made_by, expenses.made_on) == (
        frozenset({Family.EXPENSES}),
        "tlarsen",
        "2026-09-30T16:00:00Z",
    )
    entries = list(accounting.batch_entries(invoices.id))
    assert sum(entry.debit for entry in entries) == sum(entry.credit for entry in entries) > 0
    first = entries[0]
    assert (first.account, first.credit, first.kind, first.record) == ("4110", Decimal("396.00"), "RP", "invoice 10001")
    (cost, offset) = accounting.batch_entries(expenses.id)
    assert (cost.record, cost.debit, offset.credit) == ("expense 1", Decimal("25.46"), Decimal("25.46"))


def test_a_batch_is_exported_again_without_changing_it(accounting: Accounting, sandbox: Sandbox) -> None:
    before = sandbox.store.dump()["tables"]
    again = documents_in(accounting.batch_export(1, Wish()))
    held = {entry.id for entry in accounting.batch_entries(1)}
    assert {key for document in again for key in entry_ids_of(document)} == held
    assert sandbox.store.dump()["tables"] == before


def test_a_batch_that_is_not_there_is_not_found(accounting: Accounting) -> None:
    with pytest.raises(NotFound, match="does not have the") as missing:
        list(accounting.batch_entries(99))
    assert missing.value.remedy == "Export: Bursar reads then which batches ConnectWise still has."
    with pytest.raises(NotFound):
        list(accounting.batch_export(99, Wish()))


def test_invoices_by_number(accounting: Accounting) -> None:
    found = {
        each.number: each for each in accounting.invoices([INVOICE, MEMO, "10079", "nobody's", "both ' and \"", ""])
    }
    assert set(found) == {INVOICE, MEMO}
    invoice, memo = found[INVOICE], found[MEMO]
    assert (invoice.total, invoice.balance, invoice.currency) == (Decimal("8146.50"), Decimal("8146.50"), "USD")
    assert (invoice.closed, invoice.kind, invoice.credit_memo) == (True, "Standard", False)
    assert memo.credit_memo
    assert memo.total < 0


def test_many_numbers_are_asked_for_in_short_addresses(accounting: Accounting, sandbox: Sandbox) -> None:
    numbers = [f"INV [{number:05}]" for number in range(400)]
    assert [each.number for each in accounting.invoices([*numbers, INVOICE])] == [INVOICE]
    asked_for = [entry for entry in sandbox.journal.entries() if entry.path.endswith("/finance/invoices")]
    assert len(asked_for) > 5
    assert max(len(entry.query) for entry in asked_for) < 1900


def test_an_invoice_that_is_open_says_so(psa: ConnectWise, sandbox: Sandbox) -> None:
    for status, closed in (("Closed", True), ("New", False)):
        row = sandbox.store.rows("invoice", invoiceNumber=INVOICE)[0]
        chosen = sandbox.store.rows("billingStatus", name=status)[0]
        sandbox.store.replace("invoice", int(str(row["id"])), {**row, "status": {"id": chosen["id"]}}, by="test")
        (invoice,) = psa.accounting.invoices([INVOICE])
        assert invoice.closed is closed


def test_payments_of_invoices(accounting: Accounting, sandbox: Sandbox) -> None:
    row = sandbox.store.rows("payment")[0]
    paid = int(str(row["invoice"]["id"])) if isinstance(row["invoice"], dict) else 0
    found = dict(accounting.payments([paid, 79, 9999]))
    assert set(found) == {paid, 79}
    assert found[79] == []
    (payment,) = found[paid]
    assert (payment.id, payment.invoice_id, payment.kind, payment.credit_id) == (row["id"], paid, "P", None)
    assert (payment.amount, str(payment.day)) == (row["amount"], str(row["paymentDate"])[:10])
    assert payment.applied_by == "tlarsen"


@pytest.mark.parametrize(
    "read",
    [
        lambda it: list(it.unposted(Family.INVOICES)),
        lambda it: list(it.export(Wish())),
        lambda it: list(it.batches()),
    ],
)
def test_a_role_without_the_accounting_interface_is_named(
    connect: Connect, read: Callable[[Accounting], object]
) -> None:
    with pytest.raises(NotPermitted) as refused:
        read(connect("Bursar Billing").accounting)
    assert refused.value.module == "Finance > Accounting Interface"


# What no sandbox says

SALE = {"documentNumber": "7", "documentDate": "2026-10-31T00:00:00", "total": 0, "detail": []}


def site_that_says(export: object, structures: object = ()) -> ScriptedSite:
    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/corporateStructure"):
            return httpx2.Response(200, json=structures)
        return httpx2.Response(200, json=export)

    return ScriptedSite(answer)


def test_records_without_a_currency_are_in_the_base_currency() -> None:
    site = site_that_says({"transactions": [SALE]}, [{"id": 1, "baseCurrency": {"id": 3, "currencyCode": "CAD"}}])
    (document,) = documents_in(site.connect().accounting.export(Wish()))
    assert document.currency == "CAD"


def test_an_invoice_is_in_the_currency_that_older_versions_name() -> None:
    """As the field sample of an invoice has it: a name, a symbol and an ISO code, and no `currencyCode`."""
    francs = {"id": 4, "name": "French Francs", "symbol": "FFr", "isoCode": "EUR"}
    invoice = {"id": 7, "invoiceNumber": "7", "total": 5, "balance": 5, "currency": francs}
    site = ScriptedSite(lambda _request: httpx2.Response(200, json=[invoice]))
    (found,) = site.connect(Options(home_currency="USD")).accounting.invoices({"7"})
    assert found.currency == "EUR"


def test_a_person_may_say_the_home_currency() -> None:
    site = site_that_says({"transactions": [SALE]})
    (document,) = documents_in(site.connect(Options(home_currency="eur")).accounting.export(Wish()))
    assert document.currency == "EUR"
    assert not any(request.url.path.endswith("/corporateStructure") for request in site.requests)


def test_without_any_currency_a_document_is_held_back_alone() -> None:
    other = {**SALE, "documentNumber": "8", "currency": {"currencyCode": "USD"}}
    parts = [each.part for each in site_that_says({"transactions": [SALE, other]}).connect().accounting.export(Wish())]
    held, document = parts
    assert isinstance(held, Blocked)
    assert (held.subject, held.code) == ("transaction:7", "no_currency")
    assert isinstance(document, Document)


@pytest.mark.parametrize("said", [[], "yes", {"transactions": {"id": 1}}])
def test_an_answer_that_is_no_export_is_told_as_such(said: object) -> None:
    with pytest.raises(RemoteError, match="answered about the GL export in a way that Bursar cannot read"):
        list(site_that_says(said).connect().accounting.export(Wish()))


def test_one_record_that_makes_no_sense_stops_no_other() -> None:
    strange = {**SALE, "documentNumber": "6", "total": "ten"}
    site = site_that_says({"transactions": [strange, SALE]})
    held, document = (each for each in site.connect(Options(home_currency="USD")).accounting.export(Wish()))
    assert isinstance(held.part, Blocked)
    assert '"total":"ten"' in held.source
    assert isinstance(document.part, Document)


def test_an_unposted_row_of_an_unknown_kind_is_told() -> None:
    rows = [{"id": 1, "unpostedProductId": "1-x", "procurementType": "Gift"}]
    with pytest.raises(RemoteError, match=r"unposted procurement record.*of type 'Gift'"):
        list(site_that_says(rows).connect(Options(home_currency="USD")).accounting.unposted(Family.PROCUREMENT))


def test_a_status_that_does_not_say_whether_it_is_closed_lets_payments_through() -> None:
    record = {"id": 5, "invoiceNumber": "7", "type": "CreditMemo", "status": {"id": 3, "name": "Closed"}, "total": None}
    (invoice,) = site_that_says([record]).connect(Options(home_currency="USD")).accounting.invoices(["7"])
    assert (invoice.closed, invoice.credit_memo, invoice.total, invoice.currency) == (True, True, Decimal(0), "USD")
