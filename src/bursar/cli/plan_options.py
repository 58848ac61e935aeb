"""What `lines plan` and `lines post` are asked for, as the planner wants it."""

from collections.abc import Sequence

from bursar.domain.errors import InvalidInput
from bursar.domain.period import Month
from bursar.usecases.plan_additions import PlanOptions

ALL = "all"


def plan_options(
    month: str, companies: Sequence[int] | None, confirmed: Sequence[str] | None, *, survey: bool = False
) -> PlanOptions:
    """Read the words of the command line. Raises InvalidInput."""
    words = [word.strip().casefold() for word in confirmed or ()]
    return PlanOptions(
        month=Month.parse(month),
        company_ids=frozenset(companies) if companies else None,
        confirm_cancellations_of=frozenset(_company_id(word) for word in words if word != ALL),
        confirm_all_cancellations=ALL in words,
        survey=survey,
    )


def _company_id(word: str) -> int:
    if not (word.isascii() and word.isdigit()):
        raise InvalidInput(f"'{word}' is neither a company's record id nor all.", remedy="Write the id, or all.")
    return int(word)
