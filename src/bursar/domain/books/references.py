"""Codes: what ConnectWise calls an account, a tax, a party …, and what the books call it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bursar.domain.ledger.documents import PAYABLE_KINDS, RECEIVABLE_KINDS, Dimension, Document, Line, Tax


class ReferenceKind(StrEnum):
    """The lists that codes come from."""

    ACCOUNT = "account"
    TAX = "tax"
    TERM = "term"
    CUSTOMER = "customer"
    SUPPLIER = "supplier"
    ITEM = "item"
    DIMENSION = "dimension"
    """Source codes are `axis:value`, as in `class:Support`."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One entry of a list in the books. Inactive ones are listed, too: their names are taken."""

    kind: ReferenceKind
    code: str
    name: str = ""
    active: bool = True
    postable: bool = True
    """False for a heading account."""


@dataclass(frozen=True, slots=True)
class Mappings:
    """Source code → target code, by kind. What is not mapped goes as ConnectWise calls it."""

    targets: Mapping[tuple[ReferenceKind, str], str] = field(default_factory=dict)

    def target(self, kind: ReferenceKind, source: str) -> str:
        return self.targets.get((kind, source), "") or source


def party_kind(document: Document) -> ReferenceKind | None:
    """The list that the document's party stands in; None when it has none."""
    if document.kind in RECEIVABLE_KINDS:
        return ReferenceKind.CUSTOMER
    return ReferenceKind.SUPPLIER if document.kind in PAYABLE_KINDS else None


def dimension_code(dimension: Dimension) -> str:
    """How a mapping names one value of one axis."""
    return f"{dimension.axis}:{dimension.value}"


def sources_of(document: Document) -> Iterable[tuple[ReferenceKind, str]]:
    """Every code of ConnectWise that the document uses, blank ones left out; some more than once."""
    party = party_kind(document)
    if party and document.party.code:
        yield party, document.party.code
    yield from _filled(ReferenceKind.TERM, document.terms)
    yield from _filled(ReferenceKind.ACCOUNT, document.control_account)
    yield from ((ReferenceKind.DIMENSION, dimension_code(each)) for each in document.dimensions if each.value)
    for row in document.rows:
        yield from _filled(ReferenceKind.ACCOUNT, row.account)
        yield from ((ReferenceKind.DIMENSION, dimension_code(each)) for each in row.dimensions if each.value)
        if isinstance(row, Line):
            yield from _filled(ReferenceKind.ACCOUNT, row.cost_account, row.inventory_account)
            yield from _filled(ReferenceKind.ITEM, row.item)
        else:
            yield from _filled(ReferenceKind.TAX, document.tax_code(row))


def _filled(kind: ReferenceKind, *codes: str) -> Iterable[tuple[ReferenceKind, str]]:
    return ((kind, code) for code in codes if code)


def translated(document: Document, mappings: Mappings, axes: Collection[str] = ()) -> Document:
    """The document in the codes of the books. GL entry ids, and what the export says beyond the model, stay behind,
    and so do dimensions of other axes than these, if there are any.
    """

    def code(kind: ReferenceKind, source: str) -> str:
        return mappings.target(kind, source) if source else ""

    def dimensions(found: tuple[Dimension, ...]) -> tuple[Dimension, ...]:
        return tuple(
            Dimension(each.axis, mappings.targets.get((ReferenceKind.DIMENSION, dimension_code(each)), each.value))
            for each in found
            if each.value and (not axes or each.axis in axes)
        )

    def line(row: Line) -> Line:
        return replace(
            row,
            account=code(ReferenceKind.ACCOUNT, row.account),
            cost_account=code(ReferenceKind.ACCOUNT, row.cost_account),
            inventory_account=code(ReferenceKind.ACCOUNT, row.inventory_account),
            item=code(ReferenceKind.ITEM, row.item),
            dimensions=dimensions(row.dimensions),
            entry_ids=(),
            more=(),
        )

    def tax(row: Tax) -> Tax:
        return replace(
            row,
            account=code(ReferenceKind.ACCOUNT, row.account),
            code=code(ReferenceKind.TAX, document.tax_code(row)),
            dimensions=dimensions(row.dimensions),
            entry_ids=(),
            more=(),
        )

    kind = party_kind(document)
    party = document.party
    if kind and mappings.targets.get((kind, party.code)):
        # `code` prefers the vendor number, so the target goes there whichever of the two the source was
        party = replace(party, vendor_number=mappings.target(kind, party.code))
    return replace(
        document,
        party=party,
        control_account=code(ReferenceKind.ACCOUNT, document.control_account),
        terms=code(ReferenceKind.TERM, document.terms),
        lines=tuple(map(line, document.lines)),
        taxes=tuple(map(tax, document.taxes)),
        dimensions=dimensions(document.dimensions),
        entry_ids=(),
        more=(),
    )
