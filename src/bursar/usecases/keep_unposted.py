"""Keep ConnectWise's unposted lists as they were read: with the document of each record, or why there is none."""

from collections.abc import Sequence

from django.db import transaction

from bursar.domain.ledger.missing import Missing
from bursar.domain.ledger.unposted import Family, Waiting
from bursar.domain.money import to_cents
from bursar.store.models import LedgerDocument, Run, UnpostedRecord


def keep_unposted(
    run: Run, waiting: Sequence[Waiting], missing: Sequence[Missing], families: frozenset[Family]
) -> None:
    """Replace the kept lists of these families."""
    reasons = {item.subject: item for item in missing}
    documents = _documents(run)
    rows = [_row(run, item, reasons.get(f"{item.record}:{item.unposted_id}"), documents) for item in waiting]
    with transaction.atomic():
        UnpostedRecord.objects.filter(connection=run.connection, family__in=[f.value for f in families]).delete()
        UnpostedRecord.objects.bulk_create(rows, batch_size=500)


def _documents(run: Run) -> dict[tuple[str, str], int]:
    """Documents that this run has read, by family and by what the unposted list calls them."""
    rows = LedgerDocument.objects.filter(seen_in=run)
    found: dict[tuple[str, str], int] = {}
    for pk, family, key, number in rows.values_list("pk", "family", "key", "number").iterator(2000):
        found[family, key.partition(":")[2]] = pk
        found.setdefault((family, number), pk)
    return found


def _row(run: Run, item: Waiting, missing: Missing | None, documents: dict[tuple[str, str], int]) -> UnpostedRecord:
    names = [(item.family.value, name) for name in (item.unposted_id, item.number) if name]
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
