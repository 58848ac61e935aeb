"""A believable MSP in its monthly billing week."""

from __future__ import annotations

from datetime import UTC, datetime

from psa_sandbox.seeds.books import book_october, book_september, plant_mappings
from psa_sandbox.seeds.catalogue import plant_catalogue
from psa_sandbox.seeds.contracts import plant_agreements
from psa_sandbox.seeds.customers import plant_companies
from psa_sandbox.seeds.history import live_october, live_september
from psa_sandbox.state.store import Store

BEGINNING = datetime(2026, 8, 31, 12, tzinfo=UTC)


def plant_msp(store: Store) -> None:
    """Companies, catalogue, agreements, then September and October as they were lived and booked."""
    store.clock.set(BEGINNING)
    plant_companies(store)
    plant_catalogue(store)
    plant_agreements(store)
    plant_mappings(store)
    live_september(store)
    book_september(store)
    live_october(store)
    book_october(store)
