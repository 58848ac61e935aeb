"""`bursar lines agreements`: which Agreements a person may choose for a line (rule 71)."""

from collections.abc import Sequence
from typing import Annotated

import typer

from bursar.cli.adapters import open_psa
from bursar.cli.epilog import Shape, epilog
from bursar.cli.options import AsJson, ConnectionName
from bursar.cli.output import Listing, money_column, print_json
from bursar.usecases.agreement_choices import AgreementChoice, agreement_choices, company_of
from bursar.usecases.connections import find_connection
from bursar.usecases.edit_lines import find_line

FIELDS = ("id", "name", "type_name", "billing_cycle", "currency", "next_invoice", "prorates")
SHAPE: Shape = {"": ("connection", "line_id", "company_id", "agreements"), "agreements[]": FIELDS}
EPILOG = epilog("bursar lines agreements L-90017", keys=SHAPE)


def show_agreements(
    line_id: Annotated[str, typer.Argument(metavar="LINE_ID", help="The line, as `lines list` shows it.")],
    connection: ConnectionName = None,
    as_json: AsJson = False,
) -> None:
    """List the active Agreements of the line's company in its currency; `lines set --agreement` takes their ids."""
    chosen = find_connection(connection)
    line = find_line(chosen, line_id)
    company_id = company_of(line)
    with open_psa(chosen) as psa:
        choices = agreement_choices(psa, company_id, line.currency)
    if as_json:
        agreements = [{name: getattr(choice, name) for name in FIELDS} for choice in choices]
        document = {"line_id": line.line_id, "company_id": company_id, "agreements": agreements}
        print_json({"connection": chosen.name, **document})
    else:
        _tell(choices)


def _tell(choices: Sequence[AgreementChoice]) -> None:
    listing = Listing(money_column("Id"), "Agreement", "Type", "Billing cycle", "Next invoice", "Pro-rates")
    for choice in choices:
        facts = (choice.type_name, choice.billing_cycle, choice.next_invoice, choice.prorates)
        listing.row(choice.id, choice.name, *facts)
    listing.show(if_empty="The company has no active Agreement in the line's currency; Bursar would make one.")
