"""Keep ConnectWise's unposted lists as they were read: with the document of each record, or why there is none."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import Q, QuerySet

from bursar.domain.ledger.missing import CHOSEN, Missing, waiting_names
from bursar.domain.ledger.unposted import Family, Waiting
from bursar.domain.money import to_cents
from bursar.store.models import LedgerDocument, Run, UnpostedRecord

Names = Mapping[tuple[Family, str], str]
"""What the unposted lists may know documents by → their keys."""


def keep_unposted(
    run: Run, waiting: Sequence[Waiting], missing: Sequence[Missing], families: frozenset[Family], names: Names
) -> None:
    """Replace the kept lists of these families; what was not asked for this time keeps the document that it came as."""
    reasons = {item.subject: item for item in missing}
    kept = UnpostedRecord.objects.filter(connection=run.connection, family__in=[f.value for f in families])
    rows = [_row(run, item, reasons.get(f"{item.record}:{item.unposted_id}")) for item in waiting]
    _link(rows, waiting, _documents(run, names), _came(kept))
    once = {(row.family, row.unposted_id): row for row in rows}  # two receipts may have one name
    with transaction.atomic():
        kept.delete()
        UnpostedRecord.objects.bulk_create(once.values(), batch_size=500)


def _documents(run: Run, names: Names) -> dict[tuple[Family, str], int]:
    keys = dict(LedgerDocument.objects.filter(seen_in=run).values_list("key", "pk"))
    return {name: keys[key] for name, key in names.items() if key in keys}


def _came(kept: QuerySet[UnpostedRecord]) -> dict[tuple[str, str], int | None]:
    """Records that came when they were last asked for, and the document of each; expenses have none of their own."""
    rows = kept.filter(Q(code="") | Q(document__isnull=False))
    return {(family, key): document for family, key, document in rows.values_list("family", "unposted_id", "document")}


def _link(
    rows: Sequence[UnpostedRecord],
    waiting: Sequence[Waiting],
    documents: Mapping[tuple[Family, str], int],
    came: Mapping[tuple[str, str], int | None],
) -> None:
    """An expense stands in a bill of its member: in the one that came now, or in the one before where none came."""
    for row, item in zip(rows, waiting, strict=True):
        names = [(item.family, name) for name in waiting_names(item)]
        document = next((documents[name] for name in names if name in documents), None)
        before = (row.family, row.unposted_id)
        stays = document is None and row.code in CHOSEN and before in came
        if item.family is not Family.EXPENSES:
            row.document_id = came[before] if stays else document
        elif stays:
            row.code = row.sentence = row.remedy = ""


def _row(run: Run, item: Waiting, missing: Missing | None) -> UnpostedRecord:
    return UnpostedRecord(
        connection_id=run.connection_id,
        run=run,
        family=item.family.value,
        record=item.record.value,
        unposted_id=item.unposted_id[:200],
        number=item.number[:250],
        day=item.day,
        total=to_cents(item.total),
        tax=to_cents(item.tax),
        currency=item.currency,
        company=item.company[:250],
        account_number=item.account_number[:200],
        member=item.member[:100],
        classification=item.classification[:40],
        location=(item.location or item.location_id)[:100],
        code=missing.reason.value if missing else "",
        sentence=missing.sentence if missing else "",
        remedy=missing.remedy if missing else "",
    )
