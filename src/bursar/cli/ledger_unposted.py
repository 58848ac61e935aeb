"""`bursar ledger unposted`: the three lists of what waits in ConnectWise, and why a record did not come."""

import sys
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from bursar.cli.epilog import Shape, epilog
from bursar.cli.ledger_options import Families
from bursar.cli.options import AsJson, ConnectionName
from bursar.cli.output import Listing, counted, moment, money_column, print_json, remark, say
from bursar.cli.plan_text import reason
from bursar.domain.ledger.unposted import Family
from bursar.domain.money import Money, Totals
from bursar.domain.spreadsheet import csv_lines
from bursar.store.models import Connection, LedgerDocument, Run, UnpostedRecord
from bursar.store.queries.ledger_list import unposted_matching
from bursar.store.queries.run_list import runs_matching
from bursar.usecases.connections import find_connection
from bursar.usecases.runs import EXPORT_LEDGER, POST_LEDGER

RECORD_KEYS = (
    *("family", "record", "id", "number", "day", "total", "tax", "currency", "company", "account_number", "member"),
    *("classification", "location", "document", "state", "code", "sentence", "remedy"),
)
SHAPE: Shape = {"": ("connection", "read_at", "count", "records"), "records[]": RECORD_KEYS}
EPILOG = epilog(
    "bursar ledger unposted",
    "bursar ledger unposted --family expenses --csv > expenses.csv",
    keys=SHAPE,
)
TITLES = {
    Family.INVOICES: "Unposted invoices",
    Family.EXPENSES: "Unposted expenses",
    Family.PROCUREMENT: "Unposted procurement",
}


def show_unposted(
    family: Families = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="As CSV, every record.")] = False,
    limit: Annotated[
        int, typer.Option("--limit", metavar="N", min=0, help="How many of each list to show; 0 for all.")
    ] = 50,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """List what waits in ConnectWise as it was last read, and why a record did not come.

    These are the three lists of the Accounting Interface screen: invoices, expenses, procurement. `ledger export` reads
    them anew.
    """
    chosen = find_connection(connection)
    rows = list(unposted_matching(chosen, [each.value for each in family or ()]))
    read = _last_read(chosen)
    if as_json:
        records = [_document(row) for row in rows]
        print_json(
            {
                "connection": chosen.name,
                "read_at": read.ended_at if read else None,
                "count": len(records),
                "records": records,
            }
        )
    elif as_csv:
        sys.stdout.writelines(csv_lines(RECORD_KEYS, map(_document, rows)))
    else:
        _tell(rows, read, limit)


def _last_read(connection: Connection) -> Run | None:
    """The run that read the lists last."""
    runs = runs_matching(connection, state=Run.State.DONE)
    return runs.filter(verb__in=(EXPORT_LEDGER, POST_LEDGER)).first()


def _tell(rows: Sequence[UnpostedRecord], read: Run | None, limit: int) -> None:
    if read is None or read.ended_at is None:
        say("Nothing has been read yet: `bursar ledger export` reads what waits in ConnectWise.")
        return
    if not rows:
        say("Nothing waits in ConnectWise.")
    for family in TITLES:
        if own := [row for row in rows if row.family == family]:
            _show_list(family, own, limit)
    remark(f"As of {moment(read.ended_at)}; `bursar ledger export` reads the lists anew.")


def _show_list(family: Family, rows: Sequence[UnpostedRecord], limit: int) -> None:
    listing = Listing("Record", "Day", "Of", "Location", money_column("Total"), money_column("Tax"), "Where it stands")
    for row in rows[: limit or None]:
        number = f"{row.number} ({row.unposted_id})" if row.number else row.unposted_id
        style = "red" if row.code else ""
        money = _money(row)
        tax = f"{row.tax:,.2f}" if row.tax else ""
        listing.row(number, row.day, row.member or row.company, row.location, money, tax, _standing(row), style=style)
    listing.show(title=f"{TITLES[family]}: {counted(len(rows), 'record')}, {_totals(rows)}")
    if limit and len(rows) > limit:
        say(f"{limit} of {len(rows)} shown; --limit 0 shows all.")
        say()


def _money(row: UnpostedRecord) -> str:
    return str(Money(row.total, row.currency)) if row.currency else f"{row.total:,.2f}"


def _totals(rows: Sequence[UnpostedRecord]) -> Totals:
    return Totals(Money(row.total, row.currency) for row in rows if row.currency)


def _standing(row: UnpostedRecord) -> str:
    if row.sentence:
        return reason(row.sentence, row.remedy)
    document: LedgerDocument | None = row.document
    if document is None:
        return f"In the documents of {row.member}" if row.member else ""
    told = document.get_state_display()
    return f"{told}: {document.sentence}" if document.sentence else told


def _document(row: UnpostedRecord) -> Mapping[str, object]:
    same = {name: getattr(row, name) for name in RECORD_KEYS if name not in {"id", "document", "state", "currency"}}
    return {
        **same,
        "id": row.unposted_id,
        "currency": row.currency or None,
        "document": row.document.key if row.document else None,
        "state": row.document.state if row.document else None,
    }
