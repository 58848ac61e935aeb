"""Load invoice lines from a source: idempotent, nothing lost, posted lines never altered (rules 53-57, 101)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction

from bursar.domain.lines import InvoiceLine, RejectedRow
from bursar.domain.mapping import MappingState
from bursar.domain.period import Month
from bursar.domain.plan import Fields
from bursar.ports import BillingSource
from bursar.store.field_json import to_json
from bursar.store.models import Connection, Line, Load, Offer, Organization, Rejection, Run
from bursar.store.queries.chunks import chunks
from bursar.store.queries.delivery_list import delivery_mark
from bursar.store.queries.lines import SOURCE_FIELDS, source_values
from bursar.usecases.watch import never

PART_SHARE = Decimal("0.30")
"""A file that lacks more than this share of a month's known lines is taken for a part of the month."""

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """`whole`: the source holds the whole month (None: decide by what is known already)."""

    month: Month | None = None
    whole: bool | None = None
    digest: str = ""
    new_records_excluded: bool = False
    deliveries: Sequence[int] = ()
    """Which uploads and pushed lines are read."""


@dataclass(slots=True)
class _Tally:
    added: int = 0
    refreshed: int = 0
    unchanged: int = 0
    changed_since_posting: int = 0
    rejected: int = 0
    months: set[str] = field(default_factory=set)


COUNTS = ("added", "refreshed", "unchanged", "changed_since_posting", "vanished", "rejected")
"""What a load counts, in the order in which people want to know it."""


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did, and the same content's earlier load if there was one."""

    load: Load
    taken_as_part: bool
    same_as: Load | None
    stopped: bool = False
    """Told to stop before its end: nothing was taken in."""
    deliveries: Sequence[int] = ()

    @property
    def verdict(self) -> str:
        if self.stopped:
            return "stopped: nothing was taken in"
        months = ", ".join(self.load.months) or "no month"
        return f"{months}, {'complete' if self.load.complete else 'not complete'}"[:200]

    def note_on(self, run: Run) -> None:
        """Put counts and the way back to this report on the run (unsaved)."""
        if self.stopped:
            return
        run.counts = {name: getattr(self.load, name) for name in COUNTS}
        run.result = {
            "load": self.load.pk,
            "taken_as_part": self.taken_as_part,
            "same_as": self.same_as.pk if self.same_as else None,
            **{delivery_mark(pk): True for pk in self.deliveries},
        }


def report_of(run: Run) -> LoadReport | None:
    """The report of a load that a run has finished; None when it took nothing in."""
    load = Load.objects.filter(pk=run.result.get("load"), connection=run.connection).first()
    if load is None:
        return None
    same_as = Load.objects.filter(pk=run.result.get("same_as")).first()
    return LoadReport(load, run.result.get("taken_as_part") is True, same_as)


class _Stopped(Exception):
    """Undoes the transaction."""


def load_invoice_lines(
    connection: Connection,
    source: BillingSource,
    options: LoadOptions,
    progress: Progress = lambda _count: None,
    stopped: Callable[[], bool] = never,
) -> LoadReport:
    """Read the source into the store in one transaction. Raises SourceUnreadable; bad rows are kept as rejections."""
    try:
        return _load(connection, source, options, progress, stopped)
    except _Stopped:
        return LoadReport(
            Load(connection=connection, source=source.name), taken_as_part=False, same_as=None, stopped=True
        )


def _load(
    connection: Connection,
    source: BillingSource,
    options: LoadOptions,
    progress: Progress,
    stopped: Callable[[], bool],
) -> LoadReport:
    with transaction.atomic():
        earlier = _same_content(connection, options.digest)
        load = Load.objects.create(connection=connection, source=source.name, digest=options.digest)
        tally = _Tally()
        for chunk in chunks(source.read(options.month)):
            if stopped():
                raise _Stopped
            _take_in(connection, load, chunk, tally, options)
            progress(len(chunk))
        if options.month:
            tally.months.add(str(options.month))
        whole, taken_as_part = _is_whole(load, tally, options)
        load.complete = whole and not tally.rejected  # a rejected row may be the line that seems to be missing
        load.vanished = _mark_vanished(load, tally.months) if load.complete else 0
        load.months = sorted(tally.months)
        for name in ("added", "refreshed", "unchanged", "changed_since_posting", "rejected"):
            setattr(load, name, getattr(tally, name))
        load.save()
    return LoadReport(load, taken_as_part, earlier, deliveries=options.deliveries)


