"""Lists kept in ConnectWise from which a person chooses a setting."""

from dataclasses import dataclass
from enum import StrEnum


class ListKind(StrEnum):
    """Which list. The value is what the store and the API call it."""

    AGREEMENT_TYPE = "agreement_type"
    BILLING_CYCLE = "billing_cycle"
    BILLING_TERM = "billing_term"
    CATALOG_ITEM = "catalog_item"
    COMPANY = "company"
    COMPANY_STATUS = "company_status"
    DEPARTMENT = "department"
    LOCATION = "location"
    PRODUCT_CATEGORY = "product_category"
    PRODUCT_SUBCATEGORY = "product_subcategory"
    PRODUCT_TYPE = "product_type"
    UNIT_OF_MEASURE = "unit_of_measure"


SETTING_LISTS = frozenset(ListKind) - {ListKind.CATALOG_ITEM, ListKind.COMPANY}
"""The short lists that settings pages need."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a list: its record id, its name, and what else tells it apart."""

    id: int
    name: str
    identifier: str = ""
    inactive: bool = False
    parent_id: int | None = None
    """The category of a sub-category."""
    trait: str = ""
    """What else decides whether it may be mapped to: the status of a company, the class of a product."""
