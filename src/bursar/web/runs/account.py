"""What a run has to show: progress, counts, and whether the money agrees, as a page presents it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bursar.store.models import Run
from bursar.usecases.runs import EXPORT_LEDGER, PLAN_ENDINGS, PLAN_LINES, PULL_PAYMENTS

BALANCED = "balanced"
PLANS = (PLAN_LINES, PLAN_ENDINGS)
"""What makes a plan."""
READS = (*PLANS, EXPORT_LEDGER, PULL_PAYMENTS)
"""What reads for people to look at, and writes nothing."""
KINDS = {
    "planned": "Planned",
    "posted": "Posted",
    "read_back": "Read back",
    "held": "Held back",
    "excluded": "Left out on purpose",
}
PLANNED = {"create": "To create", "update": "To update", "cancel": "To cancel"}
"""The same of a run that made a plan and wrote nothing."""
FOUND: Mapping[str, Mapping[str, str]] = {
    **dict.fromkeys(PLANS, PLANNED),
    EXPORT_LEDGER: {
        "create": "To post",
        "leave": "In the books already",
        "excluded": "Excluded",
        "missing": "Not exported",
    },
    PULL_PAYMENTS: {"create": "To create", "update": "To change", "cancel": "To delete", "leave": "Applied"},
}
"""What counts are called, by the kind of run that wrote nothing."""
COUNTS = {
    "lines": "Lines",
    "excluded": "Left out on purpose",
    "create": "Created",
    "update": "Updated",
    "cancel": "Cancelled",
    "leave": "As they should be",
    "blocked": "Blocked",
    "warnings": "Warnings",
    "not_selected": "Not chosen",
    "failed": "Failed",
    "unknown": "Unknown outcome",
}
"""Names of counts as people call them, in this order; others follow under their own names."""
NAMED = 20
"""So many ids are named; of more only their number."""
STEPS = 10
"""How often progress is announced to screen readers: each tenth."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an active run is."""

    done: int
    expected: int | None

    @property
    def step(self) -> int:
        """Tenths that are done."""
        return min(STEPS, self.done * STEPS // self.expected) if self.expected else 0

    @property
    def sentence(self) -> str:
        if self.expected is None:
            return "It is not known yet how much there is to do."
        return f"{self.done:,} of {self.expected:,} done"


@dataclass(frozen=True, slots=True)
class CurrencyRow:
    """The sums of one currency, and by how much what was read back differs from the plan."""

    currency: str
    amounts: Sequence[str]
    off: Decimal | None

    @property
    def agrees(self) -> bool:
        return not self.off


@dataclass(frozen=True, slots=True)
class MoneyTable:
    """Totals per currency and kind."""

    kinds: Sequence[str]
    rows: Sequence[CurrencyRow]


def progress_of(run: Run) -> Progress:
    return Progress(run.done, run.expected)


def money_of(run: Run) -> MoneyTable | None:
    """None for a run that moves no money."""
    totals: Mapping[str, Mapping[str, str]] = run.totals
    kinds = [kind for kind in KINDS if kind in totals]
    currencies = sorted({currency for sums in totals.values() for currency in sums})
    if not currencies:
        return None
    return MoneyTable([KINDS[kind] for kind in kinds], [_row(totals, kinds, currency) for currency in currencies])


def _row(totals: Mapping[str, Mapping[str, str]], kinds: Sequence[str], currency: str) -> CurrencyRow:
    def amount(kind: str) -> Decimal:
        return Decimal(totals.get(kind, {}).get(currency, "0"))

    judged = {"planned", "posted", "read_back"} <= totals.keys()
    off = _largest(amount("posted") - amount("planned"), amount("read_back") - amount("planned")) if judged else None
    return CurrencyRow(currency, [f"{amount(kind):f}" for kind in kinds], off)


def _largest(first: Decimal, second: Decimal) -> Decimal:
    return max(first, second, key=abs)


def tone_of(run: Run) -> str:
    """The colour of the verdict: success, info, warning or danger."""
    if run.verdict == BALANCED:
        return "success"
    if run.state == Run.State.DONE:
        return "danger" if "planned" in run.totals and run.verb not in READS else "info"
    return "danger" if run.state == Run.State.FAILED else "warning"


def counts_of(run: Run) -> list[tuple[str, int]]:
    """Name and number; what is zero is left out, lines never."""
    counts: Mapping[str, int] = run.counts
    called = {**COUNTS, **FOUND.get(run.verb, {})}
    names = [*(name for name in COUNTS if name in counts), *(name for name in counts if name not in COUNTS)]
    return [
        (called.get(name, name.replace("_", " ").capitalize()), counts[name])
        for name in names
        if counts[name] or name == "lines"
    ]


def facts_of(values: Mapping[str, object]) -> list[tuple[str, str]]:
    """A JSON object of a run as names and values that a person reads; what was left open is left out."""
    given = {name: value for name, value in values.items() if value not in (None, "", [], {}, False)}
    return [(name.replace("_", " ").capitalize(), _text(value)) for name, value in given.items()]


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_text(each)}" for name, each in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value)) if len(value) <= NAMED else f"{len(value):,}"
    return str(value)
