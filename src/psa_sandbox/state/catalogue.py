"""What a catalog item takes over from the setup tables."""

from __future__ import annotations

from psa_sandbox.state.companies import default_of
from psa_sandbox.state.errors import invalid_field
from psa_sandbox.state.record import reference
from psa_sandbox.state.store import Record, Store


def catalog_item_rule(store: Store, record: Record, previous: Record | None) -> Record:
    """The category is that of the subcategory; a new item gets the default unit. Raises Refusal."""
    subcategory = store.get("subcategory", reference(record, "subcategory") or 0) or {}
    category, given = reference(subcategory, "category"), reference(record, "category")
    moved = previous is not None and reference(previous, "subcategory") != reference(record, "subcategory")
    if given is not None and category is not None and given != category and not moved:
        message = f"Subcategory {subcategory['id']} does not belong to category {given}"
        raise invalid_field("catalogItem", "subcategory/id", message)
    kept = {**record, "category": {"id": category} if category is not None else record.get("category")}
    if previous is None:
        kept["unitOfMeasure"] = kept.get("unitOfMeasure") or default_of(store, "unitOfMeasure")
    return kept
