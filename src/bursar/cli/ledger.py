"""`bursar ledger`: what ConnectWise invoiced, expensed and bought, from its unposted lists to the books."""

import typer

from bursar.cli import (
    ledger_batch,
    ledger_decide,
    ledger_documents,
    ledger_export,
    ledger_post,
    ledger_reconcile,
    ledger_unposted,
)
from bursar.cli.first_use import with_store

app = typer.Typer(help="From ConnectWise's unposted lists to the books: export, show, post, batch, reconcile.")

app.command("unposted", epilog=ledger_unposted.EPILOG)(with_store(ledger_unposted.show_unposted))
ledger_export.add_to(app)
ledger_documents.add_to(app)
ledger_post.add_to(app)
ledger_decide.add_to(app)
ledger_reconcile.add_to(app)
app.add_typer(ledger_batch.app, name="batch")
ledger_batch.add_to(app)
