"""`bursar lines list`: what was loaded, what would be sent, and where each line stands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Annotated

import typer
from rich.table import Column

from bursar.cli.epilog import Shape, epilog
from bursar.cli.options import AsJson, ConnectionName
from bursar.cli.output import NOTHING, Listing, counted, money_column, print_json, say
from bursar.domain.money import Money, Totals
from bursar.domain.period import Month
from bursar.domain.rules import Badge, ChargeRules, Derived
from bursar.store.queries.line_list import LineStatus, ListedLine, listed_lines
from bursar.store.queries.lines import SOURCE_FIELDS
from bursar.usecases.connections import find_connection
from bursar.usecases.derived_lines import derived_of, rules_of

OVERRIDES = (
    *("company_id", "product_id", "agreement_id", "charge_start", "charge_end"),
    *("approved", "adopt", "keep_both", "overwrite", "post_again", "by_hand"),
)
SHAPE: Shape = {
    "": ("connection", "count", "totals", "lines"),
    "lines[]": (
        *(
            "line_id",
            "month",
            "status",
            "reason",
            "remedy",
            "effective",
            "cancelled",
            "sent_charge_type",
            "badges",
            "overrides",
        ),
        *("agreement_id", "addition_id", *SOURCE_FIELDS),
    ),
    "lines[].badges": ("start", "end", "charge_type"),
    "lines[].overrides": OVERRIDES,
}
EPILOG = epilog(
    "bursar lines list --month 2026-10",
    "bursar lines list --status unmapped --limit 0 (all of them)",
    keys=SHAPE,
)
MARKS = {Badge.NONE: "", Badge.SYSTEM: " S", Badge.USER: " U"}
LEGEND = "S: System Updated, a rule of the configuration set it. U: User Updated, set by hand."


@dataclass(slots=True)
class Page:
    """The lines that are shown, and what all that were asked for come to."""

    lines: Sequence[ListedLine]
    count: int = 0
    totals: Totals = field(default_factory=Totals)


def show_lines(
    month: Annotated[str | None, typer.Option("--month", metavar="YYYY-MM", help="Only lines of this month.")] = None,
    status: Annotated[
        LineStatus | None,
        typer.Option("--status", metavar="|".join(LineStatus), help="Only lines that stand so."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=0, help="How many to show; 0 for all.")] = 50,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """List lines with the dates that would be sent, and where each one stands."""
    chosen = find_connection(connection)
    page = _page(listed_lines(chosen, Month.parse(month) if month else None, status), limit)
    rules = rules_of(chosen)
    if as_json:
        lines = [_document(item, rules) for item in page.lines]
        print_json({"connection": chosen.name, "count": page.count, "totals": dict(page.totals), "lines": lines})
    else:
        _tell(page, rules)


def _page(found: Iterable[ListedLine], limit: int) -> Page:
    rest = iter(found)
    page = Page(list(islice(rest, limit or None)))
    for part in (page.lines, rest):
        for item in part:
            page.count += 1
            page.totals.add(item.line.money)
    return page


def _tell(page: Page, rules: ChargeRules) -> None:
    listing = Listing(
        "Line", "Product", Column("From, until", no_wrap=True), money_column("Total"), Column("Status", min_width=8)
    )
    marked = False
    for item in page.lines:
        derived = derived_of(item, rules)
        marked = marked or bool(derived.start_badge or derived.end_badge)
        listing.row(*_cells(item, derived))
    listing.show(if_empty="There are no such lines.")
    if page.count:
        say(f"{len(page.lines)} of {counted(page.count, 'line')} shown, {page.totals} in all.")
    if marked:
        say(LEGEND)


def _cells(item: ListedLine, derived: Derived) -> tuple[str, ...]:
    line = item.line
    what = f"{line.subscription_name or line.offer_name}\n{derived.charge_name}, {line.billing_cycle}"
    begins = f"{derived.effective}{MARKS[derived.start_badge]}"
    ends = f"{derived.cancelled or NOTHING}{MARKS[derived.end_badge]}"
    status = "\n".join(filter(None, (item.status.value, item.reason, _remedy(item))))
    money = Money(line.total, line.currency)
    return f"{line.line_id}\n{line.organization_name}", what, f"{begins}\n{ends}", str(money), status


def _remedy(item: ListedLine) -> str:
    return item.row.blocked_remedy if item.status is LineStatus.BLOCKED else ""


def _document(item: ListedLine, rules: ChargeRules) -> dict[str, object]:
    derived = derived_of(item, rules)
    link = item.row.link
    badges = {"start": derived.start_badge, "end": derived.end_badge, "charge_type": derived.name_badge}
    return {
        "line_id": item.line.line_id,
        "month": item.row.month,
        "status": item.status,
        "reason": item.reason,
        "remedy": _remedy(item),
        "effective": derived.effective,
        "cancelled": derived.cancelled,
        "sent_charge_type": derived.charge_name,
        "badges": badges,
        "overrides": {name: getattr(item.overrides, name) for name in OVERRIDES},
        "agreement_id": link.agreement_id if link else None,
        "addition_id": link.addition_id if link else None,
        **{name: getattr(item.line, name) for name in SOURCE_FIELDS},
    }
