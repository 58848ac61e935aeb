"""What a run was asked for, as JSON on its row and back: any worker can carry it out, on any machine."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bursar.domain.errors import InvalidInput
from bursar.domain.period import Month
from bursar.store.models import Connection, Run
from bursar.usecases.plan_additions import PlanOptions

CANONICAL = "canonical"


def post_request(options: PlanOptions) -> dict[str, object]:
    """The request of a posting; its month stands on the run itself."""
    return {
        "company_ids": sorted(options.company_ids) if options.company_ids is not None else None,
        "confirm_cancellations_of": sorted(options.confirm_cancellations_of),
        "confirm_all_cancellations": options.confirm_all_cancellations,
    }


def plan_options_of(run: Run) -> PlanOptions:
    """What a posting was asked for. Raises InvalidInput when the month is none."""
    asked: Mapping[str, list[int] | bool | None] = run.request
    companies, confirmed = asked.get("company_ids"), asked.get("confirm_cancellations_of")
    return PlanOptions(
        month=Month.parse(run.month),
        company_ids=frozenset(companies) if isinstance(companies, list) else None,
        confirm_cancellations_of=frozenset(confirmed) if isinstance(confirmed, list) else frozenset(),
        confirm_all_cancellations=asked.get("confirm_all_cancellations") is True,
    )


@dataclass(frozen=True, slots=True)
class LoadRequest:
    """Where to load from; without a path, from the connection's stored source."""

    path: str = ""
    profile: str = ""
    whole: bool | None = None

    def as_json(self) -> dict[str, object]:
        return {"path": self.path, "profile": self.profile, "whole": self.whole}

    def place(self, connection: Connection) -> tuple[Path, str]:
        """The file or folder and its column profile. Raises InvalidInput when neither was given nor is stored."""
        if self.path:
            return Path(self.path), self.profile or CANONICAL
        if not connection.source:
            raise InvalidInput(
                "Nothing says where the lines are.",
                remedy="Give a path, or store one with `bursar lines source PATH`.",
            )
        return Path(connection.source["path"]), self.profile or connection.source["profile"]


def load_request_of(run: Run) -> LoadRequest:
    """What a load was asked for."""
    asked: Mapping[str, str | bool | None] = run.request
    whole = asked.get("whole")
    return LoadRequest(
        path=str(asked.get("path") or ""),
        profile=str(asked.get("profile") or ""),
        whole=whole if isinstance(whole, bool) else None,
    )
