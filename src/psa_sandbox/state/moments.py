"""Dates and times as the wire writes them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_ACCEPTED = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?")


def wire_moment(text: str) -> str | None:
    """A date or time in ISO 8601 as yyyy-MM-ddTHH:mm:ssZ; None when it is neither.

    Without an offset it counts as UTC, a date alone as midnight [guide, infer].
    """
    if not _ACCEPTED.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        return None
    return f"{moment.replace(microsecond=0, tzinfo=None).isoformat()}Z"
