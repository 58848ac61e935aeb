"""The published boxes are enough for batches and payments; which of them Bursar's own requests need is told here."""

from collections.abc import Collection
from contextlib import suppress

import pytest

from bursar.connectors.connectwise import ConnectWise
from bursar.domain.errors import NotPermitted
from bursar.domain.ledger.unposted import Family, Wish
from bursar.domain.permissions import Act, Box, Journey, boxes_for
from bursar.domain.plan import Resource
from psa_sandbox.server import Sandbox
from tests.connectors.connectwise.ledger_writes import (
    INVOICE,
    PAID_ON,
    ROLE,
    batch_of,
    change_payment,
    create_payment,
    delete,
    documents,
)
from tests.permissions.conftest import Connect

PUBLISHED = [box for box in boxes_for([Journey.ACCOUNTING]) if not box.table]
USED = {"Accounting Interface", "Invoicing", "Member Maintenance", "My Company"}
"""The others are asked for by every such integration; the sandbox does not look at them when it exports."""
LEVELS = {Act.ADD: "addLevel", Act.EDIT: "editLevel", Act.DELETE: "deleteLevel", Act.INQUIRE: "inquireLevel"}


def grant_only(sandbox: Sandbox, boxes: Collection[Box]) -> None:
    """Give the role these boxes and nothing else."""
    allowed = {(box.permission.name, box.act) for box in boxes}
    role = sandbox.store.rows("securityRole", name=ROLE)[0]
    for row in sandbox.store.rows("securityRoleSetting", securityRoleId=role["id"]):
        levels = {
            name: "All" if (str(row["moduleFunctionName"]), act) in allowed else "None" for act, name in LEVELS.items()
        }
        sandbox.store.replace("securityRoleSetting", int(str(row["id"])), row | levels, by="dmorgan")


def keep_the_ledger(psa: ConnectWise) -> None:
    """Everything that the ledger and payment journeys ask of ConnectWise."""
    rows = [row for family in Family for row in psa.accounting.unposted(family)]
    psa.accounting.explain(rows)
    list(psa.accounting.export(Wish(location="Madison")))
    list(psa.accounting.batch_export(1, Wish()))
    made = psa.send(batch_of(documents(psa)[0]))
    list(psa.accounting.batch_entries(made.remote_id))
    psa.send(delete(made, Resource.BATCH))
    (invoice,) = psa.accounting.invoices([INVOICE])
    assert dict(psa.accounting.payments([invoice.id])) == {invoice.id: []}
    paid = psa.send(create_payment(invoice.id))
    psa.send(change_payment(invoice.id, paid, day=PAID_ON.replace(day=3)))
    psa.send(delete(paid, Resource.PAYMENT, invoice.id))


def refusals(sandbox: Sandbox) -> int:
    return sum(entry.status == 403 for entry in sandbox.journal.entries())


def test_with_exactly_the_published_boxes_nothing_is_refused(connect: Connect, sandbox: Sandbox) -> None:
    grant_only(sandbox, PUBLISHED)
    keep_the_ledger(connect(ROLE))
    assert refusals(sandbox) == 0


@pytest.mark.parametrize("box", PUBLISHED, ids=str)
def test_without_one_of_them(connect: Connect, sandbox: Sandbox, box: Box) -> None:
    grant_only(sandbox, [other for other in PUBLISHED if other != box])
    with suppress(NotPermitted):
        keep_the_ledger(connect(ROLE))
    assert (refusals(sandbox) > 0) is (box.permission.name in USED)
