"""What a person sets on single lines by hand; posted lines are read-only but for decisions (rules 69-72, 97, 99)."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from bursar.domain.errors import InvalidInput
from bursar.store.field_json import from_json
from bursar.store.models import Connection, Line

OverrideValue = int | date | bool | None

COLUMNS = {
    "company": "set_company_id",
    "product": "set_product_id",
    "agreement": "set_agreement_id",
    "start": "set_charge_start",
    "end": "set_charge_end",
    "approve": "approved",
    "adopt": "adopt",
    "keep_both": "keep_both",
    "overwrite": "overwrite",
    "post_again": "post_again",
    "by_hand": "by_hand",
}
"""Override name → column. None (or False) takes the override away again (rule 65)."""

ON_POSTED_LINES = {"overwrite", "post_again"}


def override_line(connection: Connection, line_id: str, values: Mapping[str, OverrideValue]) -> Line:
    """Set overrides on one line. Raises InvalidInput for an unknown line, and for edits of a posted one (rule 72)."""
    line = find_line(connection, line_id)
    refused = set(values) - ON_POSTED_LINES
    if line.link_id is not None and refused:
        raise InvalidInput(
            f"Line {line_id} has been posted; {', '.join(sorted(refused))} can no longer be set.",
            remedy="Change the Addition in ConnectWise, or post a correction line.",
        )
    for name, value in values.items():
        setattr(line, COLUMNS[name], value)
    line.save(update_fields=[COLUMNS[name] for name in values])
    return line


def reset_line(connection: Connection, line_id: str) -> Line:
    """Take every override of an unposted line away (rule 65)."""
    off: dict[str, OverrideValue] = dict.fromkeys(COLUMNS)
    flags: dict[str, OverrideValue] = dict.fromkeys(
        ("approve", "keep_both", "overwrite", "post_again", "by_hand"), False
    )
    return override_line(connection, line_id, off | flags)


def accept_change(connection: Connection, line_id: str) -> Line:
    """Say that a change of a posted line has been dealt with in ConnectWise (rule 102); the line takes the new values.

    What Bursar wrote is forgotten, so that the correction made there is not reported as drift.
    """
    line = find_line(connection, line_id)
    if line.changed_values is None and not line.vanished:
        raise InvalidInput(f"Line {line_id} has not changed since it was posted.", remedy="There is nothing to accept.")
    with transaction.atomic():
        for name, value in from_json(line.changed_values or {}).items():
            setattr(line, name, value)
        line.changed_values, line.vanished, line.posted_total = None, False, line.total
        line.save()
        if line.link is not None:
            line.link.written = {name: line.link.written[name] for name in ("marker",)}
            line.link.save(update_fields=["written"])
    return line


def find_line(connection: Connection, line_id: str) -> Line:
    """By line id. Raises InvalidInput."""
    line = Line.objects.filter(connection=connection, line_id=line_id).first()
    if line is None:
        raise InvalidInput(f"There is no line '{line_id}'.", remedy="`bursar lines list` shows line ids.")
    return line
