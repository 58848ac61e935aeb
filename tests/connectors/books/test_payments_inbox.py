"""Payments from a file that people keep: complete sets, nothing lost, and one bad row stops nobody else."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from bursar.connectors.books.plaintext.adapter import PlaintextBooks
from bursar.domain.errors import RemoteError, Unavailable
from bursar.domain.payments.settlement import Allocation, AllocationKind, Settlement
from bursar.domain.plan import Blocked
from tests.connectors.books.payments_file import PaymentsFile

HEADING = "id,invoice,date,amount,currency,kind,credit\n"


class Inbox:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.books = PlaintextBooks(folder, name="Main")

    def write(self, *rows: str, heading: str = HEADING) -> None:
        (self.folder / "payments.csv").write_text(heading + "".join(f"{row}\n" for row in rows), encoding="utf-8")

    def told(self) -> Sequence[Settlement | Blocked]:
        return list(self.books.settlements(None))

    def blocked(self) -> list[str]:
        return [each.sentence for each in self.told() if isinstance(each, Blocked)]

    def settled(self) -> dict[str, Decimal]:
        return {each.number: each.cash for each in self.told() if isinstance(each, Settlement)}


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    return Inbox(tmp_path)


def test_no_file_is_no_payment(inbox: Inbox) -> None:
    assert inbox.told() == []


def test_rows_of_an_invoice_are_one_settlement(inbox: Inbox) -> None:
    inbox.write(
        "B1,4711,2026-11-05,100,EUR,cash,",
        "B2,4712,2026-11-05,20.5,,,",
        'B1,"4711",2026-11-06,-10.00,eur,Credit,CM-9',
        "",
        heading="﻿ID, Invoice ,date,amount,currency,kind,credit,remark\n",
    )
    cash = Allocation("B1", Decimal(100), date(2026, 11, 5))
    blocked = "The payments of invoice 4711 in payments.csv cannot be read: row 4: the payment B1 was written down in"
    assert [each.startswith(blocked) for each in inbox.blocked()] == [True]
    inbox.write(
        "B1,4711,2026-11-05,100,EUR,cash,", "B3,4711,2026-11-06,-10.00,eur,Credit,CM-9", "B1,4712,2026-11-05,1,,,"
    )
    credit = Allocation("B3", Decimal("-10.00"), date(2026, 11, 6), AllocationKind.CREDIT, "CM-9")
    assert inbox.told() == [
        Settlement("4711", "EUR", (cash, credit)),
        Settlement("4712", "", (Allocation("B1", Decimal(1), date(2026, 11, 5)),)),
    ]
    assert list(inbox.books.settlements(datetime(2027, 1, 1, tzinfo=UTC))) == inbox.told()


def test_semicolons_as_spreadsheets_in_europe_write_them(inbox: Inbox) -> None:
    inbox.write("B1;4711;2026-11-05;100.00", heading="id;invoice;date;amount\n")
    assert inbox.settled() == {"4711": Decimal(100)}


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (",4711,2026-11-05,1,,,", "it has no id"),
        ("B1,4711,05.11.2026,1,,,", "'05.11.2026' is no day; write it as 2026-10-31"),
        ('B1,4711,2026-11-05,"1,00",,,', "'1,00' is no amount; write it as 1234.56"),
        ("B1,4711,2026-11-05,1.005,,,", "'1.005' is no amount"),
        ("B1,4711,2026-11-05,NaN,,,", "'NaN' is no amount"),
        ("B1,4711,2026-11-05,,,,", "'' is no amount"),
        ("B1,4711,2026-11-05,1,Euro,,", "'Euro' is no currency"),
        ("B1,4711,2026-11-05,1,,cheque,", "'cheque' is neither cash nor credit"),
        ("B1,4711,2026-11-05,1,,credit,", "a credit needs the number of its credit memo"),
        ("B1,4711,2026-11-05,1,,cash,CM-1", "and a payment has none"),
        ("B1,4711", "'' is no amount"),
        ("B1,4711,2026-11-05,1,,,,50", "it has more cells than the first row has names"),
    ],
)
def test_a_bad_row_blocks_its_invoice_and_no_other(inbox: Inbox, row: str, fault: str) -> None:
    """The good payments of the invoice are not told alone: they would make less of what was paid."""
    inbox.write("B0,4711,2026-11-05,5,,,", row, "B9,4712,2026-11-05,7,,,")
    assert inbox.settled() == {"4712": Decimal(7)}
    [blocked] = [each for each in inbox.told() if isinstance(each, Blocked)]
    assert blocked.subject == "invoice:4711"
    assert fault in blocked.sentence
    assert "row 3" in blocked.sentence
    assert blocked.remedy
    inbox.write("B0,4711,2026-11-05,5,,,", "B9,4712,2026-11-05,7,,,")
    assert inbox.settled() == {"4711": Decimal(5), "4712": Decimal(7)}


@pytest.mark.parametrize("amount", ["1,234.50", "12,50"])
def test_a_number_that_its_comma_divides_is_never_half_of_it(inbox: Inbox, amount: str) -> None:
    inbox.write(f"B1,4711,2026-11-05,{amount}", "B2,4712,2026-11-05,7,,", heading="id,invoice,date,amount\n")
    assert inbox.settled() == {"4712": Decimal(7)}
    assert "row 2: it has more cells" in inbox.blocked()[0]


def test_two_currencies_on_one_invoice(inbox: Inbox) -> None:
    inbox.write("B0,4711,2026-11-05,5,EUR,,", "B1,4711,2026-11-05,5,USD,,", "B2,4711,2026-11-05,5,,,")
    [sentence] = inbox.blocked()
    assert "EUR and USD" in sentence
    assert inbox.settled() == {}


def test_the_last_payment_of_an_invoice_is_deleted(inbox: Inbox) -> None:
    inbox.write("B0,4711,2026-11-05,5,,,", "B1,4712,2026-11-05,5,,,")
    assert inbox.settled() == {"4711": Decimal(5), "4712": Decimal(5)}
    inbox.write("B1,4712,2026-11-05,5,,,")
    for _ in range(2):
        assert inbox.settled() == {"4711": Decimal(0), "4712": Decimal(5)}
    inbox.write()
    assert inbox.told() == [Settlement("4711", ""), Settlement("4712", "")]


def test_an_invoice_that_never_had_a_payment_is_not_told(inbox: Inbox) -> None:
    """Payments that somebody made in ConnectWise itself stay as they are."""
    inbox.write("B1,4712,2026-11-05,5,,,")
    assert list(inbox.settled()) == ["4712"]


def test_a_row_without_an_invoice_holds_back_what_seems_deleted(inbox: Inbox) -> None:
    inbox.write("B0,4711,2026-11-05,5,,,", "B1,4712,2026-11-05,5,,,")
    inbox.told()
    inbox.write("B0,,2026-11-05,5,,,", "B1,4712,2026-11-05,5,,,")
    assert inbox.settled() == {"4712": Decimal(5)}
    assert inbox.blocked() == ["A payment in payments.csv cannot be read: row 2: it names no invoice."]


def test_a_file_that_vanished_takes_no_payment_back(inbox: Inbox) -> None:
    inbox.write("B0,4711,2026-11-05,5,,,")
    inbox.told()
    (inbox.folder / "payments.csv").unlink()
    with pytest.raises(Unavailable, match="was there before and is gone"):
        inbox.told()


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "has no column id"),
        (b"id,invoice,date\nB1,4711,2026-11-05\n", "has no column amount"),
        (HEADING.encode("utf-16"), "not written in UTF-8"),
        (b"id,invoice,date,amount,Amount\nB1,4711,2026-11-05,1,2\n", "has the column amount twice"),
        (HEADING.encode() + b"B1,4711,2026-11-05,1,,,\n\0\0\0", "row 3 has a control character"),
        (HEADING.encode() + b'B1,"4711,2026-11-05,1', "breaks off within a quoted cell"),
    ],
)
def test_a_file_that_cannot_be_used_is_said_to_be_so(inbox: Inbox, content: bytes, fault: str) -> None:
    (inbox.folder / "payments.csv").write_bytes(content)
    with pytest.raises(RemoteError, match=fault) as caught:
        inbox.told()
    assert caught.value.remedy


def test_what_is_remembered_of_payments_is_damaged(inbox: Inbox) -> None:
    inbox.write("B0,4711,2026-11-05,5,,,")
    inbox.told()
    (inbox.folder / ".payments-seen.json").write_text("[", encoding="ascii")
    with pytest.raises(RemoteError, match="damaged"):
        inbox.told()


def test_payments_are_added_and_deleted_by_a_tool(tmp_path: Path) -> None:
    payments, books = PaymentsFile(tmp_path), PlaintextBooks(tmp_path, name="Main")
    payments.pay("R1", "4711", Decimal("1.50"), date(2026, 11, 5))
    payments.pay("R2", "4711", Decimal("2.50"), date(2026, 11, 6))
    payments.unpay("R1")
    [settlement] = books.settlements(None)
    assert isinstance(settlement, Settlement)
    assert settlement.cash == Decimal("2.50")
