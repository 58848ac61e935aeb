"""People and keys: members, API members, security roles."""

from __future__ import annotations

from psa_sandbox.state.resources.field import fields
from psa_sandbox.state.resources.resource import CREATE, DELETE, PATCH, PUT, READ, Mount, Resource
from psa_sandbox.state.store import Record, Store


def member_name(_store: Store, member: Record) -> object:
    """First and last name, as references to a member show it [infer]."""
    return " ".join(str(member[part]) for part in ("firstName", "lastName") if member.get(part))


MEMBER = Resource(
    kind="member",
    mounts=(Mount("/system/members", READ | {CREATE, PUT, PATCH}),),
    module="System",
    function="Member Maintenance",
    unique=("identifier",),
    shown={"identifier": "identifier", "name": member_name, "dailyCapacity": "dailyCapacity"},
    keys=("identifier",),
    screen="member",
    fields=fields("""
text 15 required: identifier
text 30 required: firstName lastName
text 60 secret: password
text secret: token
text 1: middleInitial
text 10: employeeIdentifer officeExtension mobileExtension homeExtension
text 15: officePhone mobilePhone homePhone
text 50: ldapUserName
text 250: officeEmail mobileEmail homeEmail primaryEmail
text: notes vendorNumber lastLogin clientId mapiName signature title stsUserAdminUrl timeSheetStartDate
text: phoneSource
moment required: hireDate
moment: inactiveDate
choice A|C|F|X required: licenseClass
choice Office|Mobile|Home required: defaultEmail defaultPhone
choice AuthAnvil|GoogleAuthenticator|Email: authenticationServiceType
choice TAPI|SKYPE|TEL|CALLTO|NONE: phoneIntegrationType
choice SummaryList|DetailList: companyActivityTabFormat invoiceTimeTabFormat
choice ShowInvoicingTab|ShowAgreementInvoicingTab: invoiceScreenDefaultTabFormat
choice RemainOnInvoicingScreen|ShowRecentInvoices: invoicingDisplayOptions agreementInvoicingDisplayOptions
choice OpenRecords|ClosedRecords|AllRecords: globalSearchDefaultTicketFilter
choice None|LastUpdatedDesc|LastUpdatedAsc|CreatedDesc|CreatedAsc: globalSearchDefaultSort
flag: disableOnlineFlag enableMobileGpsFlag inactiveFlag calendarSyncIntegrationFlag
flag: timebasedOneTimePasswordActivated enableLdapAuthenticationFlag useBrowserLanguageFlag enableMobileFlag
flag: partnerPortalFlag toastNotificationFlag adminFlag restrictLocationFlag restrictDepartmentFlag
flag: includeInUtilizationReportingFlag requireExpenseEntryFlag requireTimeSheetEntryFlag
flag: requireStartAndEndTimeOnTimeEntryFlag allowInCellEntryOnTimeSheet enterTimeAgainstCompanyFlag
flag: allowExpensesEnteredAgainstCompaniesFlag timeReminderEmailFlag restrictServiceDefaultLocationFlag
flag: restrictServiceDefaultDepartmentFlag restrictProjectDefaultLocationFlag
flag: restrictProjectDefaultDepartmentFlag restrictScheduleFlag hideMemberInDispatchPortalFlag
flag: restrictDefaultSalesTerritoryFlag restrictDefaultWarehouseFlag restrictDefaultWarehouseBinFlag
flag: autoStartStopwatch autoPopupQuickNotesWithStopwatch copyPodLayouts copySharedDefaultViews
flag: copyColumnLayoutsAndFilters
number: billableForecast dailyCapacity hourlyCost hourlyRate minimumHours scheduleCapacity
integer: daysTolerance fromMemberRecId fromMemberTemplateRecId
list: memberPersonas excludedServiceBoardIds teams serviceBoardTeamIds excludedProjectBoardIds
object: office365
-> securityRole required: securityRole
-> country: country
-> document: photo
-> ldapConfiguration: ldapConfiguration
-> directionalSync: directionalSync
-> memberSsoSettings: ssoSettings
-> reportCard: reportCard
-> memberType: type
-> timeZoneSetup: timeZone
-> structure: structureLevel
-> location: securityLocation defaultLocation serviceDefaultLocation projectDefaultLocation
-> location: scheduleDefaultLocation salesDefaultLocation
-> department: defaultDepartment serviceDefaultDepartment projectDefaultDepartment scheduleDefaultDepartment
-> member: reportsTo timeApprover expenseApprover
-> workRole: workRole
-> workType: workType
-> board: serviceDefaultBoard
-> projectBoard: projectDefaultBoard
-> serviceLocation: serviceLocation
-> calendar: calendar
-> warehouse: warehouse
-> warehouseBin: warehouseBin
"""),
)

API_MEMBER = Resource(
    kind="apiMember",
    mounts=(Mount("/system/apiMembers", READ | {CREATE, PUT, PATCH}),),
    module="System",
    function="Member Maintenance",
    unique=("identifier",),
    fields=fields("""
text 15 required: identifier
text 30 on-update: name
text 250: emailAddress
text: notes
moment: inactiveDate
flag: inactiveFlag blockPriceFlag blockCostFlag
list: excludedServiceBoardIds
-> timeZoneSetup: timeZone
-> securityRole: securityRole
-> structure: structureLevel
-> location: securityLocation defaultLocation salesDefaultLocation
-> department: defaultDepartment
-> board: serviceDefaultBoard
"""),
)

SECURITY_ROLE = Resource(
    kind="securityRole",
    mounts=(Mount("/system/securityroles", READ | {CREATE, DELETE}),),
    module="System",
    function="Security Roles",
    unique=("name",),
    fields=fields("""
text 30 required: name
text 30: roleType
flag: adminFlag inactiveFlag
"""),
)

SECURITY_ROLE_SETTING = Resource(
    kind="securityRoleSetting",
    mounts=(
        Mount(
            "/system/securityRoles/{parentId}/settings",
            READ,
            parent="securityRole",
            parent_field="securityRoleId",
        ),
    ),
    module="System",
    function="Security Roles",
    fields=fields("""
choice None|My|All: addLevel editLevel deleteLevel inquireLevel
text: moduleFunctionName moduleFunctionDescription moduleFunctionIdentifier moduleDescription
text: moduleIdentifier moduleName
flag: myAllFlag reportFlag restrictFlag customFlag
integer: sortOrder
"""),
)

RESOURCES = (MEMBER, API_MEMBER, SECURITY_ROLE, SECURITY_ROLE_SETTING)
