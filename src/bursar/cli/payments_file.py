"""`bursar payments file`: take in a file of payments, show what it comes to, and write it to ConnectWise."""

import hashlib
from collections.abc import Collection, Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from bursar.cli import lines_post
from bursar.cli.adapters import open_accounting, queue_payments, queue_pull, real_clock
from bursar.cli.consent import Declined, must_agree, must_be_able_to_ask
from bursar.cli.epilog import Shape, epilog
from bursar.cli.exits import finish
from bursar.cli.first_use import with_store
from bursar.cli.ledger_files import FILES, write_file
from bursar.cli.options import AsJson, ConnectionName, Yes
from bursar.cli.output import Listing, counted, money_column, print_json, remark, say
from bursar.cli.payments_text import PAYMENT_KEYS, payment_document, show_payments, still_shown
from bursar.cli.run_follow import carry_through
from bursar.domain.errors import InvalidInput
from bursar.store.models import Connection, InvoiceSettlement, Run
from bursar.store.queries.ledger_list import settlements_matching
from bursar.usecases.agree_payments import postable
from bursar.usecases.connections import find_connection
from bursar.usecases.take_in_payment_file import PaymentFile, PaymentRow, payment_outcome, take_in_payment_file

ROW_KEYS = ("number", "amount", "day", "error")
SHAPE: Shape = {
    "": ("connection", "file", "taken_in_before", "posting", "succeeded", "failed", "payments"),
    "succeeded[]": ROW_KEYS,
    "failed[]": ROW_KEYS,
    "payments[]": PAYMENT_KEYS,
}
LARGEST = 128 * 1024 * 1024

SuccessFile = Annotated[
    Path | None,
    typer.Option(
        "--success-file", metavar="FILE", help="Write the rows that went here, in the shape of the file that came."
    ),
]
FailFile = Annotated[
    Path | None, typer.Option("--fail-file", metavar="FILE", help="Write the rows that did not, each with its reason.")
]


def take_in(
    path: Annotated[
        Path, typer.Argument(metavar="FILE", help="Zynk's two XML shapes, or CSV with invoice, amount and date.")
    ],
    success_file: SuccessFile = None,
    fail_file: FailFile = None,
    yes: Yes = False,
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """Take in a file of payments, compare it with ConnectWise, show what differs, and write that.

    Amounts of one invoice are added up, and are all that was paid on it. The very same file again changes nothing.
    """
    must_be_able_to_ask(given=yes)
    _check(success_file, fail_file)
    chosen = find_connection(connection)
    content = path.read_bytes()
    if len(content) > LARGEST:
        raise InvalidInput(f"{path.name} is larger than 128 MiB.", remedy="Divide it into several files.")
    with open_accounting(chosen) as accounting:
        file = import_module(FILES).payment_file(content).named(accounting)
    digest = hashlib.sha256(content).hexdigest()
    taken = take_in_payment_file(chosen, path.name, digest, file.settlements(), real_clock().now())
    numbers = {row.number for row in taken.rows.succeeded}
    if not as_json:
        _tell_taken(path, taken)
    carry_through(queue_pull(chosen, everything=False), "Comparing")
    run = _post(chosen, numbers, yes=yes, quiet=as_json)
    outcome = payment_outcome(chosen, [*taken.rows.succeeded, *taken.rows.failed])
    _write(file, outcome.failed, success_file, fail_file)
    if as_json:
        print_json(_document(chosen, path, taken, run))
    else:
        _tell(run, outcome.failed, len(outcome.succeeded))
    finish(trouble=bool(outcome.failed))


def _check(success: Path | None, fail: Path | None) -> None:
    for path in filter(None, (success, fail)):
        folder = path if path.is_dir() else path.absolute().parent
        if not folder.is_dir():
            raise InvalidInput(f"There is no folder {folder}.", remedy="Make it, or choose another one.")
    if success and fail and success == fail and not success.is_dir():
        raise InvalidInput("Both files have the same name.", remedy="Give them two names, or a folder.")


def _tell_taken(path: Path, taken: PaymentFile) -> None:
    if taken.taken_in_before:
        say(f"{path.name} was taken in before; nothing of it is new.")
    else:
        say(f"{counted(len(taken.rows.succeeded), 'row')} of {path.name} taken in, {len(taken.rows.failed)} not.")


def _post(connection: Connection, numbers: Collection[str], *, yes: bool, quiet: bool) -> Run | None:
    """The posting of what the file asks for; None when nothing is to be written. Raises Declined."""
    rows = InvoiceSettlement.objects.filter(connection=connection, number__in=numbers)
    ready = list(postable(rows.select_related("book")).order_by("number"))
    if not ready:
        return None
    if not (yes or quiet):
        show_payments(ready)
    try:
        must_agree(f"Write the payments of {counted(len(ready), 'invoice')} to ConnectWise?", given=yes)
    except Declined:
        raise Declined(
            "Nothing was written to ConnectWise. The file is taken in.",
            remedy="`bursar payments post` writes it later.",
        ) from None
    return carry_through(queue_payments(connection, rows if yes else still_shown(rows, ready)), "Posting")


def _write(file: object, failed: Sequence[PaymentRow], success: Path | None, fail: Path | None) -> None:
    if success is None and fail is None:
        return
    reasons = {row.number: row.error for row in failed if row.number}
    went, left = import_module(FILES).payment_outcome_files(file, reasons)
    for path, written in ((success, went), (fail, left)):
        if path is not None:
            place = path / written.name if path.is_dir() else path
            remark(f"Written: {write_file(written.pieces, place)}.")


def _document(connection: Connection, path: Path, taken: PaymentFile, run: Run | None) -> dict[str, object]:
    outcome = payment_outcome(connection, [*taken.rows.succeeded, *taken.rows.failed])
    numbers = {row.number for row in (*outcome.succeeded, *outcome.failed)}
    rows = settlements_matching(connection).filter(number__in=numbers)
    return {
        "connection": connection.name,
        "file": str(path),
        "taken_in_before": taken.taken_in_before,
        "posting": run.id if run else None,
        "succeeded": [_row(row) for row in outcome.succeeded],
        "failed": [_row(row) for row in outcome.failed],
        "payments": [payment_document(row) for row in rows],
    }


def _row(row: PaymentRow) -> dict[str, object]:
    return {name: getattr(row, name) for name in ROW_KEYS}


def _tell(run: Run | None, failed: Sequence[PaymentRow], went: int) -> None:
    if run is None:
        say("Nothing was to be written.")
    else:
        lines_post.tell_posted(run)
    listing = Listing("Invoice", money_column("Amount"), "Not applied, because")
    for row in failed:
        listing.row(row.number, row.amount, row.error)
    listing.show()
    say(f"{counted(went, 'row')} applied, {len(failed)} not.")


def add_to(group: typer.Typer) -> None:
    """The command of `bursar payments` that is about files."""
    group.command(
        "file",
        epilog=epilog(
            "bursar payments file payments.xml --yes --success-file went.xml --fail-file failed.xml",
            "bursar payments file payments.csv",
            keys=SHAPE,
        ),
    )(with_store(take_in))
