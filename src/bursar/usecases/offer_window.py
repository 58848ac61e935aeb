"""Load Products with a window: the offers of the last months, and what is to be loaded to know them (rule 45).

Offers come with invoice lines. A window is the current month and so many months back; months of it that a source can
load and that were never loaded are loaded.
"""

from collections.abc import Mapping, Sequence

from bursar.domain.period import Month
from bursar.store.models import Connection, Line
from bursar.usecases.deliveries import Loadable

WINDOWS: Mapping[int, str] = {1: "1 month back", 2: "2 months back", 3: "3 months back", 12: "12 months back"}
"""How many months back, and how a person says it. One to three are advised (rule 32)."""


def window(current: Month, back: int) -> Sequence[Month]:
    """The current month and so many before it, newest first."""
    months = [current]
    for _ in range(back):
        months.append(months[-1].previous)
    return months


def first_months(current: Month) -> Mapping[int, Month]:
    """The oldest month of each window."""
    months = window(current, max(WINDOWS))
    return {back: months[back] for back in WINDOWS}


def months_to_load(connection: Connection, loadable: Loadable, months: Sequence[Month]) -> Sequence[Month | None]:
    """Those of these months that are there to be loaded and have no line yet, oldest first.

    A single stored file is read once and as a whole, when one of them may be in it: then this is just None.
    """
    loaded = set(
        Line.objects.filter(connection=connection, month__in=[str(month) for month in months])
        .order_by()
        .values_list("month", flat=True)
        .distinct()
    )
    missing = [month for month in sorted(months) if str(month) not in loaded and loadable.of(month).is_there]
    if any(loadable.of(month).maybe_in for month in missing):
        return [None]
    return missing
