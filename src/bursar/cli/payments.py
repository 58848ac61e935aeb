"""`bursar payments`: what the books or a file say was paid, and the payments that ConnectWise gets for it."""

from collections.abc import Sequence
from typing import Annotated

import typer
from django.db.models import QuerySet

from bursar.cli import lines_post, payments_file
from bursar.cli.adapters import queue_payments, queue_pull
from bursar.cli.consent import must_agree, must_be_able_to_ask
from bursar.cli.epilog import Shape, epilog
from bursar.cli.exits import finish
from bursar.cli.first_use import with_store
from bursar.cli.ledger_text import show_exceptions
from bursar.cli.options import AsJson, ConnectionName, NoWait, Yes
from bursar.cli.output import counted, print_json, say
from bursar.cli.payments_text import PAYMENT_KEYS, payment_document, show_payments, still_shown
from bursar.cli.run_document import RUN_KEYS, run_document
from bursar.cli.run_follow import carry_through
from bursar.domain.errors import InvalidInput
from bursar.domain.payments.settlement import subject_of
from bursar.store.models import Connection, InvoiceSettlement, LedgerException, Run
from bursar.store.queries.ledger_list import settlement_named, settlements_matching
from bursar.usecases.agree_payments import postable
from bursar.usecases.books import find_book
from bursar.usecases.choose_settlement import choose_settlement
from bursar.usecases.connections import find_connection

app = typer.Typer(help="Payments from the books back to ConnectWise: pull, list, post, take in a file.")

State = InvoiceSettlement.State
PULL_SHAPE: Shape = {"": ("run", "payments"), "run": RUN_KEYS, "payments[]": PAYMENT_KEYS}
LIST_SHAPE: Shape = {"": ("connection", "count", "payments"), "payments[]": PAYMENT_KEYS}
CHOOSE_SHAPE: Shape = {"": ("connection", "payment"), "payment": PAYMENT_KEYS}
POST_SHAPE = lines_post.SHAPE
NONE_YET = "Nothing is known of payments yet: `bursar payments pull` reads the books, `payments file` takes in a file."


