"""The GL account mappings: which account a posting goes to."""

from __future__ import annotations

from collections.abc import Mapping

from psa_sandbox.state.errors import invalid_field
from psa_sandbox.state.record import reference, target, text
from psa_sandbox.state.store import Record, Store

CORPORATE = "Corporate"
TABLES: Mapping[str, str] = {
    CORPORATE: "corporateLevel",
    "Owner_Level": "location",
    "Company": "company",
    "IV_Category": "category",
    "IV_SubCategory": "subcategory",
    "IV_Item": "catalogItem",
    "IV_Adjustment_Type": "adjustmentType",
    "AGR_Type": "agreementType",
    "TE_Expense_Type": "expenseType",
    "Tax_Code": "taxCode",
    "Warehouse": "warehouse",
}
"""The kind of record behind each table that a mapped type names (our choice, the vendor's tables are not public)."""

SEGMENTS = tuple(f"segment{number}" for number in range(1, 11))
COGS = tuple(f"cogs{number}" for number in range(1, 11))
SNAPSHOT = (*SEGMENTS, *COGS, "productId", "inventory", "salesCode")
GL_TYPES = "AP|AR|EE|EI|EO|IA|IT|P|PF|R|RA|RD|RE|RP|ST|SD|ET|FT|PT|WP|WR"
"""[spec]"""

Places = Mapping[str, int | None]


def account_for(store: Store, gl_type: str, places: Places) -> Record | None:
    """The mapping a posting of this type uses; None when nothing is mapped.

    `places` names a record id for each table the posting belongs to. The mapped type that sorts last and has
    a mapping for its place wins, so that a product's own account beats its category's, and that the
    corporate one (our reading: the order of precedence is not documented).
    """
    types = sorted(store.rows("mappedType", glType=gl_type), key=lambda row: -int(str(row["sortOrder"])))
    located: Places = {CORPORATE: 1, **places}
    for mapped in types:
        key = located.get(text(mapped, "table"))
        found = store.rows("glAccount", mappedType=mapped["id"], mappedRecord=key) if key is not None else []
        if found:
            return found[0]
    return None


def snapshot(account: Record) -> Record:
    """What a posting keeps of its mapping: later changes of the table do not reach it [field]."""
    return {name: account[name] for name in SNAPSHOT if account.get(name) is not None}


def account_number(store: Store, account: Record) -> str:
    """The Account segments joined by a colon.

    A segment that was set to an empty text counts, so that numbers may end in a colon [field for the colon,
    our reading for when].
    """
    return _joined(store, account, "Account")


def gl_class(store: Store, account: Record) -> str:
    """The Class segments joined by a colon."""
    return _joined(store, account, "Class")


def cost_account(account: Record) -> str:
    """The cost of goods sold segments joined by a colon."""
    return ":".join(str(account[name]) for name in COGS if account.get(name) is not None)


def mapping_rule(store: Store, record: Record, _previous: Record | None) -> Record:
    """A mapping fits its mapped type, names an existing record, and is the only one for it. Raises Refusal."""
    mapped = target(store, record, "mappedType", "mappedType")
    if mapped.get("glType") != record.get("glType"):
        message = f"Mapped type {text(mapped, 'name')} is not of GL type {text(record, 'glType')}"
        raise invalid_field("glAccount", "mappedType/id", message)
    kept = {**record, "mappedRecord": _mapped(store, mapped, record.get("mappedRecord"))}
    twins = store.rows("glAccount", mappedType=kept["mappedType"], mappedRecord=kept["mappedRecord"])
    if any(row["id"] != record.get("id") for row in twins):
        raise invalid_field("glAccount", "mappedRecord", "This record is mapped already.", "ObjectExists")
    return kept


def mapped_record(store: Store, account: Record) -> object:
    """The id and name of the record that a mapping is for."""
    key = reference(account, "mappedRecord")
    mapped = target(store, account, "mappedType", "mappedType")
    found = store.get(_kind(mapped), key) if key is not None else None
    return {"id": key, "name": _name(found)} if found else account.get("mappedRecord")


def _mapped(store: Store, mapped: Record, wanted: object) -> Record:
    named = wanted if isinstance(wanted, dict) else {}
    rows = store.rows(_kind(mapped))
    key, name = named.get("id"), str(named.get("name") or "").casefold()
    for row in rows:
        if row["id"] == key or (key is None and name and _name(row).casefold() == name):
            return {"id": row["id"]}
    label = key if key is not None else named.get("name")
    message = f"Mapped Record {label} not found in {text(mapped, 'table')}"
    raise invalid_field("glAccount", "mappedRecord/id", message, "NotFound")


def _kind(mapped: Record) -> str:
    return TABLES.get(text(mapped, "table"), "")


def _name(row: Record) -> str:
    return text(row, "name") or text(row, "description") or text(row, "identifier")


def _joined(store: Store, account: Record, kind: str) -> str:
    captions = next(iter(store.rows("glCaption")), {})
    chosen = [name for name in SEGMENTS if _segment_kind(captions, name) == kind]
    return ":".join(str(account[name]) for name in chosen if account.get(name) is not None)


def _segment_kind(captions: Record, name: str) -> str:
    return text(captions, f"{name}type") or "Account"
