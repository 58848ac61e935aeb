"""The ways ConnectWise writes one and the same thing: flags, rates, dates, escapes, accounts, lists of ids.

Each function takes a text from an export and raises InvalidInput when it means nothing. A blank means nothing was said.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from bursar.domain.errors import InvalidInput

_FLAGS = {"y": True, "true": True, "n": False, "false": False}
_DOUBLY_ESCAPED = re.compile(r"&#(?:x0*([9AaDd])|0*(9|10|13));")
_US_MOMENT = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: (\d{1,2}):(\d\d)(?::(\d\d))?(?: ([AP]M))?)?", re.ASCII)
_ISO_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?)?", re.ASCII)
_NOT_XML = re.compile(r"[^\t\n\u0020-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([Ee][+-]?\d{1,2})?", re.ASCII)
_WIDEST, _FINEST, _MOST_DIGITS = 15, -12, 24
_LARGEST_ID = 2**63 - 1


def text(value: str) -> str:
    """A text as it was typed: line ends that were escaped twice are line ends, control characters are dropped."""
    if value.isascii() and value.isprintable() and "&#" not in value:
        return value
    once = _DOUBLY_ESCAPED.sub(_unescaped, value)
    return _NOT_XML.sub("", once.replace("\r\n", "\n").replace("\r", "\n"))


def account(value: str) -> str:
    """An account number without the colons that empty segments leave at its end: `4001:` is 4001."""
    word = text(value).lstrip()
    end = len(word)
    while end and (word[end - 1] == ":" or word[end - 1].isspace()):
        end -= 1
    return word[:end]


def account_segments(value: str) -> tuple[str, ...]:
    """The segments of an account number; the first is the account, the others divide it."""
    return tuple(account(value).split(":"))


def flag(value: str) -> bool | None:
    """Y, N, True, False, true, false."""
    word = value.strip().casefold()
    if not word:
        return None
    if word not in _FLAGS:
        raise InvalidInput(f"'{_short(value)}' is neither yes nor no.")
    return _FLAGS[word]


def number(value: str) -> Decimal | None:
    """A plain number with exactly its digits, as far as `within_reach` keeps them."""
    word = value.strip()
    if not word:
        return None
    if not _NUMBER.fullmatch(word):
        raise InvalidInput(f"'{_short(value)}' is not a number.")
    return within_reach(Decimal(word))


def within_reach(amount: Decimal) -> Decimal:
    """The number, unless money cannot be like that: it has too many digits, or is too large.

    Finer digits than the twelfth are what is left of a division, or of a sum of doubles as in 33.330000000000005. They
    are rounded off: nothing is invoiced in them, and nobody could correct them in ConnectWise.
    """
    exponent, kept = amount.as_tuple().exponent, amount
    if not isinstance(exponent, int):
        raise InvalidInput(f"'{amount}' is not a number.")
    if exponent < _FINEST and amount.adjusted() < _WIDEST:
        kept = amount.quantize(Decimal(1).scaleb(_FINEST)).normalize()
        kept = kept.quantize(Decimal(1)) if kept == kept.to_integral_value() else kept
    if kept and (kept.adjusted() >= _WIDEST or len(kept.as_tuple().digits) > _MOST_DIGITS):
        raise InvalidInput(f"'{_short(str(amount))}' is not an amount that anybody invoices.")
    return kept if kept or not kept.is_signed() else Decimal(0)


def percent(value: str) -> Decimal | None:
    """A rate written as a percentage, with or without its sign: `20.00%`, `20.000000`, `20`."""
    return number(value.strip().removesuffix("%"))


def percent_of_fraction(value: str) -> Decimal | None:
    """A rate written as a fraction: `0.2`, also where a percent sign was put after it: `0.20%` [field]."""
    fraction = percent(value)
    return None if fraction is None else fraction.scaleb(2)


def day(value: str) -> date | None:
    """The calendar day of a date or date-time; its zone and time are not looked at (decision 23)."""
    found = moment(value)
    return found.date() if found else None


def moment(value: str) -> datetime | None:
    """A date-time on the site's clock: ISO 8601, or US like `5/1/2014 5:21:58 AM`."""
    word = value.strip()
    if not word:
        return None
    try:
        if iso := _ISO_MOMENT.fullmatch(word):
            return datetime.fromisoformat(f"{iso[1]}T{iso[2] or '00:00:00'}")
        if us := _US_MOMENT.fullmatch(word):
            clock = f"{_hour(us):02}:{us[5] or '00'}:{us[6] or '00'}"
            return datetime.fromisoformat(f"{us[3]}-{us[1]:0>2}-{us[2]:0>2}T{clock}")
    except ValueError as error:
        raise InvalidInput(f"'{_short(value)}' is not a date.") from error
    raise InvalidInput(f"'{_short(value)}' is not a date.")


def entry_ids(value: str) -> tuple[int, ...]:
    """GL entry ids, separated by commas; each once, in order."""
    words = [word.strip() for word in value.split(",") if word.strip()]
    return once(_entry_id(word) for word in words)


def entry_ids_or_none(value: str) -> tuple[int, ...]:
    """The ids in a text that may be one of another kind; none when it is."""
    try:
        return entry_ids(value)
    except InvalidInput:
        return ()


def once(ids: Iterable[int]) -> tuple[int, ...]:
    """Each id once, in the order of its first appearance."""
    return tuple(dict.fromkeys(ids))


def _entry_id(word: str) -> int:
    if not (word.isascii() and word.isdigit() and len(word) < 20 and 0 < int(word) <= _LARGEST_ID):
        raise InvalidInput(f"'{_short(word)}' is not a GL entry id.")
    return int(word)


def _hour(us: re.Match[str]) -> int:
    """Hours of a twelve-hour clock become those of the day: 12 AM is 0, 12 PM is 12."""
    hour = int(us[4] or 0)
    if us[7] is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError(hour)
    return hour % 12 + (12 if us[7] == "PM" else 0)


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 16) if found[1] else int(found[2]))


def _short(value: str) -> str:
    return value if len(value) <= 40 else f"{value[:39]}…"
