"""`bursar mapping`: which ConnectWise record stands for which record of the platform."""

import csv
import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated

import typer

from bursar.cli import mapping_pilot
from bursar.cli.adapters import open_psa
from bursar.cli.epilog import Shape, epilog
from bursar.cli.exits import finish
from bursar.cli.first_use import with_store
from bursar.cli.options import AsJson, ConnectionName
from bursar.cli.output import Listing, counted, money_column, print_json, remark, say
from bursar.domain.errors import InvalidInput
from bursar.domain.mapping import MappingState, Suggestion
from bursar.store.models import Connection
from bursar.usecases.connections import find_connection
from bursar.usecases.mappings import (
    CSV_HEADINGS,
    ImportReport,
    Kind,
    Proposal,
    accept,
    change_state,
    export_mappings,
    import_mappings,
    set_mapping,
    suggest_mappings,
)

app = typer.Typer(help="Which ConnectWise record stands for which record of the platform.")

SUGGEST_SHAPE: Shape = {
    "": ("connection", "proposals", "saved", "open"),
    "proposals[]": ("kind", "id", "name", "saved", "suggestions"),
    "proposals[].suggestions[]": ("id", "identifier", "name", "score", "exact"),
}
SET_SHAPE: Shape = {"": ("connection", "kind", "record", "state", "target")}
IMPORT_SHAPE: Shape = {"": ("connection", "done", "faults"), "faults[]": ("row", "code", "sentence", "remedy")}
EXPORT_SHAPE: Shape = {"": ("connection", "file", "rows", "mappings"), "mappings[]": CSV_HEADINGS}

STREAM = Path("-")
"""Standard input or output in place of a file."""


