"""Edits of invoice lines: one, or many at once (rules 69-72, 97 and 99)."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated

from ninja import Query
from pydantic import BaseModel, BeforeValidator, Field

from bursar.api.lines import LineShown, lines_shown
from bursar.api.problems import Unknown
from bursar.api.remote import talking_to
from bursar.api.routes import REMOTE, Routes
from bursar.api.values import Flag, Given, GivenId, Id, MonthText, Words, connection_at
from bursar.domain.errors import InvalidInput
from bursar.domain.period import Month
from bursar.domain.roles import Role
from bursar.store.models import Connection, Line
from bursar.store.queries.line_list import LineStatus, listed_line
from bursar.usecases.agreement_choices import (
    AgreementChoice,
    agreement_choices,
    chosen_agreement,
    company_of,
    fits_all,
)
from bursar.usecases.edit_lines import (
    EditReport,
    OverrideValue,
    accept_change,
    edit_line,
    edit_many,
    find_line,
    reset_line,
    reset_many,
)
from bursar.usecases.select_lines import Selection, select_lines

routes = Routes("Lines")
ONE = "/connections/{int:connection_id}/line"
MOST_LINES = 1000

NAMES: Mapping[str, str] = {
    "company_id": "company",
    "product_id": "product",
    "agreement_id": "agreement",
    "charge_start": "start",
    "charge_end": "end",
    "approved": "approve",
    "adopt": "adopt",
    "keep_both": "keep_both",
    "overwrite": "overwrite",
    "post_again": "post_again",
    "by_hand": "by_hand",
}
"""What the API calls a value that is set by hand → what the use cases call it."""


def _as_text(value: object) -> object:
    """A day is written out: a number would be taken for seconds since 1970."""
    if not (isinstance(value, date) or (isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value))):
        raise ValueError("a day is written as YYYY-MM-DD")
    return value


LineId = Annotated[str, Query(min_length=1, max_length=2000, pattern=r"^[^\u0000]*$", description="The line's id.")]
Version = Annotated[Words | None, Field(description="`version` of what was shown; null overwrites anything.")]
Day = Annotated[date, BeforeValidator(_as_text)]


class LineValues(Given):
    """What a person sets by hand. A value that is left out stays; null takes it away again."""

    company_id: GivenId | None = None
    product_id: GivenId | None = None
    agreement_id: GivenId | None = Field(default=None, description="An active Agreement of the line's company.")
    charge_start: Day | None = None
    charge_end: Day | None = None
    approved: Flag = Field(default=False, description="Post it although a setting withholds such lines.")
    adopt: GivenId | None = Field(default=None, description="Addition made by hand that stands for the line.")
    keep_both: Flag = Field(default=False, description="A similar Addition made by hand is another one.")
    overwrite: Flag = Field(default=False, description="Write over edits made in ConnectWise.")
    post_again: Flag = Field(default=False, description="Create anew what was deleted in ConnectWise.")
    by_hand: Flag = Field(default=False, description="A person bills it in ConnectWise; Bursar leaves it alone.")

    def given(self) -> dict[str, OverrideValue]:
        """By the names of the use cases. Raises InvalidInput when there is nothing."""
        values = {NAMES[name]: getattr(self, name) for name in NAMES if name in self.model_fields_set}
        if not values:
            raise InvalidInput("Nothing was given to be set.", remedy=f"Give at least one of: {', '.join(NAMES)}.")
        return values


class LineChange(LineValues):
    """Values, and the version of the line that they were decided on."""

    version: Version = None


class LineDeed(Given):
    """The version of the line that was shown."""

    version: Version = None


class LinesChosen(Given):
    """Lines by id, or all that month, status and organization describe together."""

    line_ids: list[Words] = Field(default_factory=list, max_length=MOST_LINES)
    month: MonthText | None = None
    status: LineStatus | None = None
    organization_id: Words | None = None


class LinesEdit(Given):
    """The same values for all these lines, or everything set by hand taken away."""

    lines: LinesChosen
    values: LineValues | None = None
    reset: Flag = False


class EditedShown(BaseModel):
    """What became of the selected lines; `reasons` counts why lines were refused."""

    changed: int
    unchanged: int
    refused: int
    agreements_taken_away: int = Field(description="Lines whose Agreement belonged to the company before.")
    reasons: dict[str, int]


class AgreementShown(BaseModel):
    """An Agreement that may be chosen. `next_invoice` is the first day that has not been invoiced."""

    id: int
    name: str
    type_name: str
    billing_cycle: str
    currency: str | None
    next_invoice: date | None
    prorates: bool


class AgreementsShown(BaseModel):
    """By name."""

    company_id: int
    agreements: list[AgreementShown]


@routes.get(ONE, Role.VIEWER, LineShown)
def show_line(connection_id: Id, line_id: LineId) -> LineShown:
    """One line. Its id is in the query, because ids of a platform may hold any character."""
    return _shown(_line_at(connection_at(connection_id), line_id))


@routes.patch(ONE, Role.OPERATOR, LineShown, may=REMOTE)
def change_line(connection_id: Id, line_id: LineId, change: LineChange) -> LineShown:
    """Set values of one line by hand; 409 when somebody saved in between."""
    line = _line_at(connection_at(connection_id), line_id)
    values = change.given()
    agreement = _agreement_for(line, values)
    return _shown(edit_line(line.connection, line.line_id, values, shown=change.version, agreement=agreement))


@routes.post(f"{ONE}/reset", Role.OPERATOR, LineShown, may={409})
def take_values_away(connection_id: Id, line_id: LineId, deed: LineDeed) -> LineShown:
    """Take everything set by hand on one line away again."""
    line = _line_at(connection_at(connection_id), line_id)
    return _shown(reset_line(line.connection, line.line_id, shown=deed.version))


@routes.post(f"{ONE}/accept", Role.OPERATOR, LineShown, may={409})
def accept_line(connection_id: Id, line_id: LineId, deed: LineDeed) -> LineShown:
    """Say that the change of a posted line has been dealt with in ConnectWise."""
    line = _line_at(connection_at(connection_id), line_id)
    return _shown(accept_change(line.connection, line.line_id, shown=deed.version))


@routes.get(f"{ONE}/agreements", Role.VIEWER, AgreementsShown, may=REMOTE)
def list_agreements_of_line(connection_id: Id, line_id: LineId) -> AgreementsShown:
    """The active Agreements of the line's company in its currency, as ConnectWise has them now."""
    line = _line_at(connection_at(connection_id), line_id)
    company_id = company_of(line)
    with talking_to(line.connection) as psa:
        choices = agreement_choices(psa, company_id, line.currency)
    shown = [
        AgreementShown(**{name: getattr(choice, name) for name in AgreementShown.model_fields}) for choice in choices
    ]
    return AgreementsShown(company_id=company_id, agreements=shown)


