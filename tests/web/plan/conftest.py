"""A month that is loaded and mapped, in a sandbox in process, and the pages that plan and post it."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from bursar.domain.roles import Role
from bursar.store.models import Connection, Run
from bursar.store.queries.plans import newest_plan
from bursar.usecases.runs import PLAN_LINES, POST_LINES
from tests.usecases.world import OCTOBER, World, make_line, make_world
from tests.web.visitors import text_of, visitor


@dataclass
class Desk:
    """A billing administrator's desk: the pages, and the worker that carries out what they ask for."""

    world: World

    @property
    def connection(self) -> Connection:
        return self.world.connection

    def url(self, route: str, month: str = str(OCTOBER), **query: object) -> str:
        """Of the newest plan of a month."""
        plan = newest_plan(self.connection, month)
        assert plan is not None
        return self.of(plan, route, **query)

    def of(self, plan: Run, route: str = "changes", **query: object) -> str:
        """Of this very plan."""
        return reverse(f"plan:{route}", args=[self.connection.pk, plan.pk], query=query)

    def make(self, month: str = str(OCTOBER)) -> str:
        return reverse("plan:make", args=[self.connection.pk, month])

    def page(self, **query: object) -> str:
        return reverse("plan:page", args=[self.connection.pk], query=query)

    def load(self, *numbers: int, **options: object) -> None:
        """Lines of these customers, mapped."""
        self.world.load([make_line(number) for number in numbers], **options)
        self.world.map_exactly()

    def waiting(self, verb: str) -> Run:
        """The run of this kind that waits for a worker."""
        return Run.objects.get(connection=self.connection, verb=verb, state=Run.State.QUEUED)

    def made(self, client: Client) -> Run:
        """Press *Make the plan*, and have it made."""
        client.post(self.make())
        return self.world.carry(self.waiting(PLAN_LINES))

    def asked(self, client: Client, **sent: object) -> HttpResponse:
        """What is answered to a wish to post."""
        return client.post(self.url("changes-post"), {"do": "post", **sent}, follow=True)

    def posted(self, client: Client, plan: Run, writes: int, **sent: object) -> Run:
        """Agree to this many writes, and have them posted."""
        answer = client.post(self.of(plan, "changes-post"), {"do": "post", "confirmed": writes, **sent}, follow=True)
        assert f"Posting of {plan.month or 'endings'} is on its way." in text_of(answer)
        return self.world.carry(self.waiting(POST_LINES))


@pytest.fixture
def desk(db: None) -> Iterator[Desk]:
    world = make_world()
    with world.psa:
        yield Desk(world)


@pytest.fixture
def operator(db: None) -> Client:
    return visitor(Role.OPERATOR)


@pytest.fixture
def viewer(db: None) -> Client:
    return visitor(Role.VIEWER)
