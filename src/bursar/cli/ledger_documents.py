"""`bursar ledger documents` and `show`: documents on their way to the books, and one of them in full."""

import json
from typing import Annotated

import typer

from bursar.cli.epilog import Shape, epilog
from bursar.cli.first_use import with_store
from bursar.cli.ledger_options import Families
from bursar.cli.ledger_text import (
    DOCUMENT_KEYS,
    EXCEPTION_KEYS,
    JOURNAL_KEYS,
    TAX_KEYS,
    delivery_in,
    document_document,
    exception_document,
    journal_documents,
    money_of,
    show_documents,
    show_exceptions,
    show_journal,
    show_taxes,
    standing,
    tax_documents,
)
from bursar.cli.options import AsJson, ConnectionName
from bursar.cli.output import counted, print_json, say
from bursar.domain.money import Money, Totals
from bursar.domain.period import Month
from bursar.store.models import LedgerDocument
from bursar.store.queries.ledger_list import document_named, documents_matching
from bursar.usecases.books import find_book
from bursar.usecases.connections import find_connection

State = LedgerDocument.State

LIST_SHAPE: Shape = {
    "": ("connection", "count", "totals", "documents"),
    "documents[]": DOCUMENT_KEYS,
}
SHOW_SHAPE: Shape = {
    "": ("connection", "document", "journal", "taxes", "in_the_books", "exceptions", "source"),
    "document": DOCUMENT_KEYS,
    "journal[]": JOURNAL_KEYS,
    "taxes[]": TAX_KEYS,
    "in_the_books": ("marker", "remote_id", "ref", "journal", "differs"),
    "in_the_books.journal[]": JOURNAL_KEYS,
    "exceptions[]": EXCEPTION_KEYS,
}


def show_all(
    state: Annotated[
        list[State] | None,
        typer.Option("--state", metavar="|".join(State.values), help="Only documents that stand so; may be repeated."),
    ] = None,
    family: Families = None,
    search: Annotated[
        str | None, typer.Option("--search", metavar="TEXT", help="Only documents with it in number, key or party.")
    ] = None,
    period: Annotated[
        str | None, typer.Option("--period", metavar="YYYY-MM", help="Only documents of a month.")
    ] = None,
    book: Annotated[str | None, typer.Option("--book", metavar="NAME", help="Only documents of this book.")] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=0, help="How many to show; 0 for all.")] = 50,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """List documents: where each one goes, and where it stands."""
    chosen = find_connection(connection)
    if book:
        find_book(chosen, book)
    rows = documents_matching(
        chosen,
        states=[each.value for each in state or ()],
        families=[each.value for each in family or ()],
        period=str(Month.parse(period)) if period else "",
        book=book or "",
        search=search or "",
    )
    shown = list(rows[: limit or None])
    sums = rows.order_by().values_list("total", "currency").iterator(2000)
    count, totals = rows.count(), Totals(Money(total, currency) for total, currency in sums)
    if as_json:
        documents = [document_document(row) for row in shown]
        print_json({"connection": chosen.name, "count": count, "totals": dict(totals), "documents": documents})
        return
    narrowed = any((state, family, search, period, book))
    show_documents(shown, if_empty="There is no such document." if narrowed else NONE_YET)
    if count:
        say(f"{len(shown)} of {counted(count, 'document')} shown, {totals} in all.")


NONE_YET = "There is no document yet: `bursar ledger export` reads what waits in ConnectWise."


def show_one(
    name: Annotated[str, typer.Argument(metavar="NUMBER", help="The document, by number or key.")],
    source: Annotated[bool, typer.Option("--source", help="Also the record as ConnectWise gave it.")] = False,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Show a document in debits and credits, with its taxes, what the books have of it, and what differs."""
    chosen = find_connection(connection)
    row = document_named(chosen, name)
    if as_json:
        print_json(_document(row, source=source))
    else:
        _show(row, source=source)


def _document(row: LedgerDocument, *, source: bool) -> dict[str, object]:
    sent = delivery_in(row.delivered)
    delivery = delivery_in(row.payload) or sent
    there = {
        "marker": row.marker,
        "remote_id": row.remote_id or None,
        "ref": row.remote_ref,
        "journal": journal_documents(sent),
        "differs": journal_documents(sent) != journal_documents(delivery),
    }
    return {
        "connection": row.connection.name,
        "document": document_document(row),
        "journal": journal_documents(delivery),
        "taxes": tax_documents(delivery),
        "in_the_books": there if row.marker else None,
        "exceptions": [exception_document(each) for each in row.exceptions.filter(closed_at=None)],
        "source": _raw(row.source) if source else None,
    }


def _raw(text: str) -> object:
    """The record as ConnectWise gave it: JSON where it is, else its text."""
    try:
        found: object = json.loads(text, parse_float=str)
    except ValueError:
        return text
    return found


def _show(row: LedgerDocument, *, source: bool) -> None:
    say(f"{row.title} ({row.key})", style="bold")
    party = " ".join(filter(None, (row.party_name, f"({row.party_code})" if row.party_code else "")))
    due = f", due {row.due}" if row.due else ""
    say(", ".join(filter(None, (party, f"{row.day}{due}", row.location, str(money_of(row))))))
    say(standing(row))
    say()
    delivery, sent = delivery_in(row.payload), delivery_in(row.delivered)
    if sent is not None and row.marker:
        where = f"Taken back from {row.delivered_to}" if row.voided else f"In {row.delivered_to}"
        show_journal(sent, f"{where}: {row.delivered_number}, {row.delivered_day}")
    if delivery is not None and journal_documents(delivery) != journal_documents(sent):
        show_journal(delivery, "As it would be posted now" if sent else "As it would be posted")
    shown = delivery or sent
    if shown is None:
        say("It has no journal: it cannot be posted as it is.")
    else:
        show_taxes(shown)
    show_exceptions(row.exceptions.filter(closed_at=None))
    if source:
        say("As ConnectWise gave it", style="bold")
        raw = _raw(row.source)
        say(raw if isinstance(raw, str) else json.dumps(raw, indent=2, ensure_ascii=False))


def add_to(group: typer.Typer) -> None:
    """The commands of `bursar ledger` that show documents."""
    group.command(
        "documents",
        epilog=epilog(
            "bursar ledger documents --state blocked",
            "bursar ledger documents --search 10012 --json",
            keys=LIST_SHAPE,
        ),
    )(with_store(show_all))
    group.command(
        "show",
        epilog=epilog(
            "bursar ledger show 10012",
            "bursar ledger show transaction:412 --source --json",
            keys=SHOW_SHAPE,
        ),
    )(with_store(show_one))
