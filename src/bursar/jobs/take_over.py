"""Go on with runs whose process died, and with those that never reached the queue."""

import logging
from datetime import timedelta

from dbos import DBOSClient
from django.db.models import Q
from django.utils import timezone

from bursar.jobs.database import QUEUE
from bursar.jobs.queue import DAILY_WORKFLOW, enqueue
from bursar.store.models import Run
from bursar.store.queries.workers import live_executors
from bursar.usecases.runs import give_up

log = logging.getLogger("bursar.jobs")

ON_ITS_WAY = timedelta(seconds=5)
"""Whoever asked for a run gets so long to queue it before a worker does."""


def take_over(client: DBOSClient) -> int:
    """Queue again what nobody carries out. Returns how many runs. Two workers that do it at once do no harm."""
    _take_over_schedule(client)
    direct = Q(state=Run.State.RUNNING, executor="")  # carried out without a queue, by whoever asked for it
    active = {str(run.pk): run for run in Run.objects.filter(~direct, state__in=Run.ACTIVE)}
    if not active:
        return 0
    queued = client.list_workflows(workflow_ids=list(active), load_input=False, load_output=False)
    states = {workflow.workflow_id: workflow for workflow in queued}
    alive = live_executors(timezone.now())
    taken = 0
    for run_id, run in active.items():
        workflow = states.get(run_id)
        if workflow is None:
            if timezone.now() - run.started_at > ON_ITS_WAY:
                enqueue(client, run)
                taken += 1
        elif workflow.status == "PENDING":
            if workflow.executor_id not in alive:
                log.warning("The process of run %s is gone; it goes on here or in another one.", run_id)
                client.resume_workflow(run_id, queue_name=QUEUE)
                taken += 1
        elif workflow.status not in {"ENQUEUED", "DELAYED"}:
            give_up(run, "It ended with an unexpected error; the log of its process says which.")
    return taken


def _take_over_schedule(client: DBOSClient) -> None:
    """A midnight whose process died while it asked for the runs; asking again does nothing twice."""
    begun = client.list_workflows(name=DAILY_WORKFLOW, status="PENDING", load_input=False, load_output=False)
    if not begun:
        return
    alive = live_executors(timezone.now())
    for workflow in begun:
        if workflow.executor_id not in alive:
            client.resume_workflow(workflow.workflow_id)
