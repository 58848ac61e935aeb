"""Purchase tax rows, which an export that is limited to named records leaves out without saying so [field]."""

from collections.abc import Iterable
from dataclasses import replace

from bursar.domain.ledger.documents import Document, RecordType
from bursar.domain.money import ZERO


def needs_unfiltered_export(documents: Iterable[Document]) -> bool:
    """Whether any purchase does not add up to its total, so that tax rows may be missing."""
    return any(document.record is RecordType.PURCHASE and document.remainder != ZERO for document in documents)


def with_purchase_taxes(documents: Iterable[Document], unfiltered: Iterable[Document]) -> list[Document]:
    """Give every purchase the tax rows that the unfiltered export has for it; all else stays as it is."""
    taxes = {other.key: other.taxes for other in unfiltered if other.record is RecordType.PURCHASE}
    return [
        replace(document, taxes=taxes[document.key])
        if document.record is RecordType.PURCHASE and not document.taxes and document.key in taxes
        else document
        for document in documents
    ]
