"""What a person sets on lines by hand, one or many; posted lines are read-only but for decisions (rules 69-72, 97, 99).

Every edit is one entry in the audit trail (rule 123), and takes away why the line was blocked: the next plan says anew.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q, QuerySet

from bursar.domain.errors import InvalidInput
from bursar.store.field_json import from_json
from bursar.store.models import AuditEntry, Connection, Line
from bursar.store.queries.chunks import chunks
from bursar.usecases.agreement_choices import AgreementChoice, agreement_choices, mapped_companies
from bursar.usecases.audit import record
from bursar.usecases.derived_lines import rules_of
from bursar.usecases.line_values import (
    COLUMNS,
    NO_OVERRIDES,
    Columns,
    Edit,
    LineRefused,
    OverrideValue,
    check_targets,
    columns_for,
    plain_values,
    set_by_people_in,
    version_of,
)
from bursar.usecases.refusals import ChangedMeanwhile
from bursar.usecases.select_lines import Lines, keys_of

__all__ = [
    "COLUMNS",
    "AgreementChoice",
    "EditReport",
    "OverrideValue",
    "accept_change",
    "agreement_choices",
    "edit_line",
    "edit_many",
    "find_line",
    "reset_line",
    "reset_many",
    "version_of",
]

ONE, RESET, ACCEPTED = "line changed", "line reset", "change of a posted line accepted"
MANY, MANY_RESET = "lines changed in bulk", "lines reset in bulk"

UNBLOCKED: Columns = {"blocked_code": "", "blocked_reason": "", "blocked_remedy": ""}
NAMES = {column: name for name, column in COLUMNS.items()} | {"set_agreement_name": "agreement_name"}
AT_ONCE = 500
DETAILED = 50
"""How many lines of a bulk edit the audit trail shows with their values before and after."""
NAMED = 1000
"""How many it names."""


@dataclass(frozen=True, slots=True)
class EditReport:
    """What became of the selected lines."""

    changed: int = 0
    unchanged: int = 0
    """They had the values already."""
    refused: int = 0
    """They stay as they are; `reasons` counts why."""
    agreements_taken_away: int = 0
    """Their Agreement belonged to the company before."""
    reasons: Mapping[str, int] = field(default_factory=dict)


def edit_line(
    connection: Connection,
    line_id: str,
    values: Mapping[str, OverrideValue],
    *,
    shown: str | None = None,
    agreement: AgreementChoice | None = None,
) -> Line:
    """Set overrides on one line; `agreement` is the checked choice behind `values["agreement"]`.

    Raises InvalidInput; ChangedMeanwhile when the line is not as `shown`, its `version_of` when it was displayed.
    """
    return _edit_one(connection, line_id, Edit(plain_values(values), rules_of(connection), agreement), ONE, shown)


def reset_line(connection: Connection, line_id: str, *, shown: str | None = None) -> Line:
    """Take every override of an unposted line away (rule 65). Raises as `edit_line` does."""
    return _edit_one(connection, line_id, Edit(NO_OVERRIDES, rules_of(connection)), RESET, shown)


def edit_many(
    connection: Connection,
    rows: Lines,
    values: Mapping[str, OverrideValue],
    *,
    agreement: AgreementChoice | None = None,
) -> EditReport:
    """Set the same overrides on all these lines (rule 70); those that cannot take them stay as they are.

    Raises InvalidInput when nobody may choose one of the values.
    """
    plain = plain_values(values)
    check_targets(connection, plain)
    return _edit_many(connection, rows, Edit(plain, rules_of(connection), agreement), MANY)


def reset_many(connection: Connection, rows: Lines) -> EditReport:
    """Take every override of these lines away; posted ones stay as they are."""
    return _edit_many(connection, rows, Edit(NO_OVERRIDES, rules_of(connection)), MANY_RESET)


def accept_change(connection: Connection, line_id: str, *, shown: str | None = None) -> Line:
    """Say that a change of a posted line has been dealt with in ConnectWise (rule 102); the line takes the new values.

    What Bursar wrote is forgotten, so that the correction made there is not reported as drift.
    """
    with transaction.atomic():
        line = _locked(connection, line_id, shown)
        if line.link is None or (line.changed_values is None and not line.vanished):
            raise InvalidInput(
                f"Line {line_id} has not changed since it was posted.", remedy="There is nothing to accept."
            )
        newer = from_json(line.changed_values or {})
        before = {name: _json(getattr(line, name)) for name in newer} | {"vanished": line.vanished}
        for name, value in newer.items():
            setattr(line, name, value)
        line.changed_values, line.vanished, line.posted_total = None, False, line.total
        _assign(line, UNBLOCKED)
        line.save()
        line.link.written = {name: line.link.written[name] for name in ("marker",)}
        line.link.save(update_fields=["written"])
        after = {name: _json(value) for name, value in newer.items()} | {"vanished": False}
        _record(connection, ACCEPTED, line_id, before, after)
    return line


def find_line(connection: Connection, line_id: str) -> Line:
    """By line id. Raises InvalidInput."""
    return _found(Line.objects.select_related("link"), connection, line_id)


def _found(rows: QuerySet[Line], connection: Connection, line_id: str) -> Line:
    line = rows.filter(connection=connection, line_id=line_id).first()
    if line is None:
        raise InvalidInput(f"There is no line '{line_id}'.", remedy="`bursar lines list` shows line ids.")
    line.connection = connection
    return line


def _locked(connection: Connection, line_id: str, shown: str | None) -> Line:
    line = _found(Line.objects.select_for_update(), connection, line_id)
    if shown is not None and shown != (version := version_of(line)):
        people = set_by_people_in(shown) != set_by_people_in(version)
        raise _changed_meanwhile(connection, line_id) if people else ChangedMeanwhile(f"line {line_id}")
    return line


def _changed_meanwhile(connection: Connection, line_id: str) -> ChangedMeanwhile:
    """With who saved last, when the audit trail says so for certain."""
    single = Q(action__in=(ONE, RESET, ACCEPTED), subject=_subject(line_id))
    entries = AuditEntry.objects.filter(single | Q(action__in=(MANY, MANY_RESET)), connection=connection.name)
    for entry in entries.iterator(chunk_size=50):
        facts = entry.after or {}
        if entry.action not in {MANY, MANY_RESET} or line_id in facts["lines"]:
            return ChangedMeanwhile(f"line {line_id}", by=entry.actor, at=entry.at)
        if facts["changed"] > len(facts["lines"]):
            break  # it may have been this one, of which the trail names only the first thousand lines
    return ChangedMeanwhile(f"line {line_id}")


def _edit_one(connection: Connection, line_id: str, edit: Edit, action: str, shown: str | None) -> Line:
    with transaction.atomic():
        line = _locked(connection, line_id, shown)
        columns = columns_for(
            line, edit, mapped_companies(connection, [line.organization_id]).get(line.organization_id)
        )
        check_targets(connection, {NAMES[column]: value for column, value in columns.items()})
        if columns:
            before = _facts(line, columns)
            _assign(line, columns | UNBLOCKED)
            line.save(update_fields=[*columns, *UNBLOCKED])
            _record(connection, action, line_id, before, _facts(line, columns))
    return line


@dataclass(slots=True)
class _Tally:
    """What a bulk edit did so far, and as much of it as the audit trail keeps."""

    changed: int = 0
    unchanged: int = 0
    agreements_taken_away: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    before: dict[str, object] = field(default_factory=dict)
    after: dict[str, object] = field(default_factory=dict)
    named: list[str] = field(default_factory=list)

    @property
    def refused(self) -> int:
        return sum(self.reasons.values())

    def note(self, line: Line, columns: Columns) -> None:
        """A line that is about to get these columns."""
        self.changed += 1
        if len(self.named) < NAMED:
            self.named.append(line.line_id)
        if len(self.before) < DETAILED:
            self.before[line.line_id] = _facts(line, columns)
            self.after[line.line_id] = {NAMES[column]: _json(value) for column, value in columns.items()}


def _edit_many(connection: Connection, rows: Lines, edit: Edit, action: str) -> EditReport:
    tally = _Tally()
    with transaction.atomic():
        for keys in chunks(keys_of(rows), AT_ONCE):
            _edit_chunk(connection, keys, edit, tally)
        if tally.changed:
            counts = {"changed": tally.changed, "unchanged": tally.unchanged, "refused": tally.refused}
            after = {**counts, "lines": tally.named, "values": tally.after}
            record(
                action, f"{tally.changed} lines", connection=connection, before={"values": tally.before}, after=after
            )
    return EditReport(tally.changed, tally.unchanged, tally.refused, tally.agreements_taken_away, dict(tally.reasons))


def _edit_chunk(connection: Connection, keys: Sequence[int], edit: Edit, tally: _Tally) -> None:
    """Lines that get the same columns are written by one statement."""
    rows = Line.objects.select_for_update().filter(connection=connection, pk__in=keys).order_by("pk")
    lines = list(rows)
    companies = mapped_companies(connection, {line.organization_id for line in lines})
    groups: dict[tuple[tuple[str, object], ...], list[int]] = {}
    for line, columns in _changes(lines, edit, companies, tally):
        tally.note(line, columns)
        groups.setdefault(tuple(columns.items()), []).append(line.pk)
    for items, same in groups.items():
        Line.objects.filter(pk__in=same).update(**dict(items), **UNBLOCKED)


def _changes(
    lines: Sequence[Line], edit: Edit, companies: Mapping[str, int], tally: _Tally
) -> Iterator[tuple[Line, Columns]]:
    for line in lines:
        try:
            columns = columns_for(line, edit, companies.get(line.organization_id))
        except LineRefused as refusal:
            tally.reasons[refusal.why] += 1
            continue
        if not columns:
            tally.unchanged += 1
            continue
        tally.agreements_taken_away += "agreement" not in edit.values and "set_agreement_id" in columns
        yield line, columns


def _assign(line: Line, columns: Columns) -> None:
    for column, value in columns.items():
        setattr(line, column, value)


def _facts(line: Line, columns: Columns) -> dict[str, object]:
    return {NAMES[column]: _json(getattr(line, column)) for column in columns}


def _json(value: object) -> object:
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _record(
    connection: Connection, action: str, line_id: str, before: Mapping[str, object], after: Mapping[str, object]
) -> None:
    record(action, _subject(line_id), connection=connection, before=before, after={"line": line_id, **after})


def _subject(line_id: str) -> str:
    return f"line {line_id}"[:200]