@routes.post("/connections/{int:connection_id}/lines/edit", Role.OPERATOR, EditedShown, may=REMOTE)
def edit_lines(connection_id: Id, edit: LinesEdit) -> EditedShown:
    """Set the same values on many lines by hand, or take them away; lines that cannot take them stay as they are."""
    connection = connection_at(connection_id)
    if (edit.values is not None) == edit.reset:
        raise InvalidInput("Nothing says what to do with the lines.", remedy="Give either values, or reset.")
    chosen = select_lines(connection, _selection(edit.lines))
    if edit.values is None:
        return _report(reset_many(connection, chosen))
    values = edit.values.given()
    agreement = None
    if edit.values.agreement_id is not None:
        with talking_to(connection) as psa:
            agreement = fits_all(psa, connection, chosen, edit.values.agreement_id, edit.values.company_id)
    return _report(edit_many(connection, chosen, values, agreement=agreement))


def _line_at(connection: Connection, line_id: str) -> Line:
    try:
        return find_line(connection, line_id)
    except InvalidInput as error:
        raise Unknown(error.sentence, remedy="The list of lines has the ids of all.") from None


def _shown(line: Line) -> LineShown:
    return lines_shown(line.connection, [listed_line(line)])[0]


def _agreement_for(line: Line, values: Mapping[str, OverrideValue]) -> AgreementChoice | None:
    wanted = values.get("agreement")
    if not isinstance(wanted, int) or (wanted == line.set_agreement_id and "company" not in values):
        return None
    company = values.get("company", line.set_company_id)
    company_id = company if isinstance(company, int) else company_of(line, by_mapping=True)
    with talking_to(line.connection) as psa:
        return chosen_agreement(psa, company_id, line.currency, wanted)


def _selection(chosen: LinesChosen) -> Selection:
    return Selection(
        line_ids=chosen.line_ids,
        month=Month.parse(chosen.month) if chosen.month else None,
        status=chosen.status,
        organization_id=chosen.organization_id or "",
    )


def _report(report: EditReport) -> EditedShown:
    return EditedShown(
        changed=report.changed,
        unchanged=report.unchanged,
        refused=report.refused,
        agreements_taken_away=report.agreements_taken_away,
        reasons=dict(report.reasons),
    )
