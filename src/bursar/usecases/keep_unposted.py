"""Keep ConnectWise's unposted lists as they were read: with the document of each record, or why there is none."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from bursar.domain.ledger.missing import Missing
from bursar.domain.ledger.unposted import Family, Waiting
from bursar.domain.money import to_cents
from bursar.store.models import LedgerDocument, Run, UnpostedRecord

Names = Mapping[tuple[Family, str], str]
"""What the unposted lists may know documents by → their keys."""


def keep_unposted(
    run: Run, waiting: Sequence[Waiting], missing: Sequence[Missing], families: frozenset[Family], names: Names
) -> None:
    """Replace the kept lists of these families."""
    reasons = {item.subject: item for item in missing}
    keys = dict(LedgerDocument.objects.filter(seen_in=run).values_list("key", "pk"))
    documents = {name: keys[key] for name, key in names.items() if key in keys}
    rows = [_row(run, item, reasons.get(f"{item.record}:{item.unposted_id}"), documents) for item in waiting]
    with transaction.atomic():
        UnpostedRecord.objects.filter(connection=run.connection, family__in=[f.value for f in families]).delete()
        UnpostedRecord.objects.bulk_create(rows, batch_size=500)


def _row(
    run: Run, item: Waiting, missing: Missing | None, documents: Mapping[tuple[Family, str], int]
) -> UnpostedRecord:
    names = [(item.family, name) for name in (item.unposted_id, item.number) if name]
    document = next((documents[name] for name in names if name in documents), None)
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
        document_id=document,
        code=missing.reason.value if missing else "",
        sentence=missing.sentence if missing else "",
        remedy=missing.remedy if missing else "",
    )
