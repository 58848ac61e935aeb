"""The MSP itself: locations, departments, structure, custom field definitions."""

from __future__ import annotations

from psa_sandbox.state.resources.field import fields
from psa_sandbox.state.resources.resource import READ, Mount, Resource

_TYPES = "TextArea|Button|Currency|Date|Hyperlink|IPAddress|Checkbox|Number|Percent|PhoneNumber|Text|Password"

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"

LOCATION = Resource(
    kind="location",
    mounts=(Mount("/system/locations"),),
    module="System",
    function="My Company",
    unique=("name",),
    fields=fields("""
text 50 required: name
-> corporateStructureLevel required: structureLevel
integer: ownerLevelId
text 50: salesRep overrideAddressLine1 overrideAddressLine2 overrideCity overrideState
text 12: overrideZip
text 15: overridePhoneNumber overrideFaxNumber
text 100: owaUrl
text 10: payrollXref
flag: locationFlag clientFlag
list: workRoleIds departmentIds
-> member: manager
-> location: reportsTo
-> timeZoneSetup: timeZoneSetup
-> calendar: calendar
-> country: overrideCountry
"""),
)

DEPARTMENT = Resource(
    kind="department",
    mounts=(Mount("/system/departments"),),
    module="System",
    function="My Company",
    unique=("identifier",),
    fields=fields("""
text 15 required: identifier
text 50 required: name
"""),
)

CORPORATE_STRUCTURE = Resource(
    kind="corporateStructure",
    mounts=(Mount("/system/myCompany/corporateStructure", READ),),
    module="System",
    function="My Company",
    fields=fields(f"""
choice Level1|Level2|Level3|Level4|Level5: levelCount
text 20: level1Name level2Name level3Name level4Name level5Name
text 50 required: locationCaption groupCaption
choice {_MONTHS} required: fiscalYearStart
-> currency required: baseCurrency
-> member: president chiefOperatingOfficer controller dispatcher serviceManager dutyManager
"""),
)

USER_DEFINED_FIELD = Resource(
    kind="userDefinedField",
    mounts=(Mount("/system/userDefinedFields"),),
    module="System",
    function="Table Setup",
    defaults={"entryTypeIdentifier": "EntryField"},
    fields=fields(f"""
integer required: podId sequenceNumber
text 25 required: caption
text 25: screenId
text 1000: helpText buttonUrl
text: connectWiseID
choice {_TYPES} required: fieldTypeIdentifier
choice Date|EntryField|List|Option: entryTypeIdentifier
integer: numberDecimals
flag: requiredFlag displayOnScreenFlag readOnlyFlag listViewFlag addAllBusinessUnits removeAllBusinessUnits
flag: addAllLocations removeAllLocations
list: options businessUnitIds locationIds
moment: dateCreated
"""),
)

RESOURCES = (LOCATION, DEPARTMENT, CORPORATE_STRUCTURE, USER_DEFINED_FIELD)
