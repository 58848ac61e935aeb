"""`bursar plan`: plans that are kept: make one, look at it, and post exactly what it shows, as a whole or in part."""

from typing import Annotated

import typer

from bursar.cli.adapters import queue_agreed, queue_run
from bursar.cli.consent import must_agree, must_be_able_to_ask
from bursar.cli.epilog import Shape, epilog
from bursar.cli.exits import finish
from bursar.cli.first_use import with_store
from bursar.cli.lines_post import SHAPE as POST_SHAPE
from bursar.cli.lines_post import follow_posting, tell_queued
from bursar.cli.options import AsJson, CompanyIds, Confirmed, ConnectionName, MonthText, NoWait, Yes
from bursar.cli.output import Listing, moment, print_json
from bursar.cli.plan_kept import (
    ENTRY_KEYS,
    PLAN_KEYS,
    entry_document,
    plan_document,
    show_entries,
    show_plan,
    writes_of,
)
from bursar.cli.plan_options import plan_options
from bursar.cli.run_follow import carry_through
from bursar.domain.errors import InvalidInput
from bursar.domain.plan import Action
from bursar.store.models import Connection, PlanEntry, Run
from bursar.store.queries.plan_choice import choice_of, chosen_writes
from bursar.store.queries.plans import newest_plan
from bursar.store.queries.runs import run_by_prefix
from bursar.usecases.connections import find_connection
from bursar.usecases.plan_state import plans_of
from bursar.usecases.run_requests import plan_request
from bursar.usecases.runs import PLAN_ENDINGS, PLAN_LINES

app = typer.Typer(help="Plans that are kept: make, show, list, post.")

SHORT_ID = 8
MAKE_SHAPE: Shape = {"": ("plan",), "plan": PLAN_KEYS}
LIST_SHAPE: Shape = {"": ("plans",), "plans[]": PLAN_KEYS}
SHOW_SHAPE: Shape = {"": ("plan", "entries"), "plan": PLAN_KEYS, "entries[]": ENTRY_KEYS}

PlanId = Annotated[
    str | None, typer.Argument(metavar="RUN", help="The plan's run, or the beginning of its id; else the newest plan.")
]
Actions = Annotated[list[Action] | None, typer.Option("--action", help="Only changes of this action; may be repeated.")]


@app.command(
    "make",
    epilog=epilog(
        "bursar plan make 2026-10",
        "bursar plan make 2026-10 --company 12",
        "bursar plan make 2026-10 --confirm-cancellations 12 --json",
        keys=MAKE_SHAPE,
    ),
)
@with_store
def make(
    month: MonthText,
    company: CompanyIds = None,
    confirm_cancellations: Confirmed = None,
    no_wait: NoWait = False,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Read ConnectWise and keep what posting a month would write. Nothing is written."""
    options = plan_options(month, company, confirm_cancellations, survey=not company)
    chosen = find_connection(connection)
    run = queue_run(chosen, PLAN_LINES, plan_request(options), str(options.month))
    if no_wait:
        if as_json:
            print_json({"plan": plan_document(run)})
        else:
            tell_queued(run, as_json=False)
        return
    carry_through(run, "Planning")
    if as_json:
        print_json({"plan": plan_document(run)})
    else:
        show_plan(run)
    finish(trouble=bool(run.counts.get("blocked")))


@app.command(
    "show",
    epilog=epilog(
        "bursar plan show",
        "bursar plan show --month 2026-10 --action cancel",
        "bursar plan show 3f2a --json",
        keys=SHOW_SHAPE,
    ),
)
@with_store
def show(
    plan_id: PlanId = None,
    month: Annotated[
        str | None, typer.Option("--month", metavar="MONTH", help="The newest plan of this month.")
    ] = None,
    company: CompanyIds = None,
    action: Actions = None,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Show a plan: each change with before and after, what is blocked and why, and warnings."""
    plan = _plan(plan_id, month, find_connection(connection))
    entries = PlanEntry.objects.filter(run=plan).order_by("company_name", "pk")
    if company:
        entries = entries.filter(company_id__in=company)
    if action:
        entries = entries.filter(action__in=action)
    if as_json:
        print_json({"plan": plan_document(plan), "entries": [entry_document(entry) for entry in entries]})
        return
    show_entries(entries)
    show_plan(plan)


@app.command("list", epilog=epilog("bursar plan list", "bursar plan list --json", keys=LIST_SHAPE))
@with_store
def show_list(connection: ConnectionName = None, as_json: AsJson = False) -> None:
    """List the newest plan of each month."""
    plans = plans_of(find_connection(connection))
    if as_json:
        print_json({"plans": [plan_document(plan) for plan in plans]})
        return
    listing = Listing("Month", "Plan", "Made", "By", "What")
    for plan in plans:
        listing.row(plan.month, str(plan.id)[:SHORT_ID], moment(plan.started_at), plan.requested_by, plan.verdict)
    listing.show(if_empty="There is no plan yet: `bursar plan make MONTH`.")


@app.command(
    "post",
    epilog=epilog(
        "bursar plan post",
        "bursar plan post 3f2a --company 12 --action create",
        "bursar plan post --entry 7 --yes --json",
        keys=POST_SHAPE,
    ),
)
@with_store
def post(
    plan_id: PlanId = None,
    company: CompanyIds = None,
    action: Actions = None,
    entry: Annotated[
        list[int] | None, typer.Option("--entry", metavar="ID", help="Only this entry; may be repeated.")
    ] = None,
    yes: Yes = False,
    no_wait: NoWait = False,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Post what a plan shows, or a part of it. A change that is another one by now is held back, and said so.

    What the chosen changes need goes along: a new Agreement, or the end of the Addition that they replace.
    """
    must_be_able_to_ask(given=yes)
    plan = _plan(plan_id, None, find_connection(connection))
    limited = any(given for given in (company, action, entry))
    entries = chosen_writes(plan, entries=entry or None, company_ids=company or None, actions=action or None)
    choice = choice_of(plan, entries)
    where = f"in ConnectWise company {plan.connection.company} at {plan.connection.url}"
    must_agree(f"Post {plan.month or 'the endings'}: {writes_of(choice)} {where}?", given=yes)
    run = queue_agreed(plan, entries if limited else None)
    follow_posting(run, no_wait=no_wait, as_json=as_json)


def _plan(plan_id: str | None, month: str | None, connection: Connection) -> Run:
    """The plan that is meant. Raises InvalidInput."""
    if plan_id is not None:
        run = run_by_prefix(plan_id)
        if run.verb not in {PLAN_LINES, PLAN_ENDINGS}:
            raise InvalidInput(f"Run {plan_id} made no plan.", remedy="`bursar plan list` shows the plans.")
        return run
    plan = newest_plan(connection, month)
    if plan is None:
        of_month = f" of {month}" if month else ""
        raise InvalidInput(f"There is no plan{of_month} yet.", remedy="Make one: `bursar plan make MONTH`.")
    return plan
