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
    query: str = ""
    """What narrows the page to what helps."""


_ORGANIZATIONS = PageRemedy("mapping:organizations", "Open Organizations")
_PRODUCTS = PageRemedy("mapping:products", "Open Products")
_BOOKS = PageRemedy("books:list", "Open Books")
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
    "no_route": PageRemedy("books:routes", "Open Routes"),
    "no_journals": PageRemedy("books:routes", "Open Routes"),
    "other_currency": PageRemedy("books:routes", "Open Routes"),
    "in_other_book": PageRemedy("books:routes", "Open Routes"),
    "code_unusable": PageRemedy("books:codes", "Open Mappings"),
    "account_unusable": PageRemedy("books:codes", "Open Mappings", query="kind=account"),
    "party_unknown": PageRemedy("books:codes", "Open Mappings"),
    "party_inactive": PageRemedy("books:codes", "Open Mappings"),
    "party_name_taken": PageRemedy("books:codes", "Open Mappings"),
    "closed_period": _BOOKS,
    "book_unreachable": _BOOKS,
    "too_many_dimensions": _BOOKS,
    "books_differ": PageRemedy("ledger:reconciliation", "Open Reconciliation"),
    "batch_differs": PageRemedy("ledger:batches", "Open Batches"),
    "gone_from_connectwise": PageRemedy("ledger:documents", "Open Documents"),
    "two_sources": PageRemedy("payments:list", "Open Payments", query="state=exception"),
    "non_reimbursable": PageRemedy("ledger:batch-new", "Create a batch"),
    "dates_reversed": _RULES,
    "spans_periods": _RULES,
}


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to do, and where; without an address there is no page for it."""

    sentence: str
    url: str = ""
    button: str = ""


LEDGER, PAYMENTS = "ledger", "payments"
"""The journeys beside billing, as exceptions name them."""
PAGES_OF: Mapping[tuple[str, str], PageRemedy] = {
    (LEDGER, "changed_since_preview"): PageRemedy("ledger:documents", "Open Documents"),
    (PAYMENTS, "changed_since_preview"): PageRemedy("payments:list", "Open Payments"),
}
"""By journey and code, where a code has another page there than in billing."""


def remedy_for(connection: Connection, code: str, sentence: str, journey: str = "") -> Remedy:
    """The remedy to show for a code, whose own remedy is `sentence`; without a journey it is of billing."""
    page = PAGES_OF.get((journey, code)) or PAGES.get(code)
    if page is None:
        return Remedy(sentence)
    url = reverse(page.route, args=[connection.pk])
    return Remedy(page.sentence or sentence, f"{url}?{page.query}" if page.query else url, page.button)
