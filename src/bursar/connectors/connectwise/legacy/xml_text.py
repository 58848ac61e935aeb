"""XML that we write: elements of attributes, or of elements, indented by tabs. Text is escaped once."""

import re
from collections.abc import Iterable, Mapping

from bursar.connectors.connectwise.legacy.safe_xml import Element
from bursar.domain.ledger.normalise import text as legal

DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_IN_ATTRIBUTES = str.maketrans({'"': "&quot;", "\n": "&#10;", "\t": "&#9;"})


_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


def is_name(name: str) -> bool:
    """Whether an element or attribute may be called that."""
    return _NAME.fullmatch(name) is not None


def escaped(value: str) -> str:
    """Text as the content of an element; characters that XML cannot carry are dropped."""
    return legal(value).translate(_ESCAPES)


def opening(name: str, attributes: Mapping[str, str], *, empty: bool = False) -> str:
    """A start tag, or an element without content."""
    written = "".join(f' {key}="{escaped(value).translate(_IN_ATTRIBUTES)}"' for key, value in attributes.items())
    return f"<{name}{written} />" if empty else f"<{name}{written}>"


def block(depth: int, name: str, attributes: Mapping[str, str], content: Iterable[str]) -> str:
    """An element on its own lines, with lines inside."""
    indent = "\t" * depth
    inside = "".join(content)
    if not inside:
        return f"{indent}{opening(name, attributes, empty=True)}\n"
    return f"{indent}{opening(name, attributes)}\n{inside}{indent}</{name}>\n"


def as_text(element: Element) -> str:
    """An element that was read, on one line, for people to look at."""
    inside = escaped(element.text) if element.text.strip() else ""
    inside += "".join(map(as_text, element.children))
    if not inside:
        return opening(element.name, element.attributes, empty=True)
    return f"{opening(element.name, element.attributes)}{inside}</{element.name}>"
