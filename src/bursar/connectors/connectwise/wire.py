"""Records as ConnectWise sends them. Unknown fields are ignored; a missing one and null are the same."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter


def read_day(value: object) -> date | None:
    """The day of `2026-11-01T00:00:00Z`, with or without zone, time or fractions, or of US `11/01/2026`.

    Business dates come as midnight [infer], so the time is dropped and no zone is applied. Raises ValueError.
    """
    if value is None or value == "":
        return None
    text = str(value).strip()
    if "/" in text:
        month, day, year = text.split()[0].split("/")
        return date(int(year), int(month), int(day))
    return date.fromisoformat(text[:10])


Day = Annotated[date | None, BeforeValidator(read_day)]


def _flag(value: object) -> object:
    return False if value is None else value


def _text(value: object) -> object:
    return "" if value is None else value


Flag = Annotated[bool, BeforeValidator(_flag)]
Text = Annotated[str, BeforeValidator(_text)]


class Record(BaseModel):
    """Anything read. Fixed-width padding of texts is stripped."""

    model_config = ConfigDict(extra="ignore", frozen=True, str_strip_whitespace=True, populate_by_name=True)


class Identified(Record):
    """A record of its own."""

    id: int


class Reference(Record):
    """A record named inside another one."""

    id: int | None = None
    identifier: Text = ""
    name: Text = ""


class CurrencyReference(Reference):
    """The currency of a company or agreement."""

    currency_code: Text = Field(default="", alias="currencyCode")
    currency_identifier: Text = Field(default="", alias="currencyIdentifier")
    iso_code: Text = Field(default="", alias="isoCode")
    """What older versions say instead of the code [field]."""


class CurrencyRecord(Identified):
    """A currency set up in ConnectWise."""

    name: Text = ""
    currency_identifier: Text = Field(default="", alias="currencyIdentifier")
    currency_code: Reference | None = Field(default=None, alias="currencyCode")


class CustomFieldValue(Record):
    """One custom field of a record, with its value."""

    id: int | None = None
    caption: Text = ""
    value: str | int | Decimal | bool | None = None


class CustomFieldRecord(Identified):
    """The definition of a custom field."""

    caption: Text = ""
    screen_id: Text = Field(default="", alias="screenId")


class AgreementTypeRecord(Identified):
    """A kind of agreement."""

    name: Text = ""
    inactive: Flag = Field(default=False, alias="inactiveFlag")


class ListRecord(Identified):
    """An entry of a list that people choose from, as much as its kind has. Companies are deleted, not inactive."""

    identifier: Text = ""
    name: Text = ""
    description: Text = ""
    inactive: Flag = Field(default=False, validation_alias=AliasChoices("inactiveFlag", "deletedFlag"))
    category: Reference | None = None
    status: Reference | None = None
    product_class: Text = Field(default="", alias="productClass")


class CompanyRecord(Identified):
    """A company."""

    identifier: Text = ""
    name: Text = ""
    status: Reference | None = None
    deleted: Flag = Field(default=False, alias="deletedFlag")
    default_contact: Reference | None = Field(default=None, alias="defaultContact")
    currency: CurrencyReference | None = None


class CatalogItemRecord(Identified):
    """A product of the catalogue."""

    identifier: Text = ""
    description: Text = ""
    product_class: Text = Field(default="", alias="productClass")
    inactive: Flag = Field(default=False, alias="inactiveFlag")
    price: Decimal | None = None


class AgreementRecord(Identified):
    """An agreement."""

    name: Text = ""
    company: Reference | None = None
    contact: Reference | None = None
    type: Reference | None = None
    currency: CurrencyReference | None = None
    billing_cycle: Reference | None = Field(default=None, alias="billingCycle")
    location: Reference | None = None
    department: Reference | None = None
    status: Text = Field(default="", alias="agreementStatus")
    start: Day = Field(default=None, alias="startDate")
    end: Day = Field(default=None, alias="endDate")
    bill_start: Day = Field(default=None, alias="billStartDate")
    next_invoice: Day = Field(default=None, alias="nextInvoiceDate")
    prorates: Flag = Field(default=False, alias="prorateFlag")
    cancelled: Flag = Field(default=False, alias="cancelledFlag")
    no_ending_date: Flag = Field(default=False, alias="noEndingDateFlag")
    one_time: Flag = Field(default=False, alias="oneTimeFlag")
    employee_comp_rate: Text = Field(default="", alias="employeeCompRate")
    employee_comp_not_exceed: Text = Field(default="", alias="employeeCompNotExceed")
    invoicing_cycle: Text = Field(default="", alias="invoicingCycle")
    bill_time: Text = Field(default="", alias="billTime")
    bill_expenses: Text = Field(default="", alias="billExpenses")
    bill_products: Text = Field(default="", alias="billProducts")


class AdditionRecord(Identified):
    """An addition."""

    product: Reference | None = None
    quantity: Decimal | None = None
    unit_price: Decimal | None = Field(default=None, alias="unitPrice")
    unit_cost: Decimal | None = Field(default=None, alias="unitCost")
    effective: Day = Field(default=None, alias="effectiveDate")
    cancelled: Day = Field(default=None, alias="cancelledDate")
    description: Text = Field(default="", alias="invoiceDescription")
    bill_customer: Text = Field(default="", alias="billCustomer")
    serial_number: Text = Field(default="", alias="serialNumber")
    total: Decimal | None = Field(default=None, alias="extPrice")
    custom_fields: list[CustomFieldValue] | None = Field(default=None, alias="customFields")


class MemberRecord(Identified):
    """Somebody who logs in, an API member too."""

    identifier: Text = ""
    role: Reference | None = Field(default=None, alias="securityRole")


class RoleRecord(Identified):
    """A security role. An administrator's role is not limited by its settings [infer]."""

    name: Text = ""
    administrator: Flag = Field(default=False, alias="adminFlag")
    inactive: Flag = Field(default=False, alias="inactiveFlag")


class RoleSettingRecord(Identified):
    """A row of a security role."""

    module: Text = Field(default="", alias="moduleName")
    function: Text = Field(default="", alias="moduleFunctionName")
    add: Text = Field(default="", alias="addLevel")
    edit: Text = Field(default="", alias="editLevel")
    delete: Text = Field(default="", alias="deleteLevel")
    inquire: Text = Field(default="", alias="inquireLevel")


class Count(Record):
    """The answer of every `/count`."""

    count: int


AGREEMENT_LIST = TypeAdapter(list[AgreementRecord])
ADDITION_LIST = TypeAdapter(list[AdditionRecord])
AGREEMENT_TYPE_LIST = TypeAdapter(list[AgreementTypeRecord])
CHOICE_LIST = TypeAdapter(list[ListRecord])
COMPANY_LIST = TypeAdapter(list[CompanyRecord])
CATALOG_LIST = TypeAdapter(list[CatalogItemRecord])
CURRENCY_LIST = TypeAdapter(list[CurrencyRecord])
CUSTOM_FIELD_LIST = TypeAdapter(list[CustomFieldRecord])
MEMBER_LIST = TypeAdapter(list[MemberRecord])
ROLE_SETTING_LIST = TypeAdapter(list[RoleSettingRecord])
COUNT = TypeAdapter(Count)
ROLE = TypeAdapter(RoleRecord)
AGREEMENT = TypeAdapter(AgreementRecord)
ADDITION = TypeAdapter(AdditionRecord)
