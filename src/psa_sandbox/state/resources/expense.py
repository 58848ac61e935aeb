"""Expenses: entries and their types. The sandbox's contract has no path that writes them."""

from __future__ import annotations

from psa_sandbox.state.resources.field import fields
from psa_sandbox.state.resources.resource import READ, Mount, Resource

_BILLING = "Billable|DoNotBill|NoCharge|NoDefault"
_STATUSES = (
    "Open|Rejected|PendingApproval|ErrorsCorrected|PendingProjectApproval|ApprovedByTierOne|RejectBySecondTier|"
    "ApprovedByTierTwo|ReadyToBill|Billed|WrittenOff|BilledAgreement"
)

EXPENSE_ENTRY = Resource(
    kind="expenseEntry",
    mounts=(Mount("/expense/entries", READ),),
    module="Time & Expense",
    function="Expense Report Entry",
    shown={"amount": "amount"},
    screen="expenseEntry",
    fields=fields(f"""
-> expenseReport: expenseReport
-> company: company
integer: chargeToId locationId businessUnitId
choice Company|ServiceTicket|ProjectTicket|ChargeCode|Activity: chargeToType
-> expenseType required: type
-> member: member
-> paymentMethod: paymentMethod
-> expenseClassification: classification
number required: amount
choice {_BILLING}: billableOption
moment required: date
text: notes mobileGuid
-> agreement: agreement
number: invoiceAmount billAmount agreementAmount odometerStart odometerEnd
list: taxes
-> invoice: invoice
-> currency: currency
choice {_STATUSES}: status
-> ticket: ticket
-> project: project
-> projectPhase: phase
"""),
)

EXPENSE_TYPE = Resource(
    kind="expenseType",
    mounts=(Mount("/expense/types", READ),),
    module="System",
    function="Table Setup",
    link="type",
    fields=fields(f"""
text 30 required: name
text required: amountCaption
number: reimbursementRate invoiceMarkupAmount maxAmount
choice {_BILLING} required: billExpenses
choice Amount|Mile|Percent required: invoiceMarkupOption
flag: advancedAmountFlag mileageFlag quantityFlag inactiveFlag defaultFlag
text 50: integrationXRef
"""),
)

EXPENSE_REPORT = Resource(
    kind="expenseReport",
    fields=fields("""
text: name
moment: startDate endDate
"""),
)

RESOURCES = (EXPENSE_ENTRY, EXPENSE_TYPE, EXPENSE_REPORT)
