"""Column profiles: how one export differs from the canonical file. A profile is a JSON document."""

import codecs
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from bursar.connectors.billing.csvfile.amounts import DECIMAL_STYLES, AmountReader
from bursar.connectors.billing.csvfile.cells import CellReader, option_key
from bursar.connectors.billing.csvfile.days import CONTRADICTIONS, DATE_STYLES, DayReader
from bursar.connectors.billing.csvfile.fault import CellError
from bursar.connectors.billing.csvfile.profile_faults import in_sentences, twins
from bursar.connectors.billing.csvfile.schema import FIELD_OF_HEADING, LineField, heading_key
from bursar.connectors.billing.csvfile.shipped_profiles import SHIPPED_PROFILES
from bursar.domain.errors import InvalidInput
from bursar.domain.lines import BillingCycle, ChargeType

MONTH_IN_FILE_NAME = r"(?<!\d)(?P<year>20\d\d)[-_.]?(?P<month>0[1-9]|1[0-2])(?:[-_.]?[0-3]\d)?(?!\d)"
"""YYYY-MM or YYYYMM anywhere in the name, also when a day follows."""


def _field_name(given: object) -> object:
    """A field may be named as the schema, the guide or a heading spells it."""
    return FIELD_OF_HEADING.get(heading_key(given), given) if isinstance(given, str) else given


