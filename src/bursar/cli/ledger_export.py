"""`bursar ledger export` and `recreate`: read what waits and keep it to be looked at; give it out as a file."""

import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from bursar.cli.adapters import open_accounting, queue_export, real_clock
from bursar.cli.epilog import Shape, epilog
from bursar.cli.exits import finish
from bursar.cli.first_use import with_store
from bursar.cli.ledger_batch import batch_there
from bursar.cli.ledger_files import FILES, STREAM, Form, Output, form_of, place_of, write_file
from bursar.cli.ledger_options import (
    Exclude,
    Expenses,
    Include,
    Invoices,
    Location,
    Procurement,
    Thru,
    wish_of,
)
from bursar.cli.ledger_text import (
    DOCUMENT_KEYS,
    EXCEPTION_KEYS,
    document_document,
    exception_document,
    show_documents,
    show_exceptions,
)
from bursar.cli.lines_post import tell_queued
from bursar.cli.options import AsJson, ConnectionName, NoWait
from bursar.cli.output import counted, print_json, remark, say
from bursar.cli.plan_tally import show_totals
from bursar.cli.run_document import RUN_KEYS, run_document
from bursar.cli.run_follow import carry_through
from bursar.cli.run_text import totals_of
from bursar.domain.errors import InvalidInput
from bursar.ports import Exported
from bursar.store.models import Connection, LedgerDocument, LedgerException, Run
from bursar.store.queries.ledger_list import documents_matching
from bursar.usecases.connections import find_connection
from bursar.usecases.export_ledger import COUNTED
from bursar.usecases.ledger_wish import LedgerWish

EXPORT_SHAPE: Shape = {
    "": ("run", "documents", "exceptions", "file"),
    "run": RUN_KEYS,
    "documents[]": DOCUMENT_KEYS,
    "exceptions[]": EXCEPTION_KEYS,
}
RECREATE_SHAPE: Shape = {"": ("connection", "batch", "batch_id", "file")}
TABLE = "table"
LISTED = 50

FormText = Annotated[
    str, typer.Option("--format", metavar="|".join((TABLE, *Form)), help="What to print; of a file, how to write it.")
]
FormOption = Annotated[
    Form | None, typer.Option("--format", metavar="|".join(Form), help="How to write it; else as the file's name ends.")
]


