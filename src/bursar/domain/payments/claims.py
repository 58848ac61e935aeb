"""Which source speaks for an invoice when a book, another book and a file all name it. Pure.

The first source that says something counts. Another one that says the same changes nothing; one that says something
else is a conflict: nothing is written for the invoice until the two agree, or a person says which one counts.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from bursar.domain.money import to_cents
from bursar.domain.payments.settlement import Settlement
from bursar.domain.plan import Blocked


@dataclass(frozen=True, slots=True)
class Claim:
    """What one source says of one invoice, as it said it last."""

    source: int | None
    """Id of the book; None: files."""
    settlement: Settlement
    refused: Blocked | None = None
    """Why the source cannot tell now; `settlement` is what it said before."""
    overruled: bool = False
    """A person said that another source counts. It holds until this one says something new."""

    @property
    def says_something(self) -> bool:
        return self.refused is not None or self.settlement.says_something


Claims = tuple[Claim, ...]
"""Of one invoice; the first one counts."""


def with_claim(claims: Sequence[Claim], new: Claim) -> Claims:
    """The claims once a source has spoken."""
    old = next((claim for claim in claims if claim.source == new.source), None)
    if old is None:
        known = [*claims, new]
    else:
        if old.overruled and (new.settlement, new.refused) == (old.settlement, old.refused):
            new = replace(new, overruled=True)
        known = [new if claim is old else claim for claim in claims]
    return _in_order(claim for claim in known if claim.says_something) or _in_order(known[:1])


def of_sources(claims: Sequence[Claim], books: Collection[int]) -> Claims:
    """The claims of books that still exist, and of files."""
    return _in_order(claim for claim in claims if claim.source is None or claim.source in books)


def refused_claim(claims: Sequence[Claim], source: int | None, number: str, blocked: Blocked) -> Claim:
    """What is known of a source that cannot tell now: what it said before stays."""
    old = next((claim for claim in claims if claim.source == source), None)
    return Claim(source, old.settlement if old else Settlement(number, ""), blocked)


def held_by(claims: Sequence[Claim]) -> Blocked | None:
    """Why nothing can be said of the invoice now: a source that counts cannot tell."""
    return next((claim.refused for claim in claims if claim.refused and not claim.overruled), None)


def contradiction(claims: Sequence[Claim]) -> Claim | None:
    """The claim that says something else than the one that counts; None when all agree."""
    return next((other for other in claims[1:] if not other.overruled and _differs(other, claims[0])), None)


def counting(claims: Sequence[Claim], source: int | None) -> Claims:
    """The claims once a person said that this source counts."""
    chosen = [replace(claim, overruled=False) for claim in claims if claim.source == source]
    return (*chosen, *(replace(claim, overruled=True) for claim in claims if claim.source != source))


def same_figures(one: Settlement, other: Settlement) -> bool:
    """Whether two sources say the same was paid and credited, whatever payments they say it of."""
    return _figures(one) == _figures(other)


def _in_order(claims: Iterable[Claim]) -> Claims:
    """The first of them counts, whatever was said of it while another one did."""
    return tuple(replace(claim, overruled=place > 0 and claim.overruled) for place, claim in enumerate(claims))


def _differs(one: Claim, other: Claim) -> bool:
    if one.refused is not None:
        return False  # it is told as what it is
    return not same_figures(one.settlement, other.settlement)


def _figures(settlement: Settlement) -> tuple[object, ...]:
    return to_cents(settlement.cash), tuple(sorted(settlement.credits.items()))
