"""`bursar ledger post` and `void`: post documents to the books exactly as they were shown, and take them back."""

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer
from django.db.models import QuerySet

from bursar.cli import lines_post
from bursar.cli.adapters import queue_documents, queue_taking_back, queue_whatever_is_ready
from bursar.cli.consent import must_agree, must_be_able_to_ask
from bursar.cli.epilog import epilog
from bursar.cli.exits import finish
from bursar.cli.first_use import with_store
from bursar.cli.ledger_files import FailFile, SuccessFile, check_files, write_outcome
from bursar.cli.ledger_options import (
    DocumentNames,
    Expenses,
    Invoices,
    Location,
    Procurement,
    Thru,
    wish_of,
)
from bursar.cli.ledger_text import show_documents, sums_sentence
from bursar.cli.options import AsJson, ConnectionName, NoWait, Yes
from bursar.cli.output import counted, print_json, remark, say
from bursar.cli.run_follow import carry_through
from bursar.domain.errors import InvalidInput
from bursar.store.models import Connection, LedgerDocument, Run
from bursar.store.queries.ledger_list import HEAVY, documents_named
from bursar.usecases.agree_documents import postable
from bursar.usecases.connections import find_connection
from bursar.usecases.ledger_outcome import outcome_of
from bursar.usecases.void_documents import void_request

SHAPE = lines_post.SHAPE


