"""The ways ConnectWise writes one and the same thing (Zynk's reference, section 6)."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bursar.domain.errors import InvalidInput
from bursar.domain.ledger import normalise
from bursar.domain.ledger.documents import DocumentKind, Line, RecordType, Tax
from bursar.domain.ledger.signs import header_sign, line_sign, opposite, turned, turned_tax
from tests.domain.ledger.documents import AMOUNTS


@pytest.mark.parametrize(
    ("text", "meant"),
    [("Y", True), ("N", False), ("True", True), ("False", False), ("true", True), (" y ", True), ("", None)],
)
def test_flags(text: str, meant: bool | None) -> None:
    assert normalise.flag(text) is meant


@pytest.mark.parametrize(("text", "percent"), [("20.00%", "20"), ("20.000000", "20"), ("20", "20"), ("0.00%", "0")])
def test_rates_written_as_percentages(text: str, percent: str) -> None:
    assert normalise.percent(text) == Decimal(percent)


@pytest.mark.parametrize(("text", "percent"), [("0.2", "20"), ("0.20%", "20"), ("0.0775", "7.75"), ("0", "0")])
def test_rates_written_as_fractions(text: str, percent: str) -> None:
    assert normalise.percent_of_fraction(text) == Decimal(percent)
    assert normalise.percent_of_fraction("") is None


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("5/1/2014 5:21:58 AM", "2014-05-01T05:21:58"),
        ("3/18/2015 12:15:16 PM", "2015-03-18T12:15:16"),
        ("3/18/2015 12:00:00 AM", "2015-03-18T00:00:00"),
        ("3/18/2015 11:59:59 PM", "2015-03-18T23:59:59"),
        ("3/18/2015 13:15:16", "2015-03-18T13:15:16"),
        ("3/18/2015 5:07 PM", "2015-03-18T17:07:00"),
        ("2011-06-20T10:30Z", "2011-06-20T10:30:00"),
        ("3/18/2015", "2015-03-18T00:00:00"),
        ("2011-06-20T00:00:00", "2011-06-20T00:00:00"),
        ("2011-06-20T23:30:00Z", "2011-06-20T23:30:00"),
        ("2011-06-20T23:30:00.123+02:00", "2011-06-20T23:30:00"),
        ("2011-04-15", "2011-04-15T00:00:00"),
        ("", None),
    ],
)
def test_dates(text: str, meant: str | None) -> None:
    moment = datetime.fromisoformat(meant) if meant else None
    assert normalise.moment(text) == moment
    assert normalise.day(text) == (moment.date() if moment else None)


def test_a_business_date_is_not_moved_by_a_zone() -> None:
    """Decision 23; a peer computed month ends through UTC and landed on the wrong day."""
    assert normalise.day("2026-10-31T23:59:59-11:00") == date(2026, 10, 31)


@pytest.mark.parametrize("text", ["31.12.2026", "2026-02-30", "13/1/2026", "1/1/2026 13:00:00 PM", "soon", "2026"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="is not a date"):
        normalise.moment(text)


def test_line_ends_that_were_escaped_twice_are_line_ends() -> None:
    assert normalise.text("one&#xD;&#xA;two&#10;three") == "one\ntwo\nthree"
    assert normalise.text("R&D &amp; more &#x41;") == "R&D &amp; more &#x41;"


def test_what_xml_cannot_carry_is_dropped() -> None:
    assert normalise.text("a\x00b\x1fc\ud800d\ufffee\tf") == "abcde\tf"


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise.text(text)
    assert normalise.text(once) == once


@pytest.mark.parametrize(
    ("text", "account", "segments"),
    [
        ("4001:", "4001", ("4001",)),
        ("4001", "4001", ("4001",)),
        ("4001:100:: ", "4001:100", ("4001", "100")),
        (":", "", ("",)),
    ],
)
def test_colons_of_empty_segments_are_dropped(text: str, account: str, segments: tuple[str, ...]) -> None:
    assert normalise.account(text) == account
    assert normalise.account_segments(text) == segments


def test_lists_of_ids() -> None:
    assert normalise.entry_ids("1504, 1505,,1504,1506") == (1504, 1505, 1506)
    assert normalise.entry_ids("") == ()
    assert normalise.entry_ids_or_none("1-adjustment") == ()
    assert normalise.entry_ids_or_none("15,16") == (15, 16)


@pytest.mark.parametrize("text", ["1,x", "-1", "0", "1.5", "９", "9" * 25, "99999999999999999999"])
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="is not a GL entry id"):
        normalise.entry_ids(text)


@pytest.mark.parametrize(("text", "exact"), [("42.00", "42.00"), ("-0", "0"), (".5", "0.5"), ("1E-05", "0.00001")])
def test_numbers_keep_their_digits(text: str, exact: str) -> None:
    assert str(normalise.number(text)) in {exact, str(Decimal(exact))}


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1,000.00", "ten", "1e999999", "--1", "0x10", "1_000", "٣"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        normalise.number(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("33.330000000000005", "33.33"),
        ("99.99999999999999", "100"),
        ("-5.684341886080802E-14", "0"),
        ("3.3333333333333333333333333333", "3.333333333333"),
        ("0.30000000000000004", "0.3"),
    ],
)
def test_what_doubles_and_divisions_leave_behind_is_no_part_of_a_number(text: str, meant: str) -> None:
    assert str(normalise.number(text)) == meant


@pytest.mark.parametrize("text", ["1E+15", "1" * 25, "1234567890123.123456789012"])
def test_amounts_beyond_reason_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="not an amount that anybody invoices"):
        normalise.number(text)


@given(AMOUNTS, st.none() | AMOUNTS, st.sampled_from([1, -1]))
def test_turning_signs_twice_gives_the_row_back(amount: Decimal, quantity: Decimal | None, sign: int) -> None:
    line, tax = Line("1", amount, quantity=quantity), Tax("1", amount)
    assert turned(turned(line, sign), sign) == line
    assert turned_tax(turned_tax(tax, sign), sign) == tax
    assert str(opposite(opposite(amount))) == str(amount or abs(amount))


@pytest.mark.parametrize("record", RecordType)
def test_an_export_shows_lines_against_the_header_on_sales_and_purchases(record: RecordType) -> None:
    against = record in {RecordType.TRANSACTION, RecordType.PURCHASE}
    assert line_sign(record, 1) == (-1 if against else 1)
    assert line_sign(record, -1) == -line_sign(record, 1)


def test_only_credits_are_shown_with_a_negative_header() -> None:
    shown = {kind: header_sign(kind) for kind in DocumentKind}
    assert {kind for kind, sign in shown.items() if sign < 0} == {"ar_credit", "ap_credit"}
