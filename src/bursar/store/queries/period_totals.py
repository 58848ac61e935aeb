"""ConnectWise = documents = books, by month, kind of record and currency; and what is between them.

Credits count negative. Stock movements count by what they move, as ConnectWise's sign says nothing of the books.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Sum, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Abs

from bursar.domain.ledger.documents import CREDIT_KINDS, DocumentKind, RecordType
from bursar.domain.ledger.missing import Reason
from bursar.domain.ledger.unposted import Family
from bursar.domain.money import ZERO, to_cents
from bursar.domain.period import Month
from bursar.store.models import Connection, LedgerDocument, UnpostedRecord

State = LedgerDocument.State
_MOVEMENTS = [RecordType.ADJUSTMENT.value, RecordType.TRANSFER.value]
_CAME = [Reason.TOTAL_DIFFERS.value, Reason.TAX_WITHOUT_LINES.value]
"""The record came, though not whole."""
_WAITS = [State.READY, State.BLOCKED, State.EXCLUDED, State.POSTED, State.BATCHED]
_DELIVERED = Q(voided=False) & ~Q(marker="")
_KEPT_OUT = Q(state=State.EXCLUDED) | Q(state=State.BATCHED, code="excluded")
"""Also once a person has batched it off."""


@dataclass(slots=True)
class PeriodTotal:
    """One kind of record in one currency of one month."""

    period: str
    family: str
    currency: str
    unposted: Decimal = ZERO
    """Documents of ConnectWise that are in no batch, and records that it left out of the export."""
    batched: Decimal = ZERO
    """Of Bursar's documents that are in a batch."""
    documents: Decimal = ZERO
    books: Decimal = ZERO
    """What was posted and not taken back."""
    excluded: Decimal = ZERO
    """Documents that a route keeps out of every book."""

    @property
    def connectwise(self) -> Decimal:
        return self.unposted + self.batched

    @property
    def not_exported(self) -> Decimal:
        """What waits in ConnectWise without a document."""
        return self.connectwise - self.documents

    @property
    def waiting(self) -> Decimal:
        """Documents that are on their way to a book."""
        return self.documents - self.excluded - self.books

    @property
    def agrees(self) -> bool:
        """Whether everything that should be in the books is there."""
        return not self.not_exported and not self.waiting

    @property
    def is_empty(self) -> bool:
        return not (self.unposted or self.batched or self.documents or self.books)


@dataclass(frozen=True, slots=True)
class Period:
    """A month."""

    period: str
    totals: Sequence[PeriodTotal] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        return all(total.agrees for total in self.totals)


def period_totals(connection: Connection, only: Month | None = None) -> list[Period]:
    """The months with anything in them, or that one of them, the newest first; in a constant number of questions."""
    found: dict[tuple[str, str, str], PeriodTotal] = {}

    def place(period: str, family: str, currency: str) -> PeriodTotal:
        return found.setdefault((period, family, currency), PeriodTotal(period, family, currency))

    for period, family, currency, *sums in _documents(connection, only):
        total = place(period, family, currency)
        total.documents, total.batched, total.books, total.excluded = (to_cents(each or ZERO) for each in sums)
        total.unposted = total.documents - total.batched
    for period, family, currency, amount in _left_out(connection, only):
        place(period, family, currency).unposted += to_cents(amount)
    months: defaultdict[str, list[PeriodTotal]] = defaultdict(list)
    order = list(Family)
    for total in sorted(found.values(), key=lambda each: (order.index(Family(each.family)), each.currency)):
        if not total.is_empty:
            months[total.period].append(total)
    return [Period(period, months[period]) for period in sorted(months, reverse=True)]


def _documents(
    connection: Connection, only: Month | None
) -> QuerySet[LedgerDocument, tuple[str, str, str, Decimal | None]]:
    """Period, family, currency; sums of all, of batched ones, of what the books have, of what is excluded."""
    waiting_again = Q(state=State.VOIDED) & Exists(UnpostedRecord.objects.filter(document=OuterRef("pk")))
    rows = LedgerDocument.objects.filter(connection=connection).exclude(kind=DocumentKind.COGS_JOURNAL)
    rows = rows.filter(Q(state__in=_WAITS) | waiting_again).order_by()
    rows = rows.filter(period=str(only)) if only else rows
    return rows.values_list("period", "family", "currency").annotate(
        all=Sum(signed(F("total"))),
        batched=Sum(signed(F("total")), filter=Q(batch__isnull=False)),
        delivered=Sum(signed(F("delivered_total")), filter=_DELIVERED),
        excluded=Sum(signed(F("total")), filter=_KEPT_OUT & ~_DELIVERED),
    )


def signed(amount: Combinable) -> Case:
    """The amount, of a credit negative."""
    return Case(When(kind__in=[kind.value for kind in CREDIT_KINDS], then=amount * Value(-1)), default=amount)


def _left_out(connection: Connection, only: Month | None) -> Iterator[tuple[str, str, str, Decimal]]:
    """Period, family, currency, sum of records that did not come in the export, in the month of the record itself."""
    rows = UnpostedRecord.objects.filter(connection=connection, document=None).exclude(code="").order_by()
    rows = rows.filter(day__year=only.year, day__month=only.month) if only else rows
    amount = Sum(Case(When(record__in=_MOVEMENTS, then=Abs("total")), default=F("total")))
    named = rows.exclude(code__in=_CAME).values_list("day", "family", "currency")
    for day, family, currency, total in named.annotate(sum=amount):
        yield f"{day:%Y-%m}" if day else "", family, currency, total
