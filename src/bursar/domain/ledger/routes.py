"""Which book a document belongs to: the first route whose conditions all hold decides.

A route leads to a book or excludes, with its reason. A document that no route matches is blocked, never dropped.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bursar.domain.ledger.documents import Document, DocumentKind
from bursar.domain.money import Money
from bursar.domain.plan import Blocked


@dataclass(frozen=True, slots=True)
class Route:
    """Conditions and where they lead. An empty condition holds for every document; texts compare without case."""

    book: str = ""
    """Id of the book; blank excludes."""
    reason: str = ""
    """Why documents are excluded; shown with each of them."""
    locations: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    company_types: tuple[str, ...] = ()
    number_prefixes: tuple[str, ...] = ()
    kinds: tuple[DocumentKind, ...] = ()

    @property
    def matches_all(self) -> bool:
        """Whether it has no condition."""
        return not (self.locations or self.departments or self.company_types or self.number_prefixes or self.kinds)

    def matches(self, document: Document) -> bool:
        """Whether every condition holds."""
        return (
            _among(document.location, self.locations)
            and _among(document.department, self.departments)
            and _among(document.party.company_type, self.company_types)
            and _begins(document.number, self.number_prefixes)
            and (not self.kinds or document.kind in self.kinds)
        )


@dataclass(frozen=True, slots=True)
class Routed:
    """The document goes to this book."""

    book: str


@dataclass(frozen=True, slots=True)
class Excluded:
    """A rule keeps the document out of every book."""

    reason: str


def route(document: Document, routes: Iterable[Route]) -> Routed | Excluded | Blocked:
    """Where the document goes."""
    for candidate in routes:
        if candidate.matches(document):
            return Routed(candidate.book) if candidate.book else Excluded(candidate.reason or "Excluded by a rule.")
    where = f" of location {document.location}" if document.location else ""
    return Blocked(
        subject=document.key,
        code="no_route",
        sentence=f"No rule says which book {document.title}{where} belongs to.",
        remedy="Add a route to a book, or one that excludes it with a reason, on Ledger › Mappings.",
        total=Money(document.total, document.currency),
    )


def unreachable(routes: Sequence[Route]) -> tuple[int, ...]:
    """Positions of routes that come after one without any condition, and so can never decide."""
    open_ends = (place for place, candidate in enumerate(routes) if candidate.matches_all)
    first = next(open_ends, len(routes))
    return tuple(range(first + 1, len(routes)))


def _among(value: str, wanted: tuple[str, ...]) -> bool:
    return not wanted or value.casefold() in {word.casefold() for word in wanted}


def _begins(value: str, prefixes: tuple[str, ...]) -> bool:
    return not prefixes or value.casefold().startswith(tuple(prefix.casefold() for prefix in prefixes))
