"""What a run was asked for, as JSON on its row and back: any worker can carry it out, on any machine."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bursar.domain.errors import InvalidInput
from bursar.domain.period import Month
from bursar.store.models import Run
from bursar.usecases.plan_additions import PlanOptions
from bursar.usecases.plan_endings import Place

CANONICAL = "canonical"


def post_request(options: PlanOptions) -> dict[str, object]:
    """The request of a posting; its month stands on the run itself."""
    return {
        "company_ids": sorted(options.company_ids) if options.company_ids is not None else None,
        "confirm_cancellations_of": sorted(options.confirm_cancellations_of),
        "confirm_all_cancellations": options.confirm_all_cancellations,
    }


def plan_request(options: PlanOptions) -> dict[str, object]:
    """The request of a plan; its month stands on the run itself."""
    return {**post_request(options), "survey": options.survey}


def endings_request(places: Iterable[Place], last_day: date) -> dict[str, object]:
    """The request of a plan that ends Additions made by hand."""
    return {
        "additions": [[place.company_id, place.agreement_id, place.addition_id] for place in places],
        "last_day": last_day.isoformat(),
    }


def endings_of(run: Run) -> tuple[Sequence[Place], date]:
    """The Additions to end, and the last day on which they bill."""
    asked: Mapping[str, list[list[int]]] = run.request
    return [Place(*ids) for ids in asked["additions"]], date.fromisoformat(str(run.request["last_day"]))


def agreed_request(plan: Run, *, everything: bool) -> dict[str, object]:
    """The request of a posting that writes what people agreed to in a plan; `everything`: all that could be posted."""
    return {"plan": str(plan.pk), "everything": everything}


def plan_of(run: Run) -> Run | None:
    """The plan that a posting was asked to write; None when it was asked for without one, or the plan is gone."""
    asked = run.request.get("plan")
    return Run.objects.filter(pk=asked, connection=run.connection_id).first() if asked else None


def plan_options_of(run: Run) -> PlanOptions:
    """What a plan or a posting was asked for. Raises InvalidInput when the month is none."""
    asked: Mapping[str, list[int] | bool | None] = run.request
    companies, confirmed = asked.get("company_ids"), asked.get("confirm_cancellations_of")
    return PlanOptions(
        month=Month.parse(run.month),
        company_ids=frozenset(companies) if isinstance(companies, list) else None,
        confirm_cancellations_of=frozenset(confirmed) if isinstance(confirmed, list) else frozenset(),
        confirm_all_cancellations=asked.get("confirm_all_cancellations") is True,
        survey=asked.get("survey") is True,
    )


@dataclass(frozen=True, slots=True)
class LoadRequest:
    """What to load: a path, a delivery, or else everything that the connection can load by period."""

    path: str = ""
    profile: str = ""
    whole: bool | None = None
    delivery: int | None = None

    def as_json(self) -> dict[str, object]:
        asked: dict[str, object] = {"path": self.path, "profile": self.profile, "whole": self.whole}
        return asked if self.delivery is None else asked | {"delivery": self.delivery}

    def place(self) -> tuple[Path, str]:
        """The file or folder that was named, and its column profile."""
        return Path(self.path), self.profile or CANONICAL


def nothing_stored() -> InvalidInput:
    """A load names nothing, and the connection has nothing that can be loaded by period."""
    return InvalidInput(
        "Nothing says where the lines are.",
        remedy="Give a path, store one with `bursar lines source PATH`, upload a file, or push lines through the API.",
    )


def load_request_of(run: Run) -> LoadRequest:
    """What a load was asked for."""
    asked: Mapping[str, str | int | bool | None] = run.request
    whole, delivery = asked.get("whole"), asked.get("delivery")
    return LoadRequest(
        path=str(asked.get("path") or ""),
        profile=str(asked.get("profile") or ""),
        whole=whole if isinstance(whole, bool) else None,
        delivery=delivery if isinstance(delivery, int) else None,
    )
