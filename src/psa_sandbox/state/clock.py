"""The time the sandbox believes in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

WIRE_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


class Clock:
    """UTC time, either frozen at an instant or running at an offset from the machine's clock."""

    def __init__(self, start: datetime | None = None, *, frozen: bool = False) -> None:
        self._offset = timedelta(0)
        self._frozen_at: datetime | None = None
        if start is not None:
            self.set(start)
        if frozen:
            self.freeze()

    @property
    def frozen(self) -> bool:
        """Whether time stands still."""
        return self._frozen_at is not None

    def now(self) -> datetime:
        """The present, timezone aware, in UTC."""
        return self._frozen_at or datetime.now(UTC) + self._offset

    def stamp(self) -> str:
        """The present as the wire writes it: yyyy-MM-ddTHH:mm:ssZ [guide]."""
        return self.now().strftime(WIRE_FORMAT)

    def set(self, moment: datetime) -> None:
        """Jump to an aware moment; a frozen clock stays frozen there. Raises ValueError for a naive one."""
        if moment.tzinfo is None:
            raise ValueError("the clock needs a timezone aware moment")
        self._offset = moment - datetime.now(UTC)
        if self._frozen_at is not None:
            self._frozen_at = moment.astimezone(UTC)

    def advance(self, step: timedelta) -> None:
        """Move by a step, which may be negative."""
        self.set(self.now() + step)

    def freeze(self) -> None:
        """Stop at the present."""
        self._frozen_at = self.now()

    def run(self) -> None:
        """Go on from the present."""
        moment = self.now()
        self._frozen_at = None
        self.set(moment)

    def dump(self) -> dict[str, object]:
        """What is needed to come back to this clock."""
        frozen_at = self._frozen_at.isoformat() if self._frozen_at else None
        return {"offsetSeconds": str(self._offset.total_seconds()), "frozenAt": frozen_at}

    def load(self, state: dict[str, object]) -> None:
        """Become the clock that was dumped."""
        self._offset = timedelta(seconds=float(str(state["offsetSeconds"])))
        frozen_at = state["frozenAt"]
        self._frozen_at = datetime.fromisoformat(str(frozen_at)) if frozen_at else None
