from collections.abc import Iterator
from pathlib import Path

import pytest

from bursar.store.models import Book
from tests.usecases.payments.world import PaymentsWorld, make_payments_world


@pytest.fixture
def world(db: None, tmp_path: Path) -> Iterator[PaymentsWorld]:
    world = make_payments_world(tmp_path)
    with world.psa:
        yield world


@pytest.fixture
def book(world: PaymentsWorld) -> Book:
    return world.book()
