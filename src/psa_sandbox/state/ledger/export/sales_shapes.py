"""Customers, vendors and sales in a GLExport, field by field [spec]."""

from __future__ import annotations

from psa_sandbox.state.resources.field import fields

CUSTOMER = fields("""
-> company: company
-> companyType: companyType
-> contact: contact
-> companySite: site
text: accountNumber billingTermsXref stateTaxXref countyTaxXref cityTaxXref countryTaxXref compositeTaxXref
text: taxAgencyXref stateTaxAgencyXref countyTaxAgencyXref cityTaxAgencyXref countryTaxAgencyXref
text: compositeTaxAgencyXref
-> billingTerm: billingTerms
integer: dueDays
flag: taxable
-> taxCode: taxCode
-> currency: currency
number: stateTaxRate countyTaxRate cityTaxRate countryTaxRate compositeTaxRate taxGroupRate
list: taxLevels
""")

CUSTOMER_LEVEL = fields("""
number: taxRate
text: taxCodeXref agencyXref
integer: taxLevel
""")

VENDOR = fields("""
-> member: member
-> company: vendor company
text: vendorNumber accountNumber
-> contact: contact
-> billingTerm: billingTerms
integer: dueDays
-> companySite: site
-> taxCode: taxCode
""")

TRANSACTION = fields("""
text: glClass glTypeId documentDate documentNumber documentType memo description attention salesTerritory
text: companyAccountNumber billingTermsXref dueDate accountNumber billingType glEntryIds salesRepId salesRepName
text: taxAccountNumber taxAgencyXref stateTaxXref countyTaxXref taxId shipToCompanyAccountNumber shipToTaxId
text: shipContact
-> company: company shipToCompany
-> companyType: companyType shipToCompanyType
-> companySite: site shipSite
-> billingTerm: billingTerms
integer: dueDays
flag: emailDeliveryFlag printDeliveryFlag agreementPrePaymentFlag taxable piggyBackFlag taxDpAppliedFlag
flag: useAvalaraFlag sendAvalaraTaxFlag
-> purchaseOrder: purchaseOrder
-> project: project
-> currency: currency
number: total taxableTotal taxGroupRate salesTax stateTax countyTax cityTax taxableAmount1 taxableAmount2
number: taxableAmount3 taxableAmount4 taxableAmount5
-> taxCode: taxCode
list: detail
list: taxLevels
""")

TRANSACTION_LEVEL = fields("""
number: taxAmount taxableAmount
text: taxCodeXref
integer: taxLevel
""")

TRANSACTION_DETAIL = fields("""
text: documentDate documentType accountNumber glClass glTypeId glItemId invoiceSummaryOption salesCode memo
text: description costAccountNumber inventoryAccountNumber productAccountNumber taxCodeXref taxAgencyXref taxNote
text: itemDescription salesDescription serialNumbers itemTypeXref inventoryXref cogsXref uomScheduleXref
text: priceLevelXref locationXref
number: cost quantity total taxRate taxRatePercent itemPrice itemCost
-> currency: currency
-> timeEntry: timeEntry
-> taxCode: taxCode
flag: taxableFlag taxable2Flag taxable3Flag taxable4Flag taxable5Flag itemTaxableFlag serializedFlag dropShippedFlag
-> catalogItem: item
-> product: product
-> unitOfMeasure: unitOfMeasure
-> subcategory: subCategory
-> companySite: warehouseSite
-> warehouseBin: warehouseBin
-> shipmentMethod: shipmentMethod
list: taxLevels
""")

DETAIL_LEVEL = fields("""
flag: taxableFlag
integer: taxLevel
""")
