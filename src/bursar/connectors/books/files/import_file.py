"""One import file in one layout: what all layouts have in common."""

import unicodedata
from abc import abstractmethod
from pathlib import Path
from typing import ClassVar

from bursar.connectors.books.clean_text import one_line
from bursar.connectors.books.entry_file import EntryFile
from bursar.domain.books.delivery import Delivery
from bursar.domain.books.traits import Traits
from bursar.domain.ledger.documents import Dimension, Document
from bursar.domain.ledger.journal import Posting


class Refused(Exception):
    """The layout has no room for something that must not be altered; `field` says what, `what` ends a sentence."""

    def __init__(self, field: str, what: str, remedy: str) -> None:
        super().__init__(what)
        self.field = field
        self.what = what
        self.remedy = remedy


class ImportFile(EntryFile):
    """A file that a person imports into an accounting package."""

    is_strict = True
    traits: ClassVar[Traits]
    suffix: ClassVar[str]
    """What its name ends with."""
    encoding: ClassVar[str] = "utf-8"
    one_currency: ClassVar[bool] = True
    """Whether it names no currency: everything is in the home currency of the books."""

    def __init__(self, path: Path, currency: str) -> None:
        super().__init__(path)
        self._currency = currency

    @abstractmethod
    def text_of(self, delivery: Delivery) -> str:
        """The document in this layout. Raises Refused."""

    def write(self, delivery: Delivery) -> None:
        """Append a document. Raises Refused."""
        self.append(delivery.marker, self.text_of(delivery).encode(self.encoding))

    def exact(self, field: str, text: str, room: int, spared: str = "") -> str:
        """A code or number as it is. Raises Refused when the layout cannot take it to the letter.

        `spared` are characters that have a meaning in the layout.
        """
        remedy = f"Map or rename it: at most {room} characters, without control characters and spaces around it."
        if len(text) > room:
            raise Refused(field, f"has the {field} {one_line(text)[:40]}…, which is too long", remedy)
        odd = [each for each in text if each in spared or unicodedata.category(each) in {"Cc", "Cs", "Zl", "Zp"}]
        if odd or text != text.strip() or not _fits(text, self.encoding):
            raise Refused(
                field, f"has the {field} '{one_line(text)[:40]}', which the file cannot hold as it is", remedy
            )
        return text

    def words(self, text: str, room: int) -> str:
        """Words for people: on one line, cut, and with a question mark for what the file has no letter for."""
        return one_line(text)[:room].strip().encode(self.encoding, "replace").decode(self.encoding)


def _fits(text: str, encoding: str) -> bool:
    try:
        return text.encode(encoding).decode(encoding) == text
    except UnicodeError:
        return False


def only_dimension(posting: Posting, document: Document) -> Dimension | None:
    """The one dimension of a posting, else that of its document. Raises Refused when there are two."""
    dimensions = posting.dimensions or document.dimensions
    if len(dimensions) > 1:
        named = " and ".join(each.axis.value for each in dimensions)
        remedy = "Leave one of them out in ConnectWise, or use another book."
        raise Refused("dimensions", f"has a row with {named}; the file has room for one", remedy)
    return dimensions[0] if dimensions else None
