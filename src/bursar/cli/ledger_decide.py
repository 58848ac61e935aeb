"""`bursar ledger decide` and `exceptions`: what waits for a person."""

from enum import StrEnum
from typing import Annotated

import typer

from bursar.cli.epilog import Shape, epilog
from bursar.cli.first_use import with_store
from bursar.cli.ledger_text import (
    DOCUMENT_KEYS,
    EXCEPTION_KEYS,
    document_document,
    exception_document,
    show_exceptions,
)
from bursar.cli.options import AsJson, ConnectionName
from bursar.cli.output import print_json, say
from bursar.domain.books.present import Consent
from bursar.store.models import LedgerException
from bursar.store.queries.ledger_list import document_named, exceptions_matching
from bursar.usecases.agree_documents import decide
from bursar.usecases.connections import find_connection

Journey = LedgerException.Journey

DECIDE_SHAPE: Shape = {"": ("connection", "document"), "document": DOCUMENT_KEYS}
EXCEPTIONS_SHAPE: Shape = {"": ("connection", "open", "exceptions"), "exceptions[]": EXCEPTION_KEYS}


class Decision(StrEnum):
    """What is to become of a document whose two sides differ."""

    REPOST = "repost"
    ACCEPT = "accept"
    CLEAR = "clear"


SAID = {
    Decision.REPOST: "is taken back and posted anew",
    Decision.ACCEPT: "stays in the books as it is",
    Decision.CLEAR: "has no decision any more",
}


def decide_one(
    name: Annotated[str, typer.Argument(metavar="NUMBER", help="The document, by number or key.")],
    decision: Annotated[
        Decision,
        typer.Argument(
            metavar="|".join(Decision),
            help="repost: take it back and post what ConnectWise says now; accept: the books have it right; "
            "clear: take a decision back.",
        ),
    ],
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Say what is to become of a document that differs between ConnectWise and the books.

    Nothing is written yet: the next export plans it, and posting carries it out.
    """
    chosen = find_connection(connection)
    row = document_named(chosen, name)
    decide(row, None if decision is Decision.CLEAR else Consent(decision.value))
    if as_json:
        print_json({"connection": chosen.name, "document": document_document(row)})
        return
    say(f"{row.title or row.key} {SAID[decision]}.")
    say("`bursar ledger export` plans it; `bursar ledger post` carries it out.")


def show_all(
    every: Annotated[bool, typer.Option("--all", help="Also what waits no longer.")] = False,
    journey: Annotated[
        Journey | None, typer.Option("--journey", metavar="|".join(Journey.values), help="Only this journey's.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=0, help="How many to show; 0 for all.")] = 50,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """List what waits for a person: what cannot be posted or paid, why, and what to do."""
    chosen = find_connection(connection)
    wanted = journey.value if journey else ""
    rows = exceptions_matching(chosen, journey=wanted, closed=every)
    still_open = exceptions_matching(chosen, journey=wanted).count()
    shown = rows[: limit or None]
    if as_json:
        documents = [exception_document(row) for row in shown]
        print_json({"connection": chosen.name, "open": still_open, "exceptions": documents})
        return
    show_exceptions(shown, if_empty="Nothing waits for a person.")
    if limit and rows.count() > limit:
        say(f"{limit} of {rows.count()} shown; --limit 0 shows all.")


def add_to(group: typer.Typer) -> None:
    """The commands of `bursar ledger` that are about differences."""
    group.command(
        "decide",
        epilog=epilog("bursar ledger decide 10012 repost", "bursar ledger decide 10012 clear", keys=DECIDE_SHAPE),
    )(with_store(decide_one))
    group.command(
        "exceptions",
        epilog=epilog("bursar ledger exceptions", "bursar ledger exceptions --all --json", keys=EXCEPTIONS_SHAPE),
    )(with_store(show_all))
