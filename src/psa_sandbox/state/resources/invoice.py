"""Invoices, their lines and their payments."""

from __future__ import annotations

from psa_sandbox.state.closed_invoices import follow_status, invoice_rule
from psa_sandbox.state.hand_invoices import follow_line, line_delete_rule, line_rule, recalculate
from psa_sandbox.state.payments import (
    applied_by,
    invoice_balance,
    invoice_total,
    payment_rule,
    settle,
    unsettle,
)
from psa_sandbox.state.resources.field import fields
from psa_sandbox.state.resources.resource import COUNT, CREATE, DELETE, EVERYTHING, PATCH, READ, Mount, Resource

INVOICE = Resource(
    kind="invoice",
    mounts=(Mount("/finance/invoices", READ | {CREATE, PATCH}),),
    module="Finance",
    function="Invoicing",
    shown={
        "identifier": "invoiceNumber",
        "billingType": "type",
        "applyToType": "applyToType",
        "invoiceDate": "date",
    },
    keys=("invoiceNumber",),
    unique=("invoiceNumber",),
    screen="invoice",
    rule=invoice_rule,
    after=follow_status,
    fields=fields("""
text 15 on-update: invoiceNumber
choice Agreement|CreditMemo|DownPayment|Miscellaneous|Progress|Standard|Consolidated required create-only: type
choice All|Agreement|Project|ProjectPhase|SalesOrder|Ticket computed: applyToType
-> billingStatus: status
-> company required create-only: company
-> company: billToCompany shipToCompany
text computed: accountNumber adjustedBy closedBy
text: billingSiteAddressLine1 billingSiteAddressLine2 billingSiteCity billingSiteState billingSiteZip
text: billingSiteCountry shippingSiteAddressLine1 shippingSiteAddressLine2 shippingSiteCity
text: shippingSiteState shippingSiteZip shippingSiteCountry topComment bottomComment internalNotes
text: adjustmentReason
text 60: attention shipToAttention
text 50: reference customerPO
integer computed: applyToId
integer: templateSetupId emailTemplateId departmentId territoryId
integer on-update: locationId
-> companySite within=billToCompany/company: billingSite
-> companySite within=shipToCompany/company: shippingSite
-> billingTerm: billingTerms
-> invoiceTemplateDetail: invoiceTemplate
flag: addToBatchEmailList restrictDownpaymentFlag taxableFlag downpaymentPreviouslyTaxedFlag
flag: overrideDownPaymentAmountFlag specialInvoiceFlag
moment: date dueDate
-> location: location territory
-> department: department
-> taxCode: taxCode
number computed: serviceTotal expenseTotal productTotal previousProgressApplied serviceAdjustmentAmount
number computed: agreementAmount downpaymentApplied subtotal total remainingDownpayment salesTax payments
number computed: credits balance
-> currency: currency
-> billingSetup: billingSetupReference
-> ticket computed: ticket
-> project computed: project
-> projectPhase computed: phase
-> salesOrder computed: salesOrder
-> agreement computed: agreement
-> batch computed: glBatch unbatchedBatch
"""),
)

PAYMENT = Resource(
    kind="payment",
    entity="payment",
    mounts=(
        Mount(
            "/finance/invoices/{parentId}/payments",
            EVERYTHING - {COUNT},
            parent="invoice",
            parent_field="invoice",
        ),
    ),
    module="Finance",
    function="Invoicing",
    add_level="edit",
    rule=payment_rule,
    after=settle,
    after_delete=unsettle,
    derived={"appliedBy": applied_by, "invoiceBalance": invoice_balance, "invoiceTotal": invoice_total},
    defaults={"source": "Default", "paymentSyncStatus": "Applied"},
    fields=fields("""
text: type
text computed: appliedBy
choice Default|WisePay computed: source
-> invoice: invoice credit
number required: amount
number computed: balance invoiceBalance invoiceTotal
moment required: paymentDate
moment: paymentSyncDate
object computed: wisePayPayment
choice Unapplied|Applied|Synced: paymentSyncStatus
text 50: glBatchID
text: paymentAccount aRPaymentAccount
"""),
)

PRODUCT = Resource(
    kind="product",
    mounts=(Mount("/procurement/products", READ | {CREATE, PATCH, DELETE}),),
    module="Procurement",
    function="Products",
    screen="product",
    rule=line_rule,
    on_delete=line_delete_rule,
    after=follow_line,
    after_delete=recalculate,
    fields=fields("""
-> catalogItem required: catalogItem
text 2000: description
number: sequenceNumber quantity price cost discount agreementAmount quantityCancelled
number computed: extPrice extCost margin
number: subContractorAmountLimit listPrice calculatedPrice calculatedCost wonCost wonPrice wonQuantity
-> unitOfMeasure: unitOfMeasure
choice FlatRateForRange|PercentMarkupFromCost|PercentMarkdownFromPrice|PricePerUnit: priceMethod
choice Billable|DoNotBill|NoCharge required: billableOption
choice Agreement|Bundle|Inventory|NonInventory|Service: productClass
-> agreement: agreement
-> invoice: invoice
-> company: company vendor
integer on-update: locationId businessUnitId
-> location: location
-> department: businessUnit
text 50: vendorSku
text 100: cancelledReason
text 6000 on-update: customerDescription
text 1000: internalNotes
text 10: shipSet
text: warehouse warehouseBin integrationXRef uom asioSubscriptionsID
flag: taxableFlag dropshipFlag specialOrderFlag phaseProductFlag cancelledFlag productSuppliedFlag
flag: calculatedPriceFlag calculatedCostFlag needToPurchaseFlag minimumStockFlag poApprovedFlag
flag: addComponentsFlag ignorePricingSchedulesFlag bypassForecastUpdate
integer: subContractorShipToId warehouseId warehouseBinId forecastDetailId cancelledBy needToOrderQuantity
moment: cancelledDate purchaseDate
list: serialNumberIds serialNumbers
object: recurring
-> sla: sla
-> entityType: entityType
-> ticket: ticket
-> project: project
-> projectPhase: phase
-> salesOrder: salesOrder
-> opportunity: opportunity
-> opportunityStatus: forecastStatus
-> warehouse: warehouseIdObject
-> warehouseBin: warehouseBinIdObject
-> taxCode: taxCode
-> invoiceGrouping: invoiceGrouping
"""),
)

RESOURCES = (INVOICE, PAYMENT, PRODUCT)
