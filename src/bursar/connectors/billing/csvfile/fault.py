"""What is wrong with a row or a cell, in words for the person who made the file."""

from dataclasses import dataclass

VALUE_LENGTH = 60
RAW_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: a whole sentence, and what to do about it."""

    sentence: str
    remedy: str


class CellError(Exception):
    """A value that cannot be what its column needs. `why` follows on "holds …, which"."""

    def __init__(self, why: str, remedy: str) -> None:
        super().__init__(why)
        self.why = why
        self.remedy = remedy


class RowError(Exception):
    """A row that cannot become a line."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.sentence)
        self.fault = fault


def shown(text: str, limit: int = VALUE_LENGTH) -> str:
    """The text cut to `limit` characters, with unreadable bytes and control characters made visible."""
    kept = "".join(map(_visible, text[:limit].strip("\r\n")))
    return kept + "…" if len(text) > limit else kept


def raw_text(text: str) -> str:
    """The text of a rejected row, at most 500 characters, fit for any database and screen."""
    return "".join(map(_visible, text.rstrip("\r\n")[:RAW_LENGTH]))


def _visible(sign: str) -> str:
    if "\ud800" <= sign <= "\udfff":
        return "\ufffd"
    if sign < " " and sign not in "\t\n\r":
        return chr(0x2400 + ord(sign))
    return sign
