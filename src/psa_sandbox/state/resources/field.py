"""The columns of the resource tables, and the short notation they are written in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

FieldType = Literal[
    "text", "integer", "number", "flag", "moment", "choice", "reference", "references", "list", "object"
]


@dataclass(frozen=True, slots=True)
class Field:
    """One member of a record.

    `target` is the kind a reference points to; `within` names the fields of the same record that the
    target's company must equal (the first one that is set); `computed` and `create_only` fields are
    ignored in bodies (always, or after creation); a `secret` is accepted and never kept.
    """

    name: str
    type: FieldType
    max_length: int | None = None
    choices: tuple[str, ...] = ()
    target: str = ""
    within: tuple[str, ...] = ()
    showing: tuple[str, ...] = ()
    required: bool = False
    on_update: bool = False
    computed: bool = False
    create_only: bool = False
    secret: bool = False


def fields(table: str) -> dict[str, Field]:
    """Read a field table, one line for each group of like fields: `<type> [words]: name name …`.

    Types: text, integer, number, flag, moment, list, object; `choice A|B`; `-> kind` for a reference and
    `->> kind` for a list of them. Words: a number (maximum length), `required`, `on-update`, `computed`,
    `create-only`, `secret`, `within=a/b`, `showing=a/b`.
    """
    found: dict[str, Field] = {}
    for line in table.strip().splitlines():
        head, _, names = line.partition(":")
        pattern = _pattern(head.split())
        found |= {name: replace(pattern, name=name) for name in names.split()}
    return found


def _pattern(words: list[str]) -> Field:
    kind, *rest = words
    if kind in {"->", "->>"}:
        target, *rest = rest
        field = Field("", "reference" if kind == "->" else "references", target=target)
    elif kind == "choice":
        choices, *rest = rest
        field = Field("", "choice", choices=tuple(choices.split("|")))
    else:
        field = Field("", _plain_type(kind))
    for word in rest:
        field = _with_word(field, word)
    return field


def _plain_type(word: str) -> FieldType:
    for name in get_args(FieldType):
        if name == word:
            plain: FieldType = name
            return plain
    raise ValueError(f"{word} is no field type")


def _with_word(field: Field, word: str) -> Field:
    name, _, value = word.partition("=")
    if word.isdigit():
        return replace(field, max_length=int(word))
    if name == "within":
        return replace(field, within=tuple(value.split("/")))
    if name == "showing":
        return replace(field, showing=tuple(value.split("/")))
    return _with_mark(field, word)


def _with_mark(field: Field, mark: str) -> Field:
    match mark:
        case "required":
            return replace(field, required=True)
        case "on-update":
            return replace(field, on_update=True)
        case "computed":
            return replace(field, computed=True)
        case "create-only":
            return replace(field, create_only=True)
        case "secret":
            return replace(field, secret=True)
    raise ValueError(f"{mark} says nothing about a field")
