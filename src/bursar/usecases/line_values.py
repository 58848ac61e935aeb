"""What a person may set on a line, whether a value can be used, and a line's version (rules 65 and 68-72)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from bursar.domain.errors import InvalidInput
from bursar.domain.rules import ChargeRules, derive
from bursar.store.models import Connection, Line
from bursar.store.queries.lines import SOURCE_FIELDS, line_of, overrides_of
from bursar.usecases.agreement_choices import AgreementChoice
from bursar.usecases.kept_records import chosen, was_read
from bursar.usecases.mappings import Kind

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

FLAGS = frozenset({"approve", "keep_both", "overwrite", "post_again", "by_hand"})
DATES = frozenset({"start", "end"})
ON_POSTED_LINES = frozenset({"overwrite", "post_again"})
KINDS = {"company": Kind.ORGANIZATION, "product": Kind.OFFER}
"""Which list of ConnectWise a value is chosen from."""

LARGEST_ID = 2**63 - 1
NO_OVERRIDES: Mapping[str, OverrideValue] = {name: False if name in FLAGS else None for name in COLUMNS}
"""What a line without anything set by hand has."""

Columns = dict[str, int | date | bool | str | None]


class LineRefused(InvalidInput):
    """One line cannot take the values; `why` says so without naming the line, to be counted."""

    def __init__(self, why: str, sentence: str, *, remedy: str) -> None:
        self.why = why
        super().__init__(sentence, remedy=remedy)


@dataclass(frozen=True, slots=True)
class Edit:
    """Values for one line or many, and what is needed to check them."""

    values: Mapping[str, OverrideValue]
    rules: ChargeRules
    agreement: AgreementChoice | None = None
    """The Agreement that `values` names, when ConnectWise was asked about it."""


def version_of(line: Line) -> str:
    """A digest of everything that a form shows of a line; another one as soon as anybody changed it.

    The first half stands for the source and for where the line went, the second for what people set.
    """
    source = (*(getattr(line, name) for name in SOURCE_FIELDS), line.link_id, line.changed_values, line.vanished)
    by_hand = (getattr(line, column) for column in COLUMNS.values())
    return f"{_digest(*source)}{_digest(*by_hand)}"


def set_by_people_in(version: str) -> str:
    """The half of a version that only people change."""
    return version[len(version) // 2 :]


def _digest(*values: object) -> str:
    text = "\n".join(f"{value.normalize():f}" if isinstance(value, Decimal) else repr(value) for value in values)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def plain_values(values: Mapping[str, OverrideValue]) -> Mapping[str, OverrideValue]:
    """The values in the type of their columns. Raises InvalidInput for a name or a value that cannot be."""
    return {name: _plain(name, value) for name, value in values.items()}


def _plain(name: str, value: OverrideValue) -> OverrideValue:
    if name not in COLUMNS:
        raise InvalidInput(f"'{name}' cannot be set on a line.", remedy=f"Set one of: {', '.join(COLUMNS)}.")
    if name in FLAGS:
        usable = value is None or isinstance(value, bool)
        value = bool(value)
    elif name in DATES:
        usable = value is None or isinstance(value, date)
    else:
        usable = value is None or (type(value) is int and 1 <= value <= LARGEST_ID)
    if not usable:
        what = "yes or no" if name in FLAGS else "a day" if name in DATES else "the record id that ConnectWise shows"
        raise InvalidInput(f"'{value}' cannot be the {name.replace('_', ' ')} of a line.", remedy=f"Give {what}.")
    return value


def check_targets(connection: Connection, values: Mapping[str, object]) -> None:
    """Company and product must be such that may be offered, once their lists were read. Raises InvalidInput."""
    for name, kind in KINDS.items():
        value = values.get(name)
        if isinstance(value, int) and was_read(connection, kind):
            chosen(connection, kind, [value])


def columns_for(line: Line, edit: Edit, mapped_company: int | None) -> Columns:
    """The columns of a line that the edit changes. Raises LineRefused.

    Another company takes a chosen Agreement away, because it belongs to the company before.
    """
    _check_posted(line, edit)
    _check_agreement(line, edit, mapped_company)
    _check_dates(line, edit)
    columns: Columns = {COLUMNS[name]: value for name, value in edit.values.items()}
    if "agreement" in edit.values:
        if edit.agreement is not None or columns["set_agreement_id"] != line.set_agreement_id:
            columns["set_agreement_name"] = edit.agreement.name[:120] if edit.agreement else ""
    elif _company_after(line, edit, mapped_company) != (line.set_company_id or mapped_company):
        columns |= {"set_agreement_id": None, "set_agreement_name": ""}
    return {column: value for column, value in columns.items() if getattr(line, column) != value}


def _company_after(line: Line, edit: Edit, mapped_company: int | None) -> int | None:
    value = edit.values.get("company", line.set_company_id)
    return value if isinstance(value, int) else mapped_company


def _check_posted(line: Line, edit: Edit) -> None:
    refused = set(edit.values) - ON_POSTED_LINES
    if line.link_id is not None and refused:
        names = ", ".join(sorted(refused)).replace("_", " ")
        raise LineRefused(
            "posted already",
            f"Line {line.line_id} has been posted; {names} can no longer be set.",
            remedy="Change the Addition in ConnectWise, or post a correction line.",
        )


def _check_agreement(line: Line, edit: Edit, mapped_company: int | None) -> None:
    agreement = edit.agreement
    if agreement is None or edit.values.get("agreement") is None:
        return
    if _company_after(line, edit, mapped_company) != agreement.company_id:
        raise LineRefused(
            "another company",
            f"The Agreement '{agreement.name}' does not belong to the company of line {line.line_id}.",
            remedy="Choose an Agreement of the line's company.",
        )
    if agreement.currency not in {None, line.currency}:
        raise LineRefused(
            "another currency",
            f"Line {line.line_id} is in {line.currency}, the Agreement '{agreement.name}' in {agreement.currency}.",
            remedy="Choose an Agreement in the line's currency; Bursar never converts.",
        )


def _check_dates(line: Line, edit: Edit) -> None:
    if not DATES & set(edit.values):
        return
    start, end = _day(edit, "start", line.set_charge_start), _day(edit, "end", line.set_charge_end)
    derived = derive(line_of(line), replace(overrides_of(line), charge_start=start, charge_end=end), edit.rules)
    if derived.reversed:
        raise LineRefused(
            "would end before it starts",
            f"Line {line.line_id} would end on {derived.cancelled}, before it starts on {derived.effective}.",
            remedy="Give an end on or after the start, or take the other date away, too.",
        )


def _day(edit: Edit, name: str, kept: date | None) -> date | None:
    value = edit.values.get(name, kept)
    return value if isinstance(value, date) else None
