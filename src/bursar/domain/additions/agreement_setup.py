"""Settings of an Agreement that a person should know about before lines go to it (rule 151)."""

from collections.abc import Iterator

from bursar.domain.additions.billed import period_in
from bursar.domain.period import Month
from bursar.domain.psa import Agreement

_YEARLY = frozenset({"annual", "annually", "yearly"})


def setup_faults(agreement: Agreement, month: Month, *, made_by_bursar: bool) -> Iterator[str]:
    """A sentence for each. Bursar makes its own Agreements without Prorate on purpose: amounts come pro-rated."""
    name = f"'{agreement.name}'"
    if not agreement.prorates and not made_by_bursar:
        yield (
            f"{name} has Prorate off: a day of a period is billed as all of it, and ConnectWise takes nothing for a"
            " period that has been invoiced."
        )
    cycle = agreement.billing_cycle.strip()
    if cycle.casefold() in _YEARLY:
        yield f"{name} is invoiced {cycle.lower()}: a monthly amount is billed for its one invoice a year only."
    elif cycle and cycle.casefold() not in {"monthly", "month"}:
        yield f"{name} has the billing cycle {cycle}, not Monthly: its periods are not the platform's months."
    first, last = period_in(month, agreement)
    if first != month.first:
        yield f"{name} is invoiced from {first} to {last}: its periods are not calendar months."
