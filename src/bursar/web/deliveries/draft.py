"""A column profile while a person makes it: from the form's fields to a profile document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import QueryDict

from bursar.wiring import WORD_FIELDS, LineField, heading_key, known_field

SEPARATOR = "|"
"""Between date formats that are read side by side; one of them has a comma."""
PLAIN = {"format": "auto", "encoding": "utf-8-sig", "delimiter": "auto", "decimal_style": "1,234.56", "sheet": ""}
"""Settings of one value each, with the value that need not be said."""
SWITCHES = ("round_total", "last_row_may_end_without_line_break")
LEFT_OUT = "-"
"""The choice of a heading whose column is not used."""
LONGEST = 500

Document = dict[str, object]


def document_of(form: QueryDict) -> Document:
    """The profile that the form describes, whether it can be used or not. It has no name yet."""
    document: Document = {}
    for name, default in PLAIN.items():
        if (value := form.get(name, default)) != default:
            document[name] = value
    row = form.get("header_row", "1").strip()
    if row != "1":
        document["header_row"] = int(row) if row.isascii() and row.isdigit() else row
    formats = form.get("date_formats", "YYYY-MM-DD")
    if formats != "YYYY-MM-DD":
        document["date_formats"] = formats.split(SEPARATOR)
    document |= {name: True for name in SWITCHES if form.get(name)}
    parts: Document = {
        "columns": _columns(form),
        "constants": _constants(form),
        "values": _values(form),
        "skip_rows": _skip_rows(form),
        "currency_marks": form.get("currency_marks", "").split(),
        "description": form.get("description", "").strip(),
    }
    return document | {name: value for name, value in parts.items() if value}


def _columns(form: QueryDict) -> dict[str, str | None]:
    """Every column that is used, by its heading, so that a file that lacks one is told from a whole one."""
    columns: dict[str, str | None] = {}
    for heading, field in _pairs(form, "heading", "field"):
        if field != LEFT_OUT:
            columns[heading] = field
        elif known_field(heading):
            columns[heading] = None
    return columns


def _constants(form: QueryDict) -> dict[str, str]:
    used = set(form.getlist("field"))
    given = {field: form.get(f"constant_{field}", "").strip()[:LONGEST] for field in LineField if field not in used}
    return {field.value: text for field, text in given.items() if text}


def _values(form: QueryDict) -> dict[str, dict[str, str]]:
    found = {}
    for field in WORD_FIELDS:
        words = {word: meaning for word, meaning in _pairs(form, f"word_{field}", f"meaning_{field}") if meaning}
        if words:
            found[field.value] = words
    return found


@dataclass(frozen=True, slots=True)
class SkipRow:
    """One rule for rows that are no lines, as the form has it."""

    column: str = ""
    when: str = "empty"
    texts: str = ""


def skip_rows_sent(form: QueryDict) -> list[SkipRow]:
    """The rules as they stand in the form, empty ones too, so that each keeps its place."""
    parts = (form.getlist(f"skip_{part}") for part in ("column", "when", "texts"))
    return [SkipRow(*rule) for rule in zip(*parts, strict=False)]


def _skip_rows(form: QueryDict) -> list[Document]:
    rules: list[Document] = []
    for row in skip_rows_sent(form):
        equals = [line.strip() for line in row.texts.splitlines() if line.strip()]
        if row.column:
            rule: Document = {"column": row.column}
            rule |= {"empty": True} if row.when in {"empty", "both"} else {}
            rule |= {"equals": equals} if row.when in {"equals", "both"} else {}
            rules.append(rule)
    return rules


def _pairs(form: QueryDict, left: str, right: str) -> Sequence[tuple[str, str]]:
    return list(zip(form.getlist(left), form.getlist(right), strict=False))


def reads_alike(one: Mapping[str, object], other: Mapping[str, object], headings: Sequence[str]) -> bool:
    """Whether two documents read a file with these headings in the same way, whatever they are called."""
    return _meaning(one, headings) == _meaning(other, headings)


def _meaning(document: Mapping[str, object], headings: Sequence[str]) -> Document:
    meaning = {
        name: value for name, value in document.items() if name not in {"name", "description", "columns"} and value
    }
    return meaning | {"columns": fields_of(document, headings)}


def fields_of(document: Mapping[str, object], headings: Sequence[str]) -> list[str]:
    """The field of each heading under this document; LEFT_OUT for none."""
    columns = document.get("columns")
    given = {heading_key(heading): field for heading, field in columns.items()} if isinstance(columns, dict) else {}
    taken = set(given.values())
    fields = []
    for heading in headings:
        known = known_field(heading)
        field = given.get(heading_key(heading), None if known in taken else known)
        fields.append(str(field) if field else LEFT_OUT)
    return fields
