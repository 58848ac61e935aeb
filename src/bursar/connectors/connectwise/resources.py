"""The parts of the ConnectWise API that Bursar uses, as a table."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bursar.domain.ledger.unposted import Family
from bursar.domain.lists import ListKind


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One kind of record.

    `path` may hold `{parent}`; `noun` is what error sentences call the record; `module` is the row of the security
    role that a 403 points to; `fields` are asked for instead of the whole record, whose custom fields and unused
    columns make most of a page. `gone` says what to do when a record is not there any more.
    """

    path: str
    noun: str
    module: str
    fields: tuple[str, ...] = ()
    gone: str = ""

    def at(self, *, parent: int | None = None, record: int | None = None) -> str:
        """The path of the list, or of one record. Raises ValueError when the parent is not known."""
        if parent is None and "{parent}" in self.path:
            raise ValueError(f"an {self.noun} lives below another record")
        path = self.path.format(parent=parent)
        return path if record is None else f"{path}/{record}"

    @property
    def count_path(self) -> str:
        return f"{self.path}/count"


AGREEMENTS = Endpoint(
    "/finance/agreements",
    "agreement",
    "Finance > Agreements",
    (
        *("id", "name", "company", "contact", "type", "currency", "agreementStatus", "startDate", "endDate"),
        *("billStartDate", "nextInvoiceDate", "prorateFlag", "cancelledFlag", "noEndingDateFlag", "billingCycle"),
    ),
)
ADDITIONS = Endpoint(
    "/finance/agreements/{parent}/additions",
    "addition",
    "Finance > Agreements",
    (
        *("id", "product", "quantity", "unitPrice", "unitCost", "effectiveDate", "cancelledDate"),
        *("invoiceDescription", "billCustomer", "serialNumber", "extPrice"),
    ),
)
AGREEMENT_TYPES = Endpoint(
    "/finance/agreements/types", "agreement type", "System > Table Setup", ("id", "name", "inactiveFlag")
)
COMPANIES = Endpoint(
    "/company/companies",
    "company",
    "Companies > Company Maintenance",
    ("id", "identifier", "name", "status", "deletedFlag", "defaultContact", "currency"),
)
CATALOG = Endpoint(
    "/procurement/catalog",
    "catalog item",
    "Procurement > Product Catalog",
    ("id", "identifier", "description", "productClass", "inactiveFlag", "price"),
)
CURRENCIES = Endpoint(
    "/finance/currencies",
    "currency",
    "System > Table Setup",
    ("id", "currencyIdentifier", "name", "currencyCode"),
)
CUSTOM_FIELDS = Endpoint(
    "/system/userDefinedFields", "custom field", "System > Table Setup", ("id", "caption", "screenId")
)

_TABLE_SETUP, _MY_COMPANY = "System > Table Setup", "System > My Company"
_NAMED = ("id", "name", "inactiveFlag")

LISTS: Mapping[ListKind, Endpoint] = {
    ListKind.AGREEMENT_TYPE: AGREEMENT_TYPES,
    ListKind.BILLING_CYCLE: Endpoint(
        "/finance/billingCycles", "billing cycle", _TABLE_SETUP, ("id", "identifier", "name")
    ),
    ListKind.BILLING_TERM: Endpoint("/finance/billingTerms", "billing term", _TABLE_SETUP, ("id", "name")),
    ListKind.CATALOG_ITEM: replace(CATALOG, fields=("id", "identifier", "description", "productClass", "inactiveFlag")),
    ListKind.COMPANY: replace(COMPANIES, fields=("id", "identifier", "name", "status", "deletedFlag")),
    ListKind.COMPANY_STATUS: Endpoint("/company/companies/statuses", "company status", _TABLE_SETUP, _NAMED),
    ListKind.DEPARTMENT: Endpoint("/system/departments", "department", _MY_COMPANY, ("id", "identifier", "name")),
    ListKind.LOCATION: Endpoint("/system/locations", "location", _MY_COMPANY, ("id", "name")),
    ListKind.PRODUCT_CATEGORY: Endpoint("/procurement/categories", "product category", _TABLE_SETUP, _NAMED),
    ListKind.PRODUCT_SUBCATEGORY: Endpoint(
        "/procurement/subcategories", "product subcategory", _TABLE_SETUP, (*_NAMED, "category")
    ),
    ListKind.PRODUCT_TYPE: Endpoint("/procurement/types", "product type", _TABLE_SETUP, _NAMED),
    ListKind.UNIT_OF_MEASURE: Endpoint("/procurement/unitOfMeasures", "unit of measure", _TABLE_SETUP, _NAMED),
}
"""Where each list that people choose from is read. Only some kinds of record can be inactive [spec]."""

