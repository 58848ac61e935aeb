"""Where a line stands, in the words and colours of the page, and what to do about it."""

from collections.abc import Mapping

from bursar.domain.mapping import Excluded
from bursar.store.queries.line_list import LineStatus, ListedLine

LOOKS: Mapping[LineStatus, str] = {
    LineStatus.READY: "info",
    LineStatus.UNMAPPED: "warning",
    LineStatus.EXCLUDED: "secondary",
    LineStatus.BLOCKED: "danger",
    LineStatus.POSTED: "success",
    LineStatus.CHANGED: "warning",
    LineStatus.VANISHED: "warning",
}
"""The colour of each status's badge."""

EXCLUDED: Mapping[str, str] = {
    Excluded.ORGANIZATION: "Include the organization on Mapping › Organizations to bill it.",
    Excluded.OFFER: "Include the product on Mapping › Products to bill it.",
    Excluded.BY_HAND: "Take “Done by hand” away to bill it with Bursar.",
}
UNVERIFIED = "Load the month again once the invoice is Verified."

REMEDIES: Mapping[LineStatus, str] = {
    LineStatus.UNMAPPED: "Map it on Mapping, or choose for this line alone.",
    LineStatus.CHANGED: "Correct it in ConnectWise or with a correction line, then accept the change.",
    LineStatus.VANISHED: "Load the month again if it should be there; otherwise nothing is to be done here.",
}


def remedy_of(item: ListedLine) -> str:
    """What to do about where a line stands; empty when nothing is to be done."""
    if item.status is LineStatus.EXCLUDED:
        return EXCLUDED.get(item.reason, UNVERIFIED)
    return REMEDIES.get(item.status, "")
