"""The connector's properties: what ConnectWise records of ours are made with, and which value there means which here.

Rules 126-129 and 134. Some are settings of the billing configuration and stay there; the rest is kept beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bursar.domain.lines import BillingCycle
from bursar.domain.lists import ListKind
from bursar.store.models import Connection
from bursar.usecases.billing_settings import digest
from bursar.usecases.lists import Chosen

CATEGORY = "product.category"
SUBCATEGORY = "product.subcategory"
PRODUCT_TYPE = "product.type"
DEFAULT_STATUS = "default_active_status"
LINE_DESCRIPTION = "line_description"
ACTIVE_STATUSES = "active_statuses"

PICKED: Mapping[str, ListKind] = {
    CATEGORY: ListKind.PRODUCT_CATEGORY,
    SUBCATEGORY: ListKind.PRODUCT_SUBCATEGORY,
    PRODUCT_TYPE: ListKind.PRODUCT_TYPE,
    DEFAULT_STATUS: ListKind.COMPANY_STATUS,
}
"""Properties that are one entry of a list."""
RECORDS: Mapping[str, ListKind] = {
    "agreement.location_id": ListKind.LOCATION,
    "agreement.department_id": ListKind.DEPARTMENT,
    "agreement.billing_cycle_id": ListKind.BILLING_CYCLE,
}
"""Settings of the billing configuration that are one entry of a list, by its record id."""
BILLING_NAMES = (
    "agreement.employee_comp_not_exceed",
    "agreement.employee_comp_rate",
    "agreement.invoicing_cycle",
    *RECORDS,
    ACTIVE_STATUSES,
)
"""Settings of the billing configuration that are shown among the properties."""


class LineDescription(StrEnum):
    """The text of a line on the PSA's invoice (rule 134)."""

    DESCRIPTION = "Description"
    TWO_LINES = "Line One & Line Two"


class ValueMap(StrEnum):
    """Which values of the platform are mapped to which of ConnectWise (rule 128)."""

    PAYMENT_TERMS = "payment_terms"
    AGREEMENT_TYPES = "agreement_types"
    UNITS = "units_of_measure"
    FREQUENCIES = "billing_frequencies"

    @property
    def kind(self) -> ListKind:
        """The list that the right side is chosen from."""
        return _MAPPED_TO[self]

    @property
    def beginning(self) -> Sequence[str]:
        """Platform values that are known beforehand."""
        return tuple(BillingCycle) if self is ValueMap.FREQUENCIES else ()


_MAPPED_TO = {
    ValueMap.PAYMENT_TERMS: ListKind.BILLING_TERM,
    ValueMap.AGREEMENT_TYPES: ListKind.AGREEMENT_TYPE,
    ValueMap.UNITS: ListKind.UNIT_OF_MEASURE,
    ValueMap.FREQUENCIES: ListKind.BILLING_CYCLE,
}


class PriceOrder(StrEnum):
    """Ordered lists that determine which price a product is offered with (rule 129)."""

    UNITS = "price_units"
    PRICE_LISTS = "price_lists"


MEANINGS: Mapping[str, str] = {
    CATEGORY: "Category of a product that is created in ConnectWise.",
    SUBCATEGORY: "Sub-category of a product that is created in ConnectWise.",
    PRODUCT_TYPE: "Type of a product that is created in ConnectWise.",
    DEFAULT_STATUS: "Status of an active record that is created in ConnectWise.",
    LINE_DESCRIPTION: "Text of a line on the PSA's invoice: Description or Line One & Line Two.",
    ValueMap.PAYMENT_TERMS: "Payment terms of the platform and the billing terms of ConnectWise.",
    ValueMap.AGREEMENT_TYPES: "Agreement types of the platform and those of ConnectWise.",
    ValueMap.UNITS: "Units of the platform and the units of measure of ConnectWise.",
    ValueMap.FREQUENCIES: "Billing frequencies of the platform and the billing cycles of ConnectWise.",
    PriceOrder.UNITS: "Units whose price a product is offered with, the first one first.",
    PriceOrder.PRICE_LISTS: "Price lists whose price a product is offered with, the first one first.",
}
"""Every property that is kept beside the billing configuration."""


@dataclass(frozen=True, slots=True)
class ProductDefaults:
    """What a product is created with in ConnectWise; None where nothing was chosen."""

    category: Chosen | None = None
    subcategory: Chosen | None = None
    type: Chosen | None = None


@dataclass(frozen=True, slots=True)
class Properties:
    """The properties as journeys need them."""

    product: ProductDefaults = field(default_factory=ProductDefaults)
    default_status: Chosen | None = None
    line_description: LineDescription = LineDescription.DESCRIPTION
    maps: Mapping[ValueMap, Mapping[str, Chosen]] = field(default_factory=dict)
    """For each map, by the platform's value."""
    orders: Mapping[PriceOrder, Sequence[str]] = field(default_factory=dict)
    """For each ordered list, the names in their order."""


def properties(connection: Connection) -> Properties:
    """What is stored, typed; whatever was never set has its default."""
    stored = connection.properties
    return Properties(
        product=ProductDefaults(*(chosen_entry(stored, name) for name in (CATEGORY, SUBCATEGORY, PRODUCT_TYPE))),
        default_status=chosen_entry(stored, DEFAULT_STATUS),
        line_description=LineDescription(stored.get(LINE_DESCRIPTION, LineDescription.DESCRIPTION)),
        maps={which: _mapped(stored.get(which, {})) for which in ValueMap},
        orders={which: tuple(str(name) for name in stored.get(which, ())) for which in PriceOrder},
    )


def _mapped(rows: Mapping[str, Mapping[str, object]]) -> Mapping[str, Chosen]:
    return {ours: Chosen(int(str(theirs["id"])), str(theirs["name"])) for ours, theirs in rows.items()}


def chosen_entry(stored: Mapping[str, dict[str, object]], name: str) -> Chosen | None:
    """The entry that a property names."""
    value = stored.get(name)
    return Chosen(int(str(value["id"])), str(value["name"])) if value else None


def shown_properties(connection: Connection) -> dict[str, str]:
    """Every property's value as text; empty when nothing was set."""
    return {name: told(name, connection.properties.get(name)) for name in MEANINGS} | {
        LINE_DESCRIPTION: properties(connection).line_description.value
    }


def told(name: str, value: object) -> str:
    """A stored property as a person reads it."""
    if isinstance(value, dict):
        if name in PICKED:
            return str(value["name"])
        return ", ".join(f"{ours} → {theirs['name']}" for ours, theirs in sorted(value.items()))
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return str(value or "")


def properties_version(connection: Connection) -> str:
    """What all properties are now, as a short digest: another one when somebody saved any of them since."""
    billing = {name: connection.billing.get(name) for name in BILLING_NAMES}
    return digest({"billing": billing, "properties": connection.properties})