@app.command(
    "pull",
    epilog=epilog("bursar payments pull", "bursar payments pull --everything --json", keys=PULL_SHAPE),
)
@with_store
def pull(
    everything: Annotated[
        bool, typer.Option("--everything", help="Read and compare everything once more, not only what is new.")
    ] = False,
    no_wait: NoWait = False,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Read what was paid from the books, and compare it with ConnectWise. Nothing is written."""
    chosen = find_connection(connection)
    run = queue_pull(chosen, everything=everything)
    if no_wait:
        lines_post.tell_queued(run, as_json=as_json)
        return
    carry_through(run, "Reading payments")
    rows = settlements_matching(chosen).exclude(state=State.APPLIED)
    if as_json:
        print_json({"run": run_document(run), "payments": [payment_document(row) for row in rows]})
    else:
        show_payments(rows)
        show_exceptions(_beside(run))
        say(f"{run.verdict[:1].upper()}{run.verdict[1:]}.")
        if postable(settlements_matching(chosen)).exists():
            say("Nothing has been written: `bursar payments post --all` writes it.")
    finish(trouble=bool(run.counts.get("blocked")))


def _beside(run: Run) -> QuerySet[LedgerException]:
    """What a pull found that is about no invoice: a book that cannot be read, a row that names none."""
    found = LedgerException.objects.filter(run=run, journey=LedgerException.Journey.PAYMENTS, closed_at=None)
    return found.exclude(subject__startswith=subject_of("")).order_by("subject")


@app.command(
    "list",
    epilog=epilog("bursar payments list --state exception", "bursar payments list --json", keys=LIST_SHAPE),
)
@with_store
def show_all(
    state: Annotated[
        State | None, typer.Option("--state", metavar="|".join(State.values), help="Only invoices that stand so.")
    ] = None,
    search: Annotated[
        str | None, typer.Option("--search", metavar="TEXT", help="Only invoices with it in number or company.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=0, help="How many to show; 0 for all.")] = 50,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """List invoices with what was paid on them, what ConnectWise has, and what would be written."""
    chosen = find_connection(connection)
    rows = settlements_matching(chosen, state=state.value if state else "", search=search or "")
    shown, count = rows[: limit or None], rows.count()
    if as_json:
        documents = [payment_document(row) for row in shown]
        print_json({"connection": chosen.name, "count": count, "payments": documents})
        return
    show_payments(shown, if_empty="There is no such invoice." if state or search else NONE_YET)
    if limit and count > limit:
        say(f"{limit} of {counted(count, 'invoice')} shown; --limit 0 shows all.")


@app.command(
    "post",
    epilog=epilog(
        "bursar payments post --all",
        "bursar payments post 10012 10013 --yes",
        "bursar payments post --now --json",
        keys=POST_SHAPE,
    ),
)
@with_store
def post(
    numbers: Annotated[list[str] | None, typer.Argument(metavar="NUMBER...", help="Invoices, by number.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Everything to write, as it was shown.")] = False,
    now: Annotated[
        bool,
        typer.Option(
            "--now", help="Read the books, and write what differs, without a look and a question: for schedules."
        ),
    ] = False,
    yes: Yes = False,
    no_wait: NoWait = False,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Write payments to ConnectWise: one per invoice, so that both sides say the same. Only what differs is written.

    What is written is what `payments pull` showed; what would be another payment by now is held back. A payment that
    cannot be applied stops no other.
    """
    if bool(numbers) + everything + now != 1:
        raise InvalidInput("Nothing says what to post.", remedy="Name invoices, or give either --all or --now.")
    chosen = find_connection(connection)
    if now:
        run = queue_payments(chosen, None, pull=True)
    else:
        must_be_able_to_ask(given=yes)
        rows = _chosen(chosen, numbers)
        run = queue_payments(chosen, ask(rows, yes=yes, quiet=as_json))
    lines_post.follow_posting(run, no_wait=no_wait, as_json=as_json)


def _chosen(connection: Connection, numbers: Sequence[str] | None) -> QuerySet[InvoiceSettlement]:
    """What was named, or everything that is to be written. Raises InvalidInput."""
    rows = settlements_matching(connection)
    if not numbers:
        return rows
    named = [settlement_named(connection, number) for number in numbers]
    chosen = rows.filter(pk__in=[row.pk for row in named])
    ready = set(postable(chosen).values_list("pk", flat=True))
    for row in named:
        if row.pk not in ready:
            told = row.sentence or f"it is {row.get_state_display().lower()}."
            raise InvalidInput(
                f"Nothing is to be written for invoice {row.number}: {told}",
                remedy=row.remedy or "`bursar payments pull` compares it anew.",
            )
    return chosen


def ask(rows: QuerySet[InvoiceSettlement], *, yes: bool, quiet: bool) -> QuerySet[InvoiceSettlement]:
    """Show what would be written; returns what was agreed to. Raises Declined, and InvalidInput when it is nothing."""
    shown = list(postable(rows))
    if not shown:
        raise InvalidInput("Nothing is to be written.", remedy="`bursar payments pull` reads the books anew.")
    if not (yes or quiet):
        show_payments(shown)
    must_agree(f"Write the payments of {counted(len(shown), 'invoice')} to ConnectWise?", given=yes)
    return rows if yes else still_shown(rows, shown)


@app.command(
    "choose",
    epilog=epilog("bursar payments choose 10012 --book Main", "bursar payments choose 10012 --file", keys=CHOOSE_SHAPE),
)
@with_store
def choose(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="The invoice, by number.")],
    book: Annotated[str | None, typer.Option("--book", metavar="NAME", help="This book counts.")] = None,
    file: Annotated[bool, typer.Option("--file", help="Payment files count.")] = False,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Say which source counts for an invoice that two of them settle differently. The next pull compares it."""
    if (book is None) != file:
        raise InvalidInput("Nothing says which source counts.", remedy="Give either --book or --file.")
    chosen = find_connection(connection)
    row = settlement_named(chosen, number)
    choose_settlement(row, find_book(chosen, book) if book else None)
    row = settlement_named(chosen, number)
    if as_json:
        print_json({"connection": chosen.name, "payment": payment_document(row)})
    else:
        counts = f"{book} counts" if book else "payment files count"
        say(f"For invoice {row.number} {counts}. `bursar payments pull` compares it anew.")


payments_file.add_to(app)
