"""What ConnectWise, Bursar's documents and the books say of a month: in total, and account by account."""

from datetime import datetime
from typing import Annotated

from ninja import Query
from pydantic import BaseModel, Field

from bursar.api.ledger_documents import AT, BookWanted
from bursar.api.routes import Routes
from bursar.api.values import PAGE, Amount, Id, Limit, MonthText, Offset, connection_at, next_of
from bursar.domain.ledger.unposted import Family
from bursar.domain.period import Month
from bursar.domain.roles import Role
from bursar.store.models import BookBalance
from bursar.store.queries.ledger_list import balances_matching, differing
from bursar.store.queries.period_totals import PeriodTotal, period_totals

routes = Routes("Ledger")

OnlyMonth = Annotated[MonthText | None, Query(description="Only this month.")]


class TotalShown(BaseModel):
    """One kind of record in one currency of one month; credits count negative."""

    period: str = Field(description="Month of the records' date in ConnectWise; empty for records without one.")
    family: Family
    currency: str
    unposted: Amount = Field(description="What ConnectWise has in no batch, as the last export read it.")
    batched: Amount
    connectwise: Amount = Field(description="`unposted` and `batched` together.")
    documents: Amount
    books: Amount = Field(description="What was posted and not taken back.")
    excluded: Amount = Field(description="What a route keeps out of every book.")
    not_exported: Amount = Field(description="`connectwise` less `documents`.")
    waiting: Amount = Field(description="`documents` less `excluded` less `books`.")
    agrees: bool = Field(description="Whether everything that should be in the books is there.")


class TotalsListed(BaseModel):
    """Newest month first."""

    totals: list[TotalShown]
    agrees: bool = Field(description="Whether all of them do.")


class BalanceShown(BaseModel):
    """What a month moved on an account: by Bursar's documents, and as the books say. Debit positive."""

    book_id: int
    book: str
    period: str
    account: str
    currency: str
    ours: Amount
    theirs: Amount | None = Field(description="null: these books cannot say.")
    difference: Amount | None = Field(description="What the books have beyond Bursar's documents.")
    checked_at: datetime


class BalancesListed(BaseModel):
    """Newest month first. Ask again with `offset=next`; null on the last page."""

    balances: list[BalanceShown]
    differing: int = Field(description="How many of all these differ: 0 is a reconciled book.")
    next: int | None


@routes.get(f"{AT}/reconciliation/totals", Role.VIEWER, TotalsListed)
def list_totals(connection_id: Id, period: OnlyMonth = None) -> TotalsListed:
    """ConnectWise = documents = books, month by month, and what is between them."""
    found = period_totals(connection_at(connection_id), Month.parse(period) if period else None)
    totals = [_total(total) for each in found for total in each.totals]
    return TotalsListed(totals=totals, agrees=all(total.agrees for total in totals))


@routes.get(f"{AT}/reconciliation", Role.VIEWER, BalancesListed)
def list_balances(
    connection_id: Id,
    period: OnlyMonth = None,
    book: BookWanted = None,
    only_differing: Annotated[bool, Query(description="Only balances on which the books say something else.")] = False,
    limit: Limit = PAGE,
    offset: Offset = 0,
) -> BalancesListed:
    """What Bursar's documents moved, against what the books say, as of the last posting of each month."""
    every = balances_matching(connection_at(connection_id), period=period or "", book=book or "")
    rows = differing(every) if only_differing else every
    found = list(rows[offset : offset + limit + 1])
    return BalancesListed(
        balances=[_balance(row) for row in found[:limit]],
        differing=differing(every).count(),
        next=next_of(offset, limit, len(found)),
    )


def _total(total: PeriodTotal) -> TotalShown:
    same = {name: getattr(total, name) for name in TotalShown.model_fields if name != "family"}
    return TotalShown(family=Family(total.family), **same)


def _balance(row: BookBalance) -> BalanceShown:
    same = {name: getattr(row, name) for name in BalanceShown.model_fields if name != "book"}
    return BalanceShown(book=row.book.name, **same)
