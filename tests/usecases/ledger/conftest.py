from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.usecases.ledger.world import LedgerWorld, make_ledger_world


@pytest.fixture
def ledger(db: None, tmp_path: Path) -> Iterator[LedgerWorld]:
    world = make_ledger_world(tmp_path)
    with world.psa:
        yield world