FieldName = Annotated[LineField, BeforeValidator(_field_name)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SkipRule(_Part):
    """Rows that are not lines: those whose `column` is empty, or equals one of the texts (case does not count)."""

    column: str = Field(min_length=1)
    empty: bool = False
    equals: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if not self.empty and not self.equals:
            raise ValueError(f'the skip rule for "{self.column}" must say empty, equals or both, or it skips nothing')
        return self


class ValueMaps(_Part):
    """What the export's own words mean. An empty key gives a meaning to empty cells."""

    charge_type: dict[str, ChargeType] = {}
    billing_cycle: dict[str, BillingCycle] = {}
    invoice_status: dict[str, str] = {}

    @model_validator(mode="after")
    def _keys_differ(self) -> Self:
        for words in (self.charge_type, self.billing_cycle, self.invoice_status):
            for twin in twins(words, option_key):
                raise ValueError(f'the value "{twin}" is mapped twice (case does not count)')
        return self


class Profile(_Part):
    """How to read one export. Every setting has the canonical file's value as default."""

    name: str = Field(min_length=1)
    description: str = ""
    format: Literal["auto", "csv", "xlsx", "json"] = "auto"
    encoding: str = "utf-8-sig"
    delimiter: Literal["auto", ",", ";", "tab", "|"] = "auto"
    sheet: str | None = None
    header_row: int = Field(default=1, ge=1, le=1000)
    columns: dict[str, FieldName | None] = {}
    """Heading to field; null leaves the column out although its heading is known."""
    constants: dict[FieldName, str] = {}
    date_formats: tuple[str, ...] = Field(default=("YYYY-MM-DD",), min_length=1)
    decimal_style: str = "1,234.56"
    currency_marks: tuple[str, ...] = ()
    """Texts beside amounts that are not currency signs, such as "kr" or "CHF"."""
    values: ValueMaps = ValueMaps()
    skip_rows: tuple[SkipRule, ...] = ()
    round_total: bool = False
    last_row_may_end_without_line_break: bool = False
    month_in_file_name: str = MONTH_IN_FILE_NAME

    @field_validator("encoding")
    @classmethod
    def _encoding_is_known(cls, encoding: str) -> str:
        try:
            "".encode(encoding)
        except LookupError:
            raise ValueError(f'"{encoding}" is not a known text encoding; try utf-8-sig or cp1252') from None
        return codecs.lookup(encoding).name

    @field_validator("date_formats")
    @classmethod
    def _dates_have_one_meaning(cls, styles: tuple[str, ...]) -> tuple[str, ...]:
        for style in styles:
            if style not in DATE_STYLES:
                raise ValueError(f'"{style}" is not a date format; the formats are {", ".join(DATE_STYLES)}')
        for one, other in CONTRADICTIONS:
            if one in styles and other in styles:
                raise ValueError(f"{one} and {other} read the same text as different days; keep one of them")
        return styles

    @field_validator("decimal_style")
    @classmethod
    def _decimal_style_is_known(cls, style: str) -> str:
        if style not in DECIMAL_STYLES:
            known = ", ".join(f'"{known}"' for known in DECIMAL_STYLES)
            raise ValueError(f'"{style}" is not a decimal style; the styles are {known}')
        return style

    @field_validator("columns")
    @classmethod
    def _headings_differ(cls, columns: dict[str, LineField | None]) -> dict[str, LineField | None]:
        if any(not heading_key(heading) for heading in columns):
            raise ValueError("a heading in columns is empty")
        for twin in twins(columns, heading_key):
            raise ValueError(f'the heading "{twin}" is given twice (case, spaces, _ and - do not count)')
        return columns

    @field_validator("month_in_file_name")
    @classmethod
    def _pattern_finds_a_month(cls, pattern: str) -> str:
        try:
            groups = re.compile(pattern).groupindex
        except re.error as fault:
            raise ValueError(f"month_in_file_name is not a regular expression: {fault}") from None
        if not {"year", "month"} <= set(groups):
            raise ValueError("month_in_file_name needs the groups (?P<year>…) and (?P<month>…)")
        return pattern

    @model_validator(mode="after")
    def _constants_fit(self) -> Self:
        for field, text in self.constants.items():
            if field in self.columns.values():
                raise ValueError(f'"{field}" is given as a column and as a constant; keep one of them')
            try:
                self.cell_reader().check(field, text.strip())
            except CellError as fault:
                raise ValueError(f'the constant {field} is "{text}", which {fault.why}') from None
        return self

    def cell_reader(self) -> CellReader:
        """The reader of cells that this profile describes."""
        return CellReader(
            AmountReader(self.decimal_style, self.currency_marks),
            DayReader(self.date_formats),
            self.values.charge_type,
            self.values.billing_cycle,
            self.values.invoice_status,
            round_total=self.round_total,
        )


def load_profile(name_or_path: str | Path) -> Profile:
    """A shipped profile by its name, or a profile from a JSON file. Raises InvalidInput with a sentence per mistake."""
    shipped = SHIPPED_PROFILES.get(str(name_or_path))
    if shipped is not None:
        return parse_profile(shipped, str(name_or_path))
    path = Path(name_or_path)
    if not path.is_file():
        raise InvalidInput(
            f'There is no profile "{name_or_path}": it is neither a file nor a shipped profile.',
            remedy=f"Give the path of a JSON file, or one of {', '.join(SHIPPED_PROFILES)}.",
        )
    return parse_profile(_text_of(path), path.name)


def parse_profile(text: str, where: str) -> Profile:
    """A profile from its JSON text; `where` names it in errors. Raises InvalidInput."""
    try:
        return Profile.model_validate(json.loads(text, object_pairs_hook=_without_twins))
    except json.JSONDecodeError as fault:
        raise InvalidInput(
            f"The profile {where} is not JSON: {fault.msg} in line {fault.lineno}, column {fault.colno}.",
            remedy="Correct that place; a missing comma or quotation mark is the usual cause.",
        ) from None
    except ValidationError as fault:
        raise InvalidInput(
            f"The profile {where} cannot be used. {in_sentences(fault, tuple(Profile.model_fields))}",
            remedy="Correct the profile; the guide on invoice line files explains every setting.",
        ) from None


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput(f"The profile {path.name} is not UTF-8 text.", remedy="Save it again as UTF-8.") from None
    except OSError as fault:
        raise InvalidInput(
            f"The profile {path.name} cannot be opened: {fault.strerror}.",
            remedy="Check that Bursar may read the file.",
        ) from None


def _without_twins(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    """A JSON object as a dict; a key that is there twice would silently lose one of its values."""
    for twin in twins([key for key, _ in pairs], str):
        raise InvalidInput(f'The profile holds the key "{twin}" twice.', remedy="Remove one of the two entries.")
    return dict(pairs)
