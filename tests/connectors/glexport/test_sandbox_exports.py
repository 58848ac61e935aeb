"""The sandbox's believable MSP: what it exports is read whole, balances, and leaves nothing out unexplained."""

from base64 import b64encode
from collections.abc import Iterator

import httpx2
import pytest

from bursar.connectors.connectwise.gl_export import legacy_xml, read_gl_export, rest_json, rest_xml
from bursar.connectors.connectwise.gl_export_unposted import waiting_rows
from bursar.connectors.exact_json import JsonObject, parse
from bursar.domain.ledger.documents import Document, RecordType
from bursar.domain.ledger.entry_ids import collect
from bursar.domain.ledger.export import GlExport
from bursar.domain.ledger.journal import Journal, JournalPolicy, journal_of
from bursar.domain.ledger.missing import Reason, located, missing_from
from bursar.domain.ledger.purchase_taxes import needs_unfiltered_export, with_purchase_taxes
from bursar.domain.ledger.stock_accounts import StockPolicy
from bursar.domain.ledger.unposted import Family, Waiting, Wish
from psa_sandbox.seeds import seed
from psa_sandbox.seeds.roles import api_keys
from psa_sandbox.server import create_app
from psa_sandbox.state.store import Store
from tests.sandbox_transport import SandboxTransport

LISTS = {
    Family.INVOICES: "unpostedinvoices",
    Family.EXPENSES: "unpostedexpenses",
    Family.PROCUREMENT: "unpostedprocurement",
}
ROLE = "Bursar Accounting"
EVERYTHING = {"exportInvoicesFlag": True, "exportExpensesFlag": True, "exportProductsFlag": True}


@pytest.fixture
def psa() -> Iterator[httpx2.Client]:
    store = Store()
    seed(store, "msp")
    sandbox = create_app(store)
    key = next(pair for pair in api_keys(store) if pair.role == ROLE)
    login = b64encode(f"{store.site.company_id}+{key.public_key}:{key.private_key}".encode()).decode()
    headers = {"Authorization": f"Basic {login}", "clientId": "a-client-id"}
    base = "http://localhost/v4_6_release/apis/3.0/finance/accounting/"
    with httpx2.Client(transport=SandboxTransport(sandbox), headers=headers, base_url=base) as client:
        yield client


def exported(psa: httpx2.Client) -> GlExport:
    answer = psa.post("export", json=EVERYTHING)
    assert answer.status_code == 200, answer.text
    export = read_gl_export(answer.content, currency="USD")
    assert export.documents
    assert not export.blocked
    return export


def waiting(psa: httpx2.Client) -> list[Waiting]:
    found: list[Waiting] = []
    for family, path in LISTS.items():
        rows = parse(psa.get(path, params={"pageSize": "1000"}).content)
        assert isinstance(rows, list)
        records: list[JsonObject] = [row for row in rows if isinstance(row, dict)]
        found += waiting_rows(family, records, currency="USD")
    return found


def test_every_document_has_a_journal(psa: httpx2.Client) -> None:
    export = exported(psa)
    policy = JournalPolicy(stock=export.settings.stock_policy(StockPolicy()))
    for document in export.documents:
        journal = journal_of(document, policy)
        assert isinstance(journal, Journal), journal
        assert dict(journal.debits) == dict(journal.credits)


def test_every_document_can_be_closed_by_a_batch(psa: httpx2.Client) -> None:
    found = collect(exported(psa).documents)
    assert found.ids
    assert (found.blocked, dict(found.shared)) == ((), {})


@pytest.mark.parametrize("writer", ["json", "xml"])
def test_the_export_is_written_again_without_loss(psa: httpx2.Client, writer: str) -> None:
    export = exported(psa)
    written = rest_json(export) if writer == "json" else "".join(rest_xml(export))
    again = read_gl_export(written.encode(), currency="USD")
    assert again.documents == export.documents
    assert again.settings == export.settings


def test_the_legacy_dialect_carries_the_same_journals_and_ids(psa: httpx2.Client) -> None:
    export = exported(psa)
    again = read_gl_export("".join(legacy_xml(export)).encode(), currency="USD")
    assert collect(again.documents).ids == collect(export.documents).ids
    assert [money(document) for document in again.documents] == [money(document) for document in export.documents]


def money(document: Document) -> list[tuple[str, str]]:
    journal = journal_of(document)
    assert isinstance(journal, Journal)
    return [(row.account, f"{row.amount:.2f}") for row in journal.postings]


def test_what_waits_and_did_not_come_is_explained(psa: httpx2.Client) -> None:
    export, rows = exported(psa), waiting(psa)
    found = missing_from(export.documents, rows, Wish())
    silent = {row.unposted_id for row in rows if row.family is Family.INVOICES and not row.account_number}
    told = {missing.subject.partition(":")[2] for missing in found if missing.reason is Reason.NO_ACCOUNT_NUMBER}
    assert silent == told != set()
    invoices = [row for row in rows if row.family is Family.INVOICES]
    left_out = [missing for missing in found if missing.family is Family.INVOICES]
    came = [document for document in export.documents if document.record is RecordType.TRANSACTION]
    assert len(invoices) == len(came) + len(left_out)
    assert {missing.reason for missing in left_out} == {Reason.NO_ACCOUNT_NUMBER, Reason.NO_GL_ENTRIES}


def test_a_purchase_without_its_tax_lines_is_completed_from_the_unfiltered_export(psa: httpx2.Client) -> None:
    whole = exported(psa)
    rows = [row for row in waiting(psa) if row.record is RecordType.PURCHASE]
    body = {"exportProductsFlag": True, "includedProductIds": [row.unposted_id for row in rows]}
    filtered = read_gl_export(psa.post("export", json=body).content, currency="USD")
    assert needs_unfiltered_export(filtered.documents)
    found = missing_from(filtered.documents, rows, Wish())
    assert {missing.reason for missing in found} == {Reason.TAX_WITHOUT_LINES}
    purchases = [document for document in whole.documents if document.record is RecordType.PURCHASE]
    assert with_purchase_taxes(filtered.documents, whole.documents) == purchases


def test_documents_learn_their_location_from_the_unposted_lists(psa: httpx2.Client) -> None:
    placed = located(exported(psa).documents, waiting(psa))
    assert all(document.location for document in placed)
