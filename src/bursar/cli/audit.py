"""`bursar audit`: who did what, and proof that nobody edited it since."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from bursar.cli.epilog import Shape, epilog
from bursar.cli.exits import finish
from bursar.cli.first_use import with_store
from bursar.cli.options import AsJson
from bursar.cli.output import Listing, complain, print_json, remark, say
from bursar.domain.audit_chain import Verdict
from bursar.domain.differences import Difference, differences
from bursar.domain.errors import InvalidInput
from bursar.store.models import AuditEntry
from bursar.store.queries.audit import AuditFilter, audit_page
from bursar.usecases.audit import audit_csv, verify_audit

app = typer.Typer(help="Who did what: list, verify, export.")

ENTRY_KEYS = (
    *("number", "at", "actor", "channel", "address", "action", "subject", "connection"),
    *("before", "after", "previous", "hash"),
)
LIST_SHAPE: Shape = {"": ("entries",), "entries[]": ENTRY_KEYS}
VERIFY_SHAPE: Shape = {"": ("verified", "entries", "head", "fault"), "fault": ("number", "sentence")}
EXPORT_SHAPE: Shape = {"": ("file", "entries")}

STREAM = Path("-")
FAULT_REMEDY = "Compare the database with a backup or an earlier `bursar audit export`; what comes after is not proved."


@app.command(
    "verify",
    epilog=epilog("bursar audit verify", "bursar audit verify --expect 5f1c…e2 --json", keys=VERIFY_SHAPE),
)
@with_store
def verify(
    expect: Annotated[
        str, typer.Option("--expect", metavar="HASH", help="Head noted down earlier: it must still be in the trail.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Walk the whole trail and check that nothing was changed, removed or put in between.

    Exit code 1 tells of the first faulty entry. A head that was noted elsewhere also proves that the end is there.
    """
    verdict = verify_audit(expect)
    if as_json:
        print_json(_verdict_document(verdict))
    elif verdict.fault is not None:
        complain(f"Chain broken at entry {verdict.fault.number}. {verdict.fault.sentence}", FAULT_REMEDY)
    else:
        entries = "1 entry" if verdict.entries == 1 else f"{verdict.entries} entries"
        say(f"Chain verified: {entries}, head {verdict.head}", style="green")
    finish(trouble=verdict.fault is not None)


def _verdict_document(verdict: Verdict) -> dict[str, object]:
    fault = verdict.fault
    return {
        "verified": fault is None,
        "entries": verdict.entries,
        "head": verdict.head,
        "fault": {"number": fault.number, "sentence": fault.sentence} if fault else None,
    }


@app.command(
    "list",
    epilog=epilog("bursar audit list", 'bursar audit list --action "run requested" --limit 5', keys=LIST_SHAPE),
)
@with_store
def show(
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="How many to show.")] = 20,
    action: Annotated[str, typer.Option("--action", metavar="ACTION", help="Only this action.")] = "",
    person: Annotated[str, typer.Option("--person", metavar="NAME", help="Only what this person did.")] = "",
    connection: Annotated[str, typer.Option("--connection", metavar="NAME", help="Only on this connection.")] = "",
    as_json: AsJson = False,
) -> None:
    """List entries, the newest first. Connections may be named that are gone since."""
    entries = audit_page(AuditFilter(action, person, connection), size=limit).entries
    if as_json:
        print_json({"entries": [{name: getattr(entry, name) for name in ENTRY_KEYS} for entry in entries]})
        return
    listing = Listing("No.", "When", "Who", "Channel", "Action", "Subject", "Connection", "Changed")
    for entry in entries:
        facts = (entry.number, entry.at, entry.actor, entry.channel, entry.action, entry.subject, entry.connection)
        listing.row(*facts, _changed(entry))
    listing.show(if_empty="There is no such entry.")


def _changed(entry: AuditEntry) -> str:
    return "; ".join(map(_difference, differences(entry.before, entry.after)))


def _difference(change: Difference) -> str:
    if change.before and change.after:
        return f"{change.name}: {change.before} → {change.after}"
    return f"{change.name}: {change.after or f'{change.before} (removed)'}"


@app.command(
    "export", epilog=epilog("bursar audit export audit.csv", "bursar audit export - | head", keys=EXPORT_SHAPE)
)
@with_store
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV file to write; - writes to a pipe.")] = STREAM,
    as_json: AsJson = False,
) -> None:
    """Write the whole trail as CSV, oldest first. Times are UTC, values before and after are JSON.

    Text that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    if file == STREAM:
        if as_json:
            raise InvalidInput("A pipe gets CSV, not JSON.", remedy="Name a file, or use `bursar audit list --json`.")
        sys.stdout.writelines(audit_csv())
        return
    with file.open("w", encoding="utf-8", newline="") as out:
        written = sum(1 for line in audit_csv() if out.write(line)) - 1  # the headings are no entry
    if as_json:
        print_json({"file": str(file), "entries": written})
    else:
        remark(f"{written} {'entry' if written == 1 else 'entries'} written to {file}.")
