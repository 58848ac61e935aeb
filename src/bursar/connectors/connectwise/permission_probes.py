"""Requests that change nothing and whose refusal tells what a security role lacks.

What they assume about ConnectWise is written down in docs/psa/permissions.md: permission is decided before the body is
validated and before the record is looked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bursar.connectors.connectwise.resources import (
    AGREEMENT_TYPES,
    AGREEMENTS,
    CATALOG,
    COMPANIES,
    CURRENCIES,
    LISTS,
    MEMBERS,
    Endpoint,
)
from bursar.connectors.connectwise.session import Session
from bursar.domain.errors import NotFound, NotPermitted, Rejected, RemoteError, UnknownCompany, WrongKey
from bursar.domain.lists import ListKind
from bursar.domain.permissions import TABLE_SETUP, Act, Box, Grant, Level

NO_RECORD = 0
"""No record has this id."""


def _list(path: str, noun: str, module: str) -> Endpoint:
    return Endpoint(path, noun, module, ("id",))


INVOICES = _list("/finance/invoices", "invoice", "Finance > Invoicing")

_ROWS = (
    COMPANIES,
    _list("/company/contacts", "contact", "Companies > Contacts"),
    _list("/finance/accounting/unpostedinvoices", "unposted invoice", "Finance > Accounting Interface"),
    AGREEMENTS,
    INVOICES,
    _list("/procurement/adjustments", "inventory adjustment", "Procurement > Inventory Adjustments"),
    CATALOG,
    _list("/procurement/products", "product", "Procurement > Products"),
    _list("/procurement/purchaseorders", "purchase order", "Procurement > Purchase Orders"),
    _list("/project/projects", "project", "Project > Project Headers"),
    _list("/service/tickets", "service ticket", "Service Desk > Service Tickets"),
    MEMBERS,
    LISTS[ListKind.LOCATION],
    _list("/expense/entries", "expense entry", "Time & Expense > Expense Report Entry"),
    _list("/time/entries", "time entry", "Time & Expense > Time Entry"),
)
READS: Mapping[str, Endpoint] = {endpoint.module: endpoint for endpoint in _ROWS}
"""The list that shows whether a row may be inquired. Attachments need a record, billed time has no list."""

TABLES: Mapping[str, Endpoint] = {
    "Agreements / Agreement Type": AGREEMENT_TYPES,
    "Company / Company Status": LISTS[ListKind.COMPANY_STATUS],
    "General / Currency": CURRENCIES,
    "General Ledger / GL Accounts": _list("/finance/glAccounts", "GL account", str(TABLE_SETUP)),
    "Invoicing / Billing Cycle": LISTS[ListKind.BILLING_CYCLE],
    "Invoicing / Billing Terms": LISTS[ListKind.BILLING_TERM],
    "Products / Product Category": LISTS[ListKind.PRODUCT_CATEGORY],
    "Products / Product Subcategory": LISTS[ListKind.PRODUCT_SUBCATEGORY],
    "Products / Product Type": LISTS[ListKind.PRODUCT_TYPE],
    "Products / UOM": LISTS[ListKind.UNIT_OF_MEASURE],
}

ADDS: Mapping[str, Endpoint] = {endpoint.module: endpoint for endpoint in (AGREEMENTS, CATALOG)}
"""Lists whose records have required fields [spec], so that an empty one is refused."""

EDITS: Mapping[str, Endpoint] = {endpoint.module: endpoint for endpoint in (AGREEMENTS, CATALOG, INVOICES)}

NO_PROBE = "No request that changes nothing shows this. Compare the role in ConnectWise."
_TAKEN = "ConnectWise took an empty {} instead of refusing it. Look for it there and delete it."


@dataclass(frozen=True, slots=True)
class Probe:
    """Asks about one box. Raises WrongKey and UnknownCompany; every other refusal is an answer."""

    session: Session

    def __call__(self, box: Box) -> Grant:
        module = str(box.permission)
        if box.act is Act.INQUIRE:
            return self._may_read(TABLES.get(box.table) if box.table else READS.get(module))
        if box.act is Act.ADD and module in ADDS:
            return self._may_add(ADDS[module])
        if box.act is Act.EDIT and module in EDITS:
            return self._may_edit(EDITS[module])
        return Grant(None, NO_PROBE)

    def _may_read(self, endpoint: Endpoint | None) -> Grant:
        if endpoint is None:
            return Grant(None, NO_PROBE)
        try:
            self._read(endpoint)
        except RemoteError as error:
            return _refused(error)
        return Grant(Level.SOME)

    def _may_add(self, endpoint: Endpoint) -> Grant:
        try:
            self.session.post(endpoint, endpoint.path, {})
        except Rejected:
            return Grant(Level.SOME)
        except RemoteError as error:
            return _refused(error)
        return Grant(Level.SOME, _TAKEN.format(endpoint.noun))

    def _may_edit(self, endpoint: Endpoint) -> Grant:
        """Change nothing about a record that is not there. The list is read first: its address may be missing too."""
        try:
            self._read(endpoint)
        except NotPermitted:
            pass  # it is there; whether it may be edited is another box
        except RemoteError as error:
            return _refused(error)
        try:
            self.session.patch(endpoint, endpoint.at(record=NO_RECORD), [])
        except (NotFound, Rejected):
            return Grant(Level.SOME)
        except RemoteError as error:
            return _refused(error)
        return Grant(Level.SOME)

    def _read(self, endpoint: Endpoint) -> None:
        self.session.get(endpoint, endpoint.path, {"fields": "id", "pageSize": 1})


def _refused(error: RemoteError) -> Grant:
    if isinstance(error, WrongKey | UnknownCompany):
        raise error
    return Grant(Level.NONE) if isinstance(error, NotPermitted) else Grant(None, error.sentence)
