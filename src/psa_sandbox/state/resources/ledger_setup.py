"""Setup of the accounting interface: GL accounts, captions, mapped types, the accounting package."""

from __future__ import annotations

from psa_sandbox.state.ledger.chart import COGS, GL_TYPES, SEGMENTS, mapped_record, mapping_rule
from psa_sandbox.state.resources.field import fields
from psa_sandbox.state.resources.resource import COUNT, LIST, PATCH, PUT, READ, Mount, Resource

GL_ACCOUNT = Resource(
    kind="glAccount",
    mounts=(Mount("/finance/glAccounts"),),
    module="System",
    function="Table Setup",
    rule=mapping_rule,
    derived={"mappedRecord": mapped_record},
    fields=fields(f"""
choice {GL_TYPES} required: glType
-> mappedType required: mappedType
object required: mappedRecord
text 255: {" ".join((*SEGMENTS, *COGS))} productId inventory salesCode
"""),
)

MAPPED_TYPE = Resource(
    kind="mappedType",
    mounts=(Mount("/finance/glAccounts/mappedTypes", frozenset({LIST, COUNT})),),
    module="System",
    function="Table Setup",
    info=False,
    fields=fields(f"""
text: name table recIdField
choice {GL_TYPES}: glType
integer: sortOrder
"""),
)

GL_CAPTION = Resource(
    kind="glCaption",
    mounts=(Mount("/finance/glCaptions", READ | {PUT, PATCH}),),
    module="System",
    function="Table Setup",
    fields=fields(f"""
text 255: {" ".join((*SEGMENTS, *COGS))}
choice Account|Class: {" ".join(f"{name}type" for name in SEGMENTS)}
"""),
)

ACCOUNTING_PACKAGE = Resource(
    kind="accountingPackage",
    mounts=(Mount("/finance/accountingPackages", READ),),
    module="System",
    function="Table Setup",
    info=False,
    fields=fields("text: identifier name"),
)

ACCOUNTING_PACKAGE_SETUP = Resource(
    kind="accountingPackageSetup",
    mounts=(Mount("/finance/accountingPackageSetup", READ | {PUT, PATCH}),),
    module="System",
    function="Table Setup",
    fields=fields("""
-> accountingPackage required: accountingPackage
choice Default|Condensed|Detailed: invoiceFormat
choice Default|Condensed: expenseFormat
flag: directTransferFlag includeInvoicesFlag includeExpensesFlag transferExpensesAsBillFlag suppressMemoFlag
flag: syncPaymentInfoFlag syncWisePayPaymentInfoFlag includeSalesTaxFlag enableTaxGroupsFlag
flag: zeroDollarTaxAmountsFlag includeItemsFlag inventorySOHFlag sendComponentAmountFlag sendUomFlag
flag: includeCogsEntriesFlag includeCogsDropShipFlag
"""),
)

RESOURCES = (GL_ACCOUNT, MAPPED_TYPE, GL_CAPTION, ACCOUNTING_PACKAGE, ACCOUNTING_PACKAGE_SETUP)
