"""What the planner of the ledger journey may look at: one book, some documents, and everything known of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bursar.domain.books.policy import BookPolicy
from bursar.domain.books.present import Delivered, Present
from bursar.domain.books.references import Mappings, Reference, ReferenceKind
from bursar.domain.books.traits import Traits
from bursar.domain.ledger.documents import Document


@dataclass(frozen=True, slots=True)
class ReferenceLists:
    """The lists of the books, by kind and code; a kind that they do not keep is absent: any code will do."""

    lists: Mapping[ReferenceKind, Mapping[str, Reference]] = field(default_factory=dict)

    def keeps(self, kind: ReferenceKind) -> bool:
        return kind in self.lists

    def find(self, kind: ReferenceKind, code: str) -> Reference | None:
        return self.lists.get(kind, {}).get(code)

    def named(self, name: str) -> Sequence[Reference]:
        """Customers and suppliers of that name, inactive ones too: many books refuse a second one."""
        kinds = (ReferenceKind.CUSTOMER, ReferenceKind.SUPPLIER)
        return named((each for kind in kinds for each in self.lists.get(kind, {}).values()), name)


def named(references: Iterable[Reference], name: str) -> list[Reference]:
    """Those of that name, however it is written."""
    wanted = name.casefold().strip()
    return [each for each in references if each.name.casefold().strip() == wanted]


@dataclass(frozen=True, slots=True)
class Situation:
    """One book's part of an export."""

    scope: str
    """The ConnectWise login company: markers are unique within it."""
    policy: BookPolicy
    traits: Traits
    documents: Sequence[Document]
    delivered: Mapping[str, Delivered] = field(default_factory=dict)
    """By document key: what was sent last."""
    present: Mapping[str, Present] = field(default_factory=dict)
    """By marker."""
    references: ReferenceLists = field(default_factory=ReferenceLists)
    mappings: Mappings = field(default_factory=Mappings)
    supplier_numbers: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)
    """(party code, vendor invoice number) → keys of the documents that carry it, in the order they came."""
