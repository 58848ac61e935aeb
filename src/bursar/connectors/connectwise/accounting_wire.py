"""Records of the accounting interface and of invoices as ConnectWise sends them."""

from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter

from bursar.connectors.connectwise.wire import CurrencyReference, Day, Flag, Identified, Record, Reference, Text
from bursar.connectors.exact_json import JsonObject
from bursar.domain.money import ZERO


def _amount(value: object) -> object:
    return ZERO if value is None else value


Amount = Annotated[Decimal, BeforeValidator(_amount)]


class RawRecord(Identified):
    """A record that is read field by field elsewhere, as it came."""

    model_config = ConfigDict(extra="allow")

    @property
    def whole(self) -> JsonObject:
        return {"id": self.id, **(self.model_extra or {})}


class AuditInfo(Record):
    """Who touched a record, and when."""

    entered_by: Text = Field(default="", alias="enteredBy")
    entered: Text = Field(default="", alias="dateEntered")
    updated_by: Text = Field(default="", alias="updatedBy")
    updated: Text = Field(default="", alias="lastUpdated")


class BatchRecord(Identified):
    """An accounting batch."""

    identifier: Text = Field(default="", alias="batchIdentifier")
    invoices: Flag = Field(default=False, alias="exportInvoicesFlag")
    expenses: Flag = Field(default=False, alias="exportExpensesFlag")
    products: Flag = Field(default=False, alias="exportProductsFlag")
    closed: Flag = Field(default=False, alias="closedFlag")
    info: AuditInfo = Field(default_factory=AuditInfo, alias="_info")


class BatchEntryRecord(Identified):
    """A GL entry in a batch."""

    account_type: Text = Field(default="", alias="accountType")
    name: Text = ""
    account: Text = Field(default="", alias="accountNumber")
    debit: Amount = ZERO
    credit: Amount = ZERO
    invoice: Reference | None = None
    purchase_order: Reference | None = Field(default=None, alias="purchaseOrder")
    expense: Reference | None = None
    transfer: Text = ""
    adjustment_detail: Reference | None = Field(default=None, alias="adjustmentDetail")


class BillingStatusReference(Reference):
    """The billing status of an invoice."""

    closed: bool | None = Field(default=None, alias="isClosed")


class InvoiceRecord(Identified):
    """An invoice or credit memo, as far as payments go."""

    number: Text = Field(default="", alias="invoiceNumber")
    type: Text = ""
    status: BillingStatusReference | None = None
    company: Reference | None = None
    currency: CurrencyReference | None = None
    total: Amount = ZERO
    balance: Amount = ZERO


class PaymentRecord(Identified):
    """A payment on an invoice, or a credit memo applied to it."""

    type: Text = ""
    invoice: Reference | None = None
    credit: Reference | None = None
    amount: Amount = ZERO
    day: Day = Field(default=None, alias="paymentDate")
    applied_by: Text = Field(default="", alias="appliedBy")


class VendorNumberRecord(Identified):
    """A member, by what the books know him."""

    identifier: Text = ""
    vendor_number: Text = Field(default="", alias="vendorNumber")


class CorporateStructureRecord(Identified):
    """The company that uses ConnectWise."""

    base_currency: CurrencyReference | None = Field(default=None, alias="baseCurrency")


ID_LIST = TypeAdapter(list[Identified])
RAW_LIST = TypeAdapter(list[RawRecord])
BATCH_LIST = TypeAdapter(list[BatchRecord])
BATCH_ENTRY_LIST = TypeAdapter(list[BatchEntryRecord])
INVOICE_LIST = TypeAdapter(list[InvoiceRecord])
PAYMENT = TypeAdapter(PaymentRecord)
PAYMENT_LIST = TypeAdapter(list[PaymentRecord])
VENDOR_NUMBER_LIST = TypeAdapter(list[VendorNumberRecord])
CORPORATE_STRUCTURE_LIST = TypeAdapter(list[CorporateStructureRecord])
