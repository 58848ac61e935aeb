"""What people agreed to among the documents that were shown, and the posting that writes exactly that."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import F, QuerySet

from bursar.domain.books.present import Consent
from bursar.domain.errors import InvalidInput
from bursar.store.models import LedgerDocument, Run
from bursar.usecases.audit import record

State = LedgerDocument.State
DIFFERENCES = frozenset(
    {"changed_in_connectwise", "changed_in_books", "deleted_in_books", "voided_in_books", "still_in_books"}
)
"""Codes of what became of a document after it was posted."""


def postable(documents: QuerySet[LedgerDocument]) -> QuerySet[LedgerDocument]:
    """Those that can be agreed to: ready, and not in the hands of a posting already. In the books: to be batched."""
    return documents.filter(state__in=[State.READY, State.POSTED]).exclude(agreed_in__state__in=Run.ACTIVE)


def agree_documents(posting: Run, documents: QuerySet[LedgerDocument]) -> int:
    """Mark these documents, exactly as they are shown, for one posting; call in a transaction with the posting's row.

    Returns how many. Raises InvalidInput when there are none.
    """
    marked = postable(documents).update(agreed_in=posting, agreed_fingerprint=F("fingerprint"))
    if not marked:
        raise InvalidInput(
            "None of these documents can be posted.",
            remedy="Choose documents that are ready; what is blocked says what it needs.",
        )
    facts = {"posting": str(posting.pk), "documents": marked}
    record("documents agreed to", f"{marked} documents", connection=posting.connection, after=facts)
    return marked


def agreed_fingerprints(posting: Run) -> Mapping[str, str] | None:
    """Key → what was agreed to; None when the posting was asked for without looking: everything that is ready then."""
    if posting.request.get("agreed") is not True:
        return None
    return dict(posting.agreed_documents.values_list("key", "agreed_fingerprint"))


def decide(document: LedgerDocument, consent: Consent | None) -> None:
    """Say what is to become of a document whose two sides differ; the next export plans it. None takes it back.

    Raises InvalidInput when there is nothing to decide.
    """
    if not document.is_delivered:
        raise InvalidInput("This document was never posted.", remedy="There is nothing to decide; post it.")
    if consent is Consent.REPOST and document.code not in DIFFERENCES:
        raise InvalidInput(
            "Both sides of this document are as they were posted.",
            remedy="There is nothing to decide. To post it anew, take it back first.",
        )
    if consent is Consent.ACCEPT and document.code != "changed_in_books":
        raise InvalidInput(
            "Only what was changed in the books can be accepted as it is.",
            remedy="Take it back and post it anew, or correct the side that is wrong.",
        )
    before = document.consent
    with transaction.atomic():
        document.consent = consent.value if consent else ""
        document.save(update_fields=["consent"])
        record(
            "document decided",
            document.title,
            connection=document.connection,
            before={"consent": before},
            after={"consent": document.consent},
        )


def forget_decisions(run: Run) -> None:
    """A decision to repost is about the difference that was shown: once both sides agree again, it is none any more."""
    agree = LedgerDocument.objects.filter(seen_in=run, state=State.POSTED, consent=Consent.REPOST.value)
    agree.update(consent="")
