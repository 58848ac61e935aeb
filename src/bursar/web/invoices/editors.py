"""The editors of a line's values: a date, a record of ConnectWise to search for, or one of its Agreements (rule 69)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bursar.domain.errors import BursarError, InvalidInput
from bursar.domain.mapping import Candidate
from bursar.store.models import Connection, Line, OrganizationCompany
from bursar.usecases.agreement_choices import AgreementChoice, agreement_choices, company_of
from bursar.usecases.edit_lines import version_of
from bursar.usecases.kept_records import chosen, search, was_read
from bursar.usecases.line_values import COLUMNS, KINDS
from bursar.usecases.mappings import Kind
from bursar.web.grid.editing import Editor
from bursar.web.invoices.rows import KEPT, LineRow, default_dates
from bursar.wiring import connectwise

TITLES: Mapping[str, str] = {
    "company": "PSA Organization Name",
    "product": "PSA Product Name",
    "agreement": "PSA Agreement Name",
    "start": "Charge Start Date",
    "end": "Charge End Date",
}
"""What can be edited on a line, by the key of its column and its override."""

BACK = "Back to rule or default"
LISTS = {"company": "companies", "product": "catalogue products"}


@dataclass(frozen=True, slots=True)
class DateControl:
    """A day. Without one, `otherwise` would be sent; empty means none."""

    name: str
    value: str
    otherwise: str


@dataclass(frozen=True, slots=True)
class Option:
    """A record that may be chosen."""

    id: int
    text: str
    checked: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class PickControl:
    """A search with its hits. `prefix` keeps the ids of several open pickers apart."""

    key: str
    prefix: str
    text: str
    options: Sequence[Option]
    list_name: str
    list_read: bool


@dataclass(frozen=True, slots=True)
class AgreementControl:
    """The Agreements that ConnectWise offers for the company right now, or why there are none to offer."""

    prefix: str
    choices: Sequence[AgreementChoice]
    chosen: int | None
    kept: str = KEPT
    problem: str = ""


def editor_of(
    connection: Connection, row: LineRow, key: str, *, text: str = "", sent: str = "", problem: str = ""
) -> Editor:
    """The editor of a value; `sent` is what somebody tried to save, `text` what they search for."""
    template, control_of = _CONTROLS[key]
    control = control_of(connection, row, key, text, sent)
    return Editor(
        key=key,
        title=f"{TITLES[key]} of {row.line.organization_name}",
        template=template,
        control=control,
        version=version_of(row.line),
        removable=BACK if getattr(row.line, COLUMNS[key]) is not None else "",
        problem=problem,
        savable=not (isinstance(control, AgreementControl) and control.problem),
    )


def _date(connection: Connection, row: LineRow, key: str, _text: str, sent: str) -> DateControl:
    start, end = default_dates(row, connection)
    stored = row.derived.effective if key == "start" else row.derived.cancelled
    otherwise = start if key == "start" else end
    return DateControl(TITLES[key], sent or str(stored or ""), str(otherwise or ""))


def _pick(connection: Connection, row: LineRow, key: str, text: str, sent: str) -> PickControl:
    stored = row.company.id if key == "company" else row.product.id
    ticked = int(sent) if is_id(sent) else stored
    mapped = _mapped_companies(connection, row.line) if key == "company" else ()
    return pick_control(connection, key, text, ticked, prefix=f"{key}-{row.pk}", first=mapped)


def pick_control(
    connection: Connection, key: str, text: str, ticked: int | None, *, prefix: str, first: Sequence[Option] = ()
) -> PickControl:
    """What is ticked, what the organization is mapped to, then the hits of the search."""
    kind = KINDS[key]
    listed = {option.id: option for option in first}
    for candidate in [*_still_offered(connection, kind, ticked), *search(connection, kind, text)]:
        listed.setdefault(candidate.id, Option(candidate.id, text_of(candidate)))
    options = [
        Option(option.id, option.text, checked=option.id == ticked, note=option.note)
        for option in sorted(listed.values(), key=lambda option: option.id != ticked)
    ]
    return PickControl(key, prefix, text, options, LISTS[key], was_read(connection, kind))


def _mapped_companies(connection: Connection, line: Line) -> Sequence[Option]:
    """Those that the line's organization is mapped to come first (rule 41)."""
    companies = OrganizationCompany.objects.filter(
        organization__connection=connection, organization__organization_id=line.organization_id
    )
    return [
        Option(found.company_id, f"{found.company_name} (ID {found.company_id})", note="Mapped")
        for found in companies.order_by("company_name")
    ]


def _still_offered(connection: Connection, kind: Kind, record: int | None) -> Sequence[Candidate]:
    try:
        return chosen(connection, kind, [record] if record else [])
    except InvalidInput:
        return []


def _agreement(connection: Connection, row: LineRow, _key: str, _text: str, sent: str) -> AgreementControl:
    ticked = int(sent) if is_id(sent) else row.line.set_agreement_id
    prefix = f"agreement-{row.pk}"
    try:
        company = company_of(row.line)
        with connectwise(connection) as psa:
            choices = agreement_choices(psa, company, row.line.currency)
    except BursarError as error:
        return AgreementControl(prefix, (), ticked, problem=f"{error.sentence} {error.remedy}".strip())
    return AgreementControl(prefix, choices, ticked, _without(row))


def _without(row: LineRow) -> str:
    """What counts when nothing is chosen."""
    if row.line.set_agreement_id is None and row.agreement.id is not None:
        return f"{row.agreement.text}, by its contract"
    return KEPT


_Control = Callable[[Connection, LineRow, str, str, str], object]
_CONTROLS: Mapping[str, tuple[str, _Control]] = {
    "company": ("invoices/editors/pick.html", _pick),
    "product": ("invoices/editors/pick.html", _pick),
    "agreement": ("invoices/editors/agreement.html", _agreement),
    "start": ("invoices/editors/date.html", _date),
    "end": ("invoices/editors/date.html", _date),
}


def text_of(candidate: Candidate) -> str:
    """A record by name, identifier and id."""
    named = f"{candidate.identifier}, " if candidate.identifier else ""
    return f"{candidate.name or 'Without a name'} ({named}ID {candidate.id})"


def is_id(text: str) -> bool:
    """Whether this can be a record id of ConnectWise."""
    return text.isascii() and text.isdigit() and len(text) <= 18
