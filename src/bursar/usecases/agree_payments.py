"""What people agreed to among the payments that were shown, and the posting that writes exactly that."""

from collections.abc import Iterable, Mapping

from django.db.models import F, QuerySet

from bursar.domain.errors import InvalidInput
from bursar.store.models import InvoiceSettlement, Run
from bursar.usecases.audit import record


def post_request(*, pull: bool = False, agreed: bool = False) -> dict[str, object]:
    """The request of a posting: everything that is to be written then, or only what was agreed to.

    With `pull` the books are read first; not for what was agreed to, which is there already.
    """
    return {"agreed": True} if agreed else {"pull": pull}


def postable(settlements: QuerySet[InvoiceSettlement]) -> QuerySet[InvoiceSettlement]:
    """Those that can be agreed to: something would be written, and no posting has them in its hands already."""
    return settlements.exclude(fingerprint="").exclude(agreed_in__state__in=Run.ACTIVE)


def as_shown(
    settlements: QuerySet[InvoiceSettlement], shown: Iterable[InvoiceSettlement]
) -> QuerySet[InvoiceSettlement]:
    """Those of them that are still what somebody was shown."""
    fingerprints = {row.pk: row.fingerprint for row in shown}
    return settlements.filter(pk__in=list(fingerprints), fingerprint__in=set(fingerprints.values()))


def agree_payments(posting: Run, settlements: QuerySet[InvoiceSettlement]) -> int:
    """Mark these settlements, exactly as they are shown, for one posting; call in a transaction with its row.

    Returns how many. Raises InvalidInput when there are none.
    """
    chosen = postable(settlements.filter(connection=posting.connection))
    marked = chosen.update(agreed_in=posting, agreed_fingerprint=F("fingerprint"))
    if not marked:
        raise InvalidInput(
            "Nothing is to be written for any of these invoices.",
            remedy="Choose invoices with something to write; what is blocked says what it needs.",
        )
    facts = {"posting": str(posting.pk), "invoices": marked}
    record("payments agreed to", f"{marked} invoices", connection=posting.connection, after=facts)
    return marked


def agreed_payments(posting: Run) -> Mapping[int, str] | None:
    """Row id → what was agreed to; None when the posting was asked for without looking."""
    if posting.request.get("agreed") is not True:
        return None
    return dict(posting.agreed_settlements.values_list("pk", "agreed_fingerprint"))
