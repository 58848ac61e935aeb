"""Named beginnings for the sandbox. The same name and options always give the same records and ids."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from psa_sandbox.seeds.msp import plant_msp
from psa_sandbox.seeds.scale import plant_scale
from psa_sandbox.seeds.setup_tables import plant_setup_tables
from psa_sandbox.state.agreements import refresh_statuses
from psa_sandbox.state.store import Store

__all__ = ["DEFAULT_SEED", "SCENARIOS", "UnknownSeedError", "seed"]

DEFAULT_SEED = "msp"
PRESENT = datetime(2026, 11, 2, 9, tzinfo=UTC)
COMPANY_ID = "cedarpoint"
COMPANY_NAME = "Cedar Point IT"


class UnknownSeedError(ValueError):
    """There is no scenario of this name, or it does not know an option."""


@dataclass(frozen=True)
class Scenario:
    """A scenario and the whole-number options it takes."""

    plant: Callable[..., None]
    options: frozenset[str] = frozenset()


def _only_tables(_store: Store) -> None:
    """Nothing beyond the setup tables."""


SCENARIOS: dict[str, Scenario] = {
    "msp": Scenario(plant_msp),
    "empty": Scenario(_only_tables),
    "scale": Scenario(plant_scale, frozenset({"companies", "agreements", "additions"})),
}


def seed(store: Store, name: str = DEFAULT_SEED, **options: int) -> None:
    """Forget everything and plant a scenario; the clock stands still at 2026-11-02T09:00:00Z afterwards.

    Raises UnknownSeedError before anything is forgotten.
    """
    scenario = SCENARIOS.get(name)
    if scenario is None:
        raise UnknownSeedError(f"there is no seed {name}; there are {', '.join(SCENARIOS)}")
    unknown = sorted(set(options) - scenario.options)
    if unknown:
        raise UnknownSeedError(f"seed {name} has no option {', '.join(unknown)}")
    with store.lock:
        store.clear()
        store.site.company_id, store.site.company_name = COMPANY_ID, COMPANY_NAME
        store.clock.freeze()
        store.clock.set(PRESENT)
        plant_setup_tables(store)
        scenario.plant(store, **options)
        store.clock.set(PRESENT)
        refresh_statuses(store, by="seed")
