"""Setup tables of billing: cycles, terms, statuses, currencies."""

from __future__ import annotations

from psa_sandbox.state.resources.field import fields
from psa_sandbox.state.resources.resource import READ, Mount, Resource
from psa_sandbox.state.tax_shares import tax_code_levels

BILLING_CYCLE = Resource(
    kind="billingCycle",
    mounts=(Mount("/finance/billingCycles"),),
    module="System",
    function="Table Setup",
    unique=("identifier", "name"),
    shown={"name": "name"},
    fields=fields("""
text 5 required: identifier
text 50 required: name
flag: defaultFlag
choice BiMonthly|BiWeekly|Monthly|NotRecurring|Quarterly|SemiAnnual|Weekly|Yearly required: billingOptions
"""),
)

BILLING_TERM = Resource(
    kind="billingTerm",
    mounts=(Mount("/finance/billingTerms"),),
    module="System",
    function="Table Setup",
    unique=("name",),
    fields=fields("""
text 50 required: name
flag: defaultFlag
integer required: dueDays
text 50: termsXref
"""),
)

BILLING_STATUS = Resource(
    kind="billingStatus",
    mounts=(Mount("/finance/billingStatuses"),),
    module="System",
    function="Table Setup",
    link="status",
    unique=("name",),
    shown={"name": "name", "isClosed": "closedFlag"},
    fields=fields("""
text 30 required: name
integer: sortOrder
flag: defaultFlag closedFlag inactiveFlag sentFlag
text: connectWiseId
"""),
)

CURRENCY = Resource(
    kind="currency",
    mounts=(Mount("/finance/currencies"),),
    module="System",
    function="Table Setup",
    unique=("currencyIdentifier",),
    keys=("currencyIdentifier", "name"),
    shown={
        "symbol": "symbol",
        "currencyCode": "currencyCode/name",
        "decimalSeparator": "decimalSeparator",
        "numberOfDecimals": "numberOfDecimals",
        "thousandsSeparator": "thousandsSeparator",
        "negativeParenthesesFlag": "negativeParenthesesFlag",
        "displaySymbolFlag": "displaySymbolFlag",
        "currencyIdentifier": "currencyIdentifier",
        "displayIdFlag": "displayIdFlag",
        "rightAlign": "rightAlign",
        "name": "name",
    },
    fields=fields("""
text 10 required: currencyIdentifier
text 50 required: name
text 10: symbol
text 1: thousandsSeparator decimalSeparator
text: reportFormat
-> currencyCode: currencyCode
flag: displayIdFlag displaySymbolFlag negativeParenthesesFlag rightAlign
integer: numberOfDecimals
"""),
)

_LEVEL = """
number: level{0}Rate level{0}TaxableMax level{0}ApplySingleUnitMin level{0}ApplySingleUnitMax
choice Amount|Percent: level{0}RateType
text 25: level{0}Caption
text 50: level{0}TaxCodeXref
text 100: level{0}AgencyXref
flag: level{0}ServicesFlag level{0}ExpensesFlag level{0}ProductsFlag level{0}ApplySingleUnitFlag
""".strip()

TAX_CODE = Resource(
    kind="taxCode",
    mounts=(Mount("/finance/taxCodes"),),
    module="System",
    function="Table Setup",
    unique=("identifier",),
    shown={"name": "description"},
    keys=("identifier",),
    fields=fields(
        """
text 8 required: identifier
text 50 required: description
text 25 required: invoiceCaption
moment required: effectiveDate
moment: cancelDate
-> country: country
flag: defaultFlag displayOnInvoiceFlag canadaCalculateGSTFlag addAllWorkRoles removeAllWorkRoles
flag: addAllExpenseTypes removeAllExpenseTypes addAllProductTypes removeAllProductTypes
list: workRoleIds expenseTypeIds productTypeIds
"""
        + "\n".join(_LEVEL.format(level) for level in ("One", "Two", "Three", "Four", "Five", "Six"))
    ),
)

TAX_CODE_LEVEL = Resource(
    kind="taxCodeLevel",
    mounts=(Mount("/finance/taxCodes/{parentId}/taxCodeLevels", READ, parent="taxCode", parent_field="taxCode"),),
    module="System",
    function="Table Setup",
    rows=tax_code_levels,
    fields=fields("""
integer: taxLevel
number required: taxRate
choice Amount|Percent required: rateType
number: taxableMax singleUnitMinimum singleUnitMaximum
text 25: caption
text 50: taxCodeXref
text 100: agencyXref
flag: taxServicesFlag taxExpensesFlag taxProductsFlag singleUnitFlag
"""),
)

RESOURCES = (BILLING_CYCLE, BILLING_TERM, BILLING_STATUS, CURRENCY, TAX_CODE, TAX_CODE_LEVEL)
