"""What a posting process finds: a connection to the sandbox, lines of October, and their mappings."""

from bursar.connectors.connectwise.client import ConnectWise
from bursar.store.models import Connection
from bursar.usecases.billing_settings import set_billing_setting
from bursar.usecases.connections import NewConnection, add_connection
from bursar.usecases.load_invoice_lines import LoadOptions, load_invoice_lines
from bursar.usecases.mappings import accept, suggest_mappings
from bursar.wiring import connectwise
from tests.usecases.world import GivenLines, make_line


def prepare(sandbox: dict[str, object], count: int, timeout: str) -> None:
    """Connect, choose the Agreement Type, load `count` lines of 20 customers, map what is exact."""
    keys = sandbox["keys"]
    assert isinstance(keys, list)
    key = next(key for key in keys if key["role"] == "Bursar Billing")
    connection = add_connection(
        NewConnection(
            "main",
            str(sandbox["url"]),
            str(sandbox["company_id"]),
            str(sandbox["client_id"]),
            key["public_key"],
            key["private_key"],
        )
    )
    connection.options = {"requests_per_minute": "0", "timeout": timeout}
    connection.save()
    with connectwise(connection) as psa:
        _fill(connection, psa, count)


def _fill(connection: Connection, psa: ConnectWise, count: int) -> None:
    set_billing_setting(connection, "agreement_type", "Cloud Subscriptions", psa)
    lines = [make_line(n % 20 + 1, line_id=f"L{n}", subscription_id=f"s{n}") for n in range(count)]
    load_invoice_lines(connection, GivenLines(lines), LoadOptions())
    accept(connection, suggest_mappings(connection, psa))
