"""Bodies as JSON in UTF-8, and nothing that JSON does not know."""

import json
from typing import NoReturn

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
