"""The words of a condition."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from psa_sandbox.state.errors import bad_query

TokenType = Literal["text", "moment", "number", "operator", "bracket", "word"]

_TOKENS: tuple[tuple[TokenType, str], ...] = (
    ("text", r'"[^"]*"|\'[^\']*\''),
    ("moment", r"\[[^\[\]]*\]|\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2})?)?"),
    ("number", r"-?(?:\d+(?:\.\d+)?|\.\d+)(?![\w.])"),
    ("operator", r"<=|>=|!=|=|<|>"),
    ("bracket", r"[(),]"),
    ("word", r"[A-Za-z_]\w*(?:/\w+)*"),
)
_PATTERN = re.compile(r"\s*(?:" + "|".join(f"(?P<{name}>{rule})" for name, rule in _TOKENS) + ")")


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a condition, with the quotes or square brackets it came in taken off."""

    type: TokenType
    text: str

    def is_word(self, *words: str) -> bool:
        """Whether it is one of these keywords, in any case."""
        return self.type == "word" and self.text.lower() in words


def tokens(text: str) -> Iterator[Token]:
    """The words of a condition in their order. Raises Refusal at the first thing that is none."""
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _PATTERN.match(text, position)
        if match is None:
            raise bad_query(f"conditions: cannot understand {text[position : position + 20].strip()}")
        position = match.end()
        yield from _named(match)


def _named(match: re.Match[str]) -> Iterator[Token]:
    for name, _ in _TOKENS:
        found = match.group(name)
        if found is not None:
            wrapped = name == "text" or found.startswith("[")
            yield Token(name, found[1:-1].strip() if name == "moment" and wrapped else _bare(found, wrapped=wrapped))


def _bare(found: str, *, wrapped: bool) -> str:
    return found[1:-1] if wrapped else found
