"""A file of moderate size, held as a whole: its bytes, whether it is XML, and its text."""

import re
from collections.abc import Iterable

from bursar.domain.errors import SourceUnreadable

LARGEST = 128 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def whole(source: bytes | Iterable[bytes], *, what: str) -> bytes:
    """All of it. Raises SourceUnreadable beyond 128 MiB."""
    content = bytearray()
    for chunk in (source,) if isinstance(source, bytes) else source:
        content += chunk
        if len(content) > LARGEST:
            sentence = f"The {what} is larger than {LARGEST // 1024**2} MiB."
            raise SourceUnreadable(sentence, remedy="Divide it into several files.")
    return bytes(content)


def start_of(content: bytes) -> bytes:
    """The first bytes that say something."""
    return content[:1024].removeprefix(_BOM).lstrip()


def is_xml(content: bytes) -> bool:
    """Whether it begins like XML, in UTF-16 too."""
    return b"<" in start_of(content)[:4]


def text_of(content: bytes, *, what: str) -> str:
    """The text of a file in UTF-8, or in UTF-16 with its mark. Raises SourceUnreadable."""
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise SourceUnreadable(f"The {what} is not in UTF-8.", remedy="Save the file in UTF-8.") from error
    if found := _CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        sentence = f"The {what} has a control character (line {line})."
        raise SourceUnreadable(sentence, remedy="Ask for the file again, and check that it arrives as it was sent.")
    return text
