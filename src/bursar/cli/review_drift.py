"""`bursar review drift`: what people changed in ConnectWise after Bursar wrote it, and what is decided (rule 97)."""

from typing import Annotated

import typer

from bursar.cli.epilog import Shape, epilog
from bursar.cli.first_use import with_store
from bursar.cli.options import AsJson, ConnectionName
from bursar.cli.output import Listing, print_json, say
from bursar.domain.additions.drift import in_words
from bursar.domain.errors import InvalidInput
from bursar.domain.plan import FieldValue
from bursar.store.field_json import from_json
from bursar.store.models import Connection, Drift
from bursar.store.queries.variances import newest_review
from bursar.usecases.connections import find_connection
from bursar.usecases.review_drift import Decision, DriftFacts, decide, drifts_of, facts_of

SHAPE: Shape = {
    "": ("connection", "month", "count", "decided", "drifts"),
    "drifts[]": (
        *("addition_id", "agreement_id", "agreement_name", "company_id", "company_name", "subscription_name"),
        *("kind", "edits", "line_id", "state", "decisions"),
    ),
    "drifts[].edits[]": ("field", "bursar", "connectwise"),
}
EPILOG = epilog(
    "bursar review drift",
    "bursar review drift --accept 345 --accept 346",
    "bursar review drift --overwrite 345 --json",
    keys=SHAPE,
)


def add_to(group: typer.Typer) -> None:
    """The command of `bursar review` that is about drift."""
    group.command("drift", epilog=EPILOG)(with_store(show_drift))


def show_drift(
    accept: Annotated[
        list[int] | None,
        typer.Option("--accept", metavar="ADDITION", help="It is right as it is in ConnectWise; may be repeated."),
    ] = None,
    overwrite: Annotated[
        list[int] | None,
        typer.Option("--overwrite", metavar="ADDITION", help="Write Bursar's values back; may be repeated."),
    ] = None,
    recreate: Annotated[
        list[int] | None,
        typer.Option("--recreate", metavar="ADDITION", help="Bill it by a new Addition; may be repeated."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=0, help="How many to show; 0 for all.")] = 50,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """List what people changed, ended or deleted after Bursar wrote it, and decide about it.

    Nothing is written to ConnectWise: make the plan again, look at it, and post it.
    """
    chosen = find_connection(connection)
    wanted = {Decision.ACCEPT: accept, Decision.OVERWRITE: overwrite, Decision.RECREATE: recreate}
    pairs = [(addition_id, decision) for decision, ids in wanted.items() for addition_id in ids or ()]
    if len({addition_id for addition_id, _ in pairs}) < len(pairs):
        raise InvalidInput("An Addition was given twice.", remedy="Decide one thing about each.")
    for addition_id, decision in pairs:
        decide(chosen, addition_id, decision)
    _show(chosen, len(pairs), limit, as_json=as_json)


def _show(connection: Connection, decided: int, limit: int, *, as_json: bool) -> None:
    plan = newest_review(connection)
    if plan is None:
        raise InvalidInput("No plan of all customers has been made yet.", remedy="`bursar plan make MONTH` makes one.")
    rows = drifts_of(connection).order_by("company_name", "pk")
    found = facts_of(connection, list(rows[: limit or None]))
    if as_json:
        facts = {"month": plan.month, "count": rows.count(), "decided": decided}
        print_json({"connection": connection.name, **facts, "drifts": [_document(item) for item in found]})
        return
    listing = Listing("Customer, Addition", "What happened", "Bursar's value → in ConnectWise now", "Line", "Decision")
    for item in found:
        row = item.row
        listing.row(
            f"{row.company_name}\n{row.link.addition_id} on {row.agreement_name}",
            row.kind,
            in_words(_edits(row)),
            row.line_id,
            item.state.value,
        )
    listing.show(if_empty="Every Addition is as Bursar wrote it, or as somebody accepted it.")
    if decided:
        say(f"{decided} decided. Make the plan again to see what posting will do.")


def _edits(row: Drift) -> dict[str, tuple[FieldValue, FieldValue]]:
    ours = from_json({name: edit[0] for name, edit in row.edits.items()})
    theirs = from_json({name: edit[1] for name, edit in row.edits.items()})
    return {name: (ours[name], theirs[name]) for name in row.edits}


def _document(item: DriftFacts) -> dict[str, object]:
    row, link = item.row, item.row.link
    return {
        "addition_id": link.addition_id,
        "agreement_id": link.agreement_id,
        "agreement_name": row.agreement_name,
        "company_id": row.company_id,
        "company_name": row.company_name,
        "subscription_name": link.subscription_name,
        "kind": row.kind,
        "edits": [{"field": n, "bursar": ours, "connectwise": there} for n, (ours, there) in _edits(row).items()],
        "line_id": row.line_id or None,
        "state": item.state,
        "decisions": list(item.decisions),
    }
