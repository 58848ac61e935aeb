"""All commands under one roof."""

import typer

from bursar.cli import (
    audit,
    book,
    config,
    connection,
    connection_change,
    connection_files,
    keys,
    ledger,
    lines,
    mapping,
    payments,
    people,
    plan,
    review,
    review_adoption,
    review_drift,
    review_variance,
    run,
    sandbox,
    serve,
    token,
    worker,
)
from bursar.cli.demo import demo
from bursar.cli.epilog import epilog
from bursar.cli.exits import CommandLine, ExitCode
from bursar.cli.version import VERSION_SHAPE, show_version

HELP = """Moves an MSP's money data between its billing platform, ConnectWise PSA and its books.

Everything is planned, previewed, posted once and reconciled. A first month: `connection add`, `config set
agreement_type`, `lines load`, `mapping suggest`, `lines plan`, `lines post`. On to the books: `book add`, `ledger
export`, `ledger post`, `payments pull`, `payments post`.

Exit codes: 0 done, 1 something is blocked or failed, 2 wrong usage or a missing setting, 3 ConnectWise or a book
refused or could not be reached, 130 interrupted.
"""

app = typer.Typer(
    name="bursar",
    cls=CommandLine,
    help=HELP,
    epilog=epilog("bursar lines plan 2026-10", "bursar lines post 2026-10 --yes --json"),
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    invoke_without_command=True,
)


def show_help(context: typer.Context) -> None:
    """A group without a command shows what it has."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(ExitCode.USAGE)


GROUPS = {
    "connection": connection.app,
    "config": config.app,
    "mapping": mapping.app,
    "lines": lines.app,
    "plan": plan.app,
    "review": review.app,
    "book": book.app,
    "ledger": ledger.app,
    "payments": payments.app,
    "run": run.app,
    "audit": audit.app,
    "keys": keys.app,
    "people": people.app,
    "token": token.app,
    "sandbox": sandbox.app,
}

connection_change.add_to(connection.app)
connection_files.add_to(connection.app)
review_adoption.add_to(review.app)
review_drift.add_to(review.app)
review_variance.add_to(review.app)
app.callback()(show_help)
for name, group in GROUPS.items():
    group.callback(invoke_without_command=True)(show_help)
    app.add_typer(group, name=name)
app.command("version", epilog=epilog("bursar version", "bursar version --json", keys=VERSION_SHAPE))(show_version)
app.command("serve", epilog=serve.EPILOG)(serve.serve)
app.command("worker", epilog=worker.EPILOG)(worker.work)
app.command("demo", epilog=epilog("bursar demo", "bursar demo --once", "bursar demo --keep ~/bursar-demo"))(demo)
