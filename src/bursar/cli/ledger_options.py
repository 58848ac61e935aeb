"""Arguments and options that several commands of `bursar ledger` share, and the wish that they make."""

from collections.abc import Iterable, Sequence
from typing import Annotated

import typer

from bursar.domain.errors import InvalidInput
from bursar.domain.ledger.unposted import Family
from bursar.usecases.ledger_wish import LedgerWish, ledger_wish

IDS = "FAMILY:ID,ID..."

Invoices = Annotated[bool, typer.Option("--invoices/--no-invoices", help="Unposted invoices.")]
Expenses = Annotated[bool, typer.Option("--expenses/--no-expenses", help="Unposted expenses.")]
Procurement = Annotated[
    bool, typer.Option("--procurement/--no-procurement", help="Unposted purchases and stock moves.")
]
Location = Annotated[
    str | None, typer.Option("--location", metavar="NAME|ID", help="Only records of this location; else of all.")
]
Thru = Annotated[
    str | None,
    typer.Option(
        "--thru",
        metavar="DAY",
        help="Only records up to this day: YYYY-MM-DD, today, yesterday, today - 3, end of month, end of last month.",
    ),
]
Include = Annotated[
    list[str] | None,
    typer.Option(
        "--include",
        metavar=IDS,
        help="Of this family only these records, by their ids in the unposted list; the other families stay whole.",
    ),
]
Exclude = Annotated[
    list[str] | None, typer.Option("--exclude", metavar=IDS, help="All but these records, by the same ids.")
]
Families = Annotated[
    list[Family] | None,
    typer.Option("--family", metavar="|".join(Family), help="Only this kind of records; may be repeated."),
]
DocumentNames = Annotated[list[str] | None, typer.Argument(metavar="NUMBER...", help="Documents, by number or key.")]


def wish_of(
    *,
    invoices: bool,
    expenses: bool,
    procurement: bool,
    location: str | None = None,
    thru: str | None = None,
    include: Sequence[str] | None = None,
    exclude: Sequence[str] | None = None,
) -> LedgerWish:
    """What an export was asked for. Raises InvalidInput."""
    switches = {Family.INVOICES: invoices, Family.EXPENSES: expenses, Family.PROCUREMENT: procurement}
    families = [family.value for family, on in switches.items() if on]
    if not families:
        raise InvalidInput("Nothing is asked for.", remedy="Leave at least one of the three switches on.")
    return ledger_wish(
        families,
        location=location or "",
        thru=thru or "",
        included=ids_by_family(include or ()),
        excluded=ids_by_family(exclude or ()),
    )


def ids_by_family(words: Iterable[str]) -> dict[str, list[str]]:
    """Words like `invoices:12,13`. Raises InvalidInput."""
    found: dict[str, list[str]] = {}
    for word in words:
        family, colon, ids = word.partition(":")
        if not colon or not ids.strip():
            raise InvalidInput(f"'{word}' names no records.", remedy="Write it as in invoices:12,13.")
        found.setdefault(family.strip().lower(), []).extend(ids.split(","))
    return found