@app.command(
    "suggest",
    epilog=epilog("bursar mapping suggest", "bursar mapping suggest --accept-exact", keys=SUGGEST_SHAPE),
)
@with_store
def suggest(
    accept_exact: Annotated[
        bool, typer.Option("--accept-exact", help="Save the proposals whose name is the same and unique.")
    ] = False,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Propose ConnectWise companies and products for everything unmapped.

    Only proposals with exactly the same name, and only if it is unique, can be saved without a person.
    """
    chosen = find_connection(connection)
    with open_psa(chosen) as psa:
        proposals = suggest_mappings(chosen, psa)
    saved = accept(chosen, proposals) if accept_exact else 0
    if as_json:
        documents = [_proposal_document(proposal, accept_exact=accept_exact) for proposal in proposals]
        counts = {"saved": saved, "open": len(proposals) - saved}
        print_json({"connection": chosen.name, "proposals": documents, **counts})
        return
    listing = Listing("Kind", "Platform record", "ConnectWise record", money_column("Score"), "")
    for proposal in proposals:
        _add_rows(listing, proposal, accept_exact=accept_exact)
    listing.show(if_empty="Everything that was loaded is mapped or excluded.")
    if saved:
        say(f"Saved: {counted(saved, 'exact proposal')}.")
    if len(proposals) > saved:
        say(f"Still unmapped: {counted(len(proposals) - saved, 'record')}; `bursar mapping set` maps or excludes one.")


def _add_rows(listing: Listing, proposal: Proposal, *, accept_exact: bool) -> None:
    name = f"{proposal.name} ({proposal.id})"
    if not proposal.suggestions:
        listing.row(proposal.kind, name, "nothing similar", "", "")
    for position, found in enumerate(proposal.suggestions):
        target = f"{found.candidate.name} ({found.candidate.identifier}, {found.candidate.id})"
        verdict = ("saved" if accept_exact else "exact") if found.exact else ""
        head = (proposal.kind, name) if position == 0 else (" ", " ")
        listing.row(*head, target, _score(found), verdict)


def _score(found: Suggestion) -> str:
    return f"{found.score:.2f}"


def _proposal_document(proposal: Proposal, *, accept_exact: bool) -> dict[str, object]:
    suggestions = [
        {
            "id": found.candidate.id,
            "identifier": found.candidate.identifier,
            "name": found.candidate.name,
            "score": _score(found),
            "exact": found.exact,
        }
        for found in proposal.suggestions
    ]
    facts = {"kind": proposal.kind, "id": proposal.id, "name": proposal.name}
    return {**facts, "saved": accept_exact and proposal.exact is not None, "suggestions": suggestions}


@app.command(
    "set",
    epilog=epilog(
        'bursar mapping set organization "Harbour Dental" AlderBrookDental',
        "bursar mapping set organization ORG-1001 12,15 (several companies; each line then says which)",
        "bursar mapping set offer MAIL-PLUS-M EXO-P1",
        "bursar mapping set offer TRIAL --exclude",
        'bursar mapping set contract C-77 "Cloud Subscriptions - Alder Brook Dental"',
        keys=SET_SHAPE,
    ),
)
@with_store
def set_one(
    kind: Annotated[Kind, typer.Argument(metavar="KIND", help="What to map.")],
    record: Annotated[str, typer.Argument(metavar="RECORD", help="The platform's record, by id or name.")],
    target: Annotated[
        str | None, typer.Argument(metavar="TARGET", help="The ConnectWise record, by id, identifier or name.")
    ] = None,
    exclude: Annotated[bool, typer.Option("--exclude", help="Leave the record out of billing.")] = False,
    clear: Annotated[bool, typer.Option("--clear", help="Forget its mapping.")] = False,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Map one record, exclude it, or clear its mapping. Lines that are posted already keep their target."""
    chosen = find_connection(connection)
    if (target is not None) + exclude + clear != 1:
        raise InvalidInput("Nothing says what to do.", remedy="Give either a TARGET, or --exclude, or --clear.")
    if exclude and kind is Kind.CONTRACT:
        raise InvalidInput(
            "A contract cannot be excluded.", remedy="Exclude its organization or offer, or use --clear."
        )
    if target is not None:
        with open_psa(chosen) as psa:
            name = set_mapping(chosen, psa, kind, record, target)
        state, words = MappingState.MAPPED, f"{kind} {record} is mapped to {name}."
    else:
        name, state = None, MappingState.EXCLUDED if exclude else MappingState.UNMAPPED
        change_state(chosen, kind, record, state)
        words = f"{kind} {record} is {state} now."
    if as_json:
        print_json({"connection": chosen.name, "kind": kind, "record": record, "state": state, "target": name})
    else:
        say(words[:1].upper() + words[1:])


@app.command(
    "import",
    epilog=epilog("bursar mapping import mappings.csv", "bursar mapping import - < mappings.csv", keys=IMPORT_SHAPE),
)
@with_store
def take_in(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV as `mapping export` writes it; - reads a pipe.")],
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Take in mappings from a CSV file. Good rows are set; bad ones are listed with their row number."""
    chosen = find_connection(connection)
    with open_psa(chosen) as psa, _reading(file) as stream:
        report = import_mappings(chosen, psa, stream)
    if as_json:
        print_json({"connection": chosen.name, **_import_document(report)})
    else:
        say(f"{counted(report.done, 'record')} set, {len(report.faults)} not.")
        listing = Listing(money_column("Row"), "Reason", "What to do")
        for row, fault in report.faults:
            listing.row(row, fault.sentence, fault.remedy)
        listing.show()
    finish(trouble=bool(report.faults))


@contextmanager
def _reading(file: Path) -> Iterator[IO[str]]:
    try:
        if file == STREAM:
            yield sys.stdin
        else:
            with file.open(encoding="utf-8-sig", newline="") as stream:
                yield stream
    except (UnicodeDecodeError, csv.Error) as fault:
        raise InvalidInput(
            f"{file} is not a CSV file in UTF-8: {fault}.", remedy="Start from `bursar mapping export`."
        ) from None


def _import_document(report: ImportReport) -> dict[str, object]:
    faults = [
        {"row": row, "code": fault.code, "sentence": fault.sentence, "remedy": fault.remedy}
        for row, fault in report.faults
    ]
    return {"done": report.done, "faults": faults}


@app.command(
    "export",
    epilog=epilog("bursar mapping export mappings.csv", "bursar mapping export - | less", keys=EXPORT_SHAPE),
)
@with_store
def give_out(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV file to write; - writes to a pipe.")] = STREAM,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Write every mapping as CSV, unmapped records included, to be edited and imported again."""
    chosen = find_connection(connection)
    text = io.StringIO(newline="")
    count = export_mappings(chosen, text)
    if file != STREAM:
        file.write_text(text.getvalue(), encoding="utf-8", newline="")
    if as_json:
        print_json(_export_document(chosen, file, text.getvalue(), count))
    elif file == STREAM:
        sys.stdout.write(text.getvalue())
    else:
        remark(f"{counted(count, 'row')} written to {file}.")


def _export_document(connection: Connection, file: Path, text: str, count: int) -> dict[str, object]:
    rows: Sequence[dict[str, str]] = list(csv.DictReader(io.StringIO(text, newline="")))
    written = None if file == STREAM else str(file)
    return {"connection": connection.name, "file": written, "rows": count, "mappings": rows}


app.command("pilot", epilog=mapping_pilot.EPILOG)(with_store(mapping_pilot.pilot))
