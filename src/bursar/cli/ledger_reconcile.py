"""`bursar ledger reconcile`: whether ConnectWise, the documents and the books agree, month by month."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Annotated

import typer

from bursar.cli.epilog import Shape, epilog
from bursar.cli.exits import finish
from bursar.cli.first_use import with_store
from bursar.cli.options import AsJson, ConnectionName
from bursar.cli.output import Listing, counted, money_column, print_json, say
from bursar.domain.period import Month
from bursar.store.models import BookBalance
from bursar.store.queries.ledger_list import balances_matching, differing
from bursar.store.queries.period_totals import PeriodTotal, period_totals
from bursar.usecases.books import find_book
from bursar.usecases.connections import find_connection

_TOTAL = (
    *("period", "family", "currency", "unposted", "batched", "connectwise", "documents", "books"),
    *("not_exported", "waiting", "excluded"),
)
_BALANCE = ("period", "account", "currency", "ours", "theirs", "difference")
RECONCILE_SHAPE: Shape = {
    "": ("connection", "totals", "periods", "balances"),
    "totals[]": _TOTAL,
    "periods[]": ("book", "period", "accounts", "differing", "unknown", "checked_at"),
    "balances[]": ("book", *_BALANCE),
}


def reconcile(
    period: Annotated[str | None, typer.Option("--period", metavar="YYYY-MM", help="Only this month.")] = None,
    book: Annotated[
        str | None, typer.Option("--book", metavar="NAME", help="Only the accounts of this book, without the totals.")
    ] = None,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Compare ConnectWise with the documents and the books, month by month, and list what is between them.

    First the totals: ConnectWise's records, Bursar's documents, what the books have. Then, account by account, what
    the documents moved against what the books say, as of the last posting of each month.

    Ends with 1 when anything is between them.
    """
    chosen = find_connection(connection)
    month = Month.parse(period) if period else None
    if book:
        find_book(chosen, book)
    totals = [] if book else [total for each in period_totals(chosen, month) for total in each.totals]
    rows = balances_matching(chosen, period=str(month or ""), book=book or "")
    periods, found = _periods(rows), list(differing(rows))
    if as_json:
        balances = [{"book": row.book.name, **{name: getattr(row, name) for name in _BALANCE}} for row in rows]
        shown = [{name: getattr(total, name) for name in _TOTAL} for total in totals]
        print_json({"connection": chosen.name, "totals": shown, "periods": periods, "balances": balances})
    else:
        _tell_totals(totals)
        _tell_accounts(periods, found)
    finish(trouble=bool(found) or not all(total.agrees for total in totals))


def _periods(rows: Iterable[BookBalance]) -> list[dict[str, object]]:
    found: dict[tuple[str, str], list[BookBalance]] = {}
    for row in rows:
        found.setdefault((row.book.name, row.period), []).append(row)
    return [
        {
            "book": name,
            "period": month,
            "accounts": len(own),
            "differing": sum(bool(row.difference) for row in own),
            "unknown": sum(row.theirs is None for row in own),
            "checked_at": max(row.checked_at for row in own),
        }
        for (name, month), own in found.items()
    ]


def _tell_totals(totals: Sequence[PeriodTotal]) -> None:
    amounts = [money_column(name) for name in ("ConnectWise", "Documents", "Books")]
    listing = Listing("Month", "Records", "Currency", *amounts, "Between them")
    for total in totals:
        sums = map(_money, (total.connectwise, total.documents, total.books))
        words = (total.period, total.family.capitalize(), total.currency)
        listing.row(*words, *sums, _between(total), style="" if total.agrees else "yellow")
    listing.show(title="ConnectWise = documents = books")


def _between(total: PeriodTotal) -> str:
    parts = {"not exported": total.not_exported, "not posted": total.waiting, "excluded": total.excluded}
    return ", ".join(f"{_money(amount)} {what}" for what, amount in parts.items() if amount) or "nothing"


def _tell_accounts(periods: Sequence[dict[str, object]], found: Sequence[BookBalance]) -> None:
    listing = Listing("Book", "Month", money_column("Accounts"), "Bursar's documents against the books", "Compared")
    for facts in periods:
        listing.row(facts["book"], facts["period"], facts["accounts"], _verdict(facts), facts["checked_at"])
    listing.show(if_empty="Nothing was posted yet, so there are no accounts to compare.")
    listing = Listing(
        "Book", "Month", "Account", money_column("Documents"), money_column("Books"), money_column("Difference")
    )
    for row in found:
        amounts = (row.ours, row.theirs, row.difference)
        cells = [f"{_money(amount)} {row.currency}" for amount in amounts if amount is not None]
        listing.row(row.book.name, row.period, row.account, *cells, style="red")
    listing.show(title="What differs")
    if found:
        say(f"{counted(len(found), 'difference')}: somebody changed documents of these accounts in the books.")


def _verdict(facts: dict[str, object]) -> str:
    if facts["differing"]:
        return f"differs on {facts['differing']}"
    return "the books cannot say" if facts["unknown"] else "agree to the cent"


def _money(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def add_to(group: typer.Typer) -> None:
    """The command in `bursar ledger`."""
    group.command(
        "reconcile",
        epilog=epilog(
            "bursar ledger reconcile", "bursar ledger reconcile --period 2026-10 --json", keys=RECONCILE_SHAPE
        ),
    )(with_store(reconcile))
