"""References by what people call a record."""

from __future__ import annotations

from psa_sandbox.state.store import Record, Store


def ref(store: Store, kind: str, **equals: object) -> Record:
    """A reference to the one record with these values. Raises LookupError for none or several."""
    rows = store.rows(kind, **equals)
    if len(rows) != 1:
        raise LookupError(f"{len(rows)} records of kind {kind} with {equals}")
    return {"id": rows[0]["id"]}
