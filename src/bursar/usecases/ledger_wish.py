"""What a run of the ledger journey was asked for: which records, up to which day, and what of it was agreed to."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from bursar.domain.errors import InvalidInput
from bursar.domain.ledger.unposted import Family, Wish
from bursar.domain.period import Month
from bursar.store.models import Run

_RELATIVE = re.compile(r"(today|yesterday|end of month|end of last month)\s*(?:([+-])\s*(\d{1,3})\s*(?:days?)?)?")
_ANCHORS: Mapping[str, Callable[[date], date]] = {
    "today": lambda day: day,
    "yesterday": lambda day: day - timedelta(days=1),
    "end of month": lambda day: Month.of(day).last,
    "end of last month": lambda day: Month.of(day).previous.last,
}


def thru_day(text: str, today: date) -> date | None:
    """A thru date: `YYYY-MM-DD`, or relative, such as `today - 3`, `end of last month`. None: ConnectWise's today.

    Raises InvalidInput.
    """
    word = " ".join(text.split()).lower()
    if not word:
        return None
    found = _RELATIVE.fullmatch(word)
    if found:
        days = int(found[3] or 0) * (-1 if found[2] == "-" else 1)
        return _ANCHORS[found[1]](today) + timedelta(days=days)
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise InvalidInput(
            f"'{text}' is not a thru date.",
            remedy="Write YYYY-MM-DD, or: today, yesterday, today - 3, end of month, end of last month.",
        ) from None


@dataclass(frozen=True, slots=True)
class LedgerWish:
    """What to export. `thru` stays as it was written: a schedule means another day each time."""

    families: frozenset[Family] = frozenset(Family)
    location: str = ""
    thru: str = ""
    included: Mapping[Family, frozenset[str]] = field(default_factory=dict)
    excluded: Mapping[Family, frozenset[str]] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Whether everything that waits was asked for: only then can something be found to be gone."""
        return self.families == frozenset(Family) and not (self.location or self.thru or self.included or self.excluded)

    def on(self, today: date) -> Wish:
        """The wish of that day. Raises InvalidInput."""
        return Wish(self.families, self.location, thru_day(self.thru, today), self.included, self.excluded)

    def as_json(self) -> dict[str, object]:
        return {
            "families": sorted(self.families),
            "location": self.location,
            "thru": self.thru,
            "included": {family.value: sorted(ids) for family, ids in self.included.items()},
            "excluded": {family.value: sorted(ids) for family, ids in self.excluded.items()},
        }


def ledger_wish(
    families: Collection[str] = (),
    *,
    location: str = "",
    thru: str = "",
    included: Mapping[str, Collection[str]] | None = None,
    excluded: Mapping[str, Collection[str]] | None = None,
) -> LedgerWish:
    """A wish from texts, as commands and pages have them. Raises InvalidInput."""
    thru_day(thru, date(2000, 1, 1))
    return LedgerWish(
        frozenset(map(family_named, families)) or frozenset(Family),
        location.strip(),
        thru.strip(),
        _ids(included or {}),
        _ids(excluded or {}),
    )


def family_named(word: str) -> Family:
    """Raises InvalidInput."""
    try:
        return Family(word.strip().lower())
    except ValueError:
        raise InvalidInput(f"'{word}' is no kind of record.", remedy=f"Choose of: {', '.join(Family)}.") from None


def _ids(given: Mapping[str, Collection[str]]) -> dict[Family, frozenset[str]]:
    found = {family_named(name): frozenset(word.strip() for word in ids if word.strip()) for name, ids in given.items()}
    return {family: ids for family, ids in found.items() if ids}


def wish_of(run: Run) -> LedgerWish:
    """What a run was asked for. Raises InvalidInput."""
    asked = run.request
    return ledger_wish(
        asked.get("families", ()),
        location=asked.get("location", ""),
        thru=asked.get("thru", ""),
        included=asked.get("included", {}),
        excluded=asked.get("excluded", {}),
    )
