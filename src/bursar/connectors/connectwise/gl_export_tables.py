"""The records of a GL export, field by field, in both dialects.

Attributes are those of the field samples; those of expenses with an offset, adjustments and transfers, of which no
legacy sample is known, follow the REST names (assumed). REST paths are those of the vendor's OpenAPI document, with
the older names of the samples read as the newer ones.
"""

from dataclasses import dataclass

from bursar.connectors.connectwise.gl_export_forms import FieldTable, fields
from bursar.domain.ledger.documents import RecordType

_PLACE = "AddressLine1 AddressLine2 AddressLine3 City State PostalCode Country CountryCode PhoneNumber"
_STOREHOUSE = (
    "WarehouseAddressLine1 WarehouseAddressLine2 WarehouseCity WarehouseState WarehouseZip WarehouseCountry"
    " WarehouseCountryCode"
)
_SHIP = " ".join(f"Ship{name}" for name in _PLACE.split())
_SHIP_TO = " ".join(f"ShipTo{name}" for name in _PLACE.split())

SETTINGS = fields("""
true_false: cogsOption salesTaxOption salesTaxGroupsOption inventoryPostOption expenseAsBillOption expenseSummaryOption
true_false: exportInvoices exportExpenses exportInventory syncPayments
text: glBatchId=GLBatchID lastPaymentSync
true_false: dropShipCogsOption uomProductOption
""")

VENDOR = fields(f"""
text: member.identifier=MemberID vendor.name=VendorName company.name=CompanyName vendorNumber
text: FirstName MiddleInitial LastName accountNumber site.name=SiteName {_PLACE} billingTerms.name=BillingTerms
number: dueDays
text: taxCode.name=TaxGroup
""")

CUSTOMER = fields(f"""
text: company.name=CompanyName contact.name=ContactName site.name=SiteName {_PLACE}
true_false: taxable
text: accountNumber billingTerms.name=BillingTerms billingTermsXref taxCode.name=TaxCode
text: stateTaxXref countyTaxXref cityTaxXref Level4TaxXref Level5TaxXref
percent: stateTaxRate countyTaxRate cityTaxRate Level4TaxRate Level5TaxRate
text: taxAgencyXref stateTaxAgencyXref countyTaxAgencyXref cityTaxAgencyXref Level4TaxAgencyXref Level5TaxAgencyXref
account: TaxAccountNumber
percent: TaxRate
number: dueDays
text: currency.currencyCode=CurrencyID companyType.name=CompanyType ContactEmailAddress
""")

TRANSACTION = fields(f"""
text: documentType
day: documentDate
text: company.name=CompanyName project.name=ProjectName
number: total taxableTotal salesTax stateTax countyTax cityTax
number: taxableAmount1 taxableAmount2 taxableAmount3 taxableAmount4 taxableAmount5
text: documentNumber memo description
yes_no: taxable
text: TaxCode taxCode.name=TaxGroup
group_rate: taxGroupRate
account: taxAccountNumber
true_false: piggyBackFlag
text: attention site.name=SiteName {_PLACE}
text: shipToCompanyAccountNumber=ShipCompanyAccountNumber
text: shipToCompanyType.name=ShipCompanyType shipToTaxId=ShipTaxID
text: shipToCompany.name=ShipCompanyName shipSite.name=ShipSiteName {_SHIP} shipContact=ShipContactName
text: billingTerms.name=BillingTerms billingTermsXref
number: dueDays
day: dueDate
account: accountNumber
text: glClass=Class
ids: glEntryIds=GLEntryRecID
text: companyAccountNumber taxAgencyXref stateTaxXref countyTaxXref CityTaxXref salesRepId=SalesRepID salesRepName
text: purchaseOrder.name=PONumber glTypeId=GLTypeID salesTerritory currency.currencyCode=CurrencyID
text: companyType.name=CompanyType billingType
yes_no: taxDpAppliedFlag=TaxDPAppliedFlag emailDeliveryFlag printDeliveryFlag agreementPrePaymentFlag
text: taxId=TaxID
yes_no: useAvalaraFlag=UseAvalara sendAvalaraTaxFlag=SendAvalaraTax
""")

