"""Purchase orders, their lines and setup tables, and warehouses."""

from __future__ import annotations

from psa_sandbox.state.ledger.receipts import line_is_batched, unbatched_from
from psa_sandbox.state.purchasing import (
    follow_line,
    follow_order,
    line_delete_rule,
    line_rule,
    line_tax,
    order_delete_rule,
    order_rule,
)
from psa_sandbox.state.resources.field import fields
from psa_sandbox.state.resources.resource import COUNT, CREATE, GET, LIST, PATCH, PUT, Mount, Resource

_RECEIVED = "Waiting|FullyReceived|PartiallyReceiveCancelRest|PartiallyReceiveCloneRest"

PURCHASE_ORDER = Resource(
    kind="purchaseOrder",
    mounts=(Mount("/procurement/purchaseorders"),),
    module="Procurement",
    function="Purchase Orders",
    shown={"name": "poNumber"},
    keys=("poNumber",),
    unique=("poNumber",),
    screen="purchaseOrder",
    rule=order_rule,
    after=follow_order,
    on_delete=order_delete_rule,
    fields=fields("""
integer: businessUnitId locationId
-> department: businessUnit
text: cancelReason customerCity customerExtension customerName customerPhone customerSiteName customerState
text: customerStreetLine1 customerStreetLine2 customerZip freightPackingSlip internalNotes shippingInstructions
text computed: closedBy enteredBy
flag: dropShipCustomerFlag taxFreightFlag taxPoFlag updateShipmentInfo updateVendorOrderNumber
flag computed: closedFlag
-> company: customerCompany
-> contact within=customerCompany: customerContact
-> contact within=vendorCompany: vendorContact
-> contact: warehouseContact
-> country: customerCountry
-> companySite within=customerCompany: customerSite
-> companySite within=vendorCompany: vendorSite
moment: shipmentDate vendorInvoiceDate
moment computed: dateClosed
number: freightCost
number computed: freightTaxTotal salesTax subTotal total
-> location: location
moment on-update: poDate
text 50 on-update: poNumber
-> shipmentMethod: shipmentMethod
-> purchaseOrderStatus required: status
-> taxCode: taxCode
-> billingTerm required: terms
text 50: trackingNumber vendorInvoiceNumber vendorOrderNumber
-> company required: vendorCompany
-> warehouse: warehouse
-> currency: currency
"""),
)

LINE_ITEM = Resource(
    kind="purchaseOrderLineItem",
    mounts=(
        Mount(
            "/procurement/purchaseorders/{parentId}/lineitems",
            frozenset({LIST, GET, COUNT, CREATE, PUT, PATCH}),
            parent="purchaseOrder",
            parent_field="purchaseOrderId",
        ),
    ),
    module="Procurement",
    function="Purchase Orders",
    shown={"identifier": "description"},
    screen="purchaseOrderLineItem",
    rule=line_rule,
    after=follow_line,
    on_delete=line_delete_rule,
    derived={"batchedFlag": line_is_batched, "unbatchedRecId": unbatched_from, "tax": line_tax},
    defaults={"receivedStatus": "Waiting"},
    fields=fields(f"""
flag: backorderedFlag canceledFlag displayInternalNotesFlag
flag computed: isDetachAvailable batchedFlag closedFlag
text: serialNumbers
text computed: canceledBy
text 100: canceledReason
moment: expectedShipDate shipDate dateReceived expectedArrivalDate
moment computed: dateCanceled dateCanceledUtc
text 6000 required: description
text 1000: internalNotes
integer required: lineNumber
text 50: packingSlip trackingNumber vendorOrderNumber vendorSku
text 50 computed: purchaseOrderNumber
-> catalogItem required showing=identifier/serializedFlag: product
integer: receivedQuantity
integer computed: purchaseOrderId unbatchedRecId
number required: quantity
-> shipmentMethod: shipmentMethod
number: unitCost
number computed: tax extCost
-> unitOfMeasure required: unitOfMeasure
-> warehouse: warehouse
-> warehouseBin: warehouseBin
text 10: shipSet
choice {_RECEIVED}: receivedStatus
list computed: salesOrder
"""),
)

PURCHASE_ORDER_STATUS = Resource(
    kind="purchaseOrderStatus",
    mounts=(Mount("/procurement/purchaseorderstatuses"),),
    module="System",
    function="Table Setup",
    link="status",
    unique=("name",),
    fields=fields("""
text 50 required: name
flag: defaultFlag closedFlag inactiveFlag defaultClosedFlag
integer: sortOrder
-> purchaseOrderStatusEmailTemplate: emailTemplate
"""),
)

SHIPMENT_METHOD = Resource(
    kind="shipmentMethod",
    mounts=(Mount("/procurement/shipmentmethods"),),
    module="System",
    function="Table Setup",
    unique=("name",),
    fields=fields("""
text 50 required: name
flag: defaultFlag
text 200: trackingUrl
"""),
)

WAREHOUSE = Resource(
    kind="warehouse",
    mounts=(Mount("/procurement/warehouses"),),
    module="System",
    function="Table Setup",
    unique=("name",),
    shown={"name": "name", "lockedFlag": "lockedFlag"},
    fields=fields("""
text 50 required: name
-> company: company
-> location required: location
-> contact: contact
-> department required: department
-> member: manager
-> companySite: site
text 10: locationXref
flag: locationDefaultFlag overallDefaultFlag inactiveFlag lockedFlag
-> currency: currency
"""),
)

RESOURCES = (PURCHASE_ORDER, LINE_ITEM, PURCHASE_ORDER_STATUS, SHIPMENT_METHOD, WAREHOUSE)
