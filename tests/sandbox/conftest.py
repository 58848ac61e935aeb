"""A small PSA for every test."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest
from small_psa import client_of, small_store

from psa_sandbox.state.store import Store


@pytest.fixture
def store() -> Store:
    """One or two records of every kind."""
    return small_store()


@pytest.fixture
def psa(store: Store) -> Iterator[httpx2.Client]:
    """The REST API of the store, called by a member whose role may do everything."""
    with client_of(store) as client:
        yield client
