"""A connection to a sandbox that is ready to post, with loaded and mapped lines."""

from bench.installation import make_tables
from bench.invoice_lines import DealtLines
from bench.sandbox import Sandbox
from bursar.ports import Psa
from bursar.store.models import Connection
from bursar.usecases.billing_settings import set_billing_setting
from bursar.usecases.connections import NewConnection, add_connection
from bursar.usecases.load_invoice_lines import LoadOptions, load_invoice_lines
from bursar.usecases.mappings import accept, suggest_mappings

AGREEMENT_TYPE = "Cloud Subscriptions"


def connected(sandbox: Sandbox, psa: Psa) -> Connection:
    """The only connection of an empty store, its Agreement Type chosen."""
    make_tables()
    entered = NewConnection(
        name="bench",
        url=sandbox.url,
        company=sandbox.company_id,
        client_id=sandbox.client_id,
        public_key=sandbox.public_key,
        private_key=sandbox.private_key,
    )
    connection = add_connection(entered)
    set_billing_setting(connection, "agreement_type", AGREEMENT_TYPE, psa)
    return connection


def load_mapped(connection: Connection, psa: Psa, lines: DealtLines) -> None:
    """Load the lines; map every customer and offer to its namesake in ConnectWise."""
    load_invoice_lines(connection, lines, LoadOptions(whole=True))
    accept(connection, suggest_mappings(connection, psa))
