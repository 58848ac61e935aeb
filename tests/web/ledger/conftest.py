"""The believable MSP in process, a plaintext book in a folder, and the pages that bring one to the other."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from bursar.domain.roles import Role
from bursar.store.models import Connection, LedgerDocument, Run
from tests.usecases.ledger.world import LedgerWorld, make_ledger_world
from tests.web.visitors import a_connection, visitor


@dataclass
class Desk:
    """An accountant's desk: the pages, and the worker that carries out what they ask for."""

    world: LedgerWorld

    @property
    def connection(self) -> Connection:
        return self.world.connection

    def url(self, route: str, *ids: object, **query: object) -> str:
        return reverse(route, args=[self.connection.pk, *ids], query=query)

    def carried(self, verb: str) -> Run:
        """The run of this kind that waits for a worker, carried out."""
        run = Run.objects.get(connection=self.connection, verb=verb, state=Run.State.QUEUED)
        return self.world.carry_on(run)

    def document(self, number: str) -> LedgerDocument:
        return LedgerDocument.objects.get(connection=self.connection, number=number)


@pytest.fixture
def desk(db: None, tmp_path: Path) -> Iterator[Desk]:
    world = make_ledger_world(tmp_path)
    with world.psa:
        yield Desk(world)


@pytest.fixture
def connection(db: None) -> Connection:
    return a_connection()


@pytest.fixture
def viewer(db: None) -> Client:
    return visitor(Role.VIEWER)


@pytest.fixture
def operator(db: None) -> Client:
    return visitor(Role.OPERATOR)


@pytest.fixture
def administrator(db: None) -> Client:
    return visitor(Role.ADMINISTRATOR)
