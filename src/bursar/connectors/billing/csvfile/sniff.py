"""What a file seems to be, before anybody has said how to read it: a beginning that a person corrects."""

import codecs
import csv
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from bursar.connectors.billing.csvfile.amounts import DECIMAL_STYLES, AmountReader
from bursar.connectors.billing.csvfile.cells import Cell, cell_text
from bursar.connectors.billing.csvfile.csv_rows import DELIMITERS
from bursar.connectors.billing.csvfile.days import DATE_STYLES, DayReader
from bursar.connectors.billing.csvfile.fault import CellError, raw_text
from bursar.connectors.billing.csvfile.layout import recognised
from bursar.connectors.billing.csvfile.profile import Profile
from bursar.connectors.billing.csvfile.read_lines import FORMAT_OF_SUFFIX
from bursar.connectors.billing.csvfile.text_file import open_text, physical_lines
from bursar.connectors.billing.csvfile.xlsx_rows import xlsx_top
from bursar.domain.errors import SourceUnreadable

TOP_ROWS = 20
"""Among these the heading row is looked for."""
_PIECE = 1024 * 1024
Reader = AmountReader | DayReader


def format_of(path: Path) -> str:
    """csv, xlsx or json, by what the file begins with; its name does not count. Raises SourceUnreadable when empty."""
    with path.open("rb") as stream:
        start = stream.read(512)
    if not start:
        raise SourceUnreadable(f"{path.name} is empty.", remedy="Export it again; the transfer may have failed.")
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return "xlsx"
    return "json" if start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") else "csv"


def encoding_of(path: Path) -> str:
    """UTF-16 by its mark, UTF-8 when all bytes are, else the Windows encoding for Western Europe."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as stream:
        if stream.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
        stream.seek(0)
        try:
            while piece := stream.read(_PIECE):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def sniffed(path: Path, profile: Profile) -> dict[str, object]:
    """Format, encoding and heading row where they differ from the profile's. Raises SourceUnreadable."""
    found: dict[str, object] = {}
    format_ = format_of(path)
    if FORMAT_OF_SUFFIX.get(path.suffix.casefold()) != format_:
        found["format"] = format_
    if format_ != "xlsx" and (encoding := encoding_of(path)) != profile.encoding:
        found["encoding"] = encoding
    known = profile.model_copy(update=found)
    if format_ != "json" and (row := heading_row(top_of(path, known).rows, known)) != profile.header_row:
        found["header_row"] = row
    return found


class Top(NamedTuple):
    """The first rows as they stand in the file, and the names of the sheets of a workbook."""

    rows: Sequence[Sequence[str]] = ()
    sheets: Sequence[str] = ()


def top_of(path: Path, profile: Profile) -> Top:
    """The beginning of a file; nothing of a JSON file. Raises SourceUnreadable."""
    format_ = profile.format if profile.format != "auto" else format_of(path)
    if format_ == "json":
        return Top()
    if format_ == "xlsx":
        sheets, rows = xlsx_top(path, profile, TOP_ROWS)
        return Top([[raw_text(cell_text(cell)) for cell in row] for row in rows], sheets)
    with open_text(path, profile.encoding) as stream:
        lines = [line.text for line in islice(physical_lines(stream), TOP_ROWS)]
    delimiter = profile.delimiter if profile.delimiter != "auto" else max(DELIMITERS, key="".join(lines).count)
    # Line by line: a quotation mark that is never closed must not swallow the others.
    split = (_split(line, "\t" if delimiter == "tab" else delimiter) for line in lines)
    return Top([[raw_text(cell) for cell in row] for row in split])


def _split(line: str, delimiter: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader([line.rstrip("\r\n")], delimiter=delimiter), [])]


def heading_row(rows: Sequence[Sequence[str]], profile: Profile) -> int:
    """The first row with the most known headings, else the most texts. Counted from 1."""

    def worth(number: int) -> tuple[int, int]:
        texts = {cell for cell in rows[number] if cell}
        return recognised(rows[number], profile), len(texts)

    return max(range(len(rows)), key=worth) + 1 if rows else 1


def writing_style(cells: Iterable[Cell]) -> dict[str, object]:
    """How dates and amounts seem to be written, where that is not the canonical way."""
    texts = [cell for cell in cells if isinstance(cell, str) and any(sign.isdigit() for sign in cell)]
    dates = _best(DATE_STYLES, lambda style: DayReader([style]), texts)
    amounts = [text for text in texts if any(mark in text for mark in ",.'’")]
    if dates:
        reader = DayReader([dates])
        amounts = [text for text in amounts if not _reads(reader, text)]
    style = _best(DECIMAL_STYLES, AmountReader, amounts)
    found: dict[str, object] = {}
    if dates and dates != "YYYY-MM-DD":
        found["date_formats"] = [dates]
    if style and style != "1,234.56":
        found["decimal_style"] = style
    return found


def _best(styles: Iterable[str], reader_of: Callable[[str], Reader], texts: Sequence[str]) -> str | None:
    """The style that reads most of the texts, the first one among equals; None when none reads any."""
    counted = {style: _count(reader_of(style), texts) for style in styles}
    best = max(counted, key=lambda style: counted[style])
    return best if counted[best] else None


def _count(reader: Reader, texts: Sequence[str]) -> int:
    return sum(1 for text in texts if _reads(reader, text))


def _reads(reader: Reader, text: str) -> bool:
    try:
        reader.read(text)
    except CellError:
        return False
    return True
