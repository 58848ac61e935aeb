"""Expenses, purchases and stock movements in a GLExport, field by field [spec]."""

from __future__ import annotations

from psa_sandbox.state.resources.field import fields

EXPENSE = fields("""
text: documentDate documentType apAccountNumber apClass accountNumber glClass glTypeId memo description
text: periodStartDate periodEndDate vendorNumber companyAccountNumber
-> member: member
-> company: company
-> project: project
-> currency: currency
number: total
object: offset
""")

EXPENSE_OFFSET = fields("""
text: documentDate documentType accountNumber glTypeId glClass memo description
-> member: member
number: total
""")

EXPENSE_BILL = fields("""
text: documentDate documentType documentNumber memo glClass apAccountNumber vendorNumber
-> member: member
-> currency: currency
number: total
list: detail
""")

EXPENSE_BILL_DETAIL = fields("""
text: documentDate glTypeId memo accountNumber
-> company: company
-> expenseClassification: expenseClass
-> currency: currency
number: total
flag: billable reimbursable companyAdvance
""")

PURCHASE = fields("""
text: documentDate documentNumber description memo apAccountNumber purchaseDate purchaseClass freightPackingSlip
text: packingSlip billingTermsXref vendorNumber vendorAccountNumber vendorInvoiceDate vendorInvoiceNumber
text: taxAgencyXref stateTaxXref countyTaxXref cityTaxXref shipToCompanyAccountNumber shipToTaxGroup
text: purchaseHeaderTaxGroup
-> company: company shipToCompany
-> companyType: companyType shipToCompanyType
-> contact: contact shipToContact
-> companySite: site shipToSite
number: freightAmount total taxGroupRate
flag: dropshipFlag useAvalaraTaxFlag purchaseHeaderTaxableFlag purchaseHeaderFreightTaxableFlag
-> currency: currency
-> billingTerm: billingTerms
integer: dueDays
-> taxCode: taxCode
list: taxLevels
list: purchaseDetail
list: purchaseDetailTax
""")

PURCHASE_LEVEL = fields("""
text: taxCodeXref
integer: taxLevel
""")

PURCHASE_DETAIL = fields("""
text: documentDate glClass glTypeId glItemId salesCode description memo taxNote vendorNumber accountNumber
text: costAccountNumber inventoryAccountNumber vendorAccountNumber itemDescription salesDescription serialNumbers
text: itemTypeXref inventoryXref cogsXref uomScheduleXref priceLevelXref locationXref purchaseHeaderTaxGroup
text: taxCodeXref taxAgencyXref
number: cost itemPrice itemCost quantity total taxRate
-> catalogItem: item
flag: taxable serializedFlag dropShippedFlag
-> unitOfMeasure: unitOfMeasure
-> currency: currency
integer: lineNumber
-> warehouseBin: warehouseBin
-> companySite: warehouseSite
-> subcategory: subCategory
-> shipmentMethod: shipmentMethod
-> taxCode: taxCode
""")

PURCHASE_DETAIL_TAX = fields("""
text: documentDate accountNumber glClass salesCode glTypeId glItemId memo vendorNumber vendorAccountNumber
text: costAccountNumber inventoryAccountNumber itemTypeXref inventoryXref cogsXref uomScheduleXref priceLevelXref
text: locationXref salesDescription itemDescription serialNumbers taxAgencyXref taxNote purchaseHeaderTaxGroup
number: cost itemPrice itemCost quantity total taxRate taxRatePercent
-> catalogItem: item
flag: taxableFlag serializedFlag dropShippedFlag
-> unitOfMeasure: unitOfMeasure
-> currency: currency
integer: lineNumber
-> companySite: warehouseSite
-> warehouseBin: warehouseBin
-> shipmentMethod: shipmentMethod
-> subcategory: subCategory
-> taxCode: taxCode
""")

ADJUSTMENT = fields("""
text: documentType documentDate glTypeID accountNumber memo glClass adjustmentDescription
list: adjustmentDetail
""")

ADJUSTMENT_DETAIL = fields("""
text: glClass description memo costAccountNumber inventoryAccountNumber accountNumber productAccountNumber
-> catalogItem: item
integer: quantity
number: total cost
""")

TRANSFER = fields("""
text: documentType documentDate accountNumber glClass glTypeId description salesCode memo costAccountNumber
text: inventoryAccountNumber glItemId salesDescription itemDescription serialNumbers transferFromLocationXref
text: transferToLocationXref locationXref priceLevelXref uomScheduleXref itemTypeXref inventoryXref cogsXref taxNote
integer: transferId
-> catalogItem: item
-> currency: currency
number: itemPrice quantity cost total
flag: taxable serializedFlag
-> unitOfMeasure: unitOfMeasure
-> subcategory: subCategory
-> warehouseBin: bin transferFromBin transferToBin
-> warehouse: warehouse
object: offset
""")

TRANSFER_OFFSET = fields("""
text: documentType documentDate accountNumber glClass memo description glTypeId
number: total
""")