_GOODS = f"""
text: glClass=Class
number: cost
account: accountNumber costAccountNumber inventoryAccountNumber
text: salesCode item.identifier=ItemID
number: itemPrice itemCost total quantity
text: memo description
text: glTypeId=GLTypeID glItemId=GLItemID itemTypeXref inventoryXref cogsXref salesDescription itemDescription
text: currency.currencyCode=CurrencyID unitOfMeasure.name=UomName priceLevelXref locationXref uomScheduleXref
text: warehouseBin.name=BinDescription warehouseSite.name=WarehouseSiteName {_STOREHOUSE}
text: subCategory.name=SubCatDescription serialNumbers shipmentMethod.name=ShipmentMethod
yes_no: serializedFlag=Serialized dropShippedFlag=Dropshipped
text: taxCode.name=TaxCode taxCodeXref taxAgencyXref taxNote
"""

TRANSACTION_DETAIL = fields(f"""
text: documentType
moment: documentDate
id: id=GLEntryRecID
account: productAccountNumber
yes_no: taxableFlag=Taxable taxable2Flag=Taxable2 taxable3Flag=Taxable3 taxable4Flag=Taxable4 taxable5Flag=Taxable5
yes_no: itemTaxableFlag=ItemTaxable
text: invoiceSummaryOption timeEntry.id=TimeEntryRecId
fraction: taxRate
percent: taxRatePercent?
{_GOODS.strip()}
""")

PURCHASE = fields(f"""
text: documentNumber
day: documentDate purchaseDate
text: company.name=VendorName vendorNumber vendorAccountNumber vendorInvoiceNumber
day: vendorInvoiceDate
number: freightAmount
text: freightPackingSlip
account: apAccountNumber=APAccountNumber
text: purchaseClass=Class contact.name=ContactName site.name=SiteName {_PLACE} description memo
text: billingTerms.name=BillingTerms currency.currencyCode=CurrencyID packingSlip billingTermsXref
text: companyType.name=CompanyType TaxCode taxCode.name=TaxGroup
group_rate: taxGroupRate
text: taxAgencyXref stateTaxXref countyTaxXref cityTaxXref shipToCompany.name=ShipToCompanyName
text: shipToCompanyAccountNumber shipToCompanyType.name=ShipToCompanyType shipToContact.name=ShipToContactName
text: shipToSite.name=ShipToSiteName {_SHIP_TO} shipToTaxGroup
yes_no: dropshipFlag=Dropshipped
number: dueDays
yes_no: useAvalaraTaxFlag=UseAvalara
text: purchaseHeaderTaxGroup
yes_no: purchaseHeaderTaxableFlag=PurchaseHeaderTaxable
yes_no: purchaseHeaderFreightTaxableFlag=PurchaseHeaderFreightTaxable
text: id=PurchaseInformation
number: total
""")

PURCHASE_DETAIL = fields(f"""
us_moment: documentDate
id: id=GLEntryRecID
yes_no: taxable
text: vendorAccountNumber vendorNumber purchaseHeaderTaxGroup
number: lineNumber
fraction: taxRate
percent: taxRatePercent?
{_GOODS.strip()}
""")

PURCHASE_DETAIL_TAX = fields(f"""
us_moment: documentDate
id: id=GLEntryRecID
yes_no: taxableFlag=Taxable
text: vendorAccountNumber vendorNumber purchaseHeaderTaxGroup
number: lineNumber
fraction: taxRate
percent: taxRatePercent?
{_GOODS.strip()}
""")

EXPENSE_BILL = fields("""
text: memo vendorNumber member.identifier=MemberID FirstName LastName documentType
day: documentDate
text: documentNumber
account: apAccountNumber=APAccountNumber
text: glClass=Class currency.currencyCode=CurrencyID
id: id=GLEntryRecID
number: total
""")

EXPENSE_BILL_DETAIL = fields("""
text: glTypeId=GLTypeID memo
account: accountNumber
text: glClass=Class
number: total
text: company.name=CompanyName CompanyAccountNumber expenseClass.name?=ExpenseClass
moment: documentDate
true_false: billable reimbursable companyAdvance
text: currency.currencyCode=CurrencyID
id_list: id=GLEntryRecID
""")

