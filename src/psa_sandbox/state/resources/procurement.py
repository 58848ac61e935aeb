"""The product catalogue and its setup tables."""

from __future__ import annotations

from psa_sandbox.state.catalogue import catalog_item_rule
from psa_sandbox.state.resources.field import fields
from psa_sandbox.state.resources.resource import Mount, Resource

CATALOG_ITEM = Resource(
    kind="catalogItem",
    mounts=(Mount("/procurement/catalog"),),
    module="Procurement",
    function="Product Catalog",
    link="catalog",
    shown={"identifier": "identifier", "name": "description"},
    keys=("identifier",),
    unique=("identifier",),
    screen="catalogItem",
    defaults={"productClass": "NonInventory"},
    rule=catalog_item_rule,
    fields=fields("""
text 75 required: identifier
text 60 required: description
text 6000 required: customerDescription
-> category: category
-> subcategory required: subcategory
-> productType required: type
choice Agreement|Bundle|Inventory|NonInventory|Service: productClass
flag: inactiveFlag serializedFlag serializedCostFlag phaseProductFlag taxableFlag dropShipFlag
flag: specialOrderFlag recurringFlag recurringOneTimeFlag calculatedPriceFlag calculatedCostFlag markupFlag
flag: autoUpdateUnitCostFlag autoUpdateUnitPriceFlag
-> unitOfMeasure: unitOfMeasure
integer: minStockLevel
number: price cost recurringRevenue recurringCost markupPercentage
number computed: calculatedPrice calculatedCost
choice FixedFee|NotToExceed|OverrideRate|TimeAndMaterials: priceAttribute
choice Billable|DoNotBill|NoCharge|NoDefault: billableOption
choice ContractYear|CalendarYear: recurringCycleType
-> manufacturer: manufacturer
-> company: vendor
text 50: manufacturerPartNumber vendorSku integrationXRef
text: notes connectWiseID
-> sla: sla
-> entityType: entityType
-> billingCycle: recurringBillCycle
-> agreementType: agreementType
"""),
)

CATEGORY = Resource(
    kind="category",
    mounts=(Mount("/procurement/categories"),),
    module="System",
    function="Table Setup",
    unique=("name",),
    fields=fields("""
text 50 required: name
text 10: priceLevelXref
text 50: integrationXref
flag: inactiveFlag defaultFlag addAllLocations removeAllLocations
list: locationIds
"""),
)

SUBCATEGORY = Resource(
    kind="subcategory",
    mounts=(Mount("/procurement/subcategories"),),
    module="System",
    function="Table Setup",
    unique=("name",),
    unique_within="category",
    fields=fields("""
text 50 required: name
text 50: integrationXref
flag: inactiveFlag defaultFlag
-> category required: category
"""),
)

PRODUCT_TYPE = Resource(
    kind="productType",
    mounts=(Mount("/procurement/types"),),
    module="System",
    function="Table Setup",
    link="type",
    unique=("name",),
    fields=fields("""
text 50 required: name
flag: inactiveFlag defaultFlag
choice InventoryPart|NonInventoryPart|OtherCharge|Service: typeXref
"""),
)

UNIT_OF_MEASURE = Resource(
    kind="unitOfMeasure",
    mounts=(Mount("/procurement/unitOfMeasures"),),
    module="System",
    function="Table Setup",
    unique=("name",),
    fields=fields("""
text 50 required: name
text 31: uomScheduleXref
flag: inactiveFlag defaultFlag
"""),
)

MANUFACTURER = Resource(
    kind="manufacturer",
    mounts=(Mount("/procurement/manufacturers"),),
    module="System",
    function="Table Setup",
    unique=("name",),
    fields=fields("""
text 50 required: name
flag: inactiveFlag
"""),
)

RESOURCES = (CATALOG_ITEM, CATEGORY, SUBCATEGORY, PRODUCT_TYPE, UNIT_OF_MEASURE, MANUFACTURER)
