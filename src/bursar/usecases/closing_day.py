"""The closing day: from which day on the daily sync posts a month, so that late invoices are in before it does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bursar.domain.period import Month
from bursar.store.models import Connection

SETTING = "closing_day"
HELD = "before_closing_day"
"""The code of the entries in System Logs that tell of months which wait."""


@dataclass(frozen=True, slots=True)
class NextPosting:
    """The month that the daily sync posts next, and the day of the sync that begins with it."""

    month: Month
    day: date


def closing_day(billing: Mapping[str, object]) -> int:
    """Day of the month, 1 to 28; 0 when months are posted at once."""
    return int(str(billing.get(SETTING, "0")))


def posted_from(connection: Connection, month: Month) -> date | None:
    """The first day on which the daily sync posts the month; None when it need not wait (rule 118)."""
    day = closing_day(connection.billing)
    return month.next.first.replace(day=day) if day else None


def may_post(connection: Connection, month: Month, now: datetime) -> bool:
    """Whether the closing day of the month has come, by the UTC date."""
    wait_until = posted_from(connection, month)
    return wait_until is None or now.astimezone(UTC).date() >= wait_until


def month_with_late_invoices(connection: Connection, month: Month, now: datetime) -> Month | None:
    """The month before `month`, up to its closing day: invoices of it may still come in. None without a closing day."""
    closes = posted_from(connection, month.previous)
    return month.previous if closes and now.astimezone(UTC).date() <= closes else None


def next_posting(connection: Connection, now: datetime) -> NextPosting | None:
    """The month whose closing day comes next, seen from the next midnight; None without a closing day."""
    day = closing_day(connection.billing)
    if not day:
        return None
    coming = now.astimezone(UTC).date() + timedelta(days=1)
    month = Month.of(coming)
    closing = month.previous if coming.day <= day else month
    return NextPosting(closing, closing.next.first.replace(day=day))
