"""A connection with something of everything, so that no route answers about nothing."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from bursar.domain.lists import ListKind
from bursar.domain.mapping import MappingState
from bursar.domain.roles import Role
from bursar.store.models import (
    ApiToken,
    Connection,
    Invitation,
    ListEntry,
    ListReading,
    LogEntry,
    Offer,
    Organization,
    OrganizationCompany,
    Person,
    Posting,
    Run,
    RunNote,
)
from bursar.store.queries.system_log import write_log
from bursar.usecases.api_tokens import create_token
from bursar.usecases.invitations import invite
from bursar.usecases.load_invoice_lines import LoadOptions, load_invoice_lines
from bursar.usecases.runs import POST_LINES, request_run
from tests.usecases.world import OCTOBER, GivenLines, make_line

CENTS = Decimal("12.30")


@dataclass(frozen=True)
class Populated:
    """The records that addresses name."""

    connection: Connection
    run: Run
    waiting: Run
    invitation: Invitation
    token: ApiToken
    person: Person

    @property
    def ids(self) -> dict[str, object]:
        """By the name that the addresses of the API have for it."""
        return {
            "connection_id": self.connection.pk,
            "run_id": str(self.waiting.pk),
            "person_id": self.person.pk,
            "invitation_id": self.invitation.pk,
            "token_id": self.token.pk,
            "kind": ListKind.AGREEMENT_TYPE.value,
        }


def populate(connection: Connection, administrator: Person, *, times: int = 1) -> Populated:
    """Fill a connection; `times` makes more of what is listed."""
    lines = [make_line(number) for number in range(1, 3 * times + 1)]
    load_invoice_lines(connection, GivenLines(lines), LoadOptions(month=OCTOBER))
    _map_first(connection)
    run = _ended_run(connection, times)
    _lists_and_logs(connection, run, times)
    others = [
        Person.objects.create_user(f"guest{number}@example.com", None, role=Role.VIEWER) for number in range(times)
    ]
    invitations = [invite(f"next{number}@example.com", Role.VIEWER, administrator)[0] for number in range(times)]
    tokens = [create_token(administrator, f"reports {number}", Role.VIEWER, None)[0] for number in range(times)]
    waiting = [request_run(connection, POST_LINES, {}, month="2026-10") for _ in range(times)]
    return Populated(connection, run, waiting[-1], invitations[-1], tokens[-1], others[-1])


def _map_first(connection: Connection) -> None:
    """Every organization has companies; the queries for them must not grow with their number."""
    for row in Organization.objects.filter(connection=connection):
        OrganizationCompany.objects.create(
            organization=row, company_id=row.pk, company_identifier=f"C{row.pk}", company_name="A company"
        )
    Organization.objects.filter(connection=connection).update(state=MappingState.MAPPED)
    Offer.objects.filter(connection=connection).update(
        state=MappingState.MAPPED, product_id=7, product_identifier="SKU-7"
    )


def _ended_run(connection: Connection, times: int) -> Run:
    run = Run.objects.create(
        connection=connection,
        verb=POST_LINES,
        month="2026-09",
        state=Run.State.DONE,
        ended_at=timezone.now(),
        counts={"create": 1, "blocked": 1},
        totals={"planned": {"USD": "24.60"}},
        verdict="balanced",
    )
    for number in range(times):
        RunNote.objects.create(
            run=run,
            kind=RunNote.Kind.BLOCKED,
            code="no_contact",
            subject="Customer 1",
            sentence="It has no contact.",
            remedy="Add one.",
            lines=["L1"],
            amount=CENTS,
            currency="USD",
        )
        Posting.objects.create(
            connection=connection,
            run=run,
            stage=1,
            key=f"key-{number}",
            action="create",
            resource="addition",
            after={"quantity": "d:1"},
            lines=["L2"],
            amount=CENTS,
            currency="USD",
            state=Posting.State.POSTED,
            remote_id=99,
        )
    return run


def _lists_and_logs(connection: Connection, run: Run, times: int) -> None:
    now = timezone.now()
    for kind in ListKind:
        ListReading.objects.create(connection=connection, kind=kind, read_at=now)
        for number in range(times):
            ListEntry.objects.create(connection=connection, kind=kind, remote_id=number + 1, name=f"Entry {number}")
    write_log(
        LogEntry(connection=connection, run=run, at=now - timedelta(minutes=number), level=level, title="Something")
        for number in range(times)
        for level in LogEntry.Level
    )
