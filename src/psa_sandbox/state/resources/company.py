"""Companies, their sites, contacts and types."""

from __future__ import annotations

from psa_sandbox.state.companies import (
    company_rule,
    company_types,
    contact_name,
    first_site_and_types,
    main_site,
    site_rule,
)
from psa_sandbox.state.resources.field import fields
from psa_sandbox.state.resources.resource import READ, Mount, Resource

_OWN_FIELDS = " ".join(f"userDefinedField{number}" for number in range(1, 11))

COMPANY = Resource(
    kind="company",
    mounts=(Mount("/company/companies"),),
    module="Companies",
    function="Company Maintenance",
    unique=("identifier",),
    screen="company",
    rule=company_rule,
    after=first_site_and_types,
    derived={"site": main_site, "types": company_types},
    fields=fields(f"""
text 156 required: identifier name
-> companyStatus: status
text 50: addressLine1 addressLine2 city state leadSource {_OWN_FIELDS}
text 12: zip
text 30: phoneNumber faxNumber
text 255: website
text: accountNumber vendorIdentifier taxIdentifier invoiceToEmailAddress invoiceCCEmailAddress facebookUrl
text: twitterUrl linkedInUrl resellerIdentifier
text computed: deletedBy mobileGuid
moment: dateAcquired
moment computed: dateDeleted
number: annualRevenue creditLimit additionalDebt
integer: numberOfEmployees yearEstablished revenueYear
flag: leadFlag unsubscribeFlag isVendorFlag
flag computed: deletedFlag
-> country: country
-> location: territory
-> marketDescription: market
-> contact: defaultContact billingContact
-> sicCode: sicCode
-> company: parentCompany billToCompany
-> ownershipType: ownershipType
-> timeZoneSetup: timeZoneSetup
-> calendar: calendar
-> taxCode: taxCode
-> billingTerm: billingTerms
-> invoiceTemplate: invoiceTemplate
-> pricingSchedule: pricingSchedule
-> entityType: companyEntityType
-> companySite: billingSite
-> companySite computed: site
-> billingDelivery: invoiceDeliveryMethod
-> emailTemplate: emailTemplate
-> currency: currency
-> member: territoryManager
->> companyType create-only: types
list: integratorTags
"""),
)

SITE = Resource(
    kind="companySite",
    entity="site",
    mounts=(Mount("/company/companies/{parentId}/sites", parent="company", parent_field="company"),),
    module="Companies",
    function="Company Maintenance",
    link="site",
    unique=("name",),
    unique_within="company",
    screen="companySite",
    rule=site_rule,
    fields=fields("""
text 156 required: name
text 50: addressLine1 addressLine2 city
text 12: zip
text 30: phoneNumber phoneNumberExt faxNumber
text: addressFormat
text computed: mobileGuid
number: expenseReimbursement
flag: primaryAddressFlag defaultShippingFlag defaultBillingFlag defaultMailingFlag inactiveFlag
flag: billSeparateFlag
-> state: stateReference
-> country: country
-> taxCode: taxCode
-> entityType: entityType
-> calendar: calendar
-> timeZoneSetup: timeZone
-> company: company
-> location: territory
-> invoiceTemplate: invoiceTemplate
"""),
)

TYPE_ASSOCIATION = Resource(
    kind="companyTypeAssociation",
    entity="companyTypeAssociation",
    mounts=(
        Mount("/company/companies/{parentId}/typeAssociations", parent="company", parent_field="company"),
        Mount("/company/companyTypeAssociations"),
    ),
    module="Companies",
    function="Company Maintenance",
    unique=("type",),
    unique_within="company",
    fields=fields("""
-> companyType required: type
-> company required: company
"""),
)

CONTACT = Resource(
    kind="contact",
    mounts=(Mount("/company/contacts", READ),),
    module="Companies",
    function="Contacts",
    shown={"name": contact_name},
    screen="contact",
    fields=fields(f"""
text: firstName lastName addressLine1 addressLine2 city state zip relationshipOverride securityIdentifier
text: title school nickName children significantOther birthDay anniversary mobileGuid facebookUrl twitterUrl
text: linkedInUrl defaultPhoneType defaultPhoneNbr defaultPhoneExtension
text secret: portalPassword
text 50: {_OWN_FIELDS}
flag: inactiveFlag marriedFlag childrenFlag disablePortalLoginFlag unsubscribeFlag defaultBillingFlag
flag: defaultFlag ignoreDuplicates
integer: defaultMergeContactId portalSecurityLevel
choice Female|Male: gender
choice NoAgent|Online|DoNotDisturb|Away|Offline: presence
list: communicationItems integratorTags typeIds
-> company: company
-> companySite within=company: site
-> country: country
-> relationship: relationship
-> contactDepartment: department
-> contact: managerContact assistantContact
-> location: companyLocation
->> contactType: types
-> document: photo
"""),
)

COMPANY_STATUS = Resource(
    kind="companyStatus",
    mounts=(Mount("/company/companies/statuses"),),
    module="System",
    function="Table Setup",
    link="status",
    unique=("name",),
    fields=fields("""
text 50 required: name
text 500: notificationMessage
text: connectWiseId
flag: defaultFlag inactiveFlag notifyFlag disallowSavingFlag customNoteFlag cancelOpenTracksFlag
-> track: track
"""),
)

COMPANY_TYPE = Resource(
    kind="companyType",
    mounts=(Mount("/company/companies/types"),),
    module="System",
    function="Table Setup",
    link="type",
    unique=("name",),
    fields=fields("""
text 50 required: name
text 150: serviceAlertMessage
text: connectWiseId
flag: defaultFlag vendorFlag serviceAlertFlag
"""),
)

RESOURCES = (COMPANY, SITE, TYPE_ASSOCIATION, CONTACT, COMPANY_STATUS, COMPANY_TYPE)
