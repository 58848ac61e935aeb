"""Bodies as JSON in UTF-8, and nothing that JSON does not know."""

import json
from collections.abc import Iterator
from typing import NoReturn

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from ninja.parser import Parser


class JsonBody(Parser):
    """Strict where Python's reader is lenient: NaN and infinities are not JSON."""

    def parse_body(self, request: HttpRequest) -> dict[str, object]:
        """One JSON document. Raises ValueError, which becomes a 400."""
        parsed: dict[str, object] = json.loads(request.body.decode("utf-8"), parse_constant=_refuse)
        return parsed


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def within(pieces: Iterator[bytes], largest: int) -> Iterator[bytes]:
    """A body that a view reads itself, until it is too large. Raises RequestDataTooBig, which becomes a 413."""
    left = largest
    for piece in pieces:
        left -= len(piece)
        if left < 0:
            raise RequestDataTooBig
        yield piece