_MEMBERS = ("id", "identifier", "inactiveFlag", "securityRole")
API_MEMBERS = Endpoint("/system/apiMembers", "API member", "System > Member Maintenance", _MEMBERS)
MEMBERS = Endpoint("/system/members", "member", "System > Member Maintenance", _MEMBERS)
SECURITY_ROLES = Endpoint(
    "/system/securityroles", "security role", "System > Security Roles", ("id", "name", "adminFlag", "inactiveFlag")
)
ROLE_SETTINGS = Endpoint(
    "/system/securityRoles/{parent}/settings",
    "security role setting",
    "System > Security Roles",
    ("id", "moduleName", "moduleFunctionName", "addLevel", "editLevel", "deleteLevel", "inquireLevel"),
)

_ACCOUNTING, _INVOICING = "Finance > Accounting Interface", "Finance > Invoicing"
UNPOSTED: Mapping[Family, Endpoint] = {
    Family.INVOICES: Endpoint(
        "/finance/accounting/unpostedinvoices",
        "unposted invoice",
        _ACCOUNTING,
        (
            *("id", "billingLogId", "invoiceNumber", "invoiceDate", "total", "salesTaxAmount", "currency", "company"),
            *("billToCompany", "accountNumber", "location", "locationId", "departmentId"),
        ),
    ),
    Family.EXPENSES: Endpoint(
        "/finance/accounting/unpostedexpenses",
        "unposted expense",
        _ACCOUNTING,
        (
            *("id", "expenseDetailId", "dateExpense", "total", "salesTaxAmount", "currency", "company", "member"),
            *("classification", "locationId", "departmentId"),
        ),
    ),
    Family.PROCUREMENT: Endpoint(
        "/finance/accounting/unpostedprocurement",
        "unposted procurement record",
        _ACCOUNTING,
        (
            *("id", "unpostedProductId", "procurementType", "description", "purchaseDate", "total", "taxTotal"),
            *("currency", "vendor", "vendorAccountNumber", "locationId", "departmentId"),
        ),
    ),
}
EXPORT = Endpoint("/finance/accounting/export", "GL export", _ACCOUNTING)
_BATCH_GONE = "Export: Bursar reads then which batches ConnectWise still has."
BATCHES = Endpoint(
    "/finance/accounting/batches",
    "accounting batch",
    _ACCOUNTING,
    (
        *("id", "batchIdentifier", "exportInvoicesFlag", "exportExpensesFlag", "exportProductsFlag", "closedFlag"),
        "_info",
    ),
    _BATCH_GONE,
)
BATCH_EXPORT = Endpoint(
    "/finance/accounting/batches/{parent}/export", "GL export of the batch", _ACCOUNTING, gone=_BATCH_GONE
)
BATCH_ENTRIES = Endpoint(
    "/finance/accounting/batches/{parent}/entries",
    "accounting batch",
    _ACCOUNTING,
    (
        *("id", "accountType", "name", "accountNumber", "debit", "credit", "invoice", "purchaseOrder", "expense"),
        *("transfer", "adjustmentDetail"),
    ),
    _BATCH_GONE,
)
BATCH_ENTRY_IDS = replace(BATCH_ENTRIES, fields=("id",))
INVOICES = Endpoint(
    "/finance/invoices",
    "invoice",
    _INVOICING,
    ("id", "invoiceNumber", "type", "status", "company", "currency", "total", "balance"),
)
PAYMENTS = Endpoint(
    "/finance/invoices/{parent}/payments",
    "payment",
    _INVOICING,
    ("id", "type", "invoice", "credit", "amount", "paymentDate", "appliedBy"),
)
GL_ENTRIES = Endpoint("/finance/invoices/{parent}/glEntries", "GL entry", _INVOICING, ("id",))
VENDOR_NUMBERS = replace(MEMBERS, fields=("id", "identifier", "vendorNumber"))
CORPORATE_STRUCTURE = Endpoint(
    "/system/myCompany/corporateStructure", "corporate structure", _MY_COMPANY, ("id", "baseCurrency")
)
