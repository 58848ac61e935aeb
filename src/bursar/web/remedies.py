"""What to do about something blocked, for people in the browser: by its code, with the page where it is done.

A plan's own remedy speaks to everybody, the command line included. Where a page is the better answer, it stands here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse

from bursar.store.models import Connection


@dataclass(frozen=True, slots=True)
class PageRemedy:
    """A page that helps. An empty sentence leaves the plan's own remedy."""

    route: str
    button: str
    sentence: str = ""


_ORGANIZATIONS = PageRemedy("mapping:organizations", "Open Organizations")
_PRODUCTS = PageRemedy("mapping:products", "Open Products")
_RULES = PageRemedy("settings:configuration", "Open Configuration")

PAGES: Mapping[str, PageRemedy] = {
    "not_mapped": PageRemedy(
        "mapping:organizations",
        "Open Mapping",
        "Map the organization and the product on Mapping, or exclude what should not be billed.",
    ),
    "company_missing": _ORGANIZATIONS,
    "company_deleted": _ORGANIZATIONS,
    "preview_only": _ORGANIZATIONS,
    "product_missing": _PRODUCTS,
    "product_inactive": _PRODUCTS,
    "product_is_bundle": _PRODUCTS,
    "possible_duplicate": PageRemedy("review:adoption", "Open Adoption"),
    "edited_in_connectwise": PageRemedy(
        "review:drift", "Open Drift", "On Review › Drift, accept what was changed in ConnectWise, or overwrite it."
    ),
    "deleted_in_connectwise": PageRemedy(
        "review:drift", "Open Drift", "On Review › Drift, let it be gone, or create it again."
    ),
    "changed_since_preview": PageRemedy("plan:page", "Open the plan"),
    "dates_reversed": _RULES,
    "spans_periods": _RULES,
}


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to do, and where; without an address there is no page for it."""

    sentence: str
    url: str = ""
    button: str = ""


def remedy_for(connection: Connection, code: str, sentence: str) -> Remedy:
    """The remedy to show for a code, whose own remedy is `sentence`."""
    page = PAGES.get(code)
    if page is None:
        return Remedy(sentence)
    return Remedy(page.sentence or sentence, reverse(page.route, args=[connection.pk]), page.button)
