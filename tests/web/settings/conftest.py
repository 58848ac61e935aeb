from collections.abc import Iterator

import pytest

from tests.web.settings.place import Place, a_place


@pytest.fixture
def place(db: None) -> Iterator[Place]:
    """A working connection to a sandbox on loopback; nothing is configured and no list was read."""
    with a_place() as found:
        yield found
