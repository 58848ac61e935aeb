"""What a list shows of a line besides what the platform said: the values to be sent, or that were (decision 1)."""

from datetime import date

from bursar.domain.rules import ChargeRules, Derived, derive
from bursar.store.field_json import from_json
from bursar.store.models import Connection
from bursar.store.queries.line_list import ListedLine
from bursar.usecases.billing_settings import billing_settings


def rules_of(connection: Connection) -> ChargeRules:
    """Today's rules; they count for what is shown before an Agreement Type is chosen, too."""
    billing = {"agreement_type": {"id": 0, "name": ""}} | connection.billing
    return billing_settings(Connection(company=connection.company, billing=billing)).rules


def derived_of(item: ListedLine, rules: ChargeRules) -> Derived:
    """What would be sent, or for a posted line what was."""
    derived = derive(item.line, item.overrides, rules)
    written = from_json(item.row.link.written) if item.row.link else {}
    effective, cancelled = written.get("effective"), written.get("cancelled")
    if not isinstance(effective, date):
        return derived
    return Derived(effective, cancelled if isinstance(cancelled, date) else None, derived.charge_name)
