"""Inventory adjustments and their types."""

from __future__ import annotations

from psa_sandbox.state.resources.field import fields
from psa_sandbox.state.resources.resource import COUNT, CREATE, DELETE, GET, LIST, Mount, Resource
from psa_sandbox.state.stock import (
    adjustment_delete_rule,
    adjustment_rule,
    detail_delete_rule,
    detail_rule,
    follow_closing,
)

ADJUSTMENT_TYPE = Resource(
    kind="adjustmentType",
    mounts=(Mount("/procurement/adjustments/types"),),
    module="System",
    function="Table Setup",
    link="type",
    unique=("identifier",),
    shown={"identifier": "identifier"},
    fields=fields("""
text 50 required: identifier
text 100: name
flag: auditTrailFlag
moment computed: dateCreated
text computed: createdBy
"""),
)

PROCUREMENT_ADJUSTMENT = Resource(
    kind="procurementAdjustment",
    entity="adjustment",
    mounts=(Mount("/procurement/adjustments"),),
    module="Procurement",
    function="Inventory Adjustments",
    link="adjustment",
    shown={"name": "identifier"},
    keys=("identifier",),
    unique=("identifier",),
    rule=adjustment_rule,
    after=follow_closing,
    on_delete=adjustment_delete_rule,
    fields=fields("""
text 50 required: identifier
-> adjustmentType required: type
text 100: reason
text: notes
text computed: closedBy
flag: closedFlag
moment computed: closedDate
list create-only: adjustmentDetails
"""),
)

ADJUSTMENT_DETAIL = Resource(
    kind="adjustmentDetail",
    mounts=(
        Mount(
            "/procurement/adjustments/{parentId}/details",
            frozenset({LIST, GET, COUNT, CREATE, DELETE}),
            parent="procurementAdjustment",
            parent_field="adjustment",
        ),
    ),
    module="Procurement",
    function="Inventory Adjustments",
    shown={"name": "description"},
    rule=detail_rule,
    on_delete=detail_delete_rule,
    fields=fields("""
-> catalogItem required: catalogItem
text 50: description
number computed: quantityOnHand
number: unitCost
-> warehouse required: warehouse
-> warehouseBin required: warehouseBin
integer required: quantityAdjusted
text 1000: serialNumber
-> procurementAdjustment: adjustment
"""),
)

RESOURCES = (ADJUSTMENT_TYPE, PROCUREMENT_ADJUSTMENT, ADJUSTMENT_DETAIL)
