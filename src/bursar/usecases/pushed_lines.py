"""Invoice lines that a program pushes: looked at on arrival only as far as telling one from another needs."""

import json
from collections.abc import Iterator
from typing import NoReturn

from bursar.domain.errors import InvalidInput

_SPACE = " \t\r\n"
_REMEDY = 'Send a JSON array of objects, [{"invoice_number": …}, …], with the fields of the guide on invoice lines.'


def as_json_lines(content: bytes) -> tuple[bytes, int]:
    """A JSON array of objects as JSON Lines, every value as it was written, and how many there are.

    So a load reads one line at a time, however many there are, and a fault names the line by its place in the array.
    Raises InvalidInput. Whether the objects are invoice lines is found out by the load, one by one.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput("The lines are not UTF-8 text.", remedy=_REMEDY) from None
    pieces = bytearray()
    count = 0
    for piece in _objects(text):
        # Inside of a JSON string no line break can stand as it is; elsewhere it means as much as a space.
        pieces += piece.replace("\r", " ").replace("\n", " ").encode()
        pieces += b"\n"
        count += 1
    return bytes(pieces), count


def _objects(text: str) -> Iterator[str]:
    """The texts of the array's elements. Raises InvalidInput at the first thing that is none."""
    decoder = json.JSONDecoder(parse_constant=_refuse)
    at = _after_space(text, 0)
    if text[at : at + 1] != "[":
        raise InvalidInput("The lines are not a JSON array.", remedy=_REMEDY)
    at, number = _after_space(text, at + 1), 0
    while text[at : at + 1] != "]":
        number += 1
        end = _end_of_object(decoder, text, at, number)
        yield text[at:end]
        at = _after_space(text, end)
        if text[at : at + 1] == ",":
            at = _after_space(text, at + 1)
            if text[at : at + 1] == "]":
                raise _broken(number + 1)
        elif text[at : at + 1] != "]":
            raise _broken(number + 1)
    if _after_space(text, at + 1) != len(text):
        raise InvalidInput("Something follows the JSON array.", remedy=_REMEDY)
    if not number:
        raise InvalidInput(
            "The JSON array is empty.", remedy="To take back the lines of a month, delete them (DELETE on its address)."
        )


def _end_of_object(decoder: json.JSONDecoder, text: str, at: int, number: int) -> int:
    if text[at : at + 1] != "{":
        raise _broken(number)
    try:
        return decoder.raw_decode(text, at)[1]
    except (ValueError, RecursionError):
        raise _broken(number) from None


def _after_space(text: str, at: int) -> int:
    while text[at : at + 1] and text[at] in _SPACE:
        at += 1
    return at


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _broken(number: int) -> InvalidInput:
    return InvalidInput(
        f"Element {number} of the JSON array is not an object, or the array ends there.", remedy=_REMEDY
    )
