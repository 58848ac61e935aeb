"""A file, or a folder of month files, as a billing source."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from bursar.connectors.billing.csvfile.line_ids import LineIds, line_ids
from bursar.connectors.billing.csvfile.profile import Profile
from bursar.connectors.billing.csvfile.read_lines import FORMAT_OF_SUFFIX, read_lines
from bursar.domain.errors import InvalidInput, SourceUnreadable
from bursar.domain.lines import InvoiceLine, RejectedRow
from bursar.domain.period import Month

_LOCK_FILES = ("~$", ".")
"""Names of files that belong to a program that has the real file open, or that are hidden."""


class FileSource:
    """One file of invoice lines, of whatever months."""

    def __init__(self, path: Path, profile: Profile) -> None:
        self.path = path
        self.profile = profile

    @property
    def name(self) -> str:
        return self.path.name

    def months(self) -> Sequence[Month] | None:
        """None: which months a file holds is only known after reading it."""
        return None

    def read(self, month: Month | None = None) -> Iterator[InvoiceLine | RejectedRow]:
        """All lines, or those whose invoice date lies in `month`; all rejected rows. Raises SourceUnreadable."""
        with line_ids() as ids:
            yield from self.lines(ids, month)

    def lines(self, ids: LineIds, month: Month | None = None) -> Iterator[InvoiceLine | RejectedRow]:
        """The same, as a part of a larger read with its `ids`."""
        for found in read_lines(self.path, self.profile, ids):
            if month is None or isinstance(found, RejectedRow) or found.month == month:
                yield found


class FolderSource:
    """A folder whose files have their month in their name. Several files may share a month."""

    def __init__(self, path: Path, profile: Profile) -> None:
        self.path = path
        self.profile = profile
        self._month_in_name = re.compile(profile.month_in_file_name)

    @property
    def name(self) -> str:
        return self.path.name

    def months(self) -> Sequence[Month]:
        """The months that have a file, oldest first. Raises SourceUnreadable when no file has a month."""
        return sorted(self._files())

    def read(self, month: Month | None = None) -> Iterator[InvoiceLine | RejectedRow]:
        """The lines of the month's files, or of all files. Raises SourceUnreadable.

        A line whose invoice date lies outside its file's month is a rejected row.
        """
        for asked in self.months() if month is None else [month]:
            with line_ids() as ids:
                yield from self.lines(ids, asked)

    def lines(self, ids: LineIds, month: Month | None = None) -> Iterator[InvoiceLine | RejectedRow]:
        """The same, as a part of a larger read with its `ids`."""
        for asked in self.months() if month is None else [month]:
            files = self._files_of(asked)
            for path in files:
                found = read_lines(path, self.profile, ids, asked)
                yield from found if len(files) == 1 else named(path, found)

    def files(self, month: Month | None = None) -> list[Path]:
        """The files of one month, or all month files, in the order in which they are read. Raises SourceUnreadable."""
        months = self.months() if month is None else [month]
        return [path for asked in months for path in self._files_of(asked)]

    def names(self) -> dict[Month, list[str]]:
        """The names of each month's files. Raises SourceUnreadable when no file has a month."""
        return {month: [path.name for path in files] for month, files in self._files().items()}

    def _files_of(self, month: Month) -> list[Path]:
        files = self._files()
        if month not in files:
            raise SourceUnreadable(
                f"The folder {self.name} has no file for {month}; it has {', '.join(map(str, sorted(files)))}.",
                remedy=f"Export the month and save it with {month} in its name.",
            )
        return files[month]

    def _files(self) -> dict[Month, list[Path]]:
        """The files of each month, in the order of their names."""
        files: dict[Month, list[Path]] = {}
        for path in sorted(self._candidates()):
            month = self._month(path.name)
            if month is not None:
                files.setdefault(month, []).append(path)
        if not files:
            raise SourceUnreadable(
                f"The folder {self.name} holds no month files.",
                remedy="Save exports there with the month in their name, for example lines-2026-10.csv.",
            )
        return files

    def _candidates(self) -> list[Path]:
        try:
            return [path for path in self.path.iterdir() if self._may_be_lines(path)]
        except OSError as fault:
            raise SourceUnreadable(
                f"The folder {self.path} cannot be read: {fault.strerror}.",
                remedy="Check the path and that Bursar may read the folder.",
            ) from None

    def _may_be_lines(self, path: Path) -> bool:
        if path.name.startswith(_LOCK_FILES) or not path.is_file():
            return False
        return self.profile.format != "auto" or path.suffix.casefold() in FORMAT_OF_SUFFIX

    def _month(self, file_name: str) -> Month | None:
        """The month in the name. Raises SourceUnreadable when there are two, or one that no calendar has."""
        found = {f"{match['year']}-{match['month']:0>2}" for match in self._month_in_name.finditer(file_name)}
        if len(found) > 1:
            raise SourceUnreadable(
                f"The name {file_name} holds more than one month: {', '.join(sorted(found))}.",
                remedy="Rename the file, or set month_in_file_name in the profile.",
            )
        try:
            return Month.parse(found.pop()) if found else None
        except InvalidInput as fault:
            raise SourceUnreadable(
                f"The name {file_name} holds no month: {fault.sentence}", remedy=fault.remedy
            ) from None


def open_source(path: str | Path, profile: Profile) -> FileSource | FolderSource:
    """A folder of month files, or a single file. Raises SourceUnreadable when nothing is at `path`."""
    place = Path(path)
    if place.is_dir():
        return FolderSource(place, profile)
    if not place.exists():
        raise SourceUnreadable(f"There is no file or folder {place}.", remedy="Check the path for a spelling mistake.")
    return FileSource(place, profile)


class Digested(Protocol):
    """A source that knows its own digest."""

    def digest(self, month: Month | None = None) -> str: ...


def source_digest(source: FileSource | FolderSource | Digested, month: Month | None = None) -> str:
    """The `content_digest` of a file, or of a folder's files of one month (or all). Raises SourceUnreadable."""
    if isinstance(source, FolderSource):
        return content_digest(source.files(month))
    return content_digest([source.path]) if isinstance(source, FileSource) else source.digest(month)


def content_digest(files: Sequence[Path]) -> str:
    """SHA-256 in hex of one file's bytes, or of the digests of several: equal digests mean equal content.

    Raises SourceUnreadable.
    """
    try:
        digests = [_file_digest(path) for path in files]
    except OSError as fault:
        raise SourceUnreadable(
            f"{fault.filename or 'A file'} cannot be read: {fault.strerror}.",
            remedy="Check the path and that Bursar may read the file.",
        ) from None
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(sorted(digests)).encode()).hexdigest()


def _file_digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def named(path: Path, found: Iterable[InvoiceLine | RejectedRow]) -> Iterator[InvoiceLine | RejectedRow]:
    """The file's name in each rejected row, for a month that has several."""
    for line in found:
        if isinstance(line, RejectedRow):
            yield replace(line, reason=f"In {path.name}: {line.reason}")
        else:
            yield line
