"""Texts for files whose lines and marks have a meaning: words for people are cleaned, codes are kept to the letter."""

import re
import unicodedata

_UNSAFE = re.compile(r"""[%,"\\;()|[\]\x00-\x1f\x7f-\x9f\ud800-\udfff]|[^\S ]|^ | \Z|(?<= ) """)
_ESCAPED = re.compile(r"(?:%[0-9A-F]{2})+")


def one_line(text: str) -> str:
    """The words of a text on one line: line ends and tabs become a space, control characters are dropped."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    kept = "".join(each for each in text if each.isspace() or unicodedata.category(each) not in {"Cc", "Cs"})
    return " ".join(kept.split())


def escaped(text: str) -> str:
    """The text so that no format gives a part of it a meaning; `unescaped` gives it back to the letter."""
    return _UNSAFE.sub(lambda found: _percent(found[0]), text)


def unescaped(text: str) -> str:
    """What `escaped` was given. What somebody else wrote stays as it is."""
    return _ESCAPED.sub(lambda found: _character(found[0]), text) if "%" in text else text


def _percent(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))


def _character(percent: str) -> str:
    try:
        return bytes.fromhex(percent.replace("%", "")).decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return percent