def _same_content(connection: Connection, digest: str) -> Load | None:
    return Load.objects.filter(connection=connection, digest=digest).first() if digest else None


def _take_in(
    connection: Connection,
    load: Load,
    chunk: Sequence[InvoiceLine | RejectedRow],
    tally: _Tally,
    options: LoadOptions,
) -> None:
    rejected = [item for item in chunk if isinstance(item, RejectedRow)]
    Rejection.objects.bulk_create(
        Rejection(load=load, row_number=r.row_number, reason=r.reason, remedy=r.remedy, raw=r.raw) for r in rejected
    )
    tally.rejected += len(rejected)
    lines = {item.line_id: item for item in chunk if isinstance(item, InvoiceLine)}
    tally.months.update(str(line.month) for line in lines.values())
    _see_records(connection, lines.values(), excluded=options.new_records_excluded)
    known = {row.line_id: row for row in Line.objects.filter(connection=connection, line_id__in=lines)}
    _add(connection, load, [line for line_id, line in lines.items() if line_id not in known], tally)
    _refresh(load, [(row, lines[line_id]) for line_id, row in known.items()], tally)


def _see_records(connection: Connection, lines: Iterable[InvoiceLine], *, excluded: bool) -> None:
    state = MappingState.EXCLUDED if excluded else MappingState.UNMAPPED
    organizations: dict[str, str] = {}
    offers: dict[str, str] = {}
    for line in lines:
        organizations.setdefault(line.organization_id, line.organization_name)
        offers.setdefault(line.offer_id, line.offer_name)
    Organization.objects.bulk_create(
        (Organization(connection=connection, organization_id=k, name=v, state=state) for k, v in organizations.items()),
        ignore_conflicts=True,
    )
    Offer.objects.bulk_create(
        (Offer(connection=connection, offer_id=k, name=v, state=state) for k, v in offers.items()),
        ignore_conflicts=True,
    )


def _add(connection: Connection, load: Load, lines: Sequence[InvoiceLine], tally: _Tally) -> None:
    Line.objects.bulk_create(
        Line(
            connection=connection,
            line_id=line.line_id,
            month=str(line.month),
            source=load.source,
            last_load=load,
            **source_values(line),
        )
        for line in lines
    )
    tally.added += len(lines)


def _refresh(load: Load, pairs: Sequence[tuple[Line, InvoiceLine]], tally: _Tally) -> None:
    changed: list[Line] = []
    for row, line in pairs:
        values = source_values(line)
        different = {name: value for name, value in values.items() if getattr(row, name) != value}
        if row.link_id is not None:
            touched = _flag_posted(row, different, tally)
        else:
            touched = _refresh_unposted(row, line, different, tally)
        if touched or row.vanished:
            row.vanished = False
            changed.append(row)
    Line.objects.filter(pk__in=[row.pk for row, _ in pairs]).update(last_load=load)
    Line.objects.bulk_update(changed, [*SOURCE_FIELDS, "month", "vanished", "changed_values"], batch_size=200)


def _flag_posted(row: Line, different: Fields, tally: _Tally) -> bool:
    before = row.changed_values
    row.changed_values = to_json(different) or None
    if different:
        tally.changed_since_posting += 1
    else:
        tally.unchanged += 1
    return row.changed_values != before


def _refresh_unposted(row: Line, line: InvoiceLine, different: Fields, tally: _Tally) -> bool:
    for name, value in different.items():
        setattr(row, name, value)
    row.month = str(line.month)
    if different:
        tally.refreshed += 1
    else:
        tally.unchanged += 1
    return bool(different)


def _is_whole(load: Load, tally: _Tally, options: LoadOptions) -> tuple[bool, bool]:
    """Whether to treat the source as the whole month, and whether Bursar decided against it by itself."""
    if options.whole is not None:
        return options.whole, False
    standing = Line.objects.filter(connection=load.connection, month__in=tally.months, vanished=False)
    known = standing.count()
    missing = standing.exclude(last_load=load).count()
    is_part = known > 0 and Decimal(missing) > PART_SHARE * known
    return not is_part, is_part


def _mark_vanished(load: Load, months: Iterable[str]) -> int:
    """Lines of these months that a whole load did not bring again."""
    standing = Line.objects.filter(connection=load.connection, month__in=list(months), vanished=False)
    return standing.exclude(last_load=load).update(vanished=True)
