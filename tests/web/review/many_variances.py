"""A plan with variances, as a run would have kept them."""

from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from bursar.domain.additions.variance_alerts import Alert
from bursar.store.models import Connection, Run, Variance
from bursar.usecases.runs import PLAN_LINES


def a_plan(connection: Connection, month: str = "2026-10", *, survey: bool = True, at: datetime | None = None) -> Run:
    """A finished plan of every customer."""
    return Run.objects.create(
        connection=connection,
        verb=PLAN_LINES,
        month=month,
        state=Run.State.DONE,
        ended_at=at or timezone.now(),
        request={"survey": survey},
    )


def a_variance(plan: Run, number: int, difference: str = "0", *alerts: Alert, **values: object) -> Variance:
    """Customer `number` with 100.00 on the platform; what ConnectWise bills besides is the difference."""
    wrong = Decimal(difference)
    name = f"Customer {number:05}"
    facts: dict[str, object] = {
        "company_id": number,
        "company_name": name,
        "product_id": 7,
        "product_identifier": "SKU-7",
        "currency": "USD",
        "platform_quantity": Decimal(10),
        "platform_amount": Decimal(100),
        "psa_quantity": Decimal(10),
        "psa_amount": 100 + wrong,
        "planned_quantity": Decimal(10),
        "planned_amount": 100 + wrong,
        "last_quantity": Decimal(9),
        "last_amount": Decimal(90),
        "difference": wrong,
        "alerts": f",{','.join(alerts)}," if alerts else "",
        "details": [f"{alert} of {number}." for alert in alerts],
        "rank": f"{0 if alerts else 1}{name}",
    }
    return Variance(run=plan, **(facts | values))


def keep(*rows: Variance) -> None:
    Variance.objects.bulk_create(rows)


def kept(plan: Run, number: int) -> Variance:
    return Variance.objects.get(run=plan, company_id=number)
