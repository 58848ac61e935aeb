"""What waits for a person, in numbers (rule 30). The cost depends on what is still open, never on history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Lower, Trim

from bursar.domain.mapping import MappingState
from bursar.store.models import Connection, Line, Offer, Organization, Run
from bursar.store.queries.variances import to_look_at


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much is unmapped, and how many lines could be posted now."""

    organizations: int
    """Unmapped organizations."""
    offers: int
    """Unmapped offers."""
    unmapped_lines: int
    """Lines to be posted that lack a company or a product."""
    blocked_lines: int
    """Fully mapped lines against which the newest plan or posting found a reason."""
    ready_lines: int
    """Fully mapped lines that are not posted yet and that nothing is known against (rule 73)."""
    variances: int
    """Rows of the newest plan that somebody should look at (rules 145-149)."""


def what_waits(connection: Connection, today: date) -> Waiting:
    """Count what is open on a connection: four statements over indexes of their own. Mutes count until `today`."""
    mapped = _mapped(connection)
    lines = _open_lines(connection).aggregate(
        all=Count("*"), mapped=Count("pk", filter=mapped), ready=Count("pk", filter=mapped & Q(blocked_code=""))
    )
    return Waiting(
        organizations=Organization.objects.filter(connection=connection, state=MappingState.UNMAPPED).count(),
        offers=Offer.objects.filter(connection=connection, state=MappingState.UNMAPPED).count(),
        unmapped_lines=lines["all"] - lines["mapped"],
        blocked_lines=lines["mapped"] - lines["ready"],
        ready_lines=lines["ready"],
        variances=to_look_at(connection, today).count(),
    )


def _open_lines(connection: Connection) -> QuerySet[Line]:
    """Not posted, not gone, not left out on purpose, and of a verified invoice (rules 42 and 55)."""
    excluded = {"connection": connection, "state": MappingState.EXCLUDED}
    rows = Line.objects.filter(connection=connection, link__isnull=True, vanished=False, by_hand=False)
    rows = rows.annotate(status=Lower(Trim("invoice_status")))
    return (
        rows.filter(Q(invoice_status__isnull=True) | Q(status="verified"))
        .exclude(organization_id__in=Organization.objects.filter(**excluded).values("organization_id"))
        .exclude(offer_id__in=Offer.objects.filter(**excluded).values("offer_id"))
    )


def _mapped(connection: Connection) -> Q:
    """The company and the product are known: domain.mapping.resolve, as a condition of the database."""
    with_one_company = (
        Organization.objects.filter(connection=connection)
        .annotate(number=Count("companies"))
        .filter(number=1)
        .values("organization_id")
    )
    with_product = Offer.objects.filter(connection=connection, product_id__isnull=False).values("offer_id")
    return (Q(set_company_id__isnull=False) | Q(organization_id__in=with_one_company)) & (
        Q(set_product_id__isnull=False) | Q(offer_id__in=with_product)
    )


def newest_runs(connection: Connection, limit: int) -> Sequence[Run]:
    """The runs asked for last."""
    return list(Run.objects.filter(connection=connection).order_by("-started_at")[:limit])


def newest_ended_run(connection: Connection, *verbs: str) -> Run | None:
    """The run of one of these kinds that was asked for last and has ended."""
    ended = Run.objects.filter(connection=connection, verb__in=verbs).exclude(state__in=Run.ACTIVE)
    return ended.order_by("-started_at").first()
