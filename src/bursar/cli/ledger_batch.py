"""`bursar ledger batch`, `update` and `undo`: accounting batches in ConnectWise, by hand."""

from collections.abc import Sequence
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from bursar.cli import lines_post
from bursar.cli.adapters import open_accounting, queue_batch, queue_undoing
from bursar.cli.consent import must_agree, must_be_able_to_ask
from bursar.cli.epilog import Shape, epilog
from bursar.cli.exits import finish
from bursar.cli.first_use import with_store
from bursar.cli.ledger_files import FILES
from bursar.cli.ledger_options import Families
from bursar.cli.options import AsJson, ConnectionName, NoWait, Yes
from bursar.cli.output import Listing, counted, money_column, print_json, remark, say
from bursar.cli.run_follow import carry_through
from bursar.domain.errors import InvalidInput
from bursar.domain.ledger.batch import BatchEntry
from bursar.domain.ledger.entry_ids import differing_entries
from bursar.domain.ledger.normalise import entry_ids
from bursar.domain.money import ZERO
from bursar.store.models import Connection, LedgerBatch, LedgerDocument, Run
from bursar.store.queries.ledger_list import batch_named, batches_matching
from bursar.usecases.batch_by_hand import undo_request, undo_warning, update_request
from bursar.usecases.connections import find_connection

app = typer.Typer(help="Accounting batches in ConnectWise: list, show.")

State = LedgerBatch.State
BATCH_KEYS = ("id", "name", "state", "families", "ours", "book", "entries", "missing", "extra", "made_by", "made_at")
ENTRY_KEYS = ("id", "account", "debit", "credit", "kind", "record", "description")
LIST_SHAPE: Shape = {"": ("connection", "batches"), "batches[]": BATCH_KEYS}
SHOW_SHAPE: Shape = {
    "": ("connection", "batch", "entries", "missing", "extra"),
    "batch": BATCH_KEYS,
    "entries[]": ENTRY_KEYS,
}
POST_SHAPE = lines_post.SHAPE

BatchName = Annotated[str, typer.Argument(metavar="BATCH", help="The batch, by name or by its id in ConnectWise.")]


