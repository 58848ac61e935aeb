"""Text files opened so that no byte can stop the reading: bytes that are not text stay visible as marks."""

import codecs
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TextIO

from bursar.connectors.billing.csvfile.fault import Fault
from bursar.domain.errors import SourceUnreadable

LONGEST_LINE = 100_000
"""In characters. Longer lines are cut and refused; the csv module would refuse a value of 131,072."""
_MARK_BYTES = "bursar-mark-bytes"
_MARKED = re.compile("[\udc00-\udcff]")
_ARCHIVES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class PhysicalLine(NamedTuple):
    """One line of text with its line break; `ended` tells whether it had one, `whole` whether it fitted."""

    text: str
    ended: bool
    whole: bool


def _mark_bytes(fault: UnicodeError) -> tuple[str, int]:
    """Stand a lone surrogate in for each byte that is no text in the file's encoding."""
    if not isinstance(fault, UnicodeDecodeError):
        raise fault
    return "".join(chr(0xDC00 + byte) for byte in fault.object[fault.start : fault.end]), fault.end


codecs.register_error(_MARK_BYTES, _mark_bytes)


@contextmanager
def open_text(path: Path, encoding: str) -> Iterator[TextIO]:
    """The file as text, line breaks untouched. Raises SourceUnreadable when it cannot be text at all."""
    refuse_other_content(path, encoding)
    with path.open(encoding=encoding, errors=_MARK_BYTES, newline="") as stream:
        yield stream


def refuse_other_content(path: Path, encoding: str) -> None:
    """Raise SourceUnreadable when the first bytes say that the file is empty or something else."""
    with path.open("rb") as stream:
        start = stream.read(4)
    if not start:
        raise SourceUnreadable(f"{path.name} is empty.", remedy="Export it again; the transfer may have failed.")
    if start in _ARCHIVES:
        raise SourceUnreadable(
            f"{path.name} is not text but a spreadsheet or archive.",
            remedy="Give the file its right extension (.xlsx), or save it as CSV.",
        )
    meant = _encoding_of(start)
    if (meant and not _same(encoding, meant)) or (meant is None and encoding == "utf-16"):
        found = f"{meant} text" if meant else f"not {encoding} text"
        raise SourceUnreadable(
            f"{path.name} is {found}, but the profile says {encoding}.",
            remedy=f'Set encoding to "{meant or "utf-8-sig"}" in the profile.',
        )


def _same(encoding: str, other: str) -> bool:
    """Whether both belong to one family, as utf-8 and utf-8-sig do."""
    return encoding.split("-")[:2] == other.split("-")[:2]


def _encoding_of(start: bytes) -> str | None:
    """The encoding that a byte order mark announces."""
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    return "utf-16" if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else None


def physical_lines(stream: TextIO) -> Iterator[PhysicalLine]:
    """The lines of the stream; of a line that is far too long only the beginning."""
    while text := stream.readline(LONGEST_LINE):
        ended = text.endswith(("\n", "\r"))
        whole = ended or len(text) < LONGEST_LINE
        yield PhysicalLine(text, ended if whole else _skip_rest(stream), whole)


def _skip_rest(stream: TextIO) -> bool:
    while text := stream.readline(LONGEST_LINE):
        if text.endswith(("\n", "\r")):
            return True
    return False


def holds_unreadable_bytes(text: str) -> bool:
    return not text.isascii() and _MARKED.search(text) is not None


def unreadable_bytes(encoding: str) -> Fault:
    """The fault of a row with bytes of another encoding."""
    return Fault(
        f"The row holds bytes that are not {encoding} text.",
        'Set the right encoding in the profile, often "cp1252", or export the file as UTF-8.',
    )


NUL_BYTES = Fault(
    "The row holds NUL bytes.",
    "The file was damaged or not written to its end. Export or transfer it again.",
)
