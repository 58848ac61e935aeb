"""`bursar ledger decide`, `exceptions` and `reconcile`: what waits for a person, and whether both sides agree."""

from enum import StrEnum
from typing import Annotated

import typer

from bursar.cli.epilog import Shape, epilog
from bursar.cli.exits import finish
from bursar.cli.first_use import with_store
from bursar.cli.ledger_text import (
    DOCUMENT_KEYS,
    EXCEPTION_KEYS,
    document_document,
    exception_document,
    show_exceptions,
)
from bursar.cli.options import AsJson, ConnectionName
from bursar.cli.output import Listing, counted, money_column, print_json, say
from bursar.domain.books.present import Consent
from bursar.domain.period import Month
from bursar.store.models import BookBalance, LedgerException
from bursar.store.queries.ledger_list import balances_matching, differing, document_named, exceptions_matching
from bursar.usecases.agree_documents import decide
from bursar.usecases.connections import find_connection

Journey = LedgerException.Journey

DECIDE_SHAPE: Shape = {"": ("connection", "document"), "document": DOCUMENT_KEYS}
EXCEPTIONS_SHAPE: Shape = {"": ("connection", "open", "exceptions"), "exceptions[]": EXCEPTION_KEYS}
RECONCILE_SHAPE: Shape = {
    "": ("connection", "periods", "balances"),
    "periods[]": ("book", "period", "accounts", "differing", "unknown", "checked_at"),
    "balances[]": ("book", "period", "account", "currency", "ours", "theirs", "difference"),
}


class Decision(StrEnum):
    """What is to become of a document whose two sides differ."""

    REPOST = "repost"
    ACCEPT = "accept"
    CLEAR = "clear"


SAID = {
    Decision.REPOST: "is taken back and posted anew",
    Decision.ACCEPT: "stays in the books as it is",
    Decision.CLEAR: "waits for a decision",
}


def decide_one(
    name: Annotated[str, typer.Argument(metavar="NUMBER", help="The document, by number or key.")],
    decision: Annotated[
        Decision,
        typer.Argument(
            metavar="|".join(Decision),
            help="repost: take it back and post what ConnectWise says now; accept: the books have it right; "
            "clear: take a decision back.",
        ),
    ],
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Say what is to become of a document that differs between ConnectWise and the books.

    Nothing is written yet: the next export plans it, and posting carries it out.
    """
    chosen = find_connection(connection)
    row = document_named(chosen, name)
    decide(row, None if decision is Decision.CLEAR else Consent(decision.value))
    if as_json:
        print_json({"connection": chosen.name, "document": document_document(row)})
        return
    say(f"{row.title or row.key} {SAID[decision]}.")
    say("`bursar ledger export` plans it; `bursar ledger post` carries it out.")


def show_all(
    every: Annotated[bool, typer.Option("--all", help="Also what waits no longer.")] = False,
    journey: Annotated[
        Journey | None, typer.Option("--journey", metavar="|".join(Journey.values), help="Only this journey's.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=0, help="How many to show; 0 for all.")] = 50,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """List what waits for a person: what cannot be posted or paid, why, and what to do."""
    chosen = find_connection(connection)
    wanted = journey.value if journey else ""
    rows = exceptions_matching(chosen, journey=wanted, closed=every)
    still_open = exceptions_matching(chosen, journey=wanted).count()
    shown = rows[: limit or None]
    if as_json:
        documents = [exception_document(row) for row in shown]
        print_json({"connection": chosen.name, "open": still_open, "exceptions": documents})
        return
    show_exceptions(shown, if_empty="Nothing waits for a person.")
    if limit and rows.count() > limit:
        say(f"{limit} of {rows.count()} shown; --limit 0 shows all.")


def reconcile(
    period: Annotated[str | None, typer.Option("--period", metavar="YYYY-MM", help="Only this month.")] = None,
    book: Annotated[str | None, typer.Option("--book", metavar="NAME", help="Only this book.")] = None,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Compare what Bursar's documents moved with what the books say, month by month, and list what differs.

    The figures are those of the last posting of each month. Ends with 1 when something differs.
    """
    chosen = find_connection(connection)
    month = str(Month.parse(period)) if period else ""
    rows = list(balances_matching(chosen, period=month, book=book or ""))
    found = list(differing(balances_matching(chosen, period=month, book=book or "")))
    periods = _periods(rows)
    if as_json:
        print_json({"connection": chosen.name, "periods": periods, "balances": [_balance(row) for row in rows]})
    else:
        _tell(periods, found)
    finish(trouble=bool(found))


def _periods(rows: list[BookBalance]) -> list[dict[str, object]]:
    found: dict[tuple[str, str], list[BookBalance]] = {}
    for row in rows:
        found.setdefault((row.book.name, row.period), []).append(row)
    return [
        {
            "book": name,
            "period": month,
            "accounts": len(own),
            "differing": sum(row.theirs is not None and row.theirs != row.ours for row in own),
            "unknown": sum(row.theirs is None for row in own),
            "checked_at": max(row.checked_at for row in own),
        }
        for (name, month), own in found.items()
    ]


def _balance(row: BookBalance) -> dict[str, object]:
    same = {name: getattr(row, name) for name in ("period", "account", "currency", "ours", "theirs")}
    return {"book": row.book.name, **same, "difference": None if row.theirs is None else row.ours - row.theirs}


def _tell(periods: list[dict[str, object]], found: list[BookBalance]) -> None:
    listing = Listing("Book", "Month", money_column("Accounts"), "Bursar's documents against the books", "Compared")
    for facts in periods:
        listing.row(facts["book"], facts["period"], facts["accounts"], _verdict(facts), facts["checked_at"])
    listing.show(if_empty="Nothing was posted yet, so there is nothing to compare.")
    listing = Listing(
        "Book", "Month", "Account", money_column("Documents"), money_column("Books"), money_column("Difference")
    )
    for row in found:
        difference = row.ours - row.theirs if row.theirs is not None else row.ours
        cells = [f"{amount:,.2f} {row.currency}" for amount in (row.ours, row.theirs, difference)]
        listing.row(row.book.name, row.period, row.account, *cells, style="red")
    listing.show(title="What differs")
    if found:
        say(f"{counted(len(found), 'difference')}: somebody changed documents of these accounts in the books.")


def _verdict(facts: dict[str, object]) -> str:
    if facts["differing"]:
        return f"differs on {facts['differing']}"
    return "the books cannot say" if facts["unknown"] else "agree to the cent"


def add_to(group: typer.Typer) -> None:
    """The commands of `bursar ledger` that are about differences."""
    group.command(
        "decide",
        epilog=epilog("bursar ledger decide 10012 repost", "bursar ledger decide 10012 clear", keys=DECIDE_SHAPE),
    )(with_store(decide_one))
    group.command(
        "exceptions",
        epilog=epilog("bursar ledger exceptions", "bursar ledger exceptions --all --json", keys=EXCEPTIONS_SHAPE),
    )(with_store(show_all))
    group.command(
        "reconcile",
        epilog=epilog(
            "bursar ledger reconcile", "bursar ledger reconcile --period 2026-10 --json", keys=RECONCILE_SHAPE
        ),
    )(with_store(reconcile))
