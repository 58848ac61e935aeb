"""Whether a document that was posted is still the same on both sides; if not, a person decides."""

from bursar.domain.books.present import Delivered, Present
from bursar.domain.ledger.documents import Document
from bursar.domain.money import Money
from bursar.domain.plan import Blocked

CHANGED_IN_BOOKS = "changed_in_books"
"""The one difference that can be accepted as it is."""
_DECIDE = "On Ledger › Exceptions, take it back and post it anew"


def differing(document: Document, digest: str, sent: Delivered, there: Present | None, book: str) -> Blocked | None:
    """What has become of the document since it was posted; None when both sides are as they were."""
    title = document.title
    if there is None:
        return _block(
            document,
            "deleted_in_books",
            f"{title} was posted to {book} and is not there any more.",
            f"{_DECIDE}, or exclude it with a reason.",
        )
    if there.voided:
        return _block(
            document, "voided_in_books", f"{title} was taken back in {book} by hand.", f"{_DECIDE}, or exclude it."
        )
    if digest != sent.digest:
        return _block(
            document,
            "changed_in_connectwise",
            f"{title} was changed in ConnectWise after it was posted to {book}.",
            f"{_DECIDE}; the old one would stay beside it otherwise.",
        )
    changed = [
        f"{name} {was} is {now} now"
        for name, was, now in (
            ("number", sent.number, there.number),
            ("date", sent.day, there.day),
            ("total", Money(sent.total, sent.currency), Money(there.total, there.currency)),
        )
        if was != now
    ]
    if not changed:
        return None
    return _block(
        document,
        "changed_in_books",
        f"{title} was changed in {book}: {', '.join(changed)}.",
        "Correct it there; or on Ledger › Exceptions accept it as it is, or take it back and post it anew.",
    )


def _block(document: Document, code: str, sentence: str, remedy: str) -> Blocked:
    return Blocked(document.key, code, sentence, remedy, total=Money(document.total, document.currency))
