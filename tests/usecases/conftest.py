from collections.abc import Iterator

import pytest

from tests.usecases.world import World, make_world


@pytest.fixture
def world(db: None) -> Iterator[World]:
    world = make_world()
    with world.psa:
        yield world
