"""`bursar review adoption` and `endings`: Additions that people made, and what is decided about them (rule 99)."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

import typer

from bursar.cli.adapters import queue_run
from bursar.cli.consent import must_agree
from bursar.cli.epilog import Shape, epilog
from bursar.cli.exits import finish
from bursar.cli.first_use import with_store
from bursar.cli.lines_post import tell_queued
from bursar.cli.options import AsJson, ConnectionName, NoWait, Yes
from bursar.cli.output import Listing, counted, money_column, print_json, say
from bursar.cli.plan_kept import PLAN_KEYS, plan_document, show_plan
from bursar.cli.run_follow import carry_through
from bursar.domain.additions.wanted import plain
from bursar.domain.errors import InvalidInput
from bursar.domain.money import Money
from bursar.store.models import Connection, HandAddition
from bursar.store.queries.variances import newest_review
from bursar.usecases.connections import find_connection
from bursar.usecases.review_adoption import (
    AdoptionState,
    adopt,
    adopt_many,
    hand_additions_of,
    keep_both,
    last_day_before,
    lines_behind,
    places_of,
    state_of,
    withdraw,
)
from bursar.usecases.run_requests import endings_request
from bursar.usecases.runs import PLAN_ENDINGS

KEYS = (
    *("addition_id", "company_id", "company_name", "agreement_id", "agreement_name", "product_id"),
    *("product_identifier", "description", "quantity", "unit_price", "total", "currency", "effective", "cancelled"),
    *("line_id", "evidence", "score"),
)
SHAPE: Shape = {"": ("connection", "month", "count", "decided", "left", "additions"), "additions[]": (*KEYS, "state")}
"""`decided` counts what was decided by this call, `left` what could not be."""
ENDINGS_SHAPE: Shape = {"": ("plan",), "plan": PLAN_KEYS}
EPILOG = epilog(
    "bursar review adoption",
    "bursar review adoption --adopt 345=L-90017",
    "bursar review adoption --adopt-from 90 --yes (all proposals with a score of 90 or more)",
    "bursar review adoption --keep-both 345 --json",
    keys=SHAPE,
)
ENDINGS_EPILOG = epilog("bursar review endings 345 346 --last-day 2026-09-30", keys=ENDINGS_SHAPE)


def add_to(group: typer.Typer) -> None:
    """The commands of `bursar review` that are about Additions made by hand."""
    group.command("adoption", epilog=EPILOG)(with_store(show_adoption))
    group.command("endings", epilog=ENDINGS_EPILOG)(with_store(end_additions))


def show_adoption(
    adopted: Annotated[
        list[str] | None,
        typer.Option("--adopt", metavar="ADDITION=LINE", help="Have the line take over the Addition; may be repeated."),
    ] = None,
    adopt_from: Annotated[
        int | None,
        typer.Option("--adopt-from", metavar="SCORE", min=1, max=100, help="Adopt all proposals from this score on."),
    ] = None,
    kept: Annotated[
        list[int] | None,
        typer.Option("--keep-both", metavar="ADDITION", help="Its line is billed beside it; may be repeated."),
    ] = None,
    withdrawn: Annotated[
        list[int] | None,
        typer.Option("--withdraw", metavar="ADDITION", help="Take back what was decided; may be repeated."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=0, help="How many to show; 0 for all.")] = 50,
    connection: ConnectionName = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """List Additions that people made, each with the line proposed for it, and decide about them.

    Nothing is written to ConnectWise: make the plan again, look at it, and post it.
    """
    chosen = find_connection(connection)
    pairs = [_pair(text) for text in adopted or ()]
    decided = left = 0
    if adopt_from is not None:
        rows = hand_additions_of(chosen).filter(score__gte=adopt_from)
        must_agree(f"Adopt {counted(rows.count(), 'proposal')}?", given=yes)
        report = adopt_many(chosen, rows)
        decided, left = report.adopted, report.left
    for addition_id, line_id in pairs:
        adopt(chosen, addition_id, line_id)
    for addition_id in kept or ():
        keep_both(chosen, addition_id)
    for addition_id in withdrawn or ():
        withdraw(chosen, addition_id)
    decided += len(pairs) + len(kept or ()) + len(withdrawn or ())
    _show(chosen, decided, left, limit, as_json=as_json)


def _pair(text: str) -> tuple[int, str]:
    addition_id, equals, line_id = text.partition("=")
    if not (addition_id.isascii() and addition_id.isdigit() and equals and line_id):
        raise InvalidInput(f"'{text}' is not ADDITION=LINE.", remedy="Write the Addition's id, =, and the line's id.")
    return int(addition_id), line_id


def _show(connection: Connection, decided: int, left: int, limit: int, *, as_json: bool) -> None:
    plan = newest_review(connection)
    if plan is None:
        raise InvalidInput("No plan of all customers has been made yet.", remedy="`bursar plan make MONTH` makes one.")
    rows = hand_additions_of(connection).order_by("-score", "pk")
    found = list(rows[: limit or None])
    states = _states(connection, found)
    if as_json:
        additions = [{**{name: getattr(row, name) for name in KEYS}, "state": states[row.pk]} for row in found]
        facts = {"month": plan.month, "count": rows.count(), "decided": decided, "left": left}
        print_json({"connection": connection.name, **facts, "additions": additions})
        return
    listing = Listing("Customer, Addition", "Product", money_column("Total"), "Proposed line", "Score", "Decision")
    for row in found:
        listing.row(
            f"{row.company_name}\n{row.addition_id} on {row.agreement_name}",
            f"{row.product_identifier or row.product_id}\n{plain(row.quantity)} × {plain(row.unit_price)}",
            f"{Money(row.total, row.currency)}",
            "\n".join([row.line_id or "none fits", *map(str, row.evidence)]),
            str(row.score),
            states[row.pk].value,
        )
    listing.show(if_empty="The newest plan found no Addition that a person made.")
    if decided or left:
        say(f"{decided} decided, {left} left as before. Make the plan again to see what posting will do.")


def _states(connection: Connection, rows: Sequence[HandAddition]) -> dict[int, AdoptionState]:
    lines = lines_behind(connection, rows)
    return {row.pk: state_of(row, lines.get(row.line_id)) for row in rows}


def end_additions(
    additions: Annotated[list[int], typer.Argument(metavar="ADDITION", help="Additions that people made.")],
    last_day: Annotated[
        str | None,
        typer.Option("--last-day", metavar="DATE", help="The last day they bill; else the last one before the plan."),
    ] = None,
    no_wait: NoWait = False,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Make a plan that ends Additions. Nothing is written before it is posted with `bursar plan post`."""
    chosen = find_connection(connection)
    rows = hand_additions_of(chosen).filter(addition_id__in=additions)
    unknown = sorted(set(additions) - set(rows.values_list("addition_id", flat=True)))
    if unknown:
        raise InvalidInput(
            f"The newest plan knows no such Additions that people made: {', '.join(map(str, unknown))}.",
            remedy="`bursar review adoption --limit 0` lists them all.",
        )
    day = _day(last_day) if last_day else last_day_before(rows[0].run.month)
    run = queue_run(chosen, PLAN_ENDINGS, endings_request(places_of(rows), day))
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


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(f"'{text}' is not a date.", remedy="Write it as YYYY-MM-DD.") from None
