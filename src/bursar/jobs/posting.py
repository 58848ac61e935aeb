"""Post what people agreed to in a plan, and once more what did not arrive."""

from django.db import transaction
from django.db.models import QuerySet

from bursar.domain.errors import InvalidInput
from bursar.jobs.queue import start_run
from bursar.store.models import Connection, PlanEntry, Posting, Run
from bursar.usecases.agreed_plan import agree, must_be_postable
from bursar.usecases.run_requests import agreed_request, plan_of
from bursar.usecases.runs import DAILY_SYNC, POST_LINES

NOT_POSTED = (Posting.State.FAILED, Posting.State.BLOCKED, Posting.State.UNKNOWN, Posting.State.WITHDRAWN)
KEPT = ("company_ids", "confirm_cancellations_of", "confirm_all_cancellations")


def post_plan(plan: Run, entries: QuerySet[PlanEntry] | None = None) -> Run:
    """Have these entries of a plan posted, or all that can be. Raises InvalidInput, NotConfigured."""
    with transaction.atomic():
        connection = Connection.objects.select_for_update().get(pk=plan.connection_id)  # one agreement after the other
        must_be_postable(plan)
        posting = start_run(connection, POST_LINES, agreed_request(plan, everything=entries is None), plan.month)
        agree(plan, posting, entries)
    return posting


def retry_run(run: Run) -> Run:
    """Have posted what a posting that has ended did not post. Raises InvalidInput when there is nothing like it."""
    if run.verb not in {POST_LINES, DAILY_SYNC} or run.active:
        raise InvalidInput("Only a posting that has ended can be tried again.", remedy="Wait until it has ended.")
    plan = plan_of(run)
    if plan is not None:
        return post_plan(plan, PlanEntry.objects.filter(run=plan, agreed_in=run))
    companies = _companies_in_trouble(run)
    if not companies:
        raise InvalidInput(
            "Every write of this run arrived.", remedy="What is blocked needs a remedy first, then post again."
        )
    request = {name: run.request[name] for name in KEPT if name in run.request} | {"company_ids": companies}
    return start_run(run.connection, POST_LINES, request, run.month)


def _companies_in_trouble(run: Run) -> list[int]:
    rows = run.postings.filter(state__in=NOT_POSTED, company_id__isnull=False)
    return sorted({company_id for company_id in rows.values_list("company_id", flat=True) if company_id})
