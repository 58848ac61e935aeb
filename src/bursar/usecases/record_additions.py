"""What a receipt means for the billing journey: the link to the Addition, and the one trace a line leaves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q

from bursar.domain.additions.drift import remembered
from bursar.domain.additions.situation import Link
from bursar.domain.identity import AdditionKind, Marker, parse_marker
from bursar.domain.period import Month
from bursar.domain.plan import Action, Change, Fields, Resource
from bursar.store.field_json import from_json, to_json
from bursar.store.models import AdditionLink, Connection, Line, Posting
from bursar.store.queries.chunks import chunks
from bursar.store.queries.journal import after_of
from bursar.store.queries.links import domain_links
from bursar.usecases.post import Posted

LINK_FIELDS = (
    "marker",
    "series",
    "agreement_id",
    "company_id",
    "organization_id",
    "subscription_id",
    "subscription_name",
    "recurring",
    "last_month",
    "written",
    "accepted",
)

TRACE_FIELDS = ("link", "posted_at", "posted_total", "post_again", "overwrite")


@dataclass(frozen=True, slots=True)
class _Trace:
    """One line and the Addition it left."""

    line_id: str
    agreement_id: int
    addition_id: int
    company_id: int
    fields: Fields
    amount: Decimal | None


def record_additions(connection: Connection, now: datetime, posted: Sequence[Posted]) -> None:
    """Link Additions and trace lines for receipts; call inside the transaction that settles the rows."""
    rows = [item for item in posted if item.row.resource == Resource.ADDITION]
    traces = [
        _Trace(
            line_id,
            item.row.parent_id or 0,
            item.receipt.remote_id,
            item.row.company_id or 0,
            after_of(item.row),
            item.row.amount,
        )
        for item in rows
        for line_id in item.row.lines
    ]
    _record(connection, now, traces)
    for item in rows:
        if item.row.action == Action.CANCEL:
            _record_end(connection, item.row)


def record_left(connection: Connection, now: datetime, changes: Iterable[Change]) -> None:
    """Trace lines whose Addition was found to be as wanted already, though no trace said so.

    What a person asked to be done once is done then, even where nothing had to be written.
    """
    left = {
        line_id: _Trace(
            line_id,
            change.parent_id or 0,
            change.remote_id or 0,
            change.company_id or 0,
            change.after,
            change.total.amount if change.total else None,
        )
        for change in changes
        if change.action is Action.LEAVE
        for line_id in change.lines
    }
    for some in chunks(left):
        waiting = Line.objects.filter(connection=connection, line_id__in=some).filter(
            Q(link__isnull=True) | Q(post_again=True) | Q(overwrite=True)
        )
        found = list(waiting.only("line_id", "link_id", "post_again"))
        traced = [line for line in found if line.link_id is not None and not line.post_again]
        _record(connection, now, [left[line.line_id] for line in found if line not in traced])
        if traced:
            Line.objects.filter(pk__in=[line.pk for line in traced]).update(overwrite=False)


def _record(connection: Connection, now: datetime, traces: Sequence[_Trace]) -> None:
    ids = [trace.line_id for trace in traces]
    lines = {row.line_id: row for row in Line.objects.filter(connection=connection, line_id__in=ids)}
    known = _known(connection, traces)
    links = AdditionLink.objects.bulk_create(
        [_link(connection, trace, lines[trace.line_id], known.get(trace.addition_id)) for trace in traces],
        update_conflicts=True,
        unique_fields=["connection", "addition_id"],
        update_fields=LINK_FIELDS,
    )
    for trace, link in zip(traces, links, strict=True):
        line = lines[trace.line_id]
        line.link, line.posted_at = link, now
        line.posted_total = line.total if trace.amount is None else trace.amount
        line.post_again = line.overwrite = False
    for line in lines.values():
        line.save(update_fields=TRACE_FIELDS)  # bulk_update takes several times as long for a handful of rows


def _known(connection: Connection, traces: Sequence[_Trace]) -> dict[int, Link]:
    """By Addition: its own link, else the newest one of its series on the Agreement: accepted edits go over from it."""
    ids = [trace.addition_id for trace in traces]
    found = {
        k.addition_id: k for k in domain_links(AdditionLink.objects.filter(connection=connection, addition_id__in=ids))
    }
    new = {
        (trace.agreement_id, _marker(trace).series): trace.addition_id
        for trace in traces
        if trace.addition_id not in found and _marker(trace).generation
    }
    if not new:
        return found
    agreements, series = zip(*new, strict=True)
    rows = AdditionLink.objects.filter(connection=connection, agreement_id__in=agreements, series__in=series)
    for link in sorted(domain_links(rows), key=lambda link: link.marker.generation):
        if addition_id := new.get((link.agreement_id, link.marker.series)):
            found[addition_id] = link
    return found


def _marker(trace: _Trace) -> Marker:
    marker = parse_marker(str(trace.fields["marker"]))
    if marker is None:
        raise ValueError(f"{trace.fields['marker']!r} is not a marker of ours")
    return marker


def _link(connection: Connection, trace: _Trace, line: Line, known: Link | None) -> AdditionLink:
    """The link as it is now; a late line never makes it older than what is known of it."""
    marker = _marker(trace)
    month = Month.of(line.invoice_date)
    written, accepted = remembered(trace.fields, known, trace.addition_id)
    return AdditionLink(
        connection=connection,
        addition_id=trace.addition_id,
        marker=str(marker),
        series=marker.series,
        agreement_id=trace.agreement_id,
        company_id=trace.company_id,
        organization_id=line.organization_id,
        subscription_id=line.subscription_id or "",
        subscription_name=line.subscription_name or line.offer_name,
        recurring=marker.kind is AdditionKind.RECURRING,
        last_month=str(max(known.last_month, month) if known and known.addition_id == trace.addition_id else month),
        written=to_json(written),
        accepted=to_json(accepted),
    )


def _record_end(connection: Connection, row: Posting) -> None:
    for link in AdditionLink.objects.filter(connection=connection, addition_id=row.remote_id or 0):
        link.written = to_json({**from_json(link.written), "cancelled": after_of(row)["cancelled"]})
        link.save(update_fields=["written"])