@app.command("list", epilog=epilog("bursar ledger batch list", "bursar ledger batch list --json", keys=LIST_SHAPE))
@with_store
def show_all(
    state: Annotated[
        State | None, typer.Option("--state", metavar="|".join(State.values), help="Only batches of this state.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=0, help="How many to show; 0 for all.")] = 50,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """List batches, newest first: those that Bursar made, and those that an export saw."""
    chosen = find_connection(connection)
    rows = batches_matching(chosen, state=state.value if state else "")[: limit or None]
    if as_json:
        print_json({"connection": chosen.name, "batches": [_batch(row) for row in rows]})
        return
    listing = Listing("Id", "Batch", "Kinds", "State", money_column("Entries"), "Made", "By", "Differs")
    for row in rows:
        differs = "" if row.exact else f"lacks {len(row.missing_ids)}, {len(row.extra_ids)} too many"
        entries = str(len(row.entry_ids)) if row.ours else ""
        listing.row(
            row.remote_id,
            row.identifier,
            row.families,
            row.get_state_display(),
            entries,
            row.made_at,
            row.made_by,
            differs,
        )
    listing.show(if_empty="No batch is known yet: `bursar ledger export` reads those of ConnectWise.")


@app.command(
    "show", epilog=epilog("bursar ledger batch show 12", "bursar ledger batch show 12 --json", keys=SHOW_SHAPE)
)
@with_store
def show(name: BatchName, connection: ConnectionName = None, as_json: AsJson = False) -> None:
    """Read what a batch holds from ConnectWise, and compare it with what it was meant to hold."""
    chosen = find_connection(connection)
    row = batch_there(chosen, name)
    with open_accounting(chosen) as accounting:
        entries = list(accounting.batch_entries(row.remote_id))
    missing, extra = differing_entries(row.entry_ids, [each.id for each in entries]) if row.ours else ((), ())
    if as_json:
        facts = {"entries": [_entry(each) for each in entries], "missing": missing, "extra": extra}
        print_json({"connection": chosen.name, "batch": _batch(row), **facts})
    else:
        _show(row, entries, missing, extra)
    finish(trouble=bool(missing or extra))


def batch_there(connection: Connection, name: str) -> LedgerBatch:
    """The batch of that id or name, if ConnectWise still has it. Raises InvalidInput."""
    row = batch_named(connection, name)
    if row.state == State.UNDONE:
        raise InvalidInput(
            f"The batch {row.identifier} was undone, and ConnectWise has it no more.",
            remedy="What it held waits there again: `bursar ledger export` shows it.",
        )
    return row


def _show(row: LedgerBatch, entries: Sequence[BatchEntry], missing: Sequence[int], extra: Sequence[int]) -> None:
    say(f"{row.identifier} ({row.remote_id}), {row.get_state_display().lower()}", style="bold")
    listing = Listing(
        money_column("Entry"), "Account", "Kind", "Record", "Description", money_column("Debit"), money_column("Credit")
    )
    for each in entries:
        listing.row(
            each.id, each.account, each.kind, each.record, each.description, _side(each.debit), _side(each.credit)
        )
    listing.show(if_empty="It holds nothing.")
    sums = (sum((each.debit for each in entries), ZERO), sum((each.credit for each in entries), ZERO))
    say(f"{len(entries)} GL entries: {sums[0]:,.2f} debit, {sums[1]:,.2f} credit.")
    if row.ours and not (missing or extra):
        say("It holds exactly what it was meant to hold.", style="green")
    for words, ids in (("It lacks", missing), ("It holds, and should not,", extra)):
        if ids:
            remark(f"{words} {', '.join(map(str, ids))}.", style="red")


def _side(amount: Decimal) -> str:
    return f"{amount:,.2f}" if amount else ""


def _batch(row: LedgerBatch) -> dict[str, object]:
    return {
        "id": row.remote_id,
        "name": row.identifier,
        "state": row.state,
        "families": [word for word in row.families.split(",") if word],
        "ours": row.ours,
        "book": row.book.name if row.book else None,
        "entries": len(row.entry_ids) if row.ours else None,
        "missing": len(row.missing_ids),
        "extra": len(row.extra_ids),
        "made_by": row.made_by,
        "made_at": row.made_at,
    }


def _entry(entry: BatchEntry) -> dict[str, object]:
    return {name: getattr(entry, name) for name in ENTRY_KEYS}


def update(
    ids: Annotated[
        str | None, typer.Option("--ids", metavar="ID,ID...", help="GL entry ids, separated by commas.")
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="FILE", help="A success file of any form, Zynk's Batches, or a plain list of ids."
        ),
    ] = None,
    identifier: Annotated[
        str, typer.Option("--identifier", metavar="NAME", help="Name of the batch; else one of Bursar's own.")
    ] = "",
    family: Families = None,
    yes: Yes = False,
    no_wait: NoWait = False,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Make a batch of GL entries that you name: ConnectWise offers them no more. Nothing is posted to the books.

    A file that holds several kinds of records gives one batch for all of them.
    """
    must_be_able_to_ask(given=yes)
    chosen = find_connection(connection)
    wanted, named, families = _entries(ids, source)
    families = [each.value for each in family] if family else families
    name = identifier or named
    request = update_request(wanted, families, name)
    unposted = _not_in_the_books(chosen, wanted)
    if unposted:
        remark(
            f"{counted(len(unposted), 'document')} of these is not in the books: {', '.join(unposted)}.", style="yellow"
        )
    called = f" called {request['identifier']}" if request["identifier"] else ""
    must_agree(f"Batch {counted(len(set(wanted)), 'GL entry id')} in ConnectWise{called}?", given=yes)
    run = queue_batch(chosen, wanted, families, name)
    _follow(run, "Batching", no_wait=no_wait, as_json=as_json)


def _entries(ids: str | None, source: Path | None) -> tuple[list[int], str, list[str]]:
    """The ids, the name that a file gives the batch, and the kinds of records that it names. Raises InvalidInput."""
    if ids is not None and source is None:
        return _numbers(ids), "", []
    if source is None or ids is not None:
        raise InvalidInput("Nothing says what to batch.", remedy="Give either --ids or --from.")
    with source.open("rb") as stream:
        found = import_module(FILES).entry_ids_in(iter(lambda: stream.read(1024**2), b""))
    names = {each.identifier for each in found if each.identifier}
    if len(names) > 1:
        raise InvalidInput(f"{source.name} names {len(names)} batches.", remedy="Give each batch a file of its own.")
    families = [each.family.value for each in found if each.family is not None]
    whole = all(each.family is not None for each in found)
    return [key for each in found for key in each.ids], next(iter(names), ""), families if whole else []


def _numbers(text: str) -> list[int]:
    try:
        return list(entry_ids(text))
    except InvalidInput as error:
        raise InvalidInput(error.sentence, remedy="Give the ids as numbers with commas between them.") from error


def _not_in_the_books(connection: Connection, wanted: Sequence[int]) -> list[str]:
    """Titles of documents that would be batched, and that no book has."""
    ids = set(wanted)
    rows = LedgerDocument.objects.filter(connection=connection, batch=None).exclude(entry_ids=[])
    found = rows.filter(marker="").values_list("title", "key", "entry_ids").order_by("key").iterator(2000)
    return [title or key for title, key, own in found if ids.intersection(own)]


def undo(
    name: BatchName,
    yes: Yes = False,
    no_wait: NoWait = False,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Delete a batch in ConnectWise: its records wait there again. The books keep what they have."""
    must_be_able_to_ask(given=yes)
    chosen = find_connection(connection)
    row = batch_named(chosen, name)
    undo_request(row)
    remark(undo_warning(row), style="yellow")
    must_agree(f"Undo the batch {row.identifier} in ConnectWise?", given=yes)
    _follow(queue_undoing(row), "Undoing", no_wait=no_wait, as_json=as_json)


def _follow(run: Run, title: str, *, no_wait: bool, as_json: bool) -> None:
    if no_wait:
        lines_post.tell_queued(run, as_json=as_json)
        return
    carry_through(run, title)
    if as_json:
        print_json(lines_post.posted_document(run))
    else:
        lines_post.tell_posted(run)
    troubled = any(run.counts.get(name) for name in ("blocked", "failed", "unknown"))
    finish(trouble=troubled or run.result.get("balanced") is not True)


def add_to(group: typer.Typer) -> None:
    """The commands of `bursar ledger` that make and undo batches."""
    group.command(
        "update",
        epilog=epilog(
            "bursar ledger update --ids 901,902,903 --identifier M-2026-10",
            "bursar ledger update --from went.xml --yes",
            keys=POST_SHAPE,
        ),
    )(with_store(update))
    group.command(
        "undo",
        epilog=epilog(
            'bursar ledger undo "Bursar I 2026-10-31 3f2a9c1d07"', "bursar ledger undo 12 --yes --json", keys=POST_SHAPE
        ),
    )(with_store(undo))
