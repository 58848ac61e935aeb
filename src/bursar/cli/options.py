"""Arguments and options that several commands share."""

from typing import Annotated

import typer

ConnectionName = Annotated[
    str | None,
    typer.Option("--connection", metavar="NAME", help="Connection to use instead of the default one."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
MonthText = Annotated[str, typer.Argument(metavar="MONTH", help="Month of the invoices, as YYYY-MM.")]
CompanyIds = Annotated[
    list[int] | None,
    typer.Option("--company", metavar="ID", help="Only this ConnectWise company (record id); may be repeated."),
]
Confirmed = Annotated[
    list[str] | None,
    typer.Option(
        "--confirm-cancellations",
        metavar="ID|all",
        help="Let many subscriptions of this company end at once; may be repeated.",
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
NoWait = Annotated[bool, typer.Option("--no-wait", help="Leave the run to a worker and print its id.")]
