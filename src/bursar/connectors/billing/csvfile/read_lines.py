"""The lines of one file, whatever its format."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from bursar.connectors.billing.csvfile.csv_rows import csv_table
from bursar.connectors.billing.csvfile.json_rows import json_table
from bursar.connectors.billing.csvfile.layout import lay_out
from bursar.connectors.billing.csvfile.line_builder import LineBuilder
from bursar.connectors.billing.csvfile.line_ids import LineIds
from bursar.connectors.billing.csvfile.profile import Profile
from bursar.connectors.billing.csvfile.table import Table
from bursar.connectors.billing.csvfile.xlsx_rows import xlsx_table
from bursar.domain.errors import SourceUnreadable
from bursar.domain.lines import InvoiceLine, RejectedRow
from bursar.domain.period import Month

TableReader = Callable[[Path, Profile], AbstractContextManager[Table]]

_READERS: dict[str, TableReader] = {"csv": csv_table, "xlsx": xlsx_table, "json": json_table}

FORMAT_OF_SUFFIX = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "csv",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
}


def read_lines(
    path: Path, profile: Profile, ids: LineIds, month: Month | None = None
) -> Iterator[InvoiceLine | RejectedRow]:
    """Lines and rejected rows in the order of the file. With `month`, lines of other months are rejected.

    Raises SourceUnreadable when the file as a whole cannot be read.
    """
    try:
        with table_of(path, profile) as table:
            layout = lay_out(table.headings, profile, path.name, sparse=table.sparse)
            builder = LineBuilder(profile, layout, ids, path.name, month)
            yield from filter(None, map(builder.build, table.rows))
    except OSError as fault:
        raise not_opened(path, fault) from None


def table_of(path: Path, profile: Profile) -> AbstractContextManager[Table]:
    """Headings and rows of a file. Raises SourceUnreadable."""
    return _reader(path, profile)(path, profile)


def _reader(path: Path, profile: Profile) -> TableReader:
    """The reader that the profile or the file's extension asks for."""
    if profile.format != "auto":
        return _READERS[profile.format]
    suffix = path.suffix.casefold()
    if suffix not in FORMAT_OF_SUFFIX:
        raise SourceUnreadable(
            f"{path.name} has {f'the extension {path.suffix}' if suffix else 'no extension'}, "
            f"which Bursar does not read; it reads {', '.join(FORMAT_OF_SUFFIX)}.",
            remedy="Save the file in one of these formats, or say in the profile which format it is.",
        )
    return _READERS[FORMAT_OF_SUFFIX[suffix]]


def not_opened(path: Path, fault: OSError) -> SourceUnreadable:
    """The error of a file that the operating system did not give out."""
    if isinstance(fault, FileNotFoundError):
        return SourceUnreadable(
            f"There is no file {path.name} in {path.absolute().parent}.",
            remedy="Check the path, or export the file again.",
        )
    return SourceUnreadable(
        f"{path.name} cannot be read: {fault.strerror or 'the disk or network failed'}.",
        remedy="Check that Bursar may read the file and that no other program holds it open.",
    )