def export(
    invoices: Invoices = True,
    expenses: Expenses = True,
    procurement: Procurement = True,
    location: Location = None,
    thru: Thru = None,
    include: Include = None,
    exclude: Exclude = None,
    form: FormText = TABLE,
    output: Output = None,
    no_wait: NoWait = False,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Read what waits in ConnectWise, and keep what posting it would write to the books. Nothing is written.

    With --output, what ConnectWise offers is written as a file, too: by default the legacy GLExport XML.
    """
    wanted = _form(form, output)
    if wanted:
        _one_thing(output or STREAM, as_json=as_json)
    chosen = find_connection(connection)
    wish = wish_of(
        invoices=invoices,
        expenses=expenses,
        procurement=procurement,
        location=location,
        thru=thru,
        include=include,
        exclude=exclude,
    )
    run = queue_export(chosen, wish)
    if no_wait:
        tell_queued(run, as_json=as_json)
        return
    carry_through(run, "Exporting")
    file = _give_out(chosen, wish, wanted, output or STREAM) if wanted else None
    if as_json:
        print_json(_document(run, file))
    elif wanted is None or file is not None:
        _show(run)
    finish(trouble=bool(run.counts.get("blocked") or run.counts.get("missing")))


def _one_thing(output: Path, *, as_json: bool) -> None:
    if output == STREAM and as_json:
        raise InvalidInput("A file and a document do not fit into one pipe.", remedy="Name a file with --output.")


def _form(form: str, output: Path | None) -> Form | None:
    """How to write the file; None when there is none. Raises InvalidInput."""
    if form == TABLE:
        return form_of(output) if output else None
    if form not in set(Form):
        raise InvalidInput(f"'{form}' is no format.", remedy=f"Choose of: {', '.join((TABLE, *Form))}.")
    return Form(form)


def _give_out(connection: Connection, wish: LedgerWish, form: Form, output: Path) -> Path | None:
    """What ConnectWise offers, as a file; None for a pipe. Raises RemoteError, OSError."""
    with open_accounting(connection) as accounting:
        return _written(accounting.export(wish.on(real_clock().now().date())), form, output)


def _written(parts: Iterable[Exported], form: Form, output: Path) -> Path | None:
    files = import_module(FILES)
    pieces = files.export_file((each.part for each in parts), files.ExportForm(form.value))
    if output == STREAM:
        sys.stdout.writelines(pieces)
        return None
    written = write_file(pieces, place_of(output, form))
    remark(f"Written: {written}.")
    return written


def _document(run: Run, file: Path | None) -> dict[str, object]:
    return {
        "run": run_document(run),
        "documents": [document_document(row) for row in _documents(run)],
        "exceptions": [exception_document(row) for row in _exceptions(run)],
        "file": str(file) if file else None,
    }


def _documents(run: Run) -> Iterable[LedgerDocument]:
    return documents_matching(run.connection).filter(seen_in=run)


def _exceptions(run: Run) -> Iterable[LedgerException]:
    journey = LedgerException.Journey.LEDGER
    rows = LedgerException.objects.filter(run=run, journey=journey, closed_at=None)
    return rows.select_related("document").order_by("title", "subject")


def _show(run: Run) -> None:
    ready = documents_matching(run.connection, states=[LedgerDocument.State.READY]).filter(seen_in=run)
    show_documents(ready[:LISTED], title="Ready to post")
    if (count := ready.count()) > LISTED:
        say(f"{LISTED} of {counted(count, 'document')} shown; `bursar ledger documents --state ready` lists all.")
    show_exceptions(_exceptions(run))
    show_totals(totals_of(run))
    told = ", ".join(f"{run.counts.get(name, 0)} {word}" for name, word in COUNTED.items() if run.counts.get(name))
    say(f"{told or 'Nothing waits in ConnectWise'}.")
    if run.counts:
        say("Nothing has been written. `bursar ledger show NUMBER` shows a document, `bursar ledger post --all` posts.")


def recreate(
    batch: Annotated[str, typer.Argument(metavar="BATCH", help="The batch, by name or by its id in ConnectWise.")],
    invoices: Invoices = True,
    expenses: Expenses = True,
    procurement: Procurement = True,
    location: Location = None,
    thru: Thru = None,
    include: Include = None,
    exclude: Exclude = None,
    form: FormOption = None,
    output: Output = STREAM,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Give out once more what a batch holds, as it was exported. Nothing changes, neither in ConnectWise nor here."""
    chosen = find_connection(connection)
    target = output or STREAM
    _one_thing(target, as_json=as_json)
    wanted = form_of(target, form)
    row = batch_there(chosen, batch)
    wish = wish_of(
        invoices=invoices,
        expenses=expenses,
        procurement=procurement,
        location=location,
        thru=thru,
        include=include,
        exclude=exclude,
    )
    with open_accounting(chosen) as accounting:
        parts = accounting.batch_export(row.remote_id, wish.on(real_clock().now().date()))
        file = _written(parts, wanted, target)
    if as_json:
        facts = {"connection": chosen.name, "batch": row.identifier, "batch_id": row.remote_id}
        print_json({**facts, "file": str(file) if file else None})


def add_to(group: typer.Typer) -> None:
    """The commands of `bursar ledger` that give exports out."""
    group.command(
        "export",
        epilog=epilog(
            "bursar ledger export",
            'bursar ledger export --no-procurement --location Madison --thru "end of last month"',
            "bursar ledger export --include invoices:412,413 --output /srv/zynk/",
            "bursar ledger export --format csv > waiting.csv",
            keys=EXPORT_SHAPE,
        ),
    )(with_store(export))
    group.command(
        "recreate",
        epilog=epilog(
            'bursar ledger recreate "Bursar I 2026-10-31 3f2a9c1d07" --output batch.xml',
            "bursar ledger recreate 12 --format rest-xml | less",
            keys=RECREATE_SHAPE,
        ),
    )(with_store(recreate))
