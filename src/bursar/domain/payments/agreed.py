"""Of a plan for payments only what people agreed to, invoice by invoice. Pure."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bursar.domain.agreed import fingerprint_of
from bursar.domain.payments.settlement import subject_of
from bursar.domain.plan import Blocked, Change


def fingerprint_of_payments(changes: Iterable[Change]) -> str:
    """A digest of everything that would be written for one invoice; blank for nothing."""
    return joined_fingerprint(fingerprint_of(change) for change in changes if change.writes)


def joined_fingerprint(fingerprints: Iterable[str]) -> str:
    """The digest of several changes from their own."""
    known = sorted(set(fingerprints))
    return hashlib.sha256("\n".join(known).encode()).hexdigest() if known else ""


@dataclass(frozen=True, slots=True)
class Permitted:
    """What may be written for one invoice."""

    changes: Sequence[Change] = ()
    blocked: Blocked | None = None
    """It became something else than what was agreed to."""


def permitted(number: str, changes: Sequence[Change], agreed: str, done: Mapping[str, Sequence[str]]) -> Permitted:
    """The changes if they are what was agreed to, together with what the posting has written of it already.

    `done` maps invoice numbers to the fingerprints of what an earlier attempt of the same posting wrote.
    """
    left = [fingerprint_of(change) for change in changes if change.writes]
    if not left or joined_fingerprint([*done.get(number, ()), *left]) == agreed:
        return Permitted(changes)
    kept = [change for change in changes if not change.writes]
    return Permitted(
        kept,
        Blocked(
            subject_of(number),
            "changed_since_preview",
            f"What would be written to invoice {number} is not what was shown any more.",
            "Read the payments again, look at this invoice, and post it.",
            (number,),
            next((change.total for change in changes if change.writes), None),
        ),
    )
