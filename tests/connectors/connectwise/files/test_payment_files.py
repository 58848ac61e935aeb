"""Payments from files: what each invoice is paid, and which rows went wrong and why."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bursar.connectors.connectwise import ConnectWise
from bursar.connectors.connectwise.files.payment_rows import PaymentRow, reasons_of
from bursar.connectors.connectwise.files.payments import (
    PaymentFile,
    PaymentShape,
    fail_file,
    payment_file,
    payment_file_name,
    success_file,
)
from bursar.domain.errors import SourceUnreadable
from bursar.domain.payments.settlement import Allocation, Settlement
from bursar.domain.plan import Blocked
from tests.connectors.connectwise.conftest import Connect
from tests.connectors.connectwise.ledger_writes import INVOICE, ROLE, invoice_id

LEGACY = """<?xml version="1.0" encoding="utf-8"?>
<ArrayOfUpdateInvoicePayment>
  <UpdateInvoicePayment><InvoiceNumber>CW-1</InvoiceNumber><PaidAmount>346.34</PaidAmount>
    <DatePaid>2016-09-22T23:05:54+01:00</DatePaid></UpdateInvoicePayment>
  <UpdateInvoicePayment><InvoiceNumber>CW-2</InvoiceNumber><PaidAmount>10</PaidAmount>
    <DatePaid>2016-09-23</DatePaid><ErrorMessage>from another time</ErrorMessage></UpdateInvoicePayment>
  <UpdateInvoicePayment><InvoiceNumber>CW-1</InvoiceNumber><PaidAmount>-6.34</PaidAmount>
    <DatePaid>2016-09-24T00:00:00Z</DatePaid></UpdateInvoicePayment>
  <UpdateInvoicePayment><InvoiceNumber>CW-3</InvoiceNumber><PaidAmount>a lot</PaidAmount>
    <DatePaid>2016-09-24</DatePaid></UpdateInvoicePayment>
</ArrayOfUpdateInvoicePayment>
"""
REST = """<InvoicePayments>
  <InvoicePayment><id>2</id><externalId>1234</externalId><invoice><id>206</id></invoice><amount>10</amount>
    <paymentDate>2018-10-11T00:00:00Z</paymentDate></InvoicePayment>
  <InvoicePayment><id /><externalId>1235</externalId><invoice><id>207</id></invoice><amount>5.50</amount>
    <paymentDate>2018-10-12T00:00:00Z</paymentDate></InvoicePayment>
