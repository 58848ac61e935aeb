"""Why a set of changes was not saved: every fault by the name of its setting, or somebody else saved in between."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from bursar.domain.errors import BursarError, InvalidInput


class SettingsRefused(InvalidInput):
    """At least one value cannot be used, and nothing was saved. `faults` has each by the name of its setting."""

    code: ClassVar[str] = "settings_refused"

    def __init__(self, faults: Mapping[str, BursarError]) -> None:
        self.faults = dict(faults)
        told = " ".join(f"{name}: {fault.sentence}" for name, fault in faults.items())
        super().__init__(
            f"Nothing was saved. {told}", remedy=" ".join(dict.fromkeys(f.remedy for f in faults.values() if f.remedy))
        )


class ChangedMeanwhile(InvalidInput):
    """Somebody saved after the values were shown, and nothing was overwritten. `by` and `at` are empty when unknown."""

    code: ClassVar[str] = "changed_meanwhile"
    default_remedy = "Compare with what is stored now, then save again."

    def __init__(self, what: str, *, by: str = "", at: datetime | None = None) -> None:
        self.by = by
        self.at = at
        super().__init__(f"{by or 'Somebody'} saved the {what} after this page was shown. Nothing was overwritten.")
