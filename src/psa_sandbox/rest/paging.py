"""Both kinds of paging, and their Link headers [guide]."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from werkzeug.wrappers import Request

from psa_sandbox.state.errors import bad_query
from psa_sandbox.state.record import number
from psa_sandbox.state.store import Record

DEFAULT_SIZE = 25
LARGEST_SIZE = 1000


@dataclass(frozen=True)
class Page:
    """The records of one page and the Link header that goes with them; None for no header."""

    records: list[Record]
    link: str | None


def is_forward_only(request: Request) -> bool:
    """Whether the request asks for forward-only paging."""
    return request.headers.get("pagination-type", "").strip().lower() == "forward-only"


def numbered_page(records: list[Record], query: dict[str, str], request: Request) -> Page:
    """Page `page` from 1; past the end it is empty. Raises Refusal 400 for numbers that are none."""
    size, page = _size(query), _whole(query, "page", 1)
    last = max(1, -(-len(records) // size))
    links = {"first": 1, "prev": page - 1, "next": page + 1, "last": last}
    kept = {
        name: target
        for name, target in links.items()
        if (page > 1 if name in {"first", "prev"} else page < last) and target <= last
    }
    addresses = (f'<{_address(request, size, "page", target)}>; rel="{name}"' for name, target in kept.items())
    return Page(records[(page - 1) * size : page * size], ", ".join(addresses) or None)


def forward_page(records: list[Record], query: dict[str, str], request: Request) -> Page:
    """The records after `pageId`, by id; the header is there but empty when nothing follows [client]."""
    size, after = _size(query), _whole(query, "pageid", 0)
    start = bisect_right(records, after, key=lambda record: number(record, "id"))
    found = records[start : start + size]
    if start + size >= len(records):
        return Page(found, "")
    return Page(found, f'<{_address(request, size, "pageId", number(found[-1], "id"))}>; rel="next"')


def _size(query: dict[str, str]) -> int:
    return min(_whole(query, "pagesize", DEFAULT_SIZE), LARGEST_SIZE)


def _whole(query: dict[str, str], name: str, default: int) -> int:
    text = query.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit()):
        raise bad_query(f"{name} must be a whole number")
    return int(text) or default


def _address(request: Request, size: int, name: str, value: int) -> str:
    replaced = {"pagesize", "page", "pageid"}
    pairs = parse_qsl(request.query_string.decode("utf-8", "replace"), keep_blank_values=True)
    kept = [(key, item) for key, item in pairs if key.lower() not in replaced]
    return f"{request.base_url}?{urlencode([*kept, ('pageSize', size), (name, value)])}"