def post(
    numbers: DocumentNames = None,
    everything: Annotated[bool, typer.Option("--all", help="Everything that is ready, as it was shown.")] = False,
    now: Annotated[
        bool,
        typer.Option("--now", help="Export, and post whatever is ready, without a look and a question: for schedules."),
    ] = False,
    invoices: Invoices = True,
    expenses: Expenses = True,
    procurement: Procurement = True,
    location: Location = None,
    thru: Thru = None,
    success_file: SuccessFile = None,
    fail_file: FailFile = None,
    yes: Yes = False,
    no_wait: NoWait = False,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Post documents to the books, read them back, and close in ConnectWise exactly what the books confirmed.

    What is posted is what `ledger export` showed; a document that would be another one by now is held back. The
    switches, --location and --thru narrow down what --now posts. Posting again writes nothing twice, even after an
    interruption.
    """
    _check(numbers, everything=everything, now=now)
    narrowed = not (invoices and expenses and procurement) or location or thru
    if narrowed and not now:
        raise InvalidInput("Switches, location and thru date go with --now.", remedy="Name documents, or add --now.")
    if no_wait and (success_file or fail_file):
        raise InvalidInput("Files are written once the run has ended.", remedy="Leave --no-wait out.")
    check_files(success_file, fail_file)
    chosen = find_connection(connection)
    if now:
        wish = wish_of(invoices=invoices, expenses=expenses, procurement=procurement, location=location, thru=thru)
        run = queue_whatever_is_ready(chosen, wish)
    else:
        must_be_able_to_ask(given=yes)
        rows = _chosen(chosen, numbers)
        run = _under_way(rows) or _agreed(chosen, rows, yes=yes, quiet=as_json)
    if no_wait:
        lines_post.tell_queued(run, as_json=as_json)
        return
    carry_through(run, "Posting")
    write_outcome(run, success_file, fail_file, whole=not numbers)
    _tell(run, as_json=as_json)
    finish(trouble=is_trouble(run, whole=not numbers))


def _check(numbers: Sequence[str] | None, *, everything: bool, now: bool) -> None:
    said = bool(numbers) + everything + now
    if said != 1:
        sentence = "Documents, --all and --now go one without the other." if said else "Nothing says what to post."
        raise InvalidInput(sentence, remedy="Name documents, or give either --all or --now.")


def _chosen(connection: Connection, numbers: Sequence[str] | None) -> QuerySet[LedgerDocument]:
    """What was named, or everything that can be posted. Raises InvalidInput."""
    rows = LedgerDocument.objects.filter(connection=connection)
    if not numbers:
        return rows
    named = documents_named(connection, numbers)
    chosen = rows.filter(pk__in=[row.pk for row in named])
    ready = set(postable(chosen).values_list("pk", flat=True))
    for row in named:
        if row.pk not in ready:
            raise InvalidInput(
                f"{row} cannot be posted: {_why_not(row)}",
                remedy=row.remedy or "`bursar ledger show` tells how it stands; export again to see what waits now.",
            )
    return chosen


def _why_not(row: LedgerDocument) -> str:
    if row.batch is not None:
        return f"it is in {row.delivered_to or 'no book'}, and in the batch {row.batch}."
    return row.sentence or f"{row.get_state_display().lower()}."


def _under_way(rows: QuerySet[LedgerDocument]) -> Run | None:
    """The posting that has these documents in its hands, and left nothing of them to post; it may have been killed."""
    if postable(rows).exists():
        return None
    agreed = Run.objects.filter(state__in=Run.ACTIVE, agreed_documents__in=rows.values("pk"))
    if run := agreed.order_by("started_at").first():
        remark(f"Run {str(run.id)[:8]} is posting them already: this command goes on with it.")
    return run


def _agreed(connection: Connection, rows: QuerySet[LedgerDocument], *, yes: bool, quiet: bool) -> Run:
    """Ask, and queue what was agreed to: not what became another document while somebody was asked."""
    shown = _ask(rows, yes=yes, quiet=quiet)
    if not yes:
        found = postable(rows).values_list("pk", "fingerprint").iterator(2000)
        other = [pk for pk, fingerprint in found if shown.get(pk) != fingerprint]
        rows = rows.exclude(pk__in=other)
        if other:
            remark(f"{counted(len(other), 'document')} became another one while you were asked: left out.")
    return queue_documents(connection, rows)


def _ask(rows: QuerySet[LedgerDocument], *, yes: bool, quiet: bool) -> Mapping[int, str]:
    """Show what would be posted; returns the fingerprints. Raises InvalidInput when that is nothing, and Declined."""
    shown = list(postable(rows).select_related("book", "delivered_to", "batch").defer(*HEAVY).order_by("-day", "key"))
    if not shown:
        raise InvalidInput(
            "Nothing is ready to be posted.", remedy="`bursar ledger export` reads what waits in ConnectWise."
        )
    if not (yes or quiet):
        show_documents(shown)
    books = sorted({row.book.name for row in shown if row.book})
    where = f"to {', '.join(books)}" if books else "nowhere"
    must_agree(f"Post {counted(len(shown), 'document')}, {sums_sentence(shown)}, {where}?", given=yes)
    return {row.pk: row.fingerprint for row in shown}


def _tell(run: Run, *, as_json: bool) -> None:
    if as_json:
        print_json(lines_post.posted_document(run))
    else:
        lines_post.tell_posted(run)


def is_trouble(run: Run, *, whole: bool) -> bool:
    """Whether something waits for a person; of chosen documents only what became of these counts."""
    counts = ("blocked", "failed", "unknown") if whole else ("failed", "unknown")
    left = False if whole else bool(outcome_of(run, whole=False).reasons)
    return left or run.result.get("balanced") is not True or any(run.counts.get(name) for name in counts)


def void(
    numbers: Annotated[list[str], typer.Argument(metavar="NUMBER...", help="Documents, by number or key.")],
    yes: Yes = False,
    no_wait: NoWait = False,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Take documents back from the books without posting them anew. Those of a batch need it undone first.

    A book that cannot take documents back says so; they are taken back there by hand then.
    """
    must_be_able_to_ask(given=yes)
    chosen = find_connection(connection)
    named = documents_named(chosen, numbers)
    rows = LedgerDocument.objects.filter(connection=chosen, pk__in=[row.pk for row in named])
    void_request(rows)
    there = [row for row in named if row.is_delivered]
    if not (yes or as_json):
        show_documents(there)
    books = ", ".join(sorted({str(row.delivered_to) for row in there}))
    must_agree(f"Take {counted(len(there), 'document')} back from {books}?", given=yes)
    run = queue_taking_back(chosen, rows)
    if no_wait:
        lines_post.tell_queued(run, as_json=as_json)
        return
    carry_through(run, "Taking back")
    _tell(run, as_json=as_json)
    if not as_json and run.counts.get("cancel"):
        say("They wait to be posted again: `bursar ledger export` shows them, a route can exclude them.")
    finish(trouble=is_trouble(run, whole=True))


def add_to(group: typer.Typer) -> None:
    """The commands of `bursar ledger` that write to the books."""
    group.command(
        "post",
        epilog=epilog(
            "bursar ledger post --all",
            "bursar ledger post 10012 purchase:1-PS-7781-purchase --yes",
            "bursar ledger post --all --yes --success-file went.xml --fail-file failed.xml",
            'bursar ledger post --now --thru "end of last month" --json',
            keys=SHAPE,
        ),
    )(with_store(post))
    group.command(
        "void", epilog=epilog("bursar ledger void 10012", "bursar ledger void 10012 --yes --json", keys=SHAPE)
    )(with_store(void))
