"""The accounting interface: unposted rows, GL entries, batches. All but the batches is worked out on each read."""

from __future__ import annotations

from psa_sandbox.state.ledger.chart import COGS, GL_TYPES, SEGMENTS
from psa_sandbox.state.ledger.shown import batch_entries, invoice_entries
from psa_sandbox.state.ledger.waiting import (
    expense_levels,
    expense_rows,
    invoice_levels,
    invoice_rows,
    payment_rows,
    procurement_levels,
    procurement_rows,
)
from psa_sandbox.state.payments import applied_by
from psa_sandbox.state.resources.field import fields
from psa_sandbox.state.resources.resource import GET, LIST, READ, Mount, Resource, Rows

FUNCTION = "Accounting Interface"

_NAMES = ("state", "county", "city", "country", "composite", "levelSix")
_TAX = f"""
flag: avalaraTaxFlag itemTaxableFlag {" ".join(f"{name}TaxFlag" for name in _NAMES)}
text: {" ".join(f"{name}TaxXref" for name in _NAMES)}
number: {" ".join(f"{name}TaxAmount" for name in _NAMES)}
-> taxCode: taxCode
"""

UNPOSTED_INVOICE = Resource(
    kind="unpostedInvoice",
    mounts=(Mount("/finance/accounting/unpostedinvoices", READ),),
    module="Finance",
    function=FUNCTION,
    rows=invoice_rows,
    fields=fields(f"""
integer: billingLogId locationId departmentId
-> location: location
-> department: department
-> company: company billToCompany shipToCompany
text: accountNumber invoiceNumber description dueDays createdBy
moment: invoiceDate dueDate dateClosed
-> companySite: billToSite shipToSite
choice Agreement|CreditMemo|DownPayment|Miscellaneous|Progress|Standard: invoiceType
-> billingTerm: billingTerms
-> currency: currency
number: subTotal total salesTaxAmount
flag: hasTime hasExpenses hasProducts invoiceTaxableFlag
{_TAX.strip()}
"""),
)

UNPOSTED_EXPENSE = Resource(
    kind="unpostedExpense",
    mounts=(Mount("/finance/accounting/unpostedexpenses", READ),),
    module="Finance",
    function=FUNCTION,
    rows=expense_rows,
    fields=fields(f"""
integer: locationId departmentId expenseDetailId
-> company: company
text: accountNumber creditAccount chargeDescription
moment: dateExpense dateClosed
-> expenseType: expenseType
choice NonReimbursable|Reimbursable|Personal: classification
choice {GL_TYPES}: glType
-> member: member
-> chargeCode: chargeCode
flag: inPolicy
-> paymentMethod: paymentMethod
-> currency: currency
number: total billableAmount nonBillableAmount agreementAmountCovered salesTaxAmount
-> agreement: agreement
-> ticket: ticket
-> project: project
-> projectPhase: projectPhase
{_TAX.strip()}
"""),
)

UNPOSTED_PROCUREMENT = Resource(
    kind="unpostedProcurement",
    mounts=(Mount("/finance/accounting/unpostedprocurement", READ),),
    module="Finance",
    function=FUNCTION,
    rows=procurement_rows,
    fields=fields(f"""
text: description unpostedProductId trackingNumber vendorAccountNumber vendorInvoiceNumber
integer: locationId departmentId
choice Purchase|Adjustment|Transfer: procurementType
-> purchaseOrder: purchaseOrder
moment: purchaseDate vendorInvoiceDate dateClosed
-> billingTerm: billingTerms
-> currency: currency
number: total taxTotal freightTaxTotal freightCost
flag: purchaseOrderTaxableFlag taxFreightFlag
-> company: customer vendor
{_TAX.strip()}
"""),
)

UNPOSTED_PAYMENT = Resource(
    kind="unpostedPayment",
    mounts=(Mount("/finance/accounting/unpostedpayments", READ),),
    module="Finance",
    function=FUNCTION,
    rows=payment_rows,
    derived={"appliedBy": applied_by},
    defaults={"type": "P", "source": "Default", "paymentSyncStatus": "Applied"},
    fields=fields("""
text: type appliedBy paymentSyncStatus paymentAccount aRPaymentAccount
choice Default|WisePay: source
-> invoice: invoice
number: amount
moment: paymentDate paymentSyncDate
object: wisePayPayment
"""),
)

GL_ENTRY = Resource(
    kind="glEntry",
    mounts=(
        Mount(
            "/finance/invoices/{parentId}/glEntries",
            frozenset({LIST, GET}),
            parent="invoice",
            parent_field="invoice",
        ),
    ),
    module="Finance",
    function="Invoicing",
    rows=invoice_entries,
    fields=fields(f"""
text: type
number: amount cost
text 100: description
text 255: {" ".join((*SEGMENTS, *COGS))} productId salesCode inventory
flag: isBatched
"""),
)

BATCH = Resource(
    kind="batch",
    entity="accountingBatch",
    mounts=(Mount("/finance/accounting/batches", READ),),
    module="Finance",
    function=FUNCTION,
    shown={"name": "batchIdentifier"},
    unique=("batchIdentifier",),
    fields=fields("""
text 50: batchIdentifier
flag: exportInvoicesFlag exportExpensesFlag exportProductsFlag closedFlag
"""),
)

BATCH_ENTRY = Resource(
    kind="batchEntry",
    mounts=(Mount("/finance/accounting/batches/{parentId}/entries", READ, parent="batch", parent_field="batch"),),
    module="Finance",
    function=FUNCTION,
    rows=batch_entries,
    fields=fields("""
text: accountType name accountNumber item salesCode costOfGoodsSoldAccountNumber transfer
number: debit credit cost
-> invoice: invoice
-> purchaseOrder: purchaseOrder
-> purchaseOrderLineItem: lineItem
-> expenseEntry: expense
-> adjustmentDetail: adjustmentDetail
"""),
)


def _levels(form: str, path: str, rows: Rows) -> Resource:
    return Resource(
        kind=f"unposted{form}TaxableLevel",
        mounts=(
            Mount(
                f"/finance/accounting/{path}/{{parentId}}/taxableLevels",
                READ,
                parent=f"unposted{form}",
                parent_field=f"unposted{form}Id",
            ),
        ),
        module="Finance",
        function=FUNCTION,
        rows=rows,
        fields=fields("""
integer: taxLevel
text: taxCodeXref
number: taxAmount
"""),
    )


RESOURCES = (
    UNPOSTED_INVOICE,
    _levels("Invoice", "unpostedinvoices", invoice_levels),
    UNPOSTED_EXPENSE,
    _levels("Expense", "unpostedexpenses", expense_levels),
    UNPOSTED_PROCUREMENT,
    _levels("Procurement", "unpostedprocurement", procurement_levels),
    UNPOSTED_PAYMENT,
    GL_ENTRY,
    BATCH,
    BATCH_ENTRY,
)
