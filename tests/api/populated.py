"""A connection with something of everything, so that no route answers about nothing."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from bursar.domain.additions.variance_alerts import Alert
from bursar.domain.lists import ListKind
from bursar.domain.mapping import MappingState
from bursar.domain.roles import Role
from bursar.store.models import (
    AdditionLink,
    ApiToken,
    Connection,
    Drift,
    Invitation,
    Line,
    ListEntry,
    ListReading,
    LogEntry,
    Mute,
    Offer,
    Organization,
    OrganizationCompany,
    Person,
    PlanEntry,
    Posting,
    Run,
    RunNote,
)
from bursar.store.queries.system_log import write_log
from bursar.usecases.api_tokens import create_token
from bursar.usecases.invitations import invite
from bursar.usecases.load_invoice_lines import LoadOptions, load_invoice_lines
from bursar.usecases.runs import PLAN_LINES, POST_LINES, request_run
from tests.api.populated_ledger import ledger_ids_of, populate_ledger
from tests.deliveries.arrived import everything_comes_in, ids_of
from tests.usecases.world import OCTOBER, GivenLines, make_line
from tests.web.review.found_by_hand import made_by_hand
from tests.web.review.many_variances import a_variance, keep

CENTS = Decimal("12.30")


@dataclass(frozen=True)
class Populated:
    """The records that addresses name."""

    connection: Connection
    run: Run
    waiting: Run
    plan: Run
    entry: PlanEntry
    invitation: Invitation
    token: ApiToken
    person: Person

    @property
    def ids(self) -> dict[str, object]:
        """By the name that the addresses of the API have for it."""
        return {
            "connection_id": self.connection.pk,
            "run_id": str(self.waiting.pk),
            "plan_id": str(self.plan.pk),
            "person_id": self.person.pk,
            "invitation_id": self.invitation.pk,
            "token_id": self.token.pk,
            "kind": ListKind.AGREEMENT_TYPE.value,
            **ids_of(self.connection),
            **ledger_ids_of(self.connection),
        }


def populate(connection: Connection, administrator: Person, *, times: int = 1) -> Populated:
    """Fill a connection; `times` makes more of what is listed."""
    lines = [make_line(number) for number in range(1, 3 * times + 1)]
    load_invoice_lines(connection, GivenLines(lines), LoadOptions(month=OCTOBER))
    _map_first(connection)
    _change_since_posting(connection, "L00003")
    run = _ended_run(connection, times)
    _lists_and_logs(connection, run, times)
    plan = _kept_plan(connection, times)
    everything_comes_in(connection, times)
    populate_ledger(connection, times)
    others = [
        Person.objects.create_user(f"guest{number}@example.com", None, role=Role.VIEWER) for number in range(times)
    ]
    invitations = [invite(f"next{number}@example.com", Role.VIEWER, administrator)[0] for number in range(times)]
    tokens = [create_token(administrator, f"reports {number}", Role.VIEWER, None)[0] for number in range(times)]
    waiting = [request_run(connection, POST_LINES, {}, month="2026-10") for _ in range(times)]
    entry = PlanEntry.objects.filter(run=plan).latest("pk")
    return Populated(connection, run, waiting[-1], plan, entry, invitations[-1], tokens[-1], others[-1])


def _kept_plan(connection: Connection, times: int) -> Run:
    """A plan with changes, something blocked and a warning."""
    plan = Run.objects.create(
        connection=connection,
        verb=PLAN_LINES,
        month="2026-10",
        state=Run.State.DONE,
        ended_at=timezone.now(),
        counts={"lines": 2 * times, "create": times, "blocked": times},
        totals={"planned": {"USD": "12.30"}, "held": {"USD": "12.30"}, "excluded": {}},
        result={"complete": True, "preview_only": 0},
        request={"survey": True},
    )
    keep(*(a_variance(plan, number, "1", Alert.OVER_BILLED) for number in range(7, 7 + times)))
    _found_by_hand(connection, plan, times)
    Mute.objects.create(connection=connection, company_id=8, product_id=7, reason="Known", until=timezone.now().date())
    common = {"connection": connection, "run": plan, "company_id": 7, "company_name": "A company"}
    for number in range(times):
        PlanEntry.objects.create(
            **common,
            kind=PlanEntry.Kind.CHANGE,
            action="create",
            resource="addition",
            key=f"5/key-{number}",
            agreement_id=5,
            agreement_name="Cloud",
            subject="Customer 1: Seats",
            after={"quantity": "d:1", "unit_price": "d:12.30", "product_id": 7},
            lines=["L00001"],
            amount=CENTS,
            currency="USD",
        )
        for kind in (PlanEntry.Kind.BLOCKED, PlanEntry.Kind.WARNING):
            PlanEntry.objects.create(
                **common,
                kind=kind,
                code="no_contact",
                subject="Customer 1",
                sentence="It has no contact.",
                lines=["L00002"],
            )
    return plan


def _found_by_hand(connection: Connection, plan: Run, times: int) -> None:
    """Additions that people made, one of them for the first line, and an edit of the posted one."""
    company = OrganizationCompany.objects.get(organization__organization_id="org-00001")
    made_by_hand(plan, 1, company_id=company.company_id, line_id="L00001")
    for number in range(2, 2 + times):
        made_by_hand(plan, number, 0)
    link = AdditionLink.objects.get(connection=connection, addition_id=6)
    edits = {"quantity": ["d:10", "d:7"]}
    Drift.objects.create(run=plan, link=link, kind="edited", company_id=7, edits=edits, line_id="L00003")


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


def _change_since_posting(connection: Connection, line_id: str) -> None:
    """A line that was posted, and of which its source says something else now."""
    link = AdditionLink.objects.create(
        connection=connection,
        marker="brs1:r:test",
        series="test",
        agreement_id=5,
        addition_id=6,
        company_id=7,
        organization_id="org-00003",
        recurring=True,
        last_month="2026-10",
        written={"marker": "s:brs1:r:test", "product_id": 7},
    )
    Line.objects.filter(connection=connection, line_id=line_id).update(link=link, changed_values={"quantity": "d:11"})


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
