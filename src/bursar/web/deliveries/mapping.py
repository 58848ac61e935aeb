"""The page on which headings get their meaning: what its selects offer, and what is chosen in them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bursar.domain.lines import BillingCycle, ChargeType
from bursar.web.deliveries.draft import LEFT_OUT, PLAIN, SEPARATOR, SWITCHES, SkipRow, fields_of
from bursar.wiring import (
    DATE_STYLES,
    DECIMAL_STYLES,
    ENCODINGS,
    SCHEMA,
    WORD_FIELDS,
    LineField,
    Preview,
    heading_key,
    label,
)

DATE_EXAMPLES = {
    "YYYY-MM-DD": "2026-10-31",
    "YYYY/MM/DD": "2026/10/31",
    "YYYYMMDD": "20261031",
    "DD/MM/YYYY": "31/10/2026, day first",
    "MM/DD/YYYY": "10/31/2026, month first",
    "DD.MM.YYYY": "31.10.2026",
    "DD-MM-YYYY": "31-10-2026, day first",
    "MM-DD-YYYY": "10-31-2026, month first",
    "DD-MMM-YYYY": "31-Oct-2026",
    "DD MMM YYYY": "31 Oct 2026",
    "MMM DD, YYYY": "Oct 31, 2026",
}
FORMATS = (("auto", "By the file's extension"), ("csv", "CSV"), ("xlsx", "Excel"), ("json", "JSON"))
DELIMITERS = (("auto", "Found from the headings"), (",", "Comma"), (";", "Semicolon"), ("tab", "Tab"), ("|", "Bar |"))
WHENS = (("empty", "is empty"), ("equals", "is one of"), ("both", "is empty or one of"))
EMPTY_CELL = "(empty cell)"

Options = Sequence[tuple[str, str]]
CHOICES: Mapping[LineField, Options] = {
    LineField.CHARGE_TYPE: [(known.value, known.value) for known in ChargeType],
    LineField.BILLING_CYCLE: [(known.value, known.value) for known in BillingCycle],
    LineField.INVOICE_STATUS: [("Verified", "Verified: may be posted")],
}
KNOWN_WORDS = {
    LineField.CHARGE_TYPE: {heading_key(known) for known in ChargeType},
    LineField.BILLING_CYCLE: {heading_key(known) for known in BillingCycle},
    LineField.INVOICE_STATUS: {"verified"},
}


@dataclass(frozen=True, slots=True)
class Select:
    """One control with choices."""

    name: str
    label: str
    options: Options
    chosen: str


@dataclass(frozen=True, slots=True)
class HeadingRow:
    """One heading of the file, what stands under it, and what it means."""

    heading: str
    examples: Sequence[str]
    chosen: str
    in_file: bool = True


@dataclass(frozen=True, slots=True)
class ConstantRow:
    """A field that no column gives."""

    field: str
    label: str
    meaning: str
    required: bool
    options: Options
    value: str


@dataclass(frozen=True, slots=True)
class WordRow:
    """A word of the file, and what it means here."""

    word: str
    shown: str
    known: bool
    chosen: str


@dataclass(frozen=True, slots=True)
class WordTable:
    """The words of one column."""

    field: str
    label: str
    options: Options
    as_it_is: str
    rows: Sequence[WordRow]

    @property
    def open(self) -> int:
        """Words that mean nothing yet."""
        return sum(1 for row in self.rows if not row.known and not row.chosen) if self.field != "invoice_status" else 0


class ColumnsForm:
    """Everything that the page shows of a draft beside the rows themselves."""

    def __init__(self, document: Mapping[str, object], seen: Preview, skips: Sequence[SkipRow] = ()) -> None:
        self._skips = skips
        self._document = document
        self._seen = seen
        self._fields = fields_of(document, seen.headings)

    def file_controls(self) -> Iterator[Select]:
        """What Bursar takes the file for."""
        yield self._select("format", "Format", FORMATS)
        if self._seen.format == "xlsx":
            sheets = [("", "The one with the headings"), *((title, title) for title in self._seen.sheets)]
            yield self._select("sheet", "Sheet", sheets)
        else:
            yield self._select("encoding", "Encoding", list(ENCODINGS.items()))
        if self._seen.format == "csv":
            yield self._select("delimiter", "Delimiter", DELIMITERS)

    def style_controls(self) -> Iterator[Select]:
        """How dates and amounts are written."""
        formats = SEPARATOR.join(_texts(self._document.get("date_formats"))) or "YYYY-MM-DD"
        options = [(style, f"{DATE_EXAMPLES[style]} ({style})") for style in DATE_STYLES]
        if formats not in DATE_STYLES:
            options.append((formats, formats.replace(SEPARATOR, " or ")))
        yield Select("date_formats", "Dates look like", options, formats)
        yield self._select("decimal_style", "Amounts look like", [(style, style) for style in DECIMAL_STYLES])

    def header_row(self) -> object:
        return self._document.get("header_row", 1)

    def hidden(self) -> Iterator[tuple[str, object]]:
        """Settings that this kind of file does not use, kept for the next one."""
        shown = {select.name for select in self.file_controls()}
        for name in ("sheet", "encoding", "delimiter"):
            if name not in shown and name in self._document:
                yield name, self._document[name]

    def columns(self) -> Iterator[HeadingRow]:
        """The headings of the file, then those of the profile that a JSON file may lack."""
        seen = set()
        for position, (heading, field) in enumerate(zip(self._seen.headings, self._fields, strict=True)):
            if heading and heading_key(heading) not in seen:
                seen.add(heading_key(heading))
                yield HeadingRow(heading, list(self._examples(position)), field)
        if self._seen.format == "json":
            columns = self._document.get("columns")
            for heading, field in columns.items() if isinstance(columns, dict) else ():
                if heading_key(heading) not in seen:
                    yield HeadingRow(heading, [], field or LEFT_OUT, in_file=False)

    def constants(self) -> Iterator[ConstantRow]:
        """Fields without a column, required ones first."""
        given = self._document.get("constants")
        values = given if isinstance(given, dict) else {}
        rows = [row for row in SCHEMA if row.field not in self._fields]
        for row in sorted(rows, key=lambda row: not row.required):
            options = CHOICES.get(row.field, ())
            value = str(values.get(row.field.value, ""))
            yield ConstantRow(row.field.value, label(row.field), row.meaning, row.required, options, value)

    def lacking(self) -> str:
        """The required fields that have neither a column nor a value, as a sentence lists them."""
        return ", ".join(row.label for row in self.constants() if row.required and not row.value)

    def words(self) -> Iterator[WordTable]:
        """The words of columns whose values are translated, those that mean nothing yet first."""
        for field in WORD_FIELDS:
            given = self._given_words(field)
            found = {_key(word): word for word in self._seen.words.get(field, ())}
            found |= {_key(word): word for word in given if _key(word) not in found}
            if field in self._fields and found:
                rows = [self._word(field, word, given) for word in found.values()]
                as_it_is = "As it is" if field is LineField.INVOICE_STATUS else "Choose what it means"
                yield WordTable(field.value, label(field), CHOICES[field], as_it_is, rows)

    def skips(self) -> Iterator[SkipRow]:
        """The rules, and an empty one to add another."""
        rows = [*(self._skips or self._kept_skips())]
        yield from rows
        if not rows or rows[-1].column:
            yield SkipRow()

    def _kept_skips(self) -> Iterator[SkipRow]:
        rules = self._document.get("skip_rows")
        for rule in rules if isinstance(rules, list) else ():
            equals = _texts(rule.get("equals"))
            when = "both" if rule.get("empty") and equals else "equals" if equals else "empty"
            yield SkipRow(str(rule.get("column", "")), when, "\n".join(equals))

    def switches(self) -> Iterator[tuple[str, str, bool]]:
        labels = ("Round totals with more than two decimals", "The last row may end without a line break")
        for name, text in zip(SWITCHES, labels, strict=True):
            yield name, text, self._document.get(name) is True

    def currency_marks(self) -> str:
        return " ".join(_texts(self._document.get("currency_marks")))

    def description(self) -> object:
        return self._document.get("description", "")

    def field_options(self) -> Options:
        return [(row.field.value, f"{label(row.field)}{' *' if row.required else ''}") for row in SCHEMA]

    def whens(self) -> Options:
        return WHENS

    def _select(self, name: str, title: str, options: Options) -> Select:
        chosen = str(self._document.get(name) or PLAIN[name])
        if chosen not in dict(options):
            options = [*options, (chosen, chosen)]
        return Select(name, title, options, chosen)

    def _examples(self, position: int) -> Iterator[str]:
        """A few different values of the column."""
        cells = (row.cells[position] for row in self._seen.rows if position < len(row.cells))
        yield from list(dict.fromkeys(cell[:40] for cell in cells if cell))[:3]

    def _given_words(self, field: LineField) -> Mapping[str, str]:
        values = self._document.get("values")
        words = values.get(field.value) if isinstance(values, dict) else None
        return words if isinstance(words, dict) else {}

    def _word(self, field: LineField, word: str, given: Mapping[str, str]) -> WordRow:
        chosen = {_key(each): meaning for each, meaning in given.items()}.get(_key(word), "")
        return WordRow(word, word or EMPTY_CELL, heading_key(word) in KNOWN_WORDS[field], chosen)


def _key(word: str) -> str:
    return word.strip().casefold()


def _texts(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, Iterable) and not isinstance(value, str) else []
