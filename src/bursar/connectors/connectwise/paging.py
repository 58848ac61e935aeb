"""Walking through lists: which page to ask for next. No input or output here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

FORWARD_ONLY = {"pagination-type": "forward-only"}
"""The request header that asks for pages of ids above the last one seen [guide]."""
_LINK = re.compile(r"<([^>]*)>\s*((?:;[^,<]*)*)")
_REL_NEXT = re.compile(r';\s*rel\s*=\s*"?next"?\s*(?:;|$)', re.IGNORECASE)


@dataclass(slots=True)
class ForwardPages:
    """Forward-only paging: records are never missed or doubled while others come and go."""

    page_size: int
    page_id: int | None = None
    done: bool = False

    @property
    def query(self) -> dict[str, str | int]:
        """What to add to the next request."""
        turn: dict[str, str | int] = {"pageSize": self.page_size}
        return turn if self.page_id is None else {**turn, "pageId": self.page_id}

    def after(self, headers: Mapping[str, str], rows: int) -> None:
        """Note a page. A short page is the last one, as is one whose Link header names no page further on."""
        following = next_page_id(headers.get("link", ""))
        stuck = following is None or (self.page_id is not None and following <= self.page_id)
        self.done = stuck or rows < self.page_size
        self.page_id = following


def next_page_id(link: str) -> int | None:
    """The pageId of the `next` link; None when the header is empty or has none. The link's host is not used."""
    for url, parameters in _LINK.findall(link):
        if _REL_NEXT.search(parameters):
            return _page_id(url)
    return None


def page_numbers(count: int, page_size: int) -> range:
    """The navigable pages that hold so many records, from 1."""
    return range(1, -(-count // page_size) + 1)


def _page_id(url: str) -> int | None:
    for name, value in parse_qsl(urlsplit(url).query):
        if name.lower() == "pageid" and value.isdecimal():
            return int(value)
    return None
