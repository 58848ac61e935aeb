"""Agreements and what hangs on them."""

from __future__ import annotations

from psa_sandbox.state.agreements import addition_delete_rule, addition_rule, agreement_rule, spread_status
from psa_sandbox.state.resources.field import fields
from psa_sandbox.state.resources.resource import Mount, Resource
from psa_sandbox.state.store import Record, Store

_BILLING = "Billable|DoNotBill|NoCharge|NoDefault"
_CYCLES = (
    "Contract2Weeks|Contract4Weeks|ContractYear|CalendarMonth|CalendarQuarter|CalendarWeek|ContractQuarter|CalendarYear"
)
_STATUSES = "Active|Cancelled|Expired|Inactive"


def _agreement_type_name(store: Store, agreement: Record) -> object:
    kind = agreement.get("type")
    found = store.get("agreementType", int(str(kind["id"]))) if isinstance(kind, dict) else None
    return found.get("name") if found else None


def _status_reaches_additions(store: Store, agreement: Record, _previous: Record | None, by: str) -> None:
    spread_status(store, agreement, by=by)


AGREEMENT = Resource(
    kind="agreement",
    mounts=(Mount("/finance/agreements"),),
    module="Finance",
    function="Agreements",
    shown={"name": "name", "type": _agreement_type_name, "chargeFirmFlag": "chargeToFirm"},
    screen="agreement",
    defaults={
        "employeeCompRate": "Actual",
        "employeeCompNotExceed": "Billing",
        "invoicingCycle": "CalendarYear",
        "billTime": "NoDefault",
        "billExpenses": "NoDefault",
        "billProducts": "NoDefault",
    },
    rule=agreement_rule,
    after=_status_reaches_additions,
    fields=fields(f"""
text 100 required: name
-> agreementType required: type
-> company required: company
-> contact required: contact
-> company: subContractCompany billToCompany shipToCompany
-> contact: subContractContact billToContact shipToContact
-> companySite within=company: site
-> companySite within=billToCompany/company: billToSite
-> companySite within=shipToCompany/company: shipToSite
-> agreement: parentAgreement
text 50: customerPO
text 100: reasonCancelled
text 20: workOrder
text: internalNotes invoiceDescription
text computed: nextInvoiceDate
-> location: location companyLocation
-> department: department
moment: startDate endDate dateCancelled billStartDate
flag: restrictLocationFlag restrictDepartmentFlag noEndingDateFlag cancelledFlag applicationUnlimitedFlag
flag: oneTimeFlag coverAgreementTime coverAgreementProduct coverAgreementExpense coverSalesTax
flag: carryOverUnused allowOverruns expireWhenZero chargeToFirm billOneTimeFlag taxable restrictDownPayment
flag: prorateFlag invoiceProratedAdditionsFlag topComment bottomComment billableTimeInvoice
flag: billableExpenseInvoice billableProductInvoice autoInvoiceFlag billZeroAmountFlag
number: applicationLimit compHourlyRate compLimitAmount billAmount prorateFirstBill
integer: expiredDays limit
choice Amount|Hours|Incidents: applicationUnits
choice {_CYCLES}: applicationCycle
choice Actual|Hourly on-update: employeeCompRate
choice Billing|Amount|Percent: employeeCompNotExceed
choice ContractYear|CalendarYear on-update: invoicingCycle
choice {_BILLING} on-update: billTime billExpenses billProducts
choice Current|Future|Both|Undefined: periodType
choice {_STATUSES} computed: agreementStatus
-> billingCycle: billingCycle
-> billingTerm: billingTerms
-> taxCode: taxCode
-> currency: currency
-> opportunity: opportunity
-> sla: sla
-> workRole: workRole
-> workType: workType
-> projectType: projectType
-> invoiceTemplate: invoiceTemplate
"""),
)

ADDITION = Resource(
    kind="addition",
    mounts=(Mount("/finance/agreements/{parentId}/additions", parent="agreement", parent_field="agreementId"),),
    module="Finance",
    function="Agreements",
    screen="addition",
    rule=addition_rule,
    on_delete=addition_delete_rule,
    fields=fields(f"""
-> catalogItem required showing=identifier/serializedFlag: product
choice Billable|DoNotBill|NoCharge required: billCustomer
number: quantity lessIncluded unitPrice unitCost sequenceNumber
number computed: billedQuantity extPrice extCost margin
number computed: prorateCost proratePrice extendedProrateCost extendedProratePrice
moment: effectiveDate cancelledDate
flag: taxableFlag purchaseItemFlag specialOrderFlag prorateCurrentPeriodFlag
text 50: serialNumber
text 6000: invoiceDescription
text computed: description uom
integer computed: agreementId
choice {_STATUSES} computed: agreementStatus
-> opportunity: opportunity
-> invoiceGrouping: invoiceGrouping
"""),
)

ADJUSTMENT = Resource(
    kind="adjustment",
    mounts=(Mount("/finance/agreements/{parentId}/adjustments", parent="agreement", parent_field="agreementId"),),
    module="Finance",
    function="Agreements",
    screen="adjustment",
    fields=fields("""
number: amount
text 1000: description
moment: effectiveDate
integer computed: agreementId
"""),
)

AGREEMENT_TYPE = Resource(
    kind="agreementType",
    mounts=(Mount("/finance/agreements/types"),),
    module="System",
    function="Table Setup",
    link="type",
    unique=("name",),
    fields=fields(f"""
text 50 required: name
choice Prefix|Suffix: prefixSuffixOption
flag: defaultFlag inactiveFlag prePaymentFlag restrictLocationFlag restrictDepartmentFlag
flag: applicationUnlimitedFlag oneTimeFlag coverAgreementTimeFlag coverAgreementProductFlag
flag: coverAgreementExpenseFlag coverSalesTaxFlag carryOverUnusedFlag allowOverrunsFlag expireWhenZero
flag: chargeToFirmFlag billOneTimeFlag taxableFlag restrictDownPaymentFlag topCommentFlag bottomCommentFlag
flag: billableTimeInvoiceFlag billableExpenseInvoiceFlag billableProductInvoiceFlag copyWorkRolesFlag
flag: copyWorkTypesFlag addAllWorkRoleExclusions removeAllWorkRoleExclusions addAllWorkTypeExclusions
flag: removeAllWorkTypeExclusions prorateFlag autoInvoiceFlag billZeroAmountFlag invoiceProratedAdditionsFlag
text 5: invoicePreSuffix
text 4000: invoiceDescription
text 50: integrationXRef
text: connectWiseId
-> location: location
-> department: department
-> sla: sla
-> billingCycle: billingCycle
-> billingTerm: billingTerms
-> workRole: workRole
-> workType: workType
-> projectType: projectType
-> invoiceTemplate: invoiceTemplate
-> emailTemplate: emailTemplate
number: applicationLimit compHourlyRate compLimitAmount billAmount
integer: expiredDays limit
choice Amount|Hours|Incidents: applicationUnits
choice {_CYCLES}: applicationCycle
choice Actual|Hourly required: employeeCompRate
choice Billing|Amount|Percent required: employeeCompNotExceed
choice ContractYear|CalendarYear required: invoicingCycle
choice {_BILLING} required: billTime billExpenses billProducts
list: exclusionWorkRoleIds exclusionWorkTypeIds
"""),
)

RESOURCES = (AGREEMENT, ADDITION, ADJUSTMENT, AGREEMENT_TYPE)
