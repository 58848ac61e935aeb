"""Which column holds which field, found from the headings and the profile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bursar.connectors.billing.csvfile.cells import Cell, cell_text
from bursar.connectors.billing.csvfile.fault import shown
from bursar.connectors.billing.csvfile.profile import Profile, SkipRule
from bursar.connectors.billing.csvfile.schema import (
    FIELD_OF_HEADING,
    REQUIRED,
    LineField,
    heading_key,
    label,
)
from bursar.domain.errors import SourceUnreadable

SELF_DELIMITING = frozenset({LineField.CURRENCY, LineField.INVOICE_DATE, LineField.CHARGE_START, LineField.CHARGE_END})
"""Fields of which no proper beginning is a valid value, so that a cut one cannot pass for a whole one."""

MOST_HEADINGS = 40


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is used: where it stands (from 0) and its heading as the file spells it."""

    position: int
    heading: str


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one file that Bursar uses."""

    columns: Mapping[LineField, Column]
    skips: Sequence[tuple[int, SkipRule]]

    def skipped(self, cells: Sequence[Cell]) -> bool:
        """Whether a skip rule of the profile says that this row is no line."""
        return any(_matches(rule, cells[position]) for position, rule in self.skips)

    def may_be_cut(self, cells: Sequence[Cell]) -> bool:
        """Whether the last cell is used and could be the beginning of a longer value."""
        last = len(cells) - 1
        if any(position == last for position, _ in self.skips):
            return True
        fields = {field for field, column in self.columns.items() if column.position == last}
        return not fields <= SELF_DELIMITING


def _matches(rule: SkipRule, cell: Cell) -> bool:
    text = cell_text(cell).casefold()
    if not text:
        return rule.empty
    return text in {other.strip().casefold() for other in rule.equals}


def recognised(headings: Sequence[str], profile: Profile) -> int:
    """How many of the headings mean a field."""
    return len(_columns_by_field(headings, profile))


def missing(headings: Sequence[str], profile: Profile, *, sparse: bool = False) -> list[str]:
    """The headings that the file must have and has not, as the profile or the schema spells them."""
    found = _columns_by_field(headings, profile)
    named = {field for field in profile.columns.values() if field and (not sparse or field in REQUIRED)}
    wanted = (REQUIRED | named) - set(profile.constants)
    return [_wanted_heading(field, profile) for field in LineField if field in wanted and field not in found]


def lay_out(headings: Sequence[str], profile: Profile, where: str, *, sparse: bool = False) -> Layout:
    """The layout of the file `where`. Raises SourceUnreadable when a field has no column, or two."""
    if sparse and not headings:
        return Layout({}, [])
    if not any(map(heading_key, headings)):
        raise SourceUnreadable(
            f"{where} has no headings in row {profile.header_row}.",
            remedy="Put the headings there, or say in the profile which row they are in (header_row).",
        )
    if lacking := missing(headings, profile, sparse=sparse):
        raise _lacks(lacking, headings, where)
    columns = {field: _only(found, field, where) for field, found in _columns_by_field(headings, profile).items()}
    return Layout(columns, _skips(headings, profile, where, sparse=sparse))


def known_so_far(headings: Sequence[str], profile: Profile) -> Layout:
    """The layout of a file whose headings do not all have a meaning yet: only what is certain."""
    found = _columns_by_field(headings, profile)
    keys = [heading_key(heading) for heading in headings]
    rules = [(heading_key(rule.column), rule) for rule in profile.skip_rows]
    return Layout(
        {field: columns[0] for field, columns in found.items() if len(columns) == 1},
        [(keys.index(key), rule) for key, rule in rules if key in keys],
    )


def _columns_by_field(headings: Sequence[str], profile: Profile) -> dict[LineField, list[Column]]:
    found: dict[LineField, list[Column]] = {}
    fields = _fields(profile)
    for position, heading in enumerate(headings):
        field = fields.get(heading_key(heading))
        if field is not None:
            found.setdefault(field, []).append(Column(position, heading.strip("\ufeff \t\r\n")))
    return found


def _fields(profile: Profile) -> dict[str, LineField | None]:
    """Field by heading key. A field that the profile gives a heading is found under that heading only."""
    named = {heading_key(heading): field for heading, field in profile.columns.items()}
    chosen = set(named.values())
    return {key: field for key, field in FIELD_OF_HEADING.items() if field not in chosen} | named


def _only(found: Sequence[Column], field: LineField, where: str) -> Column:
    if len(found) > 1:
        headings = " and ".join(f'"{shown(column.heading)}"' for column in found)
        raise SourceUnreadable(
            f"The headings {headings} of {where} both mean {label(field)}.",
            remedy="Rename one of them, or say in the profile which one counts (null leaves a column out).",
        )
    return found[0]


def _wanted_heading(field: LineField, profile: Profile) -> str:
    named = [heading for heading, target in profile.columns.items() if target == field]
    return f'"{" or ".join(named)}" ({label(field)})' if named else f'"{label(field)}"'


def _lacks(lacking: Sequence[str], headings: Sequence[str], where: str) -> SourceUnreadable:
    there = [f'"{shown(heading)}"' for heading in headings if heading.strip()]
    more = f" and {len(there) - MOST_HEADINGS} more" if len(there) > MOST_HEADINGS else ""
    hint = " If it looks like one long heading, the delimiter is wrong." if len(there) == 1 else ""
    return SourceUnreadable(
        f"{where} lacks the headings {', '.join(lacking)}. It has {', '.join(there[:MOST_HEADINGS])}{more}.",
        remedy="Rename the headings, or choose or write a profile that says what the file's headings mean." + hint,
    )


def _skips(headings: Sequence[str], profile: Profile, where: str, *, sparse: bool) -> list[tuple[int, SkipRule]]:
    keys = [heading_key(heading) for heading in headings]
    found = []
    for rule in profile.skip_rows:
        key = heading_key(rule.column)
        if key in keys:
            found.append((keys.index(key), rule))
        elif not sparse:
            raise SourceUnreadable(
                f'{where} has no heading "{rule.column}", which a skip rule of the profile needs.',
                remedy="Correct the heading in skip_rows, or remove the rule.",
            )
    return found
