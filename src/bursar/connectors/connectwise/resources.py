"""The parts of the ConnectWise API that Bursar uses, as a table."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One kind of record.

    `path` may hold `{parent}`; `noun` is what error sentences call the record; `module` is the row of the security
    role that a 403 points to; `fields` are asked for instead of the whole record, whose custom fields and unused
    columns make most of a page.
    """

    path: str
    noun: str
    module: str
    fields: tuple[str, ...] = ()

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
        *("billStartDate", "nextInvoiceDate", "prorateFlag", "cancelledFlag", "noEndingDateFlag"),
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
