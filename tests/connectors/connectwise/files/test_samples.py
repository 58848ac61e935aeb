"""The field samples of payments, batches, invoices, companies and agreements: each is read as what it is."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest

from bursar.connectors.connectwise import accounting_records, translate
from bursar.connectors.connectwise.accounting_wire import BATCH_LIST, INVOICE_LIST, PAYMENT_LIST
from bursar.connectors.connectwise.files.entry_ids import entry_ids_in
from bursar.connectors.connectwise.files.payments import PaymentShape, fail_file, payment_file, success_file
from bursar.connectors.connectwise.gl_export_xml import record_json
from bursar.connectors.connectwise.legacy.safe_xml import Element, tree
from bursar.connectors.connectwise.marker import marker_in
from bursar.connectors.connectwise.wire import ADDITION_LIST, AGREEMENT_LIST, COMPANY_LIST
from bursar.connectors.exact_json import JsonObject
from bursar.domain.errors import SourceUnreadable
from bursar.domain.ledger.batch import Batch
from bursar.domain.ledger.unposted import Family
from bursar.domain.payments.settlement import Allocation, Settlement
from tests.connectors.glexport.test_samples import leaves, sample

pytestmark = pytest.mark.shared


def elements(name: str) -> list[Element]:
    return tree(sample(name), what="sample").children


def records(found: Sequence[Element]) -> list[JsonObject]:
    """Elements as records, without the lists in them."""
    return [record_json(without_lists(element)) for element in found]


def without_lists(element: Element) -> Element:
    """Without elements that come several times: lists of other records, which none of Bursar's is read with."""
    names = [child.name for child in element.children]
    children = [] if len(set(names)) < len(names) else list(map(without_lists, element.children))
    return Element(element.name, element.attributes, children, element.text)


def test_the_payments_of_the_accounting_interface() -> None:
    file = payment_file(sample("legacy-payments-input.xml"))
    assert file.shape is PaymentShape.LEGACY_XML
    paid = Allocation("row 1", Decimal("346.34"), date(2016, 9, 22))
    assert list(file.settlements()) == [Settlement("CW-34251", "", (paid,))]


def test_the_fail_file_is_written_as_it_was_seen() -> None:
    file = payment_file(sample("legacy-payments-input.xml"))
    written = "".join(fail_file(file, {1: "Cannot find Invoice Number CW-34251"})).encode()
    assert said(written) == said(sample("legacy-payments-fail.xml"))
    assert payment_file(sample("legacy-payments-fail.xml")).rows == file.rows
    assert said("".join(success_file(file, {})).encode()) == said(sample("legacy-payments-input.xml"))


def test_the_payments_of_rest() -> None:
    file = payment_file(sample("rest-payments.xml"))
    (row,) = file.rows
    assert (row.payment_id, row.reference, row.invoice_id, row.amount) == ("2", "1234", "206", "10")
    assert said("".join(success_file(file, {})).encode()) == said(sample("rest-payments.xml"))
    (record,) = PAYMENT_LIST.validate_python(records(elements("rest-payments.xml")))
    payment = accounting_records.invoice_payment(record, 206)
    assert (payment.id, payment.amount, payment.day, payment.credit_id) == (2, 10, date(2018, 10, 11), None)


def test_the_batches() -> None:
    (record,) = BATCH_LIST.validate_python(records(elements("rest-batches.xml")))
    families = frozenset({Family.EXPENSES})
    expected = Batch(284, "20191015172525", families, made_by="Admin1", made_on="2019-10-16T08:31:19Z")
    assert accounting_records.batch(record) == expected
    with pytest.raises(SourceUnreadable, match="a batch without a GL entry id"):
        entry_ids_in(sample("rest-batches.xml"))


@pytest.mark.parametrize("name", ["legacy-gl-export-1.xml", "legacy-gl-export-2.xml", "legacy-gl-export-3.xml"])
def test_every_id_of_the_exports_can_be_batched(name: str) -> None:
    (found,) = entry_ids_in(sample(name))
    assert found.family in Family
    assert len(found.ids) >= 2


def test_the_invoices() -> None:
    (record,) = INVOICE_LIST.validate_python(records(elements("rest-invoices.xml")))
    invoice = accounting_records.paid_invoice(record)
    assert (invoice.id, invoice.number, invoice.total, invoice.balance) == (206, "197", Decimal(444), Decimal(94))
    assert (invoice.closed, invoice.kind, invoice.company) == (True, "Miscellaneous", "TESTNEW")


def test_companies_and_agreements() -> None:
    read = COMPANY_LIST.validate_python(records(elements("rest-companies.xml")))
    companies = [translate.company(record) for record in read]
    assert [company.name for company in companies if company.id] == [record.name for record in read] != []
    agreements = AGREEMENT_LIST.validate_python(records(elements("rest-agreements.xml")))
    found = [translate.agreement(record) for record in agreements]
    assert found
    assert all(agreement.id and agreement.company_id and agreement.type_id for agreement in found)


def test_additions_of_agreements() -> None:
    lists = [child for each in elements("rest-agreements.xml") for child in each.children]
    additions = [child for each in lists if each.name == "agreementAdditions" for child in each.children]
    found = ADDITION_LIST.validate_python(records(additions))
    assert len(found) == len(additions) > 1
    for record in found:
        addition = translate.addition(record, 1, marker_in(None))
        assert addition.product_id
        assert addition.effective
        assert addition.total is not None


def said(content: bytes) -> dict[str, str]:
    """What an XML file says: path → text."""
    root: Element = tree(content, what="file")
    return leaves(root, root.name)
