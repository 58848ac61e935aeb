"""XML from outside, read record by record: no document types, no entities, no network, bounded depth and size.

expat reads a stream, so memory holds one record whatever the size of the file. What is not plain, well-formed XML is
refused with a sentence that names the line.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Never
from xml.parsers import expat

from bursar.domain.errors import SourceUnreadable

DEEPEST = 24
LARGEST_TAG = 1024 * 1024
LARGEST_RECORD = 16 * 1024 * 1024
LARGEST_FILE = 2 * 1024 * 1024 * 1024
CHUNK = 256 * 1024
ENCODINGS = frozenset({"utf-8", "utf-16", "us-ascii", "ascii", "iso-8859-1", "windows-1252"})
_SINGLE_BYTE = {"iso-8859-1": "latin-1", "windows-1252": "cp1252"}
_DECLARED_UTF16 = re.compile(rb"""^<\?xml[^>]*encoding\s*=\s*["']utf-16["']""", re.IGNORECASE)
_REMEDY = "Ask for the file again, and check that it arrives as it was sent."


@dataclass(slots=True)
class Element:
    """An element with its attributes, its children and the text directly in it."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element"] = field(default_factory=list)
    text: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """An element of the stream: 1 is the root. Above the records, only the name and the attributes are there."""

    depth: int
    element: Element


def nodes(source: bytes | Iterable[bytes], *, what: str, records_at: int) -> Iterator[Node]:
    """The elements down to depth `records_at`: those above when they open, the records when they are complete.

    `what` names the file in sentences. Raises SourceUnreadable.
    """
    chunks = _chunks(source)
    first = next(chunks, b"")
    reader = _Reader(what, records_at, _override(first))
    yield from reader.feed(first)
    for chunk in chunks:
        yield from reader.feed(chunk)
    yield from reader.end()


def tree(source: bytes | Iterable[bytes], *, what: str) -> Element:
    """The root with everything in it, for small documents. Raises SourceUnreadable."""
    return next(node.element for node in nodes(source, what=what, records_at=1))


def _chunks(source: bytes | Iterable[bytes]) -> Iterator[bytes]:
    for part in (source,) if isinstance(source, bytes) else source:
        for start in range(0, len(part), CHUNK):
            yield part[start : start + CHUNK]


def _override(first: bytes) -> str | None:
    """UTF-8 where the declaration says UTF-16 in bytes that cannot be UTF-16: ConnectWise writes that [field]."""
    return "utf-8" if _DECLARED_UTF16.match(first.removeprefix(b"\xef\xbb\xbf")) else None


class _Reader:
    """One pass over one document."""

    def __init__(self, what: str, records_at: int, encoding: str | None) -> None:
        self._what, self._records_at = what, records_at
        self._depth = self._bytes = self._record_size = 0
        self._open: list[Element] = []
        self._texts: list[list[str]] = []
        self._ready: deque[Node] = deque()
        self._codec: str | None = None
        self._overridden = encoding is not None
        self._parser = expat.ParserCreate(encoding)
        self._parser.buffer_text = True
        self._parser.XmlDeclHandler = self._declared
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._finish
        self._parser.CharacterDataHandler = self._said

    def feed(self, chunk: bytes) -> Iterator[Node]:
        self._bytes += len(chunk)
        if self._bytes > LARGEST_FILE:
            self._refuse(f"is larger than {LARGEST_FILE // 1024**3} GiB")
        self._parse(chunk, final=False)
        if self._bytes - self._parser.CurrentByteIndex > LARGEST_TAG:
            self._refuse(f"has a tag of more than {LARGEST_TAG // 1024**2} MiB")
        yield from self._drain()

    def end(self) -> Iterator[Node]:
        self._parse(b"", final=True)
        yield from self._drain()

    def _parse(self, chunk: bytes, *, final: bool) -> None:
        try:
            self._parser.Parse(chunk, final)
        except expat.ExpatError as error:
            self._refuse(_reason(error, final=final))
        except (LookupError, ValueError) as error:
            raise SourceUnreadable(f"The {self._what} is in an encoding that Bursar does not read.") from error

    def _drain(self) -> Iterator[Node]:
        while self._ready:
            yield self._ready.popleft()

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        label = (encoding or "utf-8").lower()
        if label not in ENCODINGS:
            self._refuse(f"is in the encoding {label[:40]}, which Bursar does not read")
        self._codec = None if self._overridden else _SINGLE_BYTE.get(label)

    def _refuse_doctype(self, *_declaration: object) -> Never:
        self._refuse("has a DOCTYPE; Bursar reads none, because entities can hide in it")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            self._refuse(f"is nested more than {DEEPEST} levels deep")
        element = Element(name, attributes)
        self._count("".join((name, *attributes, *attributes.values())))
        if self._depth < self._records_at:
            self._ready.append(Node(self._depth, element))
            return
        if self._open:
            self._open[-1].children.append(element)
        self._open.append(element)
        self._texts.append([])

    def _finish(self, _name: str) -> None:
        if self._depth >= self._records_at:
            element = self._open.pop()
            element.text = "".join(self._texts.pop())
            if not self._open:
                self._ready.append(Node(self._depth, element))
                self._record_size = 0
        self._depth -= 1

    def _said(self, text: str) -> None:
        if self._texts:
            self._count(text)
            self._texts[-1].append(text)

    def _count(self, text: str) -> None:
        """Keep records within bounds, and see that bytes are what their label says."""
        self._record_size += len(text) + 64
        if self._record_size > LARGEST_RECORD:
            self._refuse(f"has a record of more than {LARGEST_RECORD // 1024**2} MiB")
        if self._codec and not text.isascii() and _is_utf8(text, self._codec):
            self._refuse("says that it is in a single-byte encoding, and is in UTF-8")

    def _refuse(self, reason: str) -> Never:
        line = self._parser.CurrentLineNumber
        raise SourceUnreadable(f"The {self._what} {reason} (line {line}).", remedy=_REMEDY)


def _is_utf8(text: str, codec: str) -> bool:
    try:
        text.encode(codec).decode("utf-8")
    except UnicodeError:
        return False
    return True


def _reason(error: expat.ExpatError, *, final: bool) -> str:
    words = expat.ErrorString(error.code) or "not well-formed"
    if final:
        return f"ends too early: {words}"
    return f"is not well-formed XML: {words}"
