"""Additions that people made, and the line each most likely stands for (rule 99, decision 8). Proposed, never done."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bursar.domain.additions.drift import amount_of
from bursar.domain.additions.present import Present
from bursar.domain.additions.situation import BillingSettings, Situation
from bursar.domain.additions.targets import is_active
from bursar.domain.additions.wanted import Wanted, plain, want
from bursar.domain.psa import Addition, Agreement

PRODUCT, QUANTITY, PRICE, DATES, NAME = 40, 20, 20, 10, 10
"""What each agreement of line and Addition is worth; together 100."""

EXACT = PRODUCT + QUANTITY + PRICE + DATES
"""From this score on only the description may differ."""

CERTAIN = 100


@dataclass(frozen=True, slots=True)
class Proposal:
    """One Addition made by hand. Without a line nothing of the month fits it: it may be left over from earlier days."""

    agreement: Agreement
    addition: Addition
    line_id: str = ""
    evidence: tuple[str, ...] = ()
    """What speaks for the line, and what against it, as sentences."""
    score: int = 0
    """0 to 100."""


@dataclass(frozen=True, slots=True)
class _Pair:
    agreement: Agreement
    addition: Addition
    line_id: str
    evidence: tuple[str, ...]
    score: int

    @property
    def rank(self) -> tuple[int, int, str]:
        """The best first; else in an order that never changes."""
        return (-self.score, self.addition.id, self.line_id)


def propose(situation: Situation, settings: BillingSettings) -> list[Proposal]:
    """Every billable Addition that people made on an active Agreement, with one line at most; no line appears twice."""
    present = Present(situation, settings.scope)
    found = list(_by_hand(situation, present))
    chosen = _best(_pairs(found, list(_candidates(situation, settings, present))))
    return [
        Proposal(agreement, addition, pair.line_id, pair.evidence, pair.score)
        if (pair := chosen.get(addition.id))
        else Proposal(agreement, addition)
        for agreement, addition in found
    ]


def _by_hand(situation: Situation, present: Present) -> Iterator[tuple[Agreement, Addition]]:
    first = situation.month.first
    for agreement in sorted(situation.agreements.values(), key=lambda agreement: agreement.id):
        if not is_active(agreement, first):
            continue
        for addition in present.by_hand(agreement.id):
            ended = addition.cancelled is not None and addition.cancelled < first
            if addition.bill_customer == "Billable" and not ended:
                yield agreement, addition


def _candidates(situation: Situation, settings: BillingSettings, present: Present) -> Iterator[Wanted]:
    """Lines that Bursar does not bill yet, and for which nobody decided that both are wanted."""
    for source in situation.lines:
        if source.trace is not None or source.overrides.keep_both:
            continue
        wanted = want(source, settings, situation.products)
        if isinstance(wanted, Wanted) and not present.members(wanted.marker.series):
            yield wanted


def _pairs(found: Iterable[tuple[Agreement, Addition]], lines: Sequence[Wanted]) -> Iterator[_Pair]:
    by_product: dict[int, list[Wanted]] = {}
    for wanted in lines:
        by_product.setdefault(wanted.source.product_id, []).append(wanted)
    adopted = {wanted.source.overrides.adopt: wanted for wanted in lines if wanted.source.overrides.adopt}
    for agreement, addition in found:
        if chosen := adopted.get(addition.id):
            yield _Pair(agreement, addition, chosen.line.line_id, ("Chosen for adoption.",), CERTAIN)
            continue
        for wanted in by_product.get(addition.product_id, ()):
            if wanted.source.overrides.adopt is None and agreement.currency in {None, wanted.line.currency}:
                yield _compared(agreement, addition, wanted)


def _best(pairs: Iterable[_Pair]) -> dict[int, _Pair]:
    """By Addition. Each line is given to the Addition that it fits best, once."""
    taken: set[str] = set()
    chosen: dict[int, _Pair] = {}
    for pair in sorted(pairs, key=lambda pair: pair.rank):
        if pair.addition.id not in chosen and pair.line_id not in taken:
            taken.add(pair.line_id)
            chosen[pair.addition.id] = pair
    return chosen


def _compared(agreement: Agreement, addition: Addition, wanted: Wanted) -> _Pair:
    facts = [
        (PRODUCT, True, "The product is the same."),
        (QUANTITY, *_quantity(addition, wanted)),
        (PRICE, *_price(addition, wanted)),
        (DATES, *_dates(addition, wanted)),
        (NAME, *_name(addition, wanted)),
    ]
    return _Pair(
        agreement,
        addition,
        wanted.line.line_id,
        tuple(sentence for _, _, sentence in facts),
        sum(worth for worth, fits, _ in facts if fits),
    )


def _quantity(addition: Addition, wanted: Wanted) -> tuple[bool, str]:
    there, line = addition.quantity, wanted.priced.quantity
    if there == line:
        return True, f"The quantity is {plain(line)} in both."
    return False, f"The quantity is {plain(there)} there and {plain(line)} on the line."


def _price(addition: Addition, wanted: Wanted) -> tuple[bool, str]:
    there, line = addition.unit_price, wanted.priced.unit_price
    if there == line:
        return True, f"The unit price is {plain(line)} in both."
    if amount_of(addition) == wanted.priced.total:
        return True, f"The total is {wanted.money} in both."
    return False, f"The unit price is {plain(there)} there and {plain(line)} on the line."


def _dates(addition: Addition, wanted: Wanted) -> tuple[bool, str]:
    """A subscription goes on without an end; a single charge starts on the day of the line."""
    start = addition.effective
    if not wanted.recurring:
        if start == wanted.effective:
            return True, f"Both start on {wanted.effective}."
        return False, f"It starts on {start or 'no day'} there and on {wanted.effective} on the line."
    if start is not None and start > wanted.effective:
        return False, f"It starts on {start} there, after the line's {wanted.effective}."
    if addition.cancelled is not None:
        return False, f"It ends on {addition.cancelled} there."
    return True, f"It bills the line's first day, {wanted.effective}, and goes on."


def _name(addition: Addition, wanted: Wanted) -> tuple[bool, str]:
    text = addition.description.casefold()
    names = (wanted.line.subscription_name, wanted.line.offer_name, wanted.line.subscription_id or "")
    named = next((name for name in names if name.strip() and name.casefold() in text), "")
    return (True, f"Its description names '{named}'.") if named else (False, "Its description names no subscription.")
