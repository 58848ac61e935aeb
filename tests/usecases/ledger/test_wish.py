"""What an export was asked for: named records, a thru date, also a relative one."""

from datetime import date

import pytest

from bursar.domain.errors import InvalidInput
from bursar.store.models import LedgerDocument, UnpostedRecord
from bursar.usecases.ledger_wish import ledger_wish, thru_day
from tests.usecases.ledger.test_loop import LEFT_OUT
from tests.usecases.ledger.world import LedgerWorld

State = LedgerDocument.State


def test_an_export_of_named_records_holds_those_and_calls_nothing_gone(ledger: LedgerWorld) -> None:
    ledger.book()
    ledger.export()
    wanted = UnpostedRecord.objects.get(connection=ledger.connection, number="10081").unposted_id
    run = ledger.export(ledger_wish(["invoices"], included={"invoices": [wanted]}))
    assert [row.number for row in ledger.documents().filter(seen_in=run)] == ["10081"]
    assert ledger.documents(State.READY).count() == 12
    assert ledger.exceptions() == LEFT_OUT


def test_whoever_asks_up_to_a_day_finds_nothing_wrong_with_later_records(ledger: LedgerWorld) -> None:
    ledger.book()
    run = ledger.export(ledger_wish(["invoices"], thru="2026-10-28"))
    assert {row.number for row in ledger.documents().filter(seen_in=run)} == {"10079", "10080"}
    assert UnpostedRecord.objects.filter(connection=ledger.connection, code="after_thru_date").count() > 2
    assert "after_thru_date" not in ledger.exceptions()


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("", None),
        ("2026-10-05", date(2026, 10, 5)),
        ("today", date(2026, 11, 2)),
        ("Yesterday", date(2026, 11, 1)),
        ("today - 3", date(2026, 10, 30)),
        ("today-3 days", date(2026, 10, 30)),
        ("end of last month", date(2026, 10, 31)),
        ("end of month + 1", date(2026, 12, 1)),
    ],
)
def test_a_thru_date_may_be_relative(words: str, day: date | None) -> None:
    assert thru_day(words, date(2026, 11, 2)) == day


def test_a_thru_date_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidInput, match="is not a thru date"):
        thru_day("soon", date(2026, 11, 2))