</InvoicePayments>
"""
CSV = (
    "Invoice No.;Amount Paid;Payment Date;Currency;External ID\r\n"
    "CW-1;1,346.34;2026-11-02;usd;T-1\r\n"
    "CW-1;-6.34;02.11.2026;USD;T-2\r\n"
    ";;;;\r\n"
    "'=CW-2;10;2026-11-03;;\r\n"
)


class Known:
    """Numbers of invoices by id, as a PSA would know them."""

    def __init__(self, **numbers: str) -> None:
        self._numbers = {int(key[1:]): value for key, value in numbers.items()}

    def invoice_numbers(self, ids: object) -> dict[int, str]:
        assert isinstance(ids, set)
        return {key: number for key, number in self._numbers.items() if key in ids}


def settled(file: PaymentFile) -> list[Settlement | Blocked]:
    return list(file.settlements())


def test_the_accounting_interfaces_shape() -> None:
    file = payment_file(LEGACY.encode())
    assert (file.shape, len(file.rows)) == (PaymentShape.LEGACY_XML, 4)
    first, second, strange = settled(file)
    assert first == Settlement(
        "CW-1",
        "",
        (
            Allocation("row 1", Decimal("346.34"), date(2016, 9, 22)),
            Allocation("row 3", Decimal("-6.34"), date(2016, 9, 24)),
        ),
    )
    assert isinstance(first, Settlement)
    assert (first.cash, first.newest) == (Decimal("340.00"), date(2016, 9, 24))
    assert isinstance(second, Settlement)
    assert second.cash == 10
    assert isinstance(strange, Blocked)
    assert (strange.subject, strange.sentence) == ("invoice:CW-3", "Row 4: 'a lot' is not a number.")


def test_rests_shape_names_invoices_by_id() -> None:
    file = payment_file(REST.encode())
    assert file.shape is PaymentShape.REST_XML
    named = file.named(Known(i206="197"))
    found, unknown = sorted(settled(named), key=lambda each: isinstance(each, Blocked))
    assert found == Settlement("197", "", (Allocation("1234", Decimal(10), date(2018, 10, 11)),))
    assert isinstance(unknown, Blocked)
    assert unknown.sentence == "ConnectWise has no invoice with the id 207."
    assert reasons_of(named.rows, {"197": "Closed."}) == {1: "Closed.", 2: unknown.sentence}


def test_the_connection_knows_the_numbers(connect: Connect) -> None:
    psa: ConnectWise = connect(ROLE)
    text = REST.replace("206", str(invoice_id(psa))).replace("207", "99999")
    named = payment_file(text.encode()).named(psa.accounting)
    assert [row.number for row in named.rows] == [INVOICE, ""]


def test_a_file_that_names_no_invoice_by_id_asks_nobody() -> None:
    file = payment_file(LEGACY.encode())
    assert file.named(Known()) is file


def test_csv_with_the_headings_that_people_have() -> None:
    file = payment_file(CSV.encode())
    assert file.shape is PaymentShape.CSV
    assert [row.place for row in file.rows] == [2, 3, 5]
    first, second = settled(file)
    assert first == Settlement(
        "CW-1",
        "USD",
        (
            Allocation("T-1", Decimal("1346.34"), date(2026, 11, 2)),
            Allocation("T-2", Decimal("-6.34"), date(2026, 11, 2)),
        ),
    )
    assert isinstance(second, Settlement)
    assert second.number == "=CW-2"


@pytest.mark.parametrize(
    ("row", "said", "remedy"),
    [
        ("CW-1,,2026-11-02,,", "Row 2 has no amount.", "Correct the row"),
        ("CW-1,1,50,,", "'50' is not a date", "YYYY-MM-DD"),
        ('CW-1,"1,50",2026-11-02,,', "'1,50' is not a number", "1234.50"),
        ("CW-1,1E40,2026-11-02,,", "is not an amount that anybody invoices", "1234.50"),
        ("CW-1,1.234,2026-11-02,,", "Row 2 has the amount 1.234, whose point may divide thousands.", "1234.50"),
        ("CW-1,1.000,2026-11-02,,", "Row 2 has the amount 1.000, whose point may divide thousands.", "1234.50"),
        ("CW-1,5,03/04/2026,,", "'03/04/2026' may be one day or another", "YYYY-MM-DD"),
        ("CW-1,5,,,", "Row 2 has no date.", "YYYY-MM-DD"),
        ("CW-1,5,2026-02-30,,", "'2026-02-30' is not a date", "YYYY-MM-DD"),
        ("CW-1,5,2026-11-02,EURO,", "is paid in 'EURO', which is no currency code", "Correct the row"),
        ("CW-1,5,2026-11-02,EUR,\nCW-1,5,2026-11-02,USD,", "is paid in EUR and USD", "Correct the row"),
        ("CW-1,5,2026-11-02,,T-1\nCW-1,5,2026-11-02,,T-1", "The payment T-1 stands twice", "its own reference"),
        (",5,2026-11-02,,", "Row 2 names no invoice.", "never guessed"),
    ],
)
def test_a_row_that_makes_no_sense_stops_no_other(row: str, said: str, remedy: str) -> None:
    file = payment_file(f"Invoice,Amount,Date,Currency,Reference\n{row}\nCW-9,7.00,2026-11-02,,\n".encode())
    found = settled(file)
    good = [each for each in found if isinstance(each, Settlement)]
    assert [(each.number, each.cash) for each in good] == [("CW-9", Decimal("7.00"))]
    (held,) = (each for each in found if isinstance(each, Blocked))
    assert said in held.sentence
    assert remedy in held.remedy


@pytest.mark.parametrize("amount", ["1,234.50", "12,50"])
def test_a_number_that_its_comma_divides_is_never_half_of_it(amount: str) -> None:
    file = payment_file(f"Invoice,Date,Amount\nCW-1,2026-11-02,{amount}\nCW-9,2026-11-02,7,,\n".encode())
    good, held = sorted(settled(file), key=lambda each: isinstance(each, Blocked))
    assert isinstance(good, Settlement)
    assert (good.number, good.cash) == ("CW-9", 7)
    assert isinstance(held, Blocked)
    assert held.sentence == "Row 2 has more cells than the file has headings."
    failed = "".join(fail_file(file, reasons_of(file.rows, {"CW-1": held.sentence})))
    (again,) = settled(payment_file(failed.encode()))
    assert isinstance(again, Blocked)  # nor is it when somebody sends the fail file as it is


@pytest.mark.parametrize("shape", PaymentShape)
def test_success_and_fail_files(shape: PaymentShape, golden: Callable[[str, str], None]) -> None:
    file = payment_file({"legacy-xml": LEGACY, "rest-xml": REST, "csv": CSV}[shape].encode())
    reasons = {file.rows[1].place: 'Cannot find "CW-2" & <others>'}
    succeeded, failed = "".join(success_file(file, reasons)), "".join(fail_file(file, reasons))
    golden(f"payments-success.{shape}.txt", succeeded.replace("\r\n", "\n"))
    golden(f"payments-fail.{shape}.txt", failed.replace("\r\n", "\n"))
    assert "ErrorMessage" not in succeeded
    said = [(row.number, row.invoice_id, row.amount) for row in file.rows]
    again = payment_file(failed.encode())
    assert again.shape is shape
    assert [(row.number, row.invoice_id, row.amount) for row in again.rows] == said[1:2]
    kept = payment_file(succeeded.encode())
    assert len(kept.rows) == len(file.rows) - 1
    assert "ErrorMessage" not in "".join(success_file(again, {}))


def test_names_of_files() -> None:
    stem = "connectwise_accounting_interface_update_invoice_payments"
    assert payment_file_name(PaymentShape.LEGACY_XML, failed=True) == f"{stem}_fail.xml"
    assert payment_file_name(PaymentShape.LEGACY_XML, failed=False) == f"{stem}_success.xml"
    assert payment_file_name(PaymentShape.REST_XML, failed=True) == "connectwise_import_invoice_payments_fail.xml"
    assert payment_file_name(PaymentShape.CSV, failed=False) == "connectwise_import_invoice_payments_success.csv"


NUMBERS = st.sampled_from(["CW-1", "CW-2", "-7", "=8", "007"])
AMOUNTS = st.decimals("-9999.99", "9999.99", places=2)
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@settings(max_examples=60)
@given(st.lists(st.tuples(NUMBERS, AMOUNTS, DAYS), min_size=1, max_size=8), st.sampled_from(["legacy-xml", "csv"]))
def test_every_cent_of_every_row_reaches_its_invoice(rows: list[tuple[str, Decimal, date]], shape: str) -> None:
    held = tuple(
        PaymentRow(n, number, amount=str(amount), day=str(day)) for n, (number, amount, day) in enumerate(rows)
    )
    written = "".join(success_file(PaymentFile(PaymentShape(shape), held), {}))
    found = [each for each in settled(payment_file(written.encode())) if isinstance(each, Settlement)]
    expected: dict[str, Decimal] = {}
    for number, amount, _ in rows:
        expected[number] = expected.get(number, Decimal(0)) + amount
    assert {each.number: each.cash for each in found} == expected
    assert {each.number: each.newest for each in found} == {
        number: max(day for other, _, day in rows if other == number) for number in expected
    }


# Files that mean harm, or arrived broken


HEAD = '<?xml version="1.0" encoding="utf-8"?>'


def legacy(number: str, head: str = HEAD) -> str:
    row = f"<InvoiceNumber>{number}</InvoiceNumber><PaidAmount>1</PaidAmount><DatePaid>2026-11-02</DatePaid>"
    inner = f"<UpdateInvoicePayment>{row}</UpdateInvoicePayment>"
    return f"{head}<ArrayOfUpdateInvoicePayment>{inner}</ArrayOfUpdateInvoicePayment>"


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
HOSTILE = [
    (legacy("&f;", f'{HEAD}<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'), "has a DOCTYPE"),
    (legacy("&l11;", f'{HEAD}<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>'), "has a DOCTYPE"),
    (legacy("1", f'{HEAD}<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">'), "has a DOCTYPE"),
    (legacy("&nobody;"), "undefined entity"),
    (legacy("<a>" * 100_000), "nested more than 24 levels"),
    (legacy("bell\x07"), "not well-formed XML"),
    (legacy("&#7;"), "invalid character number"),
    (legacy("Zürich", '<?xml version="1.0" encoding="iso-8859-1"?>'), "is in UTF-8"),
    (legacy("1", '<?xml version="1.0" encoding="utf-7"?>'), "encoding utf-7"),
    (legacy("1")[:-20], "ends too early"),
    (
        legacy("1").replace("<DatePaid>", "<InvoiceNumber>2</InvoiceNumber><DatePaid>"),
        "InvoiceNumber twice in record 1",
    ),
    ("<InvoicePayments><Surprise /></InvoicePayments>", "has Surprise where InvoicePayment should be"),
    ("<Payments />", "has the root Payments"),
    ("<InvoicePayments />", "holds not one payment"),
    ("", "holds not one payment"),
    ("Invoice,Amount,Date\n", "holds not one payment"),
    ("Invoice,Date\n1,2026-11-02\n", "has no column Amount"),
    ("a,b\n1,2\n", "has no column Invoice and no column Amount and no column Date"),
    ("Invoice,Amount,amount,Date\n1,2,3,2026-11-02\n", "has the heading Amount twice"),
    ('Invoice,Amount,Date\n"1,2,2026-11-02\n', "is no CSV"),
    ("Invoice,Amount,Date\n1\x00,2,2026-11-02\n", r"has a control character \(line 2\)"),
    (f"Invoice,Amount,Date\n{'x' * 200_000},2,2026-11-02\n", "is no CSV: field larger than field limit"),
]


@pytest.mark.parametrize(("text", "said"), HOSTILE, ids=[said for _, said in HOSTILE])
def test_what_is_refused(text: str, said: str) -> None:
    with pytest.raises(SourceUnreadable, match=said) as refused:
        payment_file(text.encode())
    assert refused.value.remedy


def test_other_encodings() -> None:
    with pytest.raises(SourceUnreadable, match="is not in UTF-8"):
        payment_file("Invoice,Amount,Date,Reference\n1,2,2026-11-02,Zürich\n".encode("latin-1"))
    labelled = '<?xml version="1.0" encoding="utf-16"?>'
    for content in (legacy("Zürich", labelled).encode("utf-16"), legacy("Zürich", labelled).encode()):
        assert payment_file(content).rows[0].number == "Zürich"
    text = "Invoice\tAmount\tDate\n1\t2\t2026-11-02\n"
    for encoding in ("utf-16", "utf-8-sig"):
        assert payment_file(text.encode(encoding)).rows[0] == PaymentRow(2, "1", amount="2", day="2026-11-02")


def test_a_huge_file_is_refused_before_memory_is_full() -> None:
    with pytest.raises(SourceUnreadable, match="larger than 128 MiB"):
        payment_file(b" " * 1_000_000 for _ in range(200))