EXPENSE = fields("""
id: id=GLEntryRecID offset.id=OffsetGLEntryRecID
day: documentDate periodStartDate periodEndDate
day: offset.documentDate=OffsetDocumentDate
text: documentType apClass glClass=Class glTypeId=GLTypeID memo description vendorNumber member.identifier=MemberID
text: company.name=CompanyName companyAccountNumber project.name=ProjectName currency.currencyCode=CurrencyID
text: offset.documentType=OffsetDocumentType offset.glTypeId=OffsetGLTypeID offset.glClass=OffsetClass
text: offset.memo=OffsetMemo offset.description=OffsetDescription
account: apAccountNumber=APAccountNumber accountNumber offset.accountNumber=OffsetAccountNumber
number: total offset.total=OffsetTotal
""")

ADJUSTMENT = fields("""
text: id=GLEntryRecID documentType glTypeID=GLTypeID memo glClass=Class adjustmentDescription
day: documentDate
account: accountNumber
""")

ADJUSTMENT_DETAIL = fields("""
text: glClass=Class description memo item.identifier=ItemID
number: quantity total cost
account: costAccountNumber inventoryAccountNumber accountNumber productAccountNumber
""")

TRANSFER = fields("""
text: id=GLEntryRecID documentType glClass=Class glTypeId=GLTypeID description salesCode memo item.identifier=ItemID
text: glItemId=GLItemID salesDescription itemDescription currency.currencyCode=CurrencyID unitOfMeasure.name=UomName
text: transferFromLocationXref transferToLocationXref locationXref priceLevelXref uomScheduleXref itemTypeXref
text: inventoryXref cogsXref taxNote serialNumbers warehouse.name=WarehouseName bin.name=BinDescription
text: offset.documentType=OffsetDocumentType offset.glClass=OffsetClass offset.memo=OffsetMemo
text: offset.description=OffsetDescription offset.glTypeId=OffsetGLTypeID
day: documentDate offset.documentDate=OffsetDocumentDate
account: accountNumber costAccountNumber inventoryAccountNumber offset.accountNumber=OffsetAccountNumber
number: transferId=TransferID itemPrice quantity cost total offset.total=OffsetTotal
yes_no: taxable serializedFlag=Serialized
id: offset.id=OffsetGLEntryRecID
""")


@dataclass(frozen=True, slots=True)
class Section:
    """Where documents of one type stand in each dialect, and what their rows are called there."""

    record: RecordType
    rest: str
    legacy: str
    header: FieldTable
    legacy_record: str
    rest_lines: str = ""
    legacy_line: str = ""
    line: FieldTable | None = None
    tax: FieldTable | None = None


REST_TAXES, LEGACY_TAX = "purchaseDetailTax", "PurchaseDetailTax"
SECTIONS = (
    Section(
        record=RecordType.TRANSACTION,
        rest="transactions",
        legacy="Transactions",
        header=TRANSACTION,
        legacy_record="Transaction",
        rest_lines="detail",
        legacy_line="Detail",
        line=TRANSACTION_DETAIL,
    ),
    Section(RecordType.EXPENSE, "expenses", "Expenses", EXPENSE, "Expense"),
    Section(
        record=RecordType.EXPENSE_BILL,
        rest="expenseBills",
        legacy="ExpenseBills",
        header=EXPENSE_BILL,
        legacy_record="ExpenseTransaction",
        rest_lines="detail",
        legacy_line="ExpenseDetail",
        line=EXPENSE_BILL_DETAIL,
    ),
    Section(
        record=RecordType.PURCHASE,
        rest="purchaseTransactions",
        legacy="PurchaseTransactions",
        header=PURCHASE,
        legacy_record="PurchaseTransaction",
        rest_lines="purchaseDetail",
        legacy_line="PurchaseDetail",
        line=PURCHASE_DETAIL,
        tax=PURCHASE_DETAIL_TAX,
    ),
    Section(
        record=RecordType.ADJUSTMENT,
        rest="adjustmentTransactions",
        legacy="AdjustmentTransactions",
        header=ADJUSTMENT,
        legacy_record="AdjustmentTransaction",
        rest_lines="adjustmentDetail",
        legacy_line="AdjustmentDetail",
        line=ADJUSTMENT_DETAIL,
    ),
    Section(RecordType.TRANSFER, "inventoryTransfers", "InventoryTransfers", TRANSFER, "InventoryTransfer"),
)
BY_REST = {section.rest: section for section in SECTIONS}
BY_LEGACY = {section.legacy: section for section in SECTIONS}
BY_RECORD = {section.record: section for section in SECTIONS}
